package plan

import "math"

// turns maps an EXIF orientation to what makes the picture upright
// (EXIF 2.32, tag 0x0112).
var turns = [9]Turn{
	1: {0, false}, 2: {0, true}, 3: {2, false}, 4: {2, true},
	5: {1, true}, 6: {1, false}, 7: {3, true}, 8: {3, false},
}

// sizeStored is the stored size of what is upright this large, and the reverse.
func (t Turn) sizeStored(upright Size) Size {
	if t.Quarters%2 == 1 {
		return Size{upright.H, upright.W}
	}
	return upright
}

// stored finds a window of the upright picture in the stored one: the mirror is
// undone, then the quarters.
func (t Turn) stored(r Rect, upright Size) Rect {
	if t.Mirror {
		r.X = upright.W - r.X - r.W
	}
	switch t.Quarters {
	case 1:
		return Rect{r.Y, upright.W - r.X - r.W, r.H, r.W}
	case 2:
		return Rect{upright.W - r.X - r.W, upright.H - r.Y - r.H, r.W, r.H}
	case 3:
		return Rect{upright.H - r.Y - r.H, r.X, r.H, r.W}
	}
	return r
}

// alignedMargin is the margin, in hundredths, from which a window's edges may
// be rounded to the shrunken picture's pixels: they then move by no more than
// an eighth of a pixel of the result.
const alignedMargin Margin = 400

// shrink is the factor that the JPEG decoder scales by: the largest that leaves
// the margin. It works on blocks of 8 × 8 pixels, at no cost and a box filter's
// quality.
func shrink(region Rect, whole, target Size, margin Margin) int {
	for _, n := range []int{8, 4, 2} {
		m := margin
		aligned := region.X%n == 0 && region.Y%n == 0 &&
			((region.X+region.W)%n == 0 || region.X+region.W == whole.W) &&
			((region.Y+region.H)%n == 0 || region.Y+region.H == whole.H)
		if !aligned {
			m = max(m, alignedMargin)
		}
		if enough(region.W, target.W, n, m) && enough(region.H, target.H, n, m) {
			return n
		}
	}
	return 1
}

// enough tells whether n times fewer pixels still are margin times the target.
func enough(have, want, n int, margin Margin) bool {
	return int64(have)*100 >= int64(want)*int64(n)*int64(margin)
}

// shrinkRect finds a window in the picture shrunken by n, to the nearest pixel.
func shrinkRect(r Rect, n int, loaded Size) Rect {
	if n == 1 {
		return r
	}
	nearest := func(v int) int { return (v + n/2) / n }
	edges := func(start, length, size int) (int, int) {
		from := min(nearest(start), size-1)
		to := min(nearest(start+length), size)
		return from, max(1, to-from)
	}
	x, w := edges(r.X, r.W, loaded.W)
	y, h := edges(r.Y, r.H, loaded.H)
	return Rect{x, y, w, h}
}

// webpScale is the factor that the WebP decoder scales by: to the margin times
// the target. 1 where it would save little, or a window is wanted.
func webpScale(region Rect, whole, target Size, margin Margin) float64 {
	if region.size() != whole {
		return 1
	}
	scale := max(float64(target.W)/float64(whole.W), float64(target.H)/float64(whole.H)) * float64(margin) / 100
	const worthIt = 0.8
	if scale > worthIt {
		return 1
	}
	return scale
}

// svgScale is the factor that a drawing is drawn at: so that the region is as
// large as the target, and the whole within the area allowed.
func svgScale(region Rect, whole, target Size, maxPixels int64) float64 {
	const longest = 32_000 // cairo's surfaces end at 32,767
	scale := max(float64(target.W)/float64(region.W), float64(target.H)/float64(region.H))
	return min(scale,
		math.Sqrt(float64(maxPixels)/float64(whole.area())),
		longest/float64(max(whole.W, whole.H)))
}

// scaleRect finds a window in a picture scaled by a factor.
func scaleRect(r Rect, scale float64, whole Size) Rect {
	edges := func(start, length, size int) (int, int) {
		scaled := max(1, int(float64(size)*scale)) // at least so many there are
		from := min(int(float64(start)*scale), scaled-1)
		return from, max(1, min(int(float64(start+length)*scale), scaled)-from)
	}
	x, w := edges(r.X, r.W, whole.W)
	y, h := edges(r.Y, r.H, whole.H)
	return Rect{x, y, w, h}
}
