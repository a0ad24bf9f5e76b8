package service

import (
	"context"
	"errors"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/source"
)

// Kind says whose fault an error is, and so what to answer.
type Kind int

// The kinds of an Error.
const (
	Internal     Kind = iota // a bug of ours
	Refused                  // the request does not fit the picture or the limits
	NotFound                 // no object has the key
	NotPicture               // the object is no picture that can be read
	Busy                     // too much at once; later it will work
	SourceFailed             // the source throttles, fails or refuses
	SourceSlow               // the source did not answer in time
	WorkSlow                 // the picture could not be made in time
	Gone                     // the client left
)

// Error is why there is no result.
type Error struct {
	Kind   Kind
	Detail string // for the client
	Format string // of a NotPicture, as far as it is known
	Trace  Trace
	Err    error // for the log; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// toError sorts any error by what it wraps.
func toError(err error) *Error {
	var sorted *Error
	var picture *plan.Error
	switch {
	case errors.As(err, &sorted):
		return sorted
	case errors.As(err, &picture):
		kind := NotPicture
		if errors.Is(err, plan.ErrRefused) {
			kind = Refused
		}
		return &Error{Kind: kind, Detail: picture.Reason, Format: picture.Format, Err: picture.Cause}
	case errors.Is(err, source.ErrNotFound):
		return &Error{Kind: NotFound, Detail: "no picture has this name", Err: err}
	case errors.Is(err, source.ErrUnavailable):
		return &Error{Kind: SourceFailed, Detail: "the source of the pictures fails", Err: err}
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Gone, Detail: "the client went away", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: WorkSlow, Detail: "the picture could not be made in time", Err: err}
	}
	return &Error{Kind: Internal, Detail: "something went wrong here, and the log says what", Err: err}
}
