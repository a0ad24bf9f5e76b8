package pixel

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/tintype/tintype/internal/plan"
)

// signatures are first bytes, "?" standing for any, with the format that they
// tell: one that is read, or the name of one that is not.
var signatures = []struct {
	magic  string
	format plan.Source
	name   string
}{
	{"\xFF\xD8\xFF", plan.JPEG, ""},
	{"\x89PNG\r\n\x1A\n", plan.PNG, ""},
	{"GIF87a", plan.GIF, ""},
	{"GIF89a", plan.GIF, ""},
	{"RIFF????WEBP", plan.WebP, ""},
	{"II*\x00", plan.TIFF, ""},
	{"MM\x00*", plan.TIFF, ""},
	{"BM", 0, "BMP"},
	{"\xFF\x0A", 0, "JPEG XL"},
	{"\x00\x00\x00\x0CJXL \r\n\x87\n", 0, "JPEG XL"},
	{"\x00\x00\x00\x0CjP  \r\n\x87\n", 0, "JPEG 2000"},
	{"%PDF-", 0, "PDF"},
	{"8BPS", 0, "Photoshop"},
	{"\x00\x00\x01\x00", 0, "ICO"},
	{"\x1F\x8B", 0, "gzip"},
}

// Sniff tells the format from a file's first bytes; of an SVG it needs all that
// comes before its first element. An error wraps plan.ErrFormat and names what it
// found.
func (e *Engine) Sniff(head []byte) (plan.Source, error) {
	if len(head) == 0 {
		return 0, &plan.Error{Kind: plan.ErrFormat, Reason: "the object is empty"}
	}
	for _, s := range signatures {
		if !matches(head, s.magic) {
			continue
		}
		if s.format == 0 {
			return 0, unread(s.name)
		}
		return s.format, nil
	}
	if name := isoMedia(head); name != "" {
		if name == "AVIF" {
			return plan.AVIF, nil
		}
		return 0, unread(name)
	}
	if isSVG(head) {
		return plan.SVG, nil
	}
	return 0, &plan.Error{Kind: plan.ErrFormat, Reason: "the object is no picture of a known format"}
}

func unread(format string) error {
	return &plan.Error{Kind: plan.ErrFormat, Reason: format + " is not read", Format: format}
}

func matches(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != head[i] {
			return false
		}
	}
	return true
}

// isoMedia names a file of the ISO base media family by the brands in its ftyp
// box (ISO/IEC 14496-12 §4.3; AV1 Image File Format §6), "" for any other.
func isoMedia(head []byte) string {
	if !matches(head, "????ftyp????") {
		return ""
	}
	size := min(int(binary.BigEndian.Uint32(head)), len(head))
	brands := []string{string(head[8:12])}
	for i := 16; i+4 <= size; i += 4 {
		brands = append(brands, string(head[i:i+4]))
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(brands, func(b string) bool { return slices.Contains(names, b) })
	}
	switch {
	case has("avif", "avis"):
		return "AVIF"
	case has("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"):
		return "HEIC"
	}
	return "video"
}

// isSVG looks for an <svg element after whatever XML allows before it.
func isSVG(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	for {
		head = bytes.TrimLeft(head, " \t\r\n")
		var end string
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(head, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(head, []byte("<!DOCTYPE")):
			end = ">"
			// An internal subset has declarations of its own in brackets.
			if i := bytes.IndexAny(head, "[>"); i >= 0 && head[i] == '[' {
				end = "]"
			}
		case bytes.HasPrefix(head, []byte(">")): // after the brackets
			end = ">"
		default:
			return bytes.HasPrefix(head, []byte("<svg")) && len(head) > 4 && bytes.IndexByte([]byte(" \t\r\n/>"), head[4]) >= 0 ||
				bytes.HasPrefix(head, []byte("<svg:svg"))
		}
		i := bytes.Index(head, []byte(end))
		if i < 0 {
			return false
		}
		head = head[i+len(end):]
	}
}
