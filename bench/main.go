// Command bench puts tintype beside sharp (in a Node server) on the same
// pictures and the same work, in turn, and prints what each picture cost.
//
// The figure to compare is CPU milliseconds a request: user and system time of
// the server's process over the requests that it served. It hardly depends on
// what else the machine does. Every request asks for another size, so that
// nothing is coalesced or cached.
//
//	go run ./bench --photos FOLDER
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// cell is one kind of work.
type cell struct {
	name, file string
	w, h       int
	fm         string
	q          int
}

// cells are the work that is compared; those whose file is not in the folder
// are left out.
var cells = []cell{
	{"jpg-crop", "valley.jpg", 300, 200, "jpg", 80},
	{"jpg-640", "valley.jpg", 640, 0, "jpg", 80},
	{"jpg-webp", "valley.jpg", 640, 0, "webp", 80},
	{"jpg-avif", "valley.jpg", 640, 0, "avif", 60},
	{"prog-jpg", "truck-progressive.jpg", 640, 0, "jpg", 80},
	{"alpha-webp", "pepper-alpha.png", 400, 0, "webp", 80},
	{"png-png", "page-screenshot.png", 800, 0, "png", 0},
	{"webp-webp", "hut.webp", 400, 0, "webp", 80},
	{"24mp-jpg", "wall-24mp.jpg", 300, 200, "jpg", 80},
	{"gif-webp", "pan-animated.gif", 240, 0, "webp", 80},
	{"avif-jpg", "palms.avif", 400, 0, "jpg", 80},
	{"exif-jpg", "tulips-exif6.jpg", 400, 0, "jpg", 80},

	{"hills-crop", "hills.jpg", 300, 200, "jpg", 80},
	{"hills-webp", "hills.jpg", 640, 0, "webp", 80},
	{"balloon-webp", "balloon.png", 300, 0, "webp", 80},
	{"planets-webp", "planets.gif", 120, 0, "webp", 80},
}

// url asks for the i-th size around the cell's.
func (c cell) url(base string, i int) string {
	const spread = 20
	u := fmt.Sprintf("%s/%s?w=%d&fm=%s", base, c.file, c.w-spread+i%(2*spread+1), c.fm)
	if c.h > 0 {
		u += fmt.Sprintf("&h=%d", c.h-spread+i/(2*spread+1)%(2*spread+1))
	}
	if c.q > 0 {
		u += fmt.Sprintf("&q=%d", c.q)
	}
	return u
}

// measured is what a server did for a cell.
type measured struct {
	requests  int
	bytes     int64
	cpu       time.Duration
	latencies []time.Duration
}

func (m *measured) add(o measured) {
	m.requests += o.requests
	m.bytes += o.bytes
	m.cpu += o.cpu
	m.latencies = append(m.latencies, o.latencies...)
}

func (m *measured) cpuMS() float64 { return float64(m.cpu.Microseconds()) / 1000 / float64(m.requests) }

func (m *measured) quantile(q float64) time.Duration {
	slices.Sort(m.latencies)
	return m.latencies[int(q*float64(len(m.latencies)-1))]
}

