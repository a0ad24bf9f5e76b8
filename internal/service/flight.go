package service

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// flights lets equal requests that are under way at the same time share one
// piece of work. The work goes on as long as anybody waits for it.
type flights struct {
	mu sync.Mutex
	m  map[string]*flight
}

type flight struct {
	done     chan struct{}
	deadline time.Time
	cancel   context.CancelFunc
	waiting  int // guarded by flights.mu

	// Set before done is closed.
	made made
	err  error
}

// made is what a flight comes back with. The trace is there beside an error too.
type made struct {
	entry *entry
	trace Trace
}

// has tells whether work of that id is under way.
func (f *flights) has(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.m[id] != nil
}

// join waits for the work of that id, and begins it where nobody has; where
// somebody has, it calls spare first. It returns early only when ctx ends before
// the work does: the work ends by the deadline of the first one that joined, and
// knows what had the time.
func (f *flights) join(ctx context.Context, id string, deadline time.Time, spare func(),
	work func(context.Context) (made, error)) (made, error) {
	f.mu.Lock()
	fl, coalesced := f.m[id]
	if !coalesced {
		fl = f.begin(ctx, id, deadline, work)
	}
	fl.waiting++
	f.mu.Unlock()
	if coalesced {
		spare()
	}

	select {
	case <-fl.done:
	case <-ctx.Done():
		late := errors.Is(ctx.Err(), context.DeadlineExceeded)
		if late && !fl.deadline.After(deadline) {
			<-fl.done // the work is at its end too
			break
		}
		f.leave(id, fl)
		err := ctx.Err()
		if late {
			err = &Error{Kind: Busy, Detail: "the picture is still being made", Err: err}
		}
		return made{trace: Trace{Coalesced: coalesced}}, err
	}
	m := fl.made
	m.trace.Coalesced = coalesced
	return m, fl.err
}

// begin starts work. f.mu is held.
func (f *flights) begin(ctx context.Context, id string, deadline time.Time,
	work func(context.Context) (made, error)) *flight {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	fl := &flight{done: make(chan struct{}), deadline: deadline, cancel: cancel}
	if f.m == nil {
		f.m = make(map[string]*flight)
	}
	f.m[id] = fl
	go func() {
		defer cancel()
		fl.made, fl.err = guard(func() (made, error) { return work(ctx) })
		f.mu.Lock()
		if f.m[id] == fl {
			delete(f.m, id)
		}
		f.mu.Unlock()
		close(fl.done)
	}()
	return fl
}

// leave gives up waiting; the last one to leave stops the work, and whoever
// comes later begins anew.
func (f *flights) leave(id string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.waiting--
	if fl.waiting > 0 {
		return
	}
	fl.cancel()
	if f.m[id] == fl {
		delete(f.m, id)
	}
}

// guard turns a panic into an error, so that a bug costs one request.
func guard[T any](work func() (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}
