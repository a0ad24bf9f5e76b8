package pixel

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/tintype/tintype/internal/pixel/pixeltest"
	"github.com/tintype/tintype/internal/plan"
)

func middle(img image.Image) color.NRGBA {
	b := img.Bounds()
	return color.NRGBAModel.Convert(img.At(b.Dx()/2, b.Dy()/2)).(color.NRGBA)
}

func TestWideGamut(t *testing.T) {
	p3 := pixeltest.ICC(&pixeltest.DisplayP3, pixeltest.SRGBCurve)
	tests := []struct {
		name         string
		stored, want color.NRGBA
	}{
		// Display P3 to sRGB, worked out by the two spaces' definitions.
		{"sRGB's red", color.NRGBA{234, 51, 35, 255}, color.NRGBA{255, 0, 0, 255}},
		{"sRGB's green", color.NRGBA{117, 251, 76, 255}, color.NRGBA{0, 255, 0, 255}},
		{"a soft blue", color.NRGBA{90, 120, 200, 255}, color.NRGBA{78, 121, 205, 255}},
		{"grey", color.NRGBA{119, 119, 119, 255}, color.NRGBA{119, 119, 119, 255}},
	}
	for _, tt := range tests {
		source := pixeltest.WithProfile(pixeltest.PNG(pixeltest.Solid(40, 40, tt.stored)), p3)
		for _, query := range []string{"fm=png", "fm=png&w=10", "fm=webp&lossless=1", "fm=jpg&q=100&chromasub=444", "fm=png&w=20&h=9"} {
			out := mustRender(t, source, query)
			if got := middle(decode(t, out)); !pixeltest.Near(got, tt.want, 4) {
				t.Errorf("%s, %s: got %v, want %v", tt.name, query, got, tt.want)
			}
			if facts, _ := engine.Probe(out); facts.Profile != plan.NoProfile {
				t.Errorf("%s: the result has a profile", query)
			}
		}
		// cs=origin keeps the numbers, and the profile that gives them meaning.
		for _, query := range []string{"fm=png&cs=origin", "fm=webp&lossless=1&cs=origin", "fm=jpg&q=100&chromasub=444&cs=origin", "fm=avif&q=95&cs=origin"} {
			out := mustRender(t, source, query)
			if got := middle(decode(t, out)); !pixeltest.Near(got, tt.stored, 4) {
				t.Errorf("%s, %s: got %v, want %v", tt.name, query, got, tt.stored)
			}
			if facts, _ := engine.Probe(out); facts.Profile != plan.OtherProfile {
				t.Errorf("%s: the profile is gone", query)
			}
		}
	}
}

// Alpha must come through a conversion, at 8 bits and at 16.
func TestWideGamutWithAlpha(t *testing.T) {
	p3 := pixeltest.ICC(&pixeltest.DisplayP3, pixeltest.SRGBCurve)
	deep := image.NewNRGBA64(image.Rect(0, 0, 20, 20))
	for i := range 400 {
		deep.SetNRGBA64(i%20, i/20, color.NRGBA64{234 * 257, 51 * 257, 35 * 257, 0x8080})
	}
	for name, source := range map[string]image.Image{
		"8 bits":  pixeltest.Solid(20, 20, color.NRGBA{234, 51, 35, 0x80}),
		"16 bits": deep,
	} {
		for _, query := range []string{"fm=png", "fm=png&w=9"} {
			out := decode(t, mustRender(t, pixeltest.WithProfile(pixeltest.PNG(source), p3), query))
			if got, want := middle(out), (color.NRGBA{255, 0, 0, 0x80}); !pixeltest.Near(got, want, 7) {
				t.Errorf("%s, %s: got %v, want %v", name, query, got, want)
			}
		}
	}
}

