package vips

// BandFormat is the type of one sample.
type BandFormat int

// The formats used here, with libvips's values.
const (
	UChar  BandFormat = 0
	UShort BandFormat = 2
)

// Interpretation is what the bands of an image mean.
type Interpretation int

// The interpretations used here, with libvips's values.
const (
	BW     Interpretation = 1
	CMYK   Interpretation = 15
	SRGB   Interpretation = 22
	RGB16  Interpretation = 25
	Grey16 Interpretation = 26
)

// Extract cuts a window, in pixels from the upper left.
func (m *Image) Extract(left, top, width, height int) (*Image, error) {
	return callImage("extract_area", image("input", m),
		integer("left", left), integer("top", top), integer("width", width), integer("height", height))
}

// Resize scales to exactly width × height pixels, with a Lanczos kernel of
// three lobes when it gets smaller.
func (m *Image) Resize(width, height int) (*Image, error) {
	const lanczos3 = 5 // VIPS_KERNEL_LANCZOS3
	return callImage("resize", image("in", m),
		double("scale", float64(width)/float64(m.Width())),
		double("vscale", float64(height)/float64(m.Height())),
		integer("kernel", lanczos3))
}

// Interesting is what a smart crop looks for.
type Interesting int

// The values are libvips's.
const (
	Entropy   Interesting = 2
	Attention Interesting = 3
)

// SmartCrop cuts the most interesting window of width × height pixels; its
// Offset tells where.
func (m *Image) SmartCrop(width, height int, what Interesting) (*Image, error) {
	return callImage("smartcrop", image("input", m),
		integer("width", width), integer("height", height), integer("interesting", what))
}

// Rotate turns by a quarter clockwise as many times as quarters says, 1 to 3.
func (m *Image) Rotate(quarters int) (*Image, error) {
	return callImage("rot", image("in", m), integer("angle", quarters))
}

// Mirror swaps left and right.
func (m *Image) Mirror() (*Image, error) {
	const horizontal = 0
	return callImage("flip", image("in", m), integer("direction", horizontal))
}

// Premultiply multiplies colour by alpha, as scaling needs it. The result is cut
// off to the sample format, which scales three times as fast as floating point.
func (m *Image) Premultiply() (*Image, error) { return m.alphaProduct("premultiply", m.BandFormat()) }

// Unpremultiply undoes Premultiply. What was cut off there was half a step on
// average, and is given back here, where the picture is small: so the colour is
// as exact as if it had been rounded.
func (m *Image) Unpremultiply() (*Image, error) {
	ones, halves := make([]float64, m.Bands()), make([]float64, m.Bands())
	for i := range ones {
		ones[i], halves[i] = 1, 0.5
	}
	halves[m.Bands()-1] = 0 // alpha is as it was
	a, releaseA := doubles("a", ones)
	defer releaseA()
	b, releaseB := doubles("b", halves)
	defer releaseB()
	more, err := callImage("linear", image("in", m), a, b)
	if err != nil {
		return nil, err
	}
	defer more.Unref()
	return more.alphaProduct("unpremultiply", m.BandFormat())
}

// alphaProduct works on samples in the range of a format, and casts to it.
func (m *Image) alphaProduct(operation string, format BandFormat) (*Image, error) {
	maxAlpha := 255.0
	if format == UShort {
		maxAlpha = 65535
	}
	float, err := callImage(operation, image("in", m), double("max-alpha", maxAlpha))
	if err != nil {
		return nil, err
	}
	defer float.Unref()
	return callImage("cast", image("in", float), integer("format", format))
}

// ToColourspace converts by interpretation alone, profiles aside.
func (m *Image) ToColourspace(space Interpretation) (*Image, error) {
	return callImage("colourspace", image("in", m), integer("space", space))
}

// ToSRGB converts to 8-bit sRGB: from the embedded profile if that is to count
// and there is one, else from the one that fallback names, if any. The intent is
// perceptual, as browsers have it: full ink becomes black, where a colorimetric
// one leaves a dark blue.
func (m *Image) ToSRGB(embedded bool, fallback string) (*Image, error) {
	const perceptual = 0 // VIPS_INTENT_PERCEPTUAL
	arguments := []argument{
		image("in", m), text("output-profile", "srgb"), boolean("embedded", embedded),
		integer("intent", perceptual), integer("depth", 8),
	}
	if fallback != "" {
		arguments = append(arguments, text("input-profile", fallback))
	}
	return callImage("icc_transform", arguments...)
}

// doubles makes an array argument; the caller releases the second result.
func doubles(name string, values []float64) (argument, func()) {
	boxed := c.arrayDoubleNew(&values[0], int32(len(values)))
	return area(name, c.arrayDoubleType(), boxed), func() { c.areaUnref(boxed) }
}

// Flatten puts a colour, one number a band, under the transparency and drops
// the alpha band.
func (m *Image) Flatten(background []float64) (*Image, error) {
	colour, release := doubles("background", background)
	defer release()
	return callImage("flatten", image("in", m), colour)
}

// AddAlpha adds an opaque alpha band.
func (m *Image) AddAlpha() (*Image, error) { return callImage("addalpha", image("in", m)) }

// Embed puts the image at (x, y) of a canvas of width × height pixels in the
// colour given, one number a band.
func (m *Image) Embed(x, y, width, height int, background []float64) (*Image, error) {
	const withBackground = 5 // VIPS_EXTEND_BACKGROUND
	colour, release := doubles("background", background)
	defer release()
	return callImage("embed", image("in", m),
		integer("x", x), integer("y", y), integer("width", width), integer("height", height),
		integer("extend", withBackground), colour)
}

// Stack puts images of one size below each other.
func Stack(images []*Image) (*Image, error) {
	objects := make([]pointer, len(images))
	for i, m := range images {
		objects[i] = m.object
	}
	boxed := c.arrayImageNew(&objects[0], int32(len(objects)))
	defer c.areaUnref(boxed)
	return callImage("arrayjoin", area("in", c.arrayImageType(), boxed), integer("across", 1))
}
