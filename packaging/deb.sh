#!/bin/sh
# deb.sh [BINARY]: a Debian package of the command, in target/packages/.
set -eu
cd "$(dirname "$0")/.."
binary=${1:-target/dist/fubiao}
[ -n "${1:-}" ] || cargo build --locked --profile dist
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
architecture=$(dpkg --print-architecture)
root=target/packages/deb
rm -rf "$root" && mkdir -p "$root/DEBIAN" "$root/usr/bin" "$root/usr/share/man/man1" "$root/usr/share/doc/fubiao" \
  "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" \
  "$root/usr/share/fish/vendor_completions.d" "$root/usr/share/applications"

install -m 755 "$binary" "$root/usr/bin/fubiao"
"$binary" man "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
"$binary" completions bash > "$root/usr/share/bash-completion/completions/fubiao"
"$binary" completions zsh > "$root/usr/share/zsh/vendor-completions/_fubiao"
"$binary" completions fish > "$root/usr/share/fish/vendor_completions.d/fubiao.fish"
gzip -9nc CHANGELOG.md > "$root/usr/share/doc/fubiao/changelog.gz"
{ echo "Licence: MIT or Apache-2.0, as you like."; echo; cat LICENSE-MIT; echo
  echo "On Debian systems, the Apache licence 2.0 is in /usr/share/common-licenses/Apache-2.0."; } > "$root/usr/share/doc/fubiao/copyright"
install -m 644 packaging/fubiao.desktop "$root/usr/share/applications/fubiao.desktop"

# The newest symbol of the C library that the command asks for.
libc=$(objdump -T "$binary" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -n 1)
size=$(du -ks "$root/usr" | cut -f 1)
cat > "$root/DEBIAN/control" <<CONTROL
Package: fubiao
Version: $version
Architecture: $architecture
Maintainer: fubiao developers <fubiao@localhost>
Installed-Size: $size
Depends: libc6 (>= $libc), libgcc-s1
Recommends: xdg-utils
Section: text
Priority: optional
Description: turns Chinese official notices and their annex tables into data
 Reads notices (PDF, Word, Excel, OFD, HTML, text, scans), joins tables over
 pages, knows regions and their codes, checks sums and names the cell to doubt.
 Writes JSON, CSV, Parquet, Excel and Data Packages; review page and local web
 page included.
CONTROL
dpkg-deb --build --root-owner-group "$root" "target/packages/fubiao_${version}_$architecture.deb"
rm -rf "$root"