func TestCMYK(t *testing.T) {
	tests := []struct {
		name      string
		ink       [4]byte
		want      color.NRGBA
		tolerance int
	}{
		{"paper", [4]byte{0, 0, 0, 0}, color.NRGBA{255, 255, 255, 255}, 3},
		{"black", [4]byte{0, 0, 0, 255}, color.NRGBA{18, 10, 8, 255}, 14}, // black ink alone is not quite black
		{"rich black", [4]byte{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}, 6},
		{"cyan", [4]byte{255, 0, 0, 0}, color.NRGBA{0, 154, 228, 255}, 6},
		{"magenta", [4]byte{0, 255, 0, 0}, color.NRGBA{234, 0, 129, 255}, 6},
		{"yellow", [4]byte{0, 0, 255, 0}, color.NRGBA{255, 241, 0, 255}, 6},
		{"grey", [4]byte{0, 0, 0, 128}, color.NRGBA{133, 133, 133, 255}, 6},
	}
	for _, tt := range tests {
		tiff := pixeltest.TIFF(16, 16, 4, 8, bytes.Repeat(tt.ink[:], 256))
		jpeg := mustRender(t, tiff, "fm=jpg&q=100&cs=origin")
		if facts, _ := engine.Probe(jpeg); facts.Space != plan.CMYK {
			t.Fatalf("%s: cs=origin does not keep the inks in a JPEG", tt.name)
		}
		for kind, source := range map[string][]byte{"TIFF": tiff, "JPEG": jpeg} {
			for _, query := range []string{"fm=png", "fm=png&w=8", "fm=webp&lossless=1", "fm=png&w=20&h=16&fit=fill&cs=origin"} {
				if got := middle(decode(t, mustRender(t, source, query))); !pixeltest.Near(got, tt.want, tt.tolerance) {
					t.Errorf("%s in a %s, %s: got %v, want %v", tt.name, kind, query, got, tt.want)
				}
			}
		}
	}
}

func TestGrey(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 30, 20))
	for i := range grey.Pix {
		grey.Pix[i] = 90
	}
	deep := image.NewGray16(image.Rect(0, 0, 30, 20))
	for i := 0; i < len(deep.Pix); i += 2 {
		binary.BigEndian.PutUint16(deep.Pix[i:], 90*257)
	}
	// A linear grey of 0.1022 is an encoded one of 90.
	linear := image.NewGray(image.Rect(0, 0, 30, 20))
	for i := range linear.Pix {
		linear.Pix[i] = 26
	}
	for name, source := range map[string][]byte{
		"8 bits":       pixeltest.PNG(grey),
		"16 bits":      pixeltest.PNG(deep),
		"JPEG":         pixeltest.JPEG(grey),
		"TIFF":         pixeltest.TIFF(30, 20, 1, 16, slices.Clone(deep.Pix)),
		"sRGB's curve": pixeltest.WithProfile(pixeltest.PNG(grey), pixeltest.ICC(nil, pixeltest.SRGBCurve)),
		"linear":       pixeltest.WithProfile(pixeltest.PNG(linear), pixeltest.ICC(nil, pixeltest.Gamma(1))),
	} {
		for _, query := range []string{"fm=png", "fm=png&w=15", "fm=jpg", "fm=webp", "fm=avif", "fm=gif", "fm=png&w=40&h=20&fit=fill&bg=f00"} {
			if got := middle(decode(t, mustRender(t, source, query))); !pixeltest.Near(got, color.NRGBA{90, 90, 90, 255}, 4) {
				t.Errorf("%s, %s: got %v, want a grey of 90", name, query, got)
			}
		}
		padded := decode(t, mustRender(t, source, "fm=png&w=40&h=20&fit=fill&bg=f00"))
		if got := color.NRGBAModel.Convert(padded.At(1, 10)); got != (color.NRGBA{255, 0, 0, 255}) {
			t.Errorf("%s: the canvas is %v, want red", name, got)
		}
	}
}

