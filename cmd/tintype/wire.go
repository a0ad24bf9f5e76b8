package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/httpapi"
	"github.com/tintype/tintype/internal/pixel"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/service"
	"github.com/tintype/tintype/internal/source"
	"github.com/tintype/tintype/internal/transform"
)

// wired is the house, put together from the source up to the service.
type wired struct {
	source   source.Source
	engine   *pixel.Engine
	pictures *service.Service
	options  httpapi.Options // for the handler, as far as they are everywhere the same
}

// wire puts the rooms together, top to bottom. slots is how many pictures are
// made at a time.
func wire(ctx context.Context, c *config.Pictures, slots int, log *slog.Logger) (*wired, error) {
	defaults, err := transform.ParseDefaults(c.Defaults)
	if err != nil {
		return nil, fmt.Errorf("--defaults: %w", err)
	}
	src, err := openSource(ctx, c)
	if err != nil {
		return nil, err
	}
	limits := policy(c.Limits)
	engine, err := pixel.Start(pixel.Options{MaxSourcePixels: limits.MaxSourcePixels, SystemFonts: c.SystemFonts, Log: log})
	if err != nil {
		return nil, err
	}
	pictures, err := service.New(service.Options{
		Source: src, Engine: engine, Policy: limits, Defaults: defaults,
		SVG: service.SVG(c.Svg), Originals: c.Originals == "on",
		MaxSourceBytes: int64(c.MaxSourceBytes),
		MaxInflight:    c.MaxInflight, MaxInflightBytes: int64(c.MaxInflightBytes),
		Slots: slots, Queue: c.MaxQueue, Timeout: c.Timeout,
		CacheBytes: int64(c.CacheMemory), CacheFresh: freshness(c),
	})
	if err != nil {
		return nil, err
	}
	return &wired{src, engine, pictures, httpapi.Options{
		Service: pictures, Log: log, Defaults: defaults,
		CacheControl: c.CacheControl, CORSOrigin: c.CorsOrigin, Fallback: c.Fallback,
	}}, nil
}

// openSource opens what --source names.
func openSource(ctx context.Context, c *config.Pictures) (source.Source, error) {
	bucket, prefix, err := config.Bucket(c.Source)
	if err != nil {
		return nil, err
	}
	if bucket == "" {
		return source.OpenDir(c.Source)
	}
	return source.OpenS3(ctx, source.S3Options{
		Bucket: bucket, Prefix: prefix,
		ForbiddenIsMissing: c.S3ForbiddenIsMissing, PathStyle: c.S3PathStyle,
	})
}

// freshness is how long cached results are used unasked: a folder is asked each
// time, as it costs nothing.
func freshness(c *config.Pictures) time.Duration {
	bucket, _, _ := config.Bucket(c.Source)
	switch {
	case c.CacheFresh != nil:
		return time.Duration(*c.CacheFresh)
	case bucket != "":
		return 10 * time.Second
	}
	return 0
}

// policy is what the limits of the configuration mean for plans.
func policy(l config.Limits) plan.Policy {
	mp := func(n float64) int64 { return int64(n * 1e6) }
	p := plan.DefaultPolicy
	p.MaxSourcePixels = mp(l.MaxSourceMP)
	p.MaxFrames = l.MaxFrames
	p.MaxSide = l.MaxSide
	p.MaxPixels = mp(l.MaxResultMP)
	p.MaxAVIFPixels = mp(l.MaxAvifMP)
	p.MaxGIFPixels = mp(l.MaxGifMP)
	p.MaxSVGPixels = mp(l.MaxSvgMP)
	return p
}
