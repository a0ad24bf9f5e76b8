// Package pixeltest makes small pictures for tests: in four colours, so that it
// can be seen which corner went where, and in the containers and with the
// metadata that cameras and programs write.
//
// It uses Go's own encoders and writes by hand what they cannot, so that the
// engine is not tested by itself.
package pixeltest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
)

// The colours of the corners: upper left, upper right, lower left, lower right.
var (
	Red    = color.NRGBA{220, 30, 30, 255}
	Green  = color.NRGBA{30, 180, 30, 255}
	Blue   = color.NRGBA{30, 60, 220, 255}
	Yellow = color.NRGBA{240, 220, 40, 255}
)

// Corners are the four colours in reading order.
var Corners = [4]color.NRGBA{Red, Green, Blue, Yellow}

// FourColours is a picture whose quarters have the colours of Corners.
func FourColours(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i := 0
			if x >= w/2 {
				i++
			}
			if y >= h/2 {
				i += 2
			}
			img.SetNRGBA(x, y, Corners[i])
		}
	}
	return img
}

// Solid is a picture of one colour.
func Solid(w, h int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	return img
}

// Noise is a picture that no encoder makes small; the same one each time.
func Noise(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// CornersOf samples the middles of an image's quarters, in reading order.
func CornersOf(img image.Image) [4]color.NRGBA {
	b := img.Bounds()
	var out [4]color.NRGBA
	for i := range out {
		x := b.Min.X + b.Dx()/4 + i%2*b.Dx()/2
		y := b.Min.Y + b.Dy()/4 + i/2*b.Dy()/2
		out[i] = color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	}
	return out
}

// Near tells whether two colours differ by no more than tolerance in any
// component.
func Near(a, b color.NRGBA, tolerance int) bool {
	off := func(a, b uint8) bool { return max(int(a)-int(b), int(b)-int(a)) > tolerance }
	return !off(a.R, b.R) && !off(a.G, b.G) && !off(a.B, b.B) && !off(a.A, b.A)
}

// Turned stores an upright picture so that the EXIF orientation makes it upright
// again.
func Turned(upright *image.NRGBA, orientation int) *image.NRGBA {
	w, h := upright.Bounds().Dx(), upright.Bounds().Dy()
	stored := image.NewNRGBA(image.Rect(0, 0, w, h))
	if orientation > 4 {
		stored = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			// Where EXIF 2.32 puts row and column 0: top and left, then
			// right, then bottom, …
			sx, sy := x, y
			switch orientation {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			stored.Set(sx, sy, upright.At(x, y))
		}
	}
	return stored
}

// JPEG encodes at quality 95.
func JPEG(img image.Image) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

// PNG encodes; the depth follows the image's type.
func PNG(img image.Image) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, img))
	return b.Bytes()
}

// GIF encodes an endless animation, one frame an image, each a hundredth of a
// second longer than the one before, from five on.
func GIF(frames ...image.Image) []byte {
	out := &gif.GIF{}
	for i, frame := range frames {
		palette := color.Palette{color.Transparent}
		for _, c := range Corners {
			palette = append(palette, c)
		}
		p := image.NewPaletted(frame.Bounds(), palette)
		for y := range frame.Bounds().Dy() {
			for x := range frame.Bounds().Dx() {
				p.Set(x, y, frame.At(x, y))
			}
		}
		out.Image = append(out.Image, p)
		out.Delay = append(out.Delay, 5+i)
	}
	var b bytes.Buffer
	must(gif.EncodeAll(&b, out))
	return b.Bytes()
}

// TIFF writes an uncompressed TIFF of one strip: one sample a pixel is grey,
// three are RGB, four are CMYK. bits is 8 or 16; samples are big-endian.
func TIFF(w, h, perPixel, bits int, samples []byte) []byte {
	photometric := map[int]uint32{1: 1, 3: 2, 4: 5}[perPixel]
	order := binary.BigEndian
	const entries, start = 9, 8
	data := start + 2 + entries*12 + 4
	b := []byte{'M', 'M', 0, 42, 0, 0, 0, start}
	b = order.AppendUint16(b, entries)
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		if kind == 3 && count == 1 { // a short lies at the front
			value <<= 16
		}
		b = order.AppendUint32(b, value)
	}
	const short, long = 3, 4
	entry(256, long, 1, uint32(w))
	entry(257, long, 1, uint32(h))
	if perPixel == 1 {
		entry(258, short, 1, uint32(bits))
	} else {
		entry(258, short, uint32(perPixel), uint32(data))
	}
	entry(259, short, 1, 1)
	entry(262, short, 1, photometric)
	entry(273, long, 1, uint32(data+8))
	entry(277, short, 1, uint32(perPixel))
	entry(278, long, 1, uint32(h))
	entry(279, long, 1, uint32(len(samples)))
	b = order.AppendUint32(b, 0)
	for range 4 {
		b = order.AppendUint16(b, uint16(bits))
	}
	return append(b, samples...)
}