func TestDeep(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 20, 20))
	for i := range 400 {
		img.SetNRGBA64(i%20, i/20, color.NRGBA64{200 * 257, 100 * 257, 50*257 + 100, 0x4000})
	}
	source := pixeltest.PNG(img)
	want := color.NRGBA{200, 100, 50, 0x40}
	for _, query := range []string{"fm=png", "fm=png&w=7", "fm=webp&lossless=1", "w=10&h=5"} {
		out := decode(t, mustRender(t, source, query))
		if _, is8 := out.(*image.NRGBA); !is8 {
			t.Errorf("%s: decoded as %T, want 8 bits", query, out)
		}
		if got := middle(out); !pixeltest.Near(got, want, 2) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	if facts, err := engine.Probe(mustRender(t, source, "fm=avif&cs=origin")); err != nil || !facts.Deep {
		t.Errorf("an AVIF with cs=origin has 8 bits: %+v, %v", facts, err)
	}
	kept := decode(t, mustRender(t, source, "fm=png&cs=origin"))
	if got, is16 := kept.At(3, 3).(color.NRGBA64); !is16 || got != img.NRGBA64At(3, 3) {
		t.Errorf("cs=origin: got %v in %T, want %v", kept.At(3, 3), kept, img.NRGBA64At(3, 3))
	}
}

// Scaling must not draw the colour of what cannot be seen into what can.
func TestAlphaEdges(t *testing.T) {
	img := pixeltest.Solid(64, 64, color.NRGBA{0, 255, 0, 0}) // a green that is not there
	for y := range 64 {
		for x := range 32 {
			img.SetNRGBA(x, y, color.NRGBA{255, 0, 0, 255})
		}
	}
	out := decode(t, mustRender(t, pixeltest.PNG(img), "fm=png&w=9"))
	for x := range 9 {
		if c := color.NRGBAModel.Convert(out.At(x, 4)).(color.NRGBA); c.A > 8 && c.G > 8 {
			t.Errorf("column %d is %v: green came in", x, c)
		}
	}
	flat := decode(t, mustRender(t, pixeltest.PNG(img), "fm=jpg&w=9&q=100&chromasub=444&bg=00f"))
	if got := color.NRGBAModel.Convert(flat.At(8, 4)).(color.NRGBA); !pixeltest.Near(got, color.NRGBA{0, 0, 255, 255}, 12) {
		t.Errorf("under transparency is %v, want blue", got)
	}
}

func TestProfileKind(t *testing.T) {
	curves := map[string][]byte{
		"parametric": pixeltest.SRGBCurve,
		"sampled":    sampledSRGB(1024),
		"few points": sampledSRGB(26),
	}
	for name, curve := range curves {
		if got := profileKind(pixeltest.ICC(&pixeltest.SRGB, curve), plan.RGB); got != plan.SRGBProfile {
			t.Errorf("sRGB, %s curve: kind %d", name, got)
		}
		if got := profileKind(pixeltest.ICC(nil, curve), plan.Grey); got != plan.SRGBProfile {
			t.Errorf("grey, %s curve: kind %d", name, got)
		}
		if got := profileKind(pixeltest.ICC(&pixeltest.DisplayP3, curve), plan.RGB); got != plan.OtherProfile {
			t.Errorf("P3, %s curve: kind %d", name, got)
		}
	}
	if got := profileKind(pixeltest.ICC(&pixeltest.SRGB, pixeltest.Gamma(2.2)), plan.RGB); got != plan.OtherProfile {
		t.Errorf("sRGB's primaries with a gamma of 2.2: kind %d", got)
	}
	if got := profileKind(pixeltest.ICC(&pixeltest.SRGB, pixeltest.Parametric(3, 2.4, 1, -2, 1, 0)), plan.RGB); got != plan.OtherProfile {
		t.Errorf("a curve that is no number: kind %d", got)
	}
	good := pixeltest.ICC(&pixeltest.SRGB, pixeltest.SRGBCurve)
	for name, got := range map[string]plan.Profile{
		"none":            profileKind(nil, plan.RGB),
		"cut":             profileKind(good[:100], plan.RGB),
		"RGB for a grey":  profileKind(good, plan.Grey),
		"RGB for inks":    profileKind(good, plan.CMYK),
		"grey for colour": profileKind(pixeltest.ICC(nil, pixeltest.SRGBCurve), plan.RGB),
	} {
		if got != plan.NoProfile {
			t.Errorf("%s: kind %d", name, got)
		}
	}
}

