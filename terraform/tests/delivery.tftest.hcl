# Plans only, with made-up credentials: nothing here needs an account.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  zip = "tests/function.zip"
}

override_resource {
  target          = aws_cloudfront_distribution.this
  override_during = plan
  values = {
    arn            = "arn:aws:cloudfront::123456789012:distribution/E1"
    id             = "E1"
    domain_name    = "d1.cloudfront.net"
    hosted_zone_id = "Z2FDTNDATAQYW2"
  }
}

override_resource {
  target          = aws_lambda_function_url.live
  override_during = plan
  values          = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
}

override_resource {
  target          = aws_cloudfront_origin_access_control.this
  override_during = plan
  values          = { id = "OAC1" }
}

run "only_this_distribution_may_ask_the_function" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.live.authorization_type == "AWS_IAM" && aws_lambda_function_url.live.qualifier == "live"
    error_message = "The Function URL is open."
  }

  assert {
    condition = alltrue([
      aws_lambda_permission.url.action == "lambda:InvokeFunctionUrl",
      aws_lambda_permission.url.function_url_auth_type == "AWS_IAM",
      aws_lambda_permission.function.action == "lambda:InvokeFunction",
      aws_lambda_permission.function.invoked_via_function_url,
    ])
    error_message = "CloudFront needs both permissions."
  }

  assert {
    condition = alltrue([for p in [aws_lambda_permission.url, aws_lambda_permission.function] :
    p.principal == "cloudfront.amazonaws.com" && p.source_arn == "arn:aws:cloudfront::123456789012:distribution/E1" && p.qualifier == "live"])
    error_message = "Others than this distribution may ask."
  }

  assert {
    condition = alltrue([
      aws_cloudfront_origin_access_control.this.origin_access_control_origin_type == "lambda",
      aws_cloudfront_origin_access_control.this.signing_behavior == "always",
      aws_cloudfront_origin_access_control.this.signing_protocol == "sigv4",
      one(aws_cloudfront_distribution.this.origin).origin_access_control_id == "OAC1",
      one(aws_cloudfront_distribution.this.origin).domain_name == "abc.lambda-url.eu-central-1.on.aws",
    ])
    error_message = "The distribution does not sign its requests to the function."
  }
}

run "the_key_is_path_and_query" {
  command = plan

  assert {
    condition = alltrue([
      aws_cloudfront_cache_policy.this.min_ttl == 0,
      aws_cloudfront_cache_policy.this.max_ttl >= 604800 + 86400,
      one(aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin).enable_accept_encoding_gzip == false,
      one(aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin).enable_accept_encoding_brotli == false,
      one(one(aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin).query_strings_config).query_string_behavior == "all",
      one(one(aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin).headers_config).header_behavior == "none",
      one(one(aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin).cookies_config).cookie_behavior == "none",
    ])
    error_message = "The cache has another key, or another least or greatest time."
  }

  assert {
    condition     = one(aws_cloudfront_origin_request_policy.this.headers_config).header_behavior == "none"
    error_message = "A Host that is not the Function URL's breaks the signature."
  }

  assert {
    condition = alltrue([
      toset(aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods) == toset(["GET", "HEAD", "OPTIONS"]),
      toset(aws_cloudfront_distribution.this.default_cache_behavior[0].cached_methods) == toset(["GET", "HEAD"]),
      aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https",
      one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request",
      aws_cloudfront_distribution.this.http_version == "http2and3",
      one(aws_cloudfront_distribution.this.cache_tag_config).header_name == "Cache-Tag",
    ])
    error_message = "The behaviour is another."
  }

  assert {
    condition = { for e in aws_cloudfront_distribution.this.custom_error_response : tostring(e.error_code) => e.error_caching_min_ttl } == {
      "400" = 0, "403" = 0, "404" = 0, "405" = 0, "500" = 1, "502" = 1, "503" = 1, "504" = 1,
    }
    error_message = "Errors are kept for another time."
  }

  assert {
    condition = { for i in one(aws_cloudfront_response_headers_policy.this.custom_headers_config).items : i.header => i.value } == {
      Vary = "Accept", Access-Control-Allow-Origin = "*", Timing-Allow-Origin = "*", Cross-Origin-Resource-Policy = "cross-origin",
    }
    error_message = "Answers have other headers."
  }

  # A slow picture is not made twice, and the function answers before CloudFront
  # gives up.
  assert {
    condition = alltrue([
      one(aws_cloudfront_distribution.this.origin).connection_attempts == 1,
      one(one(aws_cloudfront_distribution.this.origin).custom_origin_config).origin_read_timeout > aws_lambda_function.this.timeout,
      one(one(aws_cloudfront_distribution.this.origin).custom_origin_config).origin_protocol_policy == "https-only",
    ])
    error_message = "CloudFront gives up before the function, or asks again."
  }
}

run "without_cors_and_with_hsts" {
  command = plan

  variables {
    cors_origin  = ""
    hsts_seconds = 31536000
  }

  assert {
    condition     = [for i in one(aws_cloudfront_response_headers_policy.this.custom_headers_config).items : i.header] == ["Vary"]
    error_message = "CORS headers are sent."
  }

  assert {
    condition     = one(one(aws_cloudfront_response_headers_policy.this.security_headers_config).strict_transport_security).access_control_max_age_sec == 31536000
    error_message = "Strict-Transport-Security is missing."
  }
}

