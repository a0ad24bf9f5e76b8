package lambdafn

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func readEvent(t *testing.T, file string) (e events.LambdaFunctionURLRequest) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func event(method, path, query string) (e events.LambdaFunctionURLRequest) {
	e.Version, e.RawPath, e.RawQueryString, e.RequestContext.HTTP.Method = "2.0", path, query, method
	return e
}

// Each event beside the request that a handler sees.
func TestGoldenEvents(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			r := request(t.Context(), readEvent(t, file))
			var b strings.Builder
			fmt.Fprintf(&b, "%s %s\nhost %s\nfrom %s\npath %q\nquery %q\n", r.Method, r.RequestURI, r.Host, r.RemoteAddr, r.URL.Path, r.URL.RawQuery)
			for _, name := range slices.Sorted(maps.Keys(r.Header)) {
				fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(r.Header[name], " | "))
			}
			body, err := io.ReadAll(r.Body)
			fmt.Fprintf(&b, "body %q %v, length %d\n", body, err, r.ContentLength)
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// answer is what comes out at the other end, in either way.
type answer struct {
	status  int
	headers map[string]string
	cookies []string
	body    string
}

func invoke(t *testing.T, buffered bool, h http.HandlerFunc, e events.LambdaFunctionURLRequest) answer {
	t.Helper()
	a := newAdapter(h, Options{Buffered: buffered, Log: slog.New(slog.DiscardHandler)})
	reply, err := a.invoke(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if !buffered {
		stream := reply.(*events.LambdaFunctionURLStreamingResponse)
		data, err := io.ReadAll(stream)
		if err != nil {
			t.Fatal(err)
		}
		prelude, body, found := bytes.Cut(data, make([]byte, 8))
		if !found {
			t.Fatalf("no eight NULs in %q", data)
		}
		var p events.LambdaFunctionURLResponse
		if err := json.Unmarshal(prelude, &p); err != nil {
			t.Fatal(err)
		}
		if p.Headers == nil {
			p.Headers = map[string]string{}
		}
		return answer{p.StatusCode, p.Headers, p.Cookies, string(body)}
	}
	r := reply.(*events.LambdaFunctionURLResponse)
	body, err := base64.StdEncoding.DecodeString(r.Body)
	if err != nil || !r.IsBase64Encoded {
		t.Fatal(err, r.IsBase64Encoded)
	}
	return answer{r.StatusCode, r.Headers, r.Cookies, string(body)}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name    string
		method  string
		handler http.HandlerFunc
		want    answer
		// lengths are the values of Content-Length in both ways
		streamed, buffered string
	}{
		{
			name: "a picture", method: "GET",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "image/png")
				w.Header().Set("Content-Length", "4")
				w.Header().Add("Vary", "Accept")
				w.Header().Add("Vary", "Origin")
				http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
				http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusCreated)
				w.Header().Set("Too", "late")
				_, _ = w.Write([]byte("\x89P"))
				_, _ = w.Write([]byte("\x00\xFF"))
			},
			want: answer{201, map[string]string{"Content-Type": "image/png", "Vary": "Accept, Origin"}, []string{"a=1", "b=2"}, "\x89P\x00\xFF"},
		},
		{
			name: "HEAD has no body", method: "HEAD",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "4")
				_, _ = w.Write([]byte("body"))
			},
			want: answer{200, map[string]string{}, nil, ""}, buffered: "4",
		},
		{
			name: "304", method: "GET",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"x"`)
				w.WriteHeader(http.StatusNotModified)
			},
			want: answer{304, map[string]string{"Etag": `"x"`}, nil, ""},
		},
		{name: "nothing written", method: "GET", handler: func(http.ResponseWriter, *http.Request) {}, want: answer{200, map[string]string{}, nil, ""}},
		{
			name: "panic", method: "GET",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"x"`)
				_, _ = w.Write([]byte("half a pic"))
				panic("oh")
			},
			want: answer{500, map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"}, nil,
				`{"type":"about:blank","title":"Internal Server Error","status":500}` + "\n"},
		},
		{
			name: "abort", method: "GET",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("half a pic"))
				panic(http.ErrAbortHandler)
			},
			want: answer{502, map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"}, nil,
				`{"type":"about:blank","title":"Bad Gateway","status":502}` + "\n"},
		},
	}
	for _, tt := range tests {
		for _, buffered := range []bool{false, true} {
			got := invoke(t, buffered, tt.handler, event(tt.method, "/", ""))
			length := tt.streamed
			if buffered {
				length = tt.buffered
			}
			if got.headers["Content-Length"] != length {
				t.Errorf("%s, buffered %v: Content-Length %q, want %q", tt.name, buffered, got.headers["Content-Length"], length)
			}
			delete(got.headers, "Content-Length")
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s, buffered %v: %s", tt.name, buffered, diff)
			}
		}
	}
}

