package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// runtimeAPI is what the process of an environment talks to
// (DG runtimes-api, runtimes-custom).
func (e *environment) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.handleNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.handleResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.handleError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.handleInitError)
	return mux
}

// handleNext answers when there is an invocation, however long that takes.
func (e *environment) handleNext(w http.ResponseWriter, r *http.Request) {
	e.ask()
	s := &slot{environment: e, invocation: make(chan *invocation, 1)}
	e.f.offer(s)
	var i *invocation
	select {
	case i = <-s.invocation:
	case <-r.Context().Done(): // the process is gone
		e.f.withdraw(s)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+e.f.o.Region+":000000000000:function:"+functionName)
	h.Set("Lambda-Runtime-Trace-Id", i.traceID)
	_, _ = w.Write(i.event)
}

// handleResponse hands the body on while it comes. It may be chunked, and may end
// with trailers that tell of an error in the middle (DG runtimes-custom).
func (e *environment) handleResponse(w http.ResponseWriter, r *http.Request) {
	i := e.invocation(r.PathValue("id"))
	if i == nil {
		respond(w, http.StatusForbidden, "InvalidRequestID")
		return
	}
	body := &observed{r: r.Body}
	first := i.answer(&reply{
		contentType: r.Header.Get("Content-Type"), body: body,
		trailer: func() string {
			said, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
			return strings.TrimSpace(r.Trailer.Get("Lambda-Runtime-Function-Error-Type") + " " + string(said))
		},
	})
	if !first {
		respond(w, http.StatusForbidden, "InvalidStateTransition")
		return
	}
	<-i.read
	switch {
	case errors.Is(body.err, errReplyTooLarge):
		e.finish(i, errReplyTooLarge)
		respond(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
	case body.err != nil && !errors.Is(body.err, io.EOF):
		// The process is going; its end says why.
	default:
		e.finish(i, nil)
		respond(w, http.StatusAccepted, "")
	}
}

func (e *environment) handleError(w http.ResponseWriter, r *http.Request) {
	i := e.invocation(r.PathValue("id"))
	if i == nil {
		respond(w, http.StatusForbidden, "InvalidRequestID")
		return
	}
	err := readError(r)
	e.finish(i, err)
	i.fail(err)
	respond(w, http.StatusAccepted, "")
}

func (e *environment) handleInitError(w http.ResponseWriter, r *http.Request) {
	e.initError.Store(readError(r))
	respond(w, http.StatusAccepted, "")
}

func readError(r *http.Request) *functionError {
	var said struct{ ErrorType, ErrorMessage string }
	_ = json.NewDecoder(io.LimitReader(r.Body, maxReply)).Decode(&said)
	if kind := r.Header.Get("Lambda-Runtime-Function-Error-Type"); kind != "" {
		said.ErrorType = kind
	}
	return &functionError{said.ErrorType, said.ErrorMessage}
}

func respond(w http.ResponseWriter, status int, errorType string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	answer := map[string]string{"status": "OK"}
	if errorType != "" {
		answer = map[string]string{"errorType": errorType, "errorMessage": errorType}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// observed keeps the error that ended reading, which may be the reader's own.
type observed struct {
	r   io.Reader
	err error
}

func (o *observed) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err != nil {
		o.err = err
	}
	return n, err
}