run "one_variable_for_both_modes" {
  command = plan

  variables {
    response = "buffered"
  }

  assert {
    condition     = aws_lambda_function_url.live.invoke_mode == "BUFFERED" && aws_lambda_function.this.environment[0].variables.TINTYPE_LAMBDA_RESPONSE == "buffered"
    error_message = "The function and its URL answer in different modes."
  }
}

run "streaming_unless_asked_otherwise" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.live.invoke_mode == "RESPONSE_STREAM" && aws_lambda_function.this.environment[0].variables.TINTYPE_LAMBDA_RESPONSE == "streaming"
    error_message = "The function and its URL answer in different modes."
  }
}

run "without_a_domain" {
  command = plan

  assert {
    condition = alltrue([
      one(aws_cloudfront_distribution.this.viewer_certificate).cloudfront_default_certificate,
      length(aws_acm_certificate.this) == 0,
      length(aws_route53_record.address) == 0,
      output.domain_name == "d1.cloudfront.net",
      output.examples[1] == "https://d1.cloudfront.net/cat.jpg?w=300&h=200",
    ])
    error_message = "There is a domain."
  }
}

run "with_a_certificate_and_records_of_ones_own" {
  command = plan

  variables {
    domain_names    = ["img.example.com"]
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  }

  assert {
    condition = alltrue([
      one(aws_cloudfront_distribution.this.viewer_certificate).acm_certificate_arn == "arn:aws:acm:us-east-1:123456789012:certificate/1",
      one(aws_cloudfront_distribution.this.viewer_certificate).ssl_support_method == "sni-only",
      one(aws_cloudfront_distribution.this.viewer_certificate).minimum_protocol_version == "TLSv1.2_2021",
      aws_cloudfront_distribution.this.aliases == toset(["img.example.com"]),
      length(aws_acm_certificate.this) == 0,
      length(aws_route53_record.address) == 0,
      output.domain_name == "img.example.com",
    ])
    error_message = "The certificate or the name is not used."
  }
}

run "with_a_zone" {
  command = plan

  variables {
    domain_names = ["img.example.com", "pictures.example.com"]
    zone_id      = "Z1"
  }

  assert {
    condition = alltrue([
      aws_acm_certificate.this[0].region == "us-east-1",
      aws_acm_certificate.this[0].domain_name == "img.example.com",
      aws_acm_certificate.this[0].subject_alternative_names == toset(["pictures.example.com"]),
      length(aws_route53_record.validation) == 2,
      toset(keys(aws_route53_record.address)) == toset(["img.example.com A", "img.example.com AAAA", "pictures.example.com A", "pictures.example.com AAAA"]),
      alltrue([for r in aws_route53_record.address : one(r.alias).name == "d1.cloudfront.net" && r.zone_id == "Z1"]),
    ])
    error_message = "The certificate or the records are not made."
  }
}

run "all_the_rest" {
  command = plan

  variables {
    origin_shield_region    = "eu-central-1"
    web_acl_arn             = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"
    geo_restriction         = { type = "whitelist", locations = ["DE", "FR"] }
    access_log_bucket       = "logs.s3.amazonaws.com"
    price_class             = "PriceClass_All"
    provisioned_concurrency = 2
    reserved_concurrency    = 20
    tags                    = { team = "shop" }
    dashboard               = true
    alarms                  = { actions = ["arn:aws:sns:eu-central-1:123456789012:t"] }
  }

  assert {
    condition = alltrue([
      one(one(aws_cloudfront_distribution.this.origin).origin_shield).origin_shield_region == "eu-central-1",
      aws_cloudfront_distribution.this.web_acl_id == "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1",
      one(one(aws_cloudfront_distribution.this.restrictions).geo_restriction).locations == toset(["DE", "FR"]),
      one(aws_cloudfront_distribution.this.logging_config).bucket == "logs.s3.amazonaws.com",
      aws_cloudfront_distribution.this.price_class == "PriceClass_All",
      aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 2,
      aws_lambda_function.this.reserved_concurrent_executions == 20,
      alltrue([for r in [aws_cloudfront_distribution.this, aws_lambda_function.this, aws_iam_role.function, aws_cloudwatch_log_group.function, aws_s3_bucket.originals[0]] : r.tags == tomap({ team = "shop" })]),
    ])
    error_message = "A variable is without effect."
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.errors[0].region == "us-east-1",
      aws_cloudwatch_metric_alarm.throttles[0].threshold == 0,
      aws_cloudwatch_metric_alarm.slow[0].extended_statistic == "p99",
      aws_cloudwatch_metric_alarm.bill[0].threshold == 100000,
      alltrue([for a in [aws_cloudwatch_metric_alarm.errors[0], aws_cloudwatch_metric_alarm.throttles[0], aws_cloudwatch_metric_alarm.slow[0], aws_cloudwatch_metric_alarm.bill[0]] :
      a.alarm_actions == toset(["arn:aws:sns:eu-central-1:123456789012:t"])]),
    ])
    error_message = "An alarm is another."
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 1
    error_message = "There is no dashboard."
  }
}

run "nothing_that_costs_unasked" {
  command = plan

  assert {
    condition = alltrue([
      length(aws_cloudwatch_dashboard.this) == 0,
      length(aws_cloudwatch_metric_alarm.errors) == 0,
      length(aws_lambda_provisioned_concurrency_config.live) == 0,
      aws_lambda_function.this.reserved_concurrent_executions == -1,
      length(one(aws_cloudfront_distribution.this.origin).origin_shield) == 0,
    ])
    error_message = "Something is there that was not asked for."
  }
}
