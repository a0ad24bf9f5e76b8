package edge_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/tintype/tintype/internal/transform"
)

// vector is a URL and what becomes of it: another URL, or a status.
type vector struct {
	Name, URL, Accept, Defaults, Want string
	Ladder                            []int
}

func readVectors(t *testing.T) (vectors []vector) {
	t.Helper()
	data, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

// acceptOf are the Accept headers of the vectors.
var acceptOf = map[string]transform.Accept{
	"": 0, "*/*": 0, "image/webp": transform.AcceptWebP, "image/avif;q=0,image/webp;q=0.1": transform.AcceptWebP,
	"image/avif,image/webp,*/*;q=0.8": transform.AcceptAVIF | transform.AcceptWebP,
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		path, query, _ := strings.Cut(v.URL, "?")
		js, err := newFunction(t, v.Defaults, v.Ladder).call(path, query, v.Accept)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Want) == 3 { // of a refusal the text is the language's own
			js, _, _ = strings.Cut(js, " ")
		}
		if js != v.Want {
			t.Errorf("%s: JavaScript makes %s of %s, want %s", v.Name, js, v.URL, v.Want)
		}
		if v.Ladder != nil { // the edge's own
			continue
		}
		d, err := transform.ParseDefaults(v.Defaults)
		if err != nil {
			t.Fatal(err)
		}
		accept, known := acceptOf[v.Accept]
		if got := want(path, query, accept, d); got != v.Want || !known {
			t.Errorf("%s: Go makes %s of %s, want %s", v.Name, got, v.URL, v.Want)
		}
	}
}

// What is canonical stays.
func TestCanonicalIsStable(t *testing.T) {
	for _, v := range readVectors(t) {
		if len(v.Want) == 3 {
			continue
		}
		path, query, _ := strings.Cut(v.Want, "?")
		js, err := newFunction(t, v.Defaults, v.Ladder).call(path, query, v.Accept)
		if err != nil || js != v.Want {
			t.Errorf("%s: %s becomes %s, %v", v.Name, v.Want, js, err)
		}
	}
}

// An answer names what is wrong, and nothing else is asked of it.
func TestRefusals(t *testing.T) {
	js := newFunction(t, "", nil)
	for url, want := range map[string]string{
		"/cat.jpg?w=0&fit=cover&h=5": "400 not allowed: w, fit",
		"/cat.jpg?blur=5&w=%zz":      "400 not allowed: blur, w",
		"/a/../b":                    "400 not allowed: path",
		"/_/health":                  "404 not allowed: path",
		"/cat.jpg?" + strings.Repeat("x", transform.MaxQuery+1): "400 not allowed: query",
	} {
		path, query, _ := strings.Cut(url, "?")
		if got, err := js.call(path, query, ""); err != nil || got != want {
			t.Errorf("%.40s: got %s, %v, want %s", url, got, err, want)
		}
	}
}
