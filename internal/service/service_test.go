package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

// fakeEngine takes any bytes for a JPEG, but "text" for nothing and "<svg" for a
// drawing. Its pictures are "made of " and the source.
type fakeEngine struct {
	runs     atomic.Int32
	run      func(ctx context.Context) error // nil for at once
	versions map[transform.Format]string
}

func (e *fakeEngine) Sniff(head []byte) (plan.Source, error) {
	switch {
	case bytes.HasPrefix(head, []byte("text")):
		return 0, &plan.Error{Kind: plan.ErrFormat, Reason: "text is not read", Format: "text"}
	case bytes.HasPrefix(head, []byte("<svg")):
		return plan.SVG, nil
	}
	return plan.JPEG, nil
}

func (e *fakeEngine) Probe(data []byte) (plan.Facts, error) {
	format, err := e.Sniff(data)
	return plan.Facts{Format: format, Width: 100, Height: 80, Orientation: 1, Pages: 1}, err
}

func (e *fakeEngine) Run(ctx context.Context, data []byte, _ plan.Plan) ([]byte, error) {
	e.runs.Add(1)
	if e.run != nil {
		if err := e.run(ctx); err != nil {
			return nil, err
		}
	}
	return append([]byte("made of "), data...), nil
}

func (e *fakeEngine) Version(f transform.Format) string { return f.String() + e.versions[f] }

// spy counts what a source is asked for, and may stand in its way.
type spy struct {
	source.Source
	opened, read atomic.Int32
	open         func(ctx context.Context) error
}

func (s *spy) Open(ctx context.Context, key, version string) (*source.Object, error) {
	s.opened.Add(1)
	if s.open != nil {
		if err := s.open(ctx); err != nil {
			return nil, err
		}
	}
	o, err := s.Source.Open(ctx, key, version)
	if err == nil {
		o.Body = &spiedBody{o.Body, &s.read}
	}
	return o, err
}

type spiedBody struct {
	io.ReadCloser
	read *atomic.Int32
}

func (b *spiedBody) Read(p []byte) (int, error) {
	b.read.Add(1)
	return b.ReadCloser.Read(p)
}

// kit is a service on fakes.
type kit struct {
	*Service
	engine *fakeEngine
	memory *source.Memory
	spy    *spy
}

func newKit(t *testing.T, change func(*Options)) *kit {
	t.Helper()
	k := &kit{engine: &fakeEngine{}, memory: new(source.Memory)}
	k.spy = &spy{Source: k.memory}
	o := Options{
		Source: k.spy, Engine: k.engine, Policy: plan.DefaultPolicy, SVG: SVGRasterise, Originals: true,
		MaxSourceBytes: 1000, MaxInflight: 10, MaxInflightBytes: 5000, Slots: 2, Queue: 2, Timeout: time.Minute,
	}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	k.Service = s
	k.memory.Put("cat.jpg", []byte("cat"))
	return k
}

