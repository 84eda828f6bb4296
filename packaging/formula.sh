#!/bin/sh
# formula.sh FOLDER: the Homebrew formula for the archives in a folder, with their hashes.
set -eu
folder=$1
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
hash() { cut -d ' ' -f 1 "$folder/fubiao-$version-$1.tar.gz.sha256"; }
part() {
  echo "    on_$1 do"
  echo "      url \"https://github.com/fubiao/fubiao/releases/download/v$version/fubiao-$version-$2.tar.gz\""
  echo "      sha256 \"$(hash "$2")\""
  echo "    end"
}
cat <<RUBY
class Fubiao < Formula
  desc "Turns Chinese official notices and their annex tables into machine data"
  homepage "https://github.com/fubiao/fubiao"
  version "$version"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
$(part arm aarch64-apple-darwin)
$(part intel x86_64-apple-darwin)
  end
  on_linux do
$(part arm aarch64-unknown-linux-gnu)
$(part intel x86_64-unknown-linux-gnu)
  end

  def install
    bin.install "fubiao"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/fubiao.bash" => "fubiao"
    zsh_completion.install "completions/fubiao.zsh" => "_fubiao"
    fish_completion.install "completions/fubiao.fish"
  end

  test do
    (testpath/"notice.txt").write "关于下达2023年计划的通知\n"
    assert_match "2023", shell_output("#{bin}/fubiao convert notice.txt -q")
  end
end
RUBY
