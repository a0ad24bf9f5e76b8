// Command coldstart puts the zip of the Lambda function beside Node functions
// that do the same job, on the same Runtime API (the sandbox's), in turn: from
// the start of the process to the first picture answered, and then warm.
//
//	bench/coldstart.sh [--photos FOLDER] [--rounds N]
package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/tintype/tintype/internal/sandbox"
)

// cells are the pictures that are asked for; those whose file is not in the
// folder are left out. They are some of the server's (../main.go).
var cells = []struct {
	name, file string
	w          int
	query      string
}{
	{"jpg-crop", "valley.jpg", 300, "h=200&fm=jpg&q=80"},
	{"jpg-640", "valley.jpg", 640, "fm=jpg&q=80"},
	{"jpg-webp", "valley.jpg", 640, "fm=webp&q=80"},
	{"alpha-webp", "pepper-alpha.png", 400, "fm=webp&q=80"},
	{"webp-webp", "hut.webp", 400, "fm=webp&q=80"},
	{"24mp-jpg", "wall-24mp.jpg", 300, "h=200&fm=jpg&q=80"},

	{"hills-crop", "hills.jpg", 300, "h=200&fm=jpg&q=80"},
	{"hills-webp", "hills.jpg", 640, "fm=webp&q=80"},
	{"balloon-webp", "balloon.png", 300, "fm=webp&q=80"},
}

// contender is a function to measure.
type contender struct {
	name string
	zip  string
	env  []string
}

// measured is what one life of an environment cost.
type measured struct {
	wall time.Duration // from the request that starts it to the picture's last byte
	cpu  time.Duration // of all of it
	warm time.Duration // CPU time after the first five invocations
	peak int64
}

func main() {
	photos := flag.String("photos", "examples/pictures", "folder of the pictures")
	rounds := flag.Int("rounds", 15, "cold starts of each function")
	warm := flag.Int("warm", 40, "warm invocations of each function and picture")
	flag.Parse()
	if err := run(*photos, *rounds, *warm); err != nil {
		fmt.Fprintln(os.Stderr, "coldstart:", err)
		os.Exit(1)
	}
}

func run(photos string, rounds, warm int) error {
	work, err := os.MkdirTemp("", "coldstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	bucket, err := sandbox.OpenBucket("pictures", photos)
	if err != nil {
		return err
	}
	s3 := httptest.NewServer(bucket)
	defer s3.Close()

	arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	endpoint := "AWS_ENDPOINT_URL_S3=" + s3.URL
	contenders := []contender{
		{"tintype", "dist/tintype-lambda-" + arch + ".zip", []string{"TINTYPE_SOURCE=s3://pictures", "TINTYPE_LAMBDA_RESPONSE=buffered", "TINTYPE_CACHE_MEMORY=0", endpoint}},
		{"sharp", filepath.Join(work, "plain.zip"), []string{"BUCKET=pictures", endpoint}},
		{"sharp, bundled", filepath.Join(work, "bundled.zip"), []string{"BUCKET=pictures", endpoint}},
	}
	for _, build := range []string{"plain", "bundled"} {
		if err := zipFolder(filepath.Join("bench/peers/lambda/build", build), filepath.Join(work, build+".zip")); err != nil {
			return err
		}
	}
	if err := coldStarts(contenders, photos, rounds); err != nil {
		return err
	}
	return warmInvocations(contenders[:2], photos, warm)
}

// coldStarts starts each function so many times, in turn.
func coldStarts(contenders []contender, photos string, rounds int) error {
	first := firstCell(photos)
	path := url(first, 0)
	lives := make([][]measured, len(contenders))
	for range rounds {
		for i, c := range contenders {
			m, err := live(c, []string{path})
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			lives[i] = append(lives[i], m)
		}
	}
	fmt.Printf("process start to first picture (%s), 1769 MB, buffered, median and range of %d starts\n\n", cells[first].name, rounds)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\twall ms\tleast\tmost\tCPU ms\tpeak MB\tzip MB\t")
	for i, c := range contenders {
		info, err := os.Stat(c.zip)
		if err != nil {
			return err
		}
		wall := func(m measured) time.Duration { return m.wall }
		fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t\n", c.name,
			ms(quantile(lives[i], 0.5, wall)), ms(quantile(lives[i], 0, wall)), ms(quantile(lives[i], 1, wall)),
			ms(quantile(lives[i], 0.5, func(m measured) time.Duration { return m.cpu })),
			float64(quantile(lives[i], 0.5, func(m measured) int64 { return m.peak }))/(1<<20), float64(info.Size())/1e6)
	}
	return table.Flush()
}

// settled is how many invocations a process has before it counts as warm.
const settled = 5

// warmInvocations measures what an invocation costs a process that is warm.
func warmInvocations(contenders []contender, photos string, n int) error {
	fmt.Printf("\nwarm, CPU ms an invocation (of %d, every one another size)\n\n", n)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "cell\ttintype\tsharp\tratio\t")
	for number, cell := range cells {
		if !exists(photos, cell.file) {
			continue
		}
		var cost [2]float64
		for i, c := range contenders {
			var paths []string
			for i := range n + settled {
				paths = append(paths, url(number, i))
			}
			m, err := live(c, paths)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", cell.name, c.name, err)
			}
			cost[i] = ms(m.warm) / float64(n)
		}
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.2f\t\n", cell.name, cost[0], cost[1], cost[1]/cost[0])
	}
	return table.Flush()
}

// live starts a function, asks it for pictures one after the other, and ends it.
func live(c contender, paths []string) (m measured, err error) {
	f, err := sandbox.New(sandbox.Options{
		Zip: c.zip, Memory: 1769, Timeout: time.Minute, Concurrency: 1, Region: "us-east-1", Env: c.env,
		Credentials: func(context.Context) ([]string, error) {
			return []string{"AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any"}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return m, err
	}
	server := httptest.NewServer(f.URL())
	defer server.Close()
	start := time.Now()
	for i, path := range paths {
		if err := get(server.URL + path); err != nil {
			_ = f.Close()
			return m, err
		}
		switch i {
		case 0:
			m.wall = time.Since(start)
		case settled - 1:
			m.warm = -f.Stats().CPU
		}
	}
	m.warm += f.Stats().CPU
	err = f.Close()
	s := f.Stats()
	m.cpu, m.peak = s.CPU, s.PeakMemory
	return m, err
}

// url asks for the i-th width from the cell's down.
func url(cell, i int) string {
	c := cells[cell]
	return fmt.Sprintf("/%s?w=%d&%s", c.file, c.w-i, c.query)
}

func get(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %.200s", url, response.Status, body)
	}
	return err
}

func firstCell(photos string) int {
	for i, c := range cells {
		if exists(photos, c.file) {
			return i
		}
	}
	return 0
}

func exists(folder, file string) bool {
	_, err := os.Stat(filepath.Join(folder, file))
	return err == nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func quantile[T time.Duration | int64](lives []measured, q float64, of func(measured) T) T {
	var values []T
	for _, m := range lives {
		values = append(values, of(m))
	}
	slices.Sort(values)
	return values[int(q*float64(len(values)-1))]
}

// zipFolder zips a folder as tightly as tintype's own zip.
func zipFolder(folder, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	w := zip.NewWriter(out)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: filepath.ToSlash(name), Method: zip.Deflate}
		header.SetMode(info.Mode())
		to, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = to.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return w.Close()
}
