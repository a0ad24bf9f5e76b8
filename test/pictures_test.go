package test

import (
	"bytes"
	"image"
	"math/rand/v2"
	"sync"

	"github.com/tintype/tintype/internal/pixel/pixeltest"
)

// fillBucket puts the pictures into a bucket that the cases speak of.
func fillBucket(b bucket) error {
	for key, data := range pictures() {
		if err := b.put(key, data); err != nil {
			return err
		}
	}
	return nil
}

// decodeConfig reads the header of a picture.
func decodeConfig(data []byte) (image.Config, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	return config, err
}

// pictures are made once.
var pictures = sync.OnceValue(func() map[string][]byte {
	upright := pixeltest.FourColours(480, 320)
	jpeg := pixeltest.JPEG(upright)
	noisy := pixeltest.FourColours(480, 320)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noisy.Pix {
		if i%4 != 3 {
			noisy.Pix[i] += uint8(r.IntN(16))
		}
	}
	whole := pixeltest.JPEG(noisy)
	film := pixeltest.GIF(pixeltest.FourColours(60, 40), pixeltest.Solid(60, 40, pixeltest.Red), pixeltest.Solid(60, 40, pixeltest.Blue))
	frames := make([]image.Image, 10_000)
	for i := range frames {
		frames[i] = pixeltest.Solid(1, 1, pixeltest.Corners[i%4])
	}
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32">
		<path fill="#dc1e1e" d="M0 0h24v16H0z"/><path fill="#1eb41e" d="M24 0h24v16H24z"/>
		<path fill="#1e3cdc" d="M0 16h24v16H0z"/><path fill="#f0dc28" d="M24 16h24v16H24z"/></svg>`
	const words = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><rect width="300" height="60" fill="#fff"/>
		<text x="5" y="25" font-family="Helvetica" font-size="20">Größe Ελλάς Привет</text>
		<text x="5" y="52" font-family="Georgia" font-size="20" font-weight="bold" font-style="italic">Something else</text></svg>`
	return map[string][]byte{
		"four.jpg":           jpeg,
		"four.png":           pixeltest.PNG(upright),
		"clear.png":          pixeltest.PNG(pixeltest.Solid(40, 40, image.Transparent.C)),
		"turned.jpg":         pixeltest.WithEXIF(pixeltest.JPEG(pixeltest.Turned(upright, 6)), 6),
		"film.gif":           film,
		"drawing.svg":        []byte(svg),
		"words.svg":          []byte(words),
		"albums/rio/cat.jpg": jpeg,
		"with space + plus (1) ünïcödé 100%.jpg": jpeg,
		"fallback.png": pixeltest.PNG(pixeltest.Solid(100, 50, pixeltest.Green)),

		"empty.jpg":    {},
		"text.jpg":     []byte("This is no picture.\n"),
		"page.html":    []byte("<!doctype html><svg></svg>"),
		"photo.heic":   []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
		"half.jpg":     whole[:len(whole)/2],
		"half.gif":     film[:len(film)*3/4],
		"huge.png":     pixeltest.HugePNG(65535, 65535),
		"frames.gif":   pixeltest.GIF(frames...),
		"reaching.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32"><image width="48" height="32" href="four.png"/></svg>`),
		// 50 million pixels that must be turned.
		"large.jpg": pixeltest.WithEXIF(pixeltest.JPEG(pixeltest.Turned(pixeltest.FourColours(6250, 8000), 6)), 6),
	}
})
