package plan

import (
	"math"

	"github.com/tintype/tintype/internal/transform"
)

// layout is where everything comes to lie, upright: the region of the source is
// scaled, cut, and put on a canvas.
type layout struct {
	region Rect // of the source
	scaled Size // of the region
	cut    Rect // of the scaled region; zero for all of it
	smart  Smart
	canvas Size // zero for none
}

// visible is the size of what is left of the picture.
func (l layout) visible() Size {
	if l.cut != (Rect{}) {
		return l.cut.size()
	}
	return l.scaled
}

func (l layout) size() Size {
	if l.canvas != (Size{}) {
		return l.canvas
	}
	return l.visible()
}

// limits bound one result.
type limits struct {
	side   int
	memory int64 // pixels of whatever is held whole on the way to the result
	pixels int64 // of one frame
	total  int64 // of all frames
	frames int
}

func (p Policy) limits(f Facts, format transform.Format, lossless bool, frames int) limits {
	l := limits{p.MaxSide, p.MaxPixels, p.MaxPixels, p.MaxSourcePixels, frames}
	switch format {
	case transform.AVIF, transform.PNG8:
		l.pixels = min(l.pixels, p.MaxAVIFPixels)
	case transform.WebP:
		if lossless {
			l.pixels = min(l.pixels, p.MaxAVIFPixels)
		}
	case transform.GIF:
		l.pixels = min(l.pixels, p.MaxGIFPixels)
	}
	if f.Format == SVG {
		l.pixels = min(l.pixels, p.MaxSVGPixels)
	}
	return l
}

// most is the largest area of one frame.
func (l limits) most() int64 {
	if l.frames == 1 {
		return l.pixels
	}
	return min(l.pixels, l.total/int64(l.frames))
}

// bring brings a size down to the limits, its ratio kept.
func (l limits) bring(s Size) Size {
	factor := min(1, float64(l.side)/float64(max(s.W, s.H)), math.Sqrt(float64(l.most())/float64(s.area())))
	if factor == 1 {
		return s
	}
	down := func(n int) int { return max(1, int(float64(n)*factor)) }
	return Size{down(s.W), down(s.H)}
}

// arrange finds the layout of a result.
func arrange(f Facts, t transform.Transform, limit limits) (layout, error) {
	region, err := window(t.Rect, Size{f.Width, f.Height})
	if err != nil {
		return layout{}, err
	}
	b, err := makeBox(t, region.size(), limit)
	if err != nil {
		return layout{}, err
	}
	if t.Crop == transform.CropFocalPoint && t.FPZ > transform.One {
		region, t = zoom(region, t)
	}
	l := place(t, region, b, limit)
	if down := limit.bring(l.size()); down != l.size() {
		// What the URL names was checked with the box; this follows from
		// the source.
		l = placeWithin(t, region, down, limit)
	}
	return l, nil
}

// placeWithin applies the fit to a box that meets the limits. Where the fit
// keeps the picture's ratio the longer side is what decides.
func placeWithin(t transform.Transform, region Rect, down Size, limit limits) layout {
	if t.Fit != transform.FitClip && t.Fit != transform.FitMax {
		return place(t, region, box{w: down.W, h: down.H}, limit)
	}
	for {
		b := box{w: down.W}
		if down.H > down.W {
			b = box{h: down.H}
		}
		l := place(t, region, b, limit)
		if l.size().area() <= limit.most() {
			return l
		}
		// The other side was rounded up.
		down.W, down.H = down.W-1, down.H-1
	}
}

// box is the size that the result has to meet; 0 is a side left free.
type box struct {
	w, h int
	// Bounds of the result where the fit keeps the ratio; 0 for none.
	minW, minH, maxW, maxH int
}

