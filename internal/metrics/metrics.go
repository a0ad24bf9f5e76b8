package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tintype/tintype/internal/httpapi"
	"github.com/tintype/tintype/internal/service"
)

// Metrics are what Prometheus is told.
type Metrics struct {
	registry *prometheus.Registry

	requests          *prometheus.CounterVec
	refused           *prometheus.CounterVec
	fetch, wait, work prometheus.Histogram
	sourceBytes       prometheus.Counter
	resultBytes       prometheus.Counter
	cacheHits         prometheus.Counter
	coalesced         prometheus.Counter
}

// New makes the metrics. stats reads the service's state, memory what
// libvips holds now and held at most, in bytes.
func New(stats func() service.Stats, memory func() (now, most int64)) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "tintype_" + name, Help: help})
	}
	seconds := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tintype_" + name + "_seconds", Help: help,
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
		})
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tintype_requests_total", Help: "Requests answered, by status and by the format of the result.",
		}, []string{"status", "format"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tintype_refused_formats_total", Help: "Sources that were no readable picture, by format.",
		}, []string{"format"}),
		fetch:       seconds("fetch", "Time until the source was read."),
		wait:        seconds("wait", "Time waiting for a processor."),
		work:        seconds("work", "Time making the picture."),
		sourceBytes: counter("source_bytes_total", "Bytes read from the source."),
		resultBytes: counter("result_bytes_total", "Bytes of bodies sent."),
		cacheHits:   counter("cache_hits_total", "Requests answered from the memory cache."),
		coalesced:   counter("coalesced_total", "Requests that shared the work of an equal one."),
	}
	m.registry.MustRegister(m.requests, m.refused, m.fetch, m.wait, m.work, m.sourceBytes, m.resultBytes, m.cacheHits, m.coalesced,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, read func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tintype_" + name, Help: help}, read))
	}
	gauge("inflight_requests", "Requests between fetching and the last pixel.", func() float64 { return float64(stats().Inflight) })
	gauge("inflight_bytes", "Bytes reserved for their sources.", func() float64 { return float64(stats().InflightBytes) })
	gauge("jobs_working", "Pixel jobs at work.", func() float64 { return float64(stats().Working) })
	gauge("jobs_waiting", "Requests waiting for a processor.", func() float64 { return float64(stats().Waiting) })
	gauge("jobs_overdue", "Pixel jobs at work although their request is over.", func() float64 { return float64(stats().Overdue) })
	gauge("cache_bytes", "Bytes in the memory cache.", func() float64 { return float64(stats().CacheBytes) })
	gauge("libvips_bytes", "Pixel memory that libvips holds.", func() float64 { now, _ := memory(); return float64(now) })
	gauge("libvips_bytes_max", "The most pixel memory that libvips held.", func() float64 { _, most := memory(); return float64(most) })
	return m
}

// Handler serves the metrics, for the admin listener.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Observe counts an answer.
func (m *Metrics) Observe(o httpapi.Outcome) {
	format := o.Format
	if o.Status == http.StatusUnsupportedMediaType {
		if format == "" {
			format = "unknown"
		}
		m.refused.WithLabelValues(format).Inc()
		format = ""
	}
	m.requests.WithLabelValues(strconv.Itoa(o.Status), format).Inc()
	m.resultBytes.Add(float64(o.Sent))
	switch {
	case o.Trace.Coalesced:
		m.coalesced.Inc()
		return
	case o.Trace.Cached:
		m.cacheHits.Inc()
	}
	m.sourceBytes.Add(float64(o.Trace.SourceBytes))
	if o.Trace.Fetch > 0 {
		m.fetch.Observe(o.Trace.Fetch.Seconds())
	}
	if o.Trace.Work > 0 {
		m.wait.Observe(o.Trace.Wait.Seconds())
		m.work.Observe(o.Trace.Work.Seconds())
	}
}
