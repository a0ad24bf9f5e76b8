package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEvent(t *testing.T) {
	d := deploy(t, buffered)
	request, err := http.NewRequest(http.MethodPut, d.url, bytes.NewReader([]byte{0xFF, 0}))
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = "/%E7%8C%AB/a%2Bb%2fc+d" // as it is
	request.URL.RawQuery = "w=1&w=2&h=a%20b&empty="
	request.Host = "localhost"
	request.Header = http.Header{
		"Accept": {"image/webp", "image/avif"}, "User-Agent": {"fake"}, "Cookie": {"a=1; b=2"}, "Content-Type": {"image/png"},
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	context := got["requestContext"].(map[string]any)
	if at := int64(context["timeEpoch"].(float64)); time.Since(time.UnixMilli(at)).Abs() > time.Minute {
		t.Errorf("timeEpoch is %d", at)
	}
	if _, err := time.Parse("02/Jan/2006:15:04:05 -0700", context["time"].(string)); err != nil {
		t.Error(err)
	}
	delete(context, "time")
	delete(context, "timeEpoch")
	if id := response.Header.Get("X-Amzn-Requestid"); context["requestId"] != id {
		t.Errorf("requestId is %v, want %s", context["requestId"], id)
	}
	headers := got["headers"].(map[string]any)
	if id := headers["x-amzn-trace-id"].(string); id == "" || !strings.HasPrefix(response.Header.Get("X-Amzn-Trace-Id"), id) {
		t.Errorf("x-amzn-trace-id is %s", id)
	}
	delete(headers, "x-amzn-trace-id")
	delete(context, "requestId")
	want := `{"body":"/wA=","cookies":["a=1","b=2"],"headers":{"accept":"image/webp,image/avif","accept-encoding":"gzip","content-length":"2",` +
		`"content-type":"image/png","cookie":"a=1; b=2","host":"URL","user-agent":"fake",` +
		`"x-amzn-tls-cipher-suite":"TLS_AES_128_GCM_SHA256","x-amzn-tls-version":"TLSv1.3","x-forwarded-for":"127.0.0.1","x-forwarded-port":"443",` +
		`"x-forwarded-proto":"https"},"isBase64Encoded":true,"pathParameters":null,"queryStringParameters":{"empty":"","h":"a b","w":"1,2"},` +
		`"rawPath":"/%E7%8C%AB/a%2Bb%2fc+d","rawQueryString":"w=1\u0026w=2\u0026h=a%20b\u0026empty=","requestContext":{"accountId":"anonymous","apiId":"ID",` +
		`"authentication":null,"authorizer":null,"domainName":"URL","domainPrefix":"ID",` +
		`"http":{"method":"PUT","path":"/%E7%8C%AB/a%2Bb%2fc+d","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"fake"},` +
		`"routeKey":"$default","stage":"$default"},"routeKey":"$default","stageVariables":null,"version":"2.0"}`
	id, _, _ := strings.Cut(d.domain, ".")
	if want := id + ".lambda-url.eu-west-1.on.aws"; d.domain != want || len(id) != 32 {
		t.Errorf("the URL is %s", d.domain)
	}
	want = strings.NewReplacer("URL", d.domain, `"ID"`, `"`+id+`"`).Replace(want)
	again, err := json.Marshal(got)
	if err != nil || string(again) != want {
		t.Errorf("got\n%s\nwant\n%s", again, want)
	}

	// Without query, cookies and body these are not there.
	_, body, err := d.get(t, "/event")
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{"queryStringParameters", "cookies", `"body"`} {
		if strings.Contains(body, absent) {
			t.Errorf("%s is in %s", absent, body)
		}
	}
}

func TestReplies(t *testing.T) {
	b, s := deploy(t, buffered), deploy(t, streaming)
	// Behind the URL of its own mode.
	for _, tt := range []struct {
		d                 *deployed
		path              string
		status            int
		body, contentType string
		length, remapped  string
	}{
		{b, "/buffered", 201, "hello", "text/x-fake", "5", ""},
		{b, "/buffered-text", 200, "hello", "application/json", "5", ""},
		{b, "/buffered-not-modified", 304, "", "", "", ""},
		{b, "/buffered-bad-base64", 502, "", "application/json", "", ""},
		{b, "/buffered-bad-status", 502, "", "application/json", "", ""},
		{b, "/buffered-length", 200, "hello", "application/json", "5", ""},
		{b, "/json", 200, `{"a":1}`, "application/json", "7", ""},
		{b, "/json-string", 200, `"hello"`, "application/json", "7", ""},
		{b, "/text", 200, "hello", "application/octet-stream", "5", ""},
		{s, "/stream", 201, "hello", "text/x-fake", "", "5"},
		{s, "/stream-bare", 200, "raw bytes", "application/octet-stream", "", ""},
		{s, "/stream-empty", 304, "", "", "", ""},
		{s, "/stream-no-prelude", 502, "", "application/json", "", ""},
		{s, "/error", 502, "", "application/json", "", ""},
		{b, "/error", 502, "", "application/json", "", ""},
	} {
		response, body, err := tt.d.get(t, tt.path)
		if err != nil {
			t.Fatal(err)
		}
		h := response.Header
		if response.StatusCode != tt.status || tt.body != "" && body != tt.body || h.Get("Content-Type") != tt.contentType || h.Get(remapped) != tt.remapped {
			t.Errorf("%s: got %d %q %v", tt.path, response.StatusCode, body, h)
		}
		if tt.length != "" && h.Get("Content-Length") != tt.length {
			t.Errorf("%s: Content-Length %q, want %q", tt.path, h.Get("Content-Length"), tt.length)
		}
		if tt.status == 201 && !slices.Equal(h.Values("Set-Cookie"), []string{"a=1", "b=2"}) {
			t.Errorf("%s: cookies %v", tt.path, h.Values("Set-Cookie"))
		}
		if h.Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: no id", tt.path)
		}
	}
	b.says(t, "Fake.Error: oh no")
	if n := b.Stats().Mismatches + s.Stats().Mismatches; n != 0 {
		t.Errorf("%d replies were of the wrong mode", n)
	}
	// Behind the other's.
	b.want(t, "/stream", 200, fakePrelude+"\x00\x00\x00\x00\x00\x00\x00\x00hello")
	b.says(t, "TINTYPE_LAMBDA_RESPONSE=buffered")
	s.want(t, "/buffered", 200, `{"statusCode":201,"headers":{"Content-Type":"text/x-fake"},"cookies":["a=1","b=2"],"body":"aGVsbG8=","isBase64Encoded":true}`)
	s.says(t, "TINTYPE_LAMBDA_RESPONSE=streaming")
	if b.Stats().Mismatches != 1 || s.Stats().Mismatches != 1 {
		t.Errorf("got %v and %v", b.Stats(), s.Stats())
	}
}

