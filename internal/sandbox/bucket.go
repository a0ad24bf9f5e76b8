package sandbox

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// Bucket serves the files of a folder over the API of S3, as much of it as
// reading needs: GetObject and HeadObject with ranges and conditions, bucket and
// key in the path
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). Any
// signature is good.
type Bucket struct {
	name string
	root *os.Root
}

// OpenBucket makes a bucket of a folder.
func OpenBucket(name, folder string) (*Bucket, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return &Bucket{name, root}, nil
}

// Close closes the folder.
func (b *Bucket) Close() error { return b.root.Close() }

// ServeHTTP answers as S3 does; its errors are XML documents.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s3Error(w, r, http.StatusNotImplemented, "NotImplemented", "only objects can be read here")
		return
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	key, err := url.PathUnescape(key)
	switch {
	case err != nil:
		s3Error(w, r, http.StatusBadRequest, "InvalidURI", err.Error())
		return
	case bucket != b.name:
		s3Error(w, r, http.StatusNotFound, "NoSuchBucket", "there is only the bucket "+b.name)
		return
	case key == "":
		s3Error(w, r, http.StatusNotImplemented, "NotImplemented", "the bucket cannot be listed here")
		return
	}
	object, info, err := b.open(key)
	switch {
	case errors.Is(err, fs.ErrPermission):
		s3Error(w, r, http.StatusForbidden, "AccessDenied", err.Error())
		return
	case err != nil:
		s3Error(w, r, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
		return
	}
	defer object.Close()
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	w.Header().Set("Content-Type", "binary/octet-stream")
	http.ServeContent(w, r, "", info.ModTime(), object)
}

// open opens a regular file. A key is a name, not a way: "a/../b" is no other
// name of "b".
func (b *Bucket) open(key string) (*os.File, fs.FileInfo, error) {
	if !fs.ValidPath(key) {
		return nil, nil, fs.ErrNotExist
	}
	info, err := b.root.Stat(key) // first: opening a pipe would wait
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fs.ErrNotExist
	}
	file, err := b.root.Open(key)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err != nil { // of the one that is open now
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

func s3Error(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: message})
}
