package transform

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/colornames"
)

func TestCanonicalQuery(t *testing.T) {
	tests := []struct{ defaults, query, want string }{
		// The grammar.
		{"", "", ""},
		{"", "&&&", ""},
		{"", "w=300", "w=300"},
		{"", "w=300&", "w=300"},
		{"", "utm_source=x&w=300&fbclid=%ZZ", "w=300"},
		{"", "W=300", "w=300"},
		{"", "%77=300", "w=300"},
		{"", "width=300&height=200", "h=200&w=300"},
		{"", "w", ""},
		{"", "w=", ""},
		{"", "w=300&w=", "w=300"},
		{"", "w=300&w=400", "w=400"},
		{"", "w=abc&w=400", "w=400"},
		{"", "w=300;h=200", "ERROR"},
		{"", "w64=MzAw", "w=300"},
		{"", "width64=MzAw", "w=300"},
		{"", "auto64=Zm9ybWF0", ""},
		{"", "s=abc&expires=12&w=3", "w=3"},
		{"", "s64=!&expires64=!", ""},
		{"", "fm=WebP", "fm=webp"},

		// Numbers.
		{"", "w=007", "w=7"},
		{"", "w=300.4", "w=300"},
		{"", "w=300.5", "w=301"},
		{"", "w=0.50", "w=0.5"},
		{"", "w=.5", "w=0.5"},
		{"", "w=5.", "w=5"},
		{"", "w=0.33339", "w=0.3333"},
		{"", "w=1.0", "w=1"},
		{"", "w=100&dpr=2", "dpr=2&w=100"},
		{"", "w=100&dpr=1.50", "dpr=1.5&w=100"},
		{"", "w=100&dpr=1.0000", "w=100"},
		{"", "q=80.5", "q=81"},

		// Fit and what depends on it.
		{"", "w=300&h=200&fit=crop", "h=200&w=300"},
		{"", "w=300&h=200&f=clip", "fit=clip&h=200&w=300"},
		{"", "w=300&fit=clip", "w=300"},
		{"", "w=300&fit=crop", "w=300"},
		{"", "w=300&fit=scale", "w=300"},
		{"", "w=300&fit=fill", "w=300"},
		{"", "w=300&fit=max", "fit=max&w=300"},
		{"", "w=300&fit=min", "fit=max&w=300"},
		{"", "w=300&fit=fillmax", "fit=max&w=300"},
		{"", "fit=max", ""},
		{"", "fit=crop&crop=top", ""},
		{"", "ar=16:9&w=300&h=200", "h=200&w=300"},
		{"", "ar=16:9&w=300", "ar=16%3A9&w=300"},
		{"", "ar=16:9&w=300&fit=clip", "w=300"},
		{"", "ar=16:9&w=300&fit=max", "fit=max&w=300"},
		{"", "ar=16:9&w=300&fit=fill", "ar=16%3A9&fit=fill&w=300"},
		{"", "ar=16:9", "ar=16%3A9"},
		{"", "ar=16.0:9", "ar=16%3A9"},
		{"", "ar=32:18", "ar=32%3A18"},
		{"", "ar=16:9&fit=scale", ""},

		// Crop.
		{"", "w=300&crop=top", "w=300"},
		{"", "w=300&h=200&crop=top", "crop=top&h=200&w=300"},
		{"", "w=300&h=200&crop=top,left", "crop=left%2Ctop&h=200&w=300"},
		{"", "w=300&h=200&crop=left , top", "crop=left%2Ctop&h=200&w=300"},
		{"", "w=300&h=200&crop=top,bottom", "h=200&w=300"},
		{"", "w=300&h=200&crop=top,bottom,left", "crop=left&h=200&w=300"},
		{"", "w=300&h=200&crop=center", "h=200&w=300"},
		{"", "w=300&h=200&crop=center,top", "crop=top&h=200&w=300"},
		{"", "w=300&h=200&crop=faces", "crop=attention&h=200&w=300"},
		{"", "w=300&h=200&crop=edges", "crop=entropy&h=200&w=300"},
		{"", "w=300&h=200&crop=top,entropy,faces", "crop=entropy&h=200&w=300"},
		{"", "w=300&h=200&crop=,", "h=200&w=300"},
		{"", "w=300&h=200&crop=focalpoint&fp-x=0.5&fp-y=0", "crop=focalpoint&fp-y=0&h=200&w=300"},
		{"", "w=300&h=200&fp-x=0.2&fp-z=3", "h=200&w=300"},
		{"", "w=300&h=200&fit=min&crop=focalpoint&fp-z=3", "crop=focalpoint&fit=min&fp-z=3&h=200&w=300"},
		{"", "w=300&h=200&fit=clip&crop=top", "fit=clip&h=200&w=300"},

		// Lengths and dpr.
		{"", "dpr=2", ""},
		{"", "w=0.5&dpr=2", "w=0.5"},
		{"", "max-w=100&dpr=2", "dpr=2&max-w=100"},
		{"", "max-width=100&min-height=5", "max-w=100&min-h=5"},
		{"", "w=300&h=200&fit=fill&max-w=100", "fit=fill&h=200&w=300"},
		{"", "w=0.5&h=0.5&fit=fill&max-w=100&dpr=2", "fit=fill&h=0.5&w=0.5"},

		// Format and quality.
		{"", "fm=jpeg", "fm=jpg"},
		{"", "fm=jpg&q=80", "fm=jpg"},
		{"", "q=80", "q=80"},
		{"", "fm=webp&q=79", "fm=webp"},
		{"", "fm=webp&q=80", "fm=webp&q=80"},
		{"", "fm=png&q=50", "fm=png"},
		{"", "fm=gif&q=50&chromasub=444&lossless=1", "fm=gif"},
		{"", "fm=webp&q=50&lossless=1", "fm=webp&lossless=1"},
		{"", "q=50&lossless=true", "lossless=1&q=50"},
		{"", "fm=webp&chromasub=444", "fm=webp"},
		{"", "fm=avif&chromasub=444", "chromasub=444&fm=avif"},
		{"", "chromasub=420&cs=strip&lossless=false&bg=fff", ""},
		{"", "cs=origin", "cs=origin"},
		{"", "auto=format", "auto=format"},
		{"", "auto=format&auto=compress", "auto=compress%2Cformat"},
		{"", "auto=enhance,redeye,true", ""},
		{"", "auto=none", ""},
		{"", "auto=none,format", "auto=format"},
		{"", "auto=format&fm=png", "fm=png"},
		{"", "auto=format,compress&fm=jpg", "auto=compress&fm=jpg"},
		{"", "auto=compress&fm=jpg&q=64", "auto=compress&fm=jpg"},
		{"", "auto=compress&fm=jpg&q=80", "auto=compress&fm=jpg&q=80"},
		{"", "accept=webp", ""},
		{"", "auto=format&accept=WEBP,avif", "accept=avif%2Cwebp&auto=format"},
		{"", "auto=format&accept=none", "accept=none&auto=format"},
		{"", "frame=2", "frame=2"},
		{"", "frame=all", ""},
		{"", "dl=My File.jpg", "dl=My%20File.jpg"},
		{"", "dl=a+b%2Bc", "dl=a%20b%2Bc"},

		// Colours.
		{"", "bg=F00", "bg=ff0000"},
		{"", "bg=%23f00", "bg=ff0000"},
		{"", "bg=8f00", "bg=88ff0000"},
		{"", "bg=ffff0000", "bg=ff0000"},
		{"", "bg=RebeccaPurple", "bg=663399"},
		{"", "bg=lightgoldenrodyellow", "bg=fafad2"},
		{"", "bg=transparent", "bg=00000000"},
		{"", "bg=white", ""},

		// Rect.
		{"", "rect=0,0,100,100", "rect=0%2C0%2C100%2C100"},
		{"", "rect=Left, middle ,0.50,full", "rect=left%2Cmiddle%2C0.5%2Cfull"},
		{"", "rect=10.4,.25,99.5,1", "rect=10%2C0.25%2C100%2C1"},

		// The operator's defaults.
		{"auto=format,compress", "w=300", "w=300"},
		{"auto=format,compress", "w=300&auto=compress,format", "w=300"},
		{"auto=format,compress", "w=300&auto=none", "auto=none&w=300"},
		{"auto=format,compress", "w=300&auto=format", "auto=format&w=300"},
		{"auto=format", "w=300&fm=png&auto=none", "fm=png&w=300"},
		{"q=70", "q=70", ""},
		{"q=70", "q=80&fm=jpg", "fm=jpg&q=80"},
		{"q=70", "q=70&fm=jpg", "fm=jpg"},
		{"q=70&auto=compress", "q=70", "q=70"},
		{"fm=webp", "fm=webp&w=1", "w=1"},
		{"fm=webp", "q=79&w=1", "w=1"},
		{"fit=max", "w=300&h=200", "h=200&w=300"},
		{"fit=max", "w=300&h=200&fit=crop", "fit=crop&h=200&w=300"},
		{"fit=max", "w=300&fit=clip", "fit=clip&w=300"},
		{"fit=max", "w=300&fit=min", "w=300"},
		{"fit=crop", "w=300&fit=clip", "w=300"},
		{"ar=16:9", "w=300&fit=clip", "fit=clip&w=300"},
		{"ar=16:9", "w=300&h=10", "h=10&w=300"},
		{"dpr=2", "w=300&dpr=1", "dpr=1&w=300"},
		{"dpr=2", "w=0.5&dpr=1", "w=0.5"},
		{"lossless=1", "fm=webp&lossless=0", "fm=webp&lossless=0"},
		{"lossless=1", "fm=jpg&lossless=0", "fm=jpg"},
		{"crop=top", "w=1&h=1&crop=center", "crop=center&h=1&w=1"},
		{"accept=webp", "auto=format&accept=none", "accept=none&auto=format"},
		{"frame=1", "frame=all&w=9", "frame=all&w=9"},
		{"bg=000", "bg=fff", "bg=ffffff"},
	}
	for _, tt := range tests {
		t.Run(tt.defaults+"|"+tt.query, func(t *testing.T) {
			d, err := ParseDefaults(tt.defaults)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(tt.query, d)
			if tt.want == "ERROR" {
				if err == nil {
					t.Fatalf("got %q, want an error", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			again, err := Parse(got.String(), d)
			if err != nil || again != got {
				t.Errorf("Parse(%q) = %+v, %v; want %+v", got, again, err, got)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		query string
		want  []string
	}{
		{"w=0", []string{"w=0: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"w=0.00001", []string{"w=0.00001: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"w=8193", []string{"w=8193: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"width=-1", []string{"w=-1: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=1e2", []string{"h=1e2: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=%2B5", []string{"h=+5: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=0x10", []string{"h=0x10: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=1_000", []string{"h=1_000: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=0000000000300", []string{"h=0000000000300: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=.", []string{"h=.: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=1.2.3", []string{"h=1.2.3: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"h=1.23456x", []string{"h=1.23456x: allowed: pixels from 1 to 8192, or a fraction between 0 and 1"}},
		{"dpr=0.09", []string{"dpr=0.09: allowed: a number from 0.1 to 5"}},
		{"dpr=5.1", []string{"dpr=5.1: allowed: a number from 0.1 to 5"}},
		{"fit=%C5%BFcale", []string{"fit=ſcale: allowed: clip, crop, fill, fillmax, max, min or scale"}},
		{"bg=blac%E2%84%AA", []string{"bg=blac\u212a: allowed: a colour: rgb, argb, rrggbb, aarrggbb or a CSS keyword"}},
		{"fit=cover", []string{"fit=cover: allowed: clip, crop, fill, fillmax, max, min or scale"}},
		{"ar=16", []string{"ar=16: allowed: W:H, two numbers above 0, like 16:9"}},
		{"ar=16:0", []string{"ar=16:0: allowed: W:H, two numbers above 0, like 16:9"}},
		{"crop=head", []string{"crop=head: allowed: a list of top, bottom, left, right and center, or one of entropy, attention, faces, edges, focalpoint"}},
		{"fp-x=1.1", []string{"fp-x=1.1: allowed: a number from 0 to 1"}},
		{"fp-y=a", []string{"fp-y=a: allowed: a number from 0 to 1"}},
		{"fp-z=0.5", []string{"fp-z=0.5: allowed: a number from 1 to 100"}},
		{"rect=1,2,3", []string{"rect=1,2,3: allowed: x,y,w,h, each pixels or a fraction; x also left, center, right, y top, middle, bottom, w and h full"}},
		{"rect=1,2,0,4", []string{"rect=1,2,0,4: allowed: x,y,w,h, each pixels or a fraction; x also left, center, right, y top, middle, bottom, w and h full"}},
		{"rect=top,2,3,4", []string{"rect=top,2,3,4: allowed: x,y,w,h, each pixels or a fraction; x also left, center, right, y top, middle, bottom, w and h full"}},
		{"max-w=0.5", []string{"max-w=0.5: allowed: pixels from 1 to 8192"}},
		{"max-h=0", []string{"max-h=0: allowed: pixels from 1 to 8192"}},
		{"min-w=9000", []string{"min-w=9000: allowed: pixels from 1 to 8192"}},
		{"min-h=x", []string{"min-h=x: allowed: pixels from 1 to 8192"}},
		{"fm=bmp", []string{"fm=bmp: allowed: jpg, pjpg, png, png8, webp, avif or gif"}},
		{"fm=json", []string{"fm=json: not supported; allowed: jpg, pjpg, png, png8, webp, avif or gif"}},
		{"fm=blurhash", []string{"fm=blurhash: not supported; allowed: jpg, pjpg, png, png8, webp, avif or gif"}},
		{"q=0", []string{"q=0: allowed: a number from 1 to 100"}},
		{"q=101", []string{"q=101: allowed: a number from 1 to 100"}},
		{"q=auto", []string{"q=auto: not supported; allowed: a number from 1 to 100"}},
		{"auto=quality", []string{"auto=quality: allowed: a list of compress and format, or none"}},
		{"accept=jxl", []string{"accept=jxl: allowed: a list of avif and webp, or none"}},
		{"lossless=yes", []string{"lossless=yes: allowed: 0, 1, false or true"}},
		{"chromasub=422", []string{"chromasub=422: allowed: 420 or 444"}},
		{"cs=adobergb1998", []string{"cs=adobergb1998: allowed: srgb (also strip, tinysrgb) or origin"}},
		{"bg=12345", []string{"bg=12345: allowed: a colour: rgb, argb, rrggbb, aarrggbb or a CSS keyword"}},
		{"bg=ggg", []string{"bg=ggg: allowed: a colour: rgb, argb, rrggbb, aarrggbb or a CSS keyword"}},
		{"bg=%2B12345", []string{"bg=+12345: allowed: a colour: rgb, argb, rrggbb, aarrggbb or a CSS keyword"}},
		{"frame=0", []string{"frame=0: allowed: the number of a picture, from 1, or all"}},
		{"dl=" + strings.Repeat("x", 201), []string{"dl=" + strings.Repeat("x", 64) + "…: allowed: a file name of at most 200 bytes"}},
		{"preset=card", []string{"preset: not supported"}},
		{"blur=5", []string{"blur: not supported"}},
		{"or=90", []string{"or: not supported"}},
		{"txt64=aGk", []string{"txt64: not supported"}},
		{"mark-unheard-of=1", []string{"mark-unheard-of: not supported"}},
		{"w=%ZZ", []string{"w=%ZZ: allowed: % only before two hexadecimal digits"}},
		{"w=%FF", []string{"w=%FF: allowed: UTF-8"}},
		{"w64=MzA=", []string{"w64=MzA=: allowed: base64url without padding"}},
		{"w64=_w", []string{"w64=_w: allowed: UTF-8"}},
		{"w=0&h=0&blur=3&fit=no", []string{
			"blur: not supported",
			"fit=no: allowed: clip, crop, fill, fillmax, max, min or scale",
			"h=0: allowed: pixels from 1 to 8192, or a fraction between 0 and 1",
			"w=0: allowed: pixels from 1 to 8192, or a fraction between 0 and 1",
		}},
		{strings.Repeat("x", 4097), []string{"the query has 4097 bytes; allowed are 4096"}},
	}
	for _, tt := range tests {
		t.Run(shorten(tt.query), func(t *testing.T) {
			_, err := Parse(tt.query, Defaults{})
			var bad *QueryError
			if !errors.As(err, &bad) {
				t.Fatalf("got error %v, want a *QueryError", err)
			}
			if diff := cmp.Diff(tt.want, bad.Problems); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := Parse("blur=&preset=&mark=", Defaults{}); err != nil {
		t.Errorf("empty values are refused: %v", err)
	}
	if _, err := ParseDefaults("wdith=300"); err == nil {
		t.Error("an operator's typing mistake is not refused")
	}
}

// A value of each parameter, some plain, some equal to a default.
var samples = []string{
	"accept=avif", "accept=none", "accept=avif,webp", "ar=16:9", "ar=1:1", "auto=format", "auto=compress", "auto=format,compress", "auto=none",
	"bg=f00", "bg=fff", "bg=transparent", "chromasub=444", "chromasub=420", "crop=top", "crop=center", "crop=left,bottom", "crop=entropy", "crop=focalpoint",
	"cs=origin", "cs=srgb", "dl=a b", "dpr=1", "dpr=2", "dpr=0.5", "fit=clip", "fit=crop", "fit=fill", "fit=fillmax", "fit=max", "fit=min", "fit=scale",
	"fm=jpg", "fm=pjpg", "fm=png", "fm=png8", "fm=webp", "fm=avif", "fm=gif", "fp-x=0", "fp-x=0.5", "fp-y=1", "fp-z=1", "fp-z=2.5",
	"frame=1", "frame=all", "h=200", "h=0.5", "lossless=1", "lossless=0", "max-h=90", "max-w=80", "min-h=70", "min-w=60",
	"q=64", "q=70", "q=79", "q=80", "q=60", "rect=0,0,1,full", "rect=0.1,middle,30,40", "w=300", "w=0.25",
}

func randomQuery(r *rand.Rand, n int) string {
	var pairs []string
	for range r.IntN(n + 1) {
		pairs = append(pairs, samples[r.IntN(len(samples))])
	}
	return strings.Join(pairs, "&")
}

func TestRoundTripUnderAnyDefaults(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		checkRoundTrip(t, randomQuery(r, 8), randomQuery(r, 5))
	}
}

// checkRoundTrip holds what the package promises of every query and defaults.
func checkRoundTrip(t *testing.T, query, defaults string) {
	t.Helper()
	d, err := ParseDefaults(defaults)
	if err != nil {
		return
	}
	got, err := Parse(query, d)
	if err != nil {
		return
	}
	again, err := Parse(got.String(), d)
	if err != nil || again != got {
		t.Fatalf("query %q, defaults %q: Parse(%q) = %q, %v", query, defaults, got, again, err)
	}
	given, err := read(query, false)
	if err != nil {
		t.Fatal(err)
	}
	e := got.Effective(d)
	if want := given.Effective(d); e != want {
		t.Fatalf("query %q, defaults %q: %q means\n%q, the query means\n%q", query, defaults, got, e, want)
	}
	if e.Effective(d) != e {
		t.Fatalf("query %q, defaults %q: Effective is not idempotent:\n%q\n%q", query, defaults, e, e.Effective(d))
	}
	resolved, varies := got.Resolve(AcceptAVIF|AcceptWebP, d)
	if after, still := resolved.Resolve(0, d); after != resolved || still != varies {
		t.Fatalf("query %q, defaults %q: resolving %q twice gives %q", query, defaults, resolved, after)
	}
	// The order of different parameters must not matter.
	pairs := strings.Split(query, "&")
	names := map[string]bool{}
	for i, j := 0, len(pairs)-1; i < j; i, j = i+1, j-1 {
		pairs[i], pairs[j] = pairs[j], pairs[i]
	}
	for _, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if names[name] {
			return
		}
		names[name] = true
	}
	if reversed, err := Parse(strings.Join(pairs, "&"), d); err == nil && reversed != got {
		t.Fatalf("%q and its reverse are %q and %q", query, got, reversed)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range samples {
		f.Add(s, "")
		f.Add("w=300&h=200&"+s, s)
	}
	f.Add("w64=MzAw&%77=1;&=&&q=%zz", "auto=format")
	f.Fuzz(func(t *testing.T, query, defaults string) { checkRoundTrip(t, query, defaults) })
}

func TestOriginal(t *testing.T) {
	for _, query := range []string{"", "utm=1", "dpr=2", "q=", "auto=none"} {
		if got, err := Parse(query, Defaults{}); err != nil || !got.IsOriginal() {
			t.Errorf("Parse(%q) = %q, %v; want the original", query, got, err)
		}
	}
}

func TestResolve(t *testing.T) {
	tests := []struct {
		defaults, query string
		accept          Accept
		want            string
		varies          bool
	}{
		{"", "w=9", AcceptWebP, "w=9", false},
		{"", "w=9&auto=format", AcceptWebP, "accept=webp&auto=format&w=9", true},
		{"", "w=9&auto=format", 0, "accept=none&auto=format&w=9", true},
		{"", "w=9&auto=format&accept=none", AcceptWebP, "accept=none&auto=format&w=9", true},
		{"", "w=9&auto=format&fm=png", AcceptWebP, "fm=png&w=9", false},
		{"auto=format", "w=9", AcceptAVIF | AcceptWebP, "accept=avif%2Cwebp&w=9", true},
		{"auto=format", "", AcceptAVIF, "", false},
		{"auto=format&accept=webp", "w=9", AcceptAVIF, "w=9", true},
	}
	for _, tt := range tests {
		d, err := ParseDefaults(tt.defaults)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(tt.query, d)
		if err != nil {
			t.Fatal(err)
		}
		got, varies := parsed.Resolve(tt.accept, d)
		if got.String() != tt.want || varies != tt.varies {
			t.Errorf("%q under %q: got %q, %v; want %q, %v", tt.query, tt.defaults, got, varies, tt.want, tt.varies)
		}
	}
}

func TestParamsAreSorted(t *testing.T) {
	for i := 1; i < len(params); i++ {
		if params[i-1].name >= params[i].name {
			t.Errorf("%s stands before %s", params[i-1].name, params[i].name)
		}
	}
}

// CSS Color 4 names 148 colours: those of SVG 1.1 and one more.
func TestColourKeywords(t *testing.T) {
	if n := len(colornames.Map) + 1; n != 148 {
		t.Errorf("%d names, want 148", n)
	}
	for name, want := range map[string]Colour{
		"aliceblue": 0xFFF0F8FF, "rebeccapurple": 0xFF663399, "yellowgreen": 0xFF9ACD32,
		"grey": 0xFF808080, "gray": 0xFF808080, "DarkSlateGrey": 0xFF2F4F4F, "transparent": 0,
	} {
		if got, err := parseColour(name); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	d, _ := ParseDefaults("auto=format,compress")
	for b.Loop() {
		if _, err := Parse("w=300&h=200&fit=crop&crop=faces&fm=webp&q=75&dpr=2&ixlib=js-3.8.0", d); err != nil {
			b.Fatal(err)
		}
	}
}
