// Package sandbox is AWS on a laptop. It runs a Lambda function's zip in
// environments as Lambda does, behind a Function URL as it is on AWS, with a
// folder as an S3 bucket if there is no real one.
//
//	f, err := sandbox.New(sandbox.Options{Zip: "function.zip", …})
//	http.ListenAndServe(address, f.URL())
//	f.Close()
//	fmt.Println(f.Stats())
//
// An environment is one process of the function with a Runtime API of its own
// (runtime.go, environment.go). An invocation takes an idle environment or starts
// a new one, a cold start (function.go). The Function URL turns requests into
// events and replies into answers (event.go, url.go).
//
// CloudFront in front of it (cloudfront.go) has a cache policy (cachepolicy.go), the
// edge function's own code in goja (edge.go), and invalidations (invalidation.go).
// What there is comes from a Terraform plan (stack.go).
//
// What is emulated names its source: a page of the AWS documentation, most of
// them in the Lambda Developer Guide ("DG"). What is not: the share of a processor
// that a memory size buys, the network's speed, the freeze between invocations,
// the rate of 10 requests a second for each environment, its 1,024 threads and
// files, the 2 MB a second of a stream after its first 6 MB, the read-only file
// system, and what Go's server refuses before the URL sees it: bad escapes and
// headers over its limit.
//
// Of CloudFront there are not: TLS and the redirect to it, ranges (an object comes
// whole), compression, several behaviours or origins, failover, WAF and geography,
// the origin's timeouts and attempts, regional caches and their eviction, the
// edge function's limits of time and memory and its crypto, key-value stores.
// Nothing keeps the function's code from what its user
// may do on this machine.
package sandbox
