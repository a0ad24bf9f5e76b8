package transform

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxQuery is the longest query in bytes.
const MaxQuery = 4096

// QueryError lists everything that is wrong with a query.
type QueryError struct{ Problems []string }

func (e *QueryError) Error() string { return strings.Join(e.Problems, "; ") }

// Parse reads the query of a URL, without its "?", under the operator's
// defaults. Its error is a [*QueryError].
func Parse(query string, d Defaults) (Transform, error) {
	values, err := read(query, false)
	if err != nil {
		return Transform{}, err
	}
	return minimal(values.Effective(d), d), nil
}

// read returns what a query gives, as it stands there. An operator's query is
// refused for unknown names too: nobody else would tell of a typing mistake.
func read(query string, operators bool) (Transform, error) {
	if len(query) > MaxQuery {
		return Transform{}, &QueryError{[]string{fmt.Sprintf("the query has %d bytes; allowed are %d", len(query), MaxQuery)}}
	}
	var bad []string
	var raw [len(params)]string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		p, err := lookUp(name)
		if errors.Is(err, errUnknown) {
			if operators && pair != "" {
				bad = append(bad, name+": unknown parameter")
			}
			continue
		}
		value, errValue := p.decode(value)
		switch {
		case errValue != nil:
			bad = append(bad, fmt.Sprintf("%s=%s: %s", p.spelling, shorten(value), errValue))
		case value == "":
		case err != nil:
			bad = append(bad, fmt.Sprintf("%s: %s", p.spelling, err))
		case params[p.number].joins && raw[p.number] != "":
			raw[p.number] += "," + value
		default:
			raw[p.number] = value
		}
	}
	var t Transform
	for i, value := range raw {
		if value == "" {
			continue
		}
		switch err := params[i].parse(&t, value); {
		case errors.Is(err, errNothing):
		case errors.Is(err, errUnsupported):
			bad = append(bad, fmt.Sprintf("%s=%s: not supported; allowed: %s", params[i].name, shorten(value), params[i].allowed))
		case err != nil:
			bad = append(bad, fmt.Sprintf("%s=%s: allowed: %s", params[i].name, shorten(value), params[i].allowed))
		default:
			t.given |= setOf(i)
		}
	}
	if len(bad) > 0 {
		return Transform{}, &QueryError{bad}
	}
	return t, nil
}

var errUnknown = errors.New("unknown")

// mention is a parameter as a URL names it.
type mention struct {
	number   int
	spelling string
	base64   bool
}

// lookUp finds the parameter that a name, still escaped, means.
func lookUp(escaped string) (mention, error) {
	name, err := url.QueryUnescape(escaped)
	if err != nil {
		return mention{}, errUnknown
	}
	name = lower(name)
	m := mention{spelling: name}
	base, has64 := strings.CutSuffix(name, "64")
	for _, candidate := range []string{name, base} {
		if number, ok := byName[candidate]; ok && (!m.base64 || !params[number].plain) {
			m.number = number
			return m, nil
		}
		if isUnsupported(candidate) {
			return m, errUnsupported
		}
		if !has64 {
			break
		}
		m.base64 = true
	}
	return m, errUnknown
}

// decode undoes a value's escaping, and its base64. On an error it returns the
// value as it came.
func (m mention) decode(escaped string) (string, error) {
	value, err := url.QueryUnescape(escaped)
	if err != nil {
		return escaped, errors.New("allowed: % only before two hexadecimal digits")
	}
	if m.base64 {
		decoded, err := base64.RawURLEncoding.Strict().DecodeString(value)
		if err != nil {
			return escaped, errors.New("allowed: base64url without padding")
		}
		value = string(decoded)
	}
	if !utf8.ValidString(value) {
		return escaped, errors.New("allowed: UTF-8")
	}
	return value, nil
}

// lower maps A to Z only: other alphabets have their own ideas of case.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// shorten makes a hostile value fit for an error's text.
func shorten(value string) string {
	const longest = 64
	if len(value) > longest {
		value = value[:longest] + "…"
	}
	quoted := fmt.Sprintf("%q", value)
	return quoted[1 : len(quoted)-1]
}
