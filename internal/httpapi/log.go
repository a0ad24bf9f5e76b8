package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

// log writes one line a request.
func (h *handler) log(r *http.Request, a *reply, sent int64, took time.Duration) {
	level := slog.LevelInfo
	if a.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("key", a.key),
		slog.String("query", a.query),
		slog.Int("status", a.status),
		slog.Int64("bytes_in", a.trace.SourceBytes),
		slog.Int64("bytes_out", sent),
		slog.Float64("fetch_ms", ms(a.trace.Fetch)),
		slog.Float64("wait_ms", ms(a.trace.Wait)),
		slog.Float64("work_ms", ms(a.trace.Work)),
		slog.Float64("total_ms", ms(took)),
		slog.Bool("cached", a.trace.Cached),
		slog.Bool("coalesced", a.trace.Coalesced),
	}
	if a.key == "" {
		attrs = append(attrs, slog.String("target", r.RequestURI))
	}
	if a.err != nil {
		attrs = append(attrs, slog.String("error", a.err.Error()))
	}
	if h.EmbeddedMetrics != "" {
		attrs = append(attrs,
			slog.String(functionMember, h.EmbeddedMetrics),
			slog.Int("refused", count(a.status >= 400 && a.status < 500)),
			slog.Int("failed", count(a.status >= 500)),
			slog.Any("_aws", embedded(time.Now())))
	}
	if h.EmbeddedMetrics == "" {
		h.Log.LogAttrs(r.Context(), level, "request", attrs...)
		return
	}
	// Metrics are no news: they are not left out below some level.
	record := slog.NewRecord(time.Now(), level, "request", 0)
	record.AddAttrs(attrs...)
	_ = h.Log.Handler().Handle(r.Context(), record)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
