package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/tintype/tintype/internal/pixel"
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
	fmt.Fprintln(io.out, "reads  JPEG, PNG, WebP, AVIF, GIF, SVG, TIFF")
	fmt.Fprintln(io.out, "writes JPEG, PNG, WebP, AVIF, GIF")
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
