package plan

import (
	"testing"

	"github.com/tintype/tintype/internal/transform"
)

func TestOutputFormat(t *testing.T) {
	still := func(format Source, alpha bool) Facts {
		return Facts{Format: format, Width: 100, Height: 80, Orientation: 1, Pages: 1, Alpha: alpha}
	}
	film := Facts{Format: GIF, Width: 100, Height: 80, Orientation: 1, Pages: 3, Alpha: true}
	tests := []struct {
		facts  Facts
		query  string
		want   transform.Format
		frames int
	}{
		{still(JPEG, false), "w=9", transform.JPEG, 1},
		{still(PNG, false), "w=9", transform.PNG, 1},
		{still(WebP, true), "w=9", transform.WebP, 1},
		{still(AVIF, false), "w=9", transform.AVIF, 1},
		{still(GIF, true), "w=9", transform.GIF, 1},
		{still(SVG, true), "w=9", transform.PNG, 1},
		{still(SVG, false), "w=9", transform.JPEG, 1},
		{still(TIFF, false), "w=9", transform.JPEG, 1},
		{still(TIFF, true), "w=9", transform.PNG, 1},
		{still(JPEG, false), "fm=pjpg", transform.PJPG, 1},
		{still(JPEG, false), "fm=png8&auto=format&accept=webp", transform.PNG8, 1},
		{still(JPEG, false), "auto=format&accept=avif,webp", transform.AVIF, 1},
		{still(JPEG, false), "auto=format&accept=webp", transform.WebP, 1},
		{still(JPEG, false), "auto=format", transform.JPEG, 1},
		{still(PNG, true), "auto=format", transform.PNG, 1},
		{still(PNG, false), "auto=format", transform.PNG, 1},
		{still(PNG, false), "auto=format,compress", transform.JPEG, 1},
		{still(PNG, true), "auto=format,compress", transform.PNG, 1},
		{still(PNG, false), "w=9&auto=compress", transform.PNG, 1},
		{still(GIF, true), "auto=format", transform.GIF, 1},
		{still(WebP, false), "auto=format", transform.JPEG, 1},
		{still(WebP, true), "auto=format", transform.PNG, 1},
		{still(AVIF, false), "auto=format&accept=webp", transform.WebP, 1},
		{still(AVIF, true), "auto=format", transform.PNG, 1},
		{film, "w=9", transform.GIF, 3},
		{film, "w=9&frame=2", transform.GIF, 1},
		{film, "auto=format&accept=avif,webp", transform.WebP, 3},
		{film, "auto=format&accept=avif", transform.GIF, 3},
		{film, "auto=format&accept=avif&frame=1", transform.AVIF, 1},
		{film, "fm=jpg", transform.JPEG, 1},
		{film, "fm=avif", transform.AVIF, 1},
		{film, "fm=png", transform.PNG, 1},
	}
	for _, tt := range tests {
		p, err := Make(tt.facts, effective(t, tt.query), DefaultPolicy)
		if err != nil || p.Encode.Format != tt.want || p.Encode.Frames != tt.frames || p.Load.Pages != tt.frames {
			t.Errorf("%s %s: got %s with %d frames, %v; want %s with %d",
				tt.facts.Format, tt.query, p.Encode.Format, p.Encode.Frames, err, tt.want, tt.frames)
		}
	}
}

func TestQuality(t *testing.T) {
	for query, want := range map[string]int{
		"w=9":                        80,
		"w=9&auto=compress":          64,
		"w=9&q=33":                   33,
		"w=9&q=33&auto=compress":     33,
		"fm=webp":                    79,
		"fm=webp&auto=compress":      63,
		"fm=avif":                    60,
		"fm=avif&auto=compress":      48,
		"auto=format&accept=webp":    79,
		"auto=format,compress&w=9":   64,
		"fm=png8":                    100,
		"fm=pjpg&q=1&auto=compress":  1,
		"fm=webp&lossless=1&quality": 79,
	} {
		p, err := Make(photo(100, 80), effective(t, query), DefaultPolicy)
		if err != nil || p.Encode.Quality != want {
			t.Errorf("%s: got quality %d, %v; want %d", query, p.Encode.Quality, err, want)
		}
	}
}