func ask(t *testing.T, key, query string) Request {
	t.Helper()
	parsed, err := transform.Parse(query, transform.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	return Request{Key: key, Transform: parsed}
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return -1
}

// settled fails the test where anything is still held.
func (k *kit) settled(t *testing.T) {
	t.Helper()
	got := k.Stats()
	got.CacheBytes = 0
	if got != (Stats{}) {
		t.Errorf("still held: %+v", got)
	}
}

func TestGet(t *testing.T) {
	k := newKit(t, nil)
	result, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50"))
	if err != nil {
		t.Fatal(err)
	}
	if string(result.Body) != "made of cat" || result.MediaType != "image/jpeg" || result.Extension != "jpg" || result.Size != 11 {
		t.Errorf("got %q, %s, %s, %d", result.Body, result.MediaType, result.Extension, result.Size)
	}
	if len(result.ETag) != 24 || result.Modified.IsZero() || result.Trace.SourceBytes != 3 {
		t.Errorf("got ETag %s, modified %v, %d source bytes", result.ETag, result.Modified, result.Trace.SourceBytes)
	}
	k.settled(t)
}

func TestErrorKinds(t *testing.T) {
	tests := []struct {
		name       string
		key, query string
		change     func(*Options)
		open       func(context.Context) error
		run        func(context.Context) error
		want       Kind
	}{
		{name: "missing", key: "dog.jpg", want: NotFound},
		{name: "text", key: "text.jpg", want: NotPicture},
		{name: "too many bytes", key: "large.jpg", want: Refused},
		{name: "too many pixels", key: "cat.jpg", change: func(o *Options) { o.Policy.MaxSourcePixels = 99 }, want: Refused},
		{name: "too large a result", key: "cat.jpg", query: "w=5000", change: func(o *Options) { o.Policy.MaxSide = 4000 }, want: Refused},
		{name: "past the last frame", key: "cat.jpg", query: "frame=2", want: Refused},
		{name: "source fails", key: "cat.jpg", open: func(context.Context) error { return fmt.Errorf("%w: 503", source.ErrUnavailable) }, want: SourceFailed},
		{name: "source bug", key: "cat.jpg", open: func(context.Context) error { return errors.New("odd") }, want: Internal},
		{name: "damaged", key: "cat.jpg", run: func(context.Context) error { return &plan.Error{Kind: plan.ErrCorrupt, Reason: "r"} }, want: NotPicture},
		{name: "engine bug", key: "cat.jpg", run: func(context.Context) error { return errors.New("odd") }, want: Internal},
		{name: "engine panics", key: "cat.jpg", run: func(context.Context) error { panic("odd") }, want: Internal},
		{name: "budget of bytes", key: "cat.jpg", change: func(o *Options) { o.MaxInflightBytes = 2 }, want: Busy},
		{name: "originals off", key: "cat.jpg", query: "none", change: func(o *Options) { o.Originals = false }, want: NotFound},
		{name: "original that is none", key: "text.jpg", query: "none", want: NotPicture},
		{name: "original that is missing", key: "dog.jpg", query: "none", want: NotFound},
		{name: "SVG off", key: "a.svg", change: func(o *Options) { o.SVG = SVGOff }, want: NotPicture},
		{name: "original SVG off", key: "a.svg", query: "none", change: func(o *Options) { o.SVG = SVGOff }, want: NotPicture},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, tt.change)
			k.memory.Put("text.jpg", []byte("text"))
			k.memory.Put("a.svg", []byte("<svg>"))
			k.memory.Put("large.jpg", make([]byte, 1001))
			k.spy.open, k.engine.run = tt.open, tt.run
			query := tt.query
			switch query {
			case "":
				query = "w=50"
			case "none":
				query = ""
			}
			_, err := k.Get(context.Background(), ask(t, tt.key, query))
			if kindOf(err) != tt.want {
				t.Errorf("got kind %d (%v), want %d", kindOf(err), err, tt.want)
			}
			k.settled(t)
			k.spy.open, k.engine.run = nil, nil
			if tt.change == nil {
				if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=51")); err != nil {
					t.Errorf("the next request: %v", err)
				}
			}
		})
	}
}

func TestSVGModes(t *testing.T) {
	for _, tt := range []struct {
		mode        SVG
		query, want string
	}{
		{SVGRasterise, "w=50", "image/jpeg"},
		{SVGPass, "w=50", "image/svg+xml"},
		{SVGPass, "w=50&fm=png", "image/png"},
		{SVGRasterise, "", "image/svg+xml"},
	} {
		k := newKit(t, func(o *Options) { o.SVG = tt.mode })
		k.memory.Put("a.svg", []byte("<svg>"))
		result, err := k.Get(context.Background(), ask(t, "a.svg", tt.query))
		if err != nil || result.MediaType != tt.want {
			t.Errorf("%s %q: got %+v, %v; want %s", tt.mode, tt.query, result, err, tt.want)
		}
	}
}

