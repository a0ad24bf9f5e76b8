package plan

import (
	"errors"
	"fmt"
)

// Why a picture is not made: the kinds of an [Error].
var (
	// ErrRefused says that the request and this picture do not go together:
	// over a limit, past the last frame, a window outside.
	ErrRefused = errors.New("refused")
	// ErrFormat says that the source is no picture, or of a format that is
	// not read.
	ErrFormat = errors.New("format not read")
	// ErrCorrupt says that the source's pixels could not be decoded.
	ErrCorrupt = errors.New("picture is damaged")
)

// Error says why a picture is not made.
type Error struct {
	Kind   error  // ErrRefused, ErrFormat or ErrCorrupt
	Reason string // for whoever asked for the picture
	Format string // the source's, as far as it is known
	Cause  error  // for the log alone; may be nil
}

func (e *Error) Error() string {
	s := e.Kind.Error() + ": " + e.Reason
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap makes errors.Is find the kind and the cause.
func (e *Error) Unwrap() []error { return []error{e.Kind, e.Cause} }

func refuse(format string, a ...any) error {
	return &Error{Kind: ErrRefused, Reason: fmt.Sprintf(format, a...)}
}

// Source is the format of a source picture.
type Source uint8

// The formats that are read.
const (
	JPEG Source = iota + 1
	PNG
	WebP
	AVIF
	GIF
	SVG
	TIFF
)

var sourceNames = [...]struct{ name, mediaType, extension string }{
	JPEG: {"JPEG", "image/jpeg", "jpg"},
	PNG:  {"PNG", "image/png", "png"},
	WebP: {"WebP", "image/webp", "webp"},
	AVIF: {"AVIF", "image/avif", "avif"},
	GIF:  {"GIF", "image/gif", "gif"},
	SVG:  {"SVG", "image/svg+xml", "svg"},
	TIFF: {"TIFF", "image/tiff", "tiff"},
}

// Sources are the names of the formats that are read.
func Sources() (names []string) {
	for _, n := range sourceNames[1:] {
		names = append(names, n.name)
	}
	return names
}

func (s Source) String() string { return sourceNames[s].name }

// MediaType is the format's registered type, like "image/jpeg".
func (s Source) MediaType() string { return sourceNames[s].mediaType }

// Extension is what names of files in the format end in, without the dot.
func (s Source) Extension() string { return sourceNames[s].extension }

// Space is what the bands of a source mean.
type Space uint8

// The spaces that are told apart.
const (
	RGB   Space = iota
	Grey        // one band
	CMYK        // four bands of ink
	Other       // anything else, like Lab or floating point
)

// Profile is what an embedded colour profile means.
type Profile uint8

// The profiles that are told apart.
const (
	NoProfile    Profile = iota
	SRGBProfile          // sRGB in other words, or the grey of its curve
	OtherProfile         // to be converted
)

// Facts are what a header tells of a picture.
type Facts struct {
	Format        Source
	Width, Height int // upright, of one page, in pixels; for SVG the nominal size
	Orientation   int // EXIF, 1 to 8: how the stored picture is made upright
	Pages         int // frames of an animation, 1 for a still
	Alpha         bool
	Space         Space
	Deep          bool // more than 8 bits a sample
	Profile       Profile
	Bytes         int // of the file
}

// photographic guesses whether neighbouring pixels differ a little everywhere,
// as in a photograph, or mostly not at all, as in a drawing or a screenshot: by
// the format that somebody chose, or by how well a PNG was compressed.
func (f Facts) photographic() bool {
	const flat = 3 // bits a pixel at most
	switch f.Format {
	case PNG, GIF, SVG:
		return int64(f.Bytes)*8 > flat*Size{f.Width, f.Height}.area()*int64(f.Pages)
	}
	return true
}

// Size is a width and a height in pixels.
type Size struct{ W, H int }

func (s Size) area() int64 { return int64(s.W) * int64(s.H) }

// Rect is a window in pixels from the upper left; the zero value is none.
type Rect struct{ X, Y, W, H int }

func (r Rect) size() Size { return Size{r.W, r.H} }
