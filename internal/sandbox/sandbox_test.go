package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// deployed is a function behind its URL.
type deployed struct {
	*Function
	url  string
	logs *syncBuffer
}

// syncBuffer is a log that several write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func deploy(t *testing.T, change func(*Options)) *deployed {
	t.Helper()
	logs := new(syncBuffer)
	o := Options{
		Zip: zipOf(t), Memory: 1769, Timeout: 30 * time.Second, Region: "eu-west-1", Concurrency: 100,
		Log: slog.New(slog.NewTextHandler(logs, nil)), Output: logs,
	}
	change(&o)
	f, err := New(o)
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
	return &deployed{f, server.URL, logs}
}

func streaming(o *Options) { o.Streaming = true }

func buffered(*Options) {}

func (d *deployed) get(t *testing.T, path string) (*http.Response, string, error) {
	t.Helper()
	response, err := http.Get(d.url + path)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

// want asks, and expects an answer.
func (d *deployed) want(t *testing.T, path string, status int, body string) {
	t.Helper()
	response, got, err := d.get(t, path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if response.StatusCode != status || body != "" && got != body {
		t.Errorf("%s: got %d %.200q, want %d %.200q\n%s", path, response.StatusCode, got, status, body, d.logs)
	}
}

// says waits for a line of the log: some come after the answer.
func (d *deployed) says(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Contains(d.logs.String(), text) {
			return
		}
	}
	t.Errorf("the log does not say %q:\n%s", text, d.logs)
}

// gate holds whoever asks until as many have asked, or until it is opened.
type gate struct {
	url   string
	mu    sync.Mutex
	left  int
	opens chan struct{}
}

func newGate(t *testing.T, n int) *gate {
	t.Helper()
	g := &gate{left: n, opens: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		g.open(1)
		select {
		case <-g.opens:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gate) open(by int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left > 0 && g.left <= by {
		close(g.opens)
	}
	g.left -= by
}

func TestVariables(t *testing.T) {
	d := deploy(t, func(o *Options) {
		o.Env = []string{"TINTYPE_SOURCE=s3://b"}
		o.PerEnvironment = 2
	})
	_, body, err := d.get(t, "/variables")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"TINTYPE_SOURCE=s3://b", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769", "AWS_REGION=eu-west-1", "LAMBDA_TASK_ROOT=" + d.folder, "cwd=" + d.folder,
		"_HANDLER=bootstrap", "AWS_LAMBDA_MAX_CONCURRENCY=2", "TZ=:UTC", "TMPDIR=" + d.tmp, "XDG_CACHE_HOME=" + d.tmp,
		"LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:" + d.folder + ":" + d.folder + "/lib:/opt/lib",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %v", want, got)
		}
	}
	// What is set here is not for the function to see.
	if slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, "HOME=") }) {
		t.Errorf("HOME is in %v", got)
	}
}

// Whatever ends the process costs the invocations that it had, and no other.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		path   string
		change func(*Options)
		says   string
	}{
		{"/exit", buffered, "the process ended: exit status 1"},
		{"/exit", streaming, "the process ended: exit status 1"},
		{"/hang", func(o *Options) { o.Timeout = time.Second }, "it did not end in the function's timeout"},
		{"/hog", func(o *Options) { o.Memory = 128 }, "the environment used more than the function's memory (128 MB)"},
	} {
		d := deploy(t, tt.change)
		d.want(t, tt.path, 502, `{"Message":"Internal Server Error"}`+"\n")
		d.says(t, tt.says)
		d.want(t, "/pid", 200, "")
		if s := d.Stats(); s.ColdStarts != 2 || s.Failed != 1 || s.Invocations != 2 {
			t.Errorf("%s: %v", tt.path, s)
		}
	}
}

func TestBrokenStream(t *testing.T) {
	d := deploy(t, streaming)
	g := newGate(t, 2)
	response, err := http.Get(d.url + "/stream-exit?" + g.url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	g.open(1)
	if n, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Errorf("%d bytes more came without an error", n)
	}
	d.says(t, "the reply ended too soon")
	// An error that the function tells of in a trailer counts as a success.
	d.want(t, "/stream-trailer", 201, "hel")
	d.says(t, "Fake.Midway")
}

func TestSecondReply(t *testing.T) {
	d := deploy(t, buffered)
	d.want(t, "/twice", 200, `"a"`)
	d.says(t, "twice 202 403")
}

func TestFailedStart(t *testing.T) {
	for init, says := range map[string]string{
		"exit": "exit status 3", "error": "Fake.Init: nothing works", "child": "exit status 1", "hang": "the function did not start in 1s",
	} {
		d := deploy(t, func(o *Options) {
			o.Env = []string{"FAKE_INIT=" + init}
			o.Timeout, o.maxInit = time.Second, 100*time.Millisecond
		})
		d.want(t, "/pid", 502, "")
		d.says(t, says)
		if s := d.Stats(); s.ColdStarts != 2 || s.Failed != 1 || s.Invocations != 1 {
			t.Errorf("%s: a start that failed is tried again once: %v", init, s)
		}
	}
	d := deploy(t, func(o *Options) { o.Env = []string{"FAKE_INIT=exit once:" + filepath.Join(t.TempDir(), "marker")} })
	d.want(t, "/pid", 200, "")
}

