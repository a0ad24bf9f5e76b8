package sandbox

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Limits of a request and of a reply, in bytes (DG gettingstarted-limits).
const (
	maxEvent  = 6 << 20
	maxReply  = 6 << 20
	maxStream = 200 << 20
)

// integrationResponse is the type of a streamed reply that begins with a prelude.
const integrationResponse = "application/vnd.awslambda.http-integration-response"

// remapped is under what name a length comes out that a function set on a stream
// (seen by users: https://github.com/cargo-lambda/cargo-lambda/issues/862).
const remapped = "X-Amzn-Remapped-Content-Length"

var errReplyTooLarge = errors.New("the reply is larger than Lambda's limit of 6 MB")

// URL is the function's URL. With IAM it answers nobody: nobody signs here but the
// distribution, which has a way of its own, Origin (DG urls-auth).
func (f *Function) URL() http.Handler {
	if !f.o.IAM {
		return f.Origin()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		message(w, http.StatusForbidden, "Forbidden")
	})
}

// Origin is the URL for who may ask it.
func (f *Function) Origin() http.Handler { return http.HandlerFunc(f.serveURL) }

func (f *Function) serveURL(w http.ResponseWriter, r *http.Request) {
	body, tooLarge, err := readAll(r.Body, maxEvent)
	if err != nil {
		panic(http.ErrAbortHandler) // the client left
	}
	i := newInvocation()
	if !tooLarge {
		i.event, err = f.newEvent(r, i, body, time.Now())
	}
	if tooLarge || err != nil || len(i.event) > maxEvent {
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	f.invoke(i)
	w.Header().Set("X-Amzn-Requestid", i.id)
	w.Header().Set("X-Amzn-Trace-Id", i.traceID)
	// A client that leaves does not stop the function.
	reply := <-i.reply
	switch {
	case errors.Is(reply.err, errThrottled):
		f.o.Log.Warn("throttled", "requestId", i.id, "error", reply.err)
		message(w, http.StatusTooManyRequests, "Rate Exceeded.") // DG urls-configuration
		return
	case reply.err != nil:
		f.o.Log.Error("no reply", "requestId", i.id, "error", reply.err)
		message(w, http.StatusBadGateway, "Internal Server Error")
		return
	}
	if f.o.Streaming {
		err = f.stream(w, i, reply)
	} else {
		f.buffer(w, r, i, reply)
	}
	if err != nil {
		f.o.Log.Error("the reply ended too soon", "requestId", i.id, "error", err)
		panic(http.ErrAbortHandler) // breaks the connection
	}
}

func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": text})
}

