#!/bin/sh
# try-install.sh: runs install.sh in empty homes with releases made for it: one that runs, one built for a newer C library,
# one cut short, one for no machine of this kind.
set -eu
script=$(realpath "$(dirname "$0")/install.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
machine=$(uname -m)

# release FOLDER SYSTEM STATUS: an archive whose command says its version, or ends with another status.
release() {
  name=fubiao-9.9.9-$machine-$2
  mkdir -p "$work/$1/$name"
  printf '#!/bin/sh\necho fubiao 9.9.9 %s\nexit %s\n' "$2" "$3" > "$work/$1/$name/fubiao"
  tar czf "$work/$1/$name.tar.gz" -C "$work/$1" "$name" && rm -r "$work/$1/$name"
  (cd "$work/$1" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
}
# install FOLDER: what is said, and with which status.
install() {
  rm -rf "$work/home" && mkdir "$work/home"
  env -i PATH="$PATH" HOME="$work/home" FUBIAO_FROM="$work/$1" FUBIAO_VERSION=9.9.9 sh "$script" 2>&1 || echo "status $?"
}
holds() {
  case $2 in *"$3"*) echo "ok   $1" ;; *) echo "FAIL $1: $2"; exit 1 ;; esac
}

release good unknown-linux-gnu 0
holds "a release is installed" "$(install good)" "installed fubiao 9.9.9 unknown-linux-gnu in $work/home/.local/bin"
test -x "$work/home/.local/bin/fubiao"
release older unknown-linux-gnu 1
holds "one that does not run is not" "$(install older)" "could not fetch"
test ! -e "$work/home/.local/bin/fubiao" && test ! -e "$work/home/.local/bin/.fubiao.new"
release older unknown-linux-musl 0
holds "the static one takes its place" "$(install older)" "installed fubiao 9.9.9 unknown-linux-musl"
release cut unknown-linux-gnu 0
head -c 50 "$work/good/fubiao-9.9.9-$machine-unknown-linux-gnu.tar.gz" > "$work/cut/fubiao-9.9.9-$machine-unknown-linux-gnu.tar.gz"
holds "one that was cut short is refused" "$(install cut)" "the hash of"
mkdir "$work/none"
holds "one that is not there is named" "$(install none)" "could not fetch $work/none/fubiao-9.9.9"
