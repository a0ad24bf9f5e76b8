package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	testscript.Run(t, params(func(work string) (bucket, error) {
		root := filepath.Join(work, "bucket")
		return folder(root), os.Mkdir(root, 0o755)
	}))
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

func params(open func(work string) (bucket, error)) testscript.Params {
	return testscript.Params{
		Files: cases(),
		Cmds:  commands,
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
