package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// Function is a deployed function: its code, and the environments that run it.
type Function struct {
	o      Options
	folder string // of the code
	tmp    string // for what the function writes
	domain string // of its URL
	ctx    context.Context
	close  context.CancelFunc
	lines  lineWriter
	all    sync.WaitGroup // environments

	mu           sync.Mutex
	environments []*environment
	idle         []*slot       // the one used last comes last, and is used first
	waiting      []*invocation // for an environment, in order
	starting     int           // environments that are to take waiting ones
	stats        Stats
}

// slot is an environment's question for its next invocation.
type slot struct {
	environment *environment
	since       time.Time
	invocation  chan *invocation
}

// New unpacks a function. Nothing is started until it is invoked.
func New(o Options) (*Function, error) {
	o.PerEnvironment = max(o.PerEnvironment, 1)
	if o.maxInit == 0 {
		o.maxInit = maxInit
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	folder, err := unpack(o.Zip, len(o.Emulator) > 0)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "tintype-tmp-")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	f := &Function{o: o, folder: folder, tmp: tmp, lines: lineWriter{w: o.Output}}
	f.domain = randomHex(16) + ".lambda-url." + o.Region + ".on.aws"
	f.ctx, f.close = context.WithCancel(context.Background())
	if o.Idle > 0 {
		f.all.Go(f.reap)
	}
	return f, nil
}

// Close ends every environment, without a word to it as Lambda does
// (DG lambda-runtime-environment, "Shutdown phase": no SIGTERM without
// extensions), and removes the code.
func (f *Function) Close() error {
	f.close()
	f.mu.Lock()
	for _, i := range f.waiting {
		i.fail(errClosed)
	}
	f.waiting = nil
	for _, e := range f.environments {
		go e.end(errClosed)
	}
	f.mu.Unlock()
	f.all.Wait()
	return errors.Join(os.RemoveAll(f.folder), os.RemoveAll(f.tmp))
}

// Stats tells what the function did up to now.
func (f *Function) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stats
	for _, e := range f.environments {
		s.CPU += e.cpu()
	}
	return s
}

// invoke gives an invocation to an environment; the reply comes by itself.
func (f *Function) invoke(i *invocation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Invocations++
	switch {
	case f.ctx.Err() != nil:
		i.fail(errClosed)
	case len(f.idle) > 0:
		last := len(f.idle) - 1
		s := f.idle[last]
		f.idle = f.idle[:last]
		f.take(s, i)
	case f.busy()+len(f.waiting) >= f.o.Concurrency*f.o.PerEnvironment:
		f.stats.Throttled++
		i.fail(errThrottled)
	default:
		f.waiting = append(f.waiting, i)
		f.startForWaiting()
	}
}

// busy is how many invocations are running.
func (f *Function) busy() (n int) {
	for _, e := range f.environments {
		n += len(e.running)
	}
	return n
}

// startForWaiting starts an environment unless those that are about to be idle
// are enough for who waits. f.mu is held.
func (f *Function) startForWaiting() {
	coming := f.starting * f.o.PerEnvironment
	for _, e := range f.environments {
		coming += len(e.finishing)
	}
	if len(f.waiting) <= coming || len(f.environments) >= f.o.Concurrency {
		return
	}
	f.starting++
	e := &environment{f: f, running: map[string]*invocation{}}
	f.environments = append(f.environments, e)
	f.all.Go(e.run)
}

// take starts an invocation in an environment. f.mu is held.
func (f *Function) take(s *slot, i *invocation) {
	i.taken = time.Now()
	i.deadline = i.taken.Add(f.o.Timeout)
	s.environment.begin(i)
	s.invocation <- i
}

// offer is called when an environment asks for an invocation.
func (f *Function) offer(s *slot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) > 0 {
		i := f.waiting[0]
		f.waiting = f.waiting[1:]
		f.take(s, i)
		return
	}
	s.since = time.Now()
	f.idle = append(f.idle, s)
}

// withdraw is called when an environment asks no longer.
func (f *Function) withdraw(s *slot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = slices.DeleteFunc(f.idle, func(other *slot) bool { return other == s })
}

// remove is called when an environment has ended. An environment that never
// began fails the invocation that it was started for.
func (f *Function) remove(e *environment, cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.environments = slices.DeleteFunc(f.environments, func(other *environment) bool { return other == e })
	f.idle = slices.DeleteFunc(f.idle, func(s *slot) bool { return s.environment == e })
	f.stats.PeakMemory = max(f.stats.PeakMemory, e.peak.Load())
	for _, i := range e.finishing {
		i.timer.Stop()
	}
	if !e.ready {
		f.starting--
		if len(f.waiting) > 0 {
			f.stats.Failed++
			f.waiting[0].fail(fmt.Errorf("%w: %w", errInit, cause))
			f.waiting = f.waiting[1:]
		}
	}
	if f.ctx.Err() == nil {
		f.startForWaiting()
	}
}

// reap ends environments that nobody has used for a while.
func (f *Function) reap() {
	tick := time.NewTicker(max(f.o.Idle/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-tick.C:
		}
		f.mu.Lock()
		for _, e := range f.environments {
			var slots []*slot
			for _, s := range f.idle {
				if s.environment == e && time.Since(s.since) > f.o.Idle {
					slots = append(slots, s)
				}
			}
			if len(slots) == f.o.PerEnvironment {
				f.idle = slices.DeleteFunc(f.idle, func(s *slot) bool { return s.environment == e })
				f.o.Log.Info("environment reaped", "environment", e.name)
				go e.end(errIdle)
			}
		}
		f.mu.Unlock()
	}
}

var errIdle = errors.New("it was idle")
