package test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tintype/tintype/internal/sandbox"
)

// The stack of examples/minimal as it would run on AWS: CloudFront, the edge
// function, the Function URL, the zip, a bucket.

// stack is all of it, at a time of its own.
type stack struct {
	*sandbox.CloudFront
	function *function
	bucket   folder
	down     atomic.Bool // S3 fails
	clock    atomic.Int64
	url      string
}

func newStack(t *testing.T) *stack {
	t.Helper()
	read, err := sandbox.ReadStack(minimalPlan(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{bucket: folder(t.TempDir())}
	if err := fillBucket(s.bucket); err != nil {
		t.Fatal(err)
	}
	bucket, err := sandbox.OpenBucket("pictures", string(s.bucket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	s3 := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		bucket.ServeHTTP(w, r)
	}))
	t.Cleanup(s3.Close)
	s.function = deploy(t, s3.URL, func(o *sandbox.Options) {
		o.Streaming, o.IAM, o.Memory, o.Timeout = read.Streaming, read.IAM, read.Memory, read.Timeout
		o.Env = append(o.Env, read.Variables("TINTYPE_SOURCE")...)
	})
	if s.CloudFront, err = sandbox.NewCloudFront(&read.Distribution, s.function.Origin(), slog.New(slog.NewTextHandler(s.function.logs, nil))); err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return time.Now().Add(time.Duration(s.clock.Load())) }
	server := httptest.NewServer(s.CloudFront)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// get asks as a viewer; cache is the first word of X-Cache.
func (s *stack) get(t *testing.T, target string, headers ...string) (cache string, r *http.Response, body []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	cache, _, _ = strings.Cut(response.Header.Get("X-Cache"), " ")
	return cache, response, body
}

// want asks for a target and expects a status and what the cache did.
func (s *stack) want(t *testing.T, target string, status int, cache string) {
	t.Helper()
	if got, response, body := s.get(t, target); response.StatusCode != status || got != cache {
		t.Errorf("%s: got %d %s %.200q, want %d %s", target, response.StatusCode, got, body, status, cache)
	}
}

func (s *stack) pass(d time.Duration) { s.clock.Add(int64(d)) }

func TestTenSpellingsAreOneMiss(t *testing.T) {
	s := newStack(t)
	var caches []string
	var first []byte
	for i, target := range []string{
		"/four.jpg?w=320&h=200", "/four.jpg?h=200&w=320", "/four.jpg?W=320&H=200", "/four.jpg?width=320&height=200", "/four.jpg?w=320&h=200&fit=crop",
		"/four.jpg?w=320.2&h=199.5&dpr=1", "/four.jpg?utm_source=mail&w=320&h=200", "/f%6Fur.jpg?w=320&h=200", "/_/k/Zm91ci5qcGc?w=320&h=200", "/four.jpg?w=100&w=320&h=200&bg=white&crop=center",
	} {
		cache, response, body := s.get(t, target)
		if i == 0 {
			first = body
		}
		if response.StatusCode != 200 || !bytes.Equal(body, first) || response.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %s %v", target, response.Status, response.Header)
		}
		caches = append(caches, cache)
	}
	if caches[0] != "Miss" || slices.ContainsFunc(caches[1:], func(c string) bool { return c != "Hit" }) {
		t.Errorf("got %v", caches)
	}
	if n := s.function.Stats().Invocations; n != 1 {
		t.Errorf("the function was asked %d times", n)
	}
}

func TestEveryClientGetsItsFormat(t *testing.T) {
	s := newStack(t)
	const target = "/four.jpg?w=320&auto=format"
	for _, tt := range []struct{ accept, want, cache string }{
		{"image/avif,image/webp,*/*", "image/avif", "Miss"}, {"image/webp,*/*", "image/webp", "Miss"}, {"*/*", "image/jpeg", "Miss"},
		{"text/html, image/webp;q=0.9, image/avif", "image/avif", "Hit"}, {"image/webp", "image/webp", "Hit"}, {"image/avif;q=0", "image/jpeg", "Hit"},
	} {
		cache, response, _ := s.get(t, target, "Accept", tt.accept)
		if got := response.Header.Get("Content-Type"); got != tt.want || cache != tt.cache || response.Header.Get("Vary") != "Accept" {
			t.Errorf("%s: got %s %s %v, want %s %s", tt.accept, got, cache, response.Header, tt.want, tt.cache)
		}
	}
}

