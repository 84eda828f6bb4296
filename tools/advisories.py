#!/usr/bin/env python3
"""Writes tests/advisories.tsv: what the RustSec Advisory Database says of packages of crates.io, in a form that is
read without a network (tests/advisories.rs).

    git clone --depth 1 https://github.com/rustsec/advisory-db
    tools/advisories.py advisory-db

Takes a clone, with or without a work tree. Only facts are taken: the advisory's name, its package, its kind, and which
versions are not affected. Withdrawn advisories are left out.
"""

import pathlib
import subprocess
import sys
import tomllib

TARGET = pathlib.Path(__file__).parent.parent / "tests" / "advisories.tsv"


def git(repository, *arguments):
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def front_matter(text):
    """The TOML between the first two fences of an advisory."""
    head = text.split("```toml", 1)[1]
    return tomllib.loads(head.split("```", 1)[0])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    repository = sys.argv[1]
    commit, date = git(repository, "log", "-1", "--format=%H %cs").split()
    names = git(repository, "ls-tree", "-r", "--name-only", "HEAD", "crates").splitlines()
    rows = []
    for name in names:
        if not pathlib.PurePosixPath(name).name.startswith("RUSTSEC-"):
            continue
        entry = front_matter(git(repository, "show", f"HEAD:{name}"))
        advisory, versions = entry["advisory"], entry["versions"]
        if "withdrawn" in advisory:
            continue
        unaffected = versions.get("patched", []) + versions.get("unaffected", [])
        kind = advisory.get("informational", "vulnerability")
        rows.append((advisory["id"], advisory["package"], kind, "; ".join(unaffected)))
    rows.sort()
    with TARGET.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f"# RustSec Advisory Database at {commit} of {date}, by tools/advisories.py.\n")
        out.write("# advisory\tpackage\tkind\tversions that are not affected\n")
        for row in rows:
            out.write("\t".join(row) + "\n")
    print(f"{len(rows)} advisories of {date}")


main()
