package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// S3 is a bucket, or what lies under a prefix of one, as a source. The object of
// a key is PREFIX/KEY.
type S3 struct {
	get       func(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	bucket    string
	prefix    string
	forbidden error
}

// S3Options configure a bucket.
type S3Options struct {
	Bucket string
	Prefix string // without a slash at its end; may be empty
	// ForbiddenIsMissing takes a 403 for a missing key. S3 answers so where
	// the right to list the bucket is not granted.
	ForbiddenIsMissing bool
	// PathStyle puts the bucket's name into the path instead of the host's
	// name. It is on by itself with an endpoint of one's own.
	PathStyle bool
}

// OpenS3 makes a client with the default AWS credential chain. It does not ask
// the bucket for anything yet.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		// S3-compatible stores refuse checksum headers that they do not know.
		config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
		config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = 256
		})),
	)
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // what stores that have no regions sign with
	}
	ownEndpoint := os.Getenv("AWS_ENDPOINT_URL_S3") != "" || os.Getenv("AWS_ENDPOINT_URL") != ""
	client := s3.NewFromConfig(cfg, func(so *s3.Options) {
		so.UsePathStyle = o.PathStyle || ownEndpoint
		so.DisableLogOutputChecksumValidationSkipped = true
	})
	s := &S3{get: client.GetObject, bucket: o.Bucket, forbidden: ErrUnavailable}
	if o.ForbiddenIsMissing {
		s.forbidden = ErrNotFound
	}
	if o.Prefix != "" {
		s.prefix = strings.TrimSuffix(o.Prefix, "/") + "/"
	}
	return s, nil
}

// Open implements [Source] with one GetObject. The SDK tries again what may
// pass; a version is an ETag.
func (s *S3) Open(ctx context.Context, key, version string) (*Object, error) {
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: aws.String(s.prefix + key)}
	if version != "" {
		in.IfNoneMatch = &version
	}
	out, err := s.get(ctx, in)
	if err != nil {
		return nil, s.error(ctx, err)
	}
	o := &Object{
		Version:  aws.ToString(out.ETag),
		Modified: aws.ToTime(out.LastModified),
		Size:     -1,
		Body:     &body{ctx, out.Body},
	}
	if out.ContentLength != nil {
		o.Size = *out.ContentLength
	}
	if o.Version == "" { // no ETag: the time is all there is
		o.Version = o.Modified.UTC().Format(http.TimeFormat)
	}
	return o, nil
}

// error sorts a failure by its status, never by its text.
func (s *S3) error(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		switch response.HTTPStatusCode() {
		case http.StatusNotModified:
			return ErrNotModified
		case http.StatusNotFound:
			// A bucket that does not exist is the operator's mistake.
			if code := apiCode(err); code == "NoSuchBucket" {
				return fmt.Errorf("%w: bucket %s: %w", ErrUnavailable, s.bucket, err)
			}
			return ErrNotFound
		case http.StatusForbidden:
			return fmt.Errorf("%w: %w", s.forbidden, err)
		}
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func apiCode(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}

// body sorts the errors of reading.
type body struct {
	ctx context.Context
	io.ReadCloser
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		if b.ctx.Err() != nil {
			return n, b.ctx.Err()
		}
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return n, err
}
