//go:build !function

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/tintype/tintype/internal/pixel"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
)

// version is set by the linker in releases.
var version = ""

type versionCmd struct{}

// Run prints what this is made of.
func (versionCmd) Run(io stdio) error {
	fmt.Fprintf(io.out, "tintype %s (%s, %s/%s)\n", ownVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if _, err := pixel.Start(pixel.Options{}); err != nil {
		return err
	}
	fmt.Fprintf(io.out, "libvips %s from %s\n", pixel.LibraryVersion(), pixel.LibraryFile())
	fmt.Fprintln(io.out, "reads", strings.Join(plan.Sources(), ", "))
	fmt.Fprintln(io.out, "writes", strings.Join(transform.Formats(), ", "))
	return nil
}

func ownVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "at " + s.Value
		}
	}
	return info.Main.Version
}