func sampledSRGB(n int) []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(n))
	for i := range n {
		x := float64(i) / float64(n-1)
		linear := x / 12.92
		if x > 0.04045 {
			linear = math.Pow((x+0.055)/1.055, 2.4)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(linear*65535+0.5))
	}
	return b
}

// A profile is a stranger's bytes: none may bring us down.
func FuzzProfileKind(f *testing.F) {
	f.Add(pixeltest.ICC(&pixeltest.SRGB, pixeltest.SRGBCurve))
	f.Add(pixeltest.ICC(nil, pixeltest.Gamma(2.2)))
	f.Fuzz(func(_ *testing.T, icc []byte) {
		for _, space := range []plan.Space{plan.RGB, plan.Grey, plan.CMYK} {
			profileKind(icc, space)
		}
	})
}

// A broken profile is as good as none.
func TestBrokenProfile(t *testing.T) {
	red, grey := color.NRGBA{200, 40, 40, 255}, color.NRGBA{90, 90, 90, 255}
	grey8 := image.NewGray(image.Rect(0, 0, 20, 20))
	for i := range grey8.Pix {
		grey8.Pix[i] = 90
	}
	for name, tt := range map[string]struct {
		picture image.Image
		icc     []byte
		want    color.NRGBA
	}{
		"colour": {pixeltest.Solid(20, 20, red), pixeltest.ICC(&pixeltest.DisplayP3, pixeltest.SRGBCurve), red},
		"grey":   {grey8, pixeltest.ICC(nil, pixeltest.Gamma(1)), grey},
	} {
		for i := 132; i < len(tt.icc); i++ {
			tt.icc[i] = 0xEE
		}
		source := pixeltest.WithProfile(pixeltest.PNG(tt.picture), tt.icc)
		if got := middle(decode(t, mustRender(t, source, "fm=png&cs=srgb"))); !pixeltest.Near(got, tt.want, 3) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// A colour must not darken on its way through thin alpha.
func TestThinAlpha(t *testing.T) {
	for _, c := range []color.NRGBA{{200, 100, 50, 128}, {200, 100, 50, 10}, {255, 255, 255, 3}} {
		got := middle(decode(t, mustRender(t, pixeltest.PNG(pixeltest.Solid(200, 200, c)), "fm=png&w=100")))
		tolerance := 1 + 128/int(c.A) // half a step of the product, in steps of the colour
		if !pixeltest.Near(got, c, tolerance) || got.A != c.A {
			t.Errorf("%v came out as %v", c, got)
		}
	}
}

// Alpha that hides nothing goes; alpha that hides one pixel stays.
func TestOpaqueAlpha(t *testing.T) {
	opaque := image.NewNRGBA(image.Rect(0, 0, 40, 100))
	for i := range opaque.Pix {
		opaque.Pix[i] = 0xFF
	}
	for _, last := range []uint8{0xFF, 0x00} {
		opaque.Pix[len(opaque.Pix)-1] = last
		source := pixeltest.PNG(neverOpaque{opaque})
		if facts, err := engine.Probe(source); err != nil || !facts.Alpha {
			t.Fatalf("the source has no alpha band: %+v, %v", facts, err)
		}
		for _, query := range []string{"fm=png&q=80", "fm=png&w=39", "fm=webp", "fm=avif"} {
			facts, err := engine.Probe(mustRender(t, source, query))
			if err != nil || facts.Alpha != (last != 0xFF) {
				t.Errorf("last pixel's alpha %d, %s: the result's alpha band is there: %v, %v", last, query, facts.Alpha, err)
			}
		}
	}
}

// neverOpaque makes the encoder write an alpha channel that nobody needs.
type neverOpaque struct{ *image.NRGBA }

func (neverOpaque) Opaque() bool { return false }
