package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersionFits(t *testing.T) {
	for version, want := range map[string]bool{
		"": false, "GLIBC_2.2.5": true, "GLIBC_2.17": true, "GLIBC_2.34": true, "GLIBC_2.35": false, "GLIBC_3.0": false, "GLIBC_2.34.1": false,
		"GLIBCXX_3.4.22": true, "GLIBCXX_3.4.30": false, "CXXABI_1.3.13": true, "CXXABI_1.3.14": false, "GCC_3.0": true, "GCC_12.0.0": false,
		"GLIBC_PRIVATE": false, "OPENSSL_1.1.0": false, "GLIBC_ABI_DT_RELR": false,
	} {
		if got := versionFits(version); got != want {
			t.Errorf("%q: got %v", version, got)
		}
	}
}

// This test's own program is for this machine.
func TestCheckELF(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, m := range machines {
		if checkELF(data, m) != nil {
			refused++
		}
	}
	if refused != len(machines)-1 {
		t.Errorf("a program for one architecture is refused on %d of %d", refused, len(machines))
	}
	if err := checkELF([]byte("#!/bin/sh\n"), machines["arm64"]); err == nil {
		t.Error("a script is no program")
	}
}

func TestZipped(t *testing.T) {
	folder := t.TempDir()
	from := map[string]string{}
	for _, name := range []string{"NOTICE", "bootstrap", "lib/b", "lib/a"} {
		from[name] = filepath.Join(folder, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(from[name], []byte("the bytes of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pack := func() []byte {
		files, err := read(from)
		if err != nil {
			t.Fatal(err)
		}
		data, err := zipped(files)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	data := pack()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.File {
		got = append(got, f.Mode().String()+" "+f.Name+" "+f.Modified.UTC().Format("2006-01-02"))
		entry, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if content, err := io.ReadAll(entry); err != nil || string(content) != "the bytes of "+f.Name {
			t.Errorf("%s: %q, %v", f.Name, content, err)
		}
	}
	want := "-rw-r--r-- NOTICE 1980-01-01\n-rwxr-xr-x bootstrap 1980-01-01\n-rw-r--r-- lib/a 1980-01-01\n-rw-r--r-- lib/b 1980-01-01"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	// Made at another time, of files with other modes and times.
	if err := os.Chmod(from["lib/a"], 0o700); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, pack()) {
		t.Error("the same bytes make another zip")
	}
}

func TestIncompleteNativeFolder(t *testing.T) {
	for want, files := range map[string][]string{
		"there are 0 libraries": nil,
		"there are 2 libraries": {"libvips-cpp.so.1", "libvips-cpp.so.2"},
		"there are no fonts":    {"libvips-cpp.so.1"},
	} {
		folder := t.TempDir()
		for _, name := range files {
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := collect("arm64", "bootstrap", folder); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
