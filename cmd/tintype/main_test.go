package main

import (
	"bytes"
	"context"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tintype/tintype/internal/config"
	"github.com/tintype/tintype/internal/plan"
	"github.com/tintype/tintype/internal/service"
	"github.com/tintype/tintype/internal/transform"
)

// parse reads the configuration of serve.
func parse(t *testing.T, env []string, args ...string) (*serveCmd, error) {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.Resolvers(environment(env)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"serve", "--source", "pictures"}, args...))
	return &c.Serve, err
}

func TestDefaultsAreThePolicys(t *testing.T) {
	c, err := parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := policy(c.Limits); got != plan.DefaultPolicy {
		t.Errorf("the flags' defaults make\n%+v, the policy's are\n%+v", got, plan.DefaultPolicy)
	}
	if plan.DefaultPolicy.MaxSide != transform.MaxSide {
		t.Error("the policy's longest side is not the grammar's")
	}
	if c.CacheMemory != 128<<20 || c.MaxSourceBytes != 64<<20 || c.MaxInflight != 256 || c.MaxInflightBytes != 512<<20 || service.SVG(c.Svg) != service.SVGRasterise {
		t.Errorf("got %+v", c)
	}
}

// Every flag is a variable too: each is set by one and read back.
func TestEveryFlagIsAVariable(t *testing.T) {
	values := map[string]string{
		"source": "elsewhere", "listen": ":1", "admin-listen": ":2", "defaults": "w=3", "cache-control": "x", "cors-origin": "o",
		"fallback": "f.png", "originals": "off", "svg": "pass", "timeout": "7s", "shutdown-timeout": "8s", "max-inflight": "9",
		"max-inflight-bytes": "1GB", "max-queue": "11", "cache-memory": "12MiB", "cache-fresh": "13s",
		"system-fonts": "true", "s3-forbidden-is-missing": "true", "s3-path-style": "true", "max-source-bytes": "14MiB", "max-source-mp": "15", "max-frames": "16",
		"max-side": "17", "max-result-mp": "18", "max-avif-mp": "19", "max-gif-mp": "20", "max-svg-mp": "21",
		"log-format": "text", "log-level": "warn",
	}
	var c cli
	var env []string
	for name, value := range values {
		env = append(env, "TINTYPE_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+value)
	}
	parser, err := kong.New(&c, kong.Resolvers(environment(env)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"serve"}); err != nil {
		t.Fatal(err)
	}
	fresh := config.Fresh(13 * time.Second)
	pictures := config.Pictures{
		Source: "elsewhere", Defaults: "w=3", CacheControl: "x", CorsOrigin: "o", Fallback: "f.png",
		Originals: "off", Svg: "pass", Timeout: 7 * time.Second, MaxInflight: 9, MaxInflightBytes: 1e9,
		MaxQueue: 11, CacheMemory: 12 << 20, CacheFresh: &fresh, SystemFonts: true, S3ForbiddenIsMissing: true, S3PathStyle: true,
		Limits: config.Limits{MaxSourceBytes: 14 << 20, MaxSourceMP: 15, MaxFrames: 16, MaxSide: 17, MaxResultMP: 18, MaxAvifMP: 19, MaxGifMP: 20, MaxSvgMP: 21},
	}
	want := config.Serve{
		Pictures: pictures, Listen: ":1", AdminListen: ":2", ShutdownTimeout: 8 * time.Second,
		Log: config.Log{LogFormat: "text", LogLevel: "warn"},
	}
	if !reflect.DeepEqual(c.Serve.Serve, want) {
		t.Errorf("got\n%+v, want\n%+v", c.Serve.Serve, want)
	}
	var function config.Lambda
	if err := config.FromEnvironment(append(env, "TINTYPE_LAMBDA_RESPONSE=buffered"), &function); err != nil {
		t.Fatal(err)
	}
	if want := (config.Lambda{Pictures: pictures, LambdaResponse: "buffered", LogLevel: "warn"}); !reflect.DeepEqual(function, want) {
		t.Errorf("the function has\n%+v, want\n%+v", function, want)
	}
	for _, command := range parser.Model.Children {
		if command.Name != "serve" {
			continue
		}
		for _, flag := range command.Flags {
			if _, tested := values[flag.Name]; !tested && flag.Name != "help" {
				t.Errorf("--%s is not tried here", flag.Name)
			}
		}
	}
}

// Where nothing is said the function does what the server does.
func TestFunctionHasTheSameDefaults(t *testing.T) {
	c, err := parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var function config.Lambda
	if err := config.FromEnvironment([]string{"TINTYPE_SOURCE=pictures"}, &function); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(function.Pictures, c.Pictures) || function.LambdaResponse != "streaming" {
		t.Errorf("the function has\n%+v, the server\n%+v", function, c.Pictures)
	}
}

func TestFunctionReportsEveryProblem(t *testing.T) {
	var function config.Lambda
	err := config.FromEnvironment([]string{
		"TINTYPE_TIMEOUT=soon", "TINTYPE_MAX_SIDE=wide", "TINTYPE_MAX_AVIF_MP=much", "TINTYPE_S3_PATH_STYLE=perhaps",
		"TINTYPE_LAMBDA_RESPONSE=shouting", "TINTYPE_CACHE_MEMORY=lots",
	}, &function)
	for _, want := range []string{
		`TINTYPE_SOURCE is not set: A folder, or s3://BUCKET/PREFIX.`, `TINTYPE_TIMEOUT: "soon" is not a duration like 20s`,
		`TINTYPE_MAX_SIDE: "wide" is not a whole number`, `TINTYPE_MAX_AVIF_MP: "much" is not a number`,
		`TINTYPE_S3_PATH_STYLE: "perhaps" is not true or false`, `TINTYPE_LAMBDA_RESPONSE: "shouting" is none of streaming, buffered`,
		`TINTYPE_CACHE_MEMORY: "lots" is no size`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestSlotsFollowMemory(t *testing.T) {
	for _, tt := range []struct{ mb, processors, want int }{
		{128, 2, 1}, {1769, 2, 1}, {1770, 2, 2}, {3008, 2, 2}, {3538, 2, 2}, {10240, 6, 6}, {10240, 4, 4}, {0, 4, 4},
	} {
		if got := slots(int64(tt.mb)<<20, tt.processors); got != tt.want {
			t.Errorf("%d MB on %d processors: got %d, want %d", tt.mb, tt.processors, got, tt.want)
		}
	}
}

func TestFunctionFitsItsMemory(t *testing.T) {
	const mb = 1 << 20
	for _, tt := range []struct {
		memory, concurrency            int64
		response                       string
		slots                          int
		cache, source, inflight, reply int64
	}{
		{0, 1, "streaming", 2, 128 * mb, 64 * mb, 512 * mb, 200 * mb},
		{128, 1, "streaming", 1, 16 * mb, 32 * mb, 32 * mb, 32 * mb},
		{1769, 1, "streaming", 1, 128 * mb, 64 * mb, 1769 * mb / 4, 200 * mb},
		{1769, 1, "buffered", 1, 128 * mb, 64 * mb, 1769 * mb / 4, 4_700_000},
		{512, 8, "streaming", 1, 64 * mb, 64 * mb, 128 * mb, 16 * mb},
		{512, 100, "streaming", 1, 64 * mb, 64 * mb, 128 * mb, 4_700_000},
		{10240, 1, "streaming", 2, 128 * mb, 64 * mb, 512 * mb, 200 * mb},
	} {
		f, err := fit([]string{"TINTYPE_SOURCE=s3://b", "TINTYPE_LAMBDA_RESPONSE=" + tt.response}, tt.memory*mb, 2, int(tt.concurrency))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.config.Validate(); err != nil {
			t.Errorf("%d MB: %v", tt.memory, err)
		}
		c := f.config
		if f.slots != tt.slots || int64(c.CacheMemory) != tt.cache || int64(c.MaxSourceBytes) != tt.source || int64(c.MaxInflightBytes) != tt.inflight ||
			f.maxAnswer != tt.reply || f.buffered != (tt.response == "buffered") || !strings.Contains(f.maxAnswerReason, strconv.FormatInt(tt.reply, 10)) {
			t.Errorf("%+v: got %+v", tt, f)
		}
	}
}

// The function speaks of its variables.
func TestFunctionNamesVariables(t *testing.T) {
	_, err := fit([]string{"TINTYPE_SOURCE=gs://b", "TINTYPE_MAX_SIDE=9000"}, 0, 1, 1)
	if err == nil || !strings.Contains(err.Error(), "TINTYPE_SOURCE: ") || !strings.Contains(err.Error(), "TINTYPE_MAX_SIDE must not be above 8192") {
		t.Errorf("got %v", err)
	}
}

func TestFlagWinsOverVariable(t *testing.T) {
	c, err := parse(t, []string{"TINTYPE_MAX_SIDE=100"}, "--max-side", "200")
	if err != nil || c.MaxSide != 200 {
		t.Errorf("got %d, %v", c.MaxSide, err)
	}
}

func TestValidation(t *testing.T) {
	tests := []struct {
		args []string
		want []string
	}{
		{[]string{"--source", "gs://bucket"}, []string{`"gs://bucket" is neither a folder nor s3://BUCKET/PREFIX`}},
		{[]string{"--source", "s3:///prefix"}, []string{"neither a folder"}},
		{[]string{"--max-side", "8193"}, []string{"--max-side must not be above 8192"}},
		{[]string{"--max-side", "0", "--timeout", "0s", "--max-inflight", "0"}, []string{"--max-side must be above 0", "--timeout must be above 0", "--max-inflight must be above 0"}},
		{[]string{"--max-inflight-bytes", "1MiB"}, []string{"--max-inflight-bytes must not be below --max-source-bytes"}},
		{[]string{"--cache-memory", "lots"}, []string{`"lots" is no size like 512, 64MiB or 1GB`}},
		{[]string{"--cache-fresh=-1s"}, []string{"is no duration"}},
		{[]string{"--svg", "sometimes"}, []string{"off", "rasterise", "pass"}},
	}
	for _, tt := range tests {
		_, err := parse(t, nil, tt.args...)
		if err == nil {
			t.Errorf("%v: no error", tt.args)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v does not say %q", tt.args, err, want)
			}
		}
	}
}

func TestFreshness(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want time.Duration
	}{
		{nil, 0},
		{[]string{"--source", "s3://bucket"}, 10 * time.Second},
		{[]string{"--source", "s3://bucket/prefix", "--cache-fresh", "0s"}, 0},
		{[]string{"--cache-fresh", "1m"}, time.Minute},
	} {
		c, err := parse(t, nil, tt.args...)
		if err != nil {
			t.Fatal(err)
		}
		if got := freshness(&c.Pictures); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.args, got, tt.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]config.Bytes{"0": 0, "512": 512, "7B": 7, "1KiB": 1024, "64MiB": 64 << 20, "2 GiB": 2 << 30, "3kB": 3000, "4MB": 4e6, "5GB": 5e9} {
		var got config.Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GB", "1TB", "9999999999GB", "1 M"} {
		var got config.Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %d", text, got)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, args := range [][]string{{}, {"fly"}, {"serve", "--wings"}, {"render", "in"}} {
		var out, err bytes.Buffer
		if code := run(context.Background(), args, nil, stdio{&out, &err}); code != exitUsage || !strings.Contains(err.String(), "tintype:") {
			t.Errorf("%v: exit code %d, %q", args, code, err.String())
		}
	}
}