// makeBox computes the box, and refuses one that the URL alone makes too large.
func makeBox(t transform.Transform, source Size, limit limits) (box, error) {
	b := box{w: side(t.W, source.W, t.DPR), h: side(t.H, source.H, t.DPR)}
	namedW, namedH := t.W >= transform.One, t.H >= transform.One
	if t.AR != (transform.Ratio{}) {
		switch {
		case b.w != 0:
			b.h, namedH = other(b.w, t.AR.H, t.AR.W), namedW
		case b.h != 0:
			b.w, namedW = other(b.h, t.AR.W, t.AR.H), namedH
		default:
			b.w, b.h = source.W, other(source.W, t.AR.H, t.AR.W)
			if b.h > source.H {
				b.w, b.h = min(source.W, other(source.H, t.AR.W, t.AR.H)), source.H
			}
		}
	}
	if largest := max(b.w, b.h); namedW && b.w > limit.side || namedH && b.h > limit.side {
		return box{}, refuse("a side of %d pixels is asked for; allowed are %d", largest, limit.side)
	}
	bound := func(n transform.Num) int { return side(n, 0, t.DPR) }
	b.minW, b.minH, b.maxW, b.maxH = bound(t.MinW), bound(t.MinH), bound(t.MaxW), bound(t.MaxH)
	if t.Fit == transform.FitCrop {
		b.w, b.h = clamp(b.w, b.minW, b.maxW), clamp(b.h, b.minH, b.maxH)
	}
	if largest := max(b.minW, b.minH); largest > limit.side && max(b.w, b.h) > limit.side {
		return box{}, refuse("a side of %d pixels at least is asked for; allowed are %d", largest, limit.side)
	}
	exact := t.Fit == transform.FitCrop || t.Fit == transform.FitScale || t.Fit == transform.FitFill || t.Fit == transform.FitFillMax
	if area := int64(b.w) * int64(b.h); namedW && namedH && exact && area > limit.most() {
		return box{}, refuse("%d × %d pixels in %d frame(s) are asked for; allowed are %d a frame in this format",
			b.w, b.h, limit.frames, limit.most())
	}
	return b, nil
}

// side is a length in pixels: those of the URL times dpr, or a part of the
// source. 0 stays 0.
func side(l transform.Length, source int, dpr transform.Num) int {
	switch {
	case l == 0:
		return 0
	case l >= transform.One:
		return max(1, (l / transform.One * dpr).Int())
	}
	return max(1, (transform.Num(source) * l).Int())
}

// other is side × to ÷ from, rounded half up, at least 1 and far over any limit
// at most.
func other(side int, to, from transform.Num) int {
	exact := float64(side) * float64(to) / float64(from)
	return int(max(1, min(math.Floor(exact+0.5), math.MaxInt32)))
}

func clamp(n, lowest, highest int) int {
	n = max(n, lowest)
	if highest > 0 {
		n = min(n, highest)
	}
	return n
}

// place applies the fit.
func place(t transform.Transform, region Rect, b box, limit limits) layout {
	source := region.size()
	switch t.Fit {
	case transform.FitCrop:
		return cover(t, region, Size{b.w, b.h}, limit)
	case transform.FitMin:
		down := Size{b.w, b.h}
		if b.w > source.W || b.h > source.H {
			down = inside(down, source.W, source.H, false)
		}
		return cover(t, region, down, limit)
	case transform.FitScale:
		return layout{region: region, scaled: Size{b.w, b.h}}
	case transform.FitFill, transform.FitFillMax:
		scaled := inside(source, b.w, b.h, t.Fit == transform.FitFill)
		return layout{region: region, scaled: scaled, canvas: Size{b.w, b.h}}
	}
	enlarge := t.Fit != transform.FitMax
	return layout{region: region, scaled: bounded(source, inside(source, b.w, b.h, enlarge), b, enlarge)}
}

// inside is the largest size of the picture's ratio in a box w × h; 0 leaves a
// side free. The side that the box decides is exact, the other rounded half up.
func inside(picture Size, w, h int, enlarge bool) Size {
	byWidth := h == 0 || w != 0 && int64(w)*int64(picture.H) <= int64(h)*int64(picture.W)
	switch {
	case w == 0 && h == 0:
		return picture
	case byWidth && (w < picture.W || enlarge):
		return Size{w, ratio(w, picture.H, picture.W)}
	case !byWidth && (h < picture.H || enlarge):
		return Size{ratio(h, picture.W, picture.H), h}
	}
	return picture
}

// bounded scales a size of the picture's ratio to lie between the box's bounds;
// the upper ones win, and without enlarge none makes it larger than the picture.
func bounded(picture, s Size, b box, enlarge bool) Size {
	if s.W < b.minW || s.H < b.minH {
		// The smallest size that meets both is the one that covers them.
		larger := covering(picture, max(b.minW, 1), max(b.minH, 1))
		if enlarge || larger.W <= picture.W && larger.H <= picture.H {
			s = larger
		} else {
			s = picture
		}
	}
	if b.maxW != 0 && s.W > b.maxW || b.maxH != 0 && s.H > b.maxH {
		s = inside(picture, b.maxW, b.maxH, true)
	}
	return s
}

// covering is the smallest size of the picture's ratio that is w × h or more.
func covering(picture Size, w, h int) Size {
	if int64(w)*int64(picture.H) >= int64(h)*int64(picture.W) {
		return Size{w, max(h, ratio(w, picture.H, picture.W))}
	}
	return Size{max(w, ratio(h, picture.W, picture.H)), h}
}

