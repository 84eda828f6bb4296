#!/usr/bin/env python3
"""Counts the word `unsafe` in the sources of what fubiao is built from: one line a package, most first.

    python tools/count_unsafe.py

Counts tokens outside comments and strings, in the `src` folders of the packages that a build without
tests needs on this platform. It says where to look, not what is wrong.
"""

import json
import re
import subprocess
from pathlib import Path

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"', re.S)


def tree():
    """The packages of a build, by their folders."""
    host = re.search(r"host: (\S+)", subprocess.check_output(["rustc", "-vV"], text=True))[1]
    command = ["cargo", "metadata", "--format-version=1", "--offline", "--filter-platform", host]
    metadata = json.loads(subprocess.check_output(command))
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    needed, queue = set(), [metadata["resolve"]["root"]]
    while queue:
        node = queue.pop()
        if node in needed:
            continue
        needed.add(node)
        for dependency in nodes[node]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                queue.append(dependency["pkg"])
    return [p for p in metadata["packages"] if p["id"] in needed]


def count(package):
    """How often the package's sources say `unsafe`."""
    sources = Path(package["manifest_path"]).parent.joinpath("src").rglob("*.rs")
    texts = (NOISE.sub("", path.read_text(errors="replace")) for path in sources)
    return sum(len(re.findall(r"\bunsafe\b", text)) for text in texts)


def main():
    counts = [(count(package), f"{package['name']} {package['version']}") for package in tree()]
    for number, name in sorted(counts, key=lambda c: (-c[0], c[1])):
        if number:
            print(f"{number:6}  {name}")
    without = sum(number == 0 for number, _ in counts)
    print(f"{sum(n for n, _ in counts):6}  in all; none in {without} of {len(counts)} packages")


if __name__ == "__main__":
    main()
