package vips

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
)

// Options configure the one libvips of the process.
type Options struct {
	// MaxPixels is the largest picture that will be decoded. Pictures up to
	// it stay in memory: libvips would otherwise put an intermediate over
	// 100 MB (a large rotated JPEG) into a temporary file.
	MaxPixels int64
	// SystemFonts lets drawings use the machine's fonts beside the bundled ones.
	SystemFonts bool
	// Log receives what libvips warns about; nil drops it.
	Log *slog.Logger
}

// library is the libvips that Start loaded.
var library struct {
	once sync.Once
	err  error
	file string
}

// Start loads libvips and sets it up for a server: no operation cache, one
// thread an image (parallelism comes from serving several), and only the
// loaders named in the table of operations. It is done once a process;
// further calls return the first one's error.
func Start(o Options) error {
	library.once.Do(func() { library.err = start(o) })
	return library.err
}

func start(o Options) error {
	handle, file, err := open()
	if err != nil {
		return err
	}
	if err := bind(handle); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	library.file = file
	// Read when an image is opened. Eight bytes a pixel: 16-bit RGBA.
	c.gSetenv("VIPS_DISC_THRESHOLD", strconv.FormatInt(max(o.MaxPixels, 1)*8+1, 10), 1)
	if file := fontConfig(o.SystemFonts); file != "" {
		c.gSetenv("FONTCONFIG_FILE", file, 1) // read when the first text is drawn
	}
	if c.vipsInit("tintype") != 0 {
		return fmt.Errorf("start libvips: %s", errorText())
	}
	if v := version(); lessThan(v, MinVersion) {
		return fmt.Errorf("%s is libvips %d.%d.%d, and tintype needs %d.%d or newer; run `make native`",
			file, v[0], v[1], v[2], MinVersion[0], MinVersion[1])
	}
	c.concurrencySet(1)
	c.cacheSetMax(0)
	// libvips never guesses a format: every loader is shut but those that
	// are called by name.
	c.operationBlock("VipsForeignLoad", 1)
	for _, class := range loaderClasses {
		c.operationBlock(class, 0)
	}
	forwardLog(o.Log)
	return verify()
}

// Version is the version of the loaded libvips, like "8.18.7".
func Version() string {
	v := version()
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

// File is the name that the library was loaded by.
func File() string { return library.file }

func version() (v [3]int) {
	for i := range v {
		v[i] = int(c.vipsVersion(int32(i)))
	}
	return v
}

func lessThan(a, b [3]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// verify checks every operation and argument name in the table against the
// library, and reports all that are missing at once.
func verify() error {
	var problems []error
	for nickname, arguments := range operations {
		object := c.operationNew(cstring(nickname))
		if object == nil {
			errorText()
			problems = append(problems, fmt.Errorf("no operation %q", nickname))
			continue
		}
		// The first word of every GObject points to its class.
		class := *(*pointer)(object)
		for _, name := range arguments {
			if c.findProperty(class, cstring(name)) == nil {
				problems = append(problems, fmt.Errorf("operation %q has no argument %q", nickname, name))
			}
		}
		c.objectUnref(object)
	}
	if len(problems) > 0 {
		return fmt.Errorf("libvips %s does not fit this tintype: %w", Version(), errors.Join(problems...))
	}
	return nil
}
