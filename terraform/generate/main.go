// Command generate writes the tables of variables and outputs into the module's
// README, between its marks.
//
//	go generate ./terraform/generate
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-config-inspect/tfconfig"
)

//go:generate go run . -module .. -readme ../README.md

func main() {
	module := flag.String("module", ".", "folder of the module")
	readme := flag.String("readme", "README.md", "file with the marks")
	flag.Parse()
	if err := run(*module, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(module, readme string) error {
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	text, err := Fill(string(old), module)
	if err != nil {
		return err
	}
	return os.WriteFile(readme, []byte(text), 0o644)
}

// The marks between which the tables stand.
const (
	begin = "<!-- generated: variables and outputs -->\n"
	end   = "<!-- end -->\n"
)

// Fill returns the README with the tables of the module.
func Fill(readme, folder string) (string, error) {
	before, rest, found := strings.Cut(readme, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", errors.New("the README has no marks for the tables")
	}
	module, diagnostics := tfconfig.LoadModule(folder)
	if diagnostics.HasErrors() {
		return "", diagnostics.Err()
	}
	var b strings.Builder
	b.WriteString("| variable | type | default | |\n|---|---|---|---|\n")
	byPlace := func(a, b *tfconfig.Variable) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) }
	for _, v := range slices.SortedFunc(maps.Values(module.Variables), byPlace) {
		value, err := json.Marshal(v.Default)
		if err != nil {
			return "", err
		}
		text := "`" + string(value) + "`"
		if v.Required {
			text = "needed"
		}
		kind, _, object := strings.Cut(v.Type, "(")
		if !object || kind != "object" {
			kind = v.Type
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.Name, kind, text, cell(v.Description))
	}
	b.WriteString("\n| output | |\n|---|---|\n")
	for _, o := range slices.SortedFunc(maps.Values(module.Outputs), func(a, b *tfconfig.Output) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) }) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", o.Name, cell(o.Description))
	}
	return before + begin + b.String() + end + after, nil
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
