//go:build !function

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/tintype/tintype/internal/config"
)

// cli is the command line; each subcommand has a file of its own. The Lambda
// function is built without it (see nocli.go).
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve the pictures of a folder or a bucket."`
	Render  renderCmd  `cmd:"" help:"Make one picture from a file."`
	Sandbox sandboxCmd `cmd:"" help:"Run the Lambda function's zip on this machine, as Lambda would."`
	Purge   purgeCmd   `cmd:"" help:"Drop every variant of pictures from CloudFront."`
	Version versionCmd `cmd:"" help:"Print the versions of tintype and libvips."`
}

func commandLine(ctx context.Context, args, env []string, io stdio) int {
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

// environment finds a flag's value in its variable.
func environment(env []string) kong.Resolver {
	values := make(map[string]string)
	for _, e := range env {
		if name, value, _ := strings.Cut(e, "="); strings.HasPrefix(name, "TINTYPE_") {
			values[name] = value
		}
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := values[config.Variable(flag.Name)]; ok {
			return value, nil
		}
		return nil, nil //nolint:nilnil // kong's way to say "not here"
	})
}
