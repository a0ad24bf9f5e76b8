// Command tintype makes pictures of any size, crop and format from the ones in
// a folder or a bucket, when somebody first asks for them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/plan"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// cli is the command line; each subcommand has a file of its own.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve the pictures of a folder or a bucket."`
	Render  renderCmd  `cmd:"" help:"Make one picture from a file."`
	Version versionCmd `cmd:"" help:"Print the versions of tintype and libvips."`
}

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
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("tintype"),
		kong.Description("Every picture of a folder or a bucket, at any size, crop and format, at a URL."),
		kong.UsageOnError(),
		kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { exited = code }),
		kong.Resolvers(environment(env)),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		fmt.Fprintln(io.err, "tintype:", err)
		return exitError
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintln(io.err, "tintype:", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(io.err, "tintype:", err)
		return exitError
	}
	return exitOK
}

// environment finds a flag's value in TINTYPE_NAME, its name in upper case with
// underscores.
func environment(env []string) kong.Resolver {
	values := make(map[string]string)
	for _, e := range env {
		if name, value, _ := strings.Cut(e, "="); strings.HasPrefix(name, "TINTYPE_") {
			values[name] = value
		}
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := "TINTYPE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if value, ok := values[name]; ok {
			return value, nil
		}
		return nil, nil //nolint:nilnil // kong's way to say "not here"
	})
}

// policy is what the limits of the configuration mean for plans.
func policy(l config.Limits) plan.Policy {
	mp := func(n float64) int64 { return int64(n * 1e6) }
	p := plan.DefaultPolicy
	p.MaxSourcePixels = mp(l.MaxSourceMP)
	p.MaxFrames = l.MaxFrames
	p.MaxSide = l.MaxSide
	p.MaxPixels = mp(l.MaxResultMP)
	p.MaxAVIFPixels = mp(l.MaxAvifMP)
	p.MaxGIFPixels = mp(l.MaxGifMP)
	p.MaxSVGPixels = mp(l.MaxSvgMP)
	return p
}

var errStopped = errors.New("stopped before all requests were answered")
