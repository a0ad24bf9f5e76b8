// Command examples draws the example pictures: a landscape, a portrait, one
// with transparency, and an animation. Same pictures every time.
//
//	go run ./examples FOLDER
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: examples FOLDER")
		os.Exit(2)
	}
	if err := draw(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "examples:", err)
		os.Exit(1)
	}
}

func draw(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, encode := range map[string]func(*bytes.Buffer) error{
		"hills.jpg": func(b *bytes.Buffer) error {
			return jpeg.Encode(b, paint(1600, 1000, hills), &jpeg.Options{Quality: 88})
		},
		"moon.jpg":     func(b *bytes.Buffer) error { return jpeg.Encode(b, paint(900, 1400, moon), &jpeg.Options{Quality: 88}) },
		"balloon.png":  func(b *bytes.Buffer) error { return png.Encode(b, paint(600, 800, balloon)) },
		"planets.gif":  func(b *bytes.Buffer) error { return gif.EncodeAll(b, planets(240, 24)) },
		"pictures.svg": func(b *bytes.Buffer) error { _, err := b.WriteString(drawing); return err },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// rgba is a colour with components from 0 to 1, not premultiplied.
type rgba struct{ r, g, b, a float64 }

func rgb(hex uint32) rgba {
	return rgba{float64(hex>>16&255) / 255, float64(hex>>8&255) / 255, float64(hex&255) / 255, 1}
}

func mix(a, b rgba, t float64) rgba {
	t = min(max(t, 0), 1)
	return rgba{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t, a.a + (b.a-a.a)*t}
}

// edge goes from 0 to 1 as d, in pixels, goes from inside to outside of half a
// pixel: what smooths an outline.
func edge(d float64) float64 { return min(max(d+0.5, 0), 1) }

// paint asks for the colour of each pixel. x runs from 0 to the ratio of the
// sides, y from 0 to 1.
func paint(w, h int, at func(x, y, pixel float64) rgba) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	pixel := 1 / float64(h)
	for y := range h {
		for x := range w {
			c := at((float64(x)+0.5)*pixel, (float64(y)+0.5)*pixel, pixel)
			img.SetNRGBA(x, y, color.NRGBA{to8(c.r), to8(c.g), to8(c.b), to8(c.a)})
		}
	}
	return img
}

func to8(v float64) uint8 { return uint8(min(max(v, 0), 1)*255 + 0.5) }

// noise is smooth and between 0 and 1.
func noise(x, y float64) float64 {
	hash := func(i, j float64) float64 {
		_, f := math.Modf(math.Abs(math.Sin(i*127.1+j*311.7) * 43758.5453))
		return f
	}
	ix, iy := math.Floor(x), math.Floor(y)
	smooth := func(t float64) float64 { return t * t * (3 - 2*t) }
	fx, fy := smooth(x-ix), smooth(y-iy)
	lerp := func(a, b, t float64) float64 { return a + (b-a)*t }
	return lerp(lerp(hash(ix, iy), hash(ix+1, iy), fx), lerp(hash(ix, iy+1), hash(ix+1, iy+1), fx), fy)
}

// ridge is noise over noise: the outline of a range of hills.
func ridge(x, seed float64) float64 {
	return 0.6*noise(x*2, seed) + 0.28*noise(x*5, seed+7) + 0.09*noise(x*14, seed+13) + 0.03*noise(x*45, seed+19)
}

// hills are five ranges in the haze of a low sun.
func hills(x, y, pixel float64) rgba {
	sun := math.Hypot(x-1.08, y-0.36)
	c := mix(rgb(0x3d5a80), rgb(0xf6bd60), y*1.7)
	c = mix(c, rgb(0xfff3d6), 0.8*math.Exp(-sun*5))
	c = mix(rgb(0xfffaf0), c, edge((sun-0.055)/pixel))
	near := rgb(0x14213d)
	for i := range 5 {
		depth := float64(i) / 4
		top := 0.36 + 0.13*float64(i) - 0.16*ridge(x*(1.2+depth), 3*float64(i)+1)
		ground := mix(rgb(0xe8a87c), near, 0.25+0.75*depth)
		ground = mix(ground, rgb(0xf6d7a7), (y-top)*1.6*(1-depth))
		ground = mix(ground, near, 0.18*noise(x*90, y*60*(1+depth))*depth)
		c = mix(c, ground, edge((y-top)/pixel))
	}
	return c
}

// moon stands over water.
func moon(x, y, pixel float64) rgba {
	const horizon, cx, cy, radius = 0.62, 0.32, 0.24, 0.085
	sky := func(x, y float64) rgba {
		c := mix(rgb(0x0b132b), rgb(0x5b5f97), math.Pow(y/horizon, 2.2))
		if star := noise(x*190, y*190); star > 0.93 {
			c = mix(c, rgb(0xffffff), (star-0.93)*9*(1-y/horizon))
		}
		d := math.Hypot(x-cx, y-cy)
		c = mix(c, rgb(0xb8c0e0), 0.5*math.Exp(-(d-radius)*9))
		face := mix(rgb(0xf7f3e3), rgb(0xc9c5b5), 0.7*noise(x*28, y*28)*noise(x*11+4, y*11))
		return mix(face, c, edge((d-radius)/pixel))
	}
	if y < horizon {
		return sky(x, y)
	}
	depth := (y - horizon) / (1 - horizon)
	wave := (noise(x*30/(0.3+depth), y*240/(0.4+depth)) - 0.5) * (0.02 + 0.09*depth)
	c := mix(sky(x+wave, 2*horizon-y+wave), rgb(0x0b132b), 0.35+0.4*depth)
	path := math.Abs(x-cx+wave*2) / (0.05 + 0.12*depth)
	glint := noise(x*60, y*300/(0.5+depth))
	return mix(c, rgb(0xf7f3e3), 0.75*math.Exp(-path*path)*max(0, glint-0.42)*2)
}

// balloon floats before nothing: its outline is soft, its ropes are thin.
func balloon(x, y, pixel float64) rgba {
	const cx, cy, radius = 0.375, 0.36, 0.3
	c := rgba{}
	over := func(top rgba, cover float64) {
		cover *= top.a
		if a := cover + c.a*(1-cover); a > 0 {
			k := cover / a
			c = rgba{c.r + (top.r-c.r)*k, c.g + (top.g-c.g)*k, c.b + (top.b-c.b)*k, a}
		}
	}
	for _, side := range []float64{-1, 1} {
		t := (y - 0.6) / (0.83 - 0.6)
		if t > 0 && t < 1 {
			rope := cx + side*(0.12-0.07*t)
			over(rgb(0x6b4f3a), 1-edge((math.Abs(x-rope)-0.003)/pixel))
		}
	}
	// The envelope narrows below its middle.
	dy := y - cy
	width := radius
	if dy > 0 {
		width = radius * (1 - 0.55*math.Pow(dy/radius, 2.2)*0.8)
	}
	inside := math.Hypot((x-cx)*radius/width, dy) - radius
	u := (x - cx) / max(width*math.Sqrt(max(1-dy*dy/(radius*radius), 0.02)), 0.01)
	stripe := int(math.Floor((math.Asin(min(max(u, -1), 1))/math.Pi + 0.5) * 8))
	colours := []uint32{0xd1495b, 0xedae49, 0xf4f1de, 0x00798c}
	cloth := mix(rgb(colours[(stripe+8)%4]), rgb(0x2b2d42), 0.45*max(0, u)*max(0, u)+0.12*max(0, dy/radius))
	cloth = mix(cloth, rgb(0xffffff), 0.5*math.Exp(-math.Pow(math.Hypot(x-cx+0.11, dy+0.12)*9, 2)))
	over(cloth, 1-edge(inside/pixel))
	basket := max(math.Abs(x-cx)-0.055, math.Abs(y-0.87)-0.045)
	weave := mix(rgb(0xa47148), rgb(0x6f4518), 0.8*math.Abs(math.Sin(x*230)*math.Sin(y*230)))
	over(weave, 1-edge((basket-0.008)/pixel))
	// A shadow under it that fades away.
	shadow := math.Hypot((x-cx)/0.2, (y-0.965)/0.022)
	over(rgba{0.1, 0.1, 0.2, 0.45}, math.Exp(-shadow*shadow))
	return c
}

// planets go round once in as many frames.
func planets(side, frames int) *gif.GIF {
	palette := color.Palette{}
	for i := range 216 {
		palette = append(palette, color.RGBA{uint8(i / 36 * 51), uint8(i / 6 % 6 * 51), uint8(i % 6 * 51), 255})
	}
	for i := range 40 {
		c := mix(rgb(0x10142e), rgb(0x2a3060), float64(i)/39)
		palette = append(palette, color.RGBA{to8(c.r), to8(c.g), to8(c.b), 255})
	}
	out := &gif.GIF{}
	for frame := range frames {
		turn := 2 * math.Pi * float64(frame) / float64(frames)
		img := paint(side, side, func(x, y, pixel float64) rgba {
			c := mix(rgb(0x2a3060), rgb(0x10142e), math.Hypot(x-0.5, y-0.5)*1.5)
			disc := func(cx, cy, radius float64, colour uint32) {
				d := math.Hypot(x-cx, y-cy)
				c = mix(rgb(colour), c, edge((d-radius)/pixel))
			}
			disc(0.5, 0.5, 0.13, 0xffcc33)
			for i, p := range []struct {
				radius, size float64
				colour       uint32
			}{{0.22, 0.03, 0xcc9966}, {0.31, 0.045, 0x3399cc}, {0.42, 0.035, 0xcc3333}} {
				angle := turn*float64(3-i) + float64(i)*2
				disc(0.5+p.radius*math.Cos(angle), 0.5+p.radius*math.Sin(angle), p.size, p.colour)
			}
			return c
		})
		paletted := image.NewPaletted(img.Bounds(), palette)
		for y := range side {
			for x := range side {
				paletted.Set(x, y, img.At(x, y))
			}
		}
		out.Image = append(out.Image, paletted)
		out.Delay = append(out.Delay, 8)
	}
	return out
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80" width="120" height="80">
  <rect width="120" height="80" rx="6" fill="#f4f1de"/>
  <rect x="14" y="16" width="44" height="52" rx="3" fill="#3d405b"/>
  <rect x="36" y="12" width="44" height="52" rx="3" fill="#81b29a" stroke="#f4f1de" stroke-width="2"/>
  <rect x="60" y="20" width="46" height="46" rx="3" fill="#e07a5f" stroke="#f4f1de" stroke-width="2"/>
  <circle cx="92" cy="34" r="6" fill="#f2cc8f"/>
  <path d="M62 62 L76 42 L86 54 L92 47 L104 62 Z" fill="#3d405b"/>
</svg>
`
