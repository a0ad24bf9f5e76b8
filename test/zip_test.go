package test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/tintype/tintype/internal/sandbox"
)

// The other architecture's zip, under qemu's emulation of a processor.
func TestARM64(t *testing.T) {
	emulator, err := exec.LookPath("qemu-aarch64")
	zip, missing := filepath.Abs("../dist/tintype-lambda-arm64.zip")
	if missing == nil {
		_, missing = os.Stat(zip)
	}
	const libraries = "/usr/aarch64-linux-gnu"
	if _, noLibraries := os.Stat(libraries + "/lib/libstdc++.so.6"); err != nil || missing != nil || noLibraries != nil {
		t.Skip("no zip for arm64, or nothing that runs it: `make lambda qemu`")
	}
	server := httptest.NewServer(newBucket(t))
	t.Cleanup(server.Close)
	f := deploy(t, server.URL, func(o *sandbox.Options) {
		o.Zip, o.Emulator = zip, []string{emulator, "-L", libraries}
	})
	f.wantPicture(t)
	work := t.TempDir()
	for key, query := range map[string]string{"turned.jpg": "w=90&fm=png", "four.png": "w=90&fm=webp", "words.svg": "w=300&fm=png", "film.gif": "w=30", "four.jpg": "w=90&fm=avif"} {
		status, _, body := f.get(t, "/"+key+"?"+query)
		in, out := filepath.Join(work, key), filepath.Join(work, "out")
		if err := os.WriteFile(in, pictures()[key], 0o600); err != nil {
			t.Fatal(err)
		}
		if message, err := exec.Command(binary, "render", in, out, query).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v", message, err)
		}
		want, err := os.ReadFile(out)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %.200q, %v\n%s", key, status, body, err, f.logs)
		}
		// Encoders may round otherwise there; sizes tell that the same was done.
		if ratio := float64(len(body)) / float64(len(want)); ratio < 0.9 || ratio > 1.1 {
			t.Errorf("%s: %d bytes, here %d", key, len(body), len(want))
		}
		t.Logf("%s?%s: the same bytes: %v", key, query, bytes.Equal(body, want))
	}
}

// The same sources make the same zip, wherever they are.
func TestZip(t *testing.T) {
	zip := theZip(t)
	arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	elsewhere := t.TempDir()
	for _, part := range []string{"cmd", "internal", "native/lambda", "native/licences"} {
		if err := os.CopyFS(filepath.Join(elsewhere, part), os.DirFS("../"+part)); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", "Makefile", "LICENSE", "NOTICE"} {
		data, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	native, err := filepath.Abs("../dist/native/" + arch)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"make", "bootstrap-" + arch},
		{"go", "run", "./native/lambda", "-arch", arch, "-native", native, "-bootstrap", "dist/bootstrap-" + arch, "-out", "again.zip"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Dir = elsewhere
		cmd.Env = append(os.Environ(), "GOAMD64=v2", "GOFLAGS=") // which is for programs of this machine
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s%v", command, message, err)
		}
	}
	first, err := os.ReadFile(zip)
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(filepath.Join(elsewhere, "again.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two zips of the same sources differ")
	}
}

// Drawings have the bundled fonts, whatever the machine has.
func TestFonts(t *testing.T) {
	fonts, err := filepath.Abs("../.native/fonts")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fonts); err != nil {
		t.Skip("there are no bundled fonts beside the system's libvips: `make native` with npm fetches them")
	}
	work := t.TempDir()
	in := filepath.Join(work, "words.svg")
	if err := os.WriteFile(in, pictures()["words.svg"], 0o600); err != nil {
		t.Fatal(err)
	}
	render := func(config string, flags ...string) []byte {
		out := filepath.Join(work, "out.png")
		cmd := exec.Command(binary, append([]string{"render", in, out, "fm=png"}, flags...)...)
		cmd.Env = os.Environ()
		if config != "" {
			file := filepath.Join(work, "fonts.conf")
			if err := os.WriteFile(file, []byte("<fontconfig>"+config+"</fontconfig>"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd.Env = append(cmd.Env, "FONTCONFIG_FILE="+file)
		}
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s%v", message, err)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	bundled := render("")
	if !bytes.Equal(bundled, render("<dir>"+fonts+"</dir>")) {
		t.Error("other fonts than the bundled ones are used")
	}
	if bytes.Equal(bundled, render("<dir>"+work+"</dir>")) {
		t.Error("it looks the same without any font")
	}
	if len(render("", "--system-fonts")) == 0 {
		t.Error("nothing is drawn with the system's fonts")
	}
}
