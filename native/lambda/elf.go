package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// machine is an architecture of Lambda.
type machine struct {
	goarch string
	elf    elf.Machine
	loader string
}

var machines = map[string]machine{
	"arm64":  {"arm64", elf.EM_AARCH64, "ld-linux-aarch64.so.1"},
	"x86_64": {"amd64", elf.EM_X86_64, "ld-linux-x86-64.so.2"},
}

// maxVersions are the newest that provided.al2023 has, with glibc 2.34 and the
// libstdc++ of GCC 11
// (https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html).
var maxVersions = map[string][]int{
	"GLIBC":   {2, 34},
	"GLIBCXX": {3, 4, 29},
	"CXXABI":  {1, 3, 13},
	"GCC":     {11},
}

// hasLibraries are the libraries that provided.al2023 has.
var hasLibraries = []string{
	"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2", "libstdc++.so.6", "libgcc_s.so.1",
}

// checkELF looks for what would keep a file from being loaded on Lambda. It
// reports every problem at once.
func checkELF(data []byte, m machine) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	var problems []error
	if f.Machine != m.elf {
		problems = append(problems, fmt.Errorf("it is for %v, not %v", f.Machine, m.elf))
	}
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, library := range libraries {
		if library != m.loader && !slices.Contains(hasLibraries, library) {
			problems = append(problems, fmt.Errorf("it needs %s", library))
		}
	}
	var needs []elf.DynamicVersionNeed
	if f.SectionByType(elf.SHT_GNU_VERNEED) != nil { // a Go program asks for no versions
		// They hold also what no symbol asks for, like GLIBC_ABI_DT_RELR.
		if needs, err = f.DynamicVersionNeeds(); err != nil {
			return err
		}
	}
	for _, library := range needs {
		for _, version := range library.Needs {
			if !versionFits(version.Dep) {
				problems = append(problems, fmt.Errorf("it needs %s of %s", version.Dep, library.Name))
			}
		}
	}
	return errors.Join(problems...)
}

// versionFits tells whether Lambda has symbols of a version like GLIBC_2.34.
func versionFits(version string) bool {
	name, number, found := strings.Cut(version, "_")
	if !found {
		return false
	}
	most, known := maxVersions[name]
	if !known {
		return false
	}
	var parts []int
	for part := range strings.SplitSeq(number, ".") {
		n, err := strconv.Atoi(part)
		if err != nil { // like GLIBC_PRIVATE
			return false
		}
		parts = append(parts, n)
	}
	return slices.Compare(parts, most) <= 0
}
