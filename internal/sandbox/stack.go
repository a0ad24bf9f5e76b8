package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Stack is what a Terraform plan says of a function and the distribution in front
// of it, as far as the sandbox emulates it.
type Stack struct {
	Zip       string // as the plan names it
	Memory    int    // MB
	Timeout   time.Duration
	Env       map[string]string // what of it is known
	Streaming bool
	IAM       bool // the URL answers only who may invoke it

	Distribution Distribution
}

// Distribution is a CloudFront distribution with one behaviour.
type Distribution struct {
	EdgeCode       string // of the viewer-request function; empty for none
	AllowedMethods []string
	CachedMethods  []string
	Cache          CachePolicy
	Origin         RequestPolicy // what the origin sees beyond the cache key
	Headers        HeadersPolicy
	ErrorTTL       map[int]time.Duration // the least time that an error is kept, by status; 10 s where it is not here
	TagHeader      string                // of the tags that an answer can be purged by
}

// CachePolicy is the key of the cache, and how long it keeps what.
type CachePolicy struct {
	MinTTL, DefaultTTL, MaxTTL time.Duration
	RequestPolicy
	Gzip, Brotli bool
}

// RequestPolicy names parts of a request.
type RequestPolicy struct {
	Query, Headers, Cookies Selection
}

// Selection is some of the parameters, headers or cookies.
type Selection struct {
	Behavior string // none, all, whitelist, allExcept
	Items    []string
}

// HeadersPolicy changes the headers of answers.
type HeadersPolicy struct {
	Set    []Header
	Remove []string
}

// Header is one header of a policy; without Override the origin's stays.
type Header struct {
	Name, Value string
	Override    bool
}

// ReadStack reads what `terraform show -json` prints of a plan or of a state. Ids
// are unknown in a plan, so that what belongs together is found by the references
// of its configuration; a state has ids, and no configuration.
func ReadStack(file string) (*Stack, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var p tfPlan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%s is no output of `terraform show -json`: %w", file, err)
	}
	stack, err := p.stack()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return stack, nil
}

// tfPlan is the JSON form of a plan
// (https://developer.hashicorp.com/terraform/internals/json-format).
type tfPlan struct {
	PlannedValues tfValues `json:"planned_values"`
	Values        tfValues `json:"values"` // of a state
	Configuration struct {
		RootModule tfConfiguration `json:"root_module"`
	} `json:"configuration"`
}

type tfValues struct {
	RootModule tfModule `json:"root_module"`
}

type tfModule struct {
	Address      string       `json:"address"`
	Resources    []tfResource `json:"resources"`
	ChildModules []tfModule   `json:"child_modules"`
}

type tfResource struct {
	Address string         `json:"address"`
	Type    string         `json:"type"`
	Name    string         `json:"name"`
	Values  map[string]any `json:"values"`
}

type tfConfiguration struct {
	Resources []struct {
		Type        string         `json:"type"`
		Name        string         `json:"name"`
		Expressions map[string]any `json:"expressions"`
	} `json:"resources"`
	ModuleCalls map[string]struct {
		Module tfConfiguration `json:"module"`
	} `json:"module_calls"`
}

var errOneDistribution = errors.New("there is not one module with one aws_cloudfront_distribution in it")

func (p *tfPlan) stack() (*Stack, error) {
	m := findModule(p.PlannedValues.RootModule, p.Configuration.RootModule)
	if m == nil {
		m = findModule(p.Values.RootModule, tfConfiguration{})
	}
	if m == nil {
		return nil, errOneDistribution
	}
	distribution := m.first("aws_cloudfront_distribution")
	behaviour := path(distribution.Values, "default_cache_behavior", 0)
	inBehaviour := func(steps ...any) []any { return append([]any{"default_cache_behavior", 0}, steps...) }

	url := m.follow(distribution, "aws_lambda_function_url", "function_url", "origin", 0, "domain_name")
	function := m.follow(url, "aws_lambda_function", "function_name", "function_name")
	if url == nil || function == nil {
		return nil, errors.New("the distribution's origin is no Function URL of a function in the same module")
	}
	s := &Stack{
		Zip: text(function.Values["filename"]), Memory: int(number(function.Values["memory_size"])), Timeout: seconds(function.Values["timeout"]),
		Env:       map[string]string{},
		Streaming: text(url.Values["invoke_mode"]) == "RESPONSE_STREAM", IAM: text(url.Values["authorization_type"]) == "AWS_IAM",
	}
	if variables, ok := path(function.Values, "environment", 0, "variables").(map[string]any); ok {
		for name, value := range variables {
			s.Env[name] = text(value)
		}
	}
	d := &s.Distribution
	d.AllowedMethods, d.CachedMethods = texts(path(behaviour, "allowed_methods")), texts(path(behaviour, "cached_methods"))
	d.TagHeader = text(path(distribution.Values, "cache_tag_config", 0, "header_name"))
	d.ErrorTTL = map[int]time.Duration{}
	for _, e := range list(distribution.Values["custom_error_response"]) {
		d.ErrorTTL[int(number(path(e, "error_code")))] = seconds(path(e, "error_caching_min_ttl"))
	}
	if edge := m.follow(distribution, "aws_cloudfront_function", "arn", inBehaviour("function_association", 0, "function_arn")...); edge != nil {
		d.EdgeCode = text(edge.Values["code"])
	}
	cache := m.follow(distribution, "aws_cloudfront_cache_policy", "id", inBehaviour("cache_policy_id")...)
	if cache == nil {
		return nil, errors.New("the distribution has no cache policy of the same module")
	}
	key := path(cache.Values, "parameters_in_cache_key_and_forwarded_to_origin", 0)
	d.Cache = CachePolicy{
		MinTTL: seconds(cache.Values["min_ttl"]), DefaultTTL: seconds(cache.Values["default_ttl"]), MaxTTL: seconds(cache.Values["max_ttl"]),
		RequestPolicy: requestPolicy(key),
		Gzip:          path(key, "enable_accept_encoding_gzip") == true, Brotli: path(key, "enable_accept_encoding_brotli") == true,
	}
	if request := m.follow(distribution, "aws_cloudfront_origin_request_policy", "id", inBehaviour("origin_request_policy_id")...); request != nil {
		d.Origin = requestPolicy(any(request.Values))
	}
	if headers := m.follow(distribution, "aws_cloudfront_response_headers_policy", "id", inBehaviour("response_headers_policy_id")...); headers != nil {
		d.Headers = headersPolicy(headers.Values)
	}
	return s, nil
}

