package main

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-config-inspect/tfconfig"
)

func TestIsFresh(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Fill(string(readme), "..")
	if err != nil {
		t.Fatal(err)
	}
	if string(readme) != want {
		t.Error("the tables of terraform/README.md are not the module's: run `go generate ./terraform/generate`")
	}
}

// Every variable says what it is, and what its values may be unless any will do.
func TestEveryVariableIsDescribed(t *testing.T) {
	module, diagnostics := tfconfig.LoadModule("..")
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	for _, v := range module.Variables {
		if v.Type == "" || !strings.HasSuffix(v.Description, ".") {
			t.Errorf("%s has the type %q and the description %q", v.Name, v.Type, v.Description)
		}
	}
	for _, o := range module.Outputs {
		if !strings.HasSuffix(o.Description, ".") {
			t.Errorf("the output %s has the description %q", o.Name, o.Description)
		}
	}
}
