package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// file is an entry of the zip.
type file struct {
	name string
	mode fs.FileMode
	data []byte
}

// read reads files by their names in the zip, and sorts them by these.
func read(from map[string]string) ([]file, error) {
	var files []file
	for _, name := range slices.Sorted(maps.Keys(from)) {
		data, err := os.ReadFile(from[name])
		if err != nil {
			return nil, err
		}
		mode := fs.FileMode(0o644)
		if name == "bootstrap" {
			mode = 0o755
		}
		files = append(files, file{name, mode, data})
	}
	return files, nil
}

// zipped makes the zip. Nothing of when or where it is made goes in.
func zipped(files []file) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(f.mode)
		entry, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
