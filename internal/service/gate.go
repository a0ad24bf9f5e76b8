package service

import (
	"context"
	"sync"
	"sync/atomic"
)

// gate lets so many pixel jobs work at a time, and so many more wait.
type gate struct {
	slots   chan struct{} // a token for each job at work
	queue   int64
	waiting atomic.Int64
	overdue atomic.Int64 // jobs whose request is over and that still work
}

func newGate(slots, queue int) gate {
	return gate{slots: make(chan struct{}, slots), queue: int64(queue)}
}

// enter waits for a slot, first come first served. Where too many wait, or the
// deadline comes first, the request is turned away.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return &Error{Kind: Busy, Detail: "too many pictures are waiting to be made"}
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		if ctx.Err() == context.Canceled {
			return ctx.Err()
		}
		return &Error{Kind: Busy, Detail: "the picture's turn did not come in time"}
	}
}

// job is the holder of a slot.
type job struct {
	gate    *gate
	mu      sync.Mutex
	left    bool
	overdue bool
}

func (g *gate) job() *job { return &job{gate: g} }

// leave gives the slot back.
func (j *job) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.left = true
	if j.overdue {
		j.gate.overdue.Add(-1)
	}
	<-j.gate.slots
}

// outlive counts the job, if it still works, as one that nobody waits for.
func (j *job) outlive() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.left {
		j.overdue = true
		j.gate.overdue.Add(1)
	}
}
