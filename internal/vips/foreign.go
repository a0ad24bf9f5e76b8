package vips

// LoadOptions are the arguments that loaders differ in; zero leaves one alone.
type LoadOptions struct {
	Shrink int     // JPEG: decode at 1/2, 1/4 or 1/8
	Scale  float64 // WebP, SVG: decode or draw at this factor
	Page   int     // GIF, WebP: the first page, from 0
	Pages  int     // GIF, WebP: how many pages; -1 for all
	Strict bool    // fail at any error; TIFF's loader takes a cut file for no less
}

// Load opens an encoded picture with the loader of that name, rows to be read
// once and from the top. A picture that is cut short fails; one with lesser
// faults does so only when strict.
func Load(loader string, b *Buffer, o LoadOptions) (*Image, error) {
	const (
		sequential       = 1 // VIPS_ACCESS_SEQUENTIAL
		failOnTruncation = 1 // VIPS_FAIL_ON_TRUNCATED
		failOnError      = 2 // VIPS_FAIL_ON_ERROR
	)
	failOn := failOnTruncation
	if o.Strict {
		failOn = failOnError
	}
	arguments := []argument{
		area("buffer", c.blobType(), b.blob),
		integer("access", sequential),
		integer("fail-on", failOn),
	}
	if o.Shrink > 1 {
		arguments = append(arguments, integer("shrink", o.Shrink))
	}
	if o.Scale != 0 {
		arguments = append(arguments, double("scale", o.Scale))
	}
	if o.Page != 0 {
		arguments = append(arguments, integer("page", o.Page))
	}
	if o.Pages != 0 {
		arguments = append(arguments, integer("n", o.Pages))
	}
	return callImage(loader, arguments...)
}

// Chroma says how finely a file keeps colour beside brightness.
type Chroma int

// The values are libvips's: 4:2:0 has a quarter of the colour samples.
const (
	Chroma420 Chroma = 1 // VIPS_FOREIGN_SUBSAMPLE_ON
	Chroma444 Chroma = 2 // VIPS_FOREIGN_SUBSAMPLE_OFF
)

// keep is the metadata that a saver writes: the colour profile or nothing.
func keep(profile bool) argument {
	const keepICC = 1 << 3 // VIPS_FOREIGN_KEEP_ICC
	if profile {
		return integer("keep", keepICC)
	}
	return integer("keep", 0)
}

// JPEGOptions are what a JPEG is written with.
type JPEGOptions struct {
	Quality     int // 1 to 100
	Progressive bool
	Chroma      Chroma
	Profile     bool // write the embedded profile
}

// SaveJPEG encodes with Huffman tables made for the picture.
func SaveJPEG(m *Image, o JPEGOptions) ([]byte, error) {
	return callBuffer("jpegsave_buffer", image("in", m),
		integer("Q", o.Quality), boolean("optimize-coding", true), boolean("interlace", o.Progressive),
		integer("subsample-mode", o.Chroma), keep(o.Profile))
}

// PNGFilter is a set of the row filters that the PNG encoder may choose from.
type PNGFilter int

// The values are libpng's.
const (
	PNGFilterNone PNGFilter = 0x08
	PNGFilterSub  PNGFilter = 0x10
)

// PNGOptions are what a PNG is written with.
type PNGOptions struct {
	Compression int // deflate level, 0 to 9
	Filter      PNGFilter
	Palette     bool // quantise to at most 256 colours
	Quality     int  // of the quantiser, 1 to 100
	Effort      int  // of the quantiser, 1 to 10
	Profile     bool // write the embedded profile
}

// SavePNG encodes a PNG.
func SavePNG(m *Image, o PNGOptions) ([]byte, error) {
	arguments := []argument{image("in", m), integer("compression", o.Compression), integer("filter", o.Filter), keep(o.Profile)}
	if o.Palette {
		arguments = append(arguments, boolean("palette", true), integer("Q", o.Quality), integer("effort", o.Effort))
	}
	return callBuffer("pngsave_buffer", arguments...)
}

// WebPOptions are what a WebP is written with.
type WebPOptions struct {
	Quality  int // 1 to 100
	Lossless bool
	Effort   int  // 0 to 6
	Profile  bool // write the embedded profile
}

// SaveWebP encodes a WebP; a stack of pages becomes an animation.
func SaveWebP(m *Image, o WebPOptions) ([]byte, error) {
	return callBuffer("webpsave_buffer", image("in", m),
		integer("Q", o.Quality), boolean("lossless", o.Lossless), integer("effort", o.Effort), keep(o.Profile))
}

// AVIFOptions are what an AVIF is written with.
type AVIFOptions struct {
	Quality  int // 1 to 100
	Lossless bool
	Effort   int // 0 to 9
	Chroma   Chroma
	BitDepth int  // 8, 10 or 12
	Profile  bool // write the embedded profile
}

// SaveAVIF encodes an AVIF.
func SaveAVIF(m *Image, o AVIFOptions) ([]byte, error) {
	const av1 = 4 // VIPS_FOREIGN_HEIF_COMPRESSION_AV1
	return callBuffer("heifsave_buffer", image("in", m), integer("compression", av1),
		integer("Q", o.Quality), boolean("lossless", o.Lossless), integer("effort", o.Effort),
		integer("subsample-mode", o.Chroma), integer("bitdepth", o.BitDepth), keep(o.Profile))
}

// SaveGIF encodes a GIF with a quantiser effort of 1 to 10; a stack of pages
// becomes an animation.
func SaveGIF(m *Image, effort int) ([]byte, error) {
	return callBuffer("gifsave_buffer", image("in", m), integer("effort", effort), keep(false))
}
