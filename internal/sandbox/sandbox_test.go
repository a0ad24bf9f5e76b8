package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// deployed is a function behind its URL.
type deployed struct {
	*Function
	url  string
	logs *syncBuffer
}

// syncBuffer is a log that several write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func deploy(t *testing.T, change func(*Options)) *deployed {
	t.Helper()
	logs := new(syncBuffer)
	o := Options{
		Zip: zipOf(t), Memory: 1769, Timeout: 30 * time.Second, Region: "eu-west-1", Concurrency: 100,
		Log: slog.New(slog.NewTextHandler(logs, nil)), Output: logs,
	}
	change(&o)
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f.URL())
	t.Cleanup(func() {
		server.Close()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return &deployed{f, server.URL, logs}
}

func streaming(o *Options) { o.Streaming = true }

func buffered(*Options) {}

func (d *deployed) get(t *testing.T, path string) (*http.Response, string, error) {
	t.Helper()
	response, err := http.Get(d.url + path)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

// want asks, and expects an answer.
func (d *deployed) want(t *testing.T, path string, status int, body string) {
	t.Helper()
	response, got, err := d.get(t, path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if response.StatusCode != status || body != "" && got != body {
		t.Errorf("%s: got %d %.200q, want %d %.200q\n%s", path, response.StatusCode, got, status, body, d.logs)
	}
}

// says waits for a line of the log: some come after the answer.
func (d *deployed) says(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Contains(d.logs.String(), text) {
			return
		}
	}
	t.Errorf("the log does not say %q:\n%s", text, d.logs)
}

func TestEvent(t *testing.T) {
	d := deploy(t, buffered)
	request, err := http.NewRequest(http.MethodPut, d.url, bytes.NewReader([]byte{0xFF, 0}))
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = "/%E7%8C%AB/a%2Bb%2fc+d" // as it is
	request.URL.RawQuery = "w=1&w=2&h=a%20b&empty="
	request.Host = "abc123.lambda-url.eu-west-1.on.aws"
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
	for _, varies := range []string{"time", "timeEpoch", "requestId"} {
		delete(context, varies)
	}
	headers := got["headers"].(map[string]any)
	delete(headers, "x-forwarded-port")
	want := `{"body":"/wA=","cookies":["a=1","b=2"],"headers":{"accept":"image/webp,image/avif","accept-encoding":"gzip","content-length":"2",` +
		`"content-type":"image/png","cookie":"a=1; b=2","host":"abc123.lambda-url.eu-west-1.on.aws","user-agent":"fake","x-forwarded-for":"127.0.0.1",` +
		`"x-forwarded-proto":"http"},"isBase64Encoded":true,"pathParameters":null,"queryStringParameters":{"empty":"","h":"a b","w":"1,2"},` +
		`"rawPath":"/%E7%8C%AB/a%2Bb%2fc+d","rawQueryString":"w=1\u0026w=2\u0026h=a%20b\u0026empty=","requestContext":{"accountId":"anonymous","apiId":"abc123",` +
		`"authentication":null,"authorizer":null,"domainName":"abc123.lambda-url.eu-west-1.on.aws","domainPrefix":"abc123",` +
		`"http":{"method":"PUT","path":"/%E7%8C%AB/a%2Bb%2fc+d","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"fake"},` +
		`"routeKey":"$default","stage":"$default"},"routeKey":"$default","stageVariables":null,"version":"2.0"}`
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

func TestVariables(t *testing.T) {
	d := deploy(t, func(o *Options) {
		o.Env = []string{"TINTYPE_SOURCE=s3://b"}
		o.PerEnvironment = 2
	})
	_, body, err := d.get(t, "/variables")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"TINTYPE_SOURCE=s3://b", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769", "AWS_REGION=eu-west-1", "LAMBDA_TASK_ROOT=" + d.folder, "cwd=" + d.folder,
		"_HANDLER=bootstrap", "AWS_LAMBDA_MAX_CONCURRENCY=2", "TZ=:UTC",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %v", want, got)
		}
	}
	// What is set here is not for the function to see.
	if slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, "HOME=") }) {
		t.Errorf("HOME is in %v", got)
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
		{b, "/json", 200, `{"a":1}`, "application/json", "7", ""},
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

// Whatever ends the process costs the invocations that it had, and no other.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		path   string
		change func(*Options)
		says   string
	}{
		{"/exit", buffered, "the process ended: exit status 1"},
		{"/exit", streaming, "the process ended: exit status 1"},
		{"/hang", func(o *Options) { o.Timeout = time.Second }, "it did not end in the function's timeout"},
		{"/hog", func(o *Options) { o.Memory = 128 }, "the environment used more than the function's memory (128 MB)"},
	} {
		d := deploy(t, tt.change)
		d.want(t, tt.path, 502, `{"Message":"Internal Server Error"}`+"\n")
		d.says(t, tt.says)
		d.want(t, "/pid", 200, "")
		if s := d.Stats(); s.ColdStarts != 2 || s.Failed != 1 || s.Invocations != 2 {
			t.Errorf("%s: %v", tt.path, s)
		}
	}
}

