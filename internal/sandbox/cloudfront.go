package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// CloudFront is a distribution in front of an origin.
type CloudFront struct {
	d      *Distribution
	origin http.Handler
	edge   *Edge // nil for none
	log    *slog.Logger
	Now    func() time.Time // for tests; time.Now

	mu      sync.Mutex
	objects map[string]*object
	fetches map[string]*fetch
	stats   CloudFrontStats
	renew   sync.WaitGroup // what is fetched in the background
}

// CloudFrontStats count the requests of viewers.
type CloudFrontStats struct {
	Requests, Hits, Misses, Refreshed, Stale, EdgeAnswers int
	OriginRequests                                        int
}

func (s CloudFrontStats) String() string {
	return fmt.Sprintf("%d requests: %d hits, %d misses, %d renewed, %d stale, %d answered by the edge function; %d requests to the origin",
		s.Requests, s.Hits, s.Misses, s.Refreshed, s.Stale, s.EdgeAnswers, s.OriginRequests)
}

// object is what the cache has of a key. It is not changed but for its times,
// which belong to CloudFront.mu.
type object struct {
	target string // path and query
	status int
	header http.Header
	body   []byte
	tags   []string

	at      time.Time // of the answer, or of its renewal
	keeping keeping
	retry   time.Time // until then a failing origin is not asked again
}

// fetch is a request to the origin that others with the same key wait for.
type fetch struct {
	done   chan struct{}
	object *object
}

// NewCloudFront makes a distribution.
func NewCloudFront(d *Distribution, origin http.Handler, log *slog.Logger) (*CloudFront, error) {
	c := &CloudFront{d: d, origin: origin, log: log, Now: time.Now, objects: map[string]*object{}, fetches: map[string]*fetch{}}
	if d.EdgeCode != "" {
		edge, err := NewEdge(d.EdgeCode, func(line string) { log.Info("edge function", "line", line) })
		if err != nil {
			return nil, err
		}
		c.edge = edge
	}
	return c, nil
}

// Stats tells what came up to now.
func (c *CloudFront) Stats() CloudFrontStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Results of a request, as X-Cache names them.
const (
	hit        = "Hit from cloudfront"
	miss       = "Miss from cloudfront"
	refreshHit = "RefreshHit from cloudfront"
	failed     = "Error from cloudfront"
	generated  = "FunctionGeneratedResponse from cloudfront"
)

func (c *CloudFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.count(func(s *CloudFrontStats) { s.Requests++ })
	if !slices.Contains(c.d.AllowedMethods, r.Method) {
		c.answer(w, r, &object{status: http.StatusForbidden, header: http.Header{}}, failed)
		return
	}
	uri, query := target(r)
	if c.edge != nil {
		result, err := c.edge.Run(edgeRequest(r, uri, query))
		switch {
		case err != nil: // a function that throws is a 503 (http-503-lambda-execution-error)
			c.log.Error("the edge function failed", "url", r.RequestURI, "error", err)
			c.answer(w, r, &object{status: http.StatusServiceUnavailable, header: http.Header{}}, failed)
			return
		case result.Status != 0:
			c.count(func(s *CloudFrontStats) { s.EdgeAnswers++ })
			header := http.Header{}
			for name, value := range result.Headers {
				header.Set(name, value)
			}
			c.answer(w, r, &object{status: result.Status, header: header, body: []byte(result.Body)}, generated)
			return
		}
		uri, query = result.URI, result.Query
	}
	if !slices.Contains(c.d.CachedMethods, r.Method) {
		c.answer(w, r, c.ask(r, uri, query, nil), miss)
		return
	}
	object, result := c.get(r, uri, query)
	if object.status >= 400 && result == miss {
		result = failed
	}
	c.answer(w, r, object, result)
}

