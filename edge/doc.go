// Package edge is the CloudFront Function that makes one URL of all that mean
// the same picture: function.js, which viewer-request.js is made from.
//
//	go generate ./edge
package edge

import _ "embed"

//go:generate go run ./generate -source function.js viewer-request.js ../terraform/viewer-request.js

// Function is the function's code. Its deployment puts a line before it that
// defines options; see function.js.
//
//go:embed viewer-request.js
var Function string

// Budget is how long the code may be, in bytes. CloudFront takes 10,240, the
// options included, and the check of signatures is to come
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).
const Budget = 9 << 10
