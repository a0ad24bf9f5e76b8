package sandbox

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The table of the Developer Guide's page Expiration, and of the pages on errors.
func TestKeep(t *testing.T) {
	const s = time.Second
	pictures := &Distribution{
		Cache:    CachePolicy{MinTTL: 0, DefaultTTL: 100 * s, MaxTTL: 1000 * s},
		ErrorTTL: map[int]time.Duration{400: 0, 404: 0, 500: s, 502: s},
	}
	atLeast := &Distribution{Cache: CachePolicy{MinTTL: 60 * s, DefaultTTL: 60 * s, MaxTTL: 60 * s}}
	for _, tt := range []struct {
		d       *Distribution
		status  int
		control string
		want    keeping
	}{
		{pictures, 200, "", keeping{true, 100 * s, 0, -1}},
		{pictures, 200, "max-age=50", keeping{true, 50 * s, 0, -1}},
		{pictures, 200, "max-age=50, s-maxage=70", keeping{true, 70 * s, 0, -1}},
		{pictures, 200, "s-maxage=70, max-age=50", keeping{true, 70 * s, 0, -1}},
		{pictures, 200, "max-age=5000", keeping{true, 1000 * s, 0, -1}},
		{pictures, 200, "max-age=0", keeping{true, 0, 0, -1}},
		{pictures, 200, "no-store", keeping{}},
		{pictures, 200, "private, max-age=50", keeping{}},
		{pictures, 200, "max-age=50, stale-while-revalidate=20, stale-if-error=5000", keeping{true, 50 * s, 20 * s, 1000 * s}},
		{pictures, 200, "max-age=50, stale-while-revalidate=5000", keeping{true, 50 * s, 1000 * s, -1}},
		{pictures, 200, "max-age=50, stale-if-error=0", keeping{true, 50 * s, 0, 0}},
		{atLeast, 200, "", keeping{true, 60 * s, 0, -1}},
		{atLeast, 200, "max-age=5", keeping{true, 60 * s, 0, -1}},
		{atLeast, 200, "max-age=500", keeping{true, 60 * s, 0, -1}},
		{atLeast, 200, "no-store", keeping{true, 60 * s, 0, -1}}, // ignored
		// Errors.
		{pictures, 400, "public, max-age=60", keeping{cached: true, fresh: 60 * s}},
		{pictures, 400, "", keeping{}},
		{pictures, 404, "public, max-age=60", keeping{cached: true, fresh: 60 * s}},
		{pictures, 404, "no-store", keeping{}},
		{pictures, 502, "no-store", keeping{cached: true, fresh: s}},
		{pictures, 504, "max-age=60", keeping{cached: true, fresh: 60 * s}},
		{pictures, 503, "no-store", keeping{cached: true, fresh: 10 * s}}, // the default
		{pictures, 415, "max-age=60", keeping{cached: true, fresh: 60 * s}},
		{pictures, 429, "max-age=60", keeping{}},
		{pictures, 410, "max-age=60", keeping{}},
	} {
		h := http.Header{}
		if tt.control != "" {
			h.Set("Cache-Control", tt.control)
		}
		if got := tt.d.keep(tt.status, h, time.Now()); got != tt.want {
			t.Errorf("%d %q: got %+v, want %+v", tt.status, tt.control, got, tt.want)
		}
	}
	now := time.Now().Truncate(s)
	if got := pictures.keep(200, http.Header{"Expires": {now.Add(30 * s).UTC().Format(http.TimeFormat)}}, now); got.fresh != 30*s {
		t.Errorf("Expires: got %+v", got)
	}
}

// front is a distribution before an origin that counts, at a time of its own.
type front struct {
	*CloudFront
	url   string
	asked atomic.Int32
	last  atomic.Pointer[http.Request]
	clock atomic.Int64 // seconds
}

