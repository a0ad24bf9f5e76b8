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

# What a plan does not know yet.
override_resource {
  target          = aws_s3_bucket.originals
  override_during = plan
  values          = { id = "tintype-originals-1" }
}

run "the_function_may_read_and_log" {
  command = plan

  variables {
    bucket = "holiday"
    prefix = "2024/spain"
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.function.json).Statement : join(" ", concat(keys(s), [s.Effect], sort(flatten([s.Action])), flatten([s.Resource])))] == [
      "Action Effect Resource Sid Allow s3:GetObject arn:aws:s3:::holiday/2024/spain/*",
      "Action Effect Resource Sid Allow s3:ListBucket arn:aws:s3:::holiday",
      "Action Effect Resource Sid Allow logs:CreateLogStream logs:PutLogEvents arn:aws:logs:*:*:log-group:/aws/lambda/tintype:*",
    ]
    error_message = "The function's policy is not exactly what it needs: ${data.aws_iam_policy_document.function.json}"
  }

  assert {
    condition     = aws_iam_role_policy.function.policy == data.aws_iam_policy_document.function.json
    error_message = "The role has another policy."
  }

  assert {
    condition = jsondecode(data.aws_iam_policy_document.assume.json).Statement == jsondecode(jsonencode([
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } },
    ]))
    error_message = "Others than Lambda may take the role: ${data.aws_iam_policy_document.assume.json}"
  }

  # An existing bucket is not changed.
  assert {
    condition = length(concat(aws_s3_bucket.originals, aws_s3_bucket_policy.originals, aws_s3_bucket_public_access_block.originals,
    aws_s3_bucket_ownership_controls.originals, aws_s3_bucket_versioning.originals, aws_s3_bucket_server_side_encryption_configuration.originals)) == 0
    error_message = "An existing bucket would be changed."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables.TINTYPE_SOURCE == "s3://holiday/2024/spain"
    error_message = "The function looks for the originals elsewhere."
  }
}

run "with_a_key_it_may_decrypt" {
  command = plan

  variables {
    bucket      = "holiday"
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.function.json).Statement : s if s.Sid == "DecryptOriginals"] == jsondecode(jsonencode([
      { Sid = "DecryptOriginals", Effect = "Allow", Action = "kms:Decrypt", Resource = "arn:aws:kms:eu-central-1:123456789012:key/1" },
    ]))
    error_message = "The function may not decrypt the originals, or more than these."
  }
}

run "with_a_key_a_new_bucket_is_encrypted" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.originals[0].rule).apply_server_side_encryption_by_default).kms_master_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1"
    error_message = "The bucket is not encrypted with the key."
  }
}

run "a_new_bucket_is_closed" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.originals[0].block_public_acls,
      aws_s3_bucket_public_access_block.originals[0].block_public_policy,
      aws_s3_bucket_public_access_block.originals[0].ignore_public_acls,
      aws_s3_bucket_public_access_block.originals[0].restrict_public_buckets,
    ])
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.originals[0].rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Objects can have ACLs."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.originals[0].rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Objects are not encrypted."
  }

  assert {
    condition = alltrue([for s in [one(data.aws_iam_policy_document.tls_only[0].statement)] : alltrue([
      s.effect == "Deny", s.actions == toset(["s3:*"]), one(s.principals).identifiers == toset(["*"]),
      s.resources == toset(["arn:aws:s3:::tintype-originals-1", "arn:aws:s3:::tintype-originals-1/*"]),
      one(s.condition).variable == "aws:SecureTransport" && one(s.condition).values == tolist(["false"]),
    ])])
    error_message = "The bucket answers without TLS."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.originals[0].versioning_configuration).status == "Suspended" && !aws_s3_bucket.originals[0].force_destroy
    error_message = "Versions are kept, or destroyed with the bucket, unasked."
  }
}
