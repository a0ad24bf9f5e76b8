#!/bin/sh
# Fetches what tintype loads at run time: a prebuilt libvips and the fonts of
# drawings. Which versions, and their checksums, stand in the lock file.
#
#   native/fetch.sh                     for this machine, into .native/; or makes
#                                       sure that the system has a libvips
#   native/fetch.sh linux arm64 FOLDER  for another one (npm's names), from any
set -eu

cd "$(dirname "$0")/.."
os=${1:-} cpu=${2:-} to=${3:-.native}

# What is there is right if it was made from these very files.
current() {
	[ -e "$to/package-lock.json" ] && cmp -s native/package-lock.json "$to/package-lock.json" &&
		cmp -s native/fonts.conf "$to/fonts/fonts.conf" &&
		cmp -s native/system-fonts.conf "$to/fonts/system-fonts.conf"
}

# npm installs the one optional package that fits, and says nothing when none
# does: so look.
fetch() {
	npm=$to.npm
	rm -rf "$npm" "$to"
	mkdir -p "$npm" "$to/fonts"
	cp native/package.json native/package-lock.json native/.npmrc "$npm/"
	set -- --no-audit --no-fund --loglevel=error
	[ -z "$os" ] || set -- "$@" "--os=$os" "--cpu=$cpu" --libc=glibc
	(cd "$npm" && npm ci "$@") || echo "npm could not fetch libvips" >&2
	found=
	for library in "$npm"/node_modules/@img/sharp-libvips-*/lib/libvips-cpp*; do
		[ -e "$library" ] || continue
		package=$(dirname "$(dirname "$library")")
		cp "$library" "$package/README.md" "$package/versions.json" "$to/"
		found=yes
	done
	font=$npm/node_modules/@expo-google-fonts/arimo
	for style in 400Regular 400Regular_Italic 700Bold 700Bold_Italic; do
		cp "$font/$style/Arimo_$style.ttf" "$to/fonts/" || found=
	done
	cp "$font/LICENSE_FONT" native/fonts.conf native/system-fonts.conf "$to/fonts/" || found=
	rm -rf "$npm"
	[ -n "$found" ] || return 1
	cp native/package-lock.json "$to/" # the last thing: now all is there
	echo "libvips and fonts are in $to"
}

if current; then
	exit 0
fi
if command -v npm >/dev/null 2>&1; then
	if fetch; then
		exit 0
	fi
	echo "npm has no prebuilt libvips for ${os:-$(uname -s)} on ${cpu:-$(uname -m)}" >&2
fi
if [ -n "$os" ]; then
	echo "the prebuilt libvips comes through npm, which comes with Node.js: install it, and see what it says above" >&2
	exit 1
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
