// Package sourcetest holds what every source.Source must do, as a suite that is
// run on each implementation.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tintype/tintype/internal/source"
)

// Keys are names that have caused trouble somewhere: to URL escaping, to file
// systems or to request signing.
var Keys = []string{
	"cat.jpg",
	"albums/rio/cat.jpg",
	"with space.jpg",
	"a+b.jpg",
	"100%.jpg",
	"a%20b.jpg",
	"(1)[2]{3}.jpg",
	"q?x=1&y=2#z.jpg",
	"semi;colon,comma:colon=@$!*'.jpg",
	"ünïcödé/猫.jpg",
	"~tilde/_under-dash",
	"..dots/...jpg",
	strings.Repeat(strings.Repeat("d", 100)+"/", 10) + strings.Repeat("f", 14), // 1,024 bytes
}

// Test runs the suite. put stores an object in the source.
func Test(t *testing.T, src source.Source, put func(t *testing.T, key string, data []byte)) {
	t.Helper()
	ctx := context.Background()

	t.Run("keys", func(t *testing.T) {
		for _, key := range Keys {
			want := []byte("the bytes of " + key)
			put(t, key, want)
			object, err := src.Open(ctx, key, "")
			if err != nil {
				t.Errorf("%.80q: %v", key, err)
				continue
			}
			got, err := io.ReadAll(object.Body)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%.80q: read %.80q, %v", key, got, err)
			}
			if object.Size != int64(len(want)) {
				t.Errorf("%.80q: size %d, want %d", key, object.Size, len(want))
			}
			if object.Version == "" {
				t.Errorf("%.80q: no version", key)
			}
			if age := time.Since(object.Modified); age < -time.Hour || age > time.Hour {
				t.Errorf("%.80q: modified %v ago", key, age)
			}
			if err := object.Body.Close(); err != nil {
				t.Errorf("%.80q: close: %v", key, err)
			}
		}
	})

	t.Run("versions", func(t *testing.T) {
		put(t, "changing", []byte("one"))
		first := open(t, src, "changing", "")
		if _, err := src.Open(ctx, "changing", first.Version); !errors.Is(err, source.ErrNotModified) {
			t.Errorf("the same version: got %v, want ErrNotModified", err)
		}
		if again := open(t, src, "changing", "another version"); again.Version != first.Version {
			t.Errorf("the version changed by itself, from %q to %q", first.Version, again.Version)
		}
		put(t, "changing", []byte("two, longer"))
		second := open(t, src, "changing", first.Version)
		if second.Version == first.Version {
			t.Errorf("the version did not change: %q", second.Version)
		}
	})

	t.Run("nothing there", func(t *testing.T) {
		put(t, "folder/object", []byte("x"))
		for _, key := range []string{"missing.jpg", "folder/missing.jpg", "folder", "missing/folder/object", "object", "folder/object/deeper", "FOLDER/OBJECT"} {
			for _, version := range []string{"", "some version"} {
				if object, err := src.Open(ctx, key, version); !errors.Is(err, source.ErrNotFound) {
					t.Errorf("%q: got %v, %v; want ErrNotFound", key, object, err)
				}
			}
		}
	})

	t.Run("empty object", func(t *testing.T) {
		put(t, "empty", nil)
		object := open(t, src, "empty", "")
		if object.Size != 0 {
			t.Errorf("size %d", object.Size)
		}
	})

	t.Run("request over", func(t *testing.T) {
		put(t, "object", []byte("x"))
		over, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := src.Open(over, "object", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

func open(t *testing.T, src source.Source, key, version string) *source.Object {
	t.Helper()
	object, err := src.Open(context.Background(), key, version)
	if err != nil {
		t.Fatalf("%q: %v", key, err)
	}
	if err := object.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return object
}
