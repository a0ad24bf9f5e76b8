package service

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

// opened is an object that was opened for one request and may be read for
// others that joined it: reading goes on when the first client leaves.
type opened struct {
	object *source.Object
	cancel context.CancelFunc // ends the fetching; nil where the flight's context does
	ticket *ticket
	took   time.Duration
}

// close gives up what was opened; a nil opened is nothing.
func (o *opened) close() {
	if o == nil {
		return
	}
	_ = o.object.Body.Close()
	if o.cancel != nil {
		o.cancel()
	}
	o.ticket.release()
}

// peek opens the source to see whether the client has the result already. It
// returns what it opened, or the result that says so.
func (s *Service) peek(ctx context.Context, r Request, variant transform.Transform, deadline time.Time) (*opened, *Result, error) {
	ticket, err := s.admission.enter()
	if err != nil {
		return nil, nil, err
	}
	start := time.Now()
	object, inTime, cancel, err := s.openDetached(ctx, r.Key, deadline)
	if err != nil {
		ticket.release()
		return nil, nil, err
	}
	inTime() // the flight has the same deadline
	o := &opened{object, cancel, ticket, time.Since(start)}
	etag := s.prints.etag(object.Version, variant)
	if r.has(etag, object.Modified) {
		o.close()
		return nil, &Result{ETag: etag, Modified: object.Modified, NotModified: true, Trace: Trace{Fetch: o.took}}, nil
	}
	return o, nil, nil
}

// openDetached opens an object whose body is read until cancel is called, or
// until the deadline comes, or ctx ends, before inTime is.
func (s *Service) openDetached(ctx context.Context, key string, deadline time.Time) (
	object *source.Object, inTime, cancel func(), err error) {
	inner, cancelCause := context.WithCancelCause(context.WithoutCancel(ctx))
	timer := time.AfterFunc(time.Until(deadline), func() { cancelCause(context.DeadlineExceeded) })
	unlink := context.AfterFunc(ctx, func() { cancelCause(ctx.Err()) })
	inTime = func() { timer.Stop(); unlink() }
	cancel = func() { inTime(); cancelCause(nil) }
	object, err = s.o.Source.Open(inner, key, "")
	if err != nil {
		if cause := context.Cause(inner); cause != nil {
			err = cause
		}
		cancel()
		return nil, nil, nil, fetchError(err)
	}
	object.Body = &causedBody{object.Body, inner}
	return object, inTime, cancel, nil
}

// causedBody tells why reading was ended.
type causedBody struct {
	io.ReadCloser
	ctx context.Context
}

func (b *causedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if cause := context.Cause(b.ctx); err != nil && cause != nil {
		err = cause
	}
	return n, err
}

// fetchError blames the source for what exceeds the deadline before the pixels.
func fetchError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: SourceSlow, Detail: "the source did not answer in time", Err: err}
	}
	return err
}
