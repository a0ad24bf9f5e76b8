package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/httpapi"
	"github.com/tintype/tintype/internal/lambdafn"
)

// runtimeAPI is the address of the Runtime API, which Lambda tells its functions.
func runtimeAPI(env []string) string {
	for _, e := range env {
		if address, ok := strings.CutPrefix(e, "AWS_LAMBDA_RUNTIME_API="); ok {
			return address
		}
	}
	return ""
}

// lambda is the program as a Lambda function. It ends when something is wrong at
// the start, and then has told Lambda what.
func lambda(ctx context.Context, api string, env []string, io stdio) int {
	// Whoever ends a function does not wait for it.
	context.AfterFunc(ctx, func() { os.Exit(exitOK) })
	if os.Getenv("XDG_CACHE_HOME") == "" {
		_ = os.Setenv("XDG_CACHE_HOME", "/tmp") // the function's own, and all that it can write to; fontconfig does
	}
	slog.SetDefault(lambdafn.NewLog(io.err, slog.LevelInfo)) // aws-lambda-go's lines come this way too
	handler, options, err := wireFunction(ctx, env, io)
	if err != nil {
		slog.Error("the function cannot start", "error", err)
		if err := lambdafn.FailInit(ctx, api, err); err != nil {
			slog.Error("Lambda cannot be told", "error", err)
		}
		return exitError
	}
	lambdafn.Serve(handler, options)
	return exitError // Serve does not return
}

// wireFunction puts the function together, top to bottom.
func wireFunction(ctx context.Context, env []string, io stdio) (http.Handler, lambdafn.Options, error) {
	f, err := fit(env, int64(lambdacontext.MemoryLimitInMB)<<20, runtime.GOMAXPROCS(0), lambdacontext.MaxConcurrency())
	if err != nil {
		return nil, lambdafn.Options{}, err
	}
	log := lambdafn.NewLog(io.err, f.level)
	w, err := wire(ctx, &f.config.Pictures, f.slots, log)
	if err != nil {
		return nil, lambdafn.Options{}, asVariables(err)
	}
	w.options.EmbeddedMetrics = lambdacontext.FunctionName
	w.options.MaxAnswer, w.options.MaxAnswerReason = f.maxAnswer, f.maxAnswerReason
	return httpapi.New(w.options), lambdafn.Options{Buffered: f.buffered, MaxBody: f.maxAnswer, Log: log}, nil
}

// fitted is the configuration of a function of a certain size.
type fitted struct {
	config          config.Lambda
	level           slog.Level
	buffered        bool
	slots           int   // pictures made at a time
	maxAnswer       int64 // bytes
	maxAnswerReason string
}

// fit reads the configuration and lowers what is set for a server to what a
// function of so many bytes of memory can hold beside the pixels. Memory is 0
// where it is not known.
func fit(env []string, memory int64, processors, concurrency int) (f fitted, err error) {
	if err := config.FromEnvironment(env, &f.config); err != nil {
		return f, err
	}
	if err := f.config.Validate(); err != nil {
		return f, asVariables(err)
	}
	_ = f.level.UnmarshalText([]byte(f.config.LogLevel)) // the configuration knows the words
	f.buffered = f.config.LambdaResponse == "buffered"
	f.slots = slots(memory, processors)

	c := &f.config.Pictures
	if memory > 0 {
		c.CacheMemory = min(c.CacheMemory, config.Bytes(memory/8))
		c.MaxSourceBytes = min(c.MaxSourceBytes, config.Bytes(memory/4))
		c.MaxInflightBytes = max(min(c.MaxInflightBytes, config.Bytes(memory/4)), c.MaxSourceBytes)
	}
	if f.buffered {
		f.maxAnswer = lambdafn.MaxBuffered
		f.maxAnswerReason = fmt.Sprintf("a Lambda function that answers buffered can send %d, as its reply of 6 MB carries them in base64: "+
			"ask for a smaller one, or have the function stream (TINTYPE_LAMBDA_RESPONSE=streaming, invoke mode RESPONSE_STREAM)", f.maxAnswer)
		return f, nil
	}
	f.maxAnswer = lambdafn.MaxStreamed
	if memory > 0 {
		// Each of those that are answered at a time is held whole.
		f.maxAnswer = min(f.maxAnswer, max(memory/4/int64(concurrency), lambdafn.MaxBuffered))
	}
	f.maxAnswerReason = fmt.Sprintf("this Lambda function can send %d (a quarter of its memory, shared by the answers that it may give at a time; at most 200 MB)", f.maxAnswer)
	return f, nil
}

// slots is how many pictures a function of so many bytes makes at a time: one
// for each processor that its memory size buys, a begun one counted
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
func slots(memory int64, processors int) int {
	const processor = 1769 << 20
	if memory <= 0 {
		return processors
	}
	return min(int((memory+processor-1)/processor), processors)
}

var flagName = regexp.MustCompile(`--[a-z0-9-]+`)

// asVariables speaks of variables where an error speaks of flags.
func asVariables(err error) error {
	return errors.New(flagName.ReplaceAllStringFunc(err.Error(), func(flag string) string {
		return config.Variable(strings.TrimPrefix(flag, "--"))
	}))
}
