package service

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// cache keeps results in memory, bounded in bytes. A nil cache keeps nothing.
type cache struct{ m *otter.Cache[string, *entry] }

func newCache(bytes int64) (*cache, error) {
	if bytes == 0 {
		return nil, nil
	}
	const overhead = 512 // of an entry beside its body and its name, about
	m, err := otter.New(&otter.Options[string, *entry]{
		MaximumWeight: uint64(bytes),
		Weigher: func(id string, e *entry) uint32 {
			return uint32(min(len(e.result.Body)+len(id)+overhead, math.MaxUint32))
		},
	})
	if err != nil {
		return nil, err
	}
	return &cache{m}, nil
}

func (c *cache) get(id string) *entry {
	if c == nil {
		return nil
	}
	e, _ := c.m.GetIfPresent(id)
	return e
}

func (c *cache) put(id string, e *entry) {
	if c != nil {
		c.m.Set(id, e)
	}
}

func (c *cache) drop(id string) {
	if c != nil {
		c.m.Invalidate(id)
	}
}

func (c *cache) bytes() int64 {
	if c == nil {
		return 0
	}
	return int64(c.m.WeightedSize())
}

// entry is a result and what it was made from. The result is not changed.
type entry struct {
	result  Result
	version string       // of the source
	checked atomic.Int64 // when the source last had that version, Unix nanoseconds
}

func newEntry(r Result, version string) *entry {
	e := &entry{result: r, version: version}
	e.renew()
	return e
}

func (e *entry) renew() { e.checked.Store(time.Now().UnixNano()) }

// fresh tells whether the entry may be used without asking the source.
func (e *entry) fresh(within time.Duration) bool {
	return time.Since(time.Unix(0, e.checked.Load())) < within
}

// answer is the result as this request gets it.
func (e *entry) answer(r Request) *Result {
	result := e.result
	result.Trace.Cached = true
	if r.has(result.ETag, result.Modified) {
		result.NotModified = true
		result.Body = nil
	}
	return &result
}
