package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A stack as a plan has it, without ids and with references, and as a state has
// it. There are policies beside those that are used.
const (
	planned = `{
	"planned_values": {"root_module": {"child_modules": [{"address": "module.a[0]", "child_modules": [{"address": "module.a[0].module.pictures", "resources": [
		{"type": "aws_cloudfront_cache_policy", "name": "other", "values": {"max_ttl": 1}},
		RESOURCES
	]}]}]}},
	"configuration": {"root_module": {"module_calls": {"a": {"module": {"module_calls": {"pictures": {"module": {"resources": [
		{"type": "aws_cloudfront_distribution", "name": "this", "expressions": {
			"origin": [{"domain_name": {"references": ["aws_lambda_function_url.live.function_url", "aws_lambda_function_url.live"]}}],
			"default_cache_behavior": [{
				"cache_policy_id": {"references": ["aws_cloudfront_cache_policy.this.id", "aws_cloudfront_cache_policy.this"]},
				"origin_request_policy_id": {"references": ["aws_cloudfront_origin_request_policy.this[0].id"]},
				"response_headers_policy_id": {"references": ["aws_cloudfront_response_headers_policy.this.id"]},
				"function_association": [{"function_arn": {"references": ["aws_cloudfront_function.edge.arn"]}}]
			}]
		}},
		{"type": "aws_lambda_function_url", "name": "live", "expressions": {"function_name": {"references": ["aws_lambda_function.this.function_name"]}}}
	]}}}}}}}}}`
	applied = `{"values": {"root_module": {"resources": [
		{"type": "aws_cloudfront_cache_policy", "name": "other", "values": {"id": "C0", "max_ttl": 1}},
		RESOURCES
	]}}}`
	resources = `
		{"type": "aws_cloudfront_distribution", "name": "this", "values": {
			"origin": [{"domain_name": URL}],
			"default_cache_behavior": [{"allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET"], "cache_policy_id": C1, "origin_request_policy_id": O1,
				"response_headers_policy_id": H1, "function_association": [{"event_type": "viewer-request", "function_arn": F1}]}],
			"custom_error_response": [{"error_code": 404, "error_caching_min_ttl": 3}],
			"cache_tag_config": [{"header_name": "Cache-Tag"}]
		}},
		{"type": "aws_lambda_function_url", "name": "live", "values": {"function_url": FULL, "function_name": NAME, "authorization_type": "AWS_IAM", "invoke_mode": "BUFFERED"}},
		{"type": "aws_lambda_function", "name": "this", "values": {"function_name": NAME, "filename": "f.zip", "memory_size": 512, "timeout": 7,
			"environment": [{"variables": {"A": "1", "B": "2"}}]}},
		{"type": "aws_cloudfront_function", "name": "edge", "values": {"arn": F1, "code": "function handler() {}"}},
		{"type": "aws_cloudfront_cache_policy", "name": "this", "values": {"id": C1, "min_ttl": 1, "default_ttl": 2, "max_ttl": 3, "parameters_in_cache_key_and_forwarded_to_origin": [
			{"enable_accept_encoding_gzip": true, "enable_accept_encoding_brotli": false, "cookies_config": [{"cookie_behavior": "none"}], "headers_config": [{"header_behavior": "none"}],
			"query_strings_config": [{"query_string_behavior": "whitelist", "query_strings": [{"items": ["w", "h"]}]}]}]}},
		{"type": "aws_cloudfront_origin_request_policy", "name": "this", "values": {"id": O1, "cookies_config": [{"cookie_behavior": "all"}],
			"headers_config": [{"header_behavior": "whitelist", "headers": [{"items": ["X-A"]}]}], "query_strings_config": [{"query_string_behavior": "none"}]}},
		{"type": "aws_cloudfront_response_headers_policy", "name": "this", "values": {"id": H1,
			"custom_headers_config": [{"items": [{"header": "Vary", "value": "Accept", "override": true}]}],
			"security_headers_config": [{"content_type_options": [{"override": true}], "strict_transport_security": [{"access_control_max_age_sec": 9, "override": false}]}],
			"remove_headers_config": [{"items": [{"header": "X-B"}]}]}}`
)

func TestReadStack(t *testing.T) {
	want := &Stack{
		Zip: "f.zip", Memory: 512, Timeout: 7 * time.Second, Env: map[string]string{"A": "1", "B": "2"}, IAM: true,
		Distribution: Distribution{
			EdgeCode: "function handler() {}", AllowedMethods: []string{"GET", "HEAD"}, CachedMethods: []string{"GET"}, TagHeader: "Cache-Tag",
			Cache: CachePolicy{MinTTL: time.Second, DefaultTTL: 2 * time.Second, MaxTTL: 3 * time.Second, Gzip: true, RequestPolicy: RequestPolicy{
				Query: Selection{"whitelist", []string{"w", "h"}}, Headers: Selection{Behavior: "none"}, Cookies: Selection{Behavior: "none"},
			}},
			Origin:   RequestPolicy{Query: Selection{Behavior: "none"}, Headers: Selection{"whitelist", []string{"X-A"}}, Cookies: Selection{Behavior: "all"}},
			Headers:  HeadersPolicy{Set: []Header{{"Vary", "Accept", true}, {"X-Content-Type-Options", "nosniff", true}, {"Strict-Transport-Security", "max-age=9", false}}, Remove: []string{"X-B"}},
			ErrorTTL: map[int]time.Duration{404: 3 * time.Second},
		},
	}
	unknown := strings.NewReplacer("URL", "null", "FULL", "null", "NAME", "null", "C1", "null", "O1", "null", "H1", "null", "F1", "null")
	known := strings.NewReplacer("URL", `"x.on.aws"`, "FULL", `"https://x.on.aws/"`, "NAME", `"pictures"`, "C1", `"C1"`, "O1", `"O1"`, "H1", `"H1"`, "F1", `"F1"`)
	for name, text := range map[string]string{
		"plan":  strings.ReplaceAll(planned, "RESOURCES", unknown.Replace(resources)),
		"state": strings.ReplaceAll(applied, "RESOURCES", known.Replace(resources)),
	} {
		file := filepath.Join(t.TempDir(), "plan.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadStack(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := want.Variables("A"); len(got) != 1 || got[0] != "B=2" {
		t.Errorf("got %v", got)
	}
}

func TestNoStack(t *testing.T) {
	for text, want := range map[string]string{
		"":   "no output of `terraform show -json`",
		"{}": "not one module with one aws_cloudfront_distribution",
		`{"values": {"root_module": {"resources": [{"type": "aws_cloudfront_distribution", "values": {}}]}}}`: "no Function URL",
	} {
		file := filepath.Join(t.TempDir(), "plan.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadStack(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
