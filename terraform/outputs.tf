output "domain_name" {
  description = "Domain of the pictures: the first of your own, or the distribution's."
  value       = length(var.domain_names) > 0 ? var.domain_names[0] : aws_cloudfront_distribution.this.domain_name
}

output "distribution_id" {
  description = "Id of the CloudFront distribution, which purging needs."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "ARN of the CloudFront distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "bucket" {
  description = "Bucket of the originals."
  value       = local.bucket
}

output "function_name" {
  description = "Name of the Lambda function."
  value       = aws_lambda_function.this.function_name
}

output "function_url" {
  description = "URL of the function, which answers CloudFront only."
  value       = aws_lambda_function_url.live.function_url
}

output "upload" {
  description = "Command that uploads a picture."
  value       = "aws s3 cp cat.jpg s3://${local.bucket}/${var.prefix == "" ? "" : "${var.prefix}/"}cat.jpg"
}

output "examples" {
  description = "URLs to open once cat.jpg is in the bucket."
  value = [
    for query in ["?w=640", "?w=300&h=200", "?w=640&auto=format,compress"] :
    "https://${length(var.domain_names) > 0 ? var.domain_names[0] : aws_cloudfront_distribution.this.domain_name}/cat.jpg${query}"
  ]
}
