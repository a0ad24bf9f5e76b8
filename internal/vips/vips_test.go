package vips

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestMain fails the run if libvips holds more at its end than at its start.
func TestMain(m *testing.M) {
	if err := Start(Options{MaxPixels: 1e6}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	before := TrackedMemory()
	code := m.Run()
	runtime.GC()
	after := TrackedMemory()
	after.Highwater = before.Highwater
	if after != before && code == 0 {
		fmt.Fprintf(os.Stderr, "libvips leaks: %+v before the tests, %+v after\n", before, after)
		code = 1
	}
	os.Exit(code)
}

const square = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><path fill="#f00" d="M0 0h8v4H0z"/></svg>`

func load(t *testing.T, loader, data string) (*Image, error) {
	t.Helper()
	buffer := NewBuffer([]byte(data))
	t.Cleanup(buffer.Release)
	img, err := Load(loader, buffer, LoadOptions{})
	if err == nil {
		t.Cleanup(img.Unref)
	}
	return img, err
}

func TestImage(t *testing.T) {
	img, err := load(t, "svgload_buffer", square)
	if err != nil {
		t.Fatal(err)
	}
	if img.Width() != 8 || img.Height() != 4 || img.Bands() != 4 || !img.HasAlpha() || img.BandFormat() != UChar || img.Interpretation() != SRGB {
		t.Errorf("got %d × %d, %d bands, alpha %v, format %d, interpretation %d",
			img.Width(), img.Height(), img.Bands(), img.HasAlpha(), img.BandFormat(), img.Interpretation())
	}
	flat, err := img.Flatten([]float64{0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	defer flat.Unref()
	pixels, err := flat.Pixels()
	if err != nil || len(pixels) != 8*4*3 || pixels[0] != 255 || pixels[1] != 0 {
		t.Errorf("got %d samples, %v, %v", len(pixels), pixels[:3], err)
	}
	if img.Blob("icc-profile-data") != nil || img.Ints("delay") != nil {
		t.Error("there is metadata that nobody wrote")
	}
}

func TestErrorIsInWords(t *testing.T) {
	_, err := load(t, "jpegload_buffer", "this is no JPEG")
	var e *Error
	if !errors.As(err, &e) || e.Operation != "jpegload_buffer" || !strings.Contains(e.Text, "JPEG") {
		t.Errorf("got %v", err)
	}
	if left := errorText(); left != "" {
		t.Errorf("the error buffer still holds %q", left)
	}
}

// What is not in the table of loaders is shut, also for whoever knows its name.
func TestOtherLoadersAreShut(t *testing.T) {
	for _, loader := range []string{"jpegload", "pngload", "matrixload", "ppmload_buffer", "csvload", "vipsload", "jxlload_buffer", "magickload_buffer"} {
		object := c.operationNew(cstring(loader))
		if object == nil {
			errorText()
			continue // not in this build
		}
		failed := c.operationMake(&object) != 0
		text := errorText()
		c.unrefOutputs(object)
		c.objectUnref(object)
		if !failed || !strings.Contains(text, "blocked") {
			t.Errorf("%s: failed %v: %s", loader, failed, text)
		}
	}
}

func TestVerifyNamesWhatIsMissing(t *testing.T) {
	operations["resize"] = append(operations["resize"], "taste")
	operations["levitate"] = []string{"in"}
	defer func() {
		operations["resize"] = operations["resize"][:len(operations["resize"])-1]
		delete(operations, "levitate")
	}()
	err := verify()
	if err == nil {
		t.Fatal("nothing is missed")
	}
	for _, want := range []string{Version(), `no operation "levitate"`, `operation "resize" has no argument "taste"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %s: %v", want, err)
		}
	}
}

func TestUnlistedArgumentPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an argument that is not in the table went through")
		}
	}()
	img, err := load(t, "svgload_buffer", square)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = callImage("resize", image("in", img), double("gap", 1))
}

func TestLibraryNotFound(t *testing.T) {
	t.Setenv("TINTYPE_LIBVIPS", "/nowhere/libvips.so")
	if _, _, err := open(); err == nil || !strings.Contains(err.Error(), "TINTYPE_LIBVIPS") || !strings.Contains(err.Error(), "/nowhere/libvips.so") {
		t.Errorf("got %v", err)
	}
}

func TestLogIsBounded(t *testing.T) {
	var lines strings.Builder
	forwardLog(slog.New(slog.NewTextHandler(&lines, nil)))
	defer forwardLog(nil)
	AllowLog()
	// An operation that is not known makes libvips complain; a property that
	// is not there makes GObject.
	img, err := load(t, "svgload_buffer", square)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		value := gvalue{gtype: typeInt}
		c.setProperty(img.object, cstring("no-such-property"), &value)
	}
	if n := strings.Count(lines.String(), "\n"); n != linesAJob {
		t.Errorf("%d lines, want %d:\n%s", n, linesAJob, lines.String())
	}
}
