package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "golang.org/x/image/webp"

	"github.com/tintype/tintype/internal/pixel/pixeltest"
)

// client is a case's server and the last answer that it gave.
type client struct {
	bucket  bucket
	lambda  *lambda // nil for the server
	cmd     *exec.Cmd
	address string
	metrics string // URL
	admin   string // URL of invalidations
	ended   chan error

	mu   sync.Mutex
	logs strings.Builder

	response *http.Response
	body     []byte
	started  chan answer // of a request that is under way
}

type clientKey struct{}

func clientOf(ts *testscript.TestScript) *client { return ts.Value(clientKey{}).(*client) }

var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"serve":   serve,
	"stop":    stop,
	"put":     put,
	"remove":  remove,
	"purge":   purge,
	"noise":   noise,
	"get":     get,
	"status":  status,
	"header":  header,
	"body":    body,
	"picture": picture,
	"upright": upright,
	"etag":    etag,
	"start":   start,
	"finish":  finish,
	"log":     log,
	"metrics": metrics,
	"tintype": tintype,
}

func usage(ts *testscript.TestScript, ok bool, text string) {
	if !ok {
		ts.Fatalf("usage: %s", text)
	}
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts)
	if c.lambda != nil {
		c.lambda.serve(ts, c, neg, args)
		return
	}
	source, env := c.bucket.source()
	// Nothing may need a temporary file.
	env = append(env, "TMPDIR=/nonexistent")
	c.launch(ts, neg, append([]string{"serve", "--source", source, "--listen", "127.0.0.1:0"}, args...), env)
}

// launch starts the program, which must tell that it is serving.
func (c *client) launch(ts *testscript.TestScript, neg bool, args, env []string) {
	c.ended = make(chan error, 1)
	c.cmd = exec.Command(binary, args...)
	c.cmd.Dir = ts.MkAbs(".")
	c.cmd.Env = append(os.Environ(), env...)
	stderr, err := c.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(c.cmd.Start())
	address := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			c.mu.Lock()
			c.logs.Write(append(lines.Bytes(), '\n'))
			c.mu.Unlock()
			var line struct{ Msg, Address, URL string }
			if json.Unmarshal(lines.Bytes(), &line) != nil {
				continue
			}
			switch line.Msg {
			case "metrics":
				c.metrics = line.URL // before serving is told
			case "invalidations":
				c.admin = line.URL
			case "serving":
				address <- line.Address
			}
		}
		c.ended <- c.cmd.Wait()
	}()
	select {
	case c.address = <-address:
		if neg {
			ts.Fatalf("the server starts")
		}
	case err := <-c.ended:
		c.cmd = nil
		if !neg || err == nil {
			ts.Fatalf("the server ended: %v\n%s", err, c.log())
		}
	case <-time.After(30 * time.Second):
		ts.Fatalf("the server does not start:\n%s", c.log())
	}
}

func (c *client) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logs.String()
}

func (c *client) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

func stop(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0, "stop")
	c := clientOf(ts)
	ts.Check(c.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-c.ended:
		c.cmd = nil
		if err != nil {
			ts.Fatalf("the server did not end well: %v\n%s", err, c.log())
		}
	case <-time.After(30 * time.Second):
		ts.Fatalf("the server does not end")
	}
}

func put(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "put KEY FILE")
	ts.Check(clientOf(ts).bucket.put(args[0], []byte(ts.ReadFile(args[1]))))
}

func purge(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0, "purge")
	response, err := http.Post(clientOf(ts).admin, "application/json", strings.NewReader(`{"items":["/*"]}`))
	ts.Check(err)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		ts.Fatalf("purge: %s", response.Status)
	}
}

func noise(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "noise KEY SIDE")
	side, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(clientOf(ts).bucket.put(args[0], pixeltest.PNG(pixeltest.Noise(side, side))))
}

func remove(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "remove KEY")
	ts.Check(clientOf(ts).bucket.remove(args[0]))
}

// get sends a request whose target is not touched on its way.
func get(ts *testscript.TestScript, _ bool, args []string) {
	const text = "get [-X METHOD] [-H HEADER]... TARGET"
	c := clientOf(ts)
	method, headers := http.MethodGet, ""
	for len(args) > 1 {
		switch args[0] {
		case "-X":
			method = args[1]
		case "-H":
			headers += args[1] + "\r\n"
		default:
			usage(ts, false, text)
		}
		args = args[2:]
	}
	usage(ts, len(args) == 1, text)
	response, body, err := send(c.address, method, args[0], headers)
	ts.Check(err)
	c.response, c.body = response, body
}

func send(address, method, target, headers string) (*http.Response, []byte, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, nil, err
	}
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", method, target, address, headers)
	if err != nil {
		return nil, nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

func start(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "start TARGET")
	c := clientOf(ts)
	c.started = make(chan answer, 1)
	go func() {
		response, body, err := send(c.address, http.MethodGet, args[0], "")
		c.started <- answer{response, body, err}
	}()
}

func finish(ts *testscript.TestScript, _ bool, _ []string) {
	c := clientOf(ts)
	a := <-c.started
	ts.Check(a.err)
	c.response, c.body = a.response, a.body
}

type answer struct {
	response *http.Response
	body     []byte
	err      error
}

