package pixel

import (
	"context"
	"fmt"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/vips"
)

// steps is what happens to each frame between decoding and encoding, in this
// order. Geometry comes first and colour last, when the picture is small. A
// step that the plan leaves out returns its input.
var steps = []func(*job, *vips.Image) (*vips.Image, error){
	extract,
	premultiply,
	resize,
	unpremultiply,
	turn,
	cut,
	colour,
	flatten,
	pad,
}

// job is one plan being carried out.
type job struct {
	plan  plan.Plan
	watch *watch
	// found is the window that a smart crop chose in the first frame; it
	// holds for all.
	found *plan.Rect
}

// Run carries a plan out on the bytes that it was made for, and returns the
// encoded result. When ctx ends, libvips is told to stop, and the error is the
// context's. Some encoders (of AVIF, GIF, PNG8 and lossless WebP), the decoder of
// AVIF and the drawing of SVG finish first all the same. Another error is a
// *plan.Error where the source is at fault.
func (e *Engine) Run(ctx context.Context, data []byte, p plan.Plan) ([]byte, error) {
	buffer := vips.NewBuffer(data)
	defer buffer.Release()
	vips.AllowLog()

	source, err := vips.Load(loaders[p.Load.Format], buffer, loadOptions(p.Load))
	if err != nil {
		return nil, damaged(p.Load.Format, err)
	}
	defer source.Unref()
	if n := int64(source.Width()) * int64(source.Height()); n > p.Load.MaxPixels && p.Load.Format != plan.SVG {
		return nil, &plan.Error{
			Kind:   plan.ErrRefused,
			Reason: fmt.Sprintf("the source has %d pixels after all; allowed are %d", n, p.Load.MaxPixels),
		}
	}
	j := &job{plan: p, watch: watchDone(ctx)}
	defer j.watch.end()
	j.watch.add(source)

	var result *vips.Image
	if p.Load.Opaque && startsOpaque(buffer, p.Load) {
		result, err = j.framesOfOpaque(source)
	} else {
		result, err = j.frames(source)
	}
	if err == nil {
		defer result.Unref()
		j.watch.add(result)
		var encoded []byte
		if encoded, err = encode(result, p.Encode); err == nil {
			return encoded, nil
		}
		err = damaged(p.Load.Format, err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, err
}

func loadOptions(l plan.Load) vips.LoadOptions {
	o := vips.LoadOptions{Scale: l.Scale, Page: l.Page, Strict: l.Format == plan.TIFF}
	if l.Shrink > 1 {
		o.Shrink = l.Shrink
	}
	if l.Pages > 1 {
		o.Pages = l.Pages
	}
	return o
}

// frames takes each frame through the steps and stacks them again.
func (j *job) frames(source *vips.Image) (*vips.Image, error) {
	n := j.plan.Load.Pages
	if n == 1 {
		return j.frame(source.Ref())
	}
	height := source.Height() / n
	var done []*vips.Image
	defer func() {
		for _, img := range done {
			img.Unref()
		}
	}()
	for i := range n {
		img, err := source.Extract(0, i*height, source.Width(), height)
		if err != nil {
			return nil, err
		}
		if img, err = j.frame(img); err != nil {
			return nil, err
		}
		done = append(done, img)
	}
	stack, err := vips.Stack(done)
	if err != nil {
		return nil, err
	}
	defer stack.Unref()
	return stack.WithPageHeight(j.plan.Size.H)
}

// frame takes one picture through the steps. It takes the image over.
func (j *job) frame(img *vips.Image) (*vips.Image, error) {
	for _, step := range steps {
		next, err := step(j, img)
		if err != nil {
			img.Unref()
			return nil, err
		}
		if next != img {
			img.Unref()
		}
		img = next
	}
	return img, nil
}
