package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/source/sourcetest"
)

func serveBucket(t *testing.T) (folder, endpoint string) {
	t.Helper()
	folder = t.TempDir()
	b, err := OpenBucket("pictures", folder)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(func() {
		server.Close()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return folder, server.URL
}

// The bucket does for the S3 client what S3 does.
func TestBucketIsASource(t *testing.T) {
	folder, endpoint := serveBucket(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", endpoint)
	t.Setenv("AWS_ACCESS_KEY_ID", "any")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "any")
	t.Setenv("AWS_REGION", "eu-west-1")
	s3, err := source.OpenS3(t.Context(), source.S3Options{Bucket: "pictures"})
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Test(t, s3, func(t *testing.T, key string, data []byte) {
		t.Helper()
		file := filepath.Join(folder, key)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	other, err := source.OpenS3(t.Context(), source.S3Options{Bucket: "others"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(t.Context(), "cat.jpg", ""); !errors.Is(err, source.ErrUnavailable) {
		t.Errorf("a bucket that is not there: %v", err)
	}
}

func TestBucketRefuses(t *testing.T) {
	folder, endpoint := serveBucket(t)
	if err := os.WriteFile(filepath.Join(folder, "b"), []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(folder), "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, path, ranged string
		status               int
		body                 string
	}{
		{"GET", "/pictures/b", "", 200, "0123456789"},
		{"GET", "/pictures/b", "bytes=2-4", 206, "234"},
		{"GET", "/pictures/b", "bytes=20-", 416, ""},
		{"HEAD", "/pictures/b", "", 200, ""},
		{"HEAD", "/pictures/none", "", 404, ""},
		{"GET", "/pictures/none", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/pictures/a%2F..%2Fb", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/pictures/..%2Fsecret", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/pictures/link", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/pictures/pipe", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/pictures", "", 501, "<Code>NotImplemented</Code>"},
		{"GET", "/others/b", "", 404, "<Code>NoSuchBucket</Code>"},
		{"PUT", "/pictures/b", "", 501, "<Code>NotImplemented</Code>"},
	} {
		request, err := http.NewRequest(tt.method, endpoint, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.Opaque = tt.path
		if tt.ranged != "" {
			request.Header.Set("Range", tt.ranged)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
			t.Errorf("%s %s %s: got %d %q, %v", tt.method, tt.path, tt.ranged, response.StatusCode, body, err)
		}
	}
}
