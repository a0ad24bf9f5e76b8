package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keeping is how long an answer is kept: fresh, then stale while a new one is
// fetched, or while the origin fails.
type keeping struct {
	cached       bool
	fresh        time.Duration
	revalidating time.Duration // after fresh: served while it is renewed in the background
	failing      time.Duration // after fresh: served while the origin fails; -1 for as long as that lasts
}

// errorsAlways are kept whatever they say; errorsIfTold only if they say how long
// (CloudFront Developer Guide, HTTPStatusCodes).
var (
	errorsAlways = []int{404, 414, 500, 501, 502, 503, 504}
	errorsIfTold = []int{400, 403, 405, 412, 415}
)

// defaultErrorTTL is the least time that an error is kept
// (DownloadDistValuesErrorPages).
const defaultErrorTTL = 10 * time.Second

// keep tells how long an answer is kept (CloudFront Developer Guide, Expiration).
func (d *Distribution) keep(status int, h http.Header, now time.Time) keeping {
	c := readCacheControl(h, now)
	p := d.Cache
	if status >= 400 {
		least, known := d.ErrorTTL[status]
		if !known {
			least = defaultErrorTTL
		}
		told := c.told && !c.refused
		kept := slices.Contains(errorsAlways, status) || told && slices.Contains(errorsIfTold, status)
		if told {
			least = max(least, min(c.age, p.MaxTTL))
		}
		if !kept || least == 0 {
			return keeping{}
		}
		return keeping{cached: true, fresh: least}
	}
	var fresh time.Duration
	switch {
	case c.refused:
		fresh = p.MinTTL // 0 obeys it, more does not
	case c.told:
		fresh = min(max(c.age, p.MinTTL), p.MaxTTL)
	default:
		fresh = max(p.DefaultTTL, p.MinTTL)
	}
	if c.refused && fresh == 0 {
		return keeping{}
	}
	k := keeping{cached: true, fresh: fresh, revalidating: min(c.revalidating, p.MaxTTL), failing: c.failing}
	if k.failing > p.MaxTTL {
		k.failing = p.MaxTTL
	}
	return k
}

// cacheControl is what an answer says about its keeping.
type cacheControl struct {
	told         bool // it has an age
	age          time.Duration
	refused      bool // no-store, no-cache or private
	revalidating time.Duration
	failing      time.Duration // -1 where it says nothing: stale rather than an error
}

func readCacheControl(h http.Header, now time.Time) cacheControl {
	c := cacheControl{failing: -1}
	shared := false
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		n, err := strconv.Atoi(strings.Trim(value, `"`))
		age := time.Duration(n) * time.Second
		switch {
		case name == "no-store" || name == "no-cache" || name == "private":
			c.refused = true
		case err != nil:
		case name == "s-maxage":
			c.told, c.age, shared = true, age, true
		case name == "max-age" && !shared:
			c.told, c.age = true, age
		case name == "stale-while-revalidate":
			c.revalidating = age
		case name == "stale-if-error":
			c.failing = age
		}
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil && !c.told {
		c.told, c.age = true, max(at.Sub(now), 0)
	}
	return c
}

// key is what distinguishes objects in the cache (understanding-the-cache-key).
// GET and HEAD share it.
func (p *CachePolicy) key(r *http.Request, path, query string) string {
	var b strings.Builder
	b.WriteString(path + "?" + p.Query.query(query))
	for _, name := range p.Headers.headers(r.Header) {
		b.WriteString("\n" + name + ": " + strings.Join(r.Header.Values(name), ","))
	}
	if p.Gzip || p.Brotli {
		b.WriteString("\naccept-encoding: " + p.encoding(r.Header))
	}
	return b.String()
}

// encoding is the Accept-Encoding that a policy makes of the viewer's.
func (p *CachePolicy) encoding(h http.Header) string {
	var out []string
	accepted := h.Get("Accept-Encoding")
	if p.Brotli && strings.Contains(accepted, "br") {
		out = append(out, "br")
	}
	if p.Gzip && strings.Contains(accepted, "gzip") {
		out = append(out, "gzip")
	}
	return strings.Join(out, ",")
}

// has tells whether a name is selected.
func (s Selection) has(name string) bool {
	named := slices.ContainsFunc(s.Items, func(item string) bool { return item == name })
	switch s.Behavior {
	case "all", "allViewer":
		return true
	case "whitelist":
		return named
	case "allExcept":
		return !named
	}
	return false
}

// query leaves the selected parameters, in their order.
func (s Selection) query(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if pair != "" && s.has(name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

// headers are the names of the selected headers that a request has, sorted.
func (s Selection) headers(h http.Header) (names []string) {
	lower := Selection{Behavior: s.Behavior}
	for _, item := range s.Items {
		lower.Items = append(lower.Items, strings.ToLower(item))
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if lower.has(strings.ToLower(name)) {
			names = append(names, name)
		}
	}
	return names
}

// apply changes the headers of an answer (response headers policies).
func (p HeadersPolicy) apply(h http.Header) {
	for _, name := range p.Remove {
		h.Del(name)
	}
	for _, header := range p.Set {
		if header.Override || h.Get(header.Name) == "" {
			h.Set(header.Name, header.Value)
		}
	}
}
