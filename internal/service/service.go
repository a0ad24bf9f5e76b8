package service

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

// Engine makes pictures. It is safe for concurrent use.
type Engine interface {
	// Sniff tells a file's format from its first bytes, HeadSize or all of a
	// shorter file. Its error is a *plan.Error.
	Sniff(head []byte) (plan.Source, error)
	// Probe reads a header. Its error is a *plan.Error, or a failure of ours.
	Probe(data []byte) (plan.Facts, error)
	// Run carries out a plan made for data. When ctx ends it stops as soon as
	// it can, which may be late, and returns the context's error. Another
	// error is as Probe's. The result is no part of data, which has other uses
	// once Run has returned.
	Run(ctx context.Context, data []byte, p plan.Plan) ([]byte, error)
	// Version names what the bytes of a result in a format depend on beside
	// source and plan.
	Version(format transform.Format) string
}

// HeadSize is how much of a file Engine.Sniff wants to see, in bytes.
const HeadSize = 4096

// SVG is what is done with drawings.
type SVG string

// What can be done with drawings.
const (
	SVGOff       SVG = "off"       // refused, like a format that is not read
	SVGRasterise SVG = "rasterise" // drawn at the size asked for
	SVGPass      SVG = "pass"      // sent as they are where no format is asked for
)

// Options configure a Service.
type Options struct {
	Source   source.Source
	Engine   Engine
	Policy   plan.Policy
	Defaults transform.Defaults
	SVG      SVG

	// Originals lets the source's bytes out untouched.
	Originals bool

	MaxSourceBytes   int64         // of one source object
	MaxInflight      int           // requests between fetching and the last pixel
	MaxInflightBytes int64         // of their sources together
	Slots            int           // pixel jobs at a time
	Queue            int           // requests waiting for a slot
	Timeout          time.Duration // of one request, from its first step to its result

	CacheBytes int64         // of the memory cache of results; 0 for none
	CacheFresh time.Duration // how long a cached result is used without asking the source
}

// Service turns requests into results. It is safe for concurrent use.
type Service struct {
	o         Options
	cache     *cache
	flights   flights
	admission admission
	gate      gate
	buffers   buffers
	prints    fingerprint
}

// New makes a Service.
func New(o Options) (*Service, error) {
	cache, err := newCache(o.CacheBytes)
	if err != nil {
		return nil, fmt.Errorf("make memory cache: %w", err)
	}
	return &Service{
		o:         o,
		cache:     cache,
		admission: admission{maxRequests: o.MaxInflight, maxBytes: o.MaxInflightBytes},
		gate:      newGate(o.Slots, o.Queue),
		prints:    newFingerprint(o),
	}, nil
}

// Request is one question.
type Request struct {
	Key string
	// Transform is resolved: what the client accepts is in it.
	Transform transform.Transform
	// Has tells whether the client has this version already; nil for no. It
	// is asked before the source's body is read.
	Has func(etag string, modified time.Time) bool
}

func (r Request) has(etag string, modified time.Time) bool {
	return r.Has != nil && r.Has(etag, modified)
}

// Result is an answer. Exactly one of Body and Stream is set, neither where the
// client has the version already.
type Result struct {
	ETag        string // strong, with its quotes
	Modified    time.Time
	NotModified bool
	MediaType   string
	Extension   string // of a file of that type, without the dot
	Body        []byte
	Stream      io.ReadCloser // the original; the caller closes it
	Size        int64         // of the body in bytes; -1 where it is not known
	Trace       Trace
}

// Trace tells where a request's time went.
type Trace struct {
	Fetch, Wait, Work time.Duration
	SourceBytes       int64
	Cached            bool // from memory, after asking the source or not
	Coalesced         bool // made for an equal request that came first
}

// Get answers a request. Its error is an [*Error].
func (s *Service) Get(ctx context.Context, r Request) (*Result, error) {
	deadline := time.Now().Add(s.o.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	variant := r.Transform.Variant()
	if variant.IsOriginal() {
		return s.original(ctx, r, deadline)
	}
	id := r.Key + "?" + variant.String()
	if entry := s.cache.get(id); entry != nil && entry.fresh(s.o.CacheFresh) {
		return entry.answer(r), nil
	}
	var opened *opened
	if r.Has != nil && s.cache.get(id) == nil && !s.flights.has(id) {
		// The question can be answered by the source's metadata, unless the
		// client turns out to need the picture.
		var known *Result
		var err error
		if opened, known, err = s.peek(ctx, r, variant, deadline); err != nil {
			return nil, toError(err)
		}
		if known != nil {
			return known, nil
		}
	}
	m, err := s.flights.join(ctx, id, deadline, opened.close, func(ctx context.Context) (made, error) {
		return s.fly(ctx, id, r.Key, variant, opened)
	})
	if err != nil {
		e := *toError(err) // others may have got the same one
		e.Trace = m.trace
		return nil, &e
	}
	result := m.entry.answer(r)
	result.Trace = m.trace
	return result, nil
}
