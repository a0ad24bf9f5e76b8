#!/bin/sh
# Compares tintype with its peers on this machine.
#
#   bench/run.sh [--photos FOLDER] [--seconds N] [--only CELL,…]
set -eu
cd "$(dirname "$0")/.."

make --silent build pictures
(cd bench/peers/sharp && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
exec go run ./bench "$@"
