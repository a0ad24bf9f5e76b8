package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tintype/tintype/internal/transform"
)

func TestIsFresh(t *testing.T) {
	written, err := os.ReadFile("../function.js")
	if err != nil {
		t.Fatal(err)
	}
	code, err := Build(string(written))
	if err != nil {
		t.Fatal(err)
	}
	// The module has a copy of its own: Terraform may take its folder elsewhere.
	for _, file := range []string{"../viewer-request.js", "../../terraform/viewer-request.js"} {
		deployed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if code != string(deployed) {
			t.Errorf("%s is not made of what there is now: run `go generate ./edge`", file)
		}
	}
}

func TestAlternatives(t *testing.T) {
	for _, words := range [][]string{{"a"}, {"a", "ab"}, {"ab", "ac"}, {"m", "ma", "mark", "markx"}, transform.Unsupported()} {
		pattern := regexp.MustCompile("^(" + alternatives(words) + ")$")
		for _, word := range words {
			if !pattern.MatchString(word) {
				t.Errorf("%s does not match %s", pattern, word)
			}
			for _, other := range []string{word + "x", word[:len(word)-1], "x" + word, strings.ToUpper(word)} {
				if pattern.MatchString(other) != slices.Contains(words, other) {
					t.Errorf("%s and %q", pattern, other)
				}
			}
		}
	}
}
