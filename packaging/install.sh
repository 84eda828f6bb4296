#!/bin/sh
# Installs the fubiao command for this user: fetches a release for this machine, checks its hash, and puts the command
# into ~/.local/bin.
#
#   FUBIAO_FROM     where releases are: an address, or a folder   (default: the project's releases)
#   FUBIAO_VERSION  which one                                     (default: the one this script came with)
#   FUBIAO_BIN      where the command goes                        (default: ~/.local/bin)
set -eu
version=${FUBIAO_VERSION:-0.1.0}
from=${FUBIAO_FROM:-https://github.com/fubiao/fubiao/releases/download/v$version}
bin=${FUBIAO_BIN:-$HOME/.local/bin}

stop() { echo "fubiao: $1" >&2; exit 1; }
case $(uname -s) in
  Linux) if ldd --version 2>&1 | grep -qi musl; then system=unknown-linux-musl; else system=unknown-linux-gnu; fi ;;
  Darwin) system=apple-darwin ;;
  *) stop "no release for $(uname -s); build it with cargo" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x86_64 ;;
  arm64 | aarch64) machine=aarch64 ;;
  *) stop "no release for $(uname -m); build it with cargo" ;;
esac
name=fubiao-$version-$machine-$system
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() {
  case $from in
    http*) if command -v curl >/dev/null; then curl -fsSL "$from/$1" -o "$work/$1"; else wget -q "$from/$1" -O "$work/$1"; fi ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac || stop "could not fetch $from/$1"
}
fetch "$name.tar.gz"
fetch "$name.tar.gz.sha256"
cd "$work"
if command -v sha256sum >/dev/null; then sum=$(sha256sum "$name.tar.gz"); else sum=$(shasum -a 256 "$name.tar.gz"); fi
[ "${sum%% *}" = "$(cut -d ' ' -f 1 "$name.tar.gz.sha256")" ] || stop "the hash of $name.tar.gz is not the one it should have"
tar xzf "$name.tar.gz"
mkdir -p "$bin"
# Beside its place first, so that a running command is not written over.
cp "$name/fubiao" "$bin/.fubiao.new" && chmod 755 "$bin/.fubiao.new" && mv "$bin/.fubiao.new" "$bin/fubiao"
echo "installed $("$bin/fubiao" --version) in $bin"
case :$PATH: in *:"$bin":*) ;; *) echo "add $bin to your PATH: export PATH=\"$bin:\$PATH\"" ;; esac
