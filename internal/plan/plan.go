package plan

import "github.com/tintype/tintype/internal/transform"

// Plan is what will be done to pixels, in this order. Sizes and rectangles are
// exact; a zero step is left out.
type Plan struct {
	Load        Load
	Extract     Rect // of the loaded picture, as stored
	Resize      Size // as stored
	Premultiply bool // colour is multiplied by alpha while it is resized
	Turn        Turn
	Smart       Smart // instead of a place for Cut: what to look for
	Cut         Rect  // of the upright picture; with Smart, W and H alone
	Colour      Colour
	Flatten     bool // Background comes under transparency and alpha goes
	AddAlpha    bool // for a Background that can be seen through
	Pad         Rect // the canvas W × H and where the picture's corner is on it

	Background transform.Colour // of Flatten and Pad
	Size       Size             // of the result, one frame
	Encode     Encode
}

// Load says how the source is decoded.
type Load struct {
	Format    Source
	Shrink    int     // JPEG: at 1/2, 1/4, 1/8; 1 for whole
	Scale     float64 // WebP, SVG: at this factor; 0 for as it is
	Page      int     // the first frame, from 0
	Pages     int     // how many frames
	MaxPixels int64   // more than this, all frames counted, is refused after all

	// Opaque has the alpha looked at, and dropped where it hides nothing: most
	// often it does not, and it costs more than all else.
	Opaque bool
}

// worthLooking tells whether the alpha may be looked at: in formats whose first
// rows can be had without the rest, of pictures that are wanted whole, and that
// do not take much memory so. Others go through row by row.
func (p *Plan) worthLooking(f Facts) bool {
	const maxBytes = 64 << 20
	bytes := Size{f.Width, f.Height}.area() * int64(p.Load.Pages) * 4
	if f.Deep {
		bytes *= 2
	}
	return f.Alpha && (f.Format == PNG || f.Format == GIF) && p.Extract == (Rect{}) && bytes <= maxBytes
}

// Turn makes a picture upright: quarters of a turn clockwise, then a mirror
// that swaps left and right.
type Turn struct {
	Quarters int // 0 to 3
	Mirror   bool
}

// Smart is what a crop looks for.
type Smart uint8

// The smart crops.
const (
	NotSmart Smart = iota
	Entropy
	Attention
)

// Colour says which conversions the pixels go through.
type Colour struct {
	Profile  bool   // from the embedded profile to sRGB
	Fallback string // the inks' profile where none can be used, by libvips's name
	ToRGB    bool   // grey and anything unusual to RGB of 8 bits
	To8Bit   bool   // RGB and grey of 16 bits to 8
}

// Make plans one result. The transform is an effective one. An error wraps
// ErrRefused.
func Make(f Facts, t transform.Transform, policy Policy) (Plan, error) {
	if err := policy.Check(f); err != nil {
		return Plan{}, err
	}
	if t.Frame.Int() > f.Pages {
		return Plan{}, refuse("frame=%s: the source has %d", t.Frame, f.Pages)
	}
	format := outputFormat(f, t)
	if format == 0 { // AVIF if it may be, by the size that it would have
		format = transform.AVIF
		l, err := arrange(f, t, policy.limits(f, format, bool(t.Lossless), 1))
		general, generalErr := arrange(f, t, policy.limits(f, transform.JPEG, false, 1))
		if err != nil || generalErr != nil || l.size() != general.size() {
			format = outputFormatWithoutAVIF(f, t)
		}
	}
	frames := 1
	if f.Pages > 1 && t.Frame == 0 && (format == transform.GIF || format == transform.WebP) {
		frames = f.Pages
	}
	l, err := arrange(f, t, policy.limits(f, format, bool(t.Lossless), frames))
	if err != nil {
		return Plan{}, err
	}

	p := Plan{Background: t.BG, Size: l.size()}
	p.Load = Load{Format: f.Format, Shrink: 1, Pages: frames, MaxPixels: policy.MaxSourcePixels}
	if t.Frame > 0 {
		p.Load.Page = t.Frame.Int() - 1
	}
	p.decode(f, l, policy)
	p.Load.Opaque = p.worthLooking(f)
	p.Premultiply = f.Alpha && p.Resize != (Size{})
	p.Smart, p.Cut = l.smart, l.cut
	if l.canvas != (Size{}) && l.canvas != l.visible() {
		rest := Size{l.canvas.W - l.visible().W, l.canvas.H - l.visible().H}
		p.Pad = Rect{rest.W / 2, rest.H / 2, l.canvas.W, l.canvas.H}
	}
	p.Encode = encode(f, t, format, frames)
	p.Flatten = f.Alpha && !hasAlpha(format)
	p.AddAlpha = p.Pad != (Rect{}) && !f.Alpha && hasAlpha(format) && t.BG>>24 != 0xFF
	p.colours(f, t)
	return p, nil
}

// decode plans how the region becomes the scaled picture, as stored.
func (p *Plan) decode(f Facts, l layout, policy Policy) {
	p.Turn = turns[f.Orientation]
	whole := p.Turn.sizeStored(Size{f.Width, f.Height})
	region := p.Turn.stored(l.region, Size{f.Width, f.Height})
	target := p.Turn.sizeStored(l.scaled)
	loaded := whole

	switch f.Format {
	case JPEG:
		p.Load.Shrink = shrink(region, whole, target, policy.ShrinkMargin)
		n := p.Load.Shrink
		loaded = Size{whole.W / n, whole.H / n} // libvips drops the last block if it is not whole
		region = shrinkRect(region, n, loaded)
	case WebP:
		if scale := webpScale(region, whole, target, policy.ShrinkMargin); p.Load.Pages == 1 && scale < 1 {
			p.Load.Scale = scale
			loaded = Size{} // known only once it is decoded; the region is the whole
			region = Rect{}
		}
	case SVG:
		scale := svgScale(region, whole, target, policy.MaxSVGPixels)
		p.Load.Scale = scale
		if region.size() == whole {
			loaded, region = Size{}, Rect{}
		} else {
			region = scaleRect(region, scale, whole)
			loaded = Size{}
		}
	}
	if region.size() != loaded && region != (Rect{}) {
		p.Extract = region
	}
	if p.Load.Scale != 0 || region.size() != target {
		p.Resize = target
	}
}

// colours plans the conversions.
func (p *Plan) colours(f Facts, t transform.Transform) {
	origin := t.Space == transform.SpaceOrigin && p.Encode.Format != transform.GIF
	inked := f.Space == CMYK && (p.Encode.Format != transform.JPEG && p.Encode.Format != transform.PJPG || p.Pad != (Rect{}))
	if !origin && (f.Profile == OtherProfile || f.Space == CMYK) || inked {
		p.Colour.Profile = true
		if f.Space == CMYK {
			p.Colour.Fallback = "cmyk"
		}
		return
	}
	p.Encode.Profile = origin && f.Profile != NoProfile
	deepResult := origin && (p.Encode.Format == transform.PNG || p.Encode.Format == transform.AVIF)
	p.Colour.To8Bit = f.Deep && !deepResult
	if f.Deep && deepResult && p.Encode.Format == transform.AVIF {
		p.Encode.BitDepth = 12
	}
	coloured := f.Space == Grey && (p.Flatten || p.Pad != (Rect{})) && !isGrey(p.Background)
	p.Colour.ToRGB = f.Space == Other || coloured
	p.Encode.Profile = p.Encode.Profile && !p.Colour.ToRGB
}

func isGrey(c transform.Colour) bool {
	r, g, b, _ := c.RGBA()
	return r == g && g == b
}
