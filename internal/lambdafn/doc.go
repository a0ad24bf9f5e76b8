// Package lambdafn runs any http.Handler as an AWS Lambda function behind a
// Function URL.
//
//	lambdafn.Serve(handler, lambdafn.Options{Log: lambdafn.NewLog(os.Stderr, slog.LevelInfo)})
//
// An event (payload format 2.0) becomes a request, whose RequestURI is the path
// and the query as they came; the handler decodes them, and so can answer for
// what it cannot decode. The handler's answer is kept until it is whole and then
// sent in one of two ways, which must be the invoke mode of the URL:
//
//   - streaming (RESPONSE_STREAM): a prelude of JSON with status and headers,
//     eight NULs, the bytes of the body; up to 200 MB.
//   - buffered (BUFFERED): one JSON document with the body in base64; up to 6 MB.
//
// aws-lambda-go has the loop that asks for events. Its own adapter to handlers,
// lambdaurl, fails the invocation on a path that net/url cannot parse, sends a
// body to HEAD, and lets a panic end the process; hence this one.
package lambdafn