// With IAM the URL answers nobody who comes to it, and the distribution.
func TestIAM(t *testing.T) {
	d := deploy(t, func(o *Options) { o.IAM = true })
	d.want(t, "/json", http.StatusForbidden, `{"Message":"Forbidden"}`+"\n")
	w := httptest.NewRecorder()
	d.Origin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/json", nil))
	if w.Code != http.StatusOK || w.Body.String() != `{"a":1}` || d.Stats().Invocations != 1 {
		t.Errorf("got %d %s, %v", w.Code, w.Body, d.Stats())
	}
}

func TestLimits(t *testing.T) {
	d := deploy(t, buffered)
	for size, want := range map[int]int{maxEvent + 1: 413, maxEvent: 413, 4 << 20: 200} { // base64 adds a third
		response, err := http.Post(d.url+"/event", "image/png", bytes.NewReader(make([]byte, size)))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("a body of %d bytes: %s", size, response.Status)
		}
	}
	d.want(t, "/large", 502, "")
	d.says(t, "status 413")
	d.says(t, "6 MB")
	d.want(t, "/json", 200, `{"a":1}`)

	s := deploy(t, streaming)
	response, body, err := s.get(t, "/stream-large?"+strconv.Itoa(20<<20))
	if err != nil || response.StatusCode != 201 || len(body) != 20<<20 {
		t.Errorf("20 MB: %v, %d bytes, %v", response, len(body), err)
	}
	response, err = http.Get(s.url + "/stream-large?" + strconv.Itoa(maxStream+1))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if n, err := io.Copy(io.Discard, response.Body); err == nil || n > maxStream {
		t.Errorf("more than 200 MB came: %d bytes, %v", n, err)
	}
	s.says(t, "Lambda's limit")
	s.want(t, "/stream", 201, "hello")
}
