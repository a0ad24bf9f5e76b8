package main

import (
	"context"
	"fmt"
	"os"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/pixel"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/transform"
)

type renderCmd struct{ config.Render }

// Run makes one picture from a file, by the same plan and engine as the server.
func (c *renderCmd) Run(ctx context.Context, io stdio) error {
	query := c.Query
	if c.Accept != "" {
		query += "&accept=" + c.Accept
	}
	t, err := transform.Parse(query, transform.Defaults{})
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.In)
	if err != nil {
		return err
	}
	if len(data) > int(c.MaxSourceBytes) {
		return fmt.Errorf("%s has %d bytes; allowed are %d (--max-source-bytes)", c.In, len(data), c.MaxSourceBytes)
	}
	limits := policy(c.Limits)
	engine, err := pixel.Start(pixel.Options{MaxSourcePixels: limits.MaxSourcePixels})
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
		_, err := io.out.Write(result)
		return err
	}
	return os.WriteFile(c.Out, result, 0o644)
}
