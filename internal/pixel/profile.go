package pixel

import (
	"encoding/binary"
	"math"

	"github.com/tintype/tintype/internal/plan"
)

// profileKind tells what an embedded ICC profile means for a picture. One that
// is broken, or for another kind of picture, is as good as none: that is how
// browsers take it.
//
// Most profiles in the wild are sRGB under one of a hundred names and sizes. To
// recognise them by what they say, not by name, saves a conversion that costs
// as much as the decoding. Source: ICC.1:2022 (profile version 4.4) §7–10.
func profileKind(icc []byte, space plan.Space) plan.Profile {
	p := profile(icc)
	if len(icc) < 132 {
		return plan.NoProfile
	}
	switch colourSpace := string(icc[16:20]); {
	case colourSpace == "RGB " && space == plan.RGB:
		if p.isSRGB() {
			return plan.SRGBProfile
		}
	case colourSpace == "GRAY" && space == plan.Grey:
		if curve := p.curve("kTRC"); curve != nil && isSRGBCurve(curve) {
			return plan.SRGBProfile
		}
	case colourSpace == "CMYK" && space == plan.CMYK:
	default:
		return plan.NoProfile
	}
	return plan.OtherProfile
}

// profile is an ICC profile as it lies in the file.
type profile []byte

// tag returns the data of a tag, nil where there is none in bounds.
func (p profile) tag(signature string) []byte {
	const header, entry = 132, 12
	count := min(int(binary.BigEndian.Uint32(p[128:])), (len(p)-header)/entry)
	for i := range count {
		e := p[header+i*entry:]
		if string(e[:4]) != signature {
			continue
		}
		from, size := uint64(binary.BigEndian.Uint32(e[4:])), uint64(binary.BigEndian.Uint32(e[8:]))
		if from+size <= uint64(len(p)) {
			return p[from : from+size]
		}
	}
	return nil
}

// sRGB's primaries, adapted to the profile connection space's D50 white.
var srgbPrimaries = map[string][3]float64{
	"rXYZ": {0.4360, 0.2225, 0.0139},
	"gXYZ": {0.3851, 0.7169, 0.0971},
	"bXYZ": {0.1431, 0.0606, 0.7141},
}

func (p profile) isSRGB() bool {
	if p.tag("A2B0") != nil { // a table wins over primaries and curves
		return false
	}
	const tolerance = 0.002
	for signature, want := range srgbPrimaries {
		data := p.tag(signature)
		if len(data) < 20 {
			return false
		}
		for i, v := range want {
			if math.Abs(fixed(data[8+4*i:])-v) > tolerance {
				return false
			}
		}
	}
	for _, signature := range []string{"rTRC", "gTRC", "bTRC"} {
		if curve := p.curve(signature); curve == nil || !isSRGBCurve(curve) {
			return false
		}
	}
	return true
}

// isSRGBCurve compares a curve from encoded to linear light with sRGB's, in
// encoded steps, since those are what the eye sees.
func isSRGBCurve(curve func(float64) float64) bool {
	const tolerance = 1.5 / 255
	for i := 1; i <= 32; i++ {
		x := float64(i) / 32
		if !(math.Abs(encodeSRGB(curve(x))-x) <= tolerance) { // also where it is no number
			return false
		}
	}
	return true
}

func encodeSRGB(linear float64) float64 {
	if linear <= 0.0031308 {
		return 12.92 * linear
	}
	return 1.055*math.Pow(linear, 1/2.4) - 0.055
}

// curve reads a tone curve of type curv or para; nil where it cannot.
func (p profile) curve(signature string) func(float64) float64 {
	data := p.tag(signature)
	if len(data) < 12 {
		return nil
	}
	switch string(data[:4]) {
	case "curv":
		return sampledCurve(data[12:], int(binary.BigEndian.Uint32(data[8:])))
	case "para":
		return parametricCurve(data[12:], binary.BigEndian.Uint16(data[8:]))
	}
	return nil
}

// sampledCurve is a gamma where there is one number, else points with straight
// lines between (§10.6).
func sampledCurve(data []byte, count int) func(float64) float64 {
	if count < 0 || len(data)/2 < count {
		return nil
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(data[2*i:])) }
	switch count {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		gamma := at(0) / 256
		return func(x float64) float64 { return math.Pow(x, gamma) }
	}
	return func(x float64) float64 {
		place := x * float64(count-1)
		i := min(int(place), count-2)
		return (at(i) + (at(i+1)-at(i))*(place-float64(i))) / 65535
	}
}

// parametricCurve is one of the five functions of §10.18.
func parametricCurve(data []byte, function uint16) func(float64) float64 {
	counts := []int{1, 3, 4, 5, 7}
	if int(function) >= len(counts) || len(data) < 4*counts[function] {
		return nil
	}
	// g, a, b, c, d, e, f as the standard names them.
	v := [7]float64{1: 1}
	for i := range counts[function] {
		v[i] = fixed(data[4*i:])
	}
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch function {
	case 0:
		return func(x float64) float64 { return math.Pow(x, g) }
	case 1, 2: // c, 0 in function 1, is an offset of the whole
		return func(x float64) float64 {
			if x < -b/a {
				return c
			}
			return math.Pow(a*x+b, g) + c
		}
	}
	return func(x float64) float64 { // e and f are 0 in function 3
		if x < d {
			return c*x + f
		}
		return math.Pow(a*x+b, g) + e
	}
}

// fixed reads an s15Fixed16Number.
func fixed(data []byte) float64 {
	return float64(int32(binary.BigEndian.Uint32(data))) / 65536
}
