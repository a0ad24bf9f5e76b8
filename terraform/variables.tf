variable "name" {
  description = "Prefix of all names, so that it works twice in one account."
  type        = string
  default     = "tintype"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 32 small letters, digits and hyphens, beginning with a letter, as it becomes part of a bucket's name."
  }
}

variable "tags" {
  description = "Tags of everything that can have some."
  type        = map(string)
  default     = {}
}

# The originals.

variable "bucket" {
  description = "Name of an existing bucket with the originals, which is not changed. Null creates one."
  type        = string
  default     = null
}

variable "prefix" {
  description = "Folder of the bucket under which the originals lie, without slashes at its ends. The URL /cat.jpg is the object PREFIX/cat.jpg."
  type        = string
  default     = ""

  validation {
    condition     = !startswith(var.prefix, "/") && !endswith(var.prefix, "/")
    error_message = "prefix must not begin or end with a slash."
  }
}

variable "kms_key_arn" {
  description = "Key that the originals are encrypted with; the function is granted kms:Decrypt. Null for S3's own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "versioning" {
  description = "Whether the created bucket keeps old versions of its objects."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` deletes the created bucket with what is in it."
  type        = bool
  default     = false
}

# The function.

variable "zip" {
  description = "File of the function's zip, as `make lambda` builds it."
  type        = string

  validation {
    condition     = endswith(var.zip, ".zip")
    error_message = "zip must be the path of a .zip, like dist/tintype-lambda-arm64.zip."
  }
}

variable "architecture" {
  description = "Processor of the function, which must be the zip's: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory" {
  description = "Memory of the function in MB, and with it its share of processors: 1769 is one."
  type        = number
  default     = 1769

  validation {
    condition     = var.memory >= 128 && var.memory <= 10240 && floor(var.memory) == var.memory
    error_message = "memory must be a whole number from 128 to 10240."
  }
}

variable "timeout" {
  description = "Longest time of an invocation in seconds. CloudFront waits five more."
  type        = number
  default     = 30

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 115 && floor(var.timeout) == var.timeout
    error_message = "timeout must be a whole number from 1 to 115: CloudFront waits for at most 120 seconds."
  }
}

variable "reserved_concurrency" {
  description = "Most environments of the function. What would need one more is answered with a 429, so there is no limit of its own by default (-1)."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "reserved_concurrency must be -1 for none, or 0 or more."
  }
}

variable "provisioned_concurrency" {
  description = "Environments that are kept ready, which costs all the time. 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0
    error_message = "provisioned_concurrency must be 0 or more."
  }
}

variable "log_retention_days" {
  description = "How long the function's log is kept, in days."
  type        = number
  default     = 30

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch's: 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, …"
  }
}

variable "log_level" {
  description = "What the function logs beside the lines of requests, which are metrics: debug, info, warn or error."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be debug, info, warn or error."
  }
}

variable "response" {
  description = "How the function answers, and its URL's invoke mode: streaming (raw bytes, up to 200 MB) or buffered (base64, up to 4.7 MB)."
  type        = string
  default     = "streaming"

  validation {
    condition     = contains(["streaming", "buffered"], var.response)
    error_message = "response must be streaming or buffered."
  }
}

# What is served.

variable "defaults" {
  description = "Query that holds where a URL says nothing, like auto=format,compress. Function and edge both know it."
  type        = string
  default     = ""

  validation {
    condition     = length(var.defaults) <= 512 && !startswith(var.defaults, "?")
    error_message = "defaults must be a query without its question mark, of at most 512 characters."
  }
}

variable "ladder" {
  description = "Widths in pixels that a width which stands alone is taken up to, so that nobody makes a variant of every width. Empty takes every width as it is."
  type        = list(number)
  default     = []

  validation {
    condition     = alltrue([for i, w in var.ladder : w >= 1 && w <= 8192 && floor(w) == w && (i == 0 ? true : w > var.ladder[i - 1])]) && length(var.ladder) <= 64
    error_message = "ladder must be at most 64 whole numbers from 1 to 8192, each larger than the one before."
  }
}

variable "originals" {
  description = "Whether sources are served untouched."
  type        = bool
  default     = true
}

variable "fallback" {
  description = "Key of the picture that stands in for missing and broken ones; empty for none."
  type        = string
  default     = ""
}

variable "svg" {
  description = "SVG sources: off (refused), rasterise (drawn at the size asked for) or pass (sent as they are where no format is asked for)."
  type        = string
  default     = "rasterise"

  validation {
    condition     = contains(["off", "rasterise", "pass"], var.svg)
    error_message = "svg must be off, rasterise or pass."
  }
}

variable "cors_origin" {
  description = "Origin of pages that may read pictures; * for all, empty for none."
  type        = string
  default     = "*"
}

variable "cache_control" {
  description = "Cache-Control of pictures. s-maxage is for CloudFront, which can be purged; max-age for browsers, which cannot."
  type        = string
  default     = "public, max-age=3600, s-maxage=86400, stale-while-revalidate=86400, stale-if-error=604800"
}

variable "limits" {
  description = "Limits of sources and results, as the server's flags: bytes like \"64MiB\", MP in millions of pixels."
  type = object({
    max_source_bytes = optional(string)
    max_source_mp    = optional(number)
    max_frames       = optional(number)
    max_side         = optional(number)
    max_result_mp    = optional(number)
    max_avif_mp      = optional(number)
    max_gif_mp       = optional(number)
    max_svg_mp       = optional(number)
  })
  default = {}

  validation {
    condition     = var.limits.max_side == null ? true : var.limits.max_side >= 1 && var.limits.max_side <= 8192
    error_message = "limits.max_side must be from 1 to 8192."
  }
}

# Delivery.

variable "ttl" {
  description = "How long CloudFront may keep what says nothing (default), and at most (max), in seconds. The stale directives of cache_control end at max too."
  type = object({
    default = optional(number, 86400)
    max     = optional(number, 31536000)
  })
  default = {}

  validation {
    condition     = var.ttl.max >= 691200 && var.ttl.default >= 0 && var.ttl.default <= var.ttl.max
    error_message = "ttl.max must be at least 691200 (s-maxage and stale-if-error of a picture together), and ttl.default not above it. There is no least one: it would cache what says no-store."
  }
}

variable "price_class" {
  description = "Where CloudFront has copies: PriceClass_100 (North America, Europe), PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "origin_shield_region" {
  description = "Region of one more cache in front of the function, best the bucket's; null for none."
  type        = string
  default     = null
}

variable "domain_names" {
  description = "Names of your own for the distribution. Empty leaves CloudFront's."
  type        = list(string)
  default     = []
}

variable "certificate_arn" {
  description = "Certificate for domain_names, of us-east-1. Null requests one, which needs zone_id."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:[a-z-]+:acm:us-east-1:", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate in us-east-1: CloudFront takes no other."
  }
}

variable "zone_id" {
  description = "Route 53 zone of domain_names, for their records and the certificate's. Null leaves the records to you."
  type        = string
  default     = null

  validation {
    condition     = length(var.domain_names) == 0 || var.zone_id != null || var.certificate_arn != null
    error_message = "domain_names need a zone_id, or a certificate_arn if their records are elsewhere."
  }
}

variable "web_acl_arn" {
  description = "WAF web ACL (scope CLOUDFRONT) in front of it; null for none."
  type        = string
  default     = null
}

variable "geo_restriction" {
  description = "Countries that may (whitelist) or may not (blacklist) see pictures, in ISO 3166-1 letters."
  type = object({
    type      = optional(string, "none")
    locations = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = contains(["none", "whitelist", "blacklist"], var.geo_restriction.type)
    error_message = "geo_restriction.type must be none, whitelist or blacklist."
  }
}

variable "access_log_bucket" {
  description = "Domain name of the bucket that CloudFront writes its access log to, like logs.s3.amazonaws.com; null for no log."
  type        = string
  default     = null
}

variable "hsts_seconds" {
  description = "How long browsers are told to use HTTPS only (Strict-Transport-Security). 0 says nothing."
  type        = number
  default     = 0

  validation {
    condition     = var.hsts_seconds >= 0
    error_message = "hsts_seconds must be 0 or more."
  }
}

# Operations.

variable "dashboard" {
  description = "Whether there is a CloudWatch dashboard, which costs 3 USD a month past the first three of an account."
  type        = bool
  default     = false
}

variable "alarms" {
  description = "CloudWatch alarms: ARNs of what is told (SNS topics), and the values that are too much. Null for none."
  type = object({
    actions             = list(string)
    errors_percent      = optional(number, 1)
    p99_ms              = optional(number, 5000)
    gb_seconds_per_day  = optional(number, 100000)
    throttles_in_5_mins = optional(number, 0)
  })
  default = null
}
