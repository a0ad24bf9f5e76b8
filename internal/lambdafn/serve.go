package lambdafn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// How much a reply can carry, in bytes
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const (
	// MaxStreamed is the most that a streamed reply may have.
	MaxStreamed = 200 << 20
	// maxReply is the most that a buffered reply may have, as JSON.
	maxReply = 6 << 20
	// MaxBuffered is the body of a buffered reply whose base64 leaves room for
	// 24 kB of headers.
	MaxBuffered = 4_700_000
)

// Options configure the adapter.
type Options struct {
	Buffered bool         // one JSON document with the body in base64, not a stream
	MaxBody  int64        // of an answer, in bytes; 0 for as much as a reply can carry
	Log      *slog.Logger // is told of panics; nil for slog's default
}

// Serve answers invocations until Lambda ends the process. With
// AWS_LAMBDA_MAX_CONCURRENCY above 1 it answers so many at a time.
func Serve(h http.Handler, o Options) {
	lambda.StartWithOptions(newAdapter(h, o).invoke)
}

type adapter struct {
	handler http.Handler
	Options
}

func newAdapter(h http.Handler, o Options) adapter {
	most := int64(MaxStreamed)
	if o.Buffered {
		most = MaxBuffered
	}
	if o.MaxBody <= 0 || o.MaxBody > most {
		o.MaxBody = most
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return adapter{h, o}
}

// errEvent says that the function was not invoked through its URL.
var errEvent = errors.New("the event is no request to a Function URL (payload format 2.0); call the function's URL, or send such an event")

// invoke answers one event. An error is a failed invocation, which is left to
// events that no URL sends.
func (a adapter) invoke(ctx context.Context, event events.LambdaFunctionURLRequest) (any, error) {
	if event.Version != "2.0" || event.RequestContext.HTTP.Method == "" {
		return nil, errEvent
	}
	ctx, cancel := answerInTime(ctx)
	defer cancel()
	r := request(ctx, event)
	w := newRecorder(r.Method, a.MaxBody)
	a.serve(w, r)
	if !a.Buffered {
		return w.streaming(), nil
	}
	if w.jsonSize() > maxReply {
		a.Log.ErrorContext(ctx, "the reply is larger than Lambda takes", "bytes", w.jsonSize())
		w.fail(http.StatusInternalServerError)
	}
	return w.buffered(), nil
}

// answerInTime ends the work a little before Lambda ends the process, so that
// there is time to say that it took too long.
func answerInTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	const enough = 500 * time.Millisecond
	return context.WithDeadline(ctx, deadline.Add(-min(enough, time.Until(deadline)/5)))
}

// serve runs the handler. What it panics with costs this invocation only.
func (a adapter) serve(w *recorder, r *http.Request) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler && r.Context().Err() != nil: //nolint:errorlint // panics are compared so by net/http too
			w.fail(http.StatusGatewayTimeout)
		case p == http.ErrAbortHandler: //nolint:errorlint // as above
			// The handler has logged why. Nothing is sent yet, so the client
			// can be told.
			w.fail(http.StatusBadGateway)
		default:
			a.Log.ErrorContext(r.Context(), "panic", "error", fmt.Sprint(p), "stack", string(debug.Stack()))
			w.fail(http.StatusInternalServerError)
		}
	}()
	a.handler.ServeHTTP(w, r)
}

// FailInit tells Lambda why the function cannot start. api is the address of the
// Runtime API. The process is to end after it.
func FailInit(ctx context.Context, api string, cause error) error {
	body, err := json.Marshal(map[string]any{"errorType": "Function.Init", "errorMessage": cause.Error(), "stackTrace": []string{}})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+api+"/2018-06-01/runtime/init/error", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Lambda-Runtime-Function-Error-Type", "Function.Init")
	direct := http.Client{Transport: &http.Transport{}} // past any proxy: the API is on this machine
	response, err := direct.Do(request)
	if err != nil {
		return fmt.Errorf("report to Lambda: %w", err)
	}
	return response.Body.Close()
}
