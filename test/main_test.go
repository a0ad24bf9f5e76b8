package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	// Inside the tree, so that it finds the library of the tree.
	bin, err := filepath.Abs("../bin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary = filepath.Join(bin, "tintype.test")
	defer os.Remove(binary)
	build := exec.Command("go", "build", "-o", binary, "../cmd/tintype")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return m.Run()
}

func TestFolder(t *testing.T) {
	testscript.Run(t, params(newFolder))
}

func TestS3(t *testing.T) {
	gateway := os.Getenv("VERSITYGW")
	if gateway == "" {
		var err error
		if gateway, err = exec.LookPath("versitygw"); err != nil {
			t.Skip("no versitygw: `make test` installs one, or set VERSITYGW")
		}
	}
	server := startS3(t, gateway)
	testscript.Run(t, params(server.newBucket))
}

// The same cases through the zip of the Lambda function, in each invoke mode.

func TestLambdaStreaming(t *testing.T) { testLambda(t, "response_stream") }

func TestLambdaBuffered(t *testing.T) { testLambda(t, "buffered") }

func testLambda(t *testing.T, mode string) {
	runLambda(t, &lambda{zip: theZip(t), mode: mode})
}

// And once more through all of it: CloudFront as Terraform plans it, the Function
// URL, the function.
func TestCloudFront(t *testing.T) {
	minimalPlan(t) // or skip
	runLambda(t, &lambda{zip: theZip(t), mode: "response_stream", plan: planFor})
}

func runLambda(t *testing.T, l *lambda) {
	p := params(newFolder)
	open := p.Setup
	p.Setup = func(env *testscript.Env) error {
		err := open(env)
		env.Values[clientKey{}].(*client).lambda = l
		return err
	}
	p.Condition = func(condition string) (bool, error) {
		switch condition {
		case "lambda":
			return true, nil
		case "streaming": // what comes has no length
			return l.streams(), nil
		case "buffered":
			return l.mode == "buffered", nil
		case "cloudfront":
			return l.plan != nil, nil
		}
		return false, fmt.Errorf("no condition %q", condition)
	}
	testscript.Run(t, p)
}

// theZip is the zip of the function for this machine.
func theZip(t *testing.T) string {
	t.Helper()
	zip := os.Getenv("LAMBDA_ZIP")
	if zip == "" {
		arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
		zip = "../dist/tintype-lambda-" + arch + ".zip"
	}
	zip, err := filepath.Abs(zip)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(zip); err != nil || runtime.GOOS != "linux" {
		t.Skipf("no zip that runs here: `make lambda` builds one, or set LAMBDA_ZIP (%v)", err)
	}
	return zip
}

func newFolder(work string) (bucket, error) {
	root := filepath.Join(work, "bucket")
	return folder(root), os.Mkdir(root, 0o755)
}

func params(open func(work string) (bucket, error)) testscript.Params {
	return testscript.Params{
		Files:     cases(),
		Cmds:      commands,
		Condition: func(string) (bool, error) { return false, nil },
		Setup: func(env *testscript.Env) error {
			b, err := open(env.WorkDir)
			if err != nil {
				return err
			}
			c := &client{bucket: b}
			env.Values[clientKey{}] = c
			env.Defer(c.kill)
			return fillBucket(b)
		},
	}
}

func cases() []string {
	files, err := filepath.Glob("*.txtar")
	if err != nil {
		panic(err)
	}
	return files
}
