package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/tintype/tintype/internal/httpapi"
)

// api is CloudFront's, as far as purging needs it.
type api struct {
	items    []string // of all invalidations
	batches  int
	pending  int // answers before an invalidation is completed
	failFrom int // batch that fails; 0 for none
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := "InProgress"
	switch {
	case !strings.Contains(r.URL.Path, "/distribution/E1/invalidation"):
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>NoSuchDistribution</Code><Message>there is none</Message></Error></ErrorResponse>`)
		return
	case r.Method == http.MethodPost:
		a.batches++
		if a.batches == a.failFrom {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`)
			return
		}
		var batch struct {
			Quantity int      `xml:"Paths>Quantity"`
			Items    []string `xml:"Paths>Items>Path"`
		}
		if err := xml.NewDecoder(r.Body).Decode(&batch); err != nil || batch.Quantity != len(batch.Items) || len(batch.Items) > tagsOnce {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		a.items = append(a.items, batch.Items...)
		w.WriteHeader(http.StatusCreated)
	case a.pending == 0:
		status = "Completed"
	default:
		a.pending--
	}
	fmt.Fprintf(w, `<Invalidation><Id>I%d</Id><Status>%s</Status></Invalidation>`, a.batches, status)
}

func purge(t *testing.T, a *api, args ...string) (code int, out, errors string) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDFRONT", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), append([]string{"purge", "--interval", "1ms"}, args...), nil, stdio{&stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

func TestPurge(t *testing.T) {
	a := &api{pending: 2}
	code, out, errors := purge(t, a, "--distribution", "E1", "a.jpg", "ü/b c.jpg")
	if code != exitOK || out != "purged: 2 of 2 pictures (invalidation I1)\n" || strings.Count(errors, "I1: InProgress") != 2 {
		t.Errorf("got %d %q %q", code, out, errors)
	}
	if want := []string{"#" + httpapi.CacheTag("a.jpg"), "#" + httpapi.CacheTag("ü/b c.jpg")}; !slices.Equal(a.items, want) {
		t.Errorf("got %v, want %v", a.items, want)
	}
}

func TestPurgeMany(t *testing.T) {
	var keys []string
	for i := range 400 {
		keys = append(keys, fmt.Sprintf("%d.jpg", i))
	}
	a := &api{pending: 1000}
	if code, out, errors := purge(t, a, append([]string{"--distribution", "E1", "--no-wait"}, keys...)...); code != exitOK || a.batches != 3 || len(a.items) != 400 ||
		!strings.HasSuffix(out, "asked for: 400 of 400 pictures (invalidation I3)\n") || errors != "" {
		t.Errorf("got %d, %d batches, %d items, %q %q", code, a.batches, len(a.items), out, errors)
	}
	// What was done and what was not is told.
	a = &api{failFrom: 2}
	code, out, errors := purge(t, a, append([]string{"--distribution", "E1"}, keys...)...)
	if code != exitError || !strings.Contains(out, "purged: 150 of 400") || !strings.Contains(errors, "of 400 pictures 150 are purged; 150.jpg and those after it are not") || !strings.Contains(errors, "not you") {
		t.Errorf("got %d %q %q", code, out, errors)
	}
}

func TestPurgeOfAnotherDistribution(t *testing.T) {
	if code, _, errors := purge(t, &api{}, "--distribution", "E2", "a.jpg"); code != exitError || !strings.Contains(errors, "NoSuchDistribution") {
		t.Errorf("got %d %q", code, errors)
	}
}
