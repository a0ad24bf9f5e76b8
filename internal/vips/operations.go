package vips

// operations names every libvips operation that is called and every argument
// that is set or read on it. [Start] checks the table against the library, and
// a call that strays from it panics in the tests.
var operations = map[string][]string{
	"jpegload_buffer": {"buffer", "out", "access", "fail-on", "shrink"},
	"pngload_buffer":  {"buffer", "out", "access", "fail-on"},
	"webpload_buffer": {"buffer", "out", "access", "fail-on", "page", "n", "scale"},
	"gifload_buffer":  {"buffer", "out", "access", "fail-on", "page", "n"},
	"heifload_buffer": {"buffer", "out", "access", "fail-on"},
	"tiffload_buffer": {"buffer", "out", "access", "fail-on"},
	"svgload_buffer":  {"buffer", "out", "access", "fail-on", "scale"},

	"extract_band":  {"in", "out", "band", "n"},
	"extract_area":  {"input", "out", "left", "top", "width", "height"},
	"resize":        {"in", "out", "scale", "vscale", "kernel"},
	"smartcrop":     {"input", "out", "width", "height", "interesting"},
	"rot":           {"in", "out", "angle"},
	"flip":          {"in", "out", "direction"},
	"premultiply":   {"in", "out", "max-alpha"},
	"unpremultiply": {"in", "out", "max-alpha"},
	"linear":        {"in", "out", "a", "b"},
	"cast":          {"in", "out", "format"},
	"colourspace":   {"in", "out", "space"},
	"icc_transform": {"in", "out", "output-profile", "input-profile", "embedded", "intent", "depth"},
	"flatten":       {"in", "out", "background"},
	"addalpha":      {"in", "out"},
	"embed":         {"in", "out", "x", "y", "width", "height", "extend", "background"},
	"arrayjoin":     {"in", "out", "across"},
	"copy":          {"in", "out"},

	"jpegsave_buffer": {"in", "buffer", "Q", "optimize-coding", "interlace", "subsample-mode", "keep"},
	"pngsave_buffer":  {"in", "buffer", "compression", "filter", "palette", "Q", "effort", "keep"},
	"webpsave_buffer": {"in", "buffer", "Q", "lossless", "effort", "keep"},
	"heifsave_buffer": {"in", "buffer", "compression", "Q", "lossless", "effort", "subsample-mode", "bitdepth", "keep"},
	"gifsave_buffer":  {"in", "buffer", "effort", "keep"},
}

// loaderClasses are the loaders that stay open: those of the table above.
var loaderClasses = []string{
	"VipsForeignLoadJpegBuffer",
	"VipsForeignLoadPngBuffer",
	"VipsForeignLoadWebpBuffer",
	"VipsForeignLoadNsgifBuffer",
	"VipsForeignLoadHeifBuffer",
	"VipsForeignLoadTiffBuffer",
	"VipsForeignLoadSvgBuffer",
}