func metrics(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "metrics REGEXP")
	c := clientOf(ts)
	re, err := regexp.Compile("(?m)^" + args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var page []byte
	if await(ctx, func() bool {
		response, err := http.Get(c.metrics)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		page, _ = io.ReadAll(response.Body)
		return re.Match(page)
	}) != nil {
		ts.Fatalf("no line matches %s:\n%s", args[0], page)
	}
}

func status(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "status CODE")
	c := clientOf(ts)
	if got := strconv.Itoa(c.response.StatusCode); got != args[0] {
		ts.Fatalf("status %s, want %s\n%.300s", got, args[0], c.body)
	}
}

func match(ts *testscript.TestScript, neg bool, what, got, pattern string) {
	re, err := regexp.Compile(pattern)
	ts.Check(err)
	if re.MatchString(got) == neg {
		ts.Fatalf("%s is %.500q; pattern %s", what, got, pattern)
	}
}

func header(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 2 || neg && len(args) == 1, "[!] header NAME [REGEXP]")
	values, given := clientOf(ts).response.Header[http.CanonicalHeaderKey(args[0])]
	if len(args) == 1 {
		if given {
			ts.Fatalf("the answer has %s: %q", args[0], values)
		}
		return
	}
	if !given && !neg {
		ts.Fatalf("the answer has no %s", args[0])
	}
	match(ts, neg, args[0], strings.Join(values, ", "), args[1])
}

func body(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts)
	if len(args) == 0 {
		if (len(c.body) == 0) != neg {
			ts.Fatalf("the body has %d bytes", len(c.body))
		}
		return
	}
	usage(ts, len(args) == 1, "[!] body [REGEXP]")
	match(ts, neg, "the body", string(c.body), args[0])
}

// picture looks at the bytes; the Content-Type must agree with them.
func picture(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2 || len(args) == 3, "picture FORMAT WIDTHxHEIGHT [FRAMES]")
	c := clientOf(ts)
	if got := c.response.Header.Get("Content-Type"); got != "image/"+args[0] {
		ts.Fatalf("Content-Type is %s, want image/%s\n%.300s", got, args[0], c.body)
	}
	if got, want := c.response.Header.Get("Content-Length"), strconv.Itoa(len(c.body)); got != want && !c.lambda.streams() {
		ts.Fatalf("Content-Length is %s, and the body has %s bytes", got, want)
	}
	var size string
	if args[0] == "avif" {
		size = avifSize(ts, c.body)
	} else {
		config, format, err := image.DecodeConfig(bytes.NewReader(c.body))
		ts.Check(err)
		if format != args[0] {
			ts.Fatalf("the bytes are %s, want %s", format, args[0])
		}
		size = fmt.Sprintf("%dx%d", config.Width, config.Height)
	}
	if size != args[1] {
		ts.Fatalf("the picture has %s, want %s", size, args[1])
	}
	if len(args) == 3 {
		frames := bytes.Count(c.body, []byte("ANMF"))
		if args[0] == "gif" {
			film, err := gif.DecodeAll(bytes.NewReader(c.body))
			ts.Check(err)
			frames = len(film.Image)
		}
		if strconv.Itoa(frames) != args[2] {
			ts.Fatalf("the picture has %d frames, want %s", frames, args[2])
		}
	}
}

// avifSize reads the image spatial extents box (ISO/IEC 23008-12 §6.5.3).
func avifSize(ts *testscript.TestScript, data []byte) string {
	if !bytes.Contains(data[:min(32, len(data))], []byte("ftypavif")) {
		ts.Fatalf("the bytes are no AVIF: %.32q", data)
	}
	_, after, found := bytes.Cut(data, []byte("ispe\x00\x00\x00\x00"))
	if !found || len(after) < 8 {
		ts.Fatalf("the AVIF has no size")
	}
	number := func(b []byte) int { return int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3]) }
	return fmt.Sprintf("%dx%d", number(after), number(after[4:]))
}

func upright(ts *testscript.TestScript, _ bool, _ []string) {
	img, _, err := image.Decode(bytes.NewReader(clientOf(ts).body))
	ts.Check(err)
	for i, got := range pixeltest.CornersOf(img) {
		// Go takes WebP's colours for another kind of YUV: far off, but which
		// is which can be told.
		if !pixeltest.Near(got, pixeltest.Corners[i], 40) {
			ts.Fatalf("corner %d is %v, want %v", i, got, pixeltest.Corners[i])
		}
	}
}

func etag(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "etag NAME")
	value := clientOf(ts).response.Header.Get("ETag")
	if !regexp.MustCompile(`^"[A-Za-z0-9_-]{22}"$`).MatchString(value) {
		ts.Fatalf("the ETag is %s", value)
	}
	ts.Setenv(args[0], value)
}

// log waits for the line: it is written after the answer.
func log(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "log REGEXP")
	c := clientOf(ts)
	re, err := regexp.Compile(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if await(ctx, func() bool { return re.MatchString(c.log()) }) != nil {
		ts.Fatalf("no line matches %s:\n%s", args[0], c.log())
	}
}

// tintype runs a command to its end.
func tintype(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(binary, args...)
	if (err != nil) != neg {
		ts.Fatalf("tintype %s: %v", strings.Join(args, " "), err)
	}
}
