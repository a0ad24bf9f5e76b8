package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/service"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

func TestAccepted(t *testing.T) {
	const both = transform.AcceptAVIF | transform.AcceptWebP
	tests := []struct {
		header []string
		want   transform.Accept
	}{
		{nil, 0},
		{[]string{"*/*"}, 0},
		{[]string{"image/*"}, 0},
		{[]string{"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}, both},
		{[]string{"image/webp"}, transform.AcceptWebP},
		{[]string{"IMAGE/WebP"}, transform.AcceptWebP},
		{[]string{"image/avif;q=0"}, 0},
		{[]string{"image/avif;q=0.0, image/webp; q=0.001"}, transform.AcceptWebP},
		{[]string{"image/avif;q=x"}, 0},
		{[]string{"image/avif;q=NaN"}, 0},
		{[]string{"image/webp;q=-1"}, 0},
		{[]string{"image/avif", "image/webp"}, both},
		{[]string{"image/webpx, ximage/avif"}, 0},
		{[]string{",,;;,image/webp"}, transform.AcceptWebP},
	}
	for _, tt := range tests {
		if got := accepted(http.Header{"Accept": tt.header}); got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.header, got, tt.want)
		}
	}
}

func TestDisposition(t *testing.T) {
	for _, tt := range []struct{ name, extension, want string }{
		{"cat.jpg", "webp", "cat.webp"},
		{"cat", "webp", "cat.webp"},
		{"my cat.png", "jpg", "my%20cat.jpg"},
		{"../../etc/passwd", "jpg", "....etcpasswd.jpg"},
		{"a\\b\r\nc", "jpg", "abc.jpg"},
		{"été", "png", "%C3%A9t%C3%A9.png"},
		{`q"u'o;t`, "png", "q%22u%27o%3Bt.png"},
		{".jpg", "png", "picture.png"},
		{"/", "png", "picture.png"},
	} {
		if got := disposition(tt.name, tt.extension); got != "attachment; filename*=UTF-8''"+tt.want {
			t.Errorf("%q: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTarget(t *testing.T) {
	for uri, want := range map[string]string{
		"/a?b":                    "/a?b",
		"//a":                     "//a",
		"/a%2Fb?w=http://x":       "/a%2Fb?w=http://x",
		"http://host/a?b":         "/a?b",
		"http://host":             "/",
		"http://host?w=1":         "?w=1",
		"/http://host/looks-like": "/http://host/looks-like",
	} {
		if got := target(&http.Request{RequestURI: uri}); got != want {
			t.Errorf("%s: got %s, want %s", uri, got, want)
		}
	}
}

func TestEveryKindHasAnAnswer(t *testing.T) {
	for kind := service.Internal; kind <= service.Gone; kind++ {
		row, ok := answers[kind]
		if !ok {
			t.Errorf("no answer for kind %d", kind)
		}
		if cached := row.cacheControl != noStore; cached && row.status >= 500 && kind != service.WorkSlow {
			t.Errorf("kind %d: a %d is cached", kind, row.status)
		}
	}
}

// textEngine makes a picture of any bytes: the bytes.
type textEngine struct{ err error }

func (e textEngine) Sniff([]byte) (plan.Source, error) { return plan.JPEG, nil }
func (e textEngine) Probe([]byte) (plan.Facts, error) {
	return plan.Facts{Format: plan.JPEG, Width: 9, Height: 9, Orientation: 1, Pages: 1}, nil
}
func (e textEngine) Run(_ context.Context, data []byte, _ plan.Plan) ([]byte, error) {
	return bytes.Clone(data), e.err
}
func (e textEngine) Version(transform.Format) string { return "1" }

// brokenSource opens what breaks off.
type brokenSource struct{ err error }

func (b brokenSource) Open(context.Context, string, string) (*source.Object, error) {
	if b.err != nil {
		return nil, b.err
	}
	body := io.MultiReader(bytes.NewReader(make([]byte, 8192)), iotestErr{source.ErrUnavailable})
	return &source.Object{Version: "1", Modified: time.Now(), Size: 10_000, Body: io.NopCloser(body)}, nil
}

type iotestErr struct{ err error }

func (e iotestErr) Read([]byte) (int, error) { return 0, e.err }

func newServer(t *testing.T, src source.Source, engine service.Engine, logs io.Writer) *httptest.Server {
	t.Helper()
	s, err := service.New(service.Options{
		Source: src, Engine: engine, Policy: plan.DefaultPolicy, SVG: service.SVGRasterise, Originals: true,
		MaxSourceBytes: 1 << 20, MaxInflight: 10, MaxInflightBytes: 1 << 24, Slots: 1, Queue: 1, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(New(Options{
		Service: s, CacheControl: "public", Log: slog.New(slog.NewTextHandler(logs, nil)),
	}))
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, url string) (*http.Response, string, error) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

// What went wrong inside is for the log, not for strangers.
func TestCausesStayInside(t *testing.T) {
	const secret = "key AKIA-SECRET"
	for name, tt := range map[string]struct {
		source source.Source
		engine textEngine
		want   int
	}{
		"our bug":      {memoryWithCat(), textEngine{errors.New(secret)}, 500},
		"source fails": {brokenSource{errors.Join(source.ErrUnavailable, errors.New(secret))}, textEngine{}, 502},
		"damaged":      {memoryWithCat(), textEngine{&plan.Error{Kind: plan.ErrCorrupt, Reason: "r", Cause: errors.New(secret)}}, 415},
	} {
		var logs bytes.Buffer
		server := newServer(t, tt.source, tt.engine, &logs)
		response, body, err := fetch(t, server.URL+"/cat.jpg?w=5")
		server.Close()
		if err != nil || response.StatusCode != tt.want {
			t.Errorf("%s: got %v, %v", name, response, err)
			continue
		}
		if strings.Contains(body, secret) || !strings.Contains(logs.String(), secret) {
			t.Errorf("%s: the body is %q, the log %q", name, body, logs.String())
		}
	}
}

func memoryWithCat() source.Source {
	m := new(source.Memory)
	m.Put("cat.jpg", []byte("cat"))
	return m
}

// An original that breaks off must not look whole.
func TestBrokenOriginal(t *testing.T) {
	server := newServer(t, brokenSource{}, textEngine{}, io.Discard)
	if _, body, err := fetch(t, server.URL+"/cat.jpg"); err == nil {
		t.Errorf("%d bytes came without an error", len(body))
	}
	if response, _, err := fetch(t, server.URL+"/_/health"); err != nil || response.StatusCode != 200 {
		t.Errorf("afterwards: %v", err)
	}
}

func TestReady(t *testing.T) {
	ready := true
	h := New(Options{
		Ready: func() bool { return ready }, Log: slog.New(slog.DiscardHandler),
	})
	for _, want := range []int{200, 503} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_/ready", nil))
		if w.Code != want {
			t.Errorf("ready %v: got %d", ready, w.Code)
		}
		ready = false
	}
}

// A panic costs one request. (Here there is no service to ask.)
func TestPanic(t *testing.T) {
	var logs bytes.Buffer
	h := New(Options{
		Log: slog.New(slog.NewTextHandler(&logs, nil)),
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/cat.jpg?w=5", nil))
	if w.Code != 500 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(logs.String(), "panic") {
		t.Errorf("got %d %q, log %q", w.Code, w.Body, logs.String())
	}
}

// What does not fit through is refused before a byte of it is sent, and the log
// says so too.
func TestTooLargeToCarry(t *testing.T) {
	var logs bytes.Buffer
	m := new(source.Memory)
	m.Put("cat.jpg", bytes.Repeat([]byte("cat "), 25))
	s, err := service.New(service.Options{
		Source: m, Engine: textEngine{}, Policy: plan.DefaultPolicy, Originals: true,
		MaxSourceBytes: 1 << 20, MaxInflight: 10, MaxInflightBytes: 1 << 24, Slots: 1, Queue: 1, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int64]int{0: 200, 100: 200, 99: 400} {
		h := New(Options{
			Service: s, Log: slog.New(slog.NewJSONHandler(&logs, nil)), CacheControl: "public",
			MaxAnswer: most, MaxAnswerReason: "the letter box is small: use the door",
		})
		for _, target := range []string{"/cat.jpg?w=5", "/cat.jpg"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				logs.Reset()
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
				if w.Code != want || !strings.Contains(logs.String(), `"status":`+strconv.Itoa(want)) {
					t.Errorf("at most %d, %s %s: got %d, want %d; log %s", most, method, target, w.Code, want, &logs)
				}
				if want == 400 && (w.Header().Get("Cache-Control") != "public, max-age=60" || w.Header().Get("Etag") != "" ||
					method == http.MethodGet && !strings.Contains(w.Body.String(), "the picture has 100 bytes; the letter box is small: use the door")) {
					t.Errorf("at most %d, %s %s: got %v %s", most, method, target, w.Header(), w.Body)
				}
			}
		}
	}
}

// Every metric that the line names is a member of the line.
func TestEmbeddedMetrics(t *testing.T) {
	var logs bytes.Buffer
	// At a level that would not log the request.
	h := New(Options{Log: slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelError})), EmbeddedMetrics: "pictures"})
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/_/nothing", nil))
	var line map[string]any
	if err := json.Unmarshal(logs.Bytes(), &line); err != nil {
		t.Fatalf("no single line of JSON: %v\n%s", err, &logs)
	}
	var embedded struct {
		AWS embeddedMetrics `json:"_aws"`
	}
	if err := json.Unmarshal(logs.Bytes(), &embedded); err != nil {
		t.Fatal(err)
	}
	if age := time.Since(time.UnixMilli(embedded.AWS.Timestamp)); age < 0 || age > time.Minute {
		t.Errorf("the timestamp is %v old", age)
	}
	directive := embedded.AWS.CloudWatchMetrics[0]
	for _, m := range directive.Metrics {
		if _, number := line[m.Name].(float64); !number {
			t.Errorf("%s is %v, no number", m.Name, line[m.Name])
		}
	}
	if line[directive.Dimensions[0][0]] != "pictures" || directive.Namespace != "tintype" || line["refused"] != 1.0 || line["failed"] != 0.0 {
		t.Errorf("got %s", &logs)
	}
}

// A target that net/http itself would refuse comes from elsewhere, like a Lambda
// event, and is told what is wrong with it.
func TestBadEscape(t *testing.T) {
	h := New(Options{Log: slog.New(slog.DiscardHandler)})
	for target, want := range map[string]string{"/100%.jpg?w=5": "the path has a %", "/cat.jpg?w=%zz": "w"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, &http.Request{Method: http.MethodGet, RequestURI: target, URL: &url.URL{Path: target}, Header: http.Header{}})
		if w.Code != 400 || w.Header().Get("Cache-Control") != "public, max-age=60" || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: got %d %s", target, w.Code, w.Body)
		}
	}
}
