package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

// fly makes one variant, or renews it in the cache. It takes over what is
// opened already, which may be nothing.
func (s *Service) fly(ctx context.Context, id, key string, variant transform.Transform, o *opened) (made, error) {
	old := s.cache.get(id)
	if o == nil {
		ticket, err := s.admission.enter()
		if err != nil {
			return made{}, err
		}
		version := ""
		if old != nil {
			version = old.version
		}
		start := time.Now()
		object, err := s.o.Source.Open(ctx, key, version)
		trace := Trace{Fetch: time.Since(start)}
		if err != nil {
			ticket.release()
			if old != nil && errors.Is(err, source.ErrNotModified) {
				old.renew()
				trace.Cached = true
				return made{old, trace}, nil
			}
			if errors.Is(err, source.ErrNotFound) {
				s.cache.drop(id)
			}
			return made{trace: trace}, fetchError(err)
		}
		o = &opened{object: object, ticket: ticket, took: trace.Fetch}
	} else {
		unlink := context.AfterFunc(ctx, o.cancel)
		defer unlink()
		defer o.cancel()
	}
	m, err := s.make(ctx, variant, o)
	if err == nil {
		s.cache.put(id, m.entry)
	}
	return m, err
}

// make reads the source and has the picture made. It closes the object; the
// ticket is given back when the last pixel is done.
func (s *Service) make(ctx context.Context, variant transform.Transform, o *opened) (made, error) {
	trace := Trace{Fetch: o.took}
	start := time.Now()
	data, err := s.read(ctx, o)
	trace.Fetch += time.Since(start)
	trace.SourceBytes = int64(len(data))
	if err != nil {
		o.ticket.release()
		return made{trace: trace}, err
	}

	start = time.Now()
	err = s.gate.enter(ctx)
	trace.Wait = time.Since(start)
	if err != nil {
		o.ticket.release()
		return made{trace: trace}, err
	}

	start = time.Now()
	p, err := s.work(ctx, data, variant, o.ticket, trace.Fetch+trace.Wait)
	trace.Work = time.Since(start)
	if err != nil {
		return made{trace: trace}, err
	}
	return made{newEntry(Result{
		ETag:      s.prints.etag(o.object.Version, variant),
		Modified:  o.object.Modified,
		MediaType: p.mediaType,
		Extension: p.extension,
		Body:      p.body,
		Size:      int64(len(p.body)),
	}, o.object.Version), trace}, nil
}

// read takes the whole body into one buffer.
func (s *Service) read(ctx context.Context, o *opened) ([]byte, error) {
	defer o.object.Body.Close()
	data, err := s.readBody(o)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return data, fetchError(err)
}

func (s *Service) readBody(o *opened) ([]byte, error) {
	size, most := o.object.Size, s.o.MaxSourceBytes
	if size > most {
		return nil, tooLarge(size, most)
	}
	if size < 0 {
		if err := o.ticket.addBytes(most); err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(o.object.Body, most+1))
		if err == nil && int64(len(data)) > most {
			err = tooLarge(int64(len(data)), most)
		}
		return data, err
	}
	if err := o.ticket.addBytes(size); err != nil {
		return nil, err
	}
	data := s.buffers.get(size)
	if _, err := io.ReadFull(o.object.Body, data); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: fewer than the %d bytes announced", source.ErrUnavailable, size)
		}
		return nil, err
	}
	return data, nil
}

func tooLarge(size, most int64) error {
	return &Error{Kind: Refused, Detail: fmt.Sprintf("the source has %d bytes or more; allowed are %d", size, most)}
}

// picture is what comes out of the engine.
type picture struct {
	body                 []byte
	mediaType, extension string
}

// work makes the picture in the gate's slot, which the caller holds, after so
// long a time of fetching and waiting. It returns by the deadline. The engine may
// not: then slot and ticket stay taken until it does.
func (s *Service) work(ctx context.Context, data []byte, variant transform.Transform, t *ticket, before time.Duration) (picture, error) {
	type outcome struct {
		picture picture
		err     error
	}
	begun := time.Now()
	done := make(chan outcome, 1)
	job := s.gate.job()
	go func() {
		var out outcome
		out.picture, out.err = guard(func() (picture, error) { return s.picture(ctx, data, variant) })
		s.buffers.put(data)
		job.leave()
		t.release()
		done <- out
	}()
	select {
	case out := <-done:
		if ctx.Err() != nil && out.err != nil {
			return picture{}, workError(ctx.Err(), time.Since(begun), before)
		}
		return out.picture, out.err
	case <-ctx.Done():
		job.outlive()
		return picture{}, workError(ctx.Err(), time.Since(begun), before)
	}
}

// workError blames the picture for a deadline only where its work had most of the
// time; where fetching and waiting had it, the next try may do better.
func workError(err error, working, before time.Duration) error {
	switch {
	case !errors.Is(err, context.DeadlineExceeded):
	case working < before:
		return &Error{Kind: Busy, Detail: "the picture's turn came too late", Err: err}
	default:
		return &Error{Kind: WorkSlow, Detail: "the picture could not be made in time", Err: err}
	}
	return err
}

// picture is the engine's part: header, plan, pixels.
func (s *Service) picture(ctx context.Context, data []byte, variant transform.Transform) (picture, error) {
	format, err := s.sniff(data[:min(len(data), HeadSize)])
	if err != nil {
		return picture{}, err
	}
	t := variant.Effective(s.o.Defaults)
	if format == plan.SVG && s.o.SVG == SVGPass && t.Format == 0 {
		return picture{bytes.Clone(data), format.MediaType(), format.Extension()}, nil
	}
	facts, err := s.o.Engine.Probe(data)
	if err != nil {
		return picture{}, err
	}
	p, err := plan.Make(facts, t, s.o.Policy)
	if err != nil {
		return picture{}, err
	}
	body, err := s.o.Engine.Run(ctx, data, p)
	if err != nil {
		return picture{}, err
	}
	return picture{body, p.Encode.Format.MediaType(), p.Encode.Format.Extension()}, nil
}

// sniff tells the format, and refuses what the operator does not serve.
func (s *Service) sniff(head []byte) (plan.Source, error) {
	format, err := s.o.Engine.Sniff(head)
	if err == nil && format == plan.SVG && s.o.SVG == SVGOff {
		return 0, &plan.Error{Kind: plan.ErrFormat, Reason: "SVG is not served here", Format: format.String()}
	}
	return format, err
}