func newFront(t *testing.T, change func(*Distribution), origin http.HandlerFunc) *front {
	t.Helper()
	d := &Distribution{
		AllowedMethods: []string{"GET", "HEAD", "OPTIONS"}, CachedMethods: []string{"GET", "HEAD"},
		Cache: CachePolicy{DefaultTTL: time.Hour, MaxTTL: 24 * time.Hour, RequestPolicy: RequestPolicy{
			Query: Selection{Behavior: "all"}, Headers: Selection{Behavior: "none"}, Cookies: Selection{Behavior: "none"},
		}},
		ErrorTTL: map[int]time.Duration{500: time.Second, 404: 0}, TagHeader: "Cache-Tag",
	}
	if change != nil {
		change(d)
	}
	f := &front{}
	c, err := NewCloudFront(d, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		f.last.Store(r)
		origin(w, r)
	}), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.Now = func() time.Time { return time.Unix(1_800_000_000+f.clock.Load(), 0) }
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	f.CloudFront, f.url = c, server.URL
	return f
}

// get returns status, X-Cache's first word, Age and body.
func (f *front) get(t *testing.T, method, path string, headers ...string) (status int, cache string, header http.Header, body string) {
	t.Helper()
	request, err := http.NewRequest(method, f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	cache, _, _ = strings.Cut(response.Header.Get("X-Cache"), " ")
	return response.StatusCode, cache, response.Header, string(data)
}

func (f *front) want(t *testing.T, path string, status int, cache string, asked int32) {
	t.Helper()
	got, gotCache, _, body := f.get(t, "GET", path)
	if got != status || gotCache != cache || f.asked.Load() != asked {
		t.Errorf("%s: got %d %s %.40q after %d questions, want %d %s after %d", path, got, gotCache, body, f.asked.Load(), status, cache, asked)
	}
}

func picture(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Etag", `"1"`)
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Cache-Tag", "Tag1, other")
	if r.Header.Get("If-None-Match") == `"1"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = io.WriteString(w, "picture of "+r.RequestURI)
}

func TestHitsAndMisses(t *testing.T) {
	f := newFront(t, nil, picture)
	f.want(t, "/a?w=1&h=2", 200, "Miss", 1)
	f.want(t, "/a?w=1&h=2", 200, "Hit", 1)
	f.want(t, "/a?h=2&w=1", 200, "Miss", 2) // order counts
	f.want(t, "/b", 200, "Miss", 3)
	f.clock.Add(59)
	if _, cache, header, body := f.get(t, "GET", "/a?w=1&h=2"); cache != "Hit" || header.Get("Age") != "59" || body != "picture of /a?w=1&h=2" || header.Get("Vary") != "" {
		t.Errorf("got %s %v %q", cache, header, body)
	}
	if status, cache, header, body := f.get(t, "HEAD", "/b"); status != 200 || cache != "Hit" || body != "" || header.Get("Content-Length") != "13" {
		t.Errorf("HEAD: got %d %s %v %q", status, cache, header, body)
	}
	if status, cache, _, body := f.get(t, "GET", "/b", "If-None-Match", `W/"1"`); status != 304 || cache != "Hit" || body != "" {
		t.Errorf("If-None-Match: got %d %s %q", status, cache, body)
	}
	if status, cache, _, _ := f.get(t, "POST", "/b"); status != 403 || cache != "Error" {
		t.Errorf("POST: got %d %s", status, cache)
	}
	if f.asked.Load() != 3 {
		t.Errorf("the origin was asked %d times", f.asked.Load())
	}
	// A HEAD that misses leaves nothing: it has no body to keep.
	if status, cache, _, _ := f.get(t, "HEAD", "/c"); status != 200 || cache != "Miss" || f.last.Load().Method != "HEAD" {
		t.Errorf("HEAD: got %d %s", status, cache)
	}
	if _, cache, _, body := f.get(t, "GET", "/c"); cache != "Miss" || body != "picture of /c" {
		t.Errorf("GET after HEAD: got %s %q", cache, body)
	}
	f.asked.Store(3)
	// Expired, it is renewed without its bytes.
	f.clock.Add(1)
	f.want(t, "/a?w=1&h=2", 200, "RefreshHit", 4)
	if got := f.last.Load().Header.Get("If-None-Match"); got != `"1"` {
		t.Errorf("the origin was asked for %q", got)
	}
	f.want(t, "/a?w=1&h=2", 200, "Hit", 4)
}

func TestWhatTheOriginSees(t *testing.T) {
	f := newFront(t, func(d *Distribution) {
		d.Cache.Query = Selection{"whitelist", []string{"w", "h"}}
		d.Cache.Headers = Selection{"whitelist", []string{"X-Kept"}}
	}, picture)
	f.get(t, "GET", "/a?w=1&utm=2&h=3", "Accept", "image/webp", "X-Kept", "yes", "X-Other", "no", "Cookie", "a=1")
	r := f.last.Load()
	if r.RequestURI != "/a?w=1&h=3" || r.Header.Get("Accept") != "" || r.Header.Get("X-Kept") != "yes" || r.Header.Get("X-Other") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("User-Agent") != "Amazon CloudFront" {
		t.Errorf("got %s %v", r.RequestURI, r.Header)
	}
	f.want(t, "/a?w=1&h=3&x=5", 200, "Miss", 2) // without X-Kept
	f.want(t, "/a?w=1&h=3&x=6", 200, "Hit", 2)
}

func TestErrorsNeverReplaceAGoodCopy(t *testing.T) {
	var status atomic.Int32
	f := newFront(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if s := int(status.Load()); s != 0 {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(s)
			return
		}
		picture(w, r)
	})
	f.want(t, "/a", 200, "Miss", 1)
	status.Store(500)
	f.want(t, "/b", 500, "Error", 2)
	f.want(t, "/b", 500, "Hit", 2) // for its second
	f.clock.Add(61)
	f.want(t, "/b", 500, "Error", 3)
	f.want(t, "/a", 200, "Hit", 4) // stale
	f.want(t, "/a", 200, "Hit", 4) // and the origin is left alone for a second
	f.clock.Add(2)
	f.want(t, "/a", 200, "Hit", 5)
	status.Store(404) // a 4xx does replace it
	f.clock.Add(2)
	f.want(t, "/a", 404, "Error", 6)
	status.Store(0)
	f.want(t, "/a", 200, "Miss", 7)
}

func TestStaleWhileRevalidate(t *testing.T) {
	var version atomic.Int32
	f := newFront(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60, stale-while-revalidate=30")
		_, _ = io.WriteString(w, strings.Repeat("x", int(version.Add(1))))
	})
	f.want(t, "/a", 200, "Miss", 1)
	f.clock.Add(70)
	if _, cache, _, body := f.get(t, "GET", "/a"); cache != "Hit" || body != "x" {
		t.Errorf("got %s %q", cache, body)
	}
	f.renew.Wait()
	if _, cache, _, body := f.get(t, "GET", "/a"); cache != "Hit" || body != "xx" || f.asked.Load() != 2 {
		t.Errorf("got %s %q after %d questions", cache, body, f.asked.Load())
	}
	f.clock.Add(100)
	f.want(t, "/a", 200, "Miss", 3)
}

func TestCollapsing(t *testing.T) {
	g := make(chan struct{})
	f := newFront(t, nil, func(w http.ResponseWriter, r *http.Request) {
		<-g
		picture(w, r)
	})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { f.get(t, "GET", "/a") })
	}
	for f.Stats().Requests < 10 {
		time.Sleep(time.Millisecond)
	}
	close(g)
	all.Wait()
	if f.asked.Load() != 1 || f.Stats().Hits != 9 || f.Stats().Misses != 1 {
		t.Errorf("the origin was asked %d times: %v", f.asked.Load(), f.Stats())
	}
}

func TestBrokenAnswersAreNotKept(t *testing.T) {
	f := newFront(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})
	if status, _, _, body := f.get(t, "GET", "/a"); status != 502 || body != "" {
		t.Errorf("got %d %q", status, body)
	}
}

func TestInvalidation(t *testing.T) {
	f := newFront(t, nil, picture)
	admin := httptest.NewServer(f.Admin())
	t.Cleanup(admin.Close)
	fill := func() {
		for _, path := range []string{"/a?w=1", "/a?w=2", "/ab", "/b"} {
			f.get(t, "GET", path)
		}
	}
	for items, want := range map[string][]string{
		`["/a?w=1"]`:      {"/a?w=1"},
		`["/a"]`:          nil, // without the query it is another
		`["/a*"]`:         {"/a?w=1", "/a?w=2", "/ab"},
		`["/*"]`:          {"/a?w=1", "/a?w=2", "/ab", "/b"},
		`["#tag1"]`:       {"/a?w=1", "/a?w=2", "/ab", "/b"},
		`["#TAG1", "/b"]`: {"/a?w=1", "/a?w=2", "/ab", "/b"},
		`["#tag"]`:        nil,
	} {
		fill()
		response, err := http.Post(admin.URL+"/invalidation", "application/json", strings.NewReader(`{"items":`+items+`}`))
		if err != nil || response.StatusCode != 200 {
			t.Fatal(err, response)
		}
		response.Body.Close()
		var missed []string
		for _, path := range []string{"/a?w=1", "/a?w=2", "/ab", "/b"} {
			if _, cache, _, _ := f.get(t, "GET", path); cache == "Miss" {
				missed = append(missed, path)
			}
		}
		if !slices.Equal(missed, want) {
			t.Errorf("%s drops %v, want %v", items, missed, want)
		}
	}
	for _, bad := range []string{`{}`, `{"items":["a"]}`, `x`} {
		response, err := http.Post(admin.URL+"/invalidation", "application/json", strings.NewReader(bad))
		if err != nil || response.StatusCode != 400 {
			t.Error(bad, err, response.StatusCode)
		}
	}
}

func TestEdgeFunction(t *testing.T) {
	f := newFront(t, func(d *Distribution) {
		d.EdgeCode = `function handler(event) {
			const request = event.request
			if (request.uri === '/refused') return { statusCode: 400, headers: { 'x-why': { value: 'no' } }, body: 'refused' }
			if (request.uri === '/broken') throw 'oh'
			if (request.uri === '/as-it-is') return request
			request.uri = '/' + Buffer.from(request.headers.accept.value).toString('base64url')
			request.querystring = 'q=' + (request.rawQueryString() || 'none')
			return request
		}`
		d.Headers = HeadersPolicy{Set: []Header{{"Vary", "Accept", true}, {"Etag", "x", false}}, Remove: []string{"Cache-Tag"}}
	}, picture)
	status, cache, header, body := f.get(t, "GET", "/x?a=1", "Accept", "image/webp")
	if status != 200 || cache != "Miss" || body != "picture of /aW1hZ2Uvd2VicA?q=a=1" || header.Get("Vary") != "Accept" || header.Get("Etag") != `"1"` || header.Get("Cache-Tag") != "" {
		t.Errorf("got %d %s %q %v", status, cache, body, header)
	}
	if _, cache, _, _ := f.get(t, "GET", "/y?a=1", "Accept", "image/webp"); cache != "Hit" {
		t.Errorf("the same to the edge: %s", cache)
	}
	if _, _, _, body := f.get(t, "GET", "/y", "Accept", "image/webp"); body != "picture of /aW1hZ2Uvd2VicA?q=none" {
		t.Errorf("got %q", body)
	}
	if _, _, _, body := f.get(t, "GET", "/as-it-is?a=%20b"); body != "picture of /as-it-is?a=%20b" {
		t.Errorf("got %q", body)
	}
	if status, cache, header, body := f.get(t, "GET", "/refused"); status != 400 || cache != "FunctionGeneratedResponse" || body != "refused" || header.Get("X-Why") != "no" {
		t.Errorf("got %d %s %q %v", status, cache, body, header)
	}
	if status, _, _, _ := f.get(t, "GET", "/broken"); status != 503 {
		t.Errorf("got %d", status)
	}
}