// ratio is n × to ÷ from, rounded half up, at least 1.
func ratio(n, to, from int) int {
	return int(max(1, (2*int64(n)*int64(to)+int64(from))/(2*int64(from))))
}

// cover scales the region so that it covers the size wanted, and cuts the rest
// off.
func cover(t transform.Transform, region Rect, want Size, limit limits) layout {
	scaled := covering(region.size(), want.W, want.H)
	rest := Size{scaled.W - want.W, scaled.H - want.H}
	l := layout{region: region, scaled: scaled}
	if rest == (Size{}) {
		return l
	}
	l.cut = Rect{rest.W / 2, rest.H / 2, want.W, want.H}
	switch t.Crop {
	case transform.CropEntropy:
		l.smart = Entropy
	case transform.CropAttention:
		l.smart = Attention
	case transform.CropFocalPoint:
		l.cut.X = within(around(t.FPX, scaled.W, want.W), rest.W)
		l.cut.Y = within(around(t.FPY, scaled.H, want.H), rest.H)
	default:
		l.cut.X = toSide(l.cut.X, rest.W, t.Crop&transform.CropLeft != 0, t.Crop&transform.CropRight != 0)
		l.cut.Y = toSide(l.cut.Y, rest.H, t.Crop&transform.CropTop != 0, t.Crop&transform.CropBottom != 0)
	}
	// A sliver of a source would become a picture of millions of rows before
	// it is cut. Then the source is cut first, to the nearest pixel, and a
	// smart crop in the middle.
	const longest = 1 << 16
	if scaled.area() > limit.memory || scaled.W > longest || scaled.H > longest {
		part := Rect{
			region.X + l.cut.X*region.W/scaled.W, region.Y + l.cut.Y*region.H/scaled.H,
			ratio(want.W, region.W, scaled.W), ratio(want.H, region.H, scaled.H),
		}
		part.X = min(part.X, region.X+region.W-part.W)
		part.Y = min(part.Y, region.Y+region.H-part.H)
		return layout{region: part, scaled: want}
	}
	return l
}

func toSide(middle, rest int, start, end bool) int {
	switch {
	case start:
		return 0
	case end:
		return rest
	}
	return middle
}

// around is where a window begins whose middle is at a fraction of the length.
func around(point transform.Num, length, window int) int {
	return int(math.Round(point.Float()*float64(length) - float64(window)/2))
}

// window is the part of the source that rect names, clipped to it.
func window(r transform.Rect, source Size) (Rect, error) {
	if r == (transform.Rect{}) {
		return Rect{0, 0, source.W, source.H}, nil
	}
	x, w := span(r.X, r.W, source.W)
	y, h := span(r.Y, r.H, source.H)
	if w <= 0 || h <= 0 {
		return Rect{}, refuse("rect=%s lies outside the picture, which has %d × %d pixels", r, source.W, source.H)
	}
	return Rect{x, y, w, h}, nil
}

// span is a place and a length along one side, clipped.
func span(place, length transform.Edge, source int) (start, n int) {
	px := func(e transform.Edge) int {
		switch {
		case e.Word == transform.EdgeFull:
			return source
		case e.Len >= transform.One:
			return min(e.Len.Int(), math.MaxInt32)
		}
		return (e.Len * transform.Num(source)).Int()
	}
	n = max(1, px(length))
	switch place.Word {
	case transform.EdgeStart:
		start = 0
	case transform.EdgeMiddle:
		start = (source - n) / 2
	case transform.EdgeEnd:
		start = source - n
	default:
		start = px(place)
	}
	end := min(start+n, source)
	start = max(start, 0)
	return start, end - start
}

// zoom narrows a region around the focal point, which it then finds again in
// the narrower one.
func zoom(region Rect, t transform.Transform) (Rect, transform.Transform) {
	narrow := func(point *transform.Num, start, length int) (int, int) {
		n := max(1, int(math.Round(float64(length)/t.FPZ.Float())))
		from := within(around(*point, length, n), length-n)
		*point = (*point*transform.Num(length) - transform.Whole(from)) / transform.Num(n)
		return start + from, n
	}
	region.X, region.W = narrow(&t.FPX, region.X, region.W)
	region.Y, region.H = narrow(&t.FPY, region.Y, region.H)
	return region, t
}

// within moves n into 0 … highest.
func within(n, highest int) int { return min(max(n, 0), highest) }
