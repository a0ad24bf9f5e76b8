package pixel

import (
	"fmt"
	"log/slog"

	"github.com/tintype/tintype/internal/transform"
	"github.com/tintype/tintype/internal/vips"
)

// Options configure the engine.
type Options struct {
	MaxSourcePixels int64        // the largest picture that will be decoded
	SystemFonts     bool         // drawings may use the machine's fonts, and so look different elsewhere
	Log             *slog.Logger // receives libvips's warnings; nil drops them
}

// Engine makes pictures with libvips. Its methods are safe for concurrent use.
type Engine struct{ libvips string }

// Start loads libvips. It fails in words where none is to be found or it does
// not fit.
func Start(o Options) (*Engine, error) {
	err := vips.Start(vips.Options{MaxPixels: o.MaxSourcePixels, SystemFonts: o.SystemFonts, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return &Engine{libvips: vips.Version()}, nil
}

// encoders counts, by output format, how often the bytes that we write for a
// plan have changed. One more makes every result in that format a new one to
// all caches.
var encoders = map[transform.Format]int{
	transform.JPEG: 1,
	transform.PJPG: 1,
	transform.PNG:  1,
	transform.PNG8: 1,
	transform.WebP: 1,
	transform.AVIF: 1,
	transform.GIF:  1,
}

// Version names everything but source and plan that the bytes of a result in a
// format depend on.
func (e *Engine) Version(format transform.Format) string {
	return fmt.Sprintf("%s.%d-vips%s", format, encoders[format], e.libvips)
}

// LibraryVersion is the version of the libvips that Start loaded.
func LibraryVersion() string { return vips.Version() }

// LibraryFile is where it was loaded from.
func LibraryFile() string { return vips.File() }

// Memory is what libvips holds now, and the most that it ever held, in bytes.
func (e *Engine) Memory() (now, most int64) {
	m := vips.TrackedMemory()
	return m.Bytes, m.Highwater
}
