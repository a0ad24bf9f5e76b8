//go:build !function

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/httpapi"
	"github.com/tintype/tintype/internal/metrics"
	"github.com/tintype/tintype/internal/pixel"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

type serveCmd struct{ config.Serve }

// Run wires the server together, top to bottom, and serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, io stdio) error {
	log := newLog(c.Log, io)
	w, err := wire(ctx, &c.Pictures, runtime.GOMAXPROCS(0), log)
	if err != nil {
		return err
	}
	var stopping atomic.Bool
	w.options.Ready = func() bool { return !stopping.Load() }
	if dir, ok := w.source.(*source.Dir); ok {
		w.options.Examples = findPictures(dir.FS())
	}
	counts := metrics.New(w.pictures.Stats, w.engine.Memory)
	w.options.Observe = counts.Observe
	handler := httpapi.New(w.options)

	var listen net.ListenConfig
	public, err := listen.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	servers := []*http.Server{newServer(handler, log)}
	listeners := []net.Listener{public}
	if c.AdminListen != "" {
		admin, err := listen.Listen(ctx, "tcp", c.AdminListen)
		if err != nil {
			return errors.Join(fmt.Errorf("--admin-listen: %w", err), public.Close())
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", counts.Handler())
		servers = append(servers, newServer(mux, log))
		listeners = append(listeners, admin)
		log.Info("metrics", "url", "http://"+admin.Addr().String()+"/metrics")
	}
	log.Info("serving", "source", c.Source, "address", public.Addr().String(), "libvips", pixel.LibraryVersion())
	greet(io, public.Addr(), w.options.Examples)
	return serve(ctx, servers, listeners, &stopping, c.ShutdownTimeout)
}

// newServer sets every timeout: a client may be slow, but not for ever.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            10 * time.Second,
		ReadTimeout:                  30 * time.Second,
		WriteTimeout:                 5 * time.Minute, // originals are large and phones slow
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               32 << 10,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		DisableGeneralOptionsHandler: true,
	}
}

// serve runs the servers until ctx ends, then finishes what was begun.
func serve(ctx context.Context, servers []*http.Server, listeners []net.Listener, stopping *atomic.Bool, patience time.Duration) error {
	failed := make(chan error, len(servers))
	for i, s := range servers {
		go func() { failed <- s.Serve(listeners[i]) }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping.Store(true)
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	var problems []error
	for _, s := range servers {
		if err := s.Shutdown(deadline); err != nil {
			problems = append(problems, fmt.Errorf("%w: %w", errStopped, err), s.Close())
		}
	}
	return errors.Join(problems...)
}

// findPictures returns the keys of the first three pictures at the top of a
// folder.
func findPictures(folder fs.FS) []string {
	const enough = 3
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil
	}
	var keys []string
	for _, e := range entries {
		extension := strings.ToLower(e.Name()[strings.LastIndexByte(e.Name(), '.')+1:])
		if e.Type().IsRegular() && slices.Contains([]string{"jpg", "jpeg", "png", "webp", "avif", "gif"}, extension) {
			if keys = append(keys, e.Name()); len(keys) == enough {
				break
			}
		}
	}
	return keys
}

// greet prints URLs to open.
func greet(io stdio, address net.Addr, keys []string) {
	host := address.String()
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = fmt.Sprintf("localhost:%d", tcp.Port)
	}
	if len(keys) == 0 {
		fmt.Fprintf(io.out, "http://%s/KEY?w=640\n", host)
	}
	queries := []string{"?w=640&auto=format", "?w=300&h=300&crop=attention", "?w=480&fm=webp"}
	for i, key := range keys {
		fmt.Fprintf(io.out, "http://%s%s%s\n", host, transform.CanonicalPath(key), queries[i])
	}
}

func newLog(c config.Log, io stdio) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong knows the words
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(io.err, o))
	}
	return slog.New(slog.NewJSONHandler(io.err, o))
}

var errStopped = errors.New("stopped before all requests were answered")