func TestOriginal(t *testing.T) {
	k := newKit(t, nil)
	long := bytes.Repeat([]byte("cat "), 5000) // more than is sniffed, and than MaxSourceBytes
	k.memory.Put("long.jpg", long)
	result, err := k.Get(context.Background(), ask(t, "long.jpg", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer result.Stream.Close()
	if got, err := io.ReadAll(result.Stream); err != nil || !bytes.Equal(got, long) {
		t.Errorf("%d bytes came, %v; want %d", len(got), err, len(long))
	}
	if result.Size != int64(len(long)) || result.MediaType != "image/jpeg" {
		t.Errorf("got size %d, %s", result.Size, result.MediaType)
	}
}

// A client that has the version gets no body, and none is read.
func TestNotModified(t *testing.T) {
	for _, query := range []string{"w=50", ""} {
		for _, cacheBytes := range []int64{0, 1 << 20} {
			k := newKit(t, func(o *Options) { o.CacheBytes = cacheBytes })
			first, err := k.Get(context.Background(), ask(t, "cat.jpg", query))
			if err != nil {
				t.Fatal(err)
			}
			if first.Stream != nil {
				_ = first.Stream.Close()
			}
			k.spy.read.Store(0)
			runs := k.engine.runs.Load()
			r := ask(t, "cat.jpg", query)
			r.Has = func(etag string, _ time.Time) bool { return etag == first.ETag }
			again, err := k.Get(context.Background(), r)
			if err != nil || !again.NotModified || again.Body != nil || again.Stream != nil || again.ETag != first.ETag {
				t.Fatalf("%q: got %+v, %v", query, again, err)
			}
			if k.spy.read.Load() != 0 || k.engine.runs.Load() != runs {
				t.Errorf("%q: the body was read %d times, pixels made %d times", query, k.spy.read.Load(), k.engine.runs.Load()-runs)
			}
			k.memory.Put("cat.jpg", []byte("another cat"))
			changed, err := k.Get(context.Background(), r)
			if err != nil || changed.NotModified || changed.ETag == first.ETag {
				t.Errorf("%q, after a change: got %+v, %v", query, changed, err)
			}
			k.settled(t)
		}
	}
}

func TestCache(t *testing.T) {
	k := newKit(t, func(o *Options) { o.CacheBytes = 1 << 20; o.CacheFresh = time.Hour })
	get := func(key, query string) (string, Trace) {
		t.Helper()
		result, err := k.Get(context.Background(), ask(t, key, query))
		if err != nil {
			t.Fatal(err)
		}
		return string(result.Body), result.Trace
	}
	get("cat.jpg", "w=50")
	if body, trace := get("cat.jpg", "w=50"); body != "made of cat" || !trace.Cached || k.spy.opened.Load() != 1 {
		t.Errorf("fresh: got %q, cached %v, opened %d times", body, trace.Cached, k.spy.opened.Load())
	}
	if _, trace := get("cat.jpg", "w=51"); trace.Cached {
		t.Error("another variant came from the cache")
	}
	if _, trace := get("cat.jpg", "w=50&dl=other-name.jpg"); !trace.Cached {
		t.Error("a file name made another picture")
	}
	k.memory.Put("cat.jpg", []byte("new cat"))
	if body, _ := get("cat.jpg", "w=50"); body != "made of cat" {
		t.Errorf("fresh: got %q", body)
	}

	k.o.CacheFresh = 0
	runs := k.engine.runs.Load()
	if body, trace := get("cat.jpg", "w=50"); body != "made of new cat" || trace.Cached {
		t.Errorf("changed: got %q, cached %v", body, trace.Cached)
	}
	k.spy.read.Store(0)
	if body, trace := get("cat.jpg", "w=50"); body != "made of new cat" || !trace.Cached || k.spy.read.Load() != 0 {
		t.Errorf("renewed: got %q, cached %v, read %d times", body, trace.Cached, k.spy.read.Load())
	}
	if made := k.engine.runs.Load() - runs; made != 1 {
		t.Errorf("made %d times, want once", made)
	}
	k.spy.open = func(context.Context) error { return source.ErrUnavailable }
	if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); kindOf(err) != SourceFailed {
		t.Errorf("while the source fails: got %v", err)
	}
	k.spy.open = nil
	if _, trace := get("cat.jpg", "w=50"); !trace.Cached {
		t.Error("a failure of the source lost what was in the cache")
	}
	k.memory.Delete("cat.jpg")
	for range 2 {
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); kindOf(err) != NotFound {
			t.Errorf("deleted: got %v", err)
		}
	}
	k.settled(t)
}