func TestConcurrency(t *testing.T) {
	// So many at the same time.
	together := func(d *deployed, n int) (statuses, pids map[string]int) {
		statuses, pids = map[string]int{}, map[string]int{}
		g := newGate(t, n)
		var mu sync.Mutex
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				response, body, err := d.get(t, "/barrier?"+g.url)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				statuses[response.Status[:3]]++
				if response.StatusCode == 200 {
					pids[body]++
				} else {
					g.open(1) // it will not come there
				}
			})
		}
		all.Wait()
		return statuses, pids
	}
	// One at a time: as many environments as requests, and no more.
	d := deploy(t, buffered)
	if statuses, pids := together(d, 5); statuses["200"] != 5 || len(pids) != 5 || d.Stats().ColdStarts != 5 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
	// Later ones find them warm.
	if _, pids := together(d, 3); len(pids) != 3 || d.Stats().ColdStarts != 5 {
		t.Errorf("got %v, %v", pids, d.Stats())
	}
	for range 10 {
		d.want(t, "/pid", 200, "")
	}
	if d.Stats().ColdStarts != 5 {
		t.Errorf("one after the other: %v", d.Stats())
	}
	// One that has answered will be ready soon, and is waited for.
	g := newGate(t, 2)
	d = deploy(t, buffered)
	d.want(t, "/late?"+g.url, 200, `"a"`)
	done := make(chan struct{})
	go func() {
		d.want(t, "/pid", 200, "")
		close(done)
	}()
	g.open(1)
	<-done
	if d.Stats().ColdStarts != 1 {
		t.Errorf("got %v", d.Stats())
	}
	// What is too much is throttled.
	d = deploy(t, func(o *Options) { o.Concurrency = 2 })
	if statuses, pids := together(d, 6); statuses["429"] != 4 || statuses["200"] != 2 || len(pids) != 2 || d.Stats().Throttled != 4 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
	// Several in one.
	d = deploy(t, func(o *Options) { o.Concurrency, o.PerEnvironment = 1, 8 })
	if statuses, pids := together(d, 8); statuses["200"] != 8 || len(pids) != 1 || d.Stats().ColdStarts != 1 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
}

func TestIdleEnvironmentsEnd(t *testing.T) {
	d := deploy(t, func(o *Options) { o.Idle = 50 * time.Millisecond })
	_, first, err := d.get(t, "/pid")
	if err != nil {
		t.Fatal(err)
	}
	d.says(t, "environment reaped")
	if _, second, err := d.get(t, "/pid"); err != nil || second == first {
		t.Errorf("the same process answers: %s, %v", second, err)
	}
}

// An environment that never asks for the next invocation is ended in time.
func TestNeverReadyAgain(t *testing.T) {
	d := deploy(t, func(o *Options) { o.Timeout = time.Second })
	d.want(t, "/never", 200, `"a"`)
	d.want(t, "/pid", 200, "")
	if s := d.Stats(); s.ColdStarts != 2 || s.Failed != 0 {
		t.Errorf("got %v", s)
	}
}

func TestInvocation(t *testing.T) {
	d := deploy(t, func(o *Options) { o.Timeout = 40 * time.Second })
	response, body, err := d.get(t, "/invocation")
	if err != nil {
		t.Fatal(err)
	}
	id := response.Header.Get("X-Amzn-Requestid")
	if want := "40s " + id + " " + response.Header.Get("X-Amzn-Trace-Id") + " " + id; body != want {
		t.Errorf("got %q, want %q", body, want)
	}
}

func TestBill(t *testing.T) {
	d := deploy(t, buffered)
	d.want(t, "/pid", 200, "")
	d.says(t, "init_ms=")
	s := d.Stats()
	if s.Billed < time.Millisecond || s.Billed > 10*time.Second || s.Billed%time.Millisecond != 0 || s.PeakMemory < 1<<20 || s.PeakMemory > 1<<30 {
		t.Errorf("got %v", s)
	}
}

func TestWhatLambdaRefuses(t *testing.T) {
	good := Options{Zip: zipOf(t), Memory: 128, Timeout: time.Second, Concurrency: 1}
	for text, change := range map[string]func(*Options){
		"128 to 10240 MB":          func(o *Options) { o.Memory = 127 },
		"1s to 15m":                func(o *Options) { o.Timeout = 16 * time.Minute },
		"concurrency":              func(o *Options) { o.Concurrency = 0 },
		"AWS_REGION is Lambda's":   func(o *Options) { o.Env = []string{"AWS_REGION=x"} },
		"is not NAME=VALUE":        func(o *Options) { o.Env = []string{"A"} },
		"4096":                     func(o *Options) { o.Env = []string{"A=" + strings.Repeat("x", 4096)} },
		"no such file":             func(o *Options) { o.Zip = "missing.zip" },
		"no right to be executed":  func(o *Options) { o.Zip = makeZip(t, "#!/bin/sh\n", 0o644) },
		"not a valid zip":          func(o *Options) { o.Zip = "/proc/self/exe" },
		"there is no bootstrap in": func(o *Options) { o.Zip = emptyZip(t) },
	} {
		o := good
		change(&o)
		if f, err := New(o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
			if f != nil {
				_ = f.Close()
			}
		}
	}
}
