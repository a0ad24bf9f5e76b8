package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/tintype/tintype/internal/transform"
)

// original streams the source's bytes. They are not buffered and so need no
// admission.
func (s *Service) original(ctx context.Context, r Request, deadline time.Time) (*Result, error) {
	if !s.o.Originals {
		return nil, &Error{Kind: NotFound, Detail: "originals are not served here; ask for a size or a format"}
	}
	start := time.Now()
	object, inTime, cancel, err := s.openDetached(ctx, r.Key, deadline)
	if err != nil {
		return nil, toError(err)
	}
	unlink := context.AfterFunc(ctx, cancel)
	body := &stream{Closer: object.Body, done: func() { unlink(); cancel() }}
	result := &Result{ETag: s.prints.etag(object.Version, transform.Transform{}), Modified: object.Modified, Size: object.Size}
	if r.has(result.ETag, object.Modified) {
		_ = body.Close()
		result.NotModified = true
		return result, nil
	}
	head := make([]byte, HeadSize)
	n, err := io.ReadFull(object.Body, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if err == nil {
		format, sniffed := s.sniff(head[:n])
		if err = sniffed; err == nil {
			result.MediaType = format.MediaType()
			result.Extension = format.Extension()
		}
	}
	if err != nil {
		_ = body.Close()
		return nil, toError(fetchError(err))
	}
	inTime() // from here on the client's own pace counts
	body.Reader = io.MultiReader(bytes.NewReader(head[:n]), object.Body)
	result.Stream = body
	result.Trace = Trace{Fetch: time.Since(start), SourceBytes: max(object.Size, 0)}
	return result, nil
}

// stream is an original's body; closing it ends the fetching.
type stream struct {
	io.Reader
	io.Closer
	done func()
}

func (s *stream) Close() error {
	defer s.done()
	return s.Closer.Close()
}
