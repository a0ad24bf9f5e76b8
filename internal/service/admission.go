package service

import "sync"

// admission bounds what is between the first byte fetched and the last pixel.
// Nobody waits here: what does not fit is turned away at once.
type admission struct {
	maxRequests int
	maxBytes    int64

	mu       sync.Mutex
	requests int
	bytes    int64
}

// ticket is the right to be in; it is given back once.
type ticket struct {
	admission *admission
	bytes     int64
}

func (a *admission) enter() (*ticket, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requests >= a.maxRequests {
		return nil, &Error{Kind: Busy, Detail: "too many pictures are being made"}
	}
	a.requests++
	return &ticket{admission: a}, nil
}

// addBytes reserves memory for the source.
func (t *ticket) addBytes(n int64) error {
	a := t.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.bytes+n > a.maxBytes {
		return &Error{Kind: Busy, Detail: "too much is being fetched"}
	}
	a.bytes += n
	t.bytes += n
	return nil
}

func (t *ticket) release() {
	a := t.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests--
	a.bytes -= t.bytes
}

func (a *admission) now() (requests int, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests, a.bytes
}
