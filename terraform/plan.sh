#!/bin/sh
# Plans the module without an account, as `terraform show -json` prints it: as
# examples/minimal has it, or with variables of one's own.
#
#   terraform/plan.sh FILE [VARIABLES.json]
set -eu
absolute() {
	case $1 in
	/*) echo "$1" ;;
	*) echo "$PWD/$1" ;;
	esac
}
root=$(cd "$(dirname "$0")/.." && pwd)
out=$(absolute "$1")
variables=${2:+$(absolute "$2")}
rm -f "$out"
command -v terraform >/dev/null || {
	echo "there is no Terraform on this machine" >&2
	exit 1
}
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_REGION=us-east-1

# A root of its own, with the provider's flags that keep it from asking AWS.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$variables" ]; then
	{
		echo 'locals { variables = jsondecode(file("'"$variables"'")) }'
		echo "module \"tintype\" {"
		echo "  source = \"$root/terraform\""
		echo "  zip    = \"$root/dist/tintype-lambda-arm64.zip\""
		for name in defaults cors_origin cache_control fallback originals svg limits; do
			if grep -q "\"$name\"" "$variables"; then echo "  $name = local.variables.$name"; fi
		done
		echo "}"
	} >"$work/main.tf"
else
	sed -e 's#"\.\./\.\."#"'"$root"'/terraform"#' -e 's#\${path\.module}/\.\./\.\./\.\.#'"$root"'#' \
		"$root/terraform/examples/minimal/main.tf" >"$work/main.tf"
fi
cat >"$work/provider.tf" <<'END'
provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
END
cd "$work"
if grep -qs dev_overrides "${TF_CLI_CONFIG_FILE:-/nonexistent}"; then
	terraform get -no-color >/dev/null
else
	terraform init -no-color -backend=false -input=false >/dev/null
fi
terraform plan -no-color -input=false -refresh=false -out plan >/dev/null
terraform show -json plan >"$out"
