package pixel

import (
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/vips"
)

func extract(j *job, img *vips.Image) (*vips.Image, error) {
	r := j.plan.Extract
	if r == (plan.Rect{}) {
		return img, nil
	}
	return img.Extract(r.X, r.Y, r.W, r.H)
}

func premultiply(j *job, img *vips.Image) (*vips.Image, error) {
	if !j.plan.Premultiply || !img.HasAlpha() {
		return img, nil
	}
	return img.Premultiply()
}

// resize may find the size reached already, by a decoder that scales.
func resize(j *job, img *vips.Image) (*vips.Image, error) {
	want := j.plan.Resize
	if want == (plan.Size{}) || want == (plan.Size{W: img.Width(), H: img.Height()}) {
		return img, nil
	}
	return img.Resize(want.W, want.H)
}

func unpremultiply(j *job, img *vips.Image) (*vips.Image, error) {
	if !j.plan.Premultiply || !img.HasAlpha() {
		return img, nil
	}
	return img.Unpremultiply()
}

func turn(j *job, img *vips.Image) (*vips.Image, error) {
	t := j.plan.Turn
	if t == (plan.Turn{}) {
		return img, nil
	}
	turned := img.Ref()
	then := func(step func(*vips.Image) (*vips.Image, error)) error {
		next, err := step(turned)
		if err == nil {
			turned.Unref()
			turned = next
		}
		return err
	}
	var err error
	if t.Quarters != 0 {
		// Rows come once and from the top; a turn needs them all.
		err = then(func(m *vips.Image) (*vips.Image, error) { return inMemory(j, m) })
		if err == nil {
			err = then(func(m *vips.Image) (*vips.Image, error) { return m.Rotate(t.Quarters) })
		}
	}
	if err == nil && t.Mirror {
		err = then((*vips.Image).Mirror)
	}
	if err == nil {
		err = then((*vips.Image).WithoutOrientation)
	}
	if err != nil {
		turned.Unref()
		return nil, err
	}
	return turned, nil
}

func cut(j *job, img *vips.Image) (*vips.Image, error) {
	r := j.plan.Cut
	if r == (plan.Rect{}) {
		return img, nil
	}
	if j.plan.Smart != plan.NotSmart && j.found == nil {
		return smartCut(j, img)
	}
	if j.found != nil {
		r = *j.found
	}
	return img.Extract(r.X, r.Y, r.W, r.H)
}

// smartCut looks for the window in this picture and remembers it.
func smartCut(j *job, img *vips.Image) (*vips.Image, error) {
	whole, err := inMemory(j, img)
	if err != nil {
		return nil, err
	}
	defer whole.Unref()
	what := vips.Attention
	if j.plan.Smart == plan.Entropy {
		what = vips.Entropy
	}
	window, err := whole.SmartCrop(j.plan.Cut.W, j.plan.Cut.H, what)
	if err != nil {
		return nil, err
	}
	x, y := window.Offset()
	j.found = &plan.Rect{X: -x, Y: -y, W: j.plan.Cut.W, H: j.plan.Cut.H}
	return window, nil
}

func colour(j *job, img *vips.Image) (*vips.Image, error) {
	c := j.plan.Colour
	switch {
	case c.Profile:
		out, err := img.ToSRGB(true, c.Fallback)
		switch {
		case err == nil:
			return out, nil
		case c.Fallback != "": // a profile that cannot be used is as good as none
			return img.ToSRGB(false, c.Fallback)
		}
		return img.ToColourspace(vips.SRGB)
	case c.ToRGB:
		return img.ToColourspace(vips.SRGB)
	case c.To8Bit && img.Interpretation() == vips.Grey16:
		return img.ToColourspace(vips.BW)
	case c.To8Bit:
		return img.ToColourspace(vips.SRGB)
	}
	return img, nil
}

func flatten(j *job, img *vips.Image) (*vips.Image, error) {
	if !j.plan.Flatten || !img.HasAlpha() {
		return img, nil
	}
	return img.Flatten(background(j, img, img.Bands()-1))
}

func pad(j *job, img *vips.Image) (*vips.Image, error) {
	p := j.plan.Pad
	if p == (plan.Rect{}) {
		return img, nil
	}
	if j.plan.AddAlpha {
		opaque, err := img.AddAlpha()
		if err != nil {
			return nil, err
		}
		defer opaque.Unref()
		img = opaque
	}
	return img.Embed(p.X, p.Y, p.W, p.H, background(j, img, img.Bands()))
}

// background is the plan's colour in the picture's own terms: as many numbers
// as it has bands, in the range of its samples.
func background(j *job, img *vips.Image, bands int) []float64 {
	r, g, b, a := j.plan.Background.RGBA()
	colour := []float64{float64(r), float64(g), float64(b), float64(a)}
	if bands < 3 {
		colour = []float64{float64(g), float64(a)}
	}
	if img.BandFormat() == vips.UShort {
		for i := range colour {
			colour[i] *= 257
		}
	}
	return colour[:bands]
}

// inMemory computes a picture now; where that fails the source is at fault.
func inMemory(j *job, img *vips.Image) (*vips.Image, error) {
	whole, err := img.InMemory()
	if err != nil {
		return nil, damaged(j.plan.Load.Format, err)
	}
	j.watch.add(whole)
	return whole, nil
}
