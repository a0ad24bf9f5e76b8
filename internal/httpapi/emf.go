package httpapi

import "time"

// Metrics in CloudWatch's embedded metric format: a member "_aws" in the line
// that a request logs anyway tells which of the line's other members are
// metrics, and CloudWatch Logs keeps them as such. Every name costs as one
// custom metric a month, so there is one dimension and a handful of names.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type embeddedMetrics struct {
	Timestamp         int64 // Unix, ms
	CloudWatchMetrics []metricDirective
}

type metricDirective struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type metric struct{ Name, Unit string }

// functionMember is the member that holds the one dimension.
const functionMember = "function"

// metricDirectives name members of the line; log.go writes them.
var metricDirectives = []metricDirective{{
	Namespace:  "tintype",
	Dimensions: [][]string{{functionMember}},
	Metrics: []metric{
		{"total_ms", "Milliseconds"}, {"fetch_ms", "Milliseconds"}, {"work_ms", "Milliseconds"},
		{"bytes_in", "Bytes"}, {"bytes_out", "Bytes"},
		{"refused", "Count"}, {"failed", "Count"},
	},
}}

func embedded(now time.Time) embeddedMetrics {
	return embeddedMetrics{now.UnixMilli(), metricDirectives}
}
