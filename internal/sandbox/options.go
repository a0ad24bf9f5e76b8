package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Options describe a function and its URL.
type Options struct {
	Zip string // the file with the function: bootstrap and what it needs

	IAM       bool          // the URL answers only whom the function's policy allows
	Streaming bool          // the URL's invoke mode is RESPONSE_STREAM, not BUFFERED
	Memory    int           // of an environment, in MB of 2^20 bytes
	Timeout   time.Duration // of an invocation
	Env       []string      // the function's own variables, NAME=VALUE
	Region    string

	// Concurrency is how many environments there are at most; a request that
	// would need one more is throttled.
	Concurrency int
	// PerEnvironment is how many invocations an environment may have at a time.
	// It is 1 but on Lambda Managed Instances.
	PerEnvironment int
	// Idle is how long an environment is kept unused.
	Idle time.Duration

	// Credentials returns the variables with the credentials of the function's
	// role, NAME=VALUE; it is asked at every cold start.
	Credentials func(context.Context) ([]string, error)
	// Emulator is put before the bootstrap of a zip for another architecture.
	Emulator []string

	Log    *slog.Logger // what Lambda does
	Output io.Writer    // what the function prints, in whole lines

	maxInit time.Duration // of a start; 0 for Lambda's own, shorter in tests
}

// reserved variables are Lambda's to set
// (DG configuration-envvars, "Reserved environment variables").
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
	"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY",
}

// Validate reports every problem at once: what Lambda would refuse
// (DG gettingstarted-limits, configuration-memory).
func (o *Options) Validate() error {
	var problems []error
	if o.Memory < 128 || o.Memory > 10240 {
		problems = append(problems, fmt.Errorf("a function has 128 to 10240 MB of memory, not %d", o.Memory))
	}
	if o.Timeout < time.Second || o.Timeout > 15*time.Minute {
		problems = append(problems, fmt.Errorf("a function's timeout is 1s to 15m, not %v", o.Timeout))
	}
	if o.Concurrency < 1 {
		problems = append(problems, errors.New("the concurrency must be above 0"))
	}
	size := 0
	for _, v := range o.Env {
		name, value, found := strings.Cut(v, "=")
		size += len(name) + len(value)
		switch {
		case !found || name == "":
			problems = append(problems, fmt.Errorf("%q is not NAME=VALUE", v))
		case slices.Contains(reserved, name):
			problems = append(problems, fmt.Errorf("%s is Lambda's own to set", name))
		}
	}
	if size > 4<<10 {
		problems = append(problems, fmt.Errorf("the variables have %d bytes together; Lambda allows 4096", size))
	}
	return errors.Join(problems...)
}
