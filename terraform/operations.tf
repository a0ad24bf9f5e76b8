# What there is to look at, and what to be told of. CloudFront's metrics are in
# us-east-1, wherever the function is.

locals {
  function_metrics     = ["FunctionName", aws_lambda_function.this.function_name]
  distribution_metrics = ["DistributionId", aws_cloudfront_distribution.this.id, "Region", "Global"]

  # Rows of two widgets: title, metrics as CloudWatch's dashboards name them,
  # statistic, region (null for the function's).
  widgets = [
    { title = "Requests at the edge", stat = "Sum", region = "us-east-1", metrics = [
      concat(["AWS/CloudFront", "Requests"], local.distribution_metrics),
    ] },
    { title = "Bytes to viewers", stat = "Sum", region = "us-east-1", metrics = [
      concat(["AWS/CloudFront", "BytesDownloaded"], local.distribution_metrics),
    ] },
    { title = "Errors at the edge, %", stat = "Average", region = "us-east-1", metrics = [
      concat(["AWS/CloudFront", "4xxErrorRate"], local.distribution_metrics),
      concat(["AWS/CloudFront", "5xxErrorRate"], local.distribution_metrics),
    ] },
    { title = "Pictures asked of the function: refused, failed", stat = "Sum", region = null, metrics = [
      concat(["AWS/Lambda", "Invocations"], local.function_metrics),
      ["tintype", "refused", "function", aws_lambda_function.this.function_name],
      ["tintype", "failed", "function", aws_lambda_function.this.function_name],
    ] },
    { title = "Time of a picture, ms (p99)", stat = "p99", region = null, metrics = [
      ["tintype", "total_ms", "function", aws_lambda_function.this.function_name],
      ["tintype", "fetch_ms", "function", aws_lambda_function.this.function_name],
      ["tintype", "work_ms", "function", aws_lambda_function.this.function_name],
    ] },
    { title = "Environments, throttles", stat = "Maximum", region = null, metrics = [
      concat(["AWS/Lambda", "ConcurrentExecutions"], local.function_metrics),
      concat(["AWS/Lambda", "Throttles"], local.function_metrics),
    ] },
    { title = "What it costs: milliseconds of the function", stat = "Sum", region = null, metrics = [
      concat(["AWS/Lambda", "Duration"], local.function_metrics),
    ] },
    { title = "What it costs: bytes read and made", stat = "Sum", region = null, metrics = [
      ["tintype", "bytes_in", "function", aws_lambda_function.this.function_name],
      ["tintype", "bytes_out", "function", aws_lambda_function.this.function_name],
    ] },
  ]

  alarm_actions = var.alarms == null ? [] : var.alarms.actions
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, w in local.widgets : {
      type   = "metric"
      x      = i % 2 * 12
      y      = floor(i / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = w.title
        metrics = w.metrics
        stat    = w.stat
        region  = coalesce(w.region, aws_lambda_function.this.region)
        period  = 300
        view    = "timeSeries"
      }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count = var.alarms == null ? 0 : 1

  region              = "us-east-1"
  alarm_name          = "${var.name}-errors"
  alarm_description   = "More than ${var.alarms.errors_percent} % of the answers of the distribution are 5xx. The function's log says why."
  namespace           = "AWS/CloudFront"
  metric_name         = "5xxErrorRate"
  dimensions          = { DistributionId = aws_cloudfront_distribution.this.id, Region = "Global" }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.errors_percent
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  count = var.alarms == null ? 0 : 1

  alarm_name          = "${var.name}-throttles"
  alarm_description   = "Lambda turns requests away: raise the account's quota of concurrent executions, or reserved_concurrency."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.throttles_in_5_mins
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  count = var.alarms == null ? 0 : 1

  alarm_name          = "${var.name}-slow"
  alarm_description   = "One invocation in a hundred takes longer than ${var.alarms.p99_ms} ms: more memory is more processor, and AVIF is what costs most."
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  extended_statistic  = "p99"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.p99_ms
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "bill" {
  count = var.alarms == null ? 0 : 1

  alarm_name          = "${var.name}-bill"
  alarm_description   = "The function had more than ${var.alarms.gb_seconds_per_day} GB-seconds in a day, which on arm64 are ${format("%.2f", var.alarms.gb_seconds_per_day * 0.0000133334)} USD."
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.gb_seconds_per_day
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  tags                = var.tags

  metric_query {
    id          = "gb_seconds"
    label       = "GB-seconds"
    expression  = "duration / 1000 * ${var.memory / 1024}"
    return_data = true
  }

  metric_query {
    id = "duration"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Duration"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
      stat        = "Sum"
      period      = 86400
    }
  }
}
