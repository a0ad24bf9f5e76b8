package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Dir is a folder as a source: a key is a path in it. Neither ".." nor a
// symbolic link leads out of it.
type Dir struct{ root *os.Root }

// OpenDir opens a folder.
func OpenDir(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open source folder: %w", err)
	}
	return &Dir{root}, nil
}

// FS is the folder for reading, links held inside it as well.
func (d *Dir) FS() fs.FS { return d.root.FS() }

// Open implements [Source]. A file's version is its size and time of change.
func (d *Dir) Open(ctx context.Context, key, version string) (*Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Keys that a bucket would tell apart and a file system would not ("a//b",
	// "a/") are nowhere.
	if !fs.ValidPath(key) {
		return nil, ErrNotFound
	}
	// Without O_NONBLOCK the opening of a named pipe would wait for a writer.
	f, err := d.root.OpenFile(key, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, openError(err)
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, ErrNotFound
	}
	o := &Object{
		Version:  strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 36),
		Modified: info.ModTime().Truncate(time.Second),
		Size:     info.Size(),
		Body:     &file{ctx, f},
	}
	if o.Version == version {
		_ = f.Close()
		return nil, ErrNotModified
	}
	return o, nil
}

// openError sorts what the file system says. A path that leads out, a name too
// long and a file used as a folder name no object; a disk that fails is another
// matter.
func openError(err error) error {
	for _, failure := range []error{syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EACCES} {
		if errors.Is(err, failure) {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	return fmt.Errorf("%w: %w", ErrNotFound, err)
}

// file stops reading when its request is over.
type file struct {
	ctx context.Context
	*os.File
}

func (f *file) Read(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.File.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return n, err
}
