package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
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
	if os.Getenv("XDG_CACHE_HOME") == "" {
		_ = os.Setenv("XDG_CACHE_HOME", "/tmp") // all that can be written to; fontconfig does
	}
	handler, options, err := wireFunction(ctx, env, io)
	if err != nil {
		fmt.Fprintln(io.err, "tintype:", err)
		if err := lambdafn.FailInit(ctx, api, err); err != nil {
			fmt.Fprintln(io.err, "tintype:", err)
		}
		return exitError
	}
	lambdafn.Serve(handler, options)
	return exitError // Serve does not return
}

// wireFunction puts the function together, top to bottom.
func wireFunction(ctx context.Context, env []string, io stdio) (http.Handler, lambdafn.Options, error) {
	var c config.Lambda
	var options lambdafn.Options
	if err := errors.Join(config.FromEnvironment(env, &c), c.Validate()); err != nil {
		return nil, options, err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, options, err
	}
	options.Log = lambdafn.NewLog(io.err, level)
	options.Buffered = c.LambdaResponse == "buffered"

	memory := int64(lambdacontext.MemoryLimitInMB) << 20
	fitMemory(&c.Pictures, memory)
	w, err := wire(ctx, &c.Pictures, slots(memory, runtime.GOMAXPROCS(0)), options.Log)
	if err != nil {
		return nil, options, err
	}
	w.options.EmbeddedMetrics = lambdacontext.FunctionName
	if options.Buffered {
		w.options.MaxAnswer = lambdafn.MaxBuffered
		w.options.MaxAnswerReason = fmt.Sprintf("a Lambda function that answers buffered can send %d, as its reply of 6 MB carries them in base64: "+
			"ask for a smaller one, or have the function stream (TINTYPE_LAMBDA_RESPONSE=streaming, invoke mode RESPONSE_STREAM)", lambdafn.MaxBuffered)
	} else {
		w.options.MaxAnswer = min(lambdafn.MaxStreamed, max(memory/4, lambdafn.MaxBuffered))
		w.options.MaxAnswerReason = fmt.Sprintf("this Lambda function can send %d (a quarter of its memory, at most 200 MB)", w.options.MaxAnswer)
	}
	options.MaxBody = w.options.MaxAnswer
	return httpapi.New(w.options), options, nil
}

// fitMemory lowers what is set for a server's memory to what a function of so
// many bytes can hold beside the pixels.
func fitMemory(c *config.Pictures, memory int64) {
	if memory <= 0 {
		return
	}
	c.CacheMemory = min(c.CacheMemory, config.Bytes(memory/8))
	c.MaxSourceBytes = min(c.MaxSourceBytes, config.Bytes(memory/4))
	c.MaxInflightBytes = max(min(c.MaxInflightBytes, config.Bytes(memory/4)), c.MaxSourceBytes)
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
