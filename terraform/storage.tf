# The bucket of the originals: a new one, closed to everybody, or one that exists
# and is only read.

locals {
  create_bucket = var.bucket == null
  bucket        = local.create_bucket ? aws_s3_bucket.originals[0].id : var.bucket
  bucket_arn    = "arn:aws:s3:::${local.bucket}"
  objects_arn   = var.prefix == "" ? "${local.bucket_arn}/*" : "${local.bucket_arn}/${var.prefix}/*"
}

resource "aws_s3_bucket" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket_prefix = "${var.name}-originals-"
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket                  = aws_s3_bucket.originals[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket = aws_s3_bucket.originals[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket = aws_s3_bucket.originals[0].id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket = aws_s3_bucket.originals[0].id

  versioning_configuration {
    status = var.versioning ? "Enabled" : "Suspended"
  }
}

data "aws_iam_policy_document" "tls_only" {
  count = local.create_bucket ? 1 : 0

  statement {
    sid       = "TLSOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "originals" {
  count = local.create_bucket ? 1 : 0

  bucket = aws_s3_bucket.originals[0].id
  policy = data.aws_iam_policy_document.tls_only[0].json

  depends_on = [aws_s3_bucket_public_access_block.originals]
}
