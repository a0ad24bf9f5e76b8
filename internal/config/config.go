package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Limits bound what is decoded and made. MP is a million pixels.
type Limits struct {
	MaxSourceBytes Bytes   `help:"Largest source object." default:"64MiB"`
	MaxSourceMP    float64 `help:"Most pixels of a source in MP, all frames counted." default:"100"`
	MaxFrames      int     `help:"Most frames of a source." default:"256"`
	MaxSide        int     `help:"Longest side of a result in pixels." default:"8192"`
	MaxResultMP    float64 `help:"Most pixels of a result in MP." default:"64"`
	MaxAvifMP      float64 `help:"Most pixels of an AVIF, PNG8 or lossless WebP result in MP; their encoders cannot be interrupted." default:"8"`
	MaxGifMP       float64 `help:"Most pixels of a GIF frame in MP; its encoder cannot be interrupted." default:"4"`
	MaxSvgMP       float64 `help:"Most pixels of a drawn SVG in MP; its renderer cannot be interrupted." default:"4"`
}

// Log is how lines are logged.
type Log struct {
	LogFormat string `help:"json or text." enum:"json,text" default:"json"`
	LogLevel  string `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

// Pictures configures what is served, however it is.
type Pictures struct {
	Source string `help:"A folder, or s3://BUCKET/PREFIX." placeholder:"DIR|s3://BUCKET/PREFIX" required:""`

	Defaults     string `help:"Query that holds where a URL says nothing, like auto=format,compress." default:""`
	CacheControl string `help:"Cache-Control of pictures." default:"public, max-age=3600, s-maxage=86400, stale-while-revalidate=86400, stale-if-error=604800"`
	CorsOrigin   string `help:"Origin that may read pictures; empty for no CORS headers." default:"*"`
	Fallback     string `help:"Key of the picture that stands in for missing and broken ones." default:""`
	Originals    string `help:"Whether sources are served untouched." enum:"on,off" default:"on"`
	Svg          string `help:"SVG sources: refused, drawn at the size asked for, or sent as they are where no fm is asked for." enum:"off,rasterise,pass" default:"rasterise"`
	SystemFonts  bool   `help:"Let drawings use this machine's fonts beside the bundled family."`

	Timeout          time.Duration `help:"Longest time for one picture." default:"20s"`
	MaxInflight      int           `help:"Most requests between fetching and the last pixel." default:"256"`
	MaxInflightBytes Bytes         `help:"Most source bytes of these together." default:"512MiB"`
	MaxQueue         int           `help:"Most requests waiting for a processor." default:"128"`
	CacheMemory      Bytes         `help:"Memory cache of results; 0 for none." default:"128MiB"`
	CacheFresh       *Fresh        `help:"How long a cached result is used without asking the source (10s on S3, 0 on a folder)." placeholder:"DURATION"`

	S3ForbiddenIsMissing bool `help:"Take a 403 of S3 for a missing key: it answers so where listing is not granted." name:"s3-forbidden-is-missing"`
	S3PathStyle          bool `help:"Put the bucket's name into the path; on by itself with AWS_ENDPOINT_URL_S3." name:"s3-path-style"`

	Limits `embed:""`
}

// Serve configures the server.
type Serve struct {
	Pictures `embed:""`

	Listen string `help:"Address of the public listener." default:":8080"`
	// Apart from the public one, so that it need not be protected there.
	AdminListen     string        `help:"Address of the listener for Prometheus; empty for none." default:""`
	ShutdownTimeout time.Duration `help:"Longest wait for requests in progress when told to stop." default:"25s"`
	Log             `embed:""`
}

// Lambda configures the Lambda function.
type Lambda struct {
	Pictures `embed:""`

	LambdaResponse string `help:"How the function answers; its URL's invoke mode must be the same." enum:"streaming,buffered" default:"streaming"`
	LogLevel       string `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

// Sandbox configures Lambda on this machine.
type Sandbox struct {
	Zip         string `help:"The function's zip, as make lambda builds it; needed without --plan." placeholder:"FILE"`
	Plan        string `help:"What terraform show -json prints of a plan: its distribution is put in front, and its settings are the function's." placeholder:"FILE"`
	Source      string `help:"A folder, which the function sees as a bucket, or s3://BUCKET/PREFIX." placeholder:"DIR|s3://BUCKET/PREFIX" required:""`
	Listen      string `help:"Address of the distribution, or of the Function URL if there is none." default:"127.0.0.1:8080"`
	AdminListen string `help:"Address for invalidations: POST /invalidation; empty for none." default:""`

	InvokeMode      string        `help:"The URL's: buffered or response_stream. The function is told to answer so. A plan has its own." enum:"buffered,response_stream" default:"response_stream"`
	Memory          int           `help:"Memory of the function in MB; an environment that uses more is ended. A plan has its own." default:"1769"`
	FunctionTimeout time.Duration `help:"Longest time of an invocation. A plan has its own." default:"30s"`
	Concurrency     int           `help:"Most environments at a time; what would need one more gets a 429." default:"50"`
	PerEnvironment  int           `help:"Invocations that an environment has at a time, as on Lambda Managed Instances." default:"1"`
	Idle            time.Duration `help:"How long an environment is kept unused." default:"5m"`
	Env             []string      `help:"A variable of the function, like TINTYPE_DEFAULTS=auto=format; may be given again." placeholder:"NAME=VALUE" sep:"none"`
	Emulator        string        `help:"Program that runs a function for another architecture, like qemu-aarch64." placeholder:"COMMAND"`
	Log             `embed:""`
}

// Validate reports every problem at once.
func (s *Sandbox) Validate() error {
	var problems []error
	if s.Zip == "" && s.Plan == "" {
		problems = append(problems, errors.New("--zip or --plan is needed"))
	}
	if s.AdminListen != "" && s.Plan == "" {
		problems = append(problems, errors.New("--admin-listen needs --plan: without a distribution there is nothing to invalidate"))
	}
	if _, _, err := Bucket(s.Source); err != nil {
		problems = append(problems, fmt.Errorf("--source: %w", err))
	}
	return errors.Join(problems...)
}

// Purge configures the purging of pictures from CloudFront.
type Purge struct {
	Keys         []string      `arg:"" help:"Keys of the pictures, like albums/rio/cat.jpg."`
	Distribution string        `help:"Id of the CloudFront distribution." placeholder:"ID" required:""`
	NoWait       bool          `help:"Do not wait until it is done."`
	Interval     time.Duration `help:"How often it is asked whether it is done." default:"2s"`
}

// Render configures the making of one file.
type Render struct {
	In    string `arg:"" help:"The source picture."`
	Out   string `arg:"" help:"Where the result goes; - for standard output."`
	Query string `arg:"" help:"The transform, like 'w=300&fm=webp'."`

	Accept      string        `help:"What auto=format may choose: avif, webp or both with a comma." default:""`
	SystemFonts bool          `help:"Let drawings use this machine's fonts beside the bundled family."`
	Timeout     time.Duration `help:"Longest time for the picture." default:"60s"`
	Limits      `embed:""`
}

// Validate reports every problem at once.
func (s *Serve) Validate() error {
	err := s.Pictures.Validate()
	if s.ShutdownTimeout < 0 {
		err = errors.Join(err, errors.New("--shutdown-timeout must not be below 0"))
	}
	return err
}

// Validate reports every problem at once.
func (p *Pictures) Validate() error {
	var problems []error
	check := func(ok bool, format string, a ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, a...))
		}
	}
	if strings.Contains(p.Source, "://") {
		_, _, err := Bucket(p.Source)
		check(err == nil, "--source: %w", err)
	}
	check(p.Timeout > 0, "--timeout must be above 0")
	check(p.MaxInflight > 0, "--max-inflight must be above 0")
	check(p.MaxQueue >= 0, "--max-queue must not be below 0")
	check(p.CacheMemory >= 0, "--cache-memory must not be below 0")
	check(p.MaxInflightBytes >= p.MaxSourceBytes, "--max-inflight-bytes must not be below --max-source-bytes")
	return errors.Join(append(problems, p.Limits.Validate())...)
}

