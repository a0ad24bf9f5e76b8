package plan

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/tintype/tintype/internal/transform"
)

// effective parses a query that has to be right.
func effective(t testing.TB, query string) transform.Transform {
	t.Helper()
	parsed, err := transform.Parse(query, transform.Defaults{})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return parsed.Effective(transform.Defaults{})
}

func photo(w, h int) Facts {
	return Facts{Format: JPEG, Width: w, Height: h, Orientation: 1, Pages: 1}
}

func TestGeometry(t *testing.T) {
	file, err := os.Open("testdata/geometry.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		columns := strings.Split(line, " | ")
		size, query, _ := strings.Cut(columns[0], " ")
		var w, h int
		if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		f := photo(w, h)
		l, err := arrange(f, effective(t, query), DefaultPolicy.limits(f, transform.JPEG, false, 1))
		if err != nil {
			t.Errorf("%s: %v", columns[0], err)
			continue
		}
		region := "-"
		if l.region != (Rect{0, 0, w, h}) || strings.Contains(query, "rect") {
			region = rectString(l.region)
		}
		got := strings.Join([]string{columns[0], region, sizeString(l.scaled), rectString(l.cut), sizeString(l.canvas), sizeString(l.size())}, " | ")
		if got != line {
			t.Errorf("\ngot  %s\nwant %s", got, line)
		}
	}
	if rows < 300 {
		t.Errorf("only %d rows", rows)
	}
}

func rectString(r Rect) string {
	if r == (Rect{}) {
		return "-"
	}
	return fmt.Sprintf("%d,%d,%d,%d", r.X, r.Y, r.W, r.H)
}

func sizeString(s Size) string {
	if s == (Size{}) {
		return "-"
	}
	return fmt.Sprintf("%dx%d", s.W, s.H)
}

