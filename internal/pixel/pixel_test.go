package pixel

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/tintype/tintype/internal/pixel/pixeltest"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
	"github.com/tintype/tintype/internal/vips"
)

var engine *Engine

// TestMain fails the run if libvips holds more at its end than at its start:
// an image, a buffer or a file that nobody gave back.
func TestMain(m *testing.M) {
	var err error
	if engine, err = Start(Options{MaxSourcePixels: 100e6}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	before := vips.TrackedMemory()
	code := m.Run()
	runtime.GC()
	after := vips.TrackedMemory()
	after.Highwater = before.Highwater
	if after != before && code == 0 {
		fmt.Fprintf(os.Stderr, "libvips leaks: %+v before the tests, %+v after\n", before, after)
		code = 1
	}
	os.Exit(code)
}

// render takes a picture through probe, plan and pixels.
func render(data []byte, query string) ([]byte, error) {
	t, err := transform.Parse(query, transform.Defaults{})
	if err != nil {
		return nil, err
	}
	facts, err := engine.Probe(data)
	if err != nil {
		return nil, err
	}
	p, err := plan.Make(facts, t.Effective(transform.Defaults{}), plan.DefaultPolicy)
	if err != nil {
		return nil, err
	}
	return engine.Run(context.Background(), data, p)
}

func mustRender(t testing.TB, data []byte, query string) []byte {
	t.Helper()
	out, err := render(data, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

// decode reads a result without the engine, where Go has a decoder: it has none
// for AVIF, and its WebP decoder takes the colours for another kind of YUV.
func decode(t testing.TB, data []byte) image.Image {
	t.Helper()
	switch format, err := engine.Sniff(data); {
	case err != nil:
		t.Fatal(err)
	case format == plan.AVIF, format == plan.WebP:
		return decodeByVips(t, data, loaders[format])
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func decodeByVips(t testing.TB, data []byte, loader string) image.Image {
	t.Helper()
	buffer := vips.NewBuffer(data)
	defer buffer.Release()
	img, err := vips.Load(loader, buffer, vips.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Unref()
	pixels, err := img.Pixels()
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(image.Rect(0, 0, img.Width(), img.Height()))
	for i := range img.Width() * img.Height() {
		c := color.NRGBA{A: 255}
		p := pixels[i*img.Bands():]
		c.R, c.G, c.B = p[0], p[1], p[2]
		if img.Bands() == 4 {
			c.A = p[3]
		}
		out.SetNRGBA(i%img.Width(), i/img.Width(), c)
	}
	return out
}

func wantCorners(t *testing.T, img image.Image, want [4]color.NRGBA, tolerance int) {
	t.Helper()
	for i, got := range pixeltest.CornersOf(img) {
		if !pixeltest.Near(got, want[i], tolerance) {
			t.Errorf("corner %d is %v, want %v", i, got, want[i])
		}
	}
}

func wantSize(t *testing.T, img image.Image, w, h int) {
	t.Helper()
	if b := img.Bounds(); b.Dx() != w || b.Dy() != h {
		t.Errorf("the result has %d × %d pixels, want %d × %d", b.Dx(), b.Dy(), w, h)
	}
}

// Every orientation under every fit shows the same picture.
func TestOrientationByFit(t *testing.T) {
	upright := pixeltest.FourColours(240, 160)
	for orientation := 1; orientation <= 8; orientation++ {
		source := pixeltest.WithEXIF(pixeltest.JPEG(pixeltest.Turned(upright, orientation)), orientation)
		for query, size := range map[string]image.Point{
			"fm=png":                                  {240, 160},
			"fm=png&w=120":                            {120, 80},
			"fm=png&w=30":                             {30, 20},
			"fm=png&w=480":                            {480, 320},
			"fm=png&w=100&h=100":                      {100, 100},
			"fm=png&w=100&h=100&fit=clip":             {100, 67},
			"fm=png&w=1000&h=1000&fit=max":            {240, 160},
			"fm=png&w=1000&h=1000&fit=min":            {160, 160},
			"fm=png&w=50&h=90&fit=scale":              {50, 90},
			"fm=png&w=90&h=60&fit=fill":               {90, 60},
			"fm=png&w=480&h=320&fit=fillmax&bg=f00":   {480, 320},
			"fm=png&rect=60,40,120,80":                {120, 80},
			"fm=png&rect=60,40,120,80&w=30":           {30, 20},
			"fm=png&w=100&h=40&crop=focalpoint":       {100, 40},
			"fm=png&w=40&h=40&crop=focalpoint&fp-z=2": {40, 40},
			"fm=avif&w=120":                           {120, 80},
			"fm=webp&w=120":                           {120, 80},
			"fm=jpg&w=120":                            {120, 80},
			"fm=gif&w=120":                            {120, 80},
		} {
			t.Run(fmt.Sprintf("%d/%s", orientation, query), func(t *testing.T) {
				img := decode(t, mustRender(t, source, query))
				wantSize(t, img, size.X, size.Y)
				if query == "fm=png&w=480&h=320&fit=fillmax&bg=f00" {
					img = img.(interface {
						SubImage(image.Rectangle) image.Image
					}).SubImage(image.Rect(120, 80, 360, 240))
				}
				wantCorners(t, img, pixeltest.Corners, 22)
			})
		}
	}
}

// Which part stays shows by its colour.
func TestCropSides(t *testing.T) {
	c := pixeltest.Corners
	wide, tall := pixeltest.PNG(pixeltest.FourColours(400, 100)), pixeltest.PNG(pixeltest.FourColours(100, 400))
	tests := []struct {
		source []byte
		query  string
		want   [4]color.NRGBA
	}{
		{wide, "w=100&h=100&crop=left", [4]color.NRGBA{c[0], c[0], c[2], c[2]}},
		{wide, "w=100&h=100&crop=right", [4]color.NRGBA{c[1], c[1], c[3], c[3]}},
		{wide, "w=100&h=100&crop=top", c},
		{wide, "w=100&h=100", c},
		{tall, "w=100&h=100&crop=top", [4]color.NRGBA{c[0], c[1], c[0], c[1]}},
		{tall, "w=100&h=100&crop=bottom", [4]color.NRGBA{c[2], c[3], c[2], c[3]}},
		{tall, "w=100&h=100&crop=bottom,left", [4]color.NRGBA{c[2], c[3], c[2], c[3]}},
		{wide, "w=100&h=100&crop=focalpoint&fp-x=0", [4]color.NRGBA{c[0], c[0], c[2], c[2]}},
		{wide, "w=40&h=40&crop=focalpoint&fp-x=0.9&fp-y=0.1&fp-z=5", [4]color.NRGBA{c[1], c[1], c[1], c[1]}},
		{wide, "rect=0,0,0.5,0.5&w=40", [4]color.NRGBA{c[0], c[0], c[0], c[0]}},
		{wide, "rect=right,bottom,100,50", [4]color.NRGBA{c[3], c[3], c[3], c[3]}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) { wantCorners(t, decode(t, mustRender(t, tt.source, tt.query)), tt.want, 3) })
	}
}

// A crop by content keeps the only thing that is there to see, in every frame.
func TestSmartCrop(t *testing.T) {
	img := pixeltest.Solid(400, 100, pixeltest.Green)
	for y := 20; y < 80; y++ {
		for x := 300; x < 360; x++ {
			if (x/6+y/6)%2 == 0 {
				img.SetNRGBA(x, y, pixeltest.Red)
			}
		}
	}
	blank := pixeltest.Solid(400, 100, pixeltest.Green)
	for _, query := range []string{"w=100&h=100&crop=entropy", "w=100&h=100&crop=attention"} {
		for name, source := range map[string][]byte{"still": pixeltest.PNG(img), "film": pixeltest.GIF(img, img, blank)} {
			out := decode(t, mustRender(t, source, query))
			wantSize(t, out, 100, 100)
			red := 0
			for i := range 100 * 100 {
				if c := color.NRGBAModel.Convert(out.At(i%100, i/100)).(color.NRGBA); pixeltest.Near(c, pixeltest.Red, 30) {
					red++
				}
			}
			if red < 1500 {
				t.Errorf("%s, %s: only %d pixels of what is to be seen", name, query, red)
			}
		}
	}
}

func TestFill(t *testing.T) {
	square := pixeltest.PNG(pixeltest.Solid(50, 50, pixeltest.Green))
	at := func(query string, x, y int) color.NRGBA {
		return color.NRGBAModel.Convert(decode(t, mustRender(t, square, query)).At(x, y)).(color.NRGBA)
	}
	for _, tt := range []struct {
		query string
		x, y  int
		want  color.NRGBA
	}{
		{"w=200&h=100&fit=fill", 49, 50, color.NRGBA{255, 255, 255, 255}},
		{"w=200&h=100&fit=fill", 51, 50, pixeltest.Green},
		{"w=200&h=100&fit=fill&bg=36c", 10, 10, color.NRGBA{0x33, 0x66, 0xCC, 255}},
		{"w=200&h=100&fit=fill&bg=836c", 190, 90, color.NRGBA{0x33, 0x66, 0xCC, 0x88}},
		{"w=200&h=100&fit=fill&bg=836c&fm=jpg", 190, 90, color.NRGBA{0x33, 0x66, 0xCC, 255}},
		{"w=200&h=100&fit=fill&bg=transparent&fm=webp", 190, 90, color.NRGBA{}},
		{"w=200&h=100&fit=fillmax", 74, 50, color.NRGBA{255, 255, 255, 255}},
		{"w=200&h=100&fit=fillmax", 76, 50, pixeltest.Green},
		{"w=200&h=100&fit=fillmax", 100, 24, color.NRGBA{255, 255, 255, 255}},
	} {
		if got := at(tt.query, tt.x, tt.y); !pixeltest.Near(got, tt.want, 3) {
			t.Errorf("%s: (%d, %d) is %v, want %v", tt.query, tt.x, tt.y, got, tt.want)
		}
	}
}

// A resized frame must not bleed into the next, and time must go on as it did.
func TestAnimation(t *testing.T) {
	film := pixeltest.GIF(
		pixeltest.Solid(60, 40, pixeltest.Red), pixeltest.Solid(60, 40, pixeltest.Green), pixeltest.Solid(60, 40, pixeltest.Blue))
	for _, query := range []string{"w=30", "fm=webp&w=30", "fm=webp&w=30&h=30", "w=50&h=50&fit=fill&bg=ff0", "fm=webp&w=90", "fm=gif"} {
		t.Run(query, func(t *testing.T) {
			out := mustRender(t, film, query)
			loader := "gifload_buffer"
			if bytes.HasPrefix(out, []byte("RIFF")) {
				loader = "webpload_buffer"
			}
			buffer := vips.NewBuffer(out)
			defer buffer.Release()
			img, err := vips.Load(loader, buffer, vips.LoadOptions{Pages: -1})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Unref()
			if img.Pages() != 3 {
				t.Fatalf("%d frames, want 3", img.Pages())
			}
			if got := img.Ints("delay"); fmt.Sprint(got) != "[50 60 70]" {
				t.Errorf("delays are %v ms, want 50, 60, 70", got)
			}
			if got, given := img.Int("loop"); got != 0 || !given {
				t.Errorf("the loop count is %d (given: %v), want 0 for endless", got, given)
			}
			pixels, err := img.Pixels()
			if err != nil {
				t.Fatal(err)
			}
			h := img.PageHeight()
			for frame, want := range []color.NRGBA{pixeltest.Red, pixeltest.Green, pixeltest.Blue} {
				for _, y := range []int{0, h / 2, h - 1} {
					if query == "w=50&h=50&fit=fill&bg=ff0" && y != h/2 {
						want = color.NRGBA{255, 255, 0, 255}
					}
					p := pixels[((frame*h+y)*img.Width()+img.Width()/2)*img.Bands():]
					if got := (color.NRGBA{p[0], p[1], p[2], 255}); !pixeltest.Near(got, want, 12) {
						t.Errorf("frame %d, row %d is %v, want %v", frame, y, got, want)
					}
					if query == "w=50&h=50&fit=fill&bg=ff0" && y != h/2 {
						want = [3]color.NRGBA{pixeltest.Red, pixeltest.Green, pixeltest.Blue}[frame]
					}
				}
			}
		})
	}
	for query, want := range map[string]color.NRGBA{"frame=1&fm=png": pixeltest.Red, "frame=3&fm=png&w=10": pixeltest.Blue, "fm=jpg": pixeltest.Red} {
		if got := pixeltest.CornersOf(decode(t, mustRender(t, film, query)))[0]; !pixeltest.Near(got, want, 12) {
			t.Errorf("%s is %v, want %v", query, got, want)
		}
	}
}

// Sources of every format come out in every format: size, place, alpha, frames.
func TestFormatMatrix(t *testing.T) {
	upright := pixeltest.FourColours(120, 80)
	holed := pixeltest.FourColours(120, 80)
	for y := range 80 {
		for x := range 120 {
			if (x-60)*(x-60)+(y-40)*(y-40) < 100 { // a hole in the middle
				holed.SetNRGBA(x, y, color.NRGBA{})
			}
		}
	}
	var rgb []byte
	for i := 0; i < len(upright.Pix); i += 4 {
		rgb = append(rgb, upright.Pix[i:i+3]...)
	}
	const svg = `<?xml version="1.0"?><!-- four colours --><svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">
		<path fill="#dc1e1e" d="M0 0h60v40H0z"/><path fill="#1eb41e" d="M60 0h60v40H60z"/>
		<path fill="#1e3cdc" d="M0 40h60v40H0z"/><path fill="#f0dc28" d="M60 40h60v40H60z"/></svg>`
	sources := map[string]struct {
		data  []byte
		alpha bool
		pages int
	}{
		"jpg":         {pixeltest.JPEG(upright), false, 1},
		"png":         {pixeltest.PNG(holed), true, 1},
		"gif":         {pixeltest.GIF(holed), true, 1},
		"film":        {pixeltest.GIF(holed, upright), true, 2},
		"tiff":        {pixeltest.TIFF(120, 80, 3, 8, rgb), false, 1},
		"svg":         {[]byte(svg), false, 1},
		"webp":        {mustRender(t, pixeltest.PNG(holed), "fm=webp&lossless=1"), true, 1},
		"film webp":   {mustRender(t, pixeltest.GIF(holed, upright), "fm=webp&lossless=1"), true, 2},
		"avif":        {mustRender(t, pixeltest.PNG(holed), "fm=avif&lossless=1"), true, 1},
		"progressive": {mustRender(t, pixeltest.PNG(upright), "fm=pjpg&q=95"), false, 1},
		"palette":     {mustRender(t, pixeltest.PNG(holed), "fm=png8"), true, 1},
	}
	for name, source := range sources {
		for _, format := range []transform.Format{transform.JPEG, transform.PJPG, transform.PNG, transform.PNG8, transform.WebP, transform.AVIF, transform.GIF} {
			t.Run(name+" to "+format.String(), func(t *testing.T) {
				out := mustRender(t, source.data, "w=60&bg=fff&fm="+format.String())
				facts, err := engine.Probe(out)
				if err != nil {
					t.Fatal(err)
				}
				if got := facts.Format.MediaType(); got != format.MediaType() {
					t.Errorf("the result is %s", got)
				}
				pages := 1
				if format == transform.WebP || format == transform.GIF {
					pages = source.pages
				}
				if facts.Pages != pages || facts.Width != 60 || facts.Height != 40 {
					t.Errorf("got %d frames of %d × %d, want %d of 60 × 40", facts.Pages, facts.Width, facts.Height, pages)
				}
				if pages > 1 && format == transform.WebP {
					return // Go cannot decode it; TestAnimation looks inside
				}
				img := decode(t, out)
				wantCorners(t, img, pixeltest.Corners, 26)
				_, _, _, a := img.At(30, 20).RGBA()
				if holes := source.alpha && format != transform.JPEG && format != transform.PJPG; holes != (a == 0) {
					t.Errorf("the hole's alpha is %d", a)
				}
			})
		}
	}
}

func TestProgressive(t *testing.T) {
	source := pixeltest.PNG(pixeltest.FourColours(64, 64))
	const startOfFrameProgressive = "\xFF\xC2"
	if !bytes.Contains(mustRender(t, source, "fm=pjpg"), []byte(startOfFrameProgressive)) {
		t.Error("pjpg is not progressive")
	}
	if bytes.Contains(mustRender(t, source, "fm=jpg"), []byte(startOfFrameProgressive)) {
		t.Error("jpg is progressive")
	}
}

func TestLossless(t *testing.T) {
	img := pixeltest.FourColours(64, 64)
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = uint8(i * 7)
		}
	}
	source := pixeltest.PNG(img)
	for _, query := range []string{"fm=webp&lossless=1", "fm=avif&lossless=1", "fm=png"} {
		out := decode(t, mustRender(t, source, query))
		for i := range 64 * 64 {
			got, want := color.NRGBAModel.Convert(out.At(i%64, i/64)), img.NRGBAAt(i%64, i/64)
			if !pixeltest.Near(got.(color.NRGBA), want, 0) {
				t.Errorf("%s: pixel %d is %v, was %v", query, i, got, want)
				break
			}
		}
	}
}

// Nothing of what a camera writes comes out.
func TestNoMetadata(t *testing.T) {
	source := pixeltest.WithEXIF(pixeltest.JPEG(pixeltest.FourColours(80, 60)), 6)
	for _, query := range []string{"fm=jpg", "fm=png", "fm=png8", "fm=webp", "fm=avif", "fm=gif", "fm=jpg&cs=origin", "fm=webp&cs=origin", "fm=png&w=20"} {
		out := mustRender(t, source, query)
		for _, secret := range []string{"Secret", "Exif", "EXIF", "eXIf", "xmpmeta", "ns.adobe.com"} {
			// The empty Exif item that a HEIF file lists is no data.
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%s: the result holds %q", query, secret)
			}
		}
	}
}

// What the plan promises is what comes out, at odd sizes, windows and factors.
func TestPlannedSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	n := 150
	if testing.Short() {
		n = 20
	}
	for range n {
		w, h, orientation := 9+r.IntN(400), 9+r.IntN(400), 1+r.IntN(8)
		stored := pixeltest.Turned(pixeltest.FourColours(w, h), orientation)
		jpeg := pixeltest.WithEXIF(pixeltest.JPEG(stored), orientation)
		query := fmt.Sprintf("fm=png&w=%d&h=%d&fit=%s", 1+r.IntN(120), 1+r.IntN(120),
			[]string{"crop", "clip", "max", "min", "scale", "fill", "fillmax"}[r.IntN(7)])
		if r.IntN(2) == 0 {
			query += fmt.Sprintf("&rect=%d,%d,%d,%d", r.IntN(w), r.IntN(h), 1+r.IntN(w), 1+r.IntN(h))
		}
		for name, source := range map[string][]byte{"JPEG": jpeg, "WebP": mustRender(t, jpeg, "fm=webp")} {
			facts, err := engine.Probe(source)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := transform.Parse(query, transform.Defaults{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Make(facts, parsed.Effective(transform.Defaults{}), plan.DefaultPolicy)
			if err != nil {
				t.Fatal(err)
			}
			out, err := engine.Run(context.Background(), source, p)
			if err != nil {
				t.Fatalf("%s of %d × %d, orientation %d, %s: %v\n%+v", name, w, h, orientation, query, err, p)
			}
			if b := decode(t, out).Bounds(); b.Dx() != p.Size.W || b.Dy() != p.Size.H {
				t.Errorf("%s of %d × %d, orientation %d, %s: %v came out, %v was planned", name, w, h, orientation, query, b.Size(), p.Size)
			}
		}
	}
}
