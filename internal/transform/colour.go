package transform

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// Colour is an sRGB colour, alpha in the highest byte: 0xAARRGGBB.
type Colour uint32

// White is opaque white.
const White Colour = 0xFFFFFFFF

// RGBA returns the four components, each 0 to 255.
func (c Colour) RGBA() (r, g, b, a uint8) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), uint8(c >> 24)
}

// String writes six hexadecimal digits, eight with alpha first where the colour
// is not opaque.
func (c Colour) String() string {
	if c>>24 == 0xFF {
		return fmt.Sprintf("%06x", uint32(c)&0xFFFFFF)
	}
	return fmt.Sprintf("%08x", uint32(c))
}

// parseColour reads rgb, argb, rrggbb or aarrggbb, with or without "#", or one
// of the keywords of CSS Color 4 (those of SVG 1.1 and rebeccapurple).
func parseColour(s string) (Colour, error) {
	s = lower(s)
	switch s {
	case "transparent":
		return 0, nil
	case "rebeccapurple":
		return 0xFF663399, nil
	}
	if c, ok := colornames.Map[s]; ok {
		return Colour(0xFF<<24 | uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)), nil
	}
	digits := strings.TrimPrefix(s, "#")
	if len(digits) == 3 || len(digits) == 4 {
		var twice []byte
		for i := range len(digits) {
			twice = append(twice, digits[i], digits[i])
		}
		digits = string(twice)
	}
	if len(digits) == 6 {
		digits = "ff" + digits
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 8 {
		return 0, errValue
	}
	return Colour(n), nil
}
