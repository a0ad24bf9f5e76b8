package httpapi

import (
	"mime"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/tintype/tintype/internal/transform"
)

// accepted reads the formats that a client names in its Accept header with a
// quality above 0. Wildcards name none: every browser sends them.
func accepted(h http.Header) (a transform.Accept) {
	for item := range strings.SplitSeq(strings.Join(h.Values("Accept"), ","), ",") {
		mediaType, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		if q, given := params["q"]; given {
			if v, err := strconv.ParseFloat(q, 64); err != nil || !(v > 0) { // also where it is no number
				continue
			}
		}
		switch mediaType {
		case "image/avif":
			a |= transform.AcceptAVIF
		case "image/webp":
			a |= transform.AcceptWebP
		}
	}
	return a
}

// has makes the question of a conditional request (RFC 9110 §13), nil where it
// is none. If-None-Match wins over If-Modified-Since.
func has(h http.Header) func(etag string, modified time.Time) bool {
	if tags := h.Values("If-None-Match"); len(tags) > 0 {
		list := strings.Join(tags, ",")
		return func(etag string, _ time.Time) bool { return tagMatches(list, etag) }
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	if err != nil {
		return nil
	}
	return func(_ string, modified time.Time) bool { return !modified.IsZero() && !modified.After(since) }
}

// tagMatches compares weakly, as If-None-Match wants it: a proxy that
// compresses may have weakened our tag.
func tagMatches(list, etag string) bool {
	for item := range strings.SplitSeq(list, ",") {
		item = textproto.TrimString(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == etag {
			return true
		}
	}
	return false
}