func TestNothingBadIsCached(t *testing.T) {
	k := newKit(t, func(o *Options) { o.CacheBytes = 1 << 20; o.CacheFresh = time.Hour })
	k.engine.run = func(context.Context) error { return &plan.Error{Kind: plan.ErrCorrupt, Reason: "r"} }
	if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); kindOf(err) != NotPicture {
		t.Fatalf("got %v", err)
	}
	k.engine.run = nil
	if result, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); err != nil || result.Trace.Cached {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	k := newKit(t, func(o *Options) { o.CacheBytes = 20_000; o.CacheFresh = time.Hour })
	for i := range 500 {
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", fmt.Sprintf("w=%d", 50+i))); err != nil {
			t.Fatal(err)
		}
	}
	k.cache.m.CleanUp()
	if got := k.Stats().CacheBytes; got > 20_000 || got == 0 {
		t.Errorf("the cache holds %d bytes", got)
	}
}

func TestCoalescing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, nil)
		finish := make(chan struct{})
		k.engine.run = func(context.Context) error { <-finish; return nil }
		var joined atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				result, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50"))
				if err != nil || string(result.Body) != "made of cat" {
					t.Errorf("got %v, %v", result, err)
					return
				}
				if result.Trace.Coalesced {
					joined.Add(1)
				}
			})
		}
		// One of them leaves; the others do not notice.
		leaving, leave := context.WithCancel(context.Background())
		all.Go(func() {
			_, err := k.Get(leaving, ask(t, "cat.jpg", "w=50"))
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != Gone {
				t.Errorf("who left got %v", err)
				return
			}
			if e.Trace.Coalesced {
				joined.Add(1)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		close(finish)
		all.Wait()
		if k.engine.runs.Load() != 1 || k.spy.opened.Load() != 1 {
			t.Errorf("made %d times, opened %d times; want once", k.engine.runs.Load(), k.spy.opened.Load())
		}
		if joined.Load() != 8 { // all nine but the first
			t.Errorf("%d joined, want 8", joined.Load())
		}
		k.settled(t)
	})
}

func TestLastOneLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, nil)
		stopped := false
		k.engine.run = func(ctx context.Context) error {
			<-ctx.Done()
			stopped = true
			return ctx.Err()
		}
		ctx, leave := context.WithCancel(context.Background())
		done := make(chan error)
		for range 2 {
			go func() {
				_, err := k.Get(ctx, ask(t, "cat.jpg", "w=50"))
				done <- err
			}()
		}
		synctest.Wait()
		leave()
		for range 2 {
			if err := <-done; kindOf(err) != Gone {
				t.Errorf("got %v", err)
			}
		}
		synctest.Wait()
		if !stopped {
			t.Error("the work goes on though nobody waits")
		}
		k.settled(t)
		k.engine.run = nil
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); err != nil {
			t.Errorf("whoever comes later: %v", err)
		}
	})
}

// The answer is in time, also when the engine is not; the slot stays taken until
// it is.
func TestWorkPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Slots = 1; o.Timeout = time.Second })
		finish := make(chan struct{})
		k.engine.run = func(context.Context) error { <-finish; return nil }
		start := time.Now()
		_, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50"))
		if kindOf(err) != WorkSlow || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		if got := k.Stats(); got.Overdue != 1 || got.Working != 1 || got.Inflight != 1 || got.InflightBytes != 3 {
			t.Errorf("got %+v, want one job overdue and still working", got)
		}
		_, err = k.Get(context.Background(), ask(t, "cat.jpg", "w=51"))
		if kindOf(err) != Busy || time.Since(start) != 2*time.Second {
			t.Errorf("the next one got %v after %v, want Busy", err, time.Since(start))
		}
		close(finish)
		synctest.Wait()
		k.settled(t)
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=52")); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// A picture whose turn came late is not to blame.
func TestLateTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Timeout = time.Second })
		k.spy.open = func(context.Context) error { time.Sleep(900 * time.Millisecond); return nil }
		k.engine.run = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=50")); kindOf(err) != Busy {
			t.Errorf("got %v, want Busy", err)
		}
		synctest.Wait()
		k.settled(t)
	})
}

