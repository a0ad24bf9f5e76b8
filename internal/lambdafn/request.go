package lambdafn

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// request makes the request that an event tells of. Path and query are not
// touched: RequestURI is what the client sent, however it is escaped. URL holds
// them decoded where they can be.
func request(ctx context.Context, event events.LambdaFunctionURLRequest) *http.Request {
	path := event.RawPath
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	query := strings.TrimPrefix(event.RawQueryString, "?")
	u := &url.URL{Path: path, RawPath: path, RawQuery: query}
	if decoded, err := url.PathUnescape(path); err == nil {
		u.Path = decoded
	}
	target := path
	if query != "" {
		target += "?" + query
	}
	header := make(http.Header, len(event.Headers))
	for name, value := range event.Headers {
		header.Set(name, value) // several of one name are joined by commas
	}
	host := header.Get("Host")
	header.Del("Host")
	if host == "" {
		host = event.RequestContext.DomainName
	}
	r := &http.Request{
		Method: event.RequestContext.HTTP.Method, URL: u, RequestURI: target,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Host: host, RemoteAddr: event.RequestContext.HTTP.SourceIP,
		Body: http.NoBody,
	}
	if event.Body != "" {
		body := io.Reader(strings.NewReader(event.Body))
		r.ContentLength = int64(len(event.Body))
		if event.IsBase64Encoded {
			body = base64.NewDecoder(base64.StdEncoding, body)
			r.ContentLength = -1
		}
		r.Body = io.NopCloser(body)
	}
	return r.WithContext(ctx)
}
