// Command generate makes the edge function that is deployed: the grammar's table
// of parameters from internal/transform, then function.js, without what only a
// reader needs.
package main

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/tintype/tintype/internal/transform"
)

func main() {
	source := flag.String("source", "function.js", "the function as it is written")
	flag.Parse()
	if err := run(*source, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the deployed function into files.
func run(source string, files []string) error {
	written, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	code, err := Build(string(written))
	if err != nil {
		return err
	}
	var problems []error
	for _, file := range files {
		problems = append(problems, os.WriteFile(file, []byte(code), 0o644))
	}
	return errors.Join(problems...)
}

// Build makes the deployed function of the written one.
func Build(written string) (string, error) {
	table, err := table()
	if err != nil {
		return "", err
	}
	// Only names inside a function can be made short; CloudFront looks for a
	// function called handler.
	whole := "const route = (() => {\n" + table + written + "\nreturn handler\n})()\nfunction handler(event) { return route(event) }\n"
	result := api.Transform(whole, api.TransformOptions{
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Target: api.ES2015, Charset: api.CharsetASCII, MangleProps: "_$",
	})
	var problems []error
	for _, m := range result.Errors {
		problems = append(problems, errors.New(m.Text))
	}
	return string(result.Code), errors.Join(problems...)
}

func table() (string, error) {
	var lines []string
	builtin := map[string]string{}
	for _, row := range transform.Table() {
		line := []string{strings.Join(append([]string{row.Name}, row.Aliases...), ","), row.Kind.Type}
		switch k := row.Kind; k.Type {
		case "word", "crop", "set":
			for _, spelling := range slices.Sorted(maps.Keys(k.Words)) {
				if word := k.Words[spelling]; word != spelling {
					spelling += "=" + word
				}
				line = append(line, spelling)
			}
			for _, ignored := range k.Ignored {
				line = append(line, ignored+"=")
			}
			if k.Type == "set" {
				line = append(line, "none")
			}
		default:
			line = append(line, k.Max.String(), k.Min.String())
		}
		lines = append(lines, strings.Join(line, " "))
		if row.Default != "" {
			builtin[row.Name] = row.Default
		}
		if row.Plain != (row.Kind.Type == "set") || row.Joins != (row.Name == "auto") {
			return "", fmt.Errorf("function.js does not know that %s joins (%v) or has no twin (%v)", row.Name, row.Joins, row.Plain)
		}
	}
	var b strings.Builder
	for _, constant := range []struct {
		name  string
		value any
	}{{"table", strings.Join(lines, "\n")}, {"builtin", builtin}, {"colours", colours()}} {
		value, err := json.Marshal(constant.value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "const %s = %s\n", constant.name, value)
	}
	fmt.Fprintf(&b, "const unsupported = /^(%s)$|^(%s)/\n", alternatives(transform.Unsupported()), strings.Join(transform.UnsupportedPrefixes, "|"))
	return b.String(), nil
}

// alternatives is a pattern of the words, sorted, in which those that begin alike
// share their beginning.
func alternatives(words []string) string {
	var out []string
	for len(words) > 0 {
		if words[0] == "" {
			words = words[1:]
			out = append(out, "")
			continue
		}
		n := 1
		for n < len(words) && words[n][0] == words[0][0] {
			n++
		}
		var rest []string
		for _, word := range words[:n] {
			rest = append(rest, word[1:])
		}
		pattern := alternatives(rest)
		if n > 1 {
			if optional, found := strings.CutPrefix(pattern, "|"); found {
				pattern = "(" + optional + ")?"
			} else if strings.Contains(pattern, "|") {
				pattern = "(" + pattern + ")"
			}
		}
		out = append(out, words[0][:1]+pattern)
		words = words[n:]
	}
	return strings.Join(out, "|")
}

// colours are the opaque keywords, each with the base64 of its three bytes.
// "grey" is written "gray". A blank is before and after each.
func colours() string {
	all := transform.Colours()
	var entries []string
	for _, name := range slices.SortedFunc(maps.Keys(all), cmp.Compare) {
		rgb, err := hex.DecodeString(all[name])
		if err != nil || len(rgb) != 3 || strings.Contains(name, "grey") {
			continue
		}
		entries = append(entries, name+base64.StdEncoding.EncodeToString(rgb))
	}
	return " " + strings.Join(entries, " ") + " "
}