// A conditional request has no more time than another.
func TestOneDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Timeout = time.Second })
		k.spy.open = func(context.Context) error { time.Sleep(300 * time.Millisecond); return nil }
		k.engine.run = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		r := ask(t, "cat.jpg", "w=50")
		r.Has = func(string, time.Time) bool { return false }
		start := time.Now()
		if _, err := k.Get(context.Background(), r); kindOf(err) != WorkSlow || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		synctest.Wait()
		k.settled(t)
	})
}

// Conditional requests share work as others do, and hold nothing meanwhile.
func TestConditionalCoalescing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.MaxInflight = 2 })
		finish := make(chan struct{})
		k.engine.run = func(context.Context) error { <-finish; return nil }
		get := func(ctx context.Context, want Kind) {
			r := ask(t, "cat.jpg", "w=50")
			r.Has = func(string, time.Time) bool { return false }
			if result, err := k.Get(ctx, r); want >= 0 && kindOf(err) != want || want < 0 && (err != nil || string(result.Body) != "made of cat") {
				t.Errorf("got %+v, %v", result, err)
			}
		}
		var all sync.WaitGroup
		first, leave := context.WithCancel(context.Background())
		all.Go(func() { get(first, Gone) })
		synctest.Wait()
		for range 6 {
			all.Go(func() { get(context.Background(), -1) })
		}
		synctest.Wait()
		if got := k.Stats().Inflight; got != 1 {
			t.Errorf("%d in flight, want 1", got)
		}
		leave() // whoever opened the source goes; the others do not notice
		synctest.Wait()
		close(finish)
		all.Wait()
		if k.engine.runs.Load() != 1 {
			t.Errorf("made %d times", k.engine.runs.Load())
		}
		k.settled(t)
	})
}

// A source that stalls after its metadata does not hold an original's request.
func TestStallingOriginal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Timeout = time.Second; o.Source = stallingSource{} })
		for _, query := range []string{"", "w=50"} {
			start := time.Now()
			if _, err := k.Get(context.Background(), ask(t, "cat.jpg", query)); kindOf(err) != SourceSlow || time.Since(start) != time.Second {
				t.Errorf("%q: got %v after %v", query, err, time.Since(start))
			}
		}
		synctest.Wait()
		k.settled(t)
	})
}

// stallingSource has metadata and no bytes.
type stallingSource struct{}

func (stallingSource) Open(ctx context.Context, _, _ string) (*source.Object, error) {
	return &source.Object{Version: "1", Size: 100, Body: io.NopCloser(stall{ctx})}, nil
}

type stall struct{ ctx context.Context }

func (s stall) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Timeout = time.Second })
		k.spy.open = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		for _, query := range []string{"w=50", ""} {
			for _, has := range []func(string, time.Time) bool{nil, func(string, time.Time) bool { return true }} {
				r := ask(t, "cat.jpg", query)
				r.Has = has
				start := time.Now()
				if _, err := k.Get(context.Background(), r); kindOf(err) != SourceSlow || time.Since(start) != time.Second {
					t.Errorf("%q: got %v after %v", query, err, time.Since(start))
				}
			}
		}
		k.settled(t)
	})
}