func TestColourSteps(t *testing.T) {
	rgb := photo(100, 80)
	p3, srgb, cmyk, deep, grey := rgb, rgb, rgb, rgb, rgb
	p3.Profile, srgb.Profile = OtherProfile, SRGBProfile
	cmyk.Space = CMYK
	deep.Format, deep.Deep = PNG, true
	grey.Space = Grey
	alphaGrey := grey
	alphaGrey.Alpha = true
	tests := []struct {
		name    string
		facts   Facts
		query   string
		want    Colour
		profile bool
	}{
		{"plain", rgb, "w=9", Colour{}, false},
		{"sRGB in other words", srgb, "w=9", Colour{}, false},
		{"P3", p3, "w=9", Colour{Profile: true}, false},
		{"P3 kept", p3, "w=9&cs=origin", Colour{}, true},
		{"sRGB kept", srgb, "w=9&cs=origin", Colour{}, true},
		{"P3 kept in WebP", p3, "fm=webp&cs=origin", Colour{}, true},
		{"P3 that GIF cannot keep", p3, "fm=gif&cs=origin", Colour{Profile: true}, false},
		{"CMYK", cmyk, "w=9", Colour{Profile: true, Fallback: "cmyk"}, false},
		{"CMYK kept", cmyk, "w=9&cs=origin", Colour{}, false},
		{"CMYK that PNG cannot keep", cmyk, "fm=png&cs=origin", Colour{Profile: true, Fallback: "cmyk"}, false},
		{"CMYK that a canvas cannot keep", cmyk, "w=9&h=90&fit=fill&cs=origin", Colour{Profile: true, Fallback: "cmyk"}, false},
		{"deep", deep, "w=9", Colour{To8Bit: true}, false},
		{"deep kept", deep, "w=9&cs=origin", Colour{}, false},
		{"deep that JPEG cannot keep", deep, "fm=jpg&cs=origin", Colour{To8Bit: true}, false},
		{"grey", grey, "w=9", Colour{}, false},
		{"grey on white", grey, "w=9&h=90&fit=fill", Colour{}, false},
		{"grey on red", grey, "w=9&h=90&fit=fill&bg=f00", Colour{ToRGB: true}, false},
		{"grey over red", alphaGrey, "fm=jpg&bg=f00", Colour{ToRGB: true}, false},
	}
	for _, tt := range tests {
		p, err := Make(tt.facts, effective(t, tt.query), DefaultPolicy)
		if err != nil || p.Colour != tt.want || p.Encode.Profile != tt.profile {
			t.Errorf("%s, %s: got %+v, profile %v, %v; want %+v, %v",
				tt.name, tt.query, p.Colour, p.Encode.Profile, err, tt.want, tt.profile)
		}
	}
}

func TestAlphaSteps(t *testing.T) {
	glass := Facts{Format: PNG, Width: 100, Height: 80, Orientation: 1, Pages: 1, Alpha: true}
	solid := photo(100, 80)
	type steps struct{ premultiply, flatten, addAlpha bool }
	tests := []struct {
		facts Facts
		query string
		want  steps
	}{
		{glass, "w=9", steps{premultiply: true}},
		{glass, "fm=webp", steps{}},
		{glass, "w=9&fm=jpg", steps{premultiply: true, flatten: true}},
		{glass, "w=9&fm=pjpg", steps{premultiply: true, flatten: true}},
		{solid, "w=9", steps{}},
		{solid, "w=9&h=90&fit=fill&fm=png", steps{}},
		{solid, "w=9&h=90&fit=fill&fm=png&bg=8000", steps{addAlpha: true}},
		{solid, "w=9&h=90&fit=fill&fm=jpg&bg=8000", steps{}},
	}
	for _, tt := range tests {
		p, err := Make(tt.facts, effective(t, tt.query), DefaultPolicy)
		if got := (steps{p.Premultiply, p.Flatten, p.AddAlpha}); err != nil || got != tt.want {
			t.Errorf("%s: got %+v, %v; want %+v", tt.query, got, err, tt.want)
		}
	}
}

