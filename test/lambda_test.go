package test

import (
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// lambda is the zip of the function and the invoke mode of its URL, or with a
// plan the whole stack.
type lambda struct {
	zip  string
	mode string
	plan func(ts *testscript.TestScript, flags []string) (file string) // nil without CloudFront
}

// streams tells whether answers come without their length.
func (l *lambda) streams() bool { return l != nil && l.mode == "response_stream" && l.plan == nil }

// serve runs the function in the sandbox. A server's flags are the function's
// variables. Lambda starts a function when it is first asked, so it is asked.
func (l *lambda) serve(ts *testscript.TestScript, c *client, neg bool, flags []string) {
	source, _ := c.bucket.source()
	args := []string{
		"sandbox", "--zip", l.zip, "--source", source, "--listen", "127.0.0.1:0", "--invoke-mode", l.mode,
		"--env", "TINTYPE_CACHE_FRESH=0s", // as with a folder: a change is seen at once
		"--env", "TMPDIR=/nonexistent", // nothing may need a temporary file
	}
	health := "/_/health"
	if l.plan != nil {
		args = append(args, "--plan", l.plan(ts, flags), "--admin-listen", "127.0.0.1:0")
		health = "/" // the edge keeps /_/ to itself
	}
	c.launch(ts, false, append(args, variables(ts, flags)...), []string{"TMPDIR=" + ts.MkAbs(".")})
	response, body, err := send(c.address, http.MethodGet, health, "")
	ts.Check(err)
	if started := response.StatusCode == http.StatusOK; started == neg {
		ts.Fatalf("the function starts: %v\n%s\n%s", started, body, c.log())
	}
	if neg {
		stop(ts, false, nil)
	}
}

// variables turns flags into variables of the function.
func variables(ts *testscript.TestScript, flags []string) (args []string) {
	for len(flags) > 0 {
		name, value, given := strings.Cut(flags[0], "=")
		flags = flags[1:]
		if !given {
			if len(flags) == 0 {
				ts.Fatalf("%s has no value", name)
			}
			value, flags = flags[0], flags[1:]
		}
		name, _ = strings.CutPrefix(name, "--")
		args = append(args, "--env", "TINTYPE_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+value)
	}
	return args
}
