package httpapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/tintype/tintype/internal/service"
	"github.com/tintype/tintype/internal/transform"
)

// Options configure the handler. Service and Log are needed.
type Options struct {
	Service      *service.Service
	Log          *slog.Logger
	Defaults     transform.Defaults
	CacheControl string // of pictures
	CORSOrigin   string // empty sends no CORS headers
	Fallback     string // key of the picture that stands in for missing and broken ones; may be empty
	// Examples are keys to show on the page at "/".
	Examples []string
	// Observe is told of every answer; nil for nobody.
	Observe func(Outcome)
	// EmbeddedMetrics names the function whose metrics CloudWatch reads from the
	// lines of the log; empty for none.
	EmbeddedMetrics string
	// MaxAnswer is the largest picture, in bytes, that what carries the answers
	// can take, and MaxAnswerReason says what it is and what to do. 0 is no limit.
	MaxAnswer       int64
	MaxAnswerReason string
	// Ready tells whether new requests are welcome; nil means always.
	Ready func() bool
}

type handler struct{ Options }

// New makes the handler for the public listener, or for the Lambda function.
func New(o Options) http.Handler { return &handler{o} }

// Outcome is an answer that was given.
type Outcome struct {
	Status int
	Format string // of the result, or of the source that was refused; may be empty
	Sent   int64  // bytes of the body
	Trace  service.Trace
}

// reply is an answer before it is written.
type reply struct {
	status int
	header http.Header
	body   []byte
	result *service.Result // where there is one; its Stream is to be copied
	err    error           // for the log
	format string          // of the result, or of the source that was refused
	trace  service.Trace

	key, query string // for the log
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	reply := h.answer(r)
	sent, complete := h.write(w, r, reply)
	h.log(r, reply, sent, time.Since(start))
	if h.Observe != nil {
		h.Observe(Outcome{reply.status, reply.format, sent, reply.trace})
	}
	if !complete {
		panic(http.ErrAbortHandler) // breaks the connection: nothing else tells the client
	}
}

// answer finds the answer. A panic in it costs this request only.
func (h *handler) answer(r *http.Request) (a *reply) {
	defer func() {
		if p := recover(); p != nil {
			a = problem(http.StatusInternalServerError, "something went wrong here, and the log says what", noStore)
			a.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	path, query, _ := strings.Cut(target(r), "?")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		return h.options()
	default:
		a := problem(http.StatusMethodNotAllowed, r.Method+" is not allowed; allowed: "+allowedMethods, noStore)
		a.header.Set("Allow", allowedMethods)
		return a
	}
	switch path {
	case "/":
		return h.page()
	case "/_/health":
		return plain(http.StatusOK, "ok\n")
	case "/_/ready":
		if h.Ready != nil && !h.Ready() {
			return plain(http.StatusServiceUnavailable, "stopping\n")
		}
		return plain(http.StatusOK, "ready\n")
	}
	return h.picture(r, path, query)
}

const allowedMethods = "GET, HEAD, OPTIONS"

// target is the request's target as it came, from the path on.
func target(r *http.Request) string {
	t := r.RequestURI
	if t == "" {
		t = r.URL.RequestURI()
	}
	// A proxy's absolute form: scheme://authority/path.
	if _, rest, ok := strings.Cut(t, "://"); ok && !strings.HasPrefix(t, "/") {
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			t = rest[i:]
		} else {
			t = "/"
		}
	}
	return t
}

// options answers preflights and the curious, whatever the path.
func (h *handler) options() *reply {
	header := http.Header{"Allow": {allowedMethods}}
	if h.CORSOrigin != "" {
		header.Set("Access-Control-Allow-Methods", allowedMethods)
		header.Set("Access-Control-Allow-Headers", "*")
		header.Set("Access-Control-Max-Age", "86400")
	}
	return &reply{status: http.StatusNoContent, header: header}
}

// picture answers for a key.
func (h *handler) picture(r *http.Request, path, query string) *reply {
	key, err := transform.ParseKey(path)
	if errors.Is(err, transform.ErrOwnName) {
		return problem(http.StatusNotFound, err.Error(), errorCacheControl)
	}
	if err != nil {
		return problem(http.StatusBadRequest, err.Error(), errorCacheControl)
	}
	t, err := transform.Parse(query, h.Defaults)
	if err != nil {
		a := problem(http.StatusBadRequest, err.Error(), errorCacheControl)
		a.key = key
		return a
	}
	t, varies := t.Resolve(accepted(r.Header), h.Defaults)
	result, err := h.Service.Get(r.Context(), service.Request{Key: key, Transform: t, Has: has(r.Header)})
	var a *reply
	switch {
	case err != nil:
		a = h.failure(r, t, err)
	case !h.fits(result) && !result.NotModified:
		a = h.tooLarge(result)
	default:
		a = h.success(result, t)
	}
	a.key, a.query = key, t.String()
	a.header.Set("Cache-Tag", CacheTag(key))
	if varies {
		a.header.Add("Vary", "Accept")
	}
	return a
}
