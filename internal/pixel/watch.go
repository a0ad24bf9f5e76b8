package pixel

import (
	"context"
	"sync"

	"github.com/tintype/tintype/internal/vips"
)

// watch stops the computing of a job's images when its context is done. libvips
// asks an image for leave before each piece that it computes of it, so it has to
// know the first image, the last one, and every one that is computed whole in
// between.
type watch struct {
	stop func() bool

	mu     sync.Mutex
	done   bool
	images []*vips.Image
}

func watchDone(ctx context.Context) *watch {
	w := new(watch)
	w.stop = context.AfterFunc(ctx, w.kill)
	return w
}

// add watches an image too. The watch holds a reference of its own.
func (w *watch) add(img *vips.Image) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		img.Kill()
	}
	w.images = append(w.images, img.Ref())
}

func (w *watch) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	for _, img := range w.images {
		img.Kill()
	}
}

// end releases the images.
func (w *watch) end() {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, img := range w.images {
		img.Unref()
	}
	w.images = nil
}
