package pixel

import (
	"fmt"

	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
	"github.com/tintype/tintype/internal/vips"
)

// encode computes the picture and writes it. Nothing of the source's metadata
// goes along but, where the plan says so, the colour profile.
func encode(img *vips.Image, e plan.Encode) ([]byte, error) {
	chroma := vips.Chroma420
	if e.FullRGB {
		chroma = vips.Chroma444
	}
	switch e.Format {
	case transform.JPEG, transform.PJPG:
		return vips.SaveJPEG(img, vips.JPEGOptions{
			Quality: e.Quality, Progressive: e.Format == transform.PJPG, Chroma: chroma, Profile: e.Profile,
		})
	case transform.PNG:
		filter := vips.PNGFilterNone
		if e.Filter {
			filter = vips.PNGFilterSub
		}
		return vips.SavePNG(img, vips.PNGOptions{Compression: e.Effort, Filter: filter, Profile: e.Profile})
	case transform.PNG8:
		return vips.SavePNG(img, vips.PNGOptions{
			Compression: 9, Filter: vips.PNGFilterNone, Palette: true, Quality: e.Quality, Effort: e.Effort, Profile: e.Profile,
		})
	case transform.WebP:
		return vips.SaveWebP(img, vips.WebPOptions{Quality: e.Quality, Lossless: e.Lossless, Effort: e.Effort, Profile: e.Profile})
	case transform.AVIF:
		return vips.SaveAVIF(img, vips.AVIFOptions{
			Quality: e.Quality, Lossless: e.Lossless, Effort: e.Effort, Chroma: chroma, BitDepth: e.BitDepth, Profile: e.Profile,
		})
	case transform.GIF:
		return vips.SaveGIF(img, e.Effort)
	}
	return nil, fmt.Errorf("no encoder for the format %d", e.Format)
}
