package transform

import (
	"errors"
	"strings"
	"testing"
)

func TestParseKey(t *testing.T) {
	long := strings.Repeat("é", 512)
	tests := []struct{ path, key, canonical string }{
		{"/cat.jpg", "cat.jpg", "/cat.jpg"},
		{"/albums/rio/cat.jpg", "albums/rio/cat.jpg", "/albums/rio/cat.jpg"},
		{"/a+b.jpg", "a+b.jpg", "/_/k/YStiLmpwZw"},
		{"/a%2Bb.jpg", "a+b.jpg", "/_/k/YStiLmpwZw"},
		{"/a%20b.jpg", "a b.jpg", "/_/k/YSBiLmpwZw"},
		{"/a%2520b.jpg", "a%20b.jpg", "/_/k/YSUyMGIuanBn"},
		{"/a%2Fb.jpg", "a/b.jpg", "/a/b.jpg"},
		{"/a//b.jpg", "a//b.jpg", "/_/k/YS8vYi5qcGc"},
		{"//b.jpg", "/b.jpg", "/_/k/L2IuanBn"},
		{"/a/", "a/", "/_/k/YS8"},
		{"/%C3%A9.jpg", "é.jpg", "/_/k/w6kuanBn"},
		{"/é.jpg", "é.jpg", "/_/k/w6kuanBn"},
		{"/~(1).jpg", "~(1).jpg", "/_/k/figxKS5qcGc"},
		{"/_/k/X2lu", "_in", "/_in"},
		{"/_/k/Xy9rL3g", "_/k/x", "/_/k/Xy9rL3g"},
		{"/" + long, long, CanonicalPath(long)},
		{"/..a/b..", "..a/b..", "/..a/b.."},
	}
	for _, tt := range tests {
		got, err := ParseKey(tt.path)
		if err != nil || got != tt.key {
			t.Errorf("ParseKey(%q) = %q, %v; want %q", tt.path, got, err, tt.key)
			continue
		}
		if path := CanonicalPath(got); path != tt.canonical {
			t.Errorf("CanonicalPath(%q) = %q; want %q", got, path, tt.canonical)
		}
		if again, err := ParseKey(tt.canonical); err != nil || again != tt.key {
			t.Errorf("ParseKey(%q) = %q, %v; want %q", tt.canonical, again, err, tt.key)
		}
	}
}

func TestParseKeyErrors(t *testing.T) {
	tests := []struct{ path, want string }{
		{"/", "the path names no picture"},
		{"/_/k/", "the path names no picture"},
		{"/a%2", "the path has a % that is not before two hexadecimal digits"},
		{"/a%zz", "the path has a % that is not before two hexadecimal digits"},
		{"/%FF", "the key is not UTF-8"},
		{"/a%00b", "the key has a control character"},
		{"/a%7Fb", "the key has a control character"},
		{"/../etc/passwd", `the key has a ".." segment`},
		{"/a/%2E%2e/b", `the key has a ".." segment`},
		{"/a/./b", `the key has a "." segment`},
		{"/_/k/Li4", `the key has a ".." segment`},
		{"/_/k/YQ==", "what follows /_/k/ is not base64url without padding"},
		{"/_/k/YR", "what follows /_/k/ is not base64url without padding"},
		{"/_/k/a+b/", "what follows /_/k/ is not base64url without padding"},
		{"/" + strings.Repeat("a", 1025), "the key has 1025 bytes; allowed are 1024"},
		{"/_/playground", ErrOwnName.Error()},
		{"/%5F/metrics", ErrOwnName.Error()},
		{"/_/", ErrOwnName.Error()},
	}
	for _, tt := range tests {
		_, err := ParseKey(tt.path)
		if err == nil || err.Error() != tt.want {
			t.Errorf("ParseKey(%q): got error %v, want %q", tt.path, err, tt.want)
		}
		if errors.Is(err, ErrOwnName) != (tt.want == ErrOwnName.Error()) {
			t.Errorf("ParseKey(%q): wrong kind of error %v", tt.path, err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("/a%20b/é.jpg")
	f.Add("/_/k/YSBi")
	f.Fuzz(func(t *testing.T, path string) {
		key, err := ParseKey(path)
		if err != nil {
			return
		}
		canonical := CanonicalPath(key)
		if again, err := ParseKey(canonical); err != nil || again != key {
			t.Fatalf("%q is the key %q, whose path %q is the key %q, %v", path, key, canonical, again, err)
		}
		if strings.ContainsAny(canonical, "%+ ?#&") {
			t.Fatalf("the canonical path %q needs escaping", canonical)
		}
	})
}
