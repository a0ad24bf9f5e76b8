package vips

import (
	"runtime"
	"unsafe"
)

// Image is a reference to a libvips image: a picture that is computed when its
// pixels are asked for.
type Image struct{ object pointer }

// Unref gives the reference up; the image must not be used after.
func (m *Image) Unref() {
	c.objectUnref(m.object)
	m.object = nil
}

// Ref returns a second reference to the same image, to be released by itself.
func (m *Image) Ref() *Image { return &Image{c.objectRef(m.object)} }

// Kill makes whatever computes this image's pixels fail soon. It may be called
// from any goroutine that holds a reference.
func (m *Image) Kill() { c.imageSetKill(m.object, 1) }

// Width is in pixels.
func (m *Image) Width() int { return int(c.imageWidth(m.object)) }

// Height is in pixels, all pages stacked.
func (m *Image) Height() int { return int(c.imageHeight(m.object)) }

// Bands counts channels, alpha among them.
func (m *Image) Bands() int { return int(c.imageBands(m.object)) }

// BandFormat is the type of one sample.
func (m *Image) BandFormat() BandFormat { return BandFormat(c.imageFormat(m.object)) }

// Interpretation is what the bands mean.
func (m *Image) Interpretation() Interpretation { return Interpretation(c.imageInterp(m.object)) }

// HasAlpha tells whether the last band is transparency.
func (m *Image) HasAlpha() bool { return c.imageHasAlpha(m.object) != 0 }

// Orientation is the EXIF orientation, 1 to 8, 1 where none is given.
func (m *Image) Orientation() int { return int(c.imageOrientation(m.object)) }

// Pages is how many pages the file says that it holds, whatever number was
// loaded. (libvips's own function takes 10,000 and more for a mistake, and for
// one page.)
func (m *Image) Pages() int {
	n, _ := m.Int("n-pages")
	return max(1, n)
}

// PageHeight is the height of one page in pixels.
func (m *Image) PageHeight() int { return int(c.imagePageHeight(m.object)) }

// Offset is where this image's origin lies in the image that it was cut from,
// in pixels, negated: a cut at (10, 20) has the offset (-10, -20).
func (m *Image) Offset() (x, y int) {
	return int(c.imageXOffset(m.object)), int(c.imageYOffset(m.object))
}

// Blob returns a copy of a piece of binary metadata, nil where there is none.
func (m *Image) Blob(name string) []byte {
	if c.imageTypeof(m.object, name) == 0 {
		return nil
	}
	var data pointer
	var n uintptr
	if c.imageBlob(m.object, name, &data, &n) != 0 {
		errorText()
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(data), n)...)
}

// Int returns a number in the metadata, like an animation's "loop", and whether
// it is there.
func (m *Image) Int(name string) (int, bool) {
	if c.imageTypeof(m.object, name) == 0 {
		return 0, false
	}
	var value int32
	if c.imageInt(m.object, name, &value) != 0 {
		errorText()
		return 0, false
	}
	return int(value), true
}

// Ints returns a copy of an array in the metadata, like an animation's "delay"
// in milliseconds; nil where there is none.
func (m *Image) Ints(name string) []int {
	if c.imageTypeof(m.object, name) == 0 {
		return nil
	}
	var data pointer
	var n int32
	if c.imageArrayInt(m.object, name, &data, &n) != 0 {
		errorText()
		return nil
	}
	out := make([]int, n)
	for i, v := range unsafe.Slice((*int32)(data), n) {
		out[i] = int(v)
	}
	return out
}

// WithPageHeight returns the image marked as a stack of pages of that height.
func (m *Image) WithPageHeight(height int) (*Image, error) {
	out, err := callImage("copy", image("in", m))
	if err != nil {
		return nil, err
	}
	c.imageSetInt(out.object, "page-height", int32(height))
	return out, nil
}

// WithoutOrientation returns the image marked as upright: a saver that can say
// how a picture is to be turned (AVIF's) would say it again.
func (m *Image) WithoutOrientation() (*Image, error) {
	out, err := callImage("copy", image("in", m))
	if err != nil {
		return nil, err
	}
	c.imageRemove(out.object, "orientation")
	return out, nil
}

// InMemory computes every pixel now and returns an image that can be read in
// any order.
func (m *Image) InMemory() (*Image, error) {
	object := c.imageCopyMemory(m.object)
	if object == nil {
		return nil, &Error{"copy_memory", errorText()}
	}
	return &Image{object}, nil
}

// Opaque tells of an image with alpha that is in memory whether nothing can be
// seen through it. It stops at the first pixel that can.
func (m *Image) Opaque() bool {
	data, bands, n := c.imageData(m.object), m.Bands(), m.Width()*m.Height()
	if data == nil {
		return false
	}
	switch m.BandFormat() {
	case UChar:
		return allAre(unsafe.Slice((*uint8)(data), n*bands), bands, 0xFF)
	case UShort:
		return allAre(unsafe.Slice((*uint16)(data), n*bands), bands, 0xFFFF)
	}
	return false
}

// allAre tells whether the last of so many bands has the same value everywhere.
func allAre[T comparable](samples []T, bands int, value T) bool {
	for i := bands - 1; i < len(samples); i += bands {
		if samples[i] != value {
			return false
		}
	}
	return true
}

// WithoutAlpha drops the last band.
func (m *Image) WithoutAlpha() (*Image, error) {
	return callImage("extract_band", image("in", m), integer("band", 0), integer("n", m.Bands()-1))
}

// Pixels computes the image and returns its samples, row by row, band by band.
func (m *Image) Pixels() ([]byte, error) {
	var n uintptr
	data := c.imageToMemory(m.object, &n)
	if data == nil {
		return nil, &Error{"write_to_memory", errorText()}
	}
	defer c.free(data)
	return append([]byte(nil), unsafe.Slice((*byte)(data), n)...), nil
}

// Buffer is Go memory lent to libvips: pinned, so that the collector leaves it
// alone for as long as libvips, which reads lazily, may look at it.
type Buffer struct {
	pinner runtime.Pinner
	blob   pointer
}

// NewBuffer lends data, which must not be empty, until Release.
func NewBuffer(data []byte) *Buffer {
	b := new(Buffer)
	b.pinner.Pin(&data[0])
	b.blob = c.blobNew(0, pointer(&data[0]), uintptr(len(data)))
	return b
}

// Release ends the loan. Every image loaded from the buffer must be gone.
func (b *Buffer) Release() {
	c.areaUnref(b.blob)
	b.pinner.Unpin()
}
