package edge_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tintype/tintype/edge"
	"github.com/tintype/tintype/internal/sandbox"
	"github.com/tintype/tintype/internal/transform"
)

// function is the edge function under an operator's options.
type function struct{ *sandbox.Edge }

func newFunction(t testing.TB, defaults string, ladder []int) function {
	t.Helper()
	if ladder == nil {
		ladder = []int{}
	}
	options, err := json.Marshal(map[string]any{"defaults": defaults, "ladder": ladder, "maxSide": transform.MaxSide})
	if err != nil {
		t.Fatal(err)
	}
	code := "const options=" + string(options) + ";\n" + edge.Function
	e, err := sandbox.NewEdge(code, func(line string) { t.Errorf("the function logs: %s", line) })
	if err != nil {
		t.Fatal(err)
	}
	return function{e}
}

// call returns the canonical URL, or the status and text of an answer.
func (f function) call(uri, query, accept string) (string, error) {
	headers := map[string][]string{}
	if accept != "" {
		headers["accept"] = []string{accept}
	}
	result, err := f.Run(sandbox.EdgeRequest{Method: "GET", URI: uri, RawQuery: query, HasQuery: true, Headers: headers})
	switch {
	case err != nil:
		return "", err
	case result.Status != 0:
		return fmt.Sprintf("%d %s", result.Status, strings.TrimSpace(result.Body)), nil
	case result.Query != "":
		return result.URI + "?" + result.Query, nil
	}
	return result.URI, nil
}

// want is what Go makes of the URL; of a refusal only the status.
func want(path, query string, accept transform.Accept, d transform.Defaults) string {
	if path == "/" {
		if _, err := transform.Parse(query, d); err != nil {
			return "400"
		}
		return path
	}
	key, err := transform.ParseKey(path)
	if err != nil {
		if strings.Contains(err.Error(), transform.ErrOwnName.Error()) {
			return "404"
		}
		return "400"
	}
	t, err := transform.Parse(query, d)
	if err != nil {
		return "400"
	}
	if !t.IsOriginal() && t.Effective(d).Auto&transform.AutoFormat != 0 {
		// Whatever the viewer wrote.
		if t, err = transform.Parse(query+"&accept="+accept.String(), d); err != nil {
			return "400"
		}
	}
	if q := t.String(); q != "" {
		return transform.CanonicalPath(key) + "?" + q
	}
	return transform.CanonicalPath(key)
}