// WithEXIF puts an EXIF block with an orientation, a camera's name and a place
// on earth into a JPEG, and an XMP packet and a comment beside it.
func WithEXIF(jpegFile []byte, orientation int) []byte {
	order := binary.BigEndian
	tiff := []byte{'M', 'M', 0, 42, 0, 0, 0, 8}
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, kind)
		tiff = order.AppendUint32(tiff, count)
		tiff = order.AppendUint32(tiff, value)
	}
	const ifd = 2 + 3*12 + 4
	model, gps := uint32(8+ifd), uint32(8+ifd+12)
	tiff = order.AppendUint16(tiff, 3)
	entry(0x0110, 2, 12, model)                  // Model
	entry(0x0112, 3, 1, uint32(orientation)<<16) // Orientation
	entry(0x8825, 4, 1, gps)                     // GPS IFD
	tiff = order.AppendUint32(tiff, 0)           // no next IFD
	tiff = append(tiff, "SecretCamera"...)       // 12 bytes
	tiff = order.AppendUint16(tiff, 1)           // one GPS entry
	entry(0x0001, 2, 2, uint32('N')<<24)         // GPSLatitudeRef
	tiff = order.AppendUint32(tiff, 0)           // no next IFD
	segment := func(marker byte, payload string) []byte {
		s := []byte{0xFF, marker}
		s = order.AppendUint16(s, uint16(len(payload)+2))
		return append(s, payload...)
	}
	return slices.Concat(jpegFile[:2],
		segment(0xE1, "Exif\x00\x00"+string(tiff)),
		segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretXMP</x:xmpmeta>"),
		segment(0xFE, "SecretComment"),
		jpegFile[2:])
}

// WithProfile puts an ICC profile into a PNG.
func WithProfile(pngFile, icc []byte) []byte {
	const header = 8 + 25 // the signature and IHDR
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, err := w.Write(icc)
	must(err)
	must(w.Close())
	return slices.Concat(pngFile[:header], chunk("iCCP", "p\x00\x00"+z.String()), pngFile[header:])
}

// HugePNG claims w × h pixels of RGB and holds a few bytes.
func HugePNG(w, h int) []byte {
	ihdr := binary.BigEndian.AppendUint32(nil, uint32(w))
	ihdr = binary.BigEndian.AppendUint32(ihdr, uint32(h))
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	_, err := zw.Write(make([]byte, 1000))
	must(err)
	must(zw.Close())
	return slices.Concat([]byte("\x89PNG\r\n\x1A\n"), chunk("IHDR", string(ihdr)), chunk("IDAT", z.String()), chunk("IEND", ""))
}

func chunk(name, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, name...)
	b = append(b, data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// Primaries are the colorants of an RGB profile, adapted to D50.
type Primaries [3][3]float64

// The primaries of sRGB and Display P3.
var (
	SRGB      = Primaries{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
	DisplayP3 = Primaries{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
)

// SRGBCurve is sRGB's tone curve as a parametric curve of an ICC profile.
var SRGBCurve = Parametric(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

// Parametric is a tone curve tag of type para.
func Parametric(function int, parameters ...float64) []byte {
	b := append([]byte("para\x00\x00\x00\x00"), 0, byte(function), 0, 0)
	for _, p := range parameters {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(p*65536))))
	}
	return b
}

// Gamma is a tone curve tag of type curv with one number.
func Gamma(gamma float64) []byte {
	b := append([]byte("curv\x00\x00\x00\x00"), 0, 0, 0, 1)
	return append(binary.BigEndian.AppendUint16(b, uint16(gamma*256)), 0, 0)
}

// ICC writes a display profile (ICC.1:2022) of those primaries and tone curve,
// or with no primaries a grey one.
func ICC(primaries *Primaries, curve []byte) []byte {
	order := binary.BigEndian
	type tag struct {
		name string
		data []byte
	}
	xyz := func(v [3]float64) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for _, n := range v {
			b = order.AppendUint32(b, uint32(int32(math.Round(n*65536))))
		}
		return b
	}
	text := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0CenUS\x00\x00\x00\x02\x00\x00\x00\x1C\x00p\x00\x00")
	tags := []tag{{"desc", text}, {"cprt", text}, {"wtpt", xyz([3]float64{0.9642, 1, 0.8249})}}
	space := "GRAY"
	if primaries == nil {
		tags = append(tags, tag{"kTRC", curve})
	} else {
		space = "RGB "
		for i, c := range "rgb" {
			tags = append(tags, tag{string(c) + "XYZ", xyz(primaries[i])}, tag{string(c) + "TRC", curve})
		}
	}
	header := make([]byte, 128)
	copy(header[8:], "\x04\x40\x00\x00mntr"+space+"XYZ ")
	copy(header[24:], "\x07\xEA\x00\x01\x00\x01") // a date
	copy(header[36:], "acsp")
	copy(header[68:], xyz([3]float64{0.9642, 1, 0.8249})[8:])
	table := order.AppendUint32(nil, uint32(len(tags)))
	offset := 128 + 4 + 12*len(tags)
	var data []byte
	for _, t := range tags {
		table = append(table, t.name...)
		table = order.AppendUint32(table, uint32(offset+len(data)))
		table = order.AppendUint32(table, uint32(len(t.data)))
		data = append(data, t.data...)
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
	}
	profile := slices.Concat(header, table, data)
	order.PutUint32(profile, uint32(len(profile)))
	return profile
}

func must(err error) {
	if err != nil {
		panic(err) // of an encoder that writes to memory
	}
}
