package transform

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// errValue says that a value is not one of those allowed; the table of
// parameters knows which those are.
var errValue = errors.New("not allowed")

// errNothing says that a value is a list without a member: as if the parameter
// were not there.
var errNothing = errors.New("nothing given")

// Num is a decimal number in units of 1/10,000.
type Num int64

// One is the number 1.
const One Num = 10_000

// Whole makes a Num of an integer.
func Whole(n int) Num { return Num(n) * One }

// Int is the number rounded half up.
func (n Num) Int() int { return int((n + One/2) / One) }

// Float is the number for arithmetic that need not be exact.
func (n Num) Float() float64 { return float64(n) / float64(One) }

// String writes the number without needless zeros.
func (n Num) String() string {
	whole, rest := int64(n/One), int64(n%One)
	s := strconv.FormatInt(whole, 10)
	if rest == 0 {
		return s
	}
	return s + "." + strings.TrimRight(strconv.FormatInt(int64(One)+rest, 10)[1:], "0")
}

// parseNum reads digits with an optional point among them, at most twelve
// characters; decimals past the fourth are cut off.
func parseNum(s string) (Num, error) {
	const longest = 12
	if len(s) > longest {
		return 0, errValue
	}
	whole, decimals, _ := strings.Cut(s, ".")
	if whole+decimals == "" {
		return 0, errValue
	}
	var n Num
	for _, digits := range []string{whole, (decimals + "0000")[:4]} {
		for i := range len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0, errValue
			}
			n = n*10 + Num(digits[i]-'0')
		}
	}
	for i := 4; i < len(decimals); i++ {
		if decimals[i] < '0' || decimals[i] > '9' {
			return 0, errValue
		}
	}
	return n, nil
}

// between are numbers from lowest to highest.
func between(lowest, highest Num) values[Num] {
	return values[Num]{func(s string) (Num, error) {
		n, err := parseNum(s)
		if err != nil || n < lowest || n > highest {
			return 0, errValue
		}
		return n, nil
	}, Kind{Type: "number", Min: lowest, Max: highest}}
}

// wholeUpTo are numbers from 1 on, rounded half up.
func wholeUpTo(highest int) values[Num] {
	between := between(One, Whole(highest))
	return values[Num]{func(s string) (Num, error) {
		n, err := between.parse(s)
		return Whole(n.Int()), err
	}, Kind{Type: "whole", Min: One, Max: Whole(highest)}}
}

var lengths = values[Length]{parseLength, Kind{Type: "length", Max: Whole(MaxSide)}}

// parseLength reads pixels or a fraction.
func parseLength(s string) (Length, error) {
	n, err := parseNum(s)
	switch {
	case err != nil || n <= 0 || n > Whole(MaxSide):
		return 0, errValue
	case n >= One:
		return Whole(n.Int()), nil
	}
	return n, nil
}

func parseFrame(s string) (Num, error) {
	if lower(s) == "all" {
		return 0, nil
	}
	return wholeUpTo(maxFrame).parse(s)
}

const maxFrame = 99_999

func formatFrame(n Num) string {
	if n == 0 {
		return "all"
	}
	return n.String()
}

func parseRatio(s string) (Ratio, error) {
	w, h, found := strings.Cut(s, ":")
	rw, errW := parseNum(w)
	rh, errH := parseNum(h)
	if !found || errW != nil || errH != nil || rw == 0 || rh == 0 {
		return Ratio{}, errValue
	}
	return Ratio{rw, rh}, nil
}

func (r Ratio) String() string { return r.W.String() + ":" + r.H.String() }

func parseRect(s string) (Rect, error) {
	items := strings.Split(s, ",")
	if len(items) != 4 {
		return Rect{}, errValue
	}
	var edges [4]Edge
	for i, item := range items {
		item = trim(item)
		if word, err := edgeWords[i].parse(item); err == nil {
			edges[i] = Edge{Word: word}
			continue
		}
		n, err := parseNum(item)
		place := i < 2 // a place may be 0, a size may not
		if err != nil || n == 0 && !place {
			return Rect{}, errValue
		}
		if n >= One {
			n = Whole(n.Int())
		}
		edges[i] = Edge{Len: n}
	}
	return Rect{edges[0], edges[1], edges[2], edges[3]}, nil
}

