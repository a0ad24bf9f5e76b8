// Command day simulates a day of a site behind CloudFront, without pixels: how
// many requests the cache answers with the edge function and without it, and what
// the rest costs.
//
//	go run ./bench/day [--requests N]
//
// Ten thousand pictures are asked for as Zipf's law has it, each in twelve widths,
// by clients of three kinds (AVIF and WebP, WebP, neither), whose Accept headers
// are spelled in several ways. Pages spell URLs in several ways too, and one link
// in ten comes from a campaign that adds a parameter.
package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/tintype/tintype/edge"
	"github.com/tintype/tintype/internal/sandbox"
)

const (
	pictures = 10_000
	exponent = 1.05 // of Zipf's law
)

var widths = []int{160, 240, 320, 400, 480, 640, 768, 960, 1280, 1600, 1920, 2560}

// accepts are headers of browsers and apps by what they mean, and how often each
// kind is seen.
var accepts = []struct {
	share   float64
	headers []string
}{
	{0.80, []string{
		"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
		"image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
		"image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
	}},
	{0.15, []string{"image/webp,*/*", "image/webp,image/apng,image/*,*/*;q=0.8", "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"}},
	{0.05, []string{"*/*", "image/*,*/*;q=0.8", ""}},
}

// spellings are queries for a width, by different templates of a site.
var spellings = []string{
	"w=%d&auto=format", "auto=format&w=%d", "w=%d&auto=format&fit=clip", "width=%d&auto=format", "auto=format&w=%d&dpr=1", "w=%d&auto=Format",
}

// Prices in USD (us-east-1): of a million requests at the edge, of a million runs
// of the edge function, and of a million pictures made (150 ms of an arm64
// function with 1769 MB, its request, one read of S3).
const (
	edgeRequests  = 1.00
	edgeFunctions = 0.10
	picturesMade  = 4.06
)

func main() {
	requests := flag.Int("requests", 1_000_000, "requests of the day")
	flag.Parse()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%d requests\thits %%\tpictures made\tUSD per million requests\t\n", *requests)
	for _, with := range []bool{true, false} {
		made, err := day(*requests, with)
		if err != nil {
			fmt.Fprintln(os.Stderr, "day:", err)
			os.Exit(1)
		}
		name, cost := "edge function off", edgeRequests
		if with {
			name, cost = "edge function on", edgeRequests+edgeFunctions
		}
		share := float64(made) / float64(*requests)
		fmt.Fprintf(table, "%s\t%.1f\t%d\t%.2f\t\n", name, 100*(1-share), made, cost+share*picturesMade)
	}
	_ = table.Flush()
}

// day runs the requests and returns how many of them reached the function.
func day(requests int, withEdge bool) (made int, err error) {
	d := &sandbox.Distribution{
		AllowedMethods: []string{"GET"}, CachedMethods: []string{"GET"},
		Cache: sandbox.CachePolicy{DefaultTTL: 24 * time.Hour, MaxTTL: 365 * 24 * time.Hour, RequestPolicy: sandbox.RequestPolicy{Query: sandbox.Selection{Behavior: "all"}}},
	}
	if withEdge {
		d.EdgeCode = `const options={"defaults":"","ladder":[],"maxSide":8192};` + edge.Function
	} else {
		// Without it the header itself has to be in the key, or clients would get
		// each other's formats.
		d.Cache.Headers = sandbox.Selection{Behavior: "whitelist", Items: []string{"Accept"}}
	}
	origin := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600, s-maxage=86400")
		_, _ = io.WriteString(w, "x")
	})
	front, err := sandbox.NewCloudFront(d, origin, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	const workers = 2
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			popular := rand.NewZipf(r, exponent, 1, pictures-1)
			for range requests / workers {
				request := httptest.NewRequest(http.MethodGet, target(r, popular.Uint64()), nil)
				if accept := accept(r); accept != "" {
					request.Header.Set("Accept", accept)
				}
				front.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}
	all.Wait()
	return front.Stats().OriginRequests, nil
}

func target(r *rand.Rand, picture uint64) string {
	query := fmt.Sprintf(spellings[r.IntN(len(spellings))], widths[r.IntN(len(widths))])
	if r.IntN(10) == 0 {
		query += "&utm_campaign=c" + strconv.Itoa(r.IntN(20))
	}
	return "/pictures/" + strconv.FormatUint(picture, 10) + ".jpg?" + query
}

func accept(r *rand.Rand) string {
	at := r.Float64()
	for _, kind := range accepts {
		if at -= kind.share; at < 0 {
			return kind.headers[r.IntN(len(kind.headers))]
		}
	}
	return ""
}
