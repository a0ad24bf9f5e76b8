# An existing bucket, a domain of one's own, the best format by default, a
# dashboard, alarms and an access log.

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
  region = var.region
}

variable "region" {
  description = "Region of bucket and function."
  type        = string
  default     = "eu-central-1"
}

variable "bucket" {
  description = "Bucket of the originals."
  type        = string
}

variable "domain_name" {
  description = "Name of the pictures' host."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the domain."
  type        = string
}

variable "alarm_topic" {
  description = "ARN of the SNS topic that alarms are sent to."
  type        = string
}

variable "access_log_bucket" {
  description = "Domain name of the bucket for the access log."
  type        = string
}

module "tintype" {
  source = "../.."

  name     = "pictures"
  zip      = "${path.module}/../../../dist/tintype-lambda-arm64.zip"
  bucket   = var.bucket
  prefix   = "originals"
  defaults = "auto=format,compress"
  ladder   = [160, 320, 480, 640, 768, 960, 1280, 1600, 1920, 2560, 3840]
  fallback = "missing.png"
  limits   = { max_source_mp = 60, max_side = 4096 }

  domain_names         = [var.domain_name]
  zone_id              = var.zone_id
  origin_shield_region = var.region
  hsts_seconds         = 31536000
  access_log_bucket    = var.access_log_bucket

  dashboard = true
  alarms    = { actions = [var.alarm_topic], gb_seconds_per_day = 50000 }

  tags = { project = "pictures" }
}

output "examples" {
  description = "URLs to open."
  value       = module.tintype.examples
}
