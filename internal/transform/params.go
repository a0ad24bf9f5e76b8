package transform

import "math/bits"

// MaxSide is the longest side in pixels that the grammar can name.
const MaxSide = 8192

// param is a row of the table: one query parameter.
type param struct {
	name    string
	aliases []string
	allowed string // what a 400 says of its values
	kind    Kind   // the same for programs
	parse   func(t *Transform, value string) error
	format  func(t *Transform) string
	copy    func(to, from *Transform)
	joins   bool // a repeated name adds instead of replacing
	plain   bool // has no base64 twin
}

// field makes a row whose value lives in one field of Transform.
func field[T any](name, allowed string, at func(*Transform) *T, values values[T], format func(T) string) param {
	return param{
		name:    name,
		allowed: allowed,
		kind:    values.kind,
		parse: func(t *Transform, value string) error {
			v, err := values.parse(value)
			if err == nil {
				*at(t) = v
			}
			return err
		},
		format: func(t *Transform) string { return format(*at(t)) },
		copy:   func(to, from *Transform) { *at(to) = *at(from) },
	}
}

func (p param) alias(names ...string) param { p.aliases = names; return p }

const (
	pixelsOrFraction = "pixels from 1 to 8192, or a fraction between 0 and 1"
	pixels           = "pixels from 1 to 8192"
	fraction         = "a number from 0 to 1"
)

// The parameters by number: their places in params, which is in the bytewise
// order of the names, the order of a canonical query.
const (
	pAccept = iota
	pAR
	pAuto
	pBG
	pChroma
	pCrop
	pCS
	pDL
	pDPR
	pFit
	pFM
	pFPX
	pFPY
	pFPZ
	pFrame
	pH
	pLossless
	pMaxH
	pMaxW
	pMinH
	pMinW
	pQ
	pRect
	pW
)

// params is the table of parameters.
var params = [...]param{
	pAccept: plain(field("accept", "a list of avif and webp, or none",
		func(t *Transform) *Accept { return &t.Accept }, manyOf(accepts), Accept.String)),
	pAR: field("ar", "W:H, two numbers above 0, like 16:9",
		func(t *Transform) *Ratio { return &t.AR }, values[Ratio]{parseRatio, Kind{Type: "ratio"}}, Ratio.String),
	pAuto: joining(plain(field("auto", "a list of compress and format, or none",
		func(t *Transform) *Auto { return &t.Auto }, manyOf(autos, "enhance", "redeye", "true"), Auto.String))),
	pBG: field("bg", "a colour: rgb, argb, rrggbb, aarrggbb or a CSS keyword",
		func(t *Transform) *Colour { return &t.BG }, values[Colour]{parseColour, Kind{Type: "colour"}}, Colour.String),
	pChroma: field("chromasub", "420 or 444",
		func(t *Transform) *Chroma { return &t.Chroma }, chromas.one(), chromas.name),
	pCrop: field("crop", "a list of top, bottom, left, right and center, or one of entropy, attention, faces, edges, focalpoint",
		func(t *Transform) *Crop { return &t.Crop }, values[Crop]{parseCrop, Kind{Type: "crop", Words: crops.spellings()}}, Crop.String),
	pCS: field("cs", "srgb (also strip, tinysrgb) or origin",
		func(t *Transform) *Space { return &t.Space }, spaces.one(), spaces.name),
	pDL: field("dl", "a file name of at most 200 bytes",
		func(t *Transform) *string { return &t.Download }, values[string]{parseDownload, Kind{Type: "text", Max: Whole(maxDownload)}}, func(s string) string { return s }),
	pDPR: field("dpr", "a number from 0.1 to 5",
		func(t *Transform) *Num { return &t.DPR }, between(One/10, 5*One), Num.String),
	pFit: field("fit", "clip, crop, fill, fillmax, max, min or scale",
		func(t *Transform) *Fit { return &t.Fit }, fits.one(), fits.name).alias("f"),
	pFM: field("fm", "jpg, pjpg, png, png8, webp, avif or gif",
		func(t *Transform) *Format { return &t.Format }, values[Format]{parseFormat, formats.one().kind}, Format.String),
	pFPX: field("fp-x", fraction,
		func(t *Transform) *Num { return &t.FPX }, between(0, One), Num.String),
	pFPY: field("fp-y", fraction,
		func(t *Transform) *Num { return &t.FPY }, between(0, One), Num.String),
	pFPZ: field("fp-z", "a number from 1 to 100",
		func(t *Transform) *Num { return &t.FPZ }, between(One, 100*One), Num.String),
	pFrame: field("frame", "the number of a picture, from 1, or all",
		func(t *Transform) *Num { return &t.Frame }, values[Num]{parseFrame, Kind{Type: "frame", Min: One, Max: Whole(maxFrame)}}, formatFrame),
	pH: field("h", pixelsOrFraction,
		func(t *Transform) *Length { return &t.H }, lengths, Num.String).alias("height"),
	pLossless: field("lossless", "0, 1, false or true",
		func(t *Transform) *Flag { return &t.Lossless }, flags.one(), flags.name),
	pMaxH: field("max-h", pixels,
		func(t *Transform) *Num { return &t.MaxH }, wholeUpTo(MaxSide), Num.String).alias("max-height"),
	pMaxW: field("max-w", pixels,
		func(t *Transform) *Num { return &t.MaxW }, wholeUpTo(MaxSide), Num.String).alias("max-width"),
	pMinH: field("min-h", pixels,
		func(t *Transform) *Num { return &t.MinH }, wholeUpTo(MaxSide), Num.String).alias("min-height"),
	pMinW: field("min-w", pixels,
		func(t *Transform) *Num { return &t.MinW }, wholeUpTo(MaxSide), Num.String).alias("min-width"),
	pQ: field("q", "a number from 1 to 100",
		func(t *Transform) *Num { return &t.Quality }, values[Num]{parseQuality, wholeUpTo(100).kind}, Num.String),
	pRect: field("rect", "x,y,w,h, each pixels or a fraction; x also left, center, right, y top, middle, bottom, w and h full",
		func(t *Transform) *Rect { return &t.Rect }, values[Rect]{parseRect, Kind{Type: "rect"}}, Rect.String),
	pW: field("w", pixelsOrFraction,
		func(t *Transform) *Length { return &t.W }, lengths, Num.String).alias("width"),
}

func joining(p param) param { p.joins = true; return p }
func plain(p param) param   { p.plain = true; return p }

// builtin holds the defaults that do not depend on other parameters.
var builtin = Transform{
	given: setOf(pAuto, pBG, pChroma, pCrop, pCS, pDPR, pFPX, pFPY, pFPZ, pFrame, pLossless),
	BG:    White, Chroma: Chroma420, Space: SpaceSRGB, DPR: One, FPX: One / 2, FPY: One / 2, FPZ: One,
}

// set is a set of parameters by number.
type set uint32

func setOf(numbers ...int) (s set) {
	for _, n := range numbers {
		s |= 1 << n
	}
	return s
}

func (s set) has(n int) bool { return s&(1<<n) != 0 }

// each yields the members in order.
func (s set) each(yield func(int) bool) {
	for ; s != 0; s &= s - 1 {
		if !yield(bits.TrailingZeros32(uint32(s))) {
			return
		}
	}
}

// byName finds a parameter by its name or an alias.
var byName = func() map[string]int {
	m := make(map[string]int)
	for i, p := range params {
		m[p.name] = i
		for _, alias := range p.aliases {
			m[alias] = i
		}
	}
	return m
}()
