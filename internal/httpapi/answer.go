package httpapi

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tintype/tintype/internal/service"
	"github.com/tintype/tintype/internal/transform"
)

// How long answers other than pictures may be kept.
const (
	// errorCacheControl is for what would go wrong again. At the edge it
	// bounds what a broken link costs.
	errorCacheControl = "public, max-age=60"
	// noStore is for what may be right the next moment.
	noStore = "no-store"
)

// answers is the table of kinds.
var answers = map[service.Kind]struct {
	status       int
	cacheControl string
}{
	service.Internal:     {http.StatusInternalServerError, noStore},
	service.Refused:      {http.StatusBadRequest, errorCacheControl},
	service.NotFound:     {http.StatusNotFound, errorCacheControl},
	service.NotPicture:   {http.StatusUnsupportedMediaType, errorCacheControl},
	service.Busy:         {http.StatusServiceUnavailable, noStore},
	service.SourceFailed: {http.StatusBadGateway, noStore},
	service.SourceSlow:   {http.StatusGatewayTimeout, noStore},
	service.WorkSlow:     {http.StatusGatewayTimeout, errorCacheControl}, // it would be too slow again
	service.Gone:         {statusClientGone, noStore},
}

// statusClientGone is for the log: nobody is left to read it.
const statusClientGone = 499

// success answers with a result.
func (h *handler) success(result *service.Result, t transform.Transform) *reply {
	a := &reply{status: http.StatusOK, header: http.Header{}, body: result.Body, result: result, format: result.Extension, trace: result.Trace}
	a.header.Set("ETag", result.ETag)
	if !result.Modified.IsZero() {
		a.header.Set("Last-Modified", result.Modified.UTC().Format(http.TimeFormat))
	}
	a.header.Set("Cache-Control", h.CacheControl)
	a.header.Set("Server-Timing", serverTiming(result.Trace))
	if result.NotModified {
		a.status = http.StatusNotModified
		return a
	}
	a.describe(result, t)
	return a
}

// describe sets the headers that tell of the body.
func (a *reply) describe(result *service.Result, t transform.Transform) {
	a.header.Set("Content-Type", result.MediaType)
	if result.Size >= 0 {
		a.header.Set("Content-Length", strconv.FormatInt(result.Size, 10))
	}
	if result.MediaType == "image/svg+xml" {
		// A drawing may hold scripts, and would run them as ours.
		a.header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox")
	}
	if t.Download != "" {
		a.header.Set("Content-Disposition", disposition(t.Download, result.Extension))
	}
}

// fits tells whether a picture can be carried to the client.
func (h *handler) fits(result *service.Result) bool {
	return h.MaxAnswer == 0 || result.Size <= h.MaxAnswer
}

// tooLarge answers for a picture that cannot be carried to the client.
func (h *handler) tooLarge(result *service.Result) *reply {
	err := closeStream(result)
	a := problem(http.StatusBadRequest, fmt.Sprintf("the picture has %d bytes; %s", result.Size, h.MaxAnswerReason), errorCacheControl)
	a.err, a.trace = err, result.Trace
	return a
}

func closeStream(result *service.Result) error {
	if result.Stream == nil {
		return nil
	}
	return result.Stream.Close()
}

// failure answers with a problem document, or with the picture that stands in.
func (h *handler) failure(r *http.Request, t transform.Transform, err error) *reply {
	var e *service.Error
	if !errors.As(err, &e) {
		e = &service.Error{Err: err}
	}
	row := answers[e.Kind]
	a := problem(row.status, e.Detail, row.cacheControl)
	a.err, a.trace = err, e.Trace
	if e.Kind == service.NotPicture {
		a.format = e.Format
	}
	if e.Kind == service.Busy {
		a.header.Set("Retry-After", "1")
	}
	if h.Fallback != "" && (e.Kind == service.NotFound || e.Kind == service.NotPicture) {
		h.standIn(r, t, a)
	}
	return a
}

// standIn puts the fallback picture, transformed as was asked, into the answer.
// Where it fails too the answer stays as it is.
func (h *handler) standIn(r *http.Request, t transform.Transform, a *reply) {
	result, err := h.Service.Get(r.Context(), service.Request{Key: h.Fallback, Transform: t})
	if err == nil && !h.fits(result) {
		result, err = nil, errors.Join(fmt.Errorf("%d bytes; %s", result.Size, h.MaxAnswerReason), closeStream(result))
	}
	if err != nil {
		a.err = fmt.Errorf("%w (and the fallback: %w)", a.err, err)
		return
	}
	a.body, a.result = result.Body, result
	a.describe(result, t)
}

func serverTiming(t service.Trace) string {
	ms := func(d time.Duration) string {
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64)
	}
	cache := "miss"
	switch {
	case t.Coalesced:
		cache = "joined"
	case t.Cached:
		cache = "hit"
	}
	return fmt.Sprintf("cache;desc=%s, fetch;dur=%s, wait;dur=%s, work;dur=%s", cache, ms(t.Fetch), ms(t.Wait), ms(t.Work))
}

// CacheTag is the name under which a CDN can drop every variant of a picture.
func CacheTag(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// disposition names the file that a browser saves (RFC 6266, RFC 8187).
func disposition(name, extension string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	stem := name
	if end := path.Ext(name); len(end) <= len(".jpeg") {
		stem = strings.TrimSuffix(name, end)
	}
	if stem == "" {
		stem = "picture"
	}
	var b strings.Builder
	for _, c := range []byte(stem + "." + extension) {
		if c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("-._~", c) >= 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return "attachment; filename*=UTF-8''" + b.String()
}

// write sends a reply. It returns how many bytes of body went out, and whether
// they are all that was promised.
func (h *handler) write(w http.ResponseWriter, r *http.Request, a *reply) (sent int64, complete bool) {
	header := w.Header()
	maps.Copy(header, a.header)
	header.Set("X-Content-Type-Options", "nosniff")
	if h.CORSOrigin != "" {
		header.Set("Access-Control-Allow-Origin", h.CORSOrigin)
		header.Set("Timing-Allow-Origin", h.CORSOrigin)
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	var stream io.ReadCloser
	if a.result != nil && a.result.Stream != nil {
		stream = a.result.Stream
		defer stream.Close()
	} else if a.status != http.StatusNotModified && a.status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return 0, true
	}
	if stream == nil {
		n, _ := w.Write(a.body) // an error means that the client left
		return int64(n), true
	}
	n, err := io.Copy(w, stream)
	if err != nil {
		a.err = fmt.Errorf("send original: %w", err)
	}
	return n, err == nil
}