// response is a buffered reply, and the prelude of a streamed one
// (DG urls-invocation, "Response payload format").
type response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// buffer answers with a whole reply.
func (f *Function) buffer(w http.ResponseWriter, r *http.Request, i *invocation, reply *reply) {
	data, tooLarge, err := readAll(reply.body, maxReply)
	if tooLarge {
		reply.body.err = errReplyTooLarge
		err = errReplyTooLarge
	}
	i.done()
	if err != nil { // too large, or the process died while it wrote
		f.o.Log.Error("no reply", "requestId", i.id, "error", err)
		message(w, http.StatusBadGateway, "Internal Server Error")
		return
	}
	if reply.contentType == integrationResponse {
		f.mismatch(i, "the function streams, and its URL's invoke mode is BUFFERED: the client gets the prelude too; "+
			"set TINTYPE_LAMBDA_RESPONSE=buffered, or the invoke mode to RESPONSE_STREAM")
	}
	answer, body, err := parseResponse(data)
	if err != nil {
		f.o.Log.Error("the reply is no response of a Function URL", "requestId", i.id, "error", err)
		message(w, http.StatusBadGateway, "Internal Server Error")
		return
	}
	header := answer.header()
	if r.Method != http.MethodHead && answer.hasBody() {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	writeHead(w, answer, header, "application/json")
	_, _ = w.Write(body) // none is due for some answers, and the client may have left
}

// parseResponse reads a buffered reply. What is no such document is the body
// itself.
func parseResponse(data []byte) (r response, body []byte, err error) {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil || object["statusCode"] == nil {
		r = response{StatusCode: http.StatusOK, Headers: map[string]string{"Content-Type": "application/json"}}
		if !json.Valid(data) {
			r.Headers["Content-Type"] = "application/octet-stream"
		}
		return r, data, nil
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, nil, err
	}
	body = []byte(r.Body)
	if r.IsBase64Encoded {
		body, err = base64.StdEncoding.DecodeString(r.Body)
	}
	return r, body, err
}

func (r *response) hasBody() bool {
	return r.StatusCode != http.StatusNotModified && r.StatusCode != http.StatusNoContent
}

// header makes the headers. Two are the transport's business.
func (r *response) header() http.Header {
	h := http.Header{}
	for name, value := range r.Headers {
		h.Set(name, value)
	}
	h.Del("Connection")
	h.Del("Transfer-Encoding")
	for _, cookie := range r.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	return h
}

// stream answers while the reply comes. An error leaves the answer cut short.
func (f *Function) stream(w http.ResponseWriter, i *invocation, reply *reply) error {
	defer i.done()
	body := bufio.NewReaderSize(reply.body, 64<<10)
	r := response{StatusCode: http.StatusOK}
	if reply.contentType == integrationResponse {
		prelude, err := readPrelude(body)
		if err == nil {
			err = json.Unmarshal(prelude, &r)
		}
		if err != nil {
			f.o.Log.Error("the reply has no prelude", "requestId", i.id, "error", err)
			message(w, http.StatusBadGateway, "Internal Server Error")
			_, _ = io.Copy(io.Discard, body)
			return nil
		}
	} else if start, _ := body.Peek(len(`{"statusCode"`)); string(start) == `{"statusCode"` {
		f.mismatch(i, "the function answers buffered, and its URL's invoke mode is RESPONSE_STREAM: the client gets the JSON document; "+
			"set TINTYPE_LAMBDA_RESPONSE=streaming, or the invoke mode to BUFFERED")
	}
	header := r.header()
	if length := header.Get("Content-Length"); length != "" {
		header.Set(remapped, length)
		header.Del("Content-Length")
	}
	writeHead(w, r, header, "application/octet-stream")
	_ = http.NewResponseController(w).Flush() // sends chunks from here on
	n, err := io.Copy(&deaf{w: w}, io.LimitReader(body, maxStream))
	if err != nil {
		return err
	}
	if n == maxStream {
		if _, err := body.ReadByte(); err == nil {
			_, _ = io.Copy(io.Discard, body)
			return fmt.Errorf("more than %d bytes, Lambda's limit", maxStream)
		}
	}
	if said := reply.trailer(); said != "" {
		// Lambda takes it for a success, and so the client cannot tell.
		f.o.Log.Error("the function failed in the middle of its reply", "requestId", i.id, "error", said)
	}
	return nil
}

// readPrelude reads up to the eight NULs that end the prelude
// (DG response-streaming; aws-lambda-go's LambdaFunctionURLStreamingResponse).
func readPrelude(body *bufio.Reader) ([]byte, error) {
	const most = 1 << 20
	end := make([]byte, 8)
	var prelude []byte
	for !bytes.HasSuffix(prelude, end) {
		b, err := body.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("no eight NULs: %w", err)
		}
		if prelude = append(prelude, b); len(prelude) > most {
			return nil, errors.New("no eight NULs in its first MB")
		}
	}
	return bytes.TrimSuffix(prelude, end), nil
}

// writeHead writes status and headers, with a type where there is none.
func writeHead(w http.ResponseWriter, r response, header http.Header, contentType string) {
	h := w.Header()
	maps.Copy(h, header)
	if h.Get("Content-Type") == "" && r.hasBody() {
		h.Set("Content-Type", contentType)
	}
	if r.StatusCode < 200 || r.StatusCode > 599 {
		r.StatusCode = http.StatusBadGateway
	}
	w.WriteHeader(r.StatusCode)
}

// mismatch counts and tells of a reply of the other mode.
func (f *Function) mismatch(i *invocation, text string) {
	f.mu.Lock()
	f.stats.Mismatches++
	f.mu.Unlock()
	f.o.Log.Error(text, "requestId", i.id)
}

// deaf writes on when the client has left: the function is not told.
type deaf struct {
	w    io.Writer
	gone bool
}

func (d *deaf) Write(p []byte) (int, error) {
	if !d.gone {
		_, err := d.w.Write(p)
		d.gone = err != nil
	}
	return len(p), nil
}