func (r Rect) String() string {
	var out [4]string
	for i, e := range []Edge{r.X, r.Y, r.W, r.H} {
		out[i] = e.Len.String()
		if e.Word != EdgeLength {
			out[i] = edgeWords[i].name(e.Word)
		}
	}
	return strings.Join(out[:], ",")
}

// parseCrop follows the list's order: the first smart word wins; otherwise
// sides combine and opposite ones cancel.
func parseCrop(s string) (Crop, error) {
	var out Crop
	items := list(s)
	if len(items) == 0 {
		return 0, errNothing
	}
	for _, item := range items {
		c, err := crops.parse(item)
		switch {
		case err != nil:
			return 0, err
		case out&cropSmart != 0:
		case c&cropSmart != 0:
			out = c
		default:
			out |= c
		}
	}
	for _, opposite := range []Crop{CropTop | CropBottom, CropLeft | CropRight} {
		if out&opposite == opposite {
			out &^= opposite
		}
	}
	return out, nil
}

func (c Crop) String() string {
	if c == CropCenter {
		return crops.name(c)
	}
	return joinSet(crops, c)
}

func (a Auto) String() string { return setOrNone(autos, a) }

func (a Accept) String() string { return setOrNone(accepts, a) }

const maxDownload = 200 // bytes

func parseDownload(s string) (string, error) {
	if len(s) > maxDownload {
		return "", errValue
	}
	return s, nil
}

// list splits at commas, trims blanks and drops what is empty.
func list(s string) []string {
	var out []string
	for item := range strings.SplitSeq(s, ",") {
		if item = trim(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// trim takes blanks away: spaces and tabs, whatever other alphabets have.
func trim(s string) string { return strings.Trim(s, " \t") }

// parseSet reads a list of words into a set of bits. "none" adds no bit, and
// what is in ignored is as if it were not there.
func parseSet[T ~uint8](w words[T], s string, ignored ...string) (T, error) {
	var out T
	given := false
	for _, item := range list(s) {
		if slices.Contains(ignored, lower(item)) {
			continue
		}
		given = true
		if lower(item) == "none" {
			continue
		}
		bit, err := w.parse(item)
		if err != nil {
			return 0, err
		}
		out |= bit
	}
	if !given {
		return 0, errNothing
	}
	return out, nil
}

// joinSet writes the members of a set in the table's order, which is sorted.
func joinSet[T ~uint8](w words[T], set T) string {
	var names []string
	for _, word := range w {
		if word.value != 0 && set&word.value != 0 {
			names = append(names, word.name)
			set &^= word.value
		}
	}
	return strings.Join(names, ",")
}

func setOrNone[T ~uint8](w words[T], set T) string {
	if set == 0 {
		return "none"
	}
	return joinSet(w, set)
}

// words are the names of a type's values: the canonical names first, sorted,
// then other spellings.
type words[T comparable] []struct {
	name  string
	value T
}

func (w words[T]) parse(s string) (T, error) {
	for _, word := range w {
		if word.name == lower(s) {
			return word.value, nil
		}
	}
	var none T
	return none, errValue
}

func (w words[T]) name(value T) string {
	for _, word := range w {
		if word.value == value {
			return word.name
		}
	}
	return ""
}

// values are what a parameter can be: how they are read, and of what kind they
// are.
type values[T any] struct {
	parse func(string) (T, error)
	kind  Kind
}

// one is any one of the words.
func (w words[T]) one() values[T] {
	return values[T]{w.parse, Kind{Type: "word", Words: w.spellings()}}
}

// manyOf is any set of the words. imgix's other words, which mean nothing here,
// are ignored.
func manyOf[T ~uint8](w words[T], ignored ...string) values[T] {
	return values[T]{
		func(s string) (T, error) { return parseSet(w, s, ignored...) },
		Kind{Type: "set", Words: w.spellings(), Ignored: ignored},
	}
}

// spellings are the words by how they may be spelled.
func (w words[T]) spellings() map[string]string {
	m := make(map[string]string, len(w))
	for _, word := range w {
		m[word.name] = w.name(word.value)
	}
	return m
}