func requestPolicy(v any) RequestPolicy {
	selection := func(config, behavior, items string) Selection {
		return Selection{text(path(v, config, 0, behavior)), texts(path(v, config, 0, items, 0, "items"))}
	}
	return RequestPolicy{
		Query:   selection("query_strings_config", "query_string_behavior", "query_strings"),
		Headers: selection("headers_config", "header_behavior", "headers"),
		Cookies: selection("cookies_config", "cookie_behavior", "cookies"),
	}
}

func headersPolicy(v map[string]any) (p HeadersPolicy) {
	for _, item := range list(path(v, "custom_headers_config", 0, "items")) {
		p.Set = append(p.Set, Header{text(path(item, "header")), text(path(item, "value")), path(item, "override") == true})
	}
	security := path(v, "security_headers_config", 0)
	if o := path(security, "content_type_options", 0); o != nil {
		p.Set = append(p.Set, Header{"X-Content-Type-Options", "nosniff", path(o, "override") == true})
	}
	if o := path(security, "strict_transport_security", 0); o != nil {
		value := fmt.Sprintf("max-age=%d", int(number(path(o, "access_control_max_age_sec"))))
		p.Set = append(p.Set, Header{"Strict-Transport-Security", value, path(o, "override") == true})
	}
	for _, item := range list(path(v, "remove_headers_config", 0, "items")) {
		p.Remove = append(p.Remove, text(path(item, "header")))
	}
	return p
}

// module is a module of the plan beside its configuration.
type module struct {
	resources     []tfResource
	configuration tfConfiguration
}

// findModule finds the module that has the distribution.
func findModule(m tfModule, c tfConfiguration) *module {
	if slices.ContainsFunc(m.Resources, func(r tfResource) bool { return r.Type == "aws_cloudfront_distribution" }) {
		return &module{m.Resources, c}
	}
	for _, child := range m.ChildModules {
		name := child.Address[strings.LastIndexByte(child.Address, '.')+1:]
		if i := strings.IndexByte(name, '['); i >= 0 {
			name = name[:i]
		}
		if found := findModule(child, c.ModuleCalls[name].Module); found != nil {
			return found
		}
	}
	return nil
}

func (m *module) first(kind string) *tfResource {
	for i, r := range m.resources {
		if r.Type == kind {
			return &m.resources[i]
		}
	}
	return nil
}

// expressions are what the configuration says of a resource.
func (m *module) expressions(r *tfResource) map[string]any {
	for _, c := range m.configuration.Resources {
		if r != nil && c.Type == r.Type && c.Name == r.Name {
			return c.Expressions
		}
	}
	return nil
}

// follow finds the resource of a kind that another refers to at a place, or nil:
// by the reference of the configuration, or by what stands in both.
func (m *module) follow(from *tfResource, kind, attribute string, place ...any) *tfResource {
	if from == nil {
		return nil
	}
	if value := text(path(from.Values, place...)); value != "" {
		for i, r := range m.resources {
			if other := text(r.Values[attribute]); r.Type == kind && other != "" && strings.Contains(other, value) {
				return &m.resources[i]
			}
		}
	}
	for _, reference := range texts(path(m.expressions(from), append(place, "references")...)) {
		parts := strings.SplitN(reference, ".", 3)
		if len(parts) < 2 || parts[0] != kind {
			continue
		}
		name, _, _ := strings.Cut(parts[1], "[")
		for i, r := range m.resources {
			if r.Type == kind && r.Name == name {
				return &m.resources[i]
			}
		}
	}
	return nil
}

// path walks down JSON values by names and places; nil where there is nothing.
func path(v any, steps ...any) any {
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[s]
		case int:
			array, _ := v.([]any)
			if s >= len(array) {
				return nil
			}
			v = array[s]
		}
	}
	return v
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) (out []string) {
	for _, item := range list(v) {
		out = append(out, text(item))
	}
	return out
}

func number(v any) float64 {
	f, _ := v.(float64)
	return f
}

func seconds(v any) time.Duration { return time.Duration(number(v) * float64(time.Second)) }

// Variables are the environment in the form NAME=VALUE, without what Lambda or
// the sandbox sets itself.
func (s *Stack) Variables(without ...string) (v []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if !slices.Contains(without, name) {
			v = append(v, name+"="+s.Env[name])
		}
	}
	return v
}
