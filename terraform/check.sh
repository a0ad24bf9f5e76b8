#!/bin/sh
# Formats, validates and tests the module and its examples. It needs Terraform, and
# the AWS provider: from its registry, or where TF_CLI_CONFIG_FILE says (with
# dev_overrides there is nothing to initialise).
set -eu
cd "$(dirname "$0")"

prepare() {
	if grep -qs dev_overrides "${TF_CLI_CONFIG_FILE:-/nonexistent}"; then
		terraform get -no-color >/dev/null
	else
		terraform init -no-color -backend=false -input=false >/dev/null
	fi
}

terraform fmt -recursive -check -diff
prepare
terraform validate -no-color
terraform test -no-color
for example in examples/*/; do
	(cd "$example" && prepare && echo "$example" && terraform validate -no-color)
done