// Validate reports every problem at once.
func (l *Limits) Validate() error {
	var problems []error
	for _, limit := range []struct {
		name  string
		value float64
	}{
		{"source-bytes", float64(l.MaxSourceBytes)}, {"source-mp", l.MaxSourceMP}, {"frames", float64(l.MaxFrames)},
		{"side", float64(l.MaxSide)}, {"result-mp", l.MaxResultMP}, {"avif-mp", l.MaxAvifMP}, {"gif-mp", l.MaxGifMP}, {"svg-mp", l.MaxSvgMP},
	} {
		if limit.value <= 0 {
			problems = append(problems, fmt.Errorf("--max-%s must be above 0", limit.name))
		}
	}
	const grammar = 8192 // what a URL can name
	if l.MaxSide > grammar {
		problems = append(problems, fmt.Errorf("--max-side must not be above %d", grammar))
	}
	return errors.Join(problems...)
}

// Bucket takes an s3:// source apart; the bucket is empty for a folder.
func Bucket(source string) (bucket, prefix string, err error) {
	if !strings.Contains(source, "://") {
		return "", "", nil
	}
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", fmt.Errorf("%q is neither a folder nor s3://BUCKET/PREFIX", source)
	}
	return u.Host, strings.Trim(u.Path, "/"), nil
}

// Fresh is a duration that may be not given.
type Fresh time.Duration

// UnmarshalText reads a duration of 0 or more.
func (f *Fresh) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no duration like 10s", text)
	}
	*f = Fresh(d)
	return nil
}

// Bytes is a size in bytes, written like 512, 64MiB or 1GB.
type Bytes int64

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	units := []struct {
		suffix string
		bytes  int64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
	}
	for _, unit := range units {
		digits, ok := strings.CutSuffix(string(text), unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err == nil && n >= 0 && n <= 1<<62/unit.bytes {
			*b = Bytes(n * unit.bytes)
			return nil
		}
		break
	}
	return fmt.Errorf("%q is no size like 512, 64MiB or 1GB", text)
}
