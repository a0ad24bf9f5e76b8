//go:build !function

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/sandbox"
)

type sandboxCmd struct{ config.Sandbox }

// Run runs the function behind its URL, and CloudFront in front if there is a
// plan, until ctx ends, and then tells what they did.
func (c *sandboxCmd) Run(ctx context.Context, io stdio) (err error) {
	log := newLog(c.Log, io)
	stack, err := c.stack()
	if err != nil {
		return err
	}
	o := sandbox.Options{
		Zip: c.Zip, Streaming: stack.Streaming, IAM: stack.IAM, Memory: stack.Memory, Timeout: stack.Timeout,
		Concurrency: c.Concurrency, PerEnvironment: c.PerEnvironment, Idle: c.Idle,
		Env: append(stack.Variables("TINTYPE_SOURCE"), c.Env...), Emulator: strings.Fields(c.Emulator), Log: log, Output: io.err,
	}
	if o.Zip == "" {
		o.Zip = stack.Zip
	}
	end, err := c.openSource(ctx, &o)
	if err != nil {
		return err
	}
	defer end()
	function, err := sandbox.New(o)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, function.Close())
		fmt.Fprintln(io.out, "Lambda:", function.Stats())
	}()
	handler := function.URL()
	var admin http.Handler
	if c.Plan != "" {
		front, err := sandbox.NewCloudFront(&stack.Distribution, function.Origin(), log)
		if err != nil {
			return err
		}
		handler, admin = front, front.Admin()
		defer func() { fmt.Fprintln(io.out, "CloudFront:", front.Stats()) }()
	}
	return c.serve(ctx, io, log, handler, admin, o.Timeout)
}

// serve serves what viewers see, and the admin's endpoint.
func (c *sandboxCmd) serve(ctx context.Context, io stdio, log *slog.Logger, handler, admin http.Handler, timeout time.Duration) error {
	var listen net.ListenConfig
	public, err := listen.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	servers, listeners := []*http.Server{newServer(handler, log)}, []net.Listener{public}
	servers[0].WriteTimeout = timeout + time.Minute
	if c.AdminListen != "" {
		l, err := listen.Listen(ctx, "tcp", c.AdminListen)
		if err != nil {
			return errors.Join(fmt.Errorf("--admin-listen: %w", err), public.Close())
		}
		servers, listeners = append(servers, newServer(admin, log)), append(listeners, l)
		log.Info("invalidations", "url", "http://"+l.Addr().String()+"/invalidation")
	}
	log.Info("serving", "zip", c.Zip, "plan", c.Plan, "source", c.Source, "address", public.Addr().String())
	var examples []string
	if bucket, _, _ := config.Bucket(c.Source); bucket == "" {
		examples = findPictures(os.DirFS(c.Source))
	}
	greet(io, public.Addr(), examples)
	return serve(ctx, servers, listeners, new(atomic.Bool), timeout)
}

// stack is the plan's, or what the flags say of a function alone. The function
// is told to answer as its URL's invoke mode is, unless the plan tells it itself.
func (c *sandboxCmd) stack() (*sandbox.Stack, error) {
	if c.Plan != "" {
		return sandbox.ReadStack(c.Plan)
	}
	s := &sandbox.Stack{
		Memory: c.Memory, Timeout: c.FunctionTimeout, Streaming: c.InvokeMode == "response_stream",
		Env: map[string]string{"TINTYPE_LAMBDA_RESPONSE": "buffered"},
	}
	if s.Streaming {
		s.Env["TINTYPE_LAMBDA_RESPONSE"] = "streaming"
	}
	return s, nil
}

// openSource gives the function its originals.
func (c *sandboxCmd) openSource(ctx context.Context, o *sandbox.Options) (end func(), err error) {
	bucket, _, err := config.Bucket(c.Source)
	if err != nil {
		return nil, err
	}
	if bucket == "" {
		return folderAsBucket(ctx, c.Source, o)
	}
	return func() {}, realBucket(ctx, c.Source, o)
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
