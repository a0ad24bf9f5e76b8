package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/tintype/tintype/internal/transform"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// example is a URL to try.
type example struct{ URL, Does string }

// exampleQueries show one thing each.
var exampleQueries = []example{
	{"?w=320", "320 pixels wide, the height follows"},
	{"?w=320&h=200", "cropped to cover 320 × 200"},
	{"?w=320&h=200&fit=clip&fm=webp", "the whole picture inside 320 × 200, as WebP"},
	{"?w=320&h=320&crop=attention&auto=format", "a square where something is to be seen, in the best format that your browser takes"},
	{"?w=320&dpr=2&q=60", "for a screen of twice the density, smaller in bytes"},
}

// page is the plain page at "/".
func (h *handler) page() *reply {
	key := "/KEY"
	if len(h.Examples) > 0 {
		key = transform.CanonicalPath(h.Examples[0])
	}
	var examples []example
	for _, e := range exampleQueries {
		examples = append(examples, example{key + e.URL, e.Does})
	}
	for _, k := range h.Examples[min(1, len(h.Examples)):] {
		examples = append(examples, example{transform.CanonicalPath(k) + "?h=240", k})
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		Linked   bool
		Examples []example
	}{len(h.Examples) > 0, examples})
	if err != nil {
		a := problem(http.StatusInternalServerError, "the page cannot be made, and the log says why", noStore)
		a.err = err
		return a
	}
	return &reply{
		status: http.StatusOK,
		header: http.Header{
			"Content-Type":            {"text/html; charset=utf-8"},
			"Cache-Control":           {errorCacheControl},
			"Content-Security-Policy": {"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"},
		},
		body: b.Bytes(),
	}
}
