package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"
)

// invocation is an event on its way through an environment.
type invocation struct {
	id       string
	traceID  string
	event    []byte
	taken    time.Time // by the environment
	deadline time.Time
	timer    *time.Timer // ends the environment at the deadline, unless it asks for the next before

	reply chan *reply   // one comes, or an error in it
	once  sync.Once     // guards reply
	read  chan struct{} // closed when the reply was read to its end
	ended chan struct{} // closed when the environment has done with it
}

// reply is what a function answered, while it is answering.
type reply struct {
	contentType string
	body        *observed
	trailer     func() string // tells of an error that came after the reply began; known at the body's end
	err         error         // in place of all that
}

func newInvocation() *invocation {
	return &invocation{
		id:      uuid(),
		traceID: fmt.Sprintf("Root=1-%08x-%s;Sampled=0", time.Now().Unix(), randomHex(12)),
		reply:   make(chan *reply, 1), read: make(chan struct{}), ended: make(chan struct{}),
	}
}

// answer gives the reply, or the error, that came first; it tells whether it did.
func (i *invocation) answer(r *reply) (first bool) {
	i.once.Do(func() {
		i.reply <- r
		first = true
	})
	return first
}

// done is called when the reply was read. The client gets the last of it only
// then: its next request finds the environment free.
func (i *invocation) done() {
	close(i.read)
	<-i.ended
}

func (i *invocation) fail(err error) { i.answer(&reply{err: err}) }

// Why an invocation has no reply.
var (
	errTimeout   = errors.New("it did not end in the function's timeout")
	errMemory    = errors.New("the environment used more than the function's memory")
	errExited    = errors.New("the process ended")
	errInit      = errors.New("the function did not start")
	errThrottled = errors.New("every environment is busy, and there may be no more")
	errClosed    = errors.New("the sandbox is closed")
)

// functionError is what a function said of itself (errorMessage and errorType).
type functionError struct{ Type, Message string }

func (e *functionError) Error() string { return e.Type + ": " + e.Message }

func uuid() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
