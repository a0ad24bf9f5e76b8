package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms says which rooms of the house each may import. Data goes one way: an
// arrow that is not here would turn it round.
var rooms = map[string][]string{
	"config":    {},
	"transform": {},
	"source":    {},
	"plan":      {"transform"},
	"vips":      {},
	"pixel":     {"plan", "transform", "vips"},
	"service":   {"plan", "source", "transform"},
	"httpapi":   {"service", "transform"},
	"metrics":   {"httpapi", "service"}, // Prometheus, which the Lambda function does without
	"lambdafn":  {},
	"sandbox":   {},
}

// noHTTP are the rooms below httpapi that must not know of it. (The SDK that
// source drives speaks HTTP; what it hands out does not.)
var noHTTP = []string{"config", "transform", "plan", "vips", "pixel", "service"}

const module = "github.com/tintype/tintype/"

func TestRooms(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(p.ImportPath, module+"internal/")
		room, support, _ := strings.Cut(path, "/")
		if support != "" {
			continue // packages for tests
		}
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%s is no room of the house", p.ImportPath)
		}
		seen[room] = true
		for _, imported := range p.Imports {
			if other, ours := strings.CutPrefix(imported, module+"internal/"); ours && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s; it may import %v", room, other, allowed)
			}
			if imported == "net/http" && slices.Contains(noHTTP, room) {
				t.Errorf("%s imports net/http: nothing below httpapi sees it", room)
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("there is no room %s", room)
		}
	}
}
