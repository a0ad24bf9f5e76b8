package source

import (
	"context"
	"errors"
	"io"
	"time"
)

// What can go wrong at a source. Errors wrap one of these; any other is a
// failure of ours.
var (
	// ErrNotFound says that no object has the key.
	ErrNotFound = errors.New("no object has this key")
	// ErrNotModified says that the object still is the version asked about.
	ErrNotModified = errors.New("object not modified")
	// ErrUnavailable says that the source throttles, fails or refuses. It
	// has been tried again already, as far as that made sense.
	ErrUnavailable = errors.New("source unavailable")
)

// Source is a place that objects come from. It is safe for concurrent use.
type Source interface {
	// Open finds an object and returns its metadata and its body, unread.
	// The caller closes the body. Where version is not empty and the object
	// still has it, the error is ErrNotModified and nothing is opened.
	//
	// A key that names no object, a folder or anything else that is no
	// object is ErrNotFound. When ctx ends, Open and reading fail with its
	// error.
	Open(ctx context.Context, key, version string) (*Object, error)
}

// Object is an opened object.
type Object struct {
	// Version changes whenever the bytes do; it is opaque and not empty.
	Version string
	// Modified is when the bytes were written last, to the second; zero where
	// it is not known.
	Modified time.Time
	// Size is the length of Body in bytes, -1 where it is not known.
	Size int64
	Body io.ReadCloser
}
