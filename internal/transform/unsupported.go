package transform

import (
	"errors"
	"slices"
	"strings"
)

// errUnsupported marks a name or value that has a meaning which is not built
// yet. It is refused, never ignored: a picture without its blur would be cached
// under a URL that later means another.
var errUnsupported = errors.New("not supported")

// unsupported are the names of the grammar that are not built, with imgix's
// other spellings of them.
var unsupported = func() map[string]bool {
	const names = `preset fill fill-color fillcolor orient or rot flip
		trim trim-color trimcolor trim-tol trimtol trim-pad trimpad
		pad pad-top pad-right pad-bottom pad-left border border-radius mask corner-radius
		blur sharp usm usmrad px
		bri con exp gam sat vib high shad hue sepia monochrome mono duotone invert inv
		mark m txt t palette colors
		ma markalign malph markalpha mf markfit mh markh mp markpad ms markscale mtile marktile mw markw mx markx my marky
		ta txtalign tc tcl txtclr txtcolor tf txtfont tl txtline tp txtpad tsh txtshad tsz txtsize txtlinecolor txtlineclr txtwidth`
	m := make(map[string]bool)
	for name := range strings.FieldsSeq(names) {
		m[name] = true
	}
	return m
}()

func isUnsupported(name string) bool {
	return unsupported[name] || slices.ContainsFunc(UnsupportedPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

func parseFormat(s string) (Format, error) {
	if word := lower(s); word == "json" || word == "blurhash" {
		return 0, errUnsupported
	}
	return formats.parse(s)
}

func parseQuality(s string) (Num, error) {
	if lower(s) == "auto" {
		return 0, errUnsupported
	}
	return wholeUpTo(100).parse(s)
}
