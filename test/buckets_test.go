package test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucket is where the pictures of a case are.
type bucket interface {
	put(key string, data []byte) error
	remove(key string) error
	// source is what --source names, with the environment that it needs.
	source() (name string, env []string)
}

// folder is a bucket on disk.
type folder string

func (f folder) put(key string, data []byte) error {
	path := filepath.Join(string(f), key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func (f folder) remove(key string) error { return os.Remove(filepath.Join(string(f), key)) }

func (f folder) source() (string, []string) { return string(f), nil }

// s3Server is a versitygw on a temporary folder.
type s3Server struct {
	endpoint string
	client   *s3.Client
	buckets  atomic.Int32
}

const s3Key, s3Secret = "testkey", "testsecret"

func startS3(t *testing.T, gateway string) *s3Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(gateway, "--access", s3Key, "--secret", s3Secret, "--port", address, "--health", "/health", "posix", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s := &s3Server{endpoint: "http://" + address}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := await(ctx, func() bool {
		response, err := http.Get(s.endpoint + "/health")
		if err == nil {
			_ = response.Body.Close()
		}
		return err == nil && response.StatusCode == http.StatusOK
	}); err != nil {
		t.Fatalf("versitygw does not answer: %v", err)
	}
	s.client = s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &s.endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s3Key, s3Secret, ""),
	})
	return s
}

// await asks again until the answer is yes.
func await(ctx context.Context, ready func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// newBucket makes a bucket for a case; its pictures lie under a prefix.
func (s *s3Server) newBucket(string) (bucket, error) {
	b := &s3Bucket{s, "case-" + strconv.Itoa(int(s.buckets.Add(1)))}
	_, err := s.client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &b.name})
	return b, err
}

type s3Bucket struct {
	server *s3Server
	name   string
}

func (b *s3Bucket) put(key string, data []byte) error {
	_, err := b.server.client.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &b.name, Key: aws.String("pictures/" + key), Body: bytes.NewReader(data),
	})
	return err
}

func (b *s3Bucket) remove(key string) error {
	_, err := b.server.client.DeleteObject(context.Background(), &s3.DeleteObjectInput{
		Bucket: &b.name, Key: aws.String("pictures/" + key),
	})
	return err
}

func (b *s3Bucket) source() (string, []string) {
	return fmt.Sprintf("s3://%s/pictures", b.name), []string{
		"AWS_ENDPOINT_URL_S3=" + b.server.endpoint,
		"AWS_ACCESS_KEY_ID=" + s3Key, "AWS_SECRET_ACCESS_KEY=" + s3Secret, "AWS_REGION=us-east-1",
		"TINTYPE_CACHE_FRESH=0s", // as with a folder: a change is seen at once
	}
}