func (c *CloudFront) count(add func(*CloudFrontStats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	add(&c.stats)
}

// get finds an object in the cache or fetches it. Objects are kept as a GET has
// them; a HEAD that misses is asked of the origin and not kept.
func (c *CloudFront) get(r *http.Request, uri, query string) (*object, string) {
	key := c.d.Cache.key(r, uri, query)
	now := c.Now()
	c.mu.Lock()
	old := c.objects[key]
	if old != nil {
		age := now.Sub(old.at)
		switch {
		case age < old.keeping.fresh, now.Before(old.retry):
			c.stats.Hits++
			c.mu.Unlock()
			return old, hit
		case age < old.keeping.fresh+old.keeping.revalidating:
			c.stats.Stale++
			c.mu.Unlock()
			c.renew.Go(func() { c.fetch(r.Clone(r.Context()), uri, query, key, old) })
			return old, hit
		}
	}
	c.mu.Unlock()
	if old == nil && r.Method == http.MethodHead {
		c.count(func(s *CloudFrontStats) { s.Misses++ })
		return c.ask(r, uri, query, nil), miss
	}
	object, result := c.fetch(r, uri, query, key, old)
	c.count(func(s *CloudFrontStats) {
		switch result {
		case refreshHit:
			s.Refreshed++
		case hit:
			s.Hits++
		default:
			s.Misses++
		}
	})
	return object, result
}

// fetch asks the origin, once for all that want the same at the same time, and
// keeps what it answers.
func (c *CloudFront) fetch(r *http.Request, uri, query, key string, old *object) (*object, string) {
	c.mu.Lock()
	if f := c.fetches[key]; f != nil {
		c.mu.Unlock()
		<-f.done
		if !f.object.keeping.cached && f.object != old { // what is not kept is nobody else's
			return c.ask(r, uri, query, nil), miss
		}
		return f.object, hit
	}
	f := &fetch{done: make(chan struct{})}
	c.fetches[key] = f
	c.mu.Unlock()

	fresh := c.ask(r, uri, query, old)
	c.mu.Lock()
	defer c.mu.Unlock()
	result := miss
	switch {
	case old != nil && fresh.status == http.StatusNotModified:
		maps.Copy(old.header, fresh.header)
		old.at, old.keeping, old.retry = fresh.at, c.d.keep(old.status, old.header, fresh.at), time.Time{}
		fresh, result = old, refreshHit
	case old != nil && fresh.status >= 500 && old.status < 400 && c.mayServeStale(old):
		// A good copy is better than an error; the origin is left alone for as
		// long as the error would be kept.
		old.retry = fresh.at.Add(c.d.keep(fresh.status, http.Header{}, fresh.at).fresh)
		c.stats.Stale++
		fresh, result = old, hit
	case fresh.keeping.cached:
		c.objects[key] = fresh
	default:
		delete(c.objects, key)
	}
	f.object = fresh
	delete(c.fetches, key)
	close(f.done)
	return fresh, result
}

func (c *CloudFront) mayServeStale(o *object) bool {
	return o.keeping.failing < 0 || c.Now().Sub(o.at) < o.keeping.fresh+o.keeping.failing
}

// ask sends a request to the origin: what the policies name, and no more. With an
// old object it asks whether that is still good.
func (c *CloudFront) ask(r *http.Request, uri, query string, old *object) *object {
	c.count(func(s *CloudFrontStats) { s.OriginRequests++ })
	forwarded := c.forwardedQuery(query)
	out := &http.Request{
		Method: r.Method, RequestURI: uri, Header: c.forwardedHeaders(r), Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: r.RemoteAddr, Host: "origin",
	}
	if old != nil {
		out.Method = http.MethodGet
		if etag := old.header.Get("Etag"); etag != "" {
			out.Header.Set("If-None-Match", etag)
		}
		if modified := old.header.Get("Last-Modified"); modified != "" {
			out.Header.Set("If-Modified-Since", modified)
		}
	}
	if forwarded != "" {
		out.RequestURI += "?" + forwarded
	}
	// A viewer who leaves does not stop it: others may wait.
	answer, whole := record(c.origin, out.WithContext(context.WithoutCancel(r.Context())))
	now := c.Now()
	o := &object{target: uri, status: answer.Code, header: answer.Header(), body: answer.Body.Bytes(), at: now}
	if query != "" {
		o.target += "?" + query
	}
	if !whole { // an answer that breaks off is not kept
		o.status, o.header, o.body = http.StatusBadGateway, http.Header{}, nil
	}
	for tag := range strings.SplitSeq(o.header.Get(c.d.TagHeader), ",") {
		if tag = strings.TrimSpace(strings.ToLower(tag)); tag != "" && c.d.TagHeader != "" {
			o.tags = append(o.tags, tag)
		}
	}
	o.keeping = c.d.keep(o.status, o.header, now)
	return o
}

// record lets the origin answer; it tells whether the answer is whole.
func record(origin http.Handler, r *http.Request) (w *httptest.ResponseRecorder, whole bool) {
	w = httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			whole = false
		}
	}()
	origin.ServeHTTP(w, r)
	return w, true
}