// A request may have a deadline of its own, before the service's. What had the
// time is told all the same.
func TestRequestsOwnDeadline(t *testing.T) {
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for range 50 { // it is a race between two that end at the same time
		synctest.Test(t, func(t *testing.T) {
			k := newKit(t, nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			k.spy.open = wait
			if _, err := k.Get(ctx, ask(t, "cat.jpg", "w=5")); kindOf(err) != SourceSlow {
				t.Errorf("a slow source: %v", err)
			}
			k.spy.open, k.engine.run = nil, wait
			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := k.Get(ctx, ask(t, "cat.jpg", "w=5")); kindOf(err) != WorkSlow {
				t.Errorf("slow work: %v", err)
			}
			synctest.Wait()
		})
	}
	// One that joins another's work has no more time than its own.
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, nil)
		k.engine.run = wait
		go func() { _, _ = k.Get(t.Context(), ask(t, "cat.jpg", "w=5")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := k.Get(ctx, ask(t, "cat.jpg", "w=5")); kindOf(err) != Busy || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestAdmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.MaxInflight = 3; o.Slots = 1; o.Queue = 10 })
		finish := make(chan struct{})
		k.engine.run = func(context.Context) error { <-finish; return nil }
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				if _, err := k.Get(context.Background(), ask(t, "cat.jpg", fmt.Sprintf("w=%d", 50+i))); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if got := k.Stats(); got.Inflight != 3 || got.Working != 1 || got.Waiting != 2 {
			t.Errorf("got %+v", got)
		}
		opened := k.spy.opened.Load()
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=99")); kindOf(err) != Busy {
			t.Errorf("one too many: got %v", err)
		}
		if k.spy.opened.Load() != opened {
			t.Error("something was fetched for who was turned away")
		}
		close(finish)
		all.Wait()
		k.settled(t)
	})
}

func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, func(o *Options) { o.Slots = 1; o.Queue = 1 })
		finish := make(chan struct{})
		k.engine.run = func(context.Context) error { <-finish; return nil }
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() {
				if _, err := k.Get(context.Background(), ask(t, "cat.jpg", fmt.Sprintf("w=%d", 50+i))); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if _, err := k.Get(context.Background(), ask(t, "cat.jpg", "w=99")); kindOf(err) != Busy {
			t.Errorf("one too many: got %v", err)
		}
		close(finish)
		all.Wait()
		k.settled(t)
	})
}

func TestETag(t *testing.T) {
	etag := func(query string, change func(*Options)) string {
		t.Helper()
		var defaults transform.Defaults
		k := newKit(t, func(o *Options) {
			if change != nil {
				change(o)
			}
			defaults = o.Defaults
		})
		parsed, err := transform.Parse(query, defaults)
		if err != nil {
			t.Fatal(err)
		}
		result, err := k.Get(context.Background(), Request{Key: "cat.jpg", Transform: parsed})
		if err != nil {
			t.Fatal(err)
		}
		return result.ETag
	}
	newWebP := func(o *Options) {
		o.Engine.(*fakeEngine).versions = map[transform.Format]string{transform.WebP: "2"}
	}
	lowQuality := func(o *Options) { o.Defaults, _ = transform.ParseDefaults("q=30") }
	smaller := func(o *Options) { o.Policy.MaxSide = 4000 }
	same := []struct {
		name, query, other string
		change             func(*Options)
	}{
		{"asked twice", "w=50", "w=50", nil},
		{"a file name", "w=50", "w=50&dl=x", nil},
		{"the original by a file name", "", "dl=x", nil},
		{"new WebP, but a JPEG", "fm=jpg", "fm=jpg", newWebP},
		{"new WebP, but a client without", "auto=format&accept=none", "auto=format&accept=none", newWebP},
		{"the original", "", "", smaller},
	}
	for _, tt := range same {
		if etag(tt.query, nil) != etag(tt.other, tt.change) {
			t.Errorf("%s: the ETag differs", tt.name)
		}
	}
	different := []struct {
		name, query, other string
		change             func(*Options)
	}{
		{"another size", "w=50", "w=51", nil},
		{"the original", "", "q=80", nil},
		{"new WebP", "fm=webp", "fm=webp", newWebP},
		{"new WebP where it may be one", "w=50", "w=50", newWebP},
		{"new WebP for a client with it", "auto=format&accept=webp", "auto=format&accept=webp", newWebP},
		{"what clients accept", "auto=format&accept=webp", "auto=format&accept=none", nil},
		{"the operator's defaults", "w=50", "w=50", lowQuality},
		{"the operator's limits", "w=50", "w=50", smaller},
	}
	for _, tt := range different {
		if etag(tt.query, nil) == etag(tt.other, tt.change) {
			t.Errorf("%s: the ETag is the same", tt.name)
		}
	}
}
