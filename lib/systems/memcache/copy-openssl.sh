#!/bin/sh
# Copies OpenSSL's libraries to where MemCache takes them from: `copy-openssl.sh TARGET FOLDER…`.
# MemCache refuses libraries that are links or that more than owner and group may read: so never the image's own.
#
# Guarantees
# - TARGET has libssl.so and libcrypto.so of one version, mode 0440, itself 0550: those of the first FOLDER with both.
# - May be run again. Exit status: 1 and one line for a failure, 2 for a wrong call.

# The first process of a container has no default action for signals.
trap 'exit 143' TERM
trap 'exit 130' INT

fail() { echo "copy-openssl.sh: $1" >&2; exit "${2:-1}"; }

# Sets folder and version to where both libraries are.
find_pair() {
  for folder in "$@"; do
    for version in .so.3 .so.1.1 .so; do
      [ ! -r "$folder/libssl$version" ] || [ ! -r "$folder/libcrypto$version" ] || return 0
    done
  done
  return 1
}

[ $# -ge 2 ] || fail 'wrong call: must be copy-openssl.sh TARGET FOLDER…' 2
target=$1
shift
find_pair "$@" ||
  fail "neither of these folders has both libssl.so and libcrypto.so, of version 3 or 1.1: $*; add OpenSSL to the image, or name its folder in tls.openssl"

{
  mkdir -p "$target" && chmod 0750 "$target" &&
    for name in ssl crypto; do
      cp -fL "$folder/lib$name$version" "$target/lib$name.so" && chmod 0440 "$target/lib$name.so" || exit
    done && chmod 0550 "$target"
} 2>/dev/null || fail "cannot write '$target': its folder must be writable and have space left"
