#!/bin/sh
# try-deb.sh PACKAGE [SUITE…]: installs a package in a clean Debian, reads a sample with it, and removes it again.
# Needs root and debootstrap.
set -eu
package=$(realpath "$1") && shift
sample=$(realpath "$(dirname "$0")/../samples/housing-2023/notice.pdf")
for suite in "${@:-bookworm}"; do
  root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  debootstrap --variant=minbase "$suite" "$root" >/dev/null
  cp "$package" "$root/tmp/fubiao.deb" && cp "$sample" "$root/tmp/notice.pdf"
  chroot "$root" sh -euc '
    cd /tmp
    apt-get install -y --no-install-recommends ./fubiao.deb >/dev/null 2>&1
    fubiao --version
    fubiao convert notice.pdf -q -o notice.xlsx 2>/dev/null && test -s notice.xlsx
    fubiao check notice.pdf
    fubiao serve --help >/dev/null
    test -s /usr/share/man/man1/fubiao.1.gz || ls /usr/share/man/man1
    apt-get remove -y fubiao >/dev/null 2>&1
    # The shell remembers where the command was.
    test ! -e /usr/bin/fubiao'
  echo "$suite: installed, run and removed"
  rm -rf "$root"
done