func TestShrink(t *testing.T) {
	tests := []struct {
		facts   Facts
		query   string
		shrink  int
		extract Rect
	}{
		{photo(2048, 1216), "w=2048", 1, Rect{}},
		{photo(2048, 1216), "w=788", 1, Rect{}}, // 2.599 times: half of it is under the margin
		{photo(2048, 1216), "w=787", 2, Rect{}},
		{photo(2048, 1216), "w=640", 2, Rect{}},
		{photo(2048, 1216), "w=300&h=200", 4, Rect{}},
		{photo(6000, 3999), "w=300&h=200", 8, Rect{}},
		{photo(6000, 3999), "w=300&h=200&fit=scale", 8, Rect{}},
		{photo(6000, 400), "w=100&h=400&fit=scale", 1, Rect{}},
		// The ratio is the window's, not the whole picture's.
		{photo(6000, 3999), "rect=0,0,600,400&w=300", 1, Rect{0, 0, 600, 400}},
		{photo(6000, 3999), "rect=0,0,800,400&w=300", 2, Rect{0, 0, 400, 200}},
		// A window off the grid needs so much margin that rounding does not show.
		{photo(6000, 3999), "rect=1,1,800,400&w=300", 1, Rect{1, 1, 800, 400}},
		{photo(6000, 3999), "rect=1,1,4801,2401&w=300", 4, Rect{0, 0, 1201, 601}},
		{photo(6000, 3999), "rect=right,bottom,4800,2399&w=600", 4, Rect{300, 400, 1200, 599}},
	}
	for _, tt := range tests {
		p, err := Make(tt.facts, effective(t, tt.query), DefaultPolicy)
		if err != nil || p.Load.Shrink != tt.shrink || p.Extract != tt.extract {
			t.Errorf("%d×%d %s: got ÷%d, extract %v, %v; want ÷%d, %v",
				tt.facts.Width, tt.facts.Height, tt.query, p.Load.Shrink, p.Extract, err, tt.shrink, tt.extract)
		}
	}
}

func TestStoredWindow(t *testing.T) {
	// A picture of 4 × 3 pixels upright; the window holds its upper right
	// pixel. Where that pixel is stored, by EXIF's own words: 1 rows from the
	// top, columns from the left; 2 from the right; and so on.
	upright := Size{4, 3}
	corner := Rect{3, 0, 1, 1}
	for orientation, want := range map[int]Rect{
		1: {3, 0, 1, 1}, 2: {0, 0, 1, 1}, 3: {0, 2, 1, 1}, 4: {3, 2, 1, 1},
		5: {0, 3, 1, 1}, 6: {0, 0, 1, 1}, 7: {2, 0, 1, 1}, 8: {2, 3, 1, 1},
	} {
		turn := turns[orientation]
		if got := turn.stored(corner, upright); got != want {
			t.Errorf("orientation %d: got %v, want %v", orientation, got, want)
		}
		if got := turn.stored(Rect{0, 0, 4, 3}, upright).size(); got != turn.sizeStored(upright) {
			t.Errorf("orientation %d: the whole is %v", orientation, got)
		}
	}
}

func TestScaledDecoding(t *testing.T) {
	for _, tt := range []struct {
		format Source
		query  string
		want   float64
	}{
		{WebP, "w=100", 0.13},
		{WebP, "w=100&h=400", 0.65},
		{WebP, "w=900", 0},
		{WebP, "w=100&rect=0,0,500,500", 0},
		{SVG, "w=100", 0.1},
		{SVG, "w=2000", 2},
		{SVG, "w=100&rect=0,0,100,80", 1},
		{SVG, "w=1000&h=1000&fit=scale", 1.25},
		{SVG, "w=2000&rect=0,0,10,8", 2.2360679774997896}, // 4 MP for the whole
	} {
		p, err := Make(Facts{Format: tt.format, Width: 1000, Height: 800, Orientation: 1, Pages: 1}, effective(t, tt.query), DefaultPolicy)
		if err != nil || p.Load.Scale != tt.want {
			t.Errorf("%s %s: got %v, %v; want %v", tt.format, tt.query, p.Load.Scale, err, tt.want)
		}
	}
}

func BenchmarkMake(b *testing.B) {
	e := effective(b, "w=300&h=200&auto=format&accept=avif,webp")
	for b.Loop() {
		if _, err := Make(photo(2048, 1216), e, DefaultPolicy); err != nil {
			b.Fatal(err)
		}
	}
}
