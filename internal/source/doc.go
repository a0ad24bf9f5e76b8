// Package source is where objects come from: a folder or an S3 bucket.
//
// A [Source] hands out metadata first and bytes after, so that a conditional
// request can be answered before a byte of the body is read. What every source
// must hold is in package sourcetest, and run on each.
//
//	src, err := source.OpenDir("pictures")
//	object, err := src.Open(ctx, "albums/rio/cat.jpg", "")
//	defer object.Body.Close()
package source