func main() {
	photos := flag.String("photos", "examples/pictures", "folder of the pictures")
	seconds := flag.Float64("seconds", 3, "length of a turn; each server has two turns a cell")
	connections := flag.Int("connections", 2, "requests at a time")
	only := flag.String("only", "", "names of the cells to run, with commas")
	flag.Parse()
	if err := run(*photos, time.Duration(*seconds*float64(time.Second)), *connections, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(photos string, turn time.Duration, connections int, only string) error {
	photos, err := filepath.Abs(photos)
	if err != nil {
		return err
	}
	servers := []*server{
		{name: "tintype", args: []string{"bin/tintype", "serve", "--source", photos, "--cache-memory", "0", "--listen"}},
		{name: "sharp", args: []string{"node", "bench/peers/sharp/server.mjs", photos}},
	}
	first := cells[slices.IndexFunc(cells, func(c cell) bool {
		_, err := os.Stat(filepath.Join(photos, c.file))
		return err == nil
	})]
	for _, s := range servers {
		if err := s.start(first); err != nil {
			return err
		}
		defer s.stop()
	}
	idle := servers[0].memory("VmRSS")

	fmt.Printf("%s, %d connections, 2 × %v a cell and server, %s\n\n", time.Now().Format(time.DateOnly), connections, turn, runtime.GOARCH)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "cell\ttintype ms\tbytes\treq/s\tp50\tp99\tsharp ms\tbytes\treq/s\tp50\tp99\tratio\t")
	for _, c := range cells {
		if only != "" && !slices.Contains(strings.Split(only, ","), c.name) {
			continue
		}
		if _, err := os.Stat(filepath.Join(photos, c.file)); err != nil {
			continue
		}
		results := make([]measured, len(servers))
		for range 2 { // A B A B
			for i, s := range servers {
				m, err := s.measure(c, turn, connections)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, s.name, err)
				}
				results[i].add(m)
			}
		}
		fmt.Fprintf(table, "%s\t", c.name)
		for _, m := range results {
			fmt.Fprintf(table, "%.2f\t%d\t%.1f\t%.1f\t%.1f\t", m.cpuMS(), m.bytes/int64(m.requests), float64(m.requests)/(2*turn).Seconds(),
				ms(m.quantile(0.5)), ms(m.quantile(0.99)))
		}
		fmt.Fprintf(table, "%.2f\t\n", results[1].cpuMS()/results[0].cpuMS())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf("\npeak memory: tintype %d MiB (idle %d MiB), sharp %d MiB\n",
		servers[0].memory("VmHWM"), idle, servers[1].memory("VmHWM"))
	fmt.Printf("process start to first picture (%s): tintype %.0f ms, sharp %.0f ms\n", first.name, ms(servers[0].began), ms(servers[1].began))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// server is a process under load.
type server struct {
	name  string
	args  []string // the address or port comes last
	cmd   *exec.Cmd
	base  string
	began time.Duration // from the start of the process to its first picture
	n     atomic.Int64  // requests so far: no size is asked for twice in a row
}

func (s *server) start(first cell) error {
	var listen net.ListenConfig
	free, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		return err
	}
	s.base = "http://" + address
	if s.args[0] == "node" {
		_, address, _ = net.SplitHostPort(address)
	}
	s.cmd = exec.Command(s.args[0], append(s.args[1:], address)...)
	start := time.Now()
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	for time.Since(start) < 10*time.Second {
		if (&measured{}).request(first.url(s.base, 0)) == nil {
			s.began = time.Since(start)
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%s does not answer", s.name)
}

func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// measure keeps so many requests going for a while.
func (s *server) measure(c cell, turn time.Duration, connections int) (measured, error) {
	var mu sync.Mutex
	var total measured
	var failed error
	before, err := s.cpu()
	if err != nil {
		return total, err
	}
	end := time.Now().Add(turn)
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			var m measured
			var err error
			for err == nil && time.Now().Before(end) {
				err = m.request(c.url(s.base, int(s.n.Add(1))))
			}
			mu.Lock()
			defer mu.Unlock()
			total.add(m)
			if err != nil {
				failed = err
			}
		})
	}
	all.Wait()
	after, err := s.cpu()
	total.cpu = after - before
	if failed == nil {
		failed = err
	}
	return total, failed
}

func (m *measured) request(url string) error {
	start := time.Now()
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	m.requests++
	m.bytes += n
	m.latencies = append(m.latencies, time.Since(start))
	return nil
}

// cpu is the user and system time that the process has used, from proc(5).
func (s *server) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold blanks
	fields := strings.Fields(rest)
	var ticks int
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	const ticksPerSecond = 100
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// memory reads a field of /proc/PID/status in MiB.
func (s *server) memory(field string) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			kib, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			return kib / 1024
		}
	}
	return 0
}
