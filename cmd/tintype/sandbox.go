//go:build !function

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/sandbox"
)

type sandboxCmd struct{ config.Sandbox }

// Run runs the function behind its URL until ctx ends, and then tells what it
// did.
func (c *sandboxCmd) Run(ctx context.Context, io stdio) (err error) {
	log := newLog(c.Log, io)
	bucket, _, err := config.Bucket(c.Source)
	if err != nil {
		return err
	}
	o := sandbox.Options{
		Zip: c.Zip, Streaming: c.InvokeMode == "response_stream", Memory: c.Memory, Timeout: c.FunctionTimeout,
		Concurrency: c.Concurrency, PerEnvironment: c.PerEnvironment, Idle: c.Idle,
		Env: c.Env, Emulator: strings.Fields(c.Emulator), Log: log, Output: io.err,
	}
	if !slices.ContainsFunc(o.Env, func(v string) bool { return strings.HasPrefix(v, "TINTYPE_LAMBDA_RESPONSE=") }) {
		response := "buffered"
		if o.Streaming {
			response = "streaming"
		}
		o.Env = append(o.Env, "TINTYPE_LAMBDA_RESPONSE="+response)
	}
	if bucket == "" {
		end, err := folderAsBucket(ctx, c.Source, &o)
		if err != nil {
			return err
		}
		defer end()
	} else if err := realBucket(ctx, c.Source, &o); err != nil {
		return err
	}
	function, err := sandbox.New(o)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, function.Close())
		fmt.Fprintln(io.out, function.Stats())
	}()

	var listen net.ListenConfig
	url, err := listen.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	log.Info("serving", "zip", c.Zip, "source", c.Source, "address", url.Addr().String(), "invoke_mode", c.InvokeMode)
	var examples []string
	if bucket == "" {
		examples = findPictures(os.DirFS(c.Source))
	}
	greet(io, url.Addr(), examples)
	server := newServer(function.URL(), log)
	server.WriteTimeout = c.FunctionTimeout + time.Minute
	return serve(ctx, []*http.Server{server}, []net.Listener{url}, new(atomic.Bool), c.FunctionTimeout)
}

// folderAsBucket serves a folder over the API of S3, for the function.
func folderAsBucket(ctx context.Context, folder string, o *sandbox.Options) (end func(), err error) {
	const name = "pictures"
	bucket, err := sandbox.OpenBucket(name, folder)
	if err != nil {
		return nil, fmt.Errorf("--source: %w", err)
	}
	var listen net.ListenConfig
	api, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, bucket.Close())
	}
	server := &http.Server{Handler: bucket, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(api) }()
	o.Region = "us-east-1"
	o.Env = append(o.Env, "TINTYPE_SOURCE=s3://"+name, "AWS_ENDPOINT_URL_S3=http://"+api.Addr().String())
	o.Credentials = func(context.Context) ([]string, error) {
		return []string{"AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox"}, nil
	}
	return func() { _ = errors.Join(server.Close(), bucket.Close()) }, nil
}

// realBucket gives the function this machine's credentials and region, as its
// role would give it its own.
func realBucket(ctx context.Context, source string, o *sandbox.Options) error {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("load AWS configuration: %w", err)
	}
	o.Region = cfg.Region
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	o.Env = append(o.Env, "TINTYPE_SOURCE="+source)
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if value := os.Getenv(name); value != "" {
			o.Env = append(o.Env, name+"="+value)
		}
	}
	o.Credentials = func(ctx context.Context) ([]string, error) {
		c, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return nil, err
		}
		v := []string{"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey}
		if c.SessionToken != "" {
			v = append(v, "AWS_SESSION_TOKEN="+c.SessionToken)
		}
		return v, nil
	}
	return nil
}
