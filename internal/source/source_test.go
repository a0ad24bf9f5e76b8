package source_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/source/sourcetest"
)

func TestMemory(t *testing.T) {
	m := new(source.Memory)
	sourcetest.Test(t, m, func(_ *testing.T, key string, data []byte) { m.Put(key, data) })
}

func newDir(t *testing.T) (*source.Dir, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pictures")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := source.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	return dir, path
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDir(t *testing.T) {
	dir, path := newDir(t)
	sourcetest.Test(t, dir, func(t *testing.T, key string, data []byte) { write(t, filepath.Join(path, key), data) })
}

func TestDirDoesNotLeadOut(t *testing.T) {
	dir, path := newDir(t)
	outside := filepath.Join(filepath.Dir(path), "secret.jpg")
	write(t, outside, []byte("secret"))
	write(t, filepath.Join(path, "inside.jpg"), []byte("inside"))
	for name, target := range map[string]string{"absolute.jpg": outside, "relative.jpg": "../secret.jpg", "up": "..", "inner.jpg": "inside.jpg"} {
		if err := os.Symlink(target, filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{
		"../secret.jpg", "a/../../secret.jpg", "./inside.jpg", "a/../inside.jpg", "/inside.jpg", outside, "inside.jpg/", "a//b", "", ".", "..",
		"absolute.jpg", "relative.jpg", "up/secret.jpg", "up",
	} {
		if _, err := dir.Open(context.Background(), key, ""); !errors.Is(err, source.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", key, err)
		}
	}
	if _, err := dir.Open(context.Background(), "inner.jpg", ""); err != nil {
		t.Errorf("a link that stays inside: %v", err)
	}
}

func TestDirServesRegularFilesOnly(t *testing.T) {
	dir, path := newDir(t)
	if err := syscall.Mkfifo(filepath.Join(path, "pipe.jpg"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Were the pipe waited for, this would never return.
	if _, err := dir.Open(context.Background(), "pipe.jpg", ""); !errors.Is(err, source.ErrNotFound) {
		t.Errorf("a pipe: got %v, want ErrNotFound", err)
	}
}

// newS3 opens a bucket at an endpoint.
func newS3(t *testing.T, endpoint string, o source.S3Options) *source.S3 {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL_S3", endpoint)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	s3, err := source.OpenS3(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s3
}

func TestS3(t *testing.T) {
	for _, prefix := range []string{"", "some/prefix", "slash/"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			backend := s3mem.New()
			if err := backend.CreateBucket("pictures"); err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(gofakes3.New(backend).Server())
			defer server.Close()
			s3 := newS3(t, server.URL, source.S3Options{Bucket: "pictures", Prefix: prefix})
			before := strings.TrimSuffix(prefix, "/")
			if before != "" {
				before += "/"
			}
			put := func(t *testing.T, key string, data []byte) {
				t.Helper()
				if len(key) == 1024 {
					key = key[:1024-len(before)] // the prefix counts
				}
				target := server.URL + (&url.URL{Path: "/pictures/" + before + key}).EscapedPath()
				request, err := http.NewRequest(http.MethodPut, target, bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				if response.Body.Close(); response.StatusCode != http.StatusOK {
					t.Fatalf("put %.80q: %s", key, response.Status)
				}
			}
			if before == "" {
				sourcetest.Test(t, s3, put)
				return
			}
			put(t, "cat.jpg", []byte("meow"))
			object, err := s3.Open(context.Background(), "cat.jpg", "")
			if err != nil {
				t.Fatal(err)
			}
			defer object.Body.Close()
			if got, err := io.ReadAll(object.Body); err != nil || string(got) != "meow" {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}

// failing answers with a status until it has done so a number of times.
type failing struct {
	status, times int
	code          string
	asked         atomic.Int32
}

func (f *failing) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if int(f.asked.Add(1)) <= f.times {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, "<Error><Code>"+f.code+"</Code><Message>m</Message></Error>")
		return
	}
	w.Header().Set("ETag", `"v1"`)
	w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
	_, _ = io.WriteString(w, "meow")
}

func TestS3Failures(t *testing.T) {
	const always = 1000
	tests := []struct {
		name    string
		server  *failing
		options source.S3Options
		want    error
		asked   int32
	}{
		{"throttled once", &failing{status: 503, times: 1, code: "SlowDown"}, source.S3Options{}, nil, 2},
		{"broken once", &failing{status: 500, times: 1, code: "InternalError"}, source.S3Options{}, nil, 2},
		{"throttled", &failing{status: 503, times: always, code: "SlowDown"}, source.S3Options{}, source.ErrUnavailable, 3},
		{"missing", &failing{status: 404, times: always, code: "NoSuchKey"}, source.S3Options{}, source.ErrNotFound, 1},
		{"no such bucket", &failing{status: 404, times: always, code: "NoSuchBucket"}, source.S3Options{}, source.ErrUnavailable, 1},
		{"forbidden", &failing{status: 403, times: always, code: "AccessDenied"}, source.S3Options{}, source.ErrUnavailable, 1},
		{"forbidden is missing", &failing{status: 403, times: always, code: "AccessDenied"}, source.S3Options{ForbiddenIsMissing: true}, source.ErrNotFound, 1},
		{"archived", &failing{status: 403, times: always, code: "InvalidObjectState"}, source.S3Options{}, source.ErrUnavailable, 1},
		{"elsewhere", &failing{status: 301, times: always, code: "PermanentRedirect"}, source.S3Options{}, source.ErrUnavailable, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.server)
			defer server.Close()
			tt.options.Bucket = "pictures"
			object, err := newS3(t, server.URL, tt.options).Open(context.Background(), "cat.jpg", "")
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if err == nil {
				if object.Version != `"v1"` || object.Modified.Year() != 2006 {
					t.Errorf("got version %q, modified %v", object.Version, object.Modified)
				}
				_ = object.Body.Close()
			}
			if got := tt.server.asked.Load(); got != tt.asked {
				t.Errorf("the server was asked %d times, want %d", got, tt.asked)
			}
		})
	}
}

func TestS3CutShort(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(w, "only this")
	}))
	defer server.Close()
	object, err := newS3(t, server.URL, source.S3Options{Bucket: "pictures"}).Open(context.Background(), "cat.jpg", "")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	if _, err := io.ReadAll(object.Body); !errors.Is(err, source.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}
