#!/usr/bin/env python3
"""Turns each threshold a fifth down and up and prints which cases move.

    tools/sweep.py [--only WORD] [--paths src/segment ...] [--markdown] FOLDER...

A threshold is any `const NAME: f32 = …` (f64, usize, u8 to u64, i8 to i64 too) below the paths. Nothing is
asked of the code: a copy of the working tree is rewritten, in target/sweep/, so that each such constant is a
function that gives its value times a factor from the environment; one build of that copy serves all. FOLDER
holds notices beside their NAME.truth.json; `examples/score.rs` reads and scores them.

Printed are, a threshold a line: its value, and for each direction the cases that move: how many cells are
right that were not (+) or no longer are (-), errors and warnings more or less (!), or other changes (~).
Then the thresholds that decide alone on a knife's edge (a fifth breaks a whole case), those on which nothing
depends within a fifth, those that no case even asks for, and those that could not be turned: constants in a
pattern or the length of an array.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "sweep"
PATHS = ["src/figure.rs", "src/grid.rs", "src/lexicon.rs", "src/profile.rs", "src/normalize", "src/segment",
         "src/repair", "src/typing"]
DOWN, UP = 0.8, 1.2
# Of a case nothing is waited for longer: a threshold that is turned may send the reader round in circles.
PATIENCE = 300

CONST = re.compile(
    r"const\s+(?P<name>[A-Z][A-Z0-9_]*)\s*:\s*(?P<type>f32|f64|usize|[iu](?:8|16|32|64))\s*=\s*(?P<value>[^;]+);")
WORD = re.compile(r"\b[A-Z][A-Z0-9_]*\b")
HIDDEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|b?r(?P<h>\#*)".*?"(?P=h)|b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{\w+\}|.)[^']?|[^'\\])'""", re.S)

KNOBS = """//! How far each threshold is turned, for `tools/sweep.py`.

use std::sync::{Once, OnceLock};

/// Whether anything has asked for the threshold that is turned.
static ASKED: Once = Once::new();

/// The threshold that is turned, and by which factor.
fn turned() -> (usize, f64) {
    static TURNED: OnceLock<(usize, f64)> = OnceLock::new();
    *TURNED.get_or_init(|| {
        let said = std::env::var("FUBIAO_TURN").unwrap_or_default();
        let (knob, factor) = said.split_once(' ').unwrap_or(("", ""));
        (knob.parse().unwrap_or(usize::MAX), factor.parse().unwrap_or(1.0))
    })
}

/// A number that may be turned: a whole one moves by one at least.
pub trait Turn: Copy {
    /// The number, if it is the threshold with this index, times the factor.
    fn turn(self, knob: usize) -> Self;
}

macro_rules! turn {
    ($of:ty, $factor:ident, $old:ident, $new:expr) => {
        impl Turn for $of {
            fn turn(self, knob: usize) -> $of {
                let (turned, $factor) = turned();
                let $old = self;
                if turned != knob {
                    return self;
                }
                ASKED.call_once(|| eprintln!("asked"));
                $new
            }
        }
    };
}

macro_rules! turn_whole {
    ($($of:ty)*) => {$(turn!($of, factor, old, {
        let new = (old as f64 * factor).round() as $of;
        if new != old { new } else if factor > 1.0 { old + 1 } else { old.saturating_sub(1) }
    });)*};
}

turn!(f32, factor, old, old * factor as f32);
turn!(f64, factor, old, old * factor);
turn_whole!(usize u8 u16 u32 u64 i8 i16 i32 i64);
"""


class Knob:
    """A constant: where it stands, what it is."""

    def __init__(self, file, line, name, kind, value, doc):
        self.file, self.line, self.name, self.kind, self.value, self.doc = file, line, name, kind, value, doc

    def __str__(self):
        return f"{self.name} ({self.file.removeprefix('src/')}:{self.line})"


def code_of(text):
    """The text with comments and literals blanked, and without the tests at its end."""
    blank = HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    tests = re.search(r"#\[cfg\(test\)\]\s*mod\s", blank)
    return blank[:tests.start()] if tests else blank


def rust_files(paths):
    for path in paths:
        path = ROOT / path
        yield from [path] if path.is_file() else sorted(path.rglob("*.rs"))


