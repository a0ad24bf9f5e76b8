package pixel

import (
	"fmt"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/vips"
)

// loaders are libvips's names for the decoders.
var loaders = map[plan.Source]string{
	plan.JPEG: "jpegload_buffer",
	plan.PNG:  "pngload_buffer",
	plan.WebP: "webpload_buffer",
	plan.AVIF: "heifload_buffer",
	plan.GIF:  "gifload_buffer",
	plan.SVG:  "svgload_buffer",
	plan.TIFF: "tiffload_buffer",
}

// Probe reads a picture's header. An error wraps plan.ErrFormat or
// plan.ErrCorrupt.
func (e *Engine) Probe(data []byte) (plan.Facts, error) {
	format, err := e.Sniff(data)
	if err != nil {
		return plan.Facts{}, err
	}
	buffer := vips.NewBuffer(data)
	defer buffer.Release()
	vips.AllowLog()
	img, err := vips.Load(loaders[format], buffer, vips.LoadOptions{})
	if err != nil {
		return plan.Facts{}, damaged(format, err)
	}
	defer img.Unref()

	f := plan.Facts{
		Format:      format,
		Width:       img.Width(),
		Height:      img.Height(),
		Orientation: 1,
		Pages:       1,
		Alpha:       img.HasAlpha(),
		Space:       space(img),
		Deep:        img.BandFormat() != vips.UChar,
		Bytes:       len(data),
	}
	switch format {
	case plan.GIF, plan.WebP:
		f.Pages = img.Pages()
	case plan.SVG:
		// The size is a wish, not a fact, and may be nothing.
		if f.Width < 1 || f.Height < 1 {
			return plan.Facts{}, &plan.Error{Kind: plan.ErrCorrupt, Reason: "the SVG has no size", Format: format.String()}
		}
	}
	if format != plan.AVIF { // whose decoder turns by itself
		f.Orientation = img.Orientation()
		if f.Orientation > 4 {
			f.Width, f.Height = f.Height, f.Width
		}
	}
	f.Profile = profileKind(img.Blob("icc-profile-data"), f.Space)
	return f, nil
}

func damaged(format plan.Source, err error) error {
	return &plan.Error{Kind: plan.ErrCorrupt, Reason: fmt.Sprintf("the %s cannot be decoded", format), Format: format.String(), Cause: err}
}

func space(img *vips.Image) plan.Space {
	deep := img.BandFormat() == vips.UShort
	if !deep && img.BandFormat() != vips.UChar {
		return plan.Other
	}
	switch img.Interpretation() {
	case vips.SRGB, vips.RGB16:
		return plan.RGB
	case vips.BW, vips.Grey16:
		return plan.Grey
	case vips.CMYK:
		return plan.CMYK
	}
	return plan.Other
}
