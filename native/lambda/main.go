// Command lambda packs the zip of the Lambda function for one architecture:
//
//	go run ./native/lambda -arch arm64 -bootstrap FILE -native FOLDER -out FILE.zip
//
//	bootstrap             the program, built for Linux with the tag "function"
//	lib/libvips-cpp.so.…  libvips and what it is made of
//	lib/fonts/            the fonts of drawings
//	licences/             of all of it
//
// The same files make the same bytes, so that the hash of the zip changes only
// with what is in it. What would fail on Lambda fails here: a program or library
// for another architecture, one that needs a newer glibc or a library that
// Lambda has not, a zip that is too large.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Limits of the zip in bytes. Lambda's own are 50 and 250 MB; a smaller one
// starts sooner.
const (
	maxZipped   = 15_000_000
	maxUnzipped = 60_000_000
)

func main() {
	arch := flag.String("arch", "", "Lambda's name of the architecture: arm64 or x86_64")
	bootstrap := flag.String("bootstrap", "", "the program")
	native := flag.String("native", "", "folder that native/fetch.sh filled for the architecture")
	out := flag.String("out", "", "the zip to write")
	flag.Parse()
	if err := pack(*arch, *bootstrap, *native, *out); err != nil {
		fmt.Fprintln(os.Stderr, "lambda:", err)
		os.Exit(1)
	}
}

func pack(arch, bootstrap, native, out string) error {
	machine, known := machines[arch]
	if !known {
		return fmt.Errorf("-arch %q is neither arm64 nor x86_64", arch)
	}
	files, err := collect(machine.goarch, bootstrap, native)
	if err != nil {
		return err
	}
	unzipped := 0
	for _, f := range files {
		unzipped += len(f.data)
		if f.name == "bootstrap" || strings.HasPrefix(f.name, "lib/libvips") {
			if err := checkELF(f.data, machine); err != nil {
				return fmt.Errorf("%s does not run on Lambda: %w", f.name, err)
			}
		}
	}
	data, err := zipped(files)
	if err != nil {
		return err
	}
	if len(data) > maxZipped || unzipped > maxUnzipped {
		return fmt.Errorf("the zip has %d bytes (at most %d), unzipped %d (at most %d)", len(data), maxZipped, unzipped, maxUnzipped)
	}
	if err := os.WriteFile(out, data, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %.1f MB, unzipped %.1f MB\n", out, float64(len(data))/1e6, float64(unzipped)/1e6)
	return nil
}

// collect reads what goes into the zip, in the order of the zip.
func collect(goarch, bootstrap, native string) ([]file, error) {
	libraries, err := filepath.Glob(filepath.Join(native, "libvips-cpp.so.*"))
	if err != nil || len(libraries) != 1 {
		return nil, fmt.Errorf("there are %d libraries libvips-cpp.so.* in %s, and must be one: run native/fetch.sh", len(libraries), native)
	}
	fonts, err := filepath.Glob(filepath.Join(native, "fonts", "*"))
	if err != nil || len(fonts) == 0 {
		return nil, fmt.Errorf("there are no fonts in %s: run native/fetch.sh", native)
	}
	from := map[string]string{ // by names in the zip
		"bootstrap":                          bootstrap,
		"lib/" + filepath.Base(libraries[0]): libraries[0],
	}
	for _, font := range fonts {
		from["lib/fonts/"+filepath.Base(font)] = font
	}
	if err := addLicences(from, goarch, native); err != nil {
		return nil, err
	}
	return read(from)
}
