//go:build !function

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/httpapi"
)

type purgeCmd struct{ config.Purge }

// A request may name so many, and CloudFront takes 150 a second
// (invalidations by tag, cloudfront-limits).
const tagsOnce = 150

// Run drops every variant of the pictures from CloudFront's caches, by the tag
// that answers carry, and waits until it is done.
func (c *purgeCmd) Run(ctx context.Context, io stdio) error {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("load AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // CloudFront has no other
	}
	client := cloudfront.NewFromConfig(cfg)
	said := "purged"
	if c.NoWait {
		said = "asked for"
	}
	done := 0
	for keys := range slices.Chunk(c.Keys, tagsOnce) {
		id, err := c.invalidate(ctx, client, keys)
		if err == nil && !c.NoWait {
			err = c.wait(ctx, client, id, io)
		}
		if err != nil {
			return fmt.Errorf("of %d pictures %d are purged; %s and those after it are not: %w", len(c.Keys), done, keys[0], err)
		}
		done += len(keys)
		fmt.Fprintf(io.out, "%s: %d of %d pictures (invalidation %s)\n", said, done, len(c.Keys), id)
	}
	return nil
}

func (c *purgeCmd) invalidate(ctx context.Context, client *cloudfront.Client, keys []string) (id string, err error) {
	tags := make([]string, len(keys))
	for i, key := range keys {
		tags[i] = "#" + httpapi.CacheTag(key)
	}
	out, err := client.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
		DistributionId: &c.Distribution,
		InvalidationBatch: &types.InvalidationBatch{
			CallerReference: aws.String("tintype-" + strconv.FormatInt(time.Now().UnixNano(), 36)),
			Paths:           &types.Paths{Quantity: aws.Int32(int32(len(tags))), Items: tags}, //nolint:gosec // at most tagsOnce
		},
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Invalidation.Id), nil
}

// wait waits until every edge has dropped them, and shows that it does.
func (c *purgeCmd) wait(ctx context.Context, client *cloudfront.Client, id string, io stdio) error {
	begun := time.Now()
	tick := time.NewTicker(c.Interval)
	defer tick.Stop()
	for {
		out, err := client.GetInvalidation(ctx, &cloudfront.GetInvalidationInput{DistributionId: &c.Distribution, Id: &id})
		if err != nil {
			return err
		}
		if aws.ToString(out.Invalidation.Status) == "Completed" {
			return nil
		}
		fmt.Fprintf(io.err, "invalidation %s: %s after %v\n", id, aws.ToString(out.Invalidation.Status), time.Since(begun).Round(time.Second))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("stopped waiting for invalidation %s, which goes on: %w", id, ctx.Err())
		}
	}
}