func (c *CloudFront) forwardedQuery(query string) string {
	both := Selection{Behavior: "all"}
	if c.d.Cache.Query.Behavior != "all" && c.d.Origin.Query.Behavior != "all" {
		both = Selection{"whitelist", append(slices.Clone(c.d.Cache.Query.Items), c.d.Origin.Query.Items...)}
	}
	return both.query(query)
}

// forwardedHeaders are CloudFront's own and those of the policies
// (RequestAndResponseBehaviorCustomOrigin).
func (c *CloudFront) forwardedHeaders(r *http.Request) http.Header {
	h := http.Header{"User-Agent": {"Amazon CloudFront"}, "Via": {"2.0 sandbox.cloudfront.net (CloudFront)"}, "X-Amz-Cf-Id": {randomHex(24)}}
	for _, s := range []Selection{c.d.Cache.Headers, c.d.Origin.Headers} {
		for _, name := range s.headers(r.Header) {
			h[name] = r.Header[name]
		}
	}
	if encoding := c.d.Cache.encoding(r.Header); encoding != "" {
		h.Set("Accept-Encoding", encoding)
	}
	return h
}

// answer writes an object to a viewer.
func (c *CloudFront) answer(w http.ResponseWriter, r *http.Request, o *object, result string) {
	h := w.Header()
	c.mu.Lock()
	maps.Copy(h, o.header)
	age := c.Now().Sub(o.at)
	c.mu.Unlock()
	// Vary goes unless what it names is forwarded; of these headers the transport
	// has its own.
	for _, name := range []string{"Vary", "Connection", "Transfer-Encoding", "Date"} {
		h.Del(name)
	}
	c.d.Headers.apply(h)
	h.Set("X-Cache", result)
	h.Set("Via", "1.1 sandbox.cloudfront.net (CloudFront)")
	if result == hit || result == refreshHit {
		h.Set("Age", strconv.Itoa(int(age.Seconds())))
	}
	status := o.status
	if status == http.StatusOK && matches(r.Header, h) {
		status = http.StatusNotModified
		h.Del("Content-Length")
		h.Del("Content-Type")
	} else if (r.Method != http.MethodHead || len(o.body) > 0) && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(o.body)))
	}
	w.WriteHeader(status)
	if status != http.StatusNotModified && status != http.StatusNoContent && r.Method != http.MethodHead {
		_, _ = bytes.NewReader(o.body).WriteTo(w)
	}
}

// matches tells whether the viewer has the answer.
func matches(request, answer http.Header) bool {
	if tags := request.Get("If-None-Match"); tags != "" {
		return slices.ContainsFunc(strings.Split(tags, ","), func(tag string) bool {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			return answer.Get("Etag") != "" && (tag == "*" || tag == answer.Get("Etag"))
		})
	}
	since, err := http.ParseTime(request.Get("If-Modified-Since"))
	modified, errModified := http.ParseTime(answer.Get("Last-Modified"))
	return err == nil && errModified == nil && !modified.After(since)
}

func edgeRequest(r *http.Request, uri, query string) EdgeRequest {
	e := EdgeRequest{Method: r.Method, URI: uri, RawQuery: query, HasQuery: strings.Contains(r.RequestURI, "?"), Headers: map[string][]string{"host": {r.Host}}}
	for name, values := range r.Header {
		e.Headers[strings.ToLower(name)] = values
	}
	if ip, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		e.IP = ip
	}
	return e
}
