package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		os.Exit(fakeFunction("http://" + api + "/2018-06-01/runtime/"))
	}
	os.Exit(m.Run())
}

// zipOf makes a zip whose bootstrap is this test's own program.
func zipOf(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return makeZip(t, "#!/bin/sh\nexec '"+self+"'\n", 0o755)
}

func makeZip(t *testing.T, bootstrap string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "function.zip")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	h.SetMode(mode)
	entry, err := w.CreateHeader(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(entry, bootstrap); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// fakeFunction speaks the Runtime API plainly. What it does is in the path of the
// event; how it starts, in a variable.
func fakeFunction(api string) int {
	switch how, marker, _ := strings.Cut(os.Getenv("FAKE_INIT"), ":"); how {
	case "exit":
		fmt.Println("goodbye")
		return 3
	case "error":
		post(api+"init/error", strings.NewReader(`{"errorType":"Fake.Init","errorMessage":"nothing works"}`), "", nil)
		return 1
	case "hang":
		select {}
	case "child": // which holds the output open
		sleep := exec.Command("sleep", "600")
		sleep.Stdout = os.Stdout
		if err := sleep.Start(); err != nil {
			panic(err)
		}
		return 1
	case "exit once":
		if os.Mkdir(marker, 0o700) == nil {
			return 1
		}
	}
	loops, _ := strconv.Atoi(os.Getenv("AWS_LAMBDA_MAX_CONCURRENCY"))
	var all sync.WaitGroup
	for range max(loops, 1) {
		all.Go(func() {
			for fakeInvocation(api) {
			}
		})
	}
	all.Wait()
	return 0
}

func post(url string, body io.Reader, contentType string, trailer http.Header) int {
	request, err := http.NewRequest(http.MethodPost, url, body)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Trailer = trailer
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println("post:", err)
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

const fakePrelude = `{"statusCode":201,"headers":{"Content-Type":"text/x-fake","Content-Length":"5"},"cookies":["a=1","b=2"]}`

func fakeInvocation(api string) bool {
	response, err := http.Get(api + "invocation/next")
	if err != nil {
		return false
	}
	data, _ := io.ReadAll(response.Body)
	response.Body.Close()
	var e event
	if err := json.Unmarshal(data, &e); err != nil {
		panic(err)
	}
	invocation := api + "invocation/" + response.Header.Get("Lambda-Runtime-Aws-Request-Id")
	reply := func(body string) int {
		return post(invocation+"/response", strings.NewReader(body), "application/octet-stream", nil)
	}
	stream := func(body io.Reader, trailer http.Header) {
		post(invocation+"/response", io.MultiReader(strings.NewReader(fakePrelude+"\x00\x00\x00\x00\x00\x00\x00\x00"), body), integrationResponse, trailer)
	}
	switch e.RawPath {
	case "/event", "/%E7%8C%AB/a%2Bb%2fc+d":
		reply(string(data))
	case "/variables":
		wd, _ := os.Getwd()
		body, _ := json.Marshal(append(os.Environ(), "cwd="+wd))
		reply(string(body))
	case "/stream":
		stream(strings.NewReader("hello"), nil)
	case "/stream-bare":
		post(invocation+"/response", strings.NewReader("raw bytes"), "application/octet-stream", nil)
	case "/stream-empty":
		post(invocation+"/response", strings.NewReader(`{"statusCode":304}`+"\x00\x00\x00\x00\x00\x00\x00\x00"), integrationResponse, nil)
	case "/stream-no-prelude":
		post(invocation+"/response", strings.NewReader("no NULs"), integrationResponse, nil)
	case "/stream-trailer":
		trailer := http.Header{"Lambda-Runtime-Function-Error-Type": nil}
		stream(&atEnd{strings.NewReader("hel"), func() { trailer.Set("Lambda-Runtime-Function-Error-Type", "Fake.Midway") }}, trailer)
	case "/stream-exit":
		stream(io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), &atEnd{strings.NewReader(""), func() {
			barrier(e.RawQueryString) // what was written has come
			os.Exit(1)
		}}), nil)
	case "/stream-large":
		n, _ := strconv.Atoi(e.RawQueryString)
		stream(io.LimitReader(zeros{}, int64(n)), nil)
	case "/buffered":
		reply(`{"statusCode":201,"headers":{"Content-Type":"text/x-fake"},"cookies":["a=1","b=2"],"body":"aGVsbG8=","isBase64Encoded":true}`)
	case "/buffered-text":
		reply(`{"statusCode":200,"body":"hello"}`)
	case "/buffered-not-modified":
		reply(`{"statusCode":304,"headers":{"Etag":"\"x\""},"body":"","isBase64Encoded":true}`)
	case "/buffered-bad-base64":
		reply(`{"statusCode":200,"body":"!","isBase64Encoded":true}`)
	case "/buffered-bad-status":
		reply(`{"statusCode":"fine"}`)
	case "/buffered-length":
		reply(`{"statusCode":200,"headers":{"content-length":"99","connection":"close"},"body":"hello"}`)
	case "/json":
		reply(`{"a":1}`)
	case "/json-string":
		reply(`"hello"`)
	case "/text":
		reply(`hello`)
	case "/large":
		fmt.Println("status", reply(strings.Repeat("x", maxReply+1)))
	case "/error":
		post(invocation+"/error", strings.NewReader(`{"errorType":"Fake.Error","errorMessage":"oh no"}`), "", nil)
	case "/twice":
		first, second := reply(`"a"`), reply(`"b"`)
		fmt.Println("twice", first, second)
	case "/exit":
		os.Exit(1)
	case "/hang":
		select {}
	case "/hog":
		hog := bytes.Repeat([]byte{1}, 200<<20)
		time.Sleep(10 * time.Second)
		reply(strconv.Itoa(len(hog)))
	case "/barrier":
		barrier(e.RawQueryString)
		reply(strconv.Itoa(os.Getpid()))
	case "/late": // done, and not ready for the next yet
		reply(`"a"`)
		barrier(e.RawQueryString)
	case "/never": // done, and never ready again
		reply(`"a"`)
		select {}
	case "/invocation":
		deadline, _ := strconv.ParseInt(response.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
		left := time.Until(time.UnixMilli(deadline)).Round(time.Second)
		reply(fmt.Sprintf("%v %s %s %s", left, response.Header.Get("Lambda-Runtime-Aws-Request-Id"), response.Header.Get("Lambda-Runtime-Trace-Id"), e.RequestContext.RequestID))
	case "/pid":
		reply(strconv.Itoa(os.Getpid()))
	default:
		panic(e.RawPath)
	}
	return true
}

// barrier waits until the test lets it pass.
func barrier(url string) {
	response, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	response.Body.Close()
}

// atEnd does something when its reader has ended.
type atEnd struct {
	io.Reader
	do func()
}

func (a *atEnd) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if err != nil {
		a.do()
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func emptyZip(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "empty.zip")
	var b bytes.Buffer
	if err := zip.NewWriter(&b).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
