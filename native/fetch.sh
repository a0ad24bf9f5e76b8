#!/bin/sh
# Puts the prebuilt libvips of this machine into .native/, or makes sure that the
# system has one. Which version, and its checksum, stand in the lock file.
set -eu

cd "$(dirname "$0")"
to=../.native

# What is there is right if it was made from this very lock file.
if [ -e "$to/package-lock.json" ] && cmp -s package-lock.json "$to/package-lock.json"; then
	exit 0
fi

if command -v npm >/dev/null 2>&1; then
	# npm installs the one optional package that fits, and says nothing when
	# none does: so look.
	npm ci --no-audit --no-fund --loglevel=error || echo "npm could not fetch libvips" >&2
	for library in node_modules/@img/sharp-libvips-*/lib/libvips-cpp*; do
		[ -e "$library" ] || continue
		rm -rf "$to"
		mkdir -p "$to"
		package=$(dirname "$(dirname "$library")")
		cp "$library" "$package/README.md" "$package/versions.json" "$to/"
		cp package-lock.json "$to/"
		echo "libvips is in .native/"
		exit 0
	done
	echo "npm has no prebuilt libvips for $(uname -s) on $(uname -m)" >&2
fi

# The system's: libvips.so.42.17 came with 8.15, the first that will do.
PATH=$PATH:/sbin:/usr/sbin
library=$(ldconfig -p 2>/dev/null | sed -n 's/.*libvips\.so\.42 .*=> //p' | head -n 1)
minor=$(readlink -f "${library:-/}" | sed -n 's/.*\.so\.42\.\([0-9]*\).*/\1/p')
if [ -n "${TINTYPE_LIBVIPS:-}" ] || [ "${minor:-0}" -ge 17 ] ||
	ls /opt/homebrew/lib/libvips.42.dylib /usr/local/lib/libvips.42.dylib >/dev/null 2>&1; then
	echo "using the system's libvips"
	exit 0
fi

echo "tintype needs libvips. Install npm (which comes with Node.js), and this script fetches it;" >&2
echo "or install libvips 8.15 or newer (Debian 13: libvips42t64, macOS: brew install vips)." >&2
exit 1
