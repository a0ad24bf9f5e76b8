package httpapi

import (
	"encoding/json"
	"net/http"
)

// problem makes an answer of a problem document (RFC 9457).
func problem(status int, detail, cacheControl string) *reply {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", http.StatusText(status), status, detail})
	if err != nil {
		body = []byte(`{"type":"about:blank"}`)
	}
	return &reply{
		status: status,
		header: http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {cacheControl}},
		body:   append(body, '\n'),
	}
}

// plain makes an answer of a line of text.
func plain(status int, line string) *reply {
	return &reply{
		status: status,
		header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Cache-Control": {noStore}},
		body:   []byte(line),
	}
}
