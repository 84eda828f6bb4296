#!/bin/sh
# archive.sh [TARGET]: the command for a target, packed with what belongs to it, in target/packages/.
# FUBIAO_BINARY names a command that is built already.
set -eu
cd "$(dirname "$0")/.."
target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=fubiao-$version-$target
case $target in *windows*) exe=.exe ;; *) exe= ;; esac

binary=${FUBIAO_BINARY:-target/$target/dist/fubiao$exe}
[ -n "${FUBIAO_BINARY:-}" ] || cargo build --locked --profile dist --target "$target"

folder=target/packages/$name
rm -rf "$folder" && mkdir -p "$folder/man" "$folder/completions"
cp "$binary" "$folder/fubiao$exe"
cp README.md README.zh-CN.md LICENSE-APACHE LICENSE-MIT CHANGELOG.md "$folder/"
# Where the command is built for another machine, its pages come from a release of this one.
if "$binary" --version >/dev/null 2>&1; then
  "$binary" man "$folder/man"
  for shell in bash zsh fish powershell; do "$binary" completions $shell > "$folder/completions/fubiao.$shell"; done
fi
cd target/packages
case $target in
  *windows*) archive=$name.zip && rm -f "$archive" && { command -v zip >/dev/null && zip -qr "$archive" "$name" || 7z a -bd "$archive" "$name" >/dev/null; } ;;
  *) archive=$name.tar.gz && tar czf "$archive" "$name" ;;
esac
rm -rf "$name"
{ command -v sha256sum >/dev/null && sha256sum "$archive" || shasum -a 256 "$archive"; } > "$archive.sha256"
echo "target/packages/$archive"
