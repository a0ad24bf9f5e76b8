package transform

import (
	"maps"
	"slices"

	"golang.org/x/image/colornames"
)

// Row describes a parameter to programs that read URLs too, like the edge
// function.
type Row struct {
	Name    string
	Aliases []string
	Kind    Kind
	Default string // the canonical value that it has where nothing is said; empty where that depends
	Joins   bool   // a repeated name adds instead of replacing
	Plain   bool   // has no base64 twin
}

// Kind describes the values of a parameter.
type Kind struct {
	// Type is one of
	//
	//	number  from Min to Max
	//	whole   the same, rounded half up
	//	length  pixels up to Max or a fraction of 1, above 0
	//	frame   whole, or "all"
	//	ratio   two numbers above 0, like 16:9
	//	rect    four edges
	//	colour  hexadecimal digits or a keyword
	//	word    one of Words
	//	set     a list of Words, or "none"
	//	crop    a list of Words with rules of its own
	//	text    at most Max bytes
	Type     string
	Words    map[string]string // canonical words by how they may be spelled
	Ignored  []string          // words that are as if they were not there
	Min, Max Num
}

// Table is the grammar's table of parameters, in the order of their names.
func Table() []Row {
	rows := make([]Row, len(params))
	for i, p := range params {
		rows[i] = Row{Name: p.name, Aliases: p.aliases, Kind: p.kind, Joins: p.joins, Plain: p.plain}
		if builtin.given.has(i) {
			rows[i].Default = p.format(&builtin)
		}
	}
	return rows
}

// Unsupported are the names that have a meaning which is not built yet; those
// that begin with one of UnsupportedPrefixes are too.
func Unsupported() []string { return slices.Sorted(maps.Keys(unsupported)) }

// UnsupportedPrefixes begin names like those of [Unsupported].
var UnsupportedPrefixes = []string{"mark-", "txt-"}

// Colours are the keywords of CSS Color 4 with their canonical values.
func Colours() map[string]string {
	m := map[string]string{}
	for _, name := range append(colornames.Names, "rebeccapurple", "transparent") {
		c, err := parseColour(name)
		if err == nil {
			m[name] = c.String()
		}
	}
	return m
}
