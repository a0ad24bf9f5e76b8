package transform

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxKey is the longest key in bytes; S3 allows no more.
const MaxKey = 1024

// OwnPrefix begins the paths, after their first "/", that are the service's.
const OwnPrefix = "_/"

// encodedKey begins a path that carries a key as base64url.
const encodedKey = OwnPrefix + "k/"

// ErrOwnName says that a path begins with [OwnPrefix] and holds no key.
var ErrOwnName = errors.New("no such page of the service")

// ParseKey reads the key from the path of a request's target, still escaped, up
// to the "?". Any error but [ErrOwnName] says in words what is wrong with the
// path.
func ParseKey(path string) (string, error) {
	key, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		return "", errors.New("the path has a % that is not before two hexadecimal digits")
	}
	if err := checkKey(key); err != nil {
		return "", err
	}
	if !strings.HasPrefix(key, OwnPrefix) {
		return key, nil
	}
	encoded, ok := strings.CutPrefix(key, encodedKey)
	if !ok {
		return "", ErrOwnName
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", errors.New("what follows /_/k/ is not base64url without padding")
	}
	return string(decoded), checkKey(string(decoded))
}

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("the path names no picture")
	case len(key) > MaxKey && !strings.HasPrefix(key, encodedKey):
		return fmt.Errorf("the key has %d bytes; allowed are %d", len(key), MaxKey)
	case !utf8.ValidString(key):
		return errors.New("the key is not UTF-8")
	}
	for i := range len(key) {
		if key[i] < 0x20 || key[i] == 0x7F {
			return errors.New("the key has a control character")
		}
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "." || segment == ".." {
			return fmt.Errorf("the key has a %q segment", segment)
		}
	}
	return nil
}

// CanonicalPath is the one path that stands for a key in caches: "/" and the
// key where it needs no escaping anywhere, else "/_/k/" and its base64url.
func CanonicalPath(key string) string {
	plain := !strings.HasPrefix(key, OwnPrefix) && !strings.HasPrefix(key, "/") &&
		!strings.HasSuffix(key, "/") && !strings.Contains(key, "//")
	for i := range len(key) {
		c := key[i]
		plain = plain && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '.' || c == '_' || c == '/')
	}
	if plain {
		return "/" + key
	}
	return "/" + encodedKey + base64.RawURLEncoding.EncodeToString([]byte(key))
}
