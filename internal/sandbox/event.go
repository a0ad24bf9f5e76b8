package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// event is what a Function URL makes of a request, in payload format version 2.0
// (DG urls-invocation, "Request payload format").
type event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	PathParameters        *struct{}         `json:"pathParameters"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
	StageVariables        *struct{}         `json:"stageVariables"`
}

type requestContext struct {
	AccountID      string    `json:"accountId"`
	APIID          string    `json:"apiId"`
	Authentication *struct{} `json:"authentication"`
	Authorizer     *struct{} `json:"authorizer"` // null, as there is no IAM here
	DomainName     string    `json:"domainName"`
	DomainPrefix   string    `json:"domainPrefix"`
	HTTP           eventHTTP `json:"http"`
	RequestID      string    `json:"requestId"`
	RouteKey       string    `json:"routeKey"`
	Stage          string    `json:"stage"`
	Time           string    `json:"time"`
	TimeEpoch      int64     `json:"timeEpoch"`
}

type eventHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// newEvent makes the event of a request. Path and query stay as they came. The
// function sees the URL that it would have on AWS, which speaks TLS only.
func (f *Function) newEvent(r *http.Request, i *invocation, body []byte, now time.Time) ([]byte, error) {
	path, query := target(r)
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	headers, cookies := eventHeaders(r)
	headers["host"] = f.domain
	headers["x-amzn-tls-cipher-suite"] = "TLS_AES_128_GCM_SHA256"
	headers["x-amzn-tls-version"] = "TLSv1.3"
	headers["x-amzn-trace-id"], _, _ = strings.Cut(i.traceID, ";")
	headers["x-forwarded-for"] = ip
	headers["x-forwarded-port"] = "443"
	headers["x-forwarded-proto"] = "https"
	prefix, _, _ := strings.Cut(f.domain, ".")
	e := event{
		Version: "2.0", RouteKey: "$default",
		RawPath: path, RawQueryString: query, QueryStringParameters: joined(query),
		Cookies: cookies, Headers: headers,
		RequestContext: requestContext{
			AccountID: "anonymous", APIID: prefix, DomainName: f.domain, DomainPrefix: prefix,
			HTTP:      eventHTTP{r.Method, path, r.Proto, ip, r.UserAgent()},
			RequestID: i.id, RouteKey: "$default", Stage: "$default",
			Time: now.UTC().Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
		},
	}
	if len(body) > 0 {
		e.Body, e.IsBase64Encoded = string(body), false
		if !isText(r.Header.Get("Content-Type")) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		}
	}
	return json.Marshal(e)
}

// target takes the request's target apart, as it came.
func target(r *http.Request) (path, query string) {
	target := r.RequestURI
	if _, rest, absolute := strings.Cut(target, "://"); absolute && !strings.HasPrefix(target, "/") {
		target = "/"
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			target = rest[i:]
		}
	}
	path, query, _ = strings.Cut(target, "?")
	if path == "" {
		path = "/"
	}
	return path, query
}

// eventHeaders are in lower case, several of one name joined by commas. Cookies
// are told apart too.
func eventHeaders(r *http.Request) (headers map[string]string, cookies []string) {
	headers = map[string]string{}
	for name, values := range r.Header {
		if name == "Connection" {
			continue
		}
		headers[strings.ToLower(name)] = strings.Join(values, ",")
		if name == "Cookie" {
			for cookie := range strings.SplitSeq(strings.Join(values, ";"), ";") {
				cookies = append(cookies, strings.TrimSpace(cookie))
			}
		}
	}
	return headers, cookies
}

// joined are the parameters, several of one name joined by commas; nil where
// there are none. What cannot be decoded is left out.
func joined(query string) map[string]string {
	values, _ := url.ParseQuery(query)
	if len(values) == 0 {
		return nil
	}
	one := make(map[string]string, len(values))
	for name := range maps.Keys(values) {
		one[name] = strings.Join(values[name], ",")
	}
	return one
}

// isText tells which bodies come as they are; others come in base64.
func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "application/json") ||
		strings.HasPrefix(contentType, "application/xml") || strings.HasPrefix(contentType, "application/javascript")
}

// readAll reads a body of at most so many bytes.
func readAll(r io.Reader, most int64) (data []byte, tooLarge bool, err error) {
	data, err = io.ReadAll(io.LimitReader(r, most+1))
	return data, int64(len(data)) > most, err
}
