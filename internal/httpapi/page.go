package httpapi

import (
	_ "embed"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/tintype/tintype/internal/transform"
)

//go:embed page.html
var pageSource string

// examplesMark is where the examples stand in the page.
const examplesMark = "<!-- examples -->"

// exampleQueries show one thing each.
var exampleQueries = []struct{ query, does string }{
	{"?w=320", "320 pixels wide, the height follows"},
	{"?w=320&h=200", "cropped to cover 320 × 200"},
	{"?w=320&h=200&fit=clip&fm=webp", "the whole picture inside 320 × 200, as WebP"},
	{"?w=320&h=320&crop=attention&auto=format", "a square where something is to be seen, in the best format that your browser takes"},
	{"?w=320&dpr=2&q=60", "for a screen of twice the density, smaller in bytes"},
}

// page is the plain page at "/". (html/template would do, but it calls methods
// by name, and so the linker would have to keep every method of every type: half
// of the Lambda function.)
func (h *handler) page() *reply {
	var b strings.Builder
	if len(h.Examples) == 0 {
		for _, e := range exampleQueries {
			fmt.Fprintf(&b, "  <dt><code>%s</code></dt>\n  <dd>%s</dd>\n", html.EscapeString("/KEY"+e.query), e.does)
		}
	}
	show := func(url, does string) {
		url = html.EscapeString(url)
		fmt.Fprintf(&b, "  <dt><a href=\"%s\"><code>%[1]s</code></a></dt>\n  <dd>%s<img src=\"%[1]s\" alt=\"\" loading=\"lazy\"></dd>\n", url, html.EscapeString(does))
	}
	for i, key := range h.Examples {
		if i > 0 {
			show(transform.CanonicalPath(key)+"?h=240", key)
			continue
		}
		for _, e := range exampleQueries {
			show(transform.CanonicalPath(key)+e.query, e.does)
		}
	}
	return &reply{
		status: http.StatusOK,
		header: http.Header{
			"Content-Type":            {"text/html; charset=utf-8"},
			"Cache-Control":           {errorCacheControl},
			"Content-Security-Policy": {"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"},
		},
		body: []byte(strings.Replace(pageSource, examplesMark, b.String(), 1)),
	}
}