func TestWidthsAreTakenUpTheLadder(t *testing.T) {
	s := newStack(t)
	s.want(t, "/four.jpg?w=301", 200, "Miss")
	s.want(t, "/four.jpg?w=319", 200, "Hit")
	_, _, body := s.get(t, "/four.jpg?w=160&dpr=2")
	if config, err := decodeConfig(body); err != nil || config.Width != 320 {
		t.Errorf("got %+v, %v", config, err)
	}
}

func TestRenewedWithoutPixels(t *testing.T) {
	s := newStack(t)
	s.want(t, "/four.jpg?w=320", 200, "Miss")
	s.pass(3 * 24 * time.Hour) // past the day of s-maxage and the day of stale-while-revalidate
	s.want(t, "/four.jpg?w=320", 200, "RefreshHit")
	if !strings.Contains(s.function.logs.String(), `"status":304`) {
		t.Errorf("the function made the picture again:\n%s", s.function.logs)
	}
	s.want(t, "/four.jpg?w=320", 200, "Hit")
}

func TestErrorsAreForgottenInTime(t *testing.T) {
	s := newStack(t)
	s.want(t, "/missing.jpg?w=320", 404, "Error")
	s.want(t, "/missing.jpg?w=320", 404, "Hit")
	if err := s.bucket.put("missing.jpg", pictures()["four.jpg"]); err != nil {
		t.Fatal(err)
	}
	s.pass(61 * time.Second)
	s.want(t, "/missing.jpg?w=320", 200, "Miss")
	// At the edge, without asking anybody.
	before := s.function.Stats().Invocations
	s.want(t, "/four.jpg?w=0", 400, "FunctionGeneratedResponse")
	s.want(t, "/_/health", 404, "FunctionGeneratedResponse")
	if n := s.function.Stats().Invocations; n != before {
		t.Errorf("the function was asked %d times", n-before)
	}
}

func TestPurgeByTag(t *testing.T) {
	s := newStack(t)
	for _, target := range []string{"/four.jpg?w=320", "/four.jpg?w=640", "/four.jpg", "/four.png?w=320"} {
		s.want(t, target, 200, "Miss")
	}
	_, response, _ := s.get(t, "/four.jpg?w=320")
	if n := s.Invalidate(nil, []string{response.Header.Get("Cache-Tag")}); n != 3 {
		t.Errorf("%d objects were dropped, want the 3 of one picture", n)
	}
	for target, cache := range map[string]string{"/four.jpg?w=320": "Miss", "/four.jpg?w=640": "Miss", "/four.jpg": "Miss", "/four.png?w=320": "Hit"} {
		s.want(t, target, 200, cache)
	}
}

func TestStaleWhileS3Fails(t *testing.T) {
	s := newStack(t)
	s.want(t, "/four.jpg?w=320", 200, "Miss")
	s.down.Store(true)
	s.pass(3 * 24 * time.Hour)
	s.want(t, "/four.jpg?w=320", 200, "Hit") // within the week of stale-if-error
	s.want(t, "/four.png?w=320", 502, "Error")
	s.pass(7 * 24 * time.Hour)
	s.want(t, "/four.jpg?w=320", 502, "Error")
	s.down.Store(false)
	s.pass(2 * time.Second)
	s.want(t, "/four.jpg?w=320", 200, "Miss")
}

func TestNobodyElseReachesTheFunction(t *testing.T) {
	s := newStack(t)
	if status, _, body := s.function.get(t, "/four.jpg?w=320"); status != http.StatusForbidden || !bytes.Contains(body, []byte("Forbidden")) {
		t.Errorf("got %d %s", status, body)
	}
}
