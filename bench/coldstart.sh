#!/bin/sh
# Compares the function's zip with Node functions that do the same job: from the
# start of the process to the first picture, and warm.
#
#   bench/coldstart.sh [--photos FOLDER] [--rounds N]
set -eu
cd "$(dirname "$0")/.."

make --silent lambda pictures >/dev/null
peer=bench/peers/lambda
(cd $peer && npm ci --no-audit --no-fund --loglevel=error >/dev/null)

# As the article packs it: everything that npm installs for it.
rm -rf $peer/build
mkdir -p $peer/build/plain $peer/build/bundled/node_modules
cp $peer/bootstrap $peer/index.mjs $peer/runtime.mjs $peer/package.json $peer/build/plain/
(cd $peer/build/plain && cp ../../package-lock.json ../../.npmrc . && npm ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null)

# As well as it can be packed: the SDK in one file, and of npm only what sharp needs.
cp $peer/bootstrap $peer/runtime.mjs $peer/package.json $peer/build/bundled/
$peer/node_modules/.bin/esbuild $peer/index.mjs --bundle --minify --platform=node --format=esm --external:sharp --log-level=error \
	--banner:js="import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" \
	--outfile=$peer/build/bundled/index.mjs
for package in sharp @img detect-libc semver; do
	[ ! -e "$peer/build/plain/node_modules/$package" ] || cp -R "$peer/build/plain/node_modules/$package" $peer/build/bundled/node_modules/
done
exec go run ./bench/coldstart "$@"
