//go:build !function

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/pixel"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
)

type renderCmd struct{ config.Render }

// Run makes one picture from a file, by the same plan and engine as the server.
func (c *renderCmd) Run(ctx context.Context, std stdio) error {
	query := c.Query
	if c.Accept != "" {
		query += "&accept=" + c.Accept
	}
	t, err := transform.Parse(query, transform.Defaults{})
	if err != nil {
		return err
	}
	data, err := readFile(c.In, int64(c.MaxSourceBytes))
	if err != nil {
		return err
	}
	limits := policy(c.Limits)
	engine, err := pixel.Start(pixel.Options{MaxSourcePixels: limits.MaxSourcePixels, SystemFonts: c.SystemFonts})
	if err != nil {
		return err
	}
	facts, err := engine.Probe(data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	p, err := plan.Make(facts, t.Effective(transform.Defaults{}), limits)
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	result, err := engine.Run(ctx, data, p)
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	if c.Out == "-" {
		_, err := std.out.Write(result)
		return err
	}
	return os.WriteFile(c.Out, result, 0o644)
}

// readFile reads a file of at most so many bytes.
func readFile(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes (--max-source-bytes)", name, most)
	}
	return data, err
}
