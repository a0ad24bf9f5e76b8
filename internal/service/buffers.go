package service

import "sync"

// buffers are sources' bytes that are done with, for the next sources: a large
// one made anew costs as much as reading it, in pages that the kernel has to
// clear. The collector empties it when nothing happens.
type buffers struct{ pool sync.Pool }

// get returns a buffer of that length, with anything in it. It holds no more than
// twice that in memory, so that what admission counts stays about true.
func (b *buffers) get(size int64) []byte {
	if p, ok := b.pool.Get().(*[]byte); ok && int64(cap(*p)) >= size && int64(cap(*p)) <= 2*size {
		return (*p)[:size]
	}
	return make([]byte, size)
}

// put takes a buffer that nobody looks at any more.
func (b *buffers) put(data []byte) { b.pool.Put(&data) }
