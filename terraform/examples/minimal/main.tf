# Pictures through CloudFront, from a bucket of their own. Widths are taken up to
# the next of the ladder, so that nobody can have one of every width made.

module "tintype" {
  source = "../.."

  zip    = "${path.module}/../../../dist/tintype-lambda-arm64.zip"
  ladder = [160, 320, 480, 640, 768, 960, 1280, 1600, 1920, 2560, 3840]
}

output "examples" { value = module.tintype.examples }
output "upload" { value = module.tintype.upload }
