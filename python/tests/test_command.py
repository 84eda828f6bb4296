"""The command inside the package."""

import re
import subprocess
import sys
from pathlib import Path

import fubiao
import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "fubiao", *words], capture_output=True, text=True)


def test_package_command_and_crate_are_one_version() -> None:
    crates = [ROOT / "Cargo.toml", ROOT / "python" / "Cargo.toml"]
    versions = [re.search(r'^version = "(.+)"', crate.read_text(encoding="utf-8"), re.MULTILINE) for crate in crates]
    assert {version and version[1] for version in versions} == {fubiao.__version__}
    assert run("--version").stdout == f"fubiao {fubiao.__version__}\n"


def test_it_does_what_the_command_does(housing: Path) -> None:
    convert = run("convert", str(housing))
    assert convert.returncode == 0
    assert convert.stdout == fubiao.read(housing).to_json()
    assert run("convert", str(housing), "--deny", "findings").returncode == 1
    assert run("no-such-verb").returncode == 2
    missing = run("convert", "no-such-file.pdf")
    assert missing.returncode == 3 and "no-such-file.pdf" in missing.stderr


def test_the_script_is_installed() -> None:
    script = Path(sys.executable).with_name("fubiao")
    if not script.exists():
        pytest.skip("not installed by pip")
    said = subprocess.run([script, "explain", "no_text_layer"], capture_output=True, text=True)
    assert said.returncode == 0 and said.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux's")
def test_workers_stand_behind_the_walls_of_the_command() -> None:
    probe = run("worker", "--probe")
    assert probe.returncode == 0
    assert "open:" not in probe.stdout
    assert "seccomp" not in probe.stdout and "limits" not in probe.stdout
