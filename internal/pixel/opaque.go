package pixel

import (
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/vips"
)

// startsOpaque tells whether nothing can be seen through the first rows: so few
// that they cost nothing, and enough to tell most pictures that stand free. An
// error is the job's to find.
func startsOpaque(buffer *vips.Buffer, l plan.Load) bool {
	const rows = 16
	img, err := vips.Load(loaders[l.Format], buffer, loadOptions(l))
	if err != nil {
		return false
	}
	defer img.Unref()
	strip, err := img.Extract(0, 0, img.Width(), min(rows, img.Height()))
	if err != nil {
		return false
	}
	defer strip.Unref()
	pixels, err := strip.InMemory()
	if err != nil {
		return false
	}
	defer pixels.Unref()
	return pixels.HasAlpha() && pixels.Opaque()
}

// framesOfOpaque decodes the whole picture to see whether its alpha hides
// anything anywhere, and goes on without it where not.
func (j *job) framesOfOpaque(source *vips.Image) (*vips.Image, error) {
	whole, err := inMemory(j, source)
	if err != nil {
		return nil, err
	}
	defer whole.Unref()
	if !whole.Opaque() {
		return j.frames(whole)
	}
	solid, err := whole.WithoutAlpha()
	if err != nil {
		return nil, err
	}
	defer solid.Unref()
	return j.frames(solid)
}
