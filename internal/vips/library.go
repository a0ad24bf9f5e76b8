package vips

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ebitengine/purego"
)

// ErrNotFound says that no usable libvips is on this machine. Its text names
// every place that was looked at.
var ErrNotFound = errors.New("libvips not found")

// MinVersion is the oldest libvips that has every argument used here
// (the savers' "keep" came with 8.15).
var MinVersion = [3]int{8, 15, 0}

// open loads the first libvips found and returns its handle and file name.
//
// The places, in order: the file named by TINTYPE_LIBVIPS, lib/ beside the
// executable, .native/ at the root of the source tree, the system.
func open() (handle uintptr, file string, err error) {
	if file := os.Getenv("TINTYPE_LIBVIPS"); file != "" {
		handle, err := dlopen(file)
		if err != nil {
			return 0, "", fmt.Errorf("load TINTYPE_LIBVIPS: %w", err)
		}
		return handle, file, nil
	}
	var tried []string
	for _, folder := range folders() {
		tried = append(tried, folder)
		for _, file := range libraries(folder) {
			handle, err := dlopen(file)
			if err != nil {
				return 0, "", fmt.Errorf("load libvips: %w", err)
			}
			return handle, file, nil
		}
	}
	system := "libvips.so.42"
	if runtime.GOOS == "darwin" {
		system = "libvips.42.dylib"
	}
	if handle, err := dlopen(system); err == nil {
		return handle, system, nil
	}
	return 0, "", fmt.Errorf("%w: TINTYPE_LIBVIPS is not set, no libvips-cpp library in %s, and the system has no %s; "+
		"run `make native` (needs npm) or install libvips %d.%d or newer",
		ErrNotFound, strings.Join(tried, ", "), system, MinVersion[0], MinVersion[1])
}

func dlopen(file string) (uintptr, error) {
	return purego.Dlopen(file, purego.RTLD_NOW|purego.RTLD_GLOBAL)
}

// folders lists where a bundled library may lie: lib/ beside the executable,
// and .native/ of the source tree that the executable or the working folder
// is in (tests run in their package's folder).
func folders() []string {
	var out []string
	exe, err := os.Executable()
	if err == nil {
		if target, err := filepath.EvalSymlinks(exe); err == nil {
			exe = target
		}
		out = append(out, filepath.Join(filepath.Dir(exe), "lib"))
	}
	cwd, _ := os.Getwd()
	for _, start := range []string{filepath.Dir(exe), cwd} {
		if root := moduleRoot(start); root != "" {
			native := filepath.Join(root, ".native")
			if len(out) == 0 || out[len(out)-1] != native {
				out = append(out, native)
			}
		}
	}
	return out
}

// moduleRoot returns the nearest folder at or above dir that holds a go.mod.
func moduleRoot(dir string) string {
	for dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
	return ""
}

// libraries globs, because the prebuilt file carries its version in its name.
func libraries(folder string) []string {
	pattern := "libvips-cpp.so.*"
	if runtime.GOOS == "darwin" {
		pattern = "libvips-cpp.*.dylib"
	}
	files, _ := filepath.Glob(filepath.Join(folder, pattern))
	return files
}
