// Command tintype makes pictures of any size, crop and format from the ones in
// a folder or a bucket, when somebody first asks for them.
//
// Started by AWS Lambda it is the function; else it has a command line.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// stdio is what a command reads and writes.
type stdio struct {
	out, err io.Writer
}

func main() {
	tuneHeap()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	code := run(ctx, os.Args[1:], os.Environ(), stdio{os.Stdout, os.Stderr})
	os.Exit(code)
}

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args, env []string, io stdio) int {
	if api := runtimeAPI(env); api != "" && len(args) == 0 {
		return lambda(ctx, api, env, io)
	}
	return commandLine(ctx, args, env, io)
}
