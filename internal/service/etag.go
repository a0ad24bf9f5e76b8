package service

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/tintype/tintype/internal/transform"
)

// fingerprint is what results depend on beside source and transform.
type fingerprint struct {
	config   string
	defaults transform.Defaults
	version  func(transform.Format) string
}

func newFingerprint(o Options) fingerprint {
	return fingerprint{
		config:   fmt.Sprintf("%+v %s %s", o.Policy, o.Defaults, o.SVG),
		defaults: o.Defaults,
		version:  o.Engine.Version,
	}
}

// etag is a strong validator: it changes whenever the bytes may. The original's
// depends on nothing but the source.
func (f fingerprint) etag(sourceVersion string, variant transform.Transform) string {
	parts := []string{sourceVersion, variant.String()}
	if !variant.IsOriginal() {
		parts = append(parts, f.config)
		for _, format := range possible(variant.Effective(f.defaults)) {
			parts = append(parts, f.version(format))
		}
	}
	h := sha256.New()
	_, _ = io.WriteString(h, strings.Join(parts, "\x00"))
	return `"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16]) + `"`
}

// possible lists the formats that an effective transform may end in, as far as
// can be said without the source.
func possible(t transform.Transform) []transform.Format {
	auto := t.Auto&transform.AutoFormat != 0
	var out []transform.Format
	switch {
	case t.Format != 0:
		return []transform.Format{t.Format}
	case !auto:
		return []transform.Format{transform.JPEG, transform.PNG, transform.GIF, transform.WebP, transform.AVIF}
	case t.Accept&transform.AcceptWebP != 0:
		out = []transform.Format{transform.WebP}
	default:
		out = []transform.Format{transform.JPEG, transform.PNG, transform.GIF}
	}
	if t.Accept&transform.AcceptAVIF != 0 {
		out = append(out, transform.AVIF)
	}
	return out
}