func TestFocalPoint(t *testing.T) {
	tests := []struct {
		query       string
		region, cut Rect
	}{
		{"w=100&h=100&crop=focalpoint", Rect{0, 0, 400, 200}, Rect{50, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-x=0", Rect{0, 0, 400, 200}, Rect{0, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-x=1", Rect{0, 0, 400, 200}, Rect{100, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-x=0.3", Rect{0, 0, 400, 200}, Rect{10, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-x=0.1&fp-y=1", Rect{0, 0, 400, 200}, Rect{0, 0, 100, 100}},
		// Twice as near: half of each side around the point, moved inward.
		{"w=100&h=100&crop=focalpoint&fp-z=2", Rect{100, 50, 200, 100}, Rect{50, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-z=2&fp-x=0.1", Rect{0, 50, 200, 100}, Rect{0, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-z=2&fp-x=0.2", Rect{0, 50, 200, 100}, Rect{30, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-z=100&fp-x=1&fp-y=1", Rect{396, 198, 4, 2}, Rect{100, 0, 100, 100}},
		{"w=100&h=100&crop=focalpoint&fp-z=2&rect=200,0,200,200", Rect{250, 50, 100, 100}, Rect{}},
	}
	for _, tt := range tests {
		f := photo(400, 200)
		l, err := arrange(f, effective(t, tt.query), DefaultPolicy.limits(f, transform.JPEG, false, 1))
		if err != nil || l.region != tt.region || l.cut != tt.cut {
			t.Errorf("%s: got region %v, cut %v, %v; want %v, %v", tt.query, l.region, l.cut, err, tt.region, tt.cut)
		}
	}
}

func TestLimits(t *testing.T) {
	small := DefaultPolicy
	small.MaxSide, small.MaxPixels, small.MaxAVIFPixels, small.MaxGIFPixels, small.MaxSVGPixels = 1000, 500_000, 80_000, 40_000, 20_000
	tests := []struct {
		facts Facts
		query string
		want  string // a size, or part of the error
	}{
		// What the URL names is refused.
		{photo(2000, 1000), "w=1001", "a side of 1001 pixels is asked for; allowed are 1000"},
		{photo(2000, 1000), "w=600&dpr=2", "a side of 1200 pixels is asked for; allowed are 1000"},
		{photo(2000, 1000), "h=1001&fit=max", "a side of 1001 pixels"},
		{photo(2000, 1000), "w=100&ar=1:11", "a side of 1100 pixels"},
		{photo(2000, 1000), "w=100&h=100&min-w=500&dpr=5", "a side of 2500 pixels at least"},
		{photo(2000, 1000), "w=300&h=300&fm=png8", "allowed are 80000"},
		{photo(2000, 1000), "w=300&h=300&fm=webp&lossless=1", "allowed are 80000"},
		{photo(2000, 1000), "w=300&h=300&fm=webp", "300x300"},
		{photo(2000, 1000), "w=800&h=700", "800 × 700 pixels in 1 frame(s) are asked for; allowed are 500000"},
		{photo(2000, 1000), "w=300&h=300&fm=avif", "allowed are 80000"},
		{photo(2000, 1000), "w=300&h=300&fm=avif&fit=scale", "allowed are 80000"},
		{photo(2000, 1000), "w=300&h=300&fm=avif&fit=fill", "allowed are 80000"},
		{photo(2000, 1000), "w=250&h=250&fm=gif", "allowed are 40000"},
		{Facts{Format: SVG, Width: 100, Height: 100, Orientation: 1, Pages: 1}, "w=200&h=200", "allowed are 20000"},
		// What follows from the source is brought down.
		{photo(2000, 1000), "fm=webp", "1000x500"},
		{photo(100, 9000), "w=50", "11x1000"},
		{photo(2000, 1000), "w=0.9", "1000x500"},
		{photo(2000, 1000), "w=0.9&h=0.9", "1000x500"},
		{photo(1000, 1000), "w=900", "707x707"},
		{photo(1000, 1000), "w=400&fm=avif", "282x282"},
		{photo(1000, 1000), "w=900&h=900&fit=clip", "707x707"},
		{photo(1000, 1000), "ar=1:1&fm=avif", "282x282"},
		{Facts{Format: SVG, Width: 4000, Height: 1000, Orientation: 1, Pages: 1}, "fm=png", "281x70"},
		{Facts{Format: SVG, Width: 4000, Height: 1000, Orientation: 1, Pages: 1}, "w=100", "100x25"},
		// The client's word for AVIF does not count where its area is over.
		{photo(2000, 1000), "w=300&h=300&auto=format&accept=avif,webp", "300x300"},
	}
	for _, tt := range tests {
		p, err := Make(tt.facts, effective(t, tt.query), small)
		got := sizeString(p.Size)
		if err != nil {
			got = err.Error()
			if !errors.Is(err, ErrRefused) {
				t.Errorf("%s: %v is no ErrRefused", tt.query, err)
			}
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%d×%d %s: got %s, want %s", tt.facts.Width, tt.facts.Height, tt.query, got, tt.want)
		}
	}
}

// A sliver enlarged would have millions of rows before it is cut, so that its
// source is cut instead.
func TestSliver(t *testing.T) {
	for query, want := range map[string]Rect{
		"w=200&h=300":              {0, 2494, 7, 11},
		"w=200&h=300&crop=top":     {0, 0, 7, 11},
		"w=200&h=300&crop=bottom":  {0, 4989, 7, 11},
		"w=8000&h=10":              {0, 2499, 7, 1},
		"w=200&h=500&crop=entropy": {0, 2491, 7, 18},
	} {
		f := photo(7, 5000)
		l, err := arrange(f, effective(t, query), DefaultPolicy.limits(f, transform.JPEG, false, 1))
		if err != nil || l.region != want || l.cut != (Rect{}) {
			t.Errorf("%s: got %+v, %v; want the region %v", query, l, err, want)
		}
	}
}

// However a small part of a picture is enlarged, what is held whole on the way
// stays within the limit.
func TestNothingLargeOnTheWay(t *testing.T) {
	f := photo(2048, 1216)
	for _, query := range []string{
		"rect=0,0,2048,256&w=7990&h=7990&crop=attention", "rect=0,0,2048,10&w=7990&h=7990", "rect=0,0,5,1216&w=7990&h=7990&crop=top",
		"w=7990&h=7990&crop=entropy", "w=1&h=8000",
	} {
		p, err := Make(f, effective(t, query), DefaultPolicy)
		if err != nil || p.Resize.area() > DefaultPolicy.MaxPixels {
			t.Errorf("%s: resized to %v, %v", query, p.Resize, err)
		}
	}
}

// Twelve digits are the most that a ratio's numbers have.
func TestLongRatios(t *testing.T) {
	for query, want := range map[string]string{
		"ar=999999999999:999999999999": "1216x1216",
		"ar=900000000000:450000000000": "2048x1024",
		"ar=999999999999:1":            "2048x1",
		"ar=1:999999999999":            "1x1216",
		"ar=0.0001:999999999999":       "1x1216",
	} {
		p, err := Make(photo(2048, 1216), effective(t, query), DefaultPolicy)
		if err != nil || sizeString(p.Size) != want {
			t.Errorf("%s: got %v, %v; want %s", query, p.Size, err, want)
		}
	}
}

func TestAnimationLimits(t *testing.T) {
	film := Facts{Format: GIF, Width: 500, Height: 400, Orientation: 1, Pages: 200, Alpha: true}
	for _, tt := range []struct{ query, want string }{
		{"w=400&h=300", "400x300"},
		{"w=1000&h=800", "allowed are 500000 a frame"},
		{"w=1000", "790x632"}, // 100 MP ÷ 200 frames
		{"w=1000&frame=3", "1000x800"},
		{"w=1000&fm=jpg", "1000x800"},
	} {
		p, err := Make(film, effective(t, tt.query), DefaultPolicy)
		got := sizeString(p.Size)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %s, want %s", tt.query, got, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		facts Facts
		want  string
	}{
		{photo(10_000, 10_000), ""},
		{photo(10_001, 10_000), "the source has 10001 × 10000 pixels in 1 frame(s); allowed are 100000000 pixels in all"},
		{photo(65535, 65535), "65535 × 65535"},
		{Facts{Format: GIF, Width: 1000, Height: 1000, Pages: 100}, ""},
		{Facts{Format: GIF, Width: 1000, Height: 1000, Pages: 101}, "in 101 frame(s)"},
		{Facts{Format: GIF, Width: 1, Height: 1, Pages: 10_000}, "the source has 10000 frames; allowed are 256"},
		{Facts{Format: SVG, Width: 100_000, Height: 100_000, Pages: 1}, ""},
	}
	for _, tt := range tests {
		err := DefaultPolicy.Check(tt.facts)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %q", tt.facts, err, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	film := Facts{Format: GIF, Width: 100, Height: 80, Orientation: 1, Pages: 5}
	for _, query := range []string{"frame=6", "rect=100,0,10,10", "rect=0,200,0.5,0.5"} {
		if _, err := Make(film, effective(t, query), DefaultPolicy); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: got %v, want a refusal", query, err)
		}
	}
}

// TestProperties holds what the fits promise over random pictures and boxes.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	side := func(n int) int { return 1 + r.IntN(1+r.IntN(n)) }
	for range 8_000 {
		f := photo(side(6000), side(6000))
		f.Orientation = 1 + r.IntN(8)
		f.Format = []Source{JPEG, PNG, WebP, SVG}[r.IntN(4)]
		w, h := side(2000), side(2000)
		box := fmt.Sprintf("w=%d&h=%d", w, h)
		rect := ""
		if r.IntN(3) == 0 {
			rect = fmt.Sprintf("&rect=%d,%d,%d,%d", r.IntN(f.Width), r.IntN(f.Height), side(f.Width), side(f.Height))
		}
		for fit, holds := range map[string]func(Size, Rect) bool{
			"crop":    func(s Size, _ Rect) bool { return s == Size{w, h} },
			"scale":   func(s Size, _ Rect) bool { return s == Size{w, h} },
			"fill":    func(s Size, _ Rect) bool { return s == Size{w, h} },
			"fillmax": func(s Size, _ Rect) bool { return s == Size{w, h} },
			"clip":    func(s Size, _ Rect) bool { return s.W <= w && s.H <= h && (s.W == w || s.H == h) },
			"max":     func(s Size, r Rect) bool { return s.W <= min(w, r.W) && s.H <= min(h, r.H) },
			"min":     func(s Size, r Rect) bool { return s.W <= min(w, r.W) && s.H <= min(h, r.H) },
		} {
			query := box + "&fit=" + fit + rect
			p, err := Make(f, effective(t, query), DefaultPolicy)
			if err != nil {
				t.Fatalf("%+v %s: %v", f, query, err)
			}
			region, _ := window(effective(t, query).Rect, Size{f.Width, f.Height})
			if !holds(p.Size, region) {
				t.Fatalf("%+v %s: the result has %v", f, query, p.Size)
			}
			checkPlan(t, f, query, p)
		}
	}
}

// checkPlan follows a plan's sizes from step to step as the engine will.
func checkPlan(t *testing.T, f Facts, query string, p Plan) {
	t.Helper()
	whole := p.Turn.sizeStored(Size{f.Width, f.Height})
	at := Size{whole.W / p.Load.Shrink, whole.H / p.Load.Shrink}
	if p.Load.Scale != 0 {
		at = Size{max(1, int(float64(whole.W)*p.Load.Scale+0.5)), max(1, int(float64(whole.H)*p.Load.Scale+0.5))}
	}
	inside := func(r Rect, s Size) bool {
		return r.X >= 0 && r.Y >= 0 && r.W > 0 && r.H > 0 && r.X+r.W <= s.W && r.Y+r.H <= s.H
	}
	if p.Extract != (Rect{}) {
		if !inside(p.Extract, at) {
			t.Fatalf("%+v %s: extract %v of %v", f, query, p.Extract, at)
		}
		at = p.Extract.size()
	}
	if p.Resize != (Size{}) {
		if p.Load.Shrink > 1 && (at.W < p.Resize.W || at.H < p.Resize.H) {
			t.Fatalf("%+v %s: shrunk to %v, and enlarged to %v again", f, query, at, p.Resize)
		}
		at = p.Resize
	}
	at = p.Turn.sizeStored(at)
	if p.Cut != (Rect{}) {
		if !inside(p.Cut, at) {
			t.Fatalf("%+v %s: cut %v of %v", f, query, p.Cut, at)
		}
		at = p.Cut.size()
	}
	if p.Pad != (Rect{}) {
		if p.Pad.X < 0 || p.Pad.Y < 0 || p.Pad.X+at.W > p.Pad.W || p.Pad.Y+at.H > p.Pad.H {
			t.Fatalf("%+v %s: %v does not fit on the canvas %v", f, query, at, p.Pad)
		}
		at = p.Pad.size()
	}
	if at != p.Size {
		t.Fatalf("%+v %s: comes out at %v, promised %v", f, query, at, p.Size)
	}
}
