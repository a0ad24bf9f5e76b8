# The topology of the article that tintype grew out of, as it stands there: a
# function behind a public Function URL that answers buffered, in base64, and
# CloudFront in front, which caches by w and h for a minute. It works, and shows
# what the module adds: every other parameter is ignored, and whoever knows the
# Function URL can go past the cache.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.46"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

locals {
  zip        = "${path.module}/../../../dist/tintype-lambda-arm64.zip"
  parameters = ["w", "h"]
  seconds    = 60
}

resource "aws_s3_bucket" "pictures" {
  bucket_prefix = "thumbnail-pictures-"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:*:*:*"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.pictures.arn}/*"]
  }

  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.pictures.arn]
  }
}

resource "aws_iam_role" "function" {
  name_prefix        = "thumbnails-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "function" {
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_lambda_function" "thumbnails" {
  function_name    = "thumbnails"
  filename         = local.zip
  source_code_hash = filebase64sha256(local.zip)
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = ["arm64"]
  role             = aws_iam_role.function.arn
  memory_size      = 1769
  timeout          = 30

  environment {
    variables = {
      TINTYPE_SOURCE          = "s3://${aws_s3_bucket.pictures.id}"
      TINTYPE_LAMBDA_RESPONSE = "buffered"
    }
  }
}

resource "aws_lambda_function_url" "thumbnails" {
  function_name      = aws_lambda_function.thumbnails.function_name
  authorization_type = "NONE"
  invoke_mode        = "BUFFERED"
}

# A public URL needs both, since October 2025.
resource "aws_lambda_permission" "url" {
  function_name          = aws_lambda_function.thumbnails.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "function" {
  function_name            = aws_lambda_function.thumbnails.function_name
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_cloudfront_cache_policy" "thumbnails" {
  name        = "thumbnails"
  min_ttl     = local.seconds
  default_ttl = local.seconds
  max_ttl     = local.seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = local.parameters
      }
    }
  }
}

resource "aws_cloudfront_origin_request_policy" "thumbnails" {
  name = "thumbnails"

  cookies_config {
    cookie_behavior = "none"
  }

  headers_config {
    header_behavior = "none"
  }

  query_strings_config {
    query_string_behavior = "whitelist"

    query_strings {
      items = local.parameters
    }
  }
}

resource "aws_cloudfront_distribution" "thumbnails" {
  enabled = true

  origin {
    origin_id   = "function"
    domain_name = trimsuffix(trimprefix(aws_lambda_function_url.thumbnails.function_url, "https://"), "/")

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id         = "function"
    viewer_protocol_policy   = "allow-all"
    allowed_methods          = ["GET", "HEAD"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = aws_cloudfront_cache_policy.thumbnails.id
    origin_request_policy_id = aws_cloudfront_origin_request_policy.thumbnails.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

output "url" {
  description = "A picture, cropped to 300 × 3000."
  value       = "https://${aws_cloudfront_distribution.thumbnails.domain_name}/IMAGE-KEY?w=300&h=3000"
}
