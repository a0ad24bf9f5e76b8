# The CloudFront Function that makes one URL of all that mean the same picture.

locals {
  edge_options = jsonencode({
    defaults = var.defaults
    ladder   = var.ladder
    maxSide  = coalesce(var.limits.max_side, 8192)
  })

  # jsonencode escapes < and > and &, which JavaScript reads back.
  edge_code = "const options=${local.edge_options};\n${file("${path.module}/viewer-request.js")}"
}

resource "aws_cloudfront_function" "viewer_request" {
  name    = "${var.name}-viewer-request"
  comment = "One URL for all that mean the same picture"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = local.edge_code

  lifecycle {
    precondition {
      condition     = length(local.edge_code) <= 10240
      error_message = "The edge function has ${length(local.edge_code)} bytes with its options; CloudFront takes 10240. Shorten defaults or ladder."
    }
  }

  # The function behind learns new parameters first: an old grammar in front of a
  # new one drops what it does not know, a new one in front of an old one would let
  # pass what is then refused.
  depends_on = [aws_lambda_alias.live]
}
