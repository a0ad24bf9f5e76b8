package plan

// Policy is what the operator allows, and how much quality is kept back from
// speed. It is comparable, so that it can enter a fingerprint.
type Policy struct {
	MaxSourcePixels int64 // of the source, all frames counted; also of an animated result
	MaxFrames       int   // of the source
	MaxSide         int   // of the result, in pixels
	MaxPixels       int64 // of the result, one frame
	MaxAVIFPixels   int64 // of AVIF, PNG8 and lossless WebP: their encoders cannot be interrupted
	MaxGIFPixels    int64 // nor can GIF's
	MaxSVGPixels    int64 // nor SVG drawing
	ShrinkMargin    Margin
}

// Margin is how many hundredths of the size wanted a decoder that shrinks must
// deliver at least. The rest is scaled by a better filter, so that more margin
// is more quality for more time. 100 leaves it all to the decoder.
type Margin int

// DefaultPolicy holds the defaults of the configuration.
var DefaultPolicy = Policy{
	MaxSourcePixels: 100e6,
	MaxFrames:       256,
	MaxSide:         8192,
	MaxPixels:       64e6,
	MaxAVIFPixels:   8e6,
	MaxGIFPixels:    4e6,
	MaxSVGPixels:    4e6,
	ShrinkMargin:    130,
}

// Check refuses a source that is over the limits, by its header alone. An SVG
// has no pixels yet.
func (p Policy) Check(f Facts) error {
	if f.Format == SVG {
		return nil
	}
	if f.Pages > p.MaxFrames {
		return refuse("the source has %d frames; allowed are %d", f.Pages, p.MaxFrames)
	}
	if int64(f.Width)*int64(f.Height) > p.MaxSourcePixels/int64(f.Pages) {
		return refuse("the source has %d × %d pixels in %d frame(s); allowed are %d pixels in all",
			f.Width, f.Height, f.Pages, p.MaxSourcePixels)
	}
	return nil
}
