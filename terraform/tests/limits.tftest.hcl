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

# What only AWS itself would refuse.
run "what_aws_takes" {
  command = plan

  variables {
    defaults = "auto=format,compress&q=75&fit=max"
    ladder   = [for i in range(64) : 10 * (i + 1)]
    bucket   = "holiday"
  }

  assert {
    condition     = aws_cloudfront_function.viewer_request.runtime == "cloudfront-js-2.0" && length(aws_cloudfront_function.viewer_request.code) <= 10240
    error_message = "The edge function is too long, or for another runtime."
  }

  assert {
    condition     = startswith(aws_cloudfront_function.viewer_request.code, "const options={\"defaults\":\"auto=format,compress\\u0026q=75\\u0026fit=max\",\"ladder\":[10,20,")
    error_message = "The edge function does not know the options: ${substr(aws_cloudfront_function.viewer_request.code, 0, 120)}"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables.TINTYPE_DEFAULTS == "auto=format,compress&q=75&fit=max"
    error_message = "Function and edge have different defaults."
  }

  assert {
    condition = alltrue([for comment in [
      aws_cloudfront_distribution.this.comment, aws_cloudfront_cache_policy.this.comment, aws_cloudfront_origin_request_policy.this.comment,
      aws_cloudfront_response_headers_policy.this.comment, aws_cloudfront_function.viewer_request.comment,
    ] : length(comment) <= 128])
    error_message = "CloudFront's comments have at most 128 characters."
  }

  assert {
    condition     = alltrue([for e in aws_cloudfront_distribution.this.custom_error_response : contains([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504], e.error_code)])
    error_message = "CloudFront keeps no times for such a status."
  }

  assert {
    condition     = length(one(aws_cloudfront_response_headers_policy.this.custom_headers_config).items) <= 10
    error_message = "A policy names at most ten headers."
  }

  assert {
    condition     = length(join("", [for k, v in aws_lambda_function.this.environment[0].variables : "${k}${v}"])) <= 4096
    error_message = "A function's variables have at most 4 KB."
  }

  assert {
    condition = alltrue([
      aws_lambda_function.this.runtime == "provided.al2023",
      aws_lambda_function.this.architectures == tolist(["arm64"]),
      aws_lambda_function.this.publish,
      aws_lambda_function.this.source_code_hash == filebase64sha256("tests/function.zip"),
    ])
    error_message = "The function is another."
  }
}

run "limits_reach_the_function_and_the_edge" {
  command = plan

  variables {
    limits = { max_side = 4000, max_source_bytes = "32MiB" }
  }

  assert {
    condition = alltrue([
      aws_lambda_function.this.environment[0].variables.TINTYPE_MAX_SIDE == "4000",
      aws_lambda_function.this.environment[0].variables.TINTYPE_MAX_SOURCE_BYTES == "32MiB",
      !contains(keys(aws_lambda_function.this.environment[0].variables), "TINTYPE_MAX_FRAMES"),
      strcontains(aws_cloudfront_function.viewer_request.code, "\"maxSide\":4000"),
    ])
    error_message = "A limit does not arrive."
  }
}

run "names_have_the_prefix" {
  command = plan

  variables {
    name = "shop-img"
  }

  assert {
    condition = alltrue([for name in [
      aws_lambda_function.this.function_name, aws_cloudfront_cache_policy.this.name, aws_cloudfront_origin_request_policy.this.name,
      aws_cloudfront_response_headers_policy.this.name, aws_cloudfront_origin_access_control.this.name, aws_cloudfront_function.viewer_request.name,
      aws_s3_bucket.originals[0].bucket_prefix, aws_iam_role.function.name_prefix, trimprefix(aws_cloudwatch_log_group.function.name, "/aws/lambda/"),
    ] : startswith(name, "shop-img")])
    error_message = "A name would be there twice in an account with two of them."
  }
}

run "refuses_name" {
  command = plan

  variables {
    name = "Shop_Img"
  }

  expect_failures = [var.name]
}

run "refuses_prefix" {
  command = plan

  variables {
    prefix = "/a"
  }

  expect_failures = [var.prefix]
}

run "refuses_kms_key_arn" {
  command = plan

  variables {
    kms_key_arn = "key"
  }

  expect_failures = [var.kms_key_arn]
}

run "refuses_zip" {
  command = plan

  variables {
    zip = "function.tar"
  }

  expect_failures = [var.zip]
}

run "refuses_architecture" {
  command = plan

  variables {
    architecture = "amd64"
  }

  expect_failures = [var.architecture]
}

run "refuses_memory" {
  command = plan

  variables {
    memory = 64
  }

  expect_failures = [var.memory]
}

run "refuses_timeout" {
  command = plan

  variables {
    timeout = 900
  }

  expect_failures = [var.timeout]
}

run "refuses_reserved_concurrency" {
  command = plan

  variables {
    reserved_concurrency = -2
  }

  expect_failures = [var.reserved_concurrency]
}

run "refuses_provisioned_concurrency" {
  command = plan

  variables {
    provisioned_concurrency = -1
  }

  expect_failures = [var.provisioned_concurrency]
}

run "refuses_log_retention_days" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "refuses_log_level" {
  command = plan

  variables {
    log_level = "loud"
  }

  expect_failures = [var.log_level]
}

run "refuses_response" {
  command = plan

  variables {
    response = "fast"
  }

  expect_failures = [var.response]
}

run "refuses_defaults" {
  command = plan

  variables {
    defaults = "?w=1"
  }

  expect_failures = [var.defaults]
}

run "refuses_ladder" {
  command = plan

  variables {
    ladder = [640, 320]
  }

  expect_failures = [var.ladder]
}

run "refuses_svg" {
  command = plan

  variables {
    svg = "sometimes"
  }

  expect_failures = [var.svg]
}

run "refuses_limits" {
  command = plan

  variables {
    limits = { max_side = 9000 }
  }

  expect_failures = [var.limits]
}

run "refuses_ttl" {
  command = plan

  variables {
    ttl = { max = 86400 }
  }

  expect_failures = [var.ttl]
}

run "refuses_price_class" {
  command = plan

  variables {
    price_class = "PriceClass_300"
  }

  expect_failures = [var.price_class]
}

run "refuses_certificate_arn" {
  command = plan

  variables {
    certificate_arn = "arn:aws:acm:eu-central-1:1:certificate/1"
  }

  expect_failures = [var.certificate_arn]
}

run "refuses_geo_restriction" {
  command = plan

  variables {
    geo_restriction = { type = "some" }
  }

  expect_failures = [var.geo_restriction]
}

run "refuses_hsts_seconds" {
  command = plan

  variables {
    hsts_seconds = -1
  }

  expect_failures = [var.hsts_seconds]
}

run "refuses_a_domain_without_a_certificate" {
  command = plan

  variables {
    domain_names = ["img.example.com"]
  }

  expect_failures = [var.zone_id]
}
