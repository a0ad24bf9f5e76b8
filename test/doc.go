// Package test holds the cases that every way of running tintype must pass, as
// txtar files: what the bucket holds, what is asked, what comes back. They run
// against the real binary, once with a folder and once with an S3 server behind
// it, and against the zip of the Lambda function, in each invoke mode. There the
// conditions [lambda] and [streaming] or [buffered] hold. Once more they go through
// all of it, with CloudFront in front, where [lambda] and [cloudfront] hold.
//
// A case is a script of these commands, beside those of testscript:
//
//	serve [FLAG...]                start a server on the case's bucket; or the
//	                               function, whose variables are the flags
//	stop                           send SIGTERM; the server must end well
//	put KEY FILE, remove KEY       change the bucket
//	purge                          have CloudFront forget all
//	noise KEY SIDE                 put a square PNG of noise, which does not compress
//	get [-X METHOD] [-H HEADER]... TARGET
//	status CODE                    of the last answer
//	header NAME [REGEXP]           with ! there must be no such header
//	body [REGEXP]                  without a pattern: it is not empty
//	picture FORMAT WIDTHxHEIGHT [FRAMES]
//	upright                        the four corners have their colours
//	etag NAME                      keep the answer's ETag as a variable
//	start TARGET, finish           get, with time for other things between
//	log REGEXP                     the server has logged such a line
//	metrics REGEXP                 there comes to be such a line
//	tintype ARG...                 run the command; with ! it must fail
package test
