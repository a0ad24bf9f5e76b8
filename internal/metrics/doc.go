// Package metrics keeps what Prometheus is told: answers by status and format,
// where their time went, and what the service and libvips hold now.
//
//	m := metrics.New(pictures.Stats, engine.Memory)
//	handler := httpapi.New(httpapi.Options{Observe: m.Observe, …})
//	http.Handle("GET /metrics", m.Handler())
//
// It is a room of its own because the Lambda function has no use for it: there
// the numbers are part of the log.
package metrics
