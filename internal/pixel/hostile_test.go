package pixel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tintype/tintype/internal/pixel/pixeltest"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
	"github.com/tintype/tintype/internal/vips"
)

// noisy is a picture that no encoder makes small.
func noisy(w, h int, seed uint64) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := pixeltest.FourColours(w, h)
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] += uint8(r.IntN(24))
		}
	}
	return img
}

func TestSniff(t *testing.T) {
	isoFile := func(brand, compatible string) string {
		return string([]byte{0, 0, 0, byte(16 + len(compatible))}) + "ftyp" + brand + "\x00\x00\x00\x00" + compatible
	}
	tests := []struct {
		head string
		want string // a format, or the error's words
	}{
		{"\xFF\xD8\xFF\xE0", "JPEG"},
		{"\x89PNG\r\n\x1A\n", "PNG"},
		{"GIF89a", "GIF"},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"},
		{"II*\x00", "TIFF"},
		{"MM\x00*", "TIFF"},
		{isoFile("avif", "mif1"), "AVIF"},
		{isoFile("mif1", "avif"), "AVIF"},
		{isoFile("avis", ""), "AVIF"},
		{"<svg xmlns='x'>", "SVG"},
		{"<svg>", "SVG"},
		{"\xEF\xBB\xBF \n<?xml version='1.0'?>\n<!-- a <svg> -->\n<!DOCTYPE svg PUBLIC 'a' 'b'>\n<svg/>", "SVG"},
		{"<!DOCTYPE svg [ <!ENTITY a 'b>'> ]><svg >", "SVG"},
		{"<svg:svg xmlns:svg='x'>", "SVG"},
		{"", "the object is empty"},
		{"hello", "no picture of a known format"},
		{"<html><svg>", "no picture of a known format"},
		{"<svgx>", "no picture of a known format"},
		{"<!-- endless", "no picture of a known format"},
		{"\xFF\xD8", "no picture of a known format"},
		{isoFile("heic", "mif1"), "HEIC is not read"},
		{isoFile("mp42", "isom"), "video is not read"},
		{"BM......", "BMP is not read"},
		{"\xFF\x0A", "JPEG XL is not read"},
		{"\x00\x00\x00\x0CJXL \r\n\x87\n", "JPEG XL is not read"},
		{"%PDF-1.7", "PDF is not read"},
		{"8BPS", "Photoshop is not read"},
		{"\x1F\x8B", "gzip is not read"},
	}
	for _, tt := range tests {
		format, err := engine.Sniff([]byte(tt.head))
		var got string
		if err == nil {
			got = format.String()
		} else {
			got = err.Error()
			if !errors.Is(err, plan.ErrFormat) {
				t.Errorf("%q: %v is no ErrFormat", tt.head, err)
			}
		}
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%q: got %s, want %s", tt.head, got, tt.want)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("<?xml?><!DOCTYPE a [ ]><svg>"))
	f.Add([]byte("\x00\x00\x00\x20ftypavif"))
	f.Fuzz(func(_ *testing.T, head []byte) { _, _ = engine.Sniff(head) })
}

// Half a picture is no picture; half a film is a shorter one.
func TestCutShort(t *testing.T) {
	img := noisy(300, 200, 1)
	png := pixeltest.PNG(img)
	for name, source := range map[string][]byte{
		"JPEG":        pixeltest.JPEG(img),
		"progressive": mustRender(t, png, "fm=pjpg"),
		"PNG":         png,
		"WebP":        mustRender(t, png, "fm=webp"),
		"AVIF":        mustRender(t, png, "fm=avif"),
		"TIFF":        pixeltest.TIFF(300, 200, 1, 8, make([]byte, 60_000)),
	} {
		for _, query := range []string{"w=100", "fm=png", "w=100&h=100&crop=attention", "fm=webp&w=50"} {
			if _, err := render(source[:len(source)/2], query); !errors.Is(err, plan.ErrCorrupt) {
				t.Errorf("half a %s, %s: got %v, want it damaged", name, query, err)
			}
			if _, err := render(source, query); err != nil {
				t.Errorf("the whole %s, %s: %v", name, query, err)
			}
		}
	}
	film := pixeltest.GIF(noisy(300, 200, 1), noisy(300, 200, 2), noisy(300, 200, 3), noisy(300, 200, 4))
	out, err := render(film[:len(film)/2], "w=100")
	if err != nil {
		t.Fatalf("half a film: %v", err)
	}
	if facts, err := engine.Probe(out); err != nil || facts.Pages < 1 || facts.Pages > 3 {
		t.Errorf("half a film of four frames has %d, %v", facts.Pages, err)
	}
}

func TestOverTheLimits(t *testing.T) {
	for name, source := range map[string][]byte{
		"PNG":  pixeltest.HugePNG(65535, 65535),
		"tall": pixeltest.HugePNG(1, 200_000_000),
	} {
		if _, err := render(source, "w=100"); !errors.Is(err, plan.ErrRefused) && !errors.Is(err, plan.ErrCorrupt) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	if _, err := render(pixeltest.HugePNG(65535, 65535), "w=100"); !errors.Is(err, plan.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// A drawing reads neither files nor URLs.
func TestSVGStaysInside(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var visited atomic.Bool
	go func() {
		if conn, err := listener.Accept(); err == nil {
			visited.Store(true)
			_ = conn.Close()
		}
	}()
	dir := t.TempDir()
	t.Chdir(dir)
	file := filepath.Join(dir, "red.png")
	if err := os.WriteFile(file, pixeltest.PNG(pixeltest.Solid(50, 50, pixeltest.Red)), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "secret.txt")
	if err := os.WriteFile(secret, []byte(`<rect width="50" height="50" fill="#dc1e1e"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	const open = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" width="50" height="50">`
	for name, svg := range map[string]string{
		"file":     open + `<image width="50" height="50" xlink:href="file://` + file + `"/></svg>`,
		"relative": open + `<image width="50" height="50" href="red.png"/></svg>`,
		"absolute": open + `<image width="50" height="50" href="` + file + `"/></svg>`,
		"URL":      open + `<image width="50" height="50" href="http://` + listener.Addr().String() + `/red.png"/></svg>`,
		"style":    `<?xml-stylesheet href="http://` + listener.Addr().String() + `/a.css"?>` + open + `<style>@import url("http://` + listener.Addr().String() + `/b.css");</style></svg>`,
		"entity":   `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://` + secret + `">]>` + open + `&x;</svg>`,
		"include":  open + `<xi:include href="` + secret + `"/></svg>`,
		"use":      open + `<use href="` + file + `#a"/></svg>`,
	} {
		out, err := render([]byte(svg), "fm=png")
		if errors.Is(err, plan.ErrCorrupt) {
			continue // refused as a whole
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := middle(decode(t, out)); pixeltest.Near(got, pixeltest.Red, 60) {
			t.Errorf("%s: what it pointed at was read", name)
		}
	}
	if visited.Load() {
		t.Error("a URL was visited")
	}
	// What travels inside is shown.
	inline := open + `<rect width="50" height="50" fill="#dc1e1e"/></svg>`
	if got := middle(decode(t, mustRender(t, []byte(inline), "fm=png"))); !pixeltest.Near(got, pixeltest.Red, 3) {
		t.Errorf("a red square is %v", got)
	}
}

func TestSVGAtTheSizeAsked(t *testing.T) {
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10"><path d="M0 0h5v10H0z"/></svg>`)
	out := decode(t, mustRender(t, svg, "w=1000&fm=png"))
	wantSize(t, out, 1000, 1000)
	// An enlarged bitmap would have a soft edge a hundred pixels wide.
	for x, want := range map[int]uint8{497: 255, 502: 0} {
		if got := color.NRGBAModel.Convert(out.At(x, 500)).(color.NRGBA).A; got != want {
			t.Errorf("column %d has alpha %d, want %d", x, got, want)
		}
	}
	wantSize(t, decode(t, mustRender(t, svg, "w=30&h=20&fm=png")), 30, 20)
	wantSize(t, decode(t, mustRender(t, svg, "w=300&rect=0,0,5,5&fm=png")), 300, 300)
	for _, bad := range []string{
		`<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>`,
		`<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect`,
		`<svg ` + strings.Repeat("a='b' ", 1000),
	} {
		if _, err := render([]byte(bad), "w=10"); !errors.Is(err, plan.ErrCorrupt) {
			t.Errorf("%.60s: got %v, want it damaged", bad, err)
		}
	}
}

func TestSVGBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE svg [<!ENTITY a0 "ha">`)
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, `<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 12))
	}
	b.WriteString(`]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&a11;</text></svg>`)
	if _, err := render([]byte(b.String()), "w=10"); err != nil && !errors.Is(err, plan.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	source := pixeltest.PNG(noisy(1000, 1000, 1))
	facts, err := engine.Probe(source)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := transform.Parse("w=900&fm=jpg", transform.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Make(facts, parsed.Effective(transform.Defaults{}), plan.DefaultPolicy)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := engine.Run(ctx, source, p); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if _, err := engine.Run(context.Background(), source, p); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// However far a job is, it stops when its context ends: also where its pixels
// have been put into memory on the way.
func TestCancelledOnTheWay(t *testing.T) {
	turned := pixeltest.WithEXIF(pixeltest.JPEG(noisy(300, 200, 1)), 6)
	for _, query := range []string{"w=3000&fm=png", "w=3000&fm=jpg", "w=3000&h=3000&crop=entropy&fm=png", "w=3000&fm=webp"} {
		parsed, err := transform.Parse(query, transform.Defaults{})
		if err != nil {
			t.Fatal(err)
		}
		facts, err := engine.Probe(turned)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Make(facts, parsed.Effective(transform.Defaults{}), plan.DefaultPolicy)
		if err != nil {
			t.Fatal(err)
		}
		// The context ends at the very step that comes after the turn.
		ctx, cancel := context.WithCancel(context.Background())
		before := steps
		steps = append(append(steps[:0:0], steps...), func(_ *job, img *vips.Image) (*vips.Image, error) {
			cancel()
			return img, nil
		})
		_, err = engine.Run(ctx, turned, p)
		steps = before
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want the context's error", query, err)
		}
	}
}

// Files with bits flipped and pieces missing, of every format: whatever comes of
// them is an error or a picture, and the next one is made.
func TestMutations(t *testing.T) {
	img := noisy(64, 48, 1)
	png := pixeltest.PNG(img)
	sources := map[string][]byte{
		"JPEG": pixeltest.WithEXIF(pixeltest.JPEG(img), 6),
		"PNG":  pixeltest.WithProfile(png, pixeltest.ICC(&pixeltest.DisplayP3, pixeltest.SRGBCurve)),
		"GIF":  pixeltest.GIF(img, noisy(64, 48, 2)),
		"WebP": mustRender(t, png, "fm=webp"),
		"AVIF": mustRender(t, png, "fm=avif"),
		"TIFF": pixeltest.TIFF(64, 48, 1, 8, make([]byte, 64*48)),
		"SVG":  []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><g transform="scale(2)"><circle r="9" fill="red"/></g></svg>`),
	}
	n := 120
	if testing.Short() {
		n = 10
	}
	for name, source := range sources {
		r := rand.New(rand.NewPCG(5, uint64(len(name))))
		for range n {
			bad := bytes.Clone(source)
			for range 1 + r.IntN(8) {
				bad[r.IntN(len(bad))] = byte(r.Uint32())
			}
			if r.IntN(3) == 0 {
				bad = bad[:1+r.IntN(len(bad))]
			}
			_, err := render(bad, "w=20&h=20&fm=webp")
			var sorted *plan.Error
			if err != nil && !errors.As(err, &sorted) {
				t.Errorf("%s: %v is nobody's fault", name, err)
			}
		}
		if _, err := render(source, "w=20"); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
}
