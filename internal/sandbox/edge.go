package sandbox

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// Edge is a CloudFront Function on viewer requests, run by goja. goja knows more
// JavaScript than the runtime does; what the function may use is its own tests'
// matter. Of the runtime's globals there are Buffer and console
// (functions-javascript-runtime-20).
type Edge struct {
	program *goja.Program
	log     func(line string)
	pool    sync.Pool // of *edgeRuntime: one runs a request at a time
}

type edgeRuntime struct {
	vm      *goja.Runtime
	handler goja.Callable
}

// NewEdge compiles a function. log is given what it logs.
func NewEdge(code string, log func(line string)) (*Edge, error) {
	program, err := goja.Compile("viewer-request.js", code, false)
	if err != nil {
		return nil, fmt.Errorf("the edge function: %w", err)
	}
	e := &Edge{program: program, log: log}
	runtime, err := e.start()
	if err != nil {
		return nil, err
	}
	e.pool.Put(runtime)
	return e, nil
}

func (e *Edge) start() (*edgeRuntime, error) {
	vm := goja.New()
	err := errors.Join(
		vm.Set("Buffer", map[string]any{"from": func(call goja.FunctionCall) goja.Value {
			return buffer(vm, decodeText(call.Argument(0).String(), call.Argument(1)))
		}}),
		vm.Set("console", map[string]any{"log": func(call goja.FunctionCall) goja.Value {
			var words []string
			for _, a := range call.Arguments {
				words = append(words, a.String())
			}
			e.log(strings.Join(words, " "))
			return goja.Undefined()
		}}),
	)
	if err == nil {
		_, err = vm.RunProgram(e.program)
	}
	if err != nil {
		return nil, fmt.Errorf("the edge function: %w", err)
	}
	handler, ok := goja.AssertFunction(vm.Get("handler"))
	if !ok {
		return nil, errors.New("the edge function has no function handler")
	}
	return &edgeRuntime{vm, handler}, nil
}

// EdgeRequest is what the function sees of a request.
type EdgeRequest struct {
	Method, URI, RawQuery string
	HasQuery              bool                // there is a "?"
	Headers               map[string][]string // names in lower case
	IP                    string
}

// EdgeResult is a request to go on with, or an answer.
type EdgeResult struct {
	URI, Query string

	Status  int // of an answer; 0 for none
	Headers map[string]string
	Body    string
}

// Run runs the function (functions-event-structure).
func (e *Edge) Run(r EdgeRequest) (result EdgeResult, err error) {
	runtime, _ := e.pool.Get().(*edgeRuntime)
	if runtime == nil {
		if runtime, err = e.start(); err != nil {
			return result, err
		}
	}
	defer e.pool.Put(runtime)
	vm := runtime.vm
	headers := map[string]any{}
	for name, values := range r.Headers {
		header := map[string]any{"value": values[0]}
		if len(values) > 1 {
			var all []any
			for _, v := range values {
				all = append(all, map[string]any{"value": v})
			}
			header["multiValue"] = all
		}
		headers[name] = header
	}
	request := vm.NewObject()
	for name, value := range map[string]any{
		"method": r.Method, "uri": r.URI, "headers": headers, "cookies": map[string]any{}, "querystring": map[string]any{},
		"rawQueryString": func(goja.FunctionCall) goja.Value {
			if !r.HasQuery {
				return goja.Undefined()
			}
			return vm.ToValue(r.RawQuery)
		},
	} {
		if err := request.Set(name, value); err != nil {
			return result, err
		}
	}
	event := map[string]any{
		"version": "1.0", "request": request, "viewer": map[string]any{"ip": r.IP},
		"context": map[string]any{"eventType": "viewer-request", "requestId": uuid(), "distributionDomainName": "sandbox.cloudfront.net", "distributionId": "SANDBOX"},
	}
	value, err := runtime.handler(goja.Undefined(), vm.ToValue(event))
	if err != nil {
		return result, err
	}
	o := value.ToObject(vm)
	if status := o.Get("statusCode"); status != nil {
		result.Status = int(status.ToInteger())
		result.Headers = map[string]string{}
		if headers, ok := o.Get("headers").(*goja.Object); ok {
			for _, name := range headers.Keys() {
				result.Headers[name] = headers.Get(name).ToObject(vm).Get("value").String()
			}
		}
		if body := o.Get("body"); body != nil {
			result.Body = body.String()
		}
		return result, nil
	}
	result.URI, result.Query = o.Get("uri").String(), r.RawQuery
	if query, isText := o.Get("querystring").Export().(string); isText {
		result.Query = query
	}
	return result, nil
}

// decodeText decodes as Buffer does: what is not of an alphabet is skipped.
func decodeText(text string, encoding goja.Value) []byte {
	switch encoding.String() {
	case "base64", "base64url":
		text = strings.Map(func(r rune) rune {
			switch {
			case r == '-':
				return '+'
			case r == '_':
				return '/'
			case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '+', r == '/':
				return r
			}
			return -1
		}, text)
		data, _ := base64.RawStdEncoding.DecodeString(text)
		return data
	case "hex":
		data, _ := hex.DecodeString(text)
		return data
	}
	return []byte(text)
}

func buffer(vm *goja.Runtime, data []byte) goja.Value {
	o := vm.NewObject()
	_ = o.Set("length", len(data))
	_ = o.Set("toString", func(call goja.FunctionCall) goja.Value {
		switch call.Argument(0).String() {
		case "base64":
			return vm.ToValue(base64.StdEncoding.EncodeToString(data))
		case "base64url":
			return vm.ToValue(base64.RawURLEncoding.EncodeToString(data))
		case "hex":
			return vm.ToValue(hex.EncodeToString(data))
		}
		return vm.ToValue(strings.ToValidUTF8(string(data), "\uFFFD"))
	})
	return o
}
