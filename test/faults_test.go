package test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tintype/tintype/internal/sandbox"
)

// The zip of the function when something goes wrong around it. Here the sandbox
// runs inside the test, which has its hands on the bucket and the process.

// function is the function behind its URL.
type function struct {
	*sandbox.Function
	url  string
	logs *logBuffer
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// deploy runs the function on a bucket at an endpoint.
func deploy(t *testing.T, endpoint string, change func(*sandbox.Options)) *function {
	t.Helper()
	logs := new(logBuffer)
	o := sandbox.Options{
		Zip: theZip(t), Streaming: true, Memory: 1769, Timeout: 30 * time.Second, Concurrency: 60, Region: "us-east-1",
		Env: []string{"TINTYPE_SOURCE=s3://pictures", "AWS_ENDPOINT_URL_S3=" + endpoint, "TINTYPE_CACHE_FRESH=0s", "AWS_MAX_ATTEMPTS=2"},
		Credentials: func(context.Context) ([]string, error) {
			return []string{"AWS_ACCESS_KEY_ID=" + s3Key, "AWS_SECRET_ACCESS_KEY=" + s3Secret}, nil
		},
		Log:    slog.New(slog.NewTextHandler(logs, nil)),
		Output: logs,
	}
	if change != nil {
		change(&o)
	}
	f, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f.URL())
	t.Cleanup(func() {
		server.Close()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return &function{f, server.URL, logs}
}

// get asks, and tells what came.
func (f *function) get(t *testing.T, target string) (status int, header http.Header, body []byte) {
	t.Helper()
	response, err := http.Get(f.url + target)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}

// want asks for what must come.
func (f *function) want(t *testing.T, target string, status int, cacheControl, text string) {
	t.Helper()
	got, header, body := f.get(t, target)
	if got != status || header.Get("Cache-Control") != cacheControl || !bytes.Contains(body, []byte(text)) {
		t.Fatalf("%s: got %d, %q, %.300q; want %d, %q, %q\n%s", target, got, header.Get("Cache-Control"), body, status, cacheControl, text, f.logs)
	}
}

const pictureCacheControl = "public, max-age=3600, s-maxage=86400, stale-while-revalidate=86400, stale-if-error=604800"

// wantPicture asks for a picture of four colours.
func (f *function) wantPicture(t *testing.T) {
	t.Helper()
	f.want(t, "/four.jpg?w=60", http.StatusOK, pictureCacheControl, "\xFF\xD8\xFF")
}

// newBucket serves the pictures over S3's API.
func newBucket(t *testing.T) http.Handler {
	t.Helper()
	root := t.TempDir()
	if err := fillBucket(folder(root)); err != nil {
		t.Fatal(err)
	}
	b, err := sandbox.OpenBucket("pictures", root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestS3IsDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	f := deploy(t, "http://"+address, nil)
	f.want(t, "/four.jpg?w=60", http.StatusBadGateway, "no-store", `"status":502`)
	f.want(t, "/four.jpg", http.StatusBadGateway, "no-store", `"status":502`)

	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: newBucket(t), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	f.wantPicture(t)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	f.want(t, "/four.jpg?w=60", http.StatusBadGateway, "no-store", `"status":502`)
	if s := f.Stats(); s.ColdStarts != 1 || s.Failed != 0 {
		t.Errorf("the function went on: %v", s)
	}
}

// slowBucket answers for one key when it is told to.
type slowBucket struct {
	http.Handler
	asked chan struct{}
	goOn  chan struct{}
}

func (b *slowBucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/turned.jpg") {
		b.asked <- struct{}{}
		select {
		case <-b.goOn:
		case <-r.Context().Done():
		}
	}
	b.Handler.ServeHTTP(w, r)
}

func newSlowBucket(t *testing.T) (*slowBucket, string) {
	t.Helper()
	b := &slowBucket{newBucket(t), make(chan struct{}, 10), make(chan struct{})}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, server.URL
}

func TestKilledInTheMiddle(t *testing.T) {
	b, endpoint := newSlowBucket(t)
	f := deploy(t, endpoint, nil)
	f.wantPicture(t)
	pid := regexp.MustCompile(`msg="environment started".* pid=(\d+)`).FindStringSubmatch(f.logs.String())
	if pid == nil {
		t.Fatalf("no process:\n%s", f.logs)
	}
	process, err := strconv.Atoi(pid[1])
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	go func() {
		response, err := http.Get(f.url + "/turned.jpg?w=60")
		if err != nil {
			done <- 0
			return
		}
		response.Body.Close()
		done <- response.StatusCode
	}()
	<-b.asked
	if err := syscall.Kill(process, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if status := <-done; status != http.StatusBadGateway {
		t.Errorf("got %d, want 502\n%s", status, f.logs)
	}
	close(b.goOn)
	f.want(t, "/turned.jpg?w=60", http.StatusOK, pictureCacheControl, "\xFF\xD8\xFF")
	if s := f.Stats(); s.ColdStarts != 2 || s.Failed != 1 {
		t.Errorf("got %v", s)
	}
}

func TestDeadlineOfTheInvocation(t *testing.T) {
	b, endpoint := newSlowBucket(t)
	f := deploy(t, endpoint, func(o *sandbox.Options) { o.Timeout = time.Second })
	f.want(t, "/turned.jpg?w=60", http.StatusGatewayTimeout, "no-store", "the source did not answer in time")
	f.want(t, "/turned.jpg", http.StatusGatewayTimeout, "no-store", "the source did not answer in time")
	f.want(t, "/large.jpg?w=6000&fm=webp", http.StatusGatewayTimeout, "public, max-age=60", "could not be made in time")
	close(b.goOn)
	f.wantPicture(t)
	if s := f.Stats(); s.ColdStarts != 1 || s.Failed != 0 {
		t.Errorf("Lambda had to end it: %v\n%s", s, f.logs)
	}
}

func TestMoreMemoryThanTheFunctionHas(t *testing.T) {
	server := httptest.NewServer(newBucket(t))
	t.Cleanup(server.Close)
	f := deploy(t, server.URL, func(o *sandbox.Options) { o.Memory = 128 })
	if status, _, body := f.get(t, "/large.jpg?w=5000"); status != http.StatusBadGateway {
		t.Fatalf("got %d %.100q\n%s", status, body, f.logs)
	}
	if !strings.Contains(f.logs.String(), "used more than the function's memory (128 MB)") {
		t.Errorf("got %s", f.logs)
	}
	f.wantPicture(t)
}

// A stream carries what the function's memory can hold beside its work.
func TestLargeOriginal(t *testing.T) {
	root := t.TempDir()
	const quarter = 32 << 20
	for name, size := range map[string]int{"fits.jpg": quarter, "large.jpg": quarter + 1} {
		data := make([]byte, size)
		copy(data, pictures()["four.jpg"])
		if err := folder(root).put(name, data); err != nil {
			t.Fatal(err)
		}
	}
	b, err := sandbox.OpenBucket("pictures", root)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	f := deploy(t, server.URL, func(o *sandbox.Options) { o.Memory = 128 })
	if status, _, body := f.get(t, "/fits.jpg"); status != http.StatusOK || len(body) != quarter {
		t.Errorf("got %d, %d bytes\n%s", status, len(body), f.logs)
	}
	f.want(t, "/large.jpg", http.StatusBadRequest, "public, max-age=60", "this Lambda function can send 33554432")
	f.want(t, "/large.jpg?w=5", http.StatusBadRequest, "public, max-age=60", "allowed are 33554432")
	if s := f.Stats(); s.ColdStarts != 1 {
		t.Errorf("got %v\n%s", s, f.logs)
	}
}

// Many at once, and not one wrong byte. The references are made by the command,
// so that it shows too that drawings have the same fonts everywhere.
func TestManyConnections(t *testing.T) {
	server := httptest.NewServer(newBucket(t))
	t.Cleanup(server.Close)
	want := map[string][]byte{}
	work := t.TempDir()
	for i := range 8 {
		for key, query := range map[string]string{
			"four.jpg": fmt.Sprintf("w=%d&h=50", 60+i), "four.png": fmt.Sprintf("w=%d&fm=webp", 70+i),
			"turned.jpg": fmt.Sprintf("w=%d&fm=png", 40+i), "film.gif": fmt.Sprintf("w=%d", 20+i), "words.svg": fmt.Sprintf("w=%d&fm=png", 250+i),
		} {
			in, out := filepath.Join(work, key), filepath.Join(work, "out")
			if err := os.WriteFile(in, pictures()[key], 0o600); err != nil {
				t.Fatal(err)
			}
			if message, err := exec.Command(binary, "render", in, out, query).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v", message, err)
			}
			data, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			want["/"+key+"?"+query] = data
		}
	}
	targets := slices.Sorted(maps.Keys(want))
	for name, change := range map[string]func(*sandbox.Options){
		"streaming": func(*sandbox.Options) {},
		"buffered": func(o *sandbox.Options) {
			o.Streaming = false
			o.Env = append(o.Env, "TINTYPE_LAMBDA_RESPONSE=buffered")
		},
		"several in one": func(o *sandbox.Options) { o.PerEnvironment, o.Concurrency, o.Memory = 25, 2, 3008 },
	} {
		t.Run(name, func(t *testing.T) {
			f := deploy(t, server.URL, change)
			const requests, connections = 1000, 50
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
			next := make(chan int)
			var all sync.WaitGroup
			for range connections {
				all.Go(func() {
					for i := range next {
						target := targets[i%len(targets)]
						response, err := client.Get(f.url + target)
						if err != nil {
							t.Error(err)
							continue
						}
						body, err := io.ReadAll(response.Body)
						response.Body.Close()
						if err != nil || response.StatusCode != http.StatusOK || !bytes.Equal(body, want[target]) {
							t.Errorf("%s: %s, %d bytes, want %d, %v", target, response.Status, len(body), len(want[target]), err)
						}
					}
				})
			}
			for i := range requests {
				next <- i
			}
			close(next)
			all.Wait()
			if s := f.Stats(); s.Invocations != requests || s.Failed+s.Throttled+s.Mismatches != 0 {
				t.Errorf("got %v", s)
			}
			t.Log(f.Stats())
		})
	}
}
