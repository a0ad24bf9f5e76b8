package lambdafn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// recorder is a ResponseWriter that keeps an answer until it is whole.
type recorder struct {
	method string
	most   int64
	status int
	header http.Header
	sent   http.Header // the headers as they were when the status was written
	body   []byte
}

func newRecorder(method string, most int64) *recorder {
	return &recorder{method: method, most: most, header: http.Header{}}
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status != 0 || status < http.StatusOK { // interim answers have no way to the client
		return
	}
	w.status, w.sent = status, w.header.Clone()
	if size, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil && w.hasBody() && 0 <= size && size <= w.most {
		w.body = make([]byte, 0, size)
	}
}

// hasBody tells whether the answer may have a body.
func (w *recorder) hasBody() bool {
	return w.method != http.MethodHead && w.status != http.StatusNoContent && w.status != http.StatusNotModified
}

var errTooLarge = errors.New("the answer is larger than Lambda carries")

func (w *recorder) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if int64(len(w.body)+len(data)) > w.most {
		return 0, errTooLarge
	}
	if w.hasBody() {
		w.body = append(w.body, data...)
	}
	return len(data), nil
}

// fail puts a problem document (RFC 9457) in place of what was recorded.
func (w *recorder) fail(status int) {
	w.status = status
	w.sent = http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}}
	w.body = nil
	if w.hasBody() {
		w.body = fmt.Appendf(nil, `{"type":"about:blank","title":%q,"status":%d}`+"\n", http.StatusText(status), status)
	}
}

// streaming is the reply of prelude, NULs and bytes.
func (w *recorder) streaming() *events.LambdaFunctionURLStreamingResponse {
	w.WriteHeader(http.StatusOK)
	w.sent.Del("Content-Length") // would come out under another name
	headers, cookies := flatten(w.sent)
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: w.status, Headers: headers, Cookies: cookies, Body: bytes.NewReader(w.body),
	}
}

// buffered is the reply as one JSON document. A HEAD keeps the length of what it
// does not send; else Lambda tells it.
func (w *recorder) buffered() *events.LambdaFunctionURLResponse {
	w.WriteHeader(http.StatusOK)
	if w.method != http.MethodHead {
		w.sent.Del("Content-Length")
	}
	headers, cookies := flatten(w.sent)
	return &events.LambdaFunctionURLResponse{
		StatusCode: w.status, Headers: headers, Cookies: cookies,
		Body: base64.StdEncoding.EncodeToString(w.body), IsBase64Encoded: true,
	}
}

// jsonSize is how large the buffered reply will be; base64 has nothing to escape.
func (w *recorder) jsonSize() int {
	headers, cookies := flatten(w.sent)
	rest, err := json.Marshal(events.LambdaFunctionURLResponse{Headers: headers, Cookies: cookies})
	if err != nil {
		return maxReply + 1
	}
	const status = len("200")
	return len(rest) + status + base64.StdEncoding.EncodedLen(len(w.body))
}

// flatten joins headers of one name, as events have one value for each; cookies
// cannot be joined and go apart.
func flatten(h http.Header) (headers map[string]string, cookies []string) {
	headers = make(map[string]string, len(h))
	for name, values := range h {
		if name == "Set-Cookie" {
			cookies = values
			continue
		}
		headers[name] = strings.Join(values, ", ")
	}
	return headers, cookies
}