// A hundred thousand URLs of a stranger's making: both languages make the same of
// them, byte for byte.
func TestSameAsGo(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 5_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	accepts := []struct {
		header string
		means  transform.Accept
	}{
		{"", 0}, {"image/avif,image/webp,*/*;q=0.8", transform.AcceptAVIF | transform.AcceptWebP},
		{"image/webp", transform.AcceptWebP}, {"image/avif;q=0, image/webp;q=0.5", transform.AcceptWebP}, {"*/*", 0},
	}
	for _, defaults := range []string{"", "auto=format,compress", "q=50&fit=max", "auto=compress&fm=webp&crop=top", "accept=none&auto=format&dpr=2", "max-w=1000&bg=000&lossless=1"} {
		d, err := transform.ParseDefaults(defaults)
		if err != nil {
			t.Fatal(err)
		}
		js := newFunction(t, defaults, nil)
		refused := 0
		for range n / 6 {
			path, query := randomPath(r), randomQuery(r)
			accept := accepts[r.IntN(len(accepts))]
			got, err := js.call(path, query, accept.header)
			if err != nil {
				t.Fatalf("%s?%s under %q: %v", path, query, defaults, err)
			}
			expected := want(path, query, accept.means, d)
			if len(expected) == 3 {
				refused++
				got, _, _ = strings.Cut(got, " ")
			}
			if got != expected {
				t.Fatalf("%s?%s under %q, Accept %q:\nJavaScript %s\nGo         %s", path, query, defaults, accept.header, got, expected)
			}
		}
		if refused == 0 || refused > n/6*3/4 {
			t.Errorf("under %q %d of %d are refused: the URLs try too little", defaults, refused, n/6)
		}
	}
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func randomPath(r *rand.Rand) string {
	if r.IntN(10) > 0 {
		return "/" + pick(r, "cat.jpg", "albums/rio/cat.jpg", "a%2Db.jpg", "with%20space.jpg", "_/k/Y2F0LmpwZw", "%E7%8C%AB.jpg", "a+b.jpg", "~x", "a//b", "(1).jpg", "caf%c3%a9")
	}
	return "/" + pick(r, "", "a/../b", "a/./b", "..", "100%", "%ff", "%00", "a%0Ab", "_/health", "_/k/", "_/k/Y2F0LmpwZw==", "_/k/Y2F0LmpwZx", "_/k/!", "_/k/Li4", "_/k/X19fLw",
		"_/k/_v8", "%2e%2e/x", "_%2Fk/Y2F0", "/leading", "trailing/", "_/k/L2E", strings.Repeat("x", 1024), strings.Repeat("x", 1025), strings.Repeat("%C3%A9", 512), strings.Repeat("%C3%A9", 513))
}

func randomQuery(r *rand.Rand) string {
	var pairs []string
	for range r.IntN(6) {
		pairs = append(pairs, randomPair(r))
	}
	return strings.Join(pairs, "&")
}

func randomPair(r *rand.Rand) string {
	rows := transform.Table()
	row := rows[r.IntN(len(rows))]
	name := row.Name
	if len(row.Aliases) > 0 && r.IntN(4) == 0 {
		name = row.Aliases[r.IntN(len(row.Aliases))]
	}
	value := randomValue(r, row.Kind)
	switch r.IntN(60) {
	case 0:
		name = strings.ToUpper(name)
	case 1:
		name, value = name+"64", base64.RawURLEncoding.EncodeToString([]byte(value))
		return name + "=" + value
	case 2:
		name = pick(r, "utm_source", "blur", "mark-x", "txt64", "s", "expires", "%ZZ", "%77", "constructor", "toString", "__proto__", "w6464", "auto64", "preset", "hasOwnProperty", "fill")
	case 3:
		value = pick(r, "", "%", "%zz", "%ff", "\u00e9", "a%20b", "none", "1", "x", "true", "constructor", "%E2%84%AA", "%00", "%C3%A9")
	case 4:
		return pick(r, "", "=", "w", "=5", "w==5", "&", "w=5=6", "w%3D5")
	}
	return name + "=" + escapeSome(r, value)
}

func escapeSome(r *rand.Rand, value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		switch {
		case c == ' ':
			b.WriteString(pick(r, "+", "%20"))
		case c == '&' || c == '#' || c == '%' || c == '+' || c >= 0x80 || r.IntN(12) == 0:
			fmt.Fprintf(&b, pick(r, "%%%02X", "%%%02x"), c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func randomNumber(r *rand.Rand) string {
	return pick(r, "300", "0.5", ".5", "5.", "1", "0", "007", "1.0", "0.33339", "99.99999", "8192", "8192.4", "8193", "2", "1.5", "0.1", "5", "5.0001", "0.09", "80", "79", "60", "64", "100", "101",
		"1e2", "+5", "-1", "0x10", "1_000", " 5", "", ".", "999999999999", "9999999999999", "0.0000", "0.00001", "0.99995", "1.49999", "2.5", "99999", "100000")
}

func randomValue(r *rand.Rand, k transform.Kind) string {
	words := append(slices.Sorted(maps.Keys(k.Words)), k.Ignored...)
	switch k.Type {
	case "word":
		return oddCase(r, pick(r, append(words, "other", "auto", "json")...))
	case "set", "crop":
		var items []string
		for range r.IntN(4) {
			items = append(items, pick(r, " ", "", "\t")+oddCase(r, pick(r, words...))+pick(r, "", " "))
		}
		if r.IntN(8) == 0 {
			items = append(items, pick(r, "none", "", " ", "other"))
		}
		return strings.Join(items, ",")
	case "ratio":
		return pick(r, "16:9", "1:1", "4:3", "16.0:9", "0:1", "1:0", "16", ":", "a:b", "32:18", ".5:1", "1:1:1", randomNumber(r)+":"+randomNumber(r))
	case "rect":
		edge := func() string {
			return pick(r, randomNumber(r), "10", "0", "left", "Right", "center", "top", "middle", "bottom", "full", " 5 ", "0.25")
		}
		if r.IntN(2) == 0 {
			return pick(r, "0", "left", "center", "right", "5") + "," + pick(r, "0", "top", "middle", "7.5") + "," + pick(r, "full", "100", "0.5") + "," + pick(r, "FULL", "50", ".25")
		}
		return edge() + "," + edge() + "," + edge() + "," + edge() + pick(r, "", "", ",1")
	case "colour":
		names := slices.Sorted(maps.Keys(transform.Colours()))
		return oddCase(r, pick(r, append(names, "fff", "#fff", "ffff", "8fff", "123456", "ff123456", "80123456", "12345", "ggg", "##fff", "", "graey", "greygrey", "FFF", "transparent", "lightslategrey")...))
	case "text":
		return pick(r, "cat.jpg", "a b", "caf\u00e9", "!'()*~-_.", "\U0001F600", strings.Repeat("x", 200), strings.Repeat("x", 201), strings.Repeat("\u00e9", 100), strings.Repeat("\u00e9", 101), "a/b\\c")
	case "frame":
		return pick(r, "all", "ALL", randomNumber(r))
	}
	return randomNumber(r)
}

func oddCase(r *rand.Rand, s string) string {
	if r.IntN(6) == 0 {
		return strings.ToUpper(s)
	}
	return s
}

func TestBudget(t *testing.T) {
	if len(edge.Function) > edge.Budget {
		t.Errorf("the function has %d bytes; the budget is %d", len(edge.Function), edge.Budget)
	}
}