def knobs_of(paths):
    """All thresholds below the paths, in order."""
    knobs = []
    for file in rust_files(paths):
        text = file.read_text("utf-8")
        for match in CONST.finditer(code_of(text)):
            line = text.count("\n", 0, match.start()) + 1
            docs = []
            for above in reversed(text.splitlines()[:line - 1]):
                if not above.strip().startswith("///"):
                    break
                docs.insert(0, above.strip().removeprefix("///").strip())
            value = text[match.start("value"):match.end("value")].strip()
            knobs.append(Knob(str(file.relative_to(ROOT)), line, match["name"], match["type"], value, " ".join(docs)))
    return knobs


def rewrite(file, text, knobs, kept):
    """The text of a file with its thresholds as functions, and calls of them where they are used."""
    code = code_of(text)
    own = {knob.name: index for index, knob in enumerate(knobs) if knob.file == file and index not in kept}
    turned = {knob.name for index, knob in enumerate(knobs) if index not in kept}
    stays = {knob.name for index, knob in enumerate(knobs) if index in kept and knob.file == file}
    uses = [match.span() for match in re.finditer(r"\buse\s[^;]*;", code)]
    ours = [(start, end) for start, end in uses if re.match(r"use\s+(crate|super|self)\b", code[start:end])]
    imported = {word for start, end in ours for word in WORD.findall(code[start:end])}
    edits = []
    defined = set()
    for match in CONST.finditer(code):
        if match["name"] not in own:
            continue
        defined.add(match.start("name"))
        index = next(i for i, knob in enumerate(knobs)
                     if knob.file == file and knob.line == text.count("\n", 0, match.start()) + 1)
        edits.append((match.start(), match.start("value"),
                      f"#[allow(non_snake_case, missing_docs)] fn {match['name']}() -> {match['type']} "
                      f"{{ crate::knobs::Turn::turn("))
        edits.append((match.end() - 1, match.end(), f", {index}) }}"))
    for match in WORD.finditer(code):
        name, start = match[0], match.start()
        if name not in turned or start in defined or any(a <= start < b for a, b in uses):
            continue
        is_path = code[:start].endswith("::")
        if name in stays or not (is_path or name in own or name in imported):
            continue
        edits.append((match.end(), match.end(), "()"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    # An attribute stands before the visibility.
    return re.sub(r"(pub(?:\([^)]*\))?\s+)(#\[allow\(non_snake_case, missing_docs\)\] )", r"\2\1", text)


def copy_tree(knobs, kept):
    """The working tree with its thresholds as functions, in WORK/tree; files that are the same stay untouched."""
    tree = WORK / "tree"
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                            capture_output=True).stdout.decode().split("\0")
    wanted = {}
    for file in filter(None, listed):
        if file.startswith(("tests/", "samples/", "fuzz/", ".ci/")) or not (ROOT / file).is_file():
            continue
        data = (ROOT / file).read_bytes()
        if file.startswith("src/") and file.endswith(".rs"):
            text = rewrite(file, data.decode(), knobs, kept)
            if file == "src/lib.rs":
                text += "\nmod knobs;\n"
            data = text.encode()
        wanted[file] = data
    wanted["src/knobs.rs"] = KNOBS.encode()
    for file, data in wanted.items():
        path = tree / file
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for path in list(tree.rglob("*.rs")):
        if str(path.relative_to(tree)) not in wanted:
            path.unlink()
    return tree


def seed_target():
    """A target folder for the copy, with the dependencies that are built already. It can't share one with the real
    tree: cargo tells the two packages apart by nothing, and would take one's library for the other's."""
    target = WORK / "target"
    built = ROOT / "target" / "release"
    if not target.exists() and built.exists():
        for part in ("deps", "build", ".fingerprint"):
            # Libraries are never written in place, so links to them do; what cargo notes of them is copied.
            shutil.copytree(built / part, target / "release" / part, symlinks=True,
                            copy_function=os.link if part == "deps" else shutil.copy2,
                            ignore=shutil.ignore_patterns("fubiao-*", "libfubiao-*"))
    return target


def build(knobs):
    """Builds the rewritten copy; gives the program, and the thresholds that can't be functions."""
    kept = set()
    target = seed_target()
    for _ in range(4):
        tree = copy_tree(knobs, kept)
        built = subprocess.run(["cargo", "build", "--release", "--example", "score", "--message-format=short"], cwd=tree,
                               env=os.environ | {"CARGO_TARGET_DIR": str(target)}, capture_output=True, text=True)
        if built.returncode == 0:
            return target / "release" / "examples" / "score", kept
        blamed = set()
        for file, line in re.findall(r"^(src/\S+?):(\d+):\d+: error", built.stderr, re.M):
            words = set(WORD.findall((tree / file).read_text("utf-8").splitlines()[int(line) - 1]))
            own = [i for i, knob in enumerate(knobs) if knob.file == file and knob.name in words]
            blamed |= set(own or [i for i, knob in enumerate(knobs) if knob.name in words])
        if not blamed - kept:
            sys.exit(f"the rewritten copy does not build:\n{built.stderr[-4000:]}")
        kept |= blamed
    sys.exit("the rewritten copy does not build after four attempts")


def score(program, folders, knob=None, factor=1.0):
    """The cases by name, each as (cells, right, made up, silent, said, frame, digest, unread); None where it takes
    too long. And whether the code ever asked for the threshold."""
    env = os.environ | ({} if knob is None else {"FUBIAO_TURN": f"{knob} {factor}"})
    try:
        done = subprocess.run([program, "--lines", *folders], env=env, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, True
    cases = {}
    for line in done.stdout.splitlines():
        name, *counts, digest, unread = line.split("\t")
        cases[name] = [int(count) for count in counts] + [digest, unread]
    return cases, "asked" in done.stderr.splitlines()


def is_whole(case):
    cells, right, made_up, _, _, frame, _, unread = case
    return right == cells and made_up == 0 and frame == 0 and not unread


def moves(before, after):
    """What moved: (case, what of it, cells won or lost, whether it was whole and is no more)."""
    if after is None:
        return [("all", "takes too long", 0, True)]
    moved = []
    for name, old in before.items():
        new = after.get(name, [old[0], 0, 0, 0, 0, 0, "", "lost"])
        if new == old:
            continue
        won = (new[1] - new[2]) - (old[1] - old[2])
        what = f"{won:+}" if won else ""
        if new[4] != old[4]:
            what += f" !{new[4] - old[4]:+}"
        if new[7] and not old[7]:
            what = new[7]
        moved.append((name, what.strip() or "~", won, is_whole(old) and not is_whole(new)))
    return moved


def shown(moved):
    return ", ".join(f"{'**' if breaks else ''}{name}{'**' if breaks else ''} {what}"
                     for name, what, _, breaks in moved) or "—"


def turned_value(knob, factor):
    """What the threshold is when turned, where its value is a plain number."""
    try:
        value = float(knob.value.replace("_", ""))
    except ValueError:
        return f"× {factor}"
    if knob.kind.startswith("f"):
        return f"{value * factor:g}"
    new = round(value * factor)
    return str(int(new if new != value else value + (1 if factor > 1 else -1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="folders of cases with truth")
    parser.add_argument("--only", default="", help="thresholds whose name or file holds this word")
    parser.add_argument("--paths", nargs="+", default=[path for path in PATHS if (ROOT / path).exists()])
    parser.add_argument("--list", action="store_true", help="the thresholds alone, nothing turned")
    args = parser.parse_args()
    knobs = knobs_of(args.paths)
    if args.list:
        for knob in knobs:
            print(f"{knob} = {knob.value}: {knob.doc or 'no word on it'}")
        return
    folders = [str(Path(folder).resolve()) for folder in args.folders]
    program, kept = build(knobs)
    before, _ = score(program, folders)
    print(f"{len(before)} cases, {sum(map(is_whole, before.values()))} whole; "
          f"{sum(case[1] for case in before.values())} of {sum(case[0] for case in before.values())} cells right\n")
    print("Cells won or lost (right less made up); `!` errors and warnings more or less; `~` another change; "
          "**bold**: was whole and is no more.\n")
    print("| threshold | value | a fifth down | | a fifth up | |\n|---|---|---|---|---|---|")
    unasked, idle, edges = [], [], []
    for index, knob in enumerate(knobs):
        if index in kept or args.only not in str(knob):
            continue
        (less, asked), (more, _) = (score(program, folders, index, factor) for factor in (DOWN, UP))
        down, up = moves(before, less), moves(before, more)
        if not down and not up:
            (idle if asked else unasked).append(knob)
            continue
        if any(breaks for *_, breaks in down + up):
            edges.append(knob)
        print(f"| `{knob}` | {knob.value} | {turned_value(knob, DOWN)} | {shown(down)} "
              f"| {turned_value(knob, UP)} | {shown(up)} |", flush=True)
    for title, which in [
        ("A fifth breaks a whole case", edges),
        ("Nothing depends on these within a fifth", idle),
        ("No case ever asks for these", unasked),
        ("Not turned (in a pattern or the length of an array)", [knobs[index] for index in sorted(kept)]),
    ]:
        print(f"\n{title}: {len(which)}\n")
        for knob in which:
            print(f"- `{knob}` = {knob.value}: {knob.doc or 'no word on it'}")


if __name__ == "__main__":
    main()
