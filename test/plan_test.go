package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// onePlan: Terraform locks the module's folder.
var onePlan sync.Mutex

// minimalPlan plans examples/minimal. It needs Terraform and its AWS provider.
func minimalPlan(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("no Terraform on this machine")
	}
	onePlan.Lock()
	defer onePlan.Unlock()
	file := filepath.Join(t.TempDir(), "plan.json")
	if message, err := exec.Command("../terraform/plan.sh", file).CombinedOutput(); err != nil {
		t.Skipf("no plan, which needs Terraform's AWS provider: %s", message)
	}
	return file
}

// planFor plans the module with what a server's flags are there.
func planFor(ts *testscript.TestScript, flags []string) string {
	onePlan.Lock()
	defer onePlan.Unlock()
	variables := map[string]any{}
	limits := map[string]any{}
	for len(flags) > 0 {
		name, value, given := strings.Cut(flags[0], "=")
		flags = flags[1:]
		if !given {
			value, flags = flags[0], flags[1:]
		}
		name = strings.ReplaceAll(strings.TrimPrefix(name, "--"), "-", "_")
		switch {
		case name == "originals":
			variables[name] = value == "on"
		case name == "max_source_bytes":
			limits[name] = value
		case strings.HasPrefix(name, "max_"):
			n, err := strconv.ParseFloat(value, 64)
			ts.Check(err)
			limits[name] = n
		case name == "timeout" || name == "cache_memory": // only the function's
		default:
			variables[name] = value
		}
	}
	variables["limits"] = limits
	data, err := json.Marshal(variables)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("vars.json"), data, 0o600))
	file := ts.MkAbs("plan.json")
	script, err := filepath.Abs("../terraform/plan.sh")
	ts.Check(err)
	cmd := exec.Command(script, file, ts.MkAbs("vars.json"))
	if message, err := cmd.CombinedOutput(); err != nil {
		ts.Fatalf("plan: %s%v", message, err)
	}
	return file
}
