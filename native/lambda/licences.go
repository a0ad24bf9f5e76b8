package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// addLicences adds the licences of tintype, of the modules that the program is
// built from, of Go, of libvips and of the fonts.
func addLicences(from map[string]string, goarch, native string) error {
	from["LICENSE"] = "LICENSE"
	from["NOTICE"] = "NOTICE"
	from["licences/libvips/README.md"] = filepath.Join(native, "README.md")
	from["licences/libvips/LGPL-3.0.txt"] = "native/licences/LGPL-3.0.txt"
	from["licences/libvips/GPL-3.0.txt"] = "native/licences/GPL-3.0.txt"

	list := exec.CommandContext(context.Background(), "go", "list", "-deps", "-tags", "function,lambda.norpc", "-json=Module,Root,Standard", "./cmd/tintype")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("list the modules: %w", err)
	}
	modules := map[string]string{} // folders
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Root     string
			Standard bool
			Module   *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch {
		case p.Standard:
			modules["go"] = p.Root
		case p.Module != nil && !p.Module.Main:
			modules[p.Module.Path] = p.Module.Dir
		}
	}
	for module, folder := range modules {
		if err := addModule(from, module, folder); err != nil {
			return err
		}
	}
	return nil
}

// addModule adds the licence files of a module. A module that is part of a
// larger repository may have its licence there; those of AWS do carry it.
func addModule(from map[string]string, module, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		licence := strings.HasPrefix(upper, "LICEN") || strings.HasPrefix(upper, "COPYING")
		if e.Type().IsRegular() && (licence || strings.HasPrefix(upper, "NOTICE") || upper == "PATENTS") {
			from[path.Join("licences", module, e.Name())] = filepath.Join(folder, e.Name())
			found = found || licence
		}
	}
	if !found {
		return fmt.Errorf("no licence in %s: look at %s", module, folder)
	}
	return nil
}
