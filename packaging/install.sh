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
work=$(mktemp -d)
trap 'rm -rf "$work" "$bin/.fubiao.new"' EXIT

fetch() {
  case $from in
    http*) if command -v curl >/dev/null; then curl -fsSL "$from/$1" -o "$work/$1"; else wget -q "$from/$1" -O "$work/$1"; fi ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac || stop "could not fetch $from/$1"
}
# The command of the release for a system, checked by its hash, beside its place: a running one is not written over.
unpack() {
  name=fubiao-$version-$machine-$1
  fetch "$name.tar.gz"
  fetch "$name.tar.gz.sha256"
  if command -v sha256sum >/dev/null; then sum=$(sha256sum "$work/$name.tar.gz"); else sum=$(shasum -a 256 "$work/$name.tar.gz"); fi
  [ "${sum%% *}" = "$(cut -d ' ' -f 1 "$work/$name.tar.gz.sha256")" ] || stop "the hash of $name.tar.gz is not the one it should have"
  tar xzf "$work/$name.tar.gz" -C "$work" && mkdir -p "$bin" || stop "could not unpack into $bin"
  cp "$work/$name/fubiao" "$bin/.fubiao.new" && chmod 755 "$bin/.fubiao.new" || stop "could not write to $bin"
}
unpack "$system"
# On a system with an older C library than the release was built with, the one that brings its own runs.
if [ "$system" = unknown-linux-gnu ] && ! "$bin/.fubiao.new" --version >/dev/null 2>&1; then unpack unknown-linux-musl; fi
installed=$("$bin/.fubiao.new" --version) || stop "the release does not run on this system; build it with cargo"
mv "$bin/.fubiao.new" "$bin/fubiao"
echo "installed $installed in $bin"
case :$PATH: in *:"$bin":*) ;; *) echo "add $bin to your PATH: export PATH=\"$bin:\$PATH\"" ;; esac
