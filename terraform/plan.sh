#!/bin/sh
# Plans examples/minimal without an account, as `terraform show -json` prints it.
#
#   terraform/plan.sh FILE
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
case $1 in
/*) out=$1 ;;
*) out=$PWD/$1 ;;
esac
rm -f "$out"
command -v terraform >/dev/null || {
	echo "there is no Terraform on this machine" >&2
	exit 1
}
cd "$root/terraform/examples/minimal"
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_REGION=us-east-1

# The provider's flags that keep it from asking AWS; the example has none.
cat >local_override.tf <<'END'
provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
END
trap 'rm -f local_override.tf "$out.bin"' EXIT
if grep -qs dev_overrides "${TF_CLI_CONFIG_FILE:-/nonexistent}"; then
	terraform get -no-color >/dev/null
else
	terraform init -no-color -backend=false -input=false >/dev/null
fi
terraform plan -no-color -input=false -refresh=false -out "$out.bin" >/dev/null
terraform show -json "$out.bin" >"$out"
