package transform

import "slices"

// Transform is what a URL asks of a picture. The zero value asks nothing: the
// original, untouched. It is comparable, and equal values ask for equal bytes.
//
// A field has a meaning only where its parameter is given; [Transform.Effective]
// returns a Transform with every default filled in.
type Transform struct {
	given set // which parameters are given; zero is a value of some

	W, H       Length // target box
	AR         Ratio  // width to height
	Fit        Fit
	Crop       Crop
	FPX, FPY   Num // focal point, 0 to 1 of the picture's width and height
	FPZ        Num // zoom on the focal point, 1 to 100
	Rect       Rect
	MaxW, MaxH Num // bounds of the result in whole pixels
	MinW, MinH Num
	DPR        Num // multiplies every length in pixels

	Format   Format
	Auto     Auto
	Accept   Accept
	Quality  Num // 1 to 100, whole
	Lossless Flag
	Chroma   Chroma
	Space    Space
	BG       Colour
	Frame    Num // one picture of an animation, from 1, whole
	Download string
}

// IsOriginal tells whether the URL asks for the source's bytes as they are.
func (t Transform) IsOriginal() bool { return t == Transform{} }

// Length is a size: one or more is whole pixels, between zero and one a
// fraction of the picture. Zero is a length that is not given.
type Length = Num

// Fit is how a picture meets the box of w and h.
type Fit uint8

// The fits. Clip and Max keep the whole picture inside the box, Crop and Min
// cover the box and cut, Scale distorts, Fill and FillMax pad.
const (
	FitClip Fit = iota + 1
	FitCrop
	FitFill
	FitFillMax
	FitMax
	FitMin
	FitScale
)

var fits = words[Fit]{
	{"clip", FitClip}, {"crop", FitCrop}, {"fill", FitFill}, {"fillmax", FitFillMax},
	{"max", FitMax}, {"min", FitMin}, {"scale", FitScale},
}

// Format is an encoded picture's format. PJPG and PNG8 exist as outputs only.
type Format uint8

// The output formats.
const (
	JPEG Format = iota + 1
	PJPG        // progressive JPEG
	PNG
	PNG8 // PNG with a palette of at most 256 colours
	WebP
	AVIF
	GIF
)

var formats = words[Format]{
	{"avif", AVIF}, {"gif", GIF}, {"jpg", JPEG}, {"pjpg", PJPG}, {"png", PNG}, {"png8", PNG8}, {"webp", WebP},
	{"jpeg", JPEG},
}

// Formats are the values of fm, sorted.
func Formats() (names []string) {
	for f := JPEG; f <= GIF; f++ {
		names = append(names, f.String())
	}
	slices.Sort(names)
	return names
}

func (f Format) String() string { return formats.name(f) }

// MediaType is the format's registered type, like "image/webp".
func (f Format) MediaType() string {
	switch f {
	case JPEG, PJPG:
		return "image/jpeg"
	case PNG, PNG8:
		return "image/png"
	}
	return "image/" + f.String()
}

// Extension is what names of files in the format end in, without the dot.
func (f Format) Extension() string {
	switch f {
	case PJPG:
		return JPEG.String()
	case PNG8:
		return PNG.String()
	}
	return f.String()
}

// DefaultQuality is the quality that a lossy format has where nothing gives
// one, 0 for formats without quality.
func (f Format) DefaultQuality() int {
	switch f {
	case JPEG, PJPG:
		return 80
	case WebP:
		return 79
	case AVIF:
		return 60
	case PNG8:
		return 100
	}
	return 0
}

// Auto is a set of what the service may decide by itself.
type Auto uint8

// The members of an Auto.
const (
	AutoFormat   Auto = 1 << iota // the best format that the client takes
	AutoCompress                  // a lower default quality
)

var autos = words[Auto]{{"compress", AutoCompress}, {"format", AutoFormat}}

// Accept is the set of formats that a client takes beside JPEG, PNG and GIF.
type Accept uint8

// The members of an Accept.
const (
	AcceptAVIF Accept = 1 << iota
	AcceptWebP
)

var accepts = words[Accept]{{"avif", AcceptAVIF}, {"webp", AcceptWebP}}

// Chroma is how finely colour is kept beside brightness.
type Chroma uint8

// The chroma subsamplings.
const (
	Chroma420 Chroma = iota + 1
	Chroma444
)

var chromas = words[Chroma]{{"420", Chroma420}, {"444", Chroma444}}

// Space is the colour space of the result.
type Space uint8

// The colour spaces: converted to sRGB, or the source's own with its profile.
const (
	SpaceSRGB Space = iota + 1
	SpaceOrigin
)

var spaces = words[Space]{
	{"origin", SpaceOrigin}, {"srgb", SpaceSRGB},
	{"strip", SpaceSRGB}, {"tinysrgb", SpaceSRGB},
}

// Flag is a parameter that is on or off.
type Flag bool

var flags = words[Flag]{{"0", false}, {"1", true}, {"false", false}, {"true", true}}

// Crop says which part of a picture stays: a smart word, or a side or corner.
type Crop uint8

// The crops. The sides combine, one of each pair: CropTop|CropLeft.
const (
	CropCenter Crop = 0
	CropTop    Crop = 1 << iota
	CropBottom
	CropLeft
	CropRight
	CropEntropy
	CropAttention
	CropFocalPoint
)

const cropSmart = CropEntropy | CropAttention | CropFocalPoint

var crops = words[Crop]{
	{"attention", CropAttention}, {"bottom", CropBottom}, {"center", CropCenter}, {"entropy", CropEntropy},
	{"focalpoint", CropFocalPoint}, {"left", CropLeft}, {"right", CropRight}, {"top", CropTop},
	{"edges", CropEntropy}, {"faces", CropAttention},
}

// Ratio is width to height; the zero value is no ratio.
type Ratio struct{ W, H Num }

// Rect is a window of the upright source; the zero value is no window.
type Rect struct{ X, Y, W, H Edge }

// Edge is one number of a Rect: a length or a word.
type Edge struct {
	Word EdgeWord
	Len  Length // where Word is EdgeLength; may be 0 for X and Y
}

// EdgeWord is a place or a size in words.
type EdgeWord uint8

// The words of a Rect.
const (
	EdgeLength EdgeWord = iota // no word: a length
	EdgeStart                  // left, top
	EdgeMiddle                 // center, middle
	EdgeEnd                    // right, bottom
	EdgeFull                   // the whole width or height
)

// edgeWords are the words that each of x, y, w and h may be.
var edgeWords = [4]words[EdgeWord]{
	{{"center", EdgeMiddle}, {"left", EdgeStart}, {"right", EdgeEnd}},
	{{"bottom", EdgeEnd}, {"middle", EdgeMiddle}, {"top", EdgeStart}},
	{{"full", EdgeFull}},
	{{"full", EdgeFull}},
}
