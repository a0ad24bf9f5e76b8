# The function, its role, its log and its URL.

locals {
  log_group = "/aws/lambda/${var.name}"

  # What is null here is the program's own default.
  limits = {
    TINTYPE_MAX_SOURCE_BYTES = var.limits.max_source_bytes
    TINTYPE_MAX_SOURCE_MP    = var.limits.max_source_mp
    TINTYPE_MAX_FRAMES       = var.limits.max_frames
    TINTYPE_MAX_SIDE         = var.limits.max_side
    TINTYPE_MAX_RESULT_MP    = var.limits.max_result_mp
    TINTYPE_MAX_AVIF_MP      = var.limits.max_avif_mp
    TINTYPE_MAX_GIF_MP       = var.limits.max_gif_mp
    TINTYPE_MAX_SVG_MP       = var.limits.max_svg_mp
  }

  environment = merge({
    TINTYPE_SOURCE          = var.prefix == "" ? "s3://${local.bucket}" : "s3://${local.bucket}/${var.prefix}"
    TINTYPE_LAMBDA_RESPONSE = var.response
    TINTYPE_DEFAULTS        = var.defaults
    TINTYPE_CACHE_CONTROL   = var.cache_control
    TINTYPE_CORS_ORIGIN     = var.cors_origin
    TINTYPE_ORIGINALS       = var.originals ? "on" : "off"
    TINTYPE_FALLBACK        = var.fallback
    TINTYPE_SVG             = var.svg
    TINTYPE_LOG_LEVEL       = var.log_level

    # Known from the start, these save the program 4 ms of each cold start.
    MALLOC_ARENA_MAX       = "1"
    MALLOC_TRIM_THRESHOLD_ = "67108864"
    MALLOC_MMAP_THRESHOLD_ = "33554432"
  }, { for name, value in local.limits : name => tostring(value) if value != null })
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
    sid       = "ReadOriginals"
    actions   = ["s3:GetObject"]
    resources = [local.objects_arn]
  }

  # Without this right a missing key is a 403, not a 404. It lists nothing here.
  statement {
    sid       = "TellMissingFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:*:*:log-group:${local.log_group}:*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "DecryptOriginals"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "function" {
  name_prefix        = "${var.name}-"
  description        = "Reads originals and writes a log, for the function ${var.name}."
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_cloudwatch_log_group" "function" {
  name              = local.log_group
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = "Makes pictures of any size, crop and format from those in ${var.prefix == "" ? "the bucket" : var.prefix}."
  role             = aws_iam_role.function.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  publish          = true

  memory_size                    = var.memory
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrency
  tags                           = var.tags

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What CloudFront asks."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.this.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "AWS_IAM"
  invoke_mode        = var.response == "streaming" ? "RESPONSE_STREAM" : "BUFFERED"
}

# CloudFront, this distribution of it, may ask. Both are needed.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html

resource "aws_lambda_permission" "url" {
  statement_id           = "CloudFrontAsksURL"
  function_name          = aws_lambda_function.this.function_name
  qualifier              = aws_lambda_alias.live.name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "cloudfront.amazonaws.com"
  source_arn             = aws_cloudfront_distribution.this.arn
  function_url_auth_type = "AWS_IAM"
}

resource "aws_lambda_permission" "function" {
  statement_id             = "CloudFrontInvokes"
  function_name            = aws_lambda_function.this.function_name
  qualifier                = aws_lambda_alias.live.name
  action                   = "lambda:InvokeFunction"
  principal                = "cloudfront.amazonaws.com"
  source_arn               = aws_cloudfront_distribution.this.arn
  invoked_via_function_url = true
}
