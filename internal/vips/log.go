package vips

import (
	"log/slog"
	"sync/atomic"

	"github.com/ebitengine/purego"
)

// logAllowance is how many more lines libvips may log. Each job adds to it, so
// that one hostile picture cannot fill the log: libvips works in threads of its
// own, and which job a line belongs to is not to be known.
var logAllowance atomic.Int64

const linesAJob = 3

// AllowLog gives libvips three more lines to log, and at most that many in all.
// A job calls it when it begins.
func AllowLog() { logAllowance.Store(linesAJob) }

// forwardLog sends the warnings of libvips and of the libraries in it to log, or
// where that is nil nowhere.
func forwardLog(log *slog.Logger) {
	const warnings = 1<<2 | 1<<3 | 1<<4 // G_LOG_LEVEL_ERROR, _CRITICAL, _WARNING
	handler := purego.NewCallback(func(domain pointer, _ uintptr, message, _ pointer) uintptr {
		if log != nil && logAllowance.Add(-1) >= 0 {
			log.Warn("libvips", "domain", goString(domain), "message", goString(message))
		}
		return 0
	})
	for _, domain := range []string{"VIPS", "GLib", "GLib-GObject", "librsvg"} {
		c.logSetHandler(domain, warnings, handler, nil)
	}
}