func TestBrokenStream(t *testing.T) {
	d := deploy(t, streaming)
	if _, body, err := d.get(t, "/stream-exit"); err == nil {
		t.Errorf("%d bytes came without an error", len(body))
	}
	d.says(t, "the reply ended too soon")
	// An error that the function tells of in a trailer counts as a success.
	d.want(t, "/stream-trailer", 201, "hel")
	d.says(t, "Fake.Midway")
}

func TestSecondReply(t *testing.T) {
	d := deploy(t, buffered)
	d.want(t, "/twice", 200, `"a"`)
	d.says(t, "twice 202 403")
}

func TestFailedStart(t *testing.T) {
	for init, says := range map[string]string{"exit": "exit status 3", "error": "Fake.Init: nothing works"} {
		d := deploy(t, func(o *Options) { o.Env = []string{"FAKE_INIT=" + init} })
		d.want(t, "/pid", 502, "")
		d.says(t, says)
		if s := d.Stats(); s.ColdStarts != 2 {
			t.Errorf("%s: a start that failed is tried again once: %v", init, s)
		}
	}
	d := deploy(t, func(o *Options) { o.Env = []string{"FAKE_INIT=exit once:" + filepath.Join(t.TempDir(), "marker")} })
	d.want(t, "/pid", 200, "")
}

func TestConcurrency(t *testing.T) {
	together := func(d *deployed, n int) (statuses, pids map[string]int) {
		statuses, pids = map[string]int{}, map[string]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				response, body, err := d.get(t, "/slow")
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				statuses[response.Status[:3]]++
				if response.StatusCode == 200 {
					pids[body]++
				}
			})
		}
		all.Wait()
		return statuses, pids
	}
	// One at a time: as many environments as requests, and no more.
	d := deploy(t, buffered)
	if statuses, pids := together(d, 5); statuses["200"] != 5 || len(pids) != 5 || d.Stats().ColdStarts != 5 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
	// Later ones find them warm.
	if _, pids := together(d, 3); len(pids) != 3 || d.Stats().ColdStarts != 5 {
		t.Errorf("got %v, %v", pids, d.Stats())
	}
	for range 10 {
		d.want(t, "/pid", 200, "")
	}
	if d.Stats().ColdStarts != 5 {
		t.Errorf("one after the other: %v", d.Stats())
	}
	// What is too much is throttled.
	d = deploy(t, func(o *Options) { o.Concurrency = 2 })
	if statuses, pids := together(d, 6); statuses["429"] != 4 || statuses["200"] != 2 || len(pids) != 2 || d.Stats().Throttled != 4 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
	// Several in one.
	d = deploy(t, func(o *Options) { o.Concurrency, o.PerEnvironment = 1, 8 })
	if statuses, pids := together(d, 8); statuses["200"] != 8 || len(pids) != 1 || d.Stats().ColdStarts != 1 {
		t.Errorf("got %v %v, %v", statuses, pids, d.Stats())
	}
}

func TestIdleEnvironmentsEnd(t *testing.T) {
	d := deploy(t, func(o *Options) { o.Idle = 50 * time.Millisecond })
	_, first, err := d.get(t, "/pid")
	if err != nil {
		t.Fatal(err)
	}
	d.says(t, "environment reaped")
	if _, second, err := d.get(t, "/pid"); err != nil || second == first {
		t.Errorf("the same process answers: %s, %v", second, err)
	}
}

func TestBill(t *testing.T) {
	d := deploy(t, buffered)
	d.want(t, "/slow", 200, "")
	d.says(t, "init_ms=")
	s := d.Stats()
	if s.Billed < 51*time.Millisecond || s.Billed > 10*time.Second || s.Billed%time.Millisecond != 0 || s.PeakMemory < 1<<20 || s.PeakMemory > 1<<30 {
		t.Errorf("got %v", s)
	}
}

func TestWhatLambdaRefuses(t *testing.T) {
	good := Options{Zip: zipOf(t), Memory: 128, Timeout: time.Second, Concurrency: 1}
	for text, change := range map[string]func(*Options){
		"128 to 10240 MB":          func(o *Options) { o.Memory = 127 },
		"1s to 15m":                func(o *Options) { o.Timeout = 16 * time.Minute },
		"concurrency":              func(o *Options) { o.Concurrency = 0 },
		"AWS_REGION is Lambda's":   func(o *Options) { o.Env = []string{"AWS_REGION=x"} },
		"is not NAME=VALUE":        func(o *Options) { o.Env = []string{"A"} },
		"4096":                     func(o *Options) { o.Env = []string{"A=" + strings.Repeat("x", 4096)} },
		"no such file":             func(o *Options) { o.Zip = "missing.zip" },
		"no right to be executed":  func(o *Options) { o.Zip = makeZip(t, "#!/bin/sh\n", 0o644) },
		"not a valid zip":          func(o *Options) { o.Zip = "/proc/self/exe" },
		"there is no bootstrap in": func(o *Options) { o.Zip = emptyZip(t) },
	} {
		o := good
		change(&o)
		if f, err := New(o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
			if f != nil {
				_ = f.Close()
			}
		}
	}
}
