package plan

import "github.com/tintype/tintype/internal/transform"

// Encode says how the result is written. Fields that a format does not have are
// zero.
type Encode struct {
	Format   transform.Format
	Quality  int // 1 to 100
	Lossless bool
	FullRGB  bool // 4:4:4: colour as fine as brightness
	Effort   int  // of the encoder, in its own scale
	Filter   bool // PNG: rows are written as differences to the pixel before
	BitDepth int  // AVIF: 8 or 12
	Profile  bool // write the embedded colour profile
	Frames   int
}

// The encoders' efforts. More makes files that are a few per cent smaller and
// takes a multiple of the time.
const (
	webpEffort     = 2 // of 0 to 6
	avifEffort     = 0 // of 0 to 9
	gifEffort      = 3 // of 1 to 10
	paletteEffort  = 3 // of 1 to 10
	pngCompression = 3 // deflate level of 0 to 9
)

func encode(f Facts, t transform.Transform, format transform.Format, frames int) Encode {
	e := Encode{Format: format, Quality: t.QualityFor(format), Frames: frames}
	switch format {
	case transform.JPEG, transform.PJPG:
		e.FullRGB = t.Chroma == transform.Chroma444
	case transform.WebP:
		e.Effort = webpEffort
		e.Lossless = bool(t.Lossless)
	case transform.AVIF:
		e.Effort = avifEffort
		e.BitDepth = 8
		e.Lossless = bool(t.Lossless)
		e.FullRGB = e.Lossless || t.Chroma == transform.Chroma444
	case transform.PNG:
		e.Effort = pngCompression
		e.Filter = f.photographic()
	case transform.PNG8:
		e.Effort = paletteEffort
	case transform.GIF:
		e.Effort = gifEffort
	}
	return e
}

// hasAlpha tells whether a format can be transparent.
func hasAlpha(format transform.Format) bool {
	return format != transform.JPEG && format != transform.PJPG
}

// outputFormat is the format of the result; 0 means AVIF if the size allows.
func outputFormat(f Facts, t transform.Transform) transform.Format {
	still := f.Pages == 1 || t.Frame > 0
	if t.Format == 0 && t.Auto&transform.AutoFormat != 0 && t.Accept&transform.AcceptAVIF != 0 && still {
		return 0
	}
	return outputFormatWithoutAVIF(f, t)
}

func outputFormatWithoutAVIF(f Facts, t transform.Transform) transform.Format {
	auto := t.Auto&transform.AutoFormat != 0
	switch {
	case t.Format != 0:
		return t.Format
	case auto && t.Accept&transform.AcceptWebP != 0:
		return transform.WebP
	case f.Format == JPEG:
		return transform.JPEG
	case f.Format == GIF:
		return transform.GIF
	case f.Format == PNG && auto && t.Auto&transform.AutoCompress != 0 && !f.Alpha:
		return transform.JPEG
	case f.Format == PNG:
		return transform.PNG
	case f.Format == WebP && !auto:
		return transform.WebP
	case f.Format == AVIF && !auto:
		return transform.AVIF
	case f.Alpha:
		return transform.PNG
	}
	return transform.JPEG
}
