//go:build function

package main

import (
	"context"
	"fmt"
)

// commandLine is missing from the Lambda function, and with it everything that
// only a command uses. The parser of flags, the Prometheus client and their like
// look methods up by name, for which the linker has to keep every method of every
// type; without them the function is half as large, and starts sooner.
func commandLine(_ context.Context, _, _ []string, io stdio) int {
	fmt.Fprintln(io.err, "tintype: this is the build for AWS Lambda: it takes no arguments, and finds AWS_LAMBDA_RUNTIME_API in its environment; on a laptop `tintype sandbox` runs it")
	return exitUsage
}
