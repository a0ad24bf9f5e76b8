# CloudFront: what it keeps, under which key, and how it asks the function.

locals {
  origin_id = "function"
}

# The edge function has made the query canonical, and so all of it is the key; a
# policy could name no more than ten parameters. Compression would keep a copy for
# each Accept-Encoding, and pictures are compressed. A least TTL would keep what
# says no-store.
resource "aws_cloudfront_cache_policy" "this" {
  name        = "${var.name}-pictures"
  comment     = "Path and canonical query"
  min_ttl     = 0
  default_ttl = var.ttl.default
  max_ttl     = var.ttl.max

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

# The function must see the Host of its own URL, for which the request is signed.
resource "aws_cloudfront_origin_request_policy" "this" {
  name    = "${var.name}-pictures"
  comment = "The query, no header, no cookie"

  cookies_config {
    cookie_behavior = "none"
  }

  headers_config {
    header_behavior = "none"
  }

  query_strings_config {
    query_string_behavior = "all"
  }
}

# CloudFront drops Vary from the function's answer, as it does not forward Accept,
# and cors_config would set a Vary of its own: hence custom headers.
resource "aws_cloudfront_response_headers_policy" "this" {
  name    = "${var.name}-pictures"
  comment = "CORS, Vary, nosniff"

  custom_headers_config {
    items {
      header   = "Vary"
      value    = "Accept"
      override = true
    }

    dynamic "items" {
      for_each = var.cors_origin == "" ? {} : {
        Access-Control-Allow-Origin  = var.cors_origin
        Timing-Allow-Origin          = var.cors_origin
        Cross-Origin-Resource-Policy = "cross-origin"
      }

      content {
        header   = items.key
        value    = items.value
        override = true
      }
    }
  }

  security_headers_config {
    content_type_options {
      override = true
    }

    dynamic "strict_transport_security" {
      for_each = var.hsts_seconds > 0 ? [var.hsts_seconds] : []

      content {
        access_control_max_age_sec = strict_transport_security.value
        override                   = true
      }
    }
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.name}-function"
  description                       = "Signs requests to the Function URL"
  origin_access_control_origin_type = "lambda"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  comment         = var.name
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = var.domain_names
  web_acl_id      = var.web_acl_arn
  tags            = var.tags

  origin {
    origin_id                = local.origin_id
    domain_name              = trimsuffix(trimprefix(aws_lambda_function_url.live.function_url, "https://"), "/")
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id

    # One try: a second would make a slow picture again, beside the first.
    connection_attempts = 1
    connection_timeout  = 10

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = var.timeout + 5
      origin_keepalive_timeout = 60
    }

    dynamic "origin_shield" {
      for_each = var.origin_shield_region == null ? [] : [var.origin_shield_region]

      content {
        enabled              = true
        origin_shield_region = origin_shield.value
      }
    }
  }

  default_cache_behavior {
    target_origin_id           = local.origin_id
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = false
    cache_policy_id            = aws_cloudfront_cache_policy.this.id
    origin_request_policy_id   = aws_cloudfront_origin_request_policy.this.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.viewer_request.arn
    }
  }

  # What fails may work the next second; of what is refused the function says how
  # long.
  dynamic "custom_error_response" {
    for_each = { 400 = 0, 403 = 0, 404 = 0, 405 = 0, 500 = 1, 502 = 1, 503 = 1, 504 = 1 }

    content {
      error_code            = custom_error_response.key
      error_caching_min_ttl = custom_error_response.value
    }
  }

  # One invalidation of its tag drops every variant of a picture.
  cache_tag_config {
    header_name = "Cache-Tag"
  }

  restrictions {
    geo_restriction {
      restriction_type = var.geo_restriction.type
      locations        = var.geo_restriction.locations
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = length(var.domain_names) == 0
    acm_certificate_arn            = local.certificate_arn
    ssl_support_method             = length(var.domain_names) == 0 ? null : "sni-only"
    minimum_protocol_version       = length(var.domain_names) == 0 ? null : "TLSv1.2_2021"
  }

  dynamic "logging_config" {
    for_each = var.access_log_bucket == null ? [] : [var.access_log_bucket]

    content {
      bucket = logging_config.value
      prefix = "${var.name}/"
    }
  }
}