func TestPanicIsLogged(t *testing.T) {
	var logs bytes.Buffer
	healthy := false
	a := newAdapter(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if !healthy {
			panic("oh dear")
		}
	}), Options{Log: NewLog(&logs, slog.LevelInfo)})
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "17-A"})
	if _, err := a.invoke(ctx, event("GET", "/", "")); err != nil {
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(logs.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["error"] != "oh dear" || line["requestId"] != "17-A" || line["level"] != "ERROR" || line["timestamp"] == nil || !strings.Contains(line["stack"].(string), "lambdafn_test.go") {
		t.Errorf("got %s", &logs)
	}
	// The next one is well.
	healthy = true
	if reply, err := a.invoke(ctx, event("GET", "/", "")); err != nil || reply.(*events.LambdaFunctionURLStreamingResponse).StatusCode != 200 {
		t.Errorf("afterwards: %v, %v", reply, err)
	}
}

// The work ends before Lambda ends the process, and the client is told.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for limit, want := range map[time.Duration]time.Duration{30 * time.Second: 29500 * time.Millisecond, time.Second: 800 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			start := time.Now()
			a := newAdapter(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}), Options{})
			reply, err := a.invoke(ctx, event("GET", "/", ""))
			if err != nil || reply.(*events.LambdaFunctionURLStreamingResponse).StatusCode != http.StatusGatewayTimeout {
				t.Errorf("%v: got %+v, %v", limit, reply, err)
			}
			if took := time.Since(start); took != want {
				t.Errorf("%v: took %v, want %v", limit, took, want)
			}
			cancel()
		}
	})
}

func TestMostOfABody(t *testing.T) {
	write := func(n int, failed *error) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, *failed = w.Write(make([]byte, n)) }
	}
	var failed error
	var logs bytes.Buffer
	a := newAdapter(nil, Options{Buffered: true, Log: NewLog(&logs, slog.LevelInfo)})
	a.handler = write(MaxBuffered, &failed)
	reply, err := a.invoke(t.Context(), event("GET", "/", ""))
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	whole, err := json.Marshal(reply)
	if err != nil || len(whole) > maxReply-20_000 || reply.(*events.LambdaFunctionURLResponse).StatusCode != 200 {
		t.Errorf("the largest body makes a reply of %d bytes, %v", len(whole), err)
	}
	a.handler = write(MaxBuffered+1, &failed)
	if _, err := a.invoke(t.Context(), event("GET", "/", "")); err != nil || !errors.Is(failed, errTooLarge) {
		t.Errorf("one byte more: %v, %v", err, failed)
	}
	// Headers count too.
	a.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 30_000))
		write(MaxBuffered, &failed)(w, r)
	})
	reply, err = a.invoke(t.Context(), event("GET", "/", ""))
	if err != nil || reply.(*events.LambdaFunctionURLResponse).StatusCode != http.StatusInternalServerError {
		t.Errorf("a reply over the limit: %v, %v", reply, err)
	}
	if !strings.Contains(logs.String(), "larger than Lambda takes") {
		t.Errorf("the log says %q", &logs)
	}
}

func TestJSONSize(t *testing.T) {
	w := newRecorder("GET", MaxBuffered)
	w.Header().Set("X-Quoted", `"é"<>&`)
	w.Header().Set("Set-Cookie", "a=1")
	_, _ = w.Write(make([]byte, 1000))
	size := w.jsonSize()
	data, err := json.Marshal(w.buffered())
	if err != nil || size < len(data) || size > len(data)+20 {
		t.Errorf("%d was foreseen, %d came, %v", size, len(data), err)
	}
}

func TestOtherEvents(t *testing.T) {
	a := newAdapter(http.NotFoundHandler(), Options{})
	for _, e := range []events.LambdaFunctionURLRequest{{}, {Version: "1.0"}, {Version: "2.0"}} {
		if _, err := a.invoke(t.Context(), e); !errors.Is(err, errEvent) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func FuzzTarget(f *testing.F) {
	f.Add("/cat.jpg", "w=300")
	f.Add("/100%", "%")
	f.Add("//host/x?y", "?")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, path, query string) {
		r := request(t.Context(), event("GET", path, query))
		want := "/" + strings.TrimPrefix(path, "/")
		if strings.HasPrefix(path, "/") {
			want = path
		}
		if q := strings.TrimPrefix(query, "?"); q != "" {
			want += "?" + q
		}
		if r.RequestURI != want || r.URL == nil {
			t.Errorf("%q %q: the target is %q", path, query, r.RequestURI)
		}
	})
}
