#!/usr/bin/env python3
"""score_scans.py FUBIAO FOLDER [-v] [NAME...]: what became of each figure of drawn scans, and who said so, cell by cell.

FOLDER holds NAME.pdf beside NAME.truth.json, as `tools/scan.py` leaves them; only those whose name has one of NAME in it are read.
FUBIAO is the command, or a folder of results NAME.json that it gave before (`fubiao convert NAME.pdf > NAME.json`).

A figure is right where annex, region, parent, header and value are those of the truth. A figure that is not is *wrong*; one of
the truth in whose cell no other figure stands is *lost*. For each of these the nearest word is counted:

    own     its cell has a doubt, or is the suspect of a finding
    line    an error or a warning stands on cells of its row or column alone, on the name of its row or the header of its column
    table   an error or a warning stands on it and on cells of other rows and columns
    annex   an error or a warning speaks of its annex or a page of it, of other cells or of no cell
    silent  none of these

`examples/score.rs` calls silent only what is so here in the last line; what is in the last two has no word of its own. Notes do
not count. -v prints them, and the first of the others. Needs nothing but Python."""
import json, re, subprocess, sys, unicodedata
from collections import Counter, defaultdict
from decimal import Decimal, InvalidOperation
from pathlib import Path

WORDS = ("own", "line", "table", "annex", "silent")
UNITS = re.compile(r"\((套|户|个|栋|间|万元|套、间|万平方米|座|元)\)$")


def bare(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))


def header(path):
    return "/".join(p for p in (UNITS.sub("", bare(p)) for p in path) if p)


def figure(text):
    """A figure without separators, signs of units and trailing zeros; None for a blank."""
    text = bare(text).replace(",", "")
    try:
        return format(Decimal(text.rstrip("%")).normalize(), "f") if text else None
    except InvalidOperation:
        return text


def facts_of_truth(truth):
    facts = Counter()
    for annex in truth["annexes"]:
        for row in annex["rows"]:
            for column, value in zip(annex["columns"], row["values"]):
                if figure(value) is not None:
                    place = (annex["number"], bare(row["name"]), bare(row["parent"]), header(column["path"]))
                    facts[place, figure(value)] += 1
    return facts


def covers(box, other):
    """Whether the middle of another box is in a box."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


class Annex:
    """The cells of an annex as read, and what is said of them."""

    def __init__(self, annex, said):
        self.number, self.cells = annex["number"], []
        spots = defaultdict(list)  # page: (row, column, box); a name has no column, a header no row
        for at, column in enumerate(annex["columns"]):
            self.stand(spots, None, at, column.get("place"))
        pages = set()
        for y, row in enumerate(annex["rows"]):
            self.stand(spots, y, None, row["region"].get("place"))
            for x, (cell, column) in enumerate(zip(row["cells"], annex["columns"])):
                self.stand(spots, y, x, cell.get("place"))
                pages.add((cell.get("place") or {}).get("page"))
                region = row["region"]
                place = (self.number, bare(region["name"]), bare(region.get("parent")), header(column["path"]))
                suspect = (self.number, row["number"], tuple(column["path"])) in said.suspects
                own = bool(cell.get("doubt")) or suspect
                self.cells.append((place, figure(cell.get("value") or cell.get("text")), y, x, own))
        self.rows, self.columns, self.tabled, self.single = set(), set(), set(), set()
        self.named = self.number in said.annexes or bool(pages & said.pages)
        for page, box in said.boxes:
            under = [(y, x) for y, x, b in spots[page] if covers(box, b)]
            rows = {y for y, _ in under if y is not None}
            columns = {x for _, x in under if x is not None}
            if len(rows) > 1 and len(columns) > 1:
                self.tabled |= set(under)
            elif len(rows) == 1 and len(columns) != 1:
                self.rows |= rows
            elif len(columns) == 1 and len(rows) != 1:
                self.columns |= columns
            else:
                self.single |= set(under)

    @staticmethod
    def stand(spots, y, x, place):
        if place and place.get("bbox"):
            spots[place["page"]].append((y, x, place["bbox"]))

    def word(self, y, x, own):
        if own or (y, x) in self.single:
            return "own"
        if y in self.rows or x in self.columns:
            return "line"
        if (y, x) in self.tabled:
            return "table"
        return "annex" if self.named else "silent"


class Said:
    """The errors and warnings of a result."""

    def __init__(self, result):
        self.suspects, self.annexes, self.pages, self.boxes = set(), set(), set(), []
        for word in result["findings"] + result["diagnostics"]:
            if word["severity"] == "note":
                continue
            for s in word.get("suspects") or []:
                self.annexes.add(s.get("annex"))
                self.suspects.add((s.get("annex"), s.get("row"), tuple(s.get("column") or ())))
            for place in (word.get("places") or []) + [p for p in [word.get("place")] if p]:
                self.pages.add(place.get("page"))
                if place.get("bbox"):
                    self.boxes.append((place["page"], place["bbox"]))


def judge(truth, result):
    """What became of each figure: how many are right, right with a doubt, and the wrong and lost ones with the nearest word."""
    said, facts = Said(result), facts_of_truth(truth)
    annexes = [Annex(annex, said) for annex in result["annexes"]]
    left, wrong, blank, right, doubted = Counter(facts), [], {}, 0, 0
    cells = [(annex, cell) for annex in annexes for cell in annex.cells]
    # Of equal ones the doubtful come first, so that a wrong one is never excused by the doubt of its double.
    for annex, (place, value, y, x, own) in sorted(cells, key=lambda c: not c[1][4]):
        if value is None:
            blank[place] = annex.word(y, x, own)
        elif left[place, value] > 0:
            left[place, value] -= 1
            right, doubted = right + 1, doubted + own
        else:
            wrong.append((place, value, annex.word(y, x, own)))
    taken = Counter(place for place, _, _ in wrong)
    named = {annex.number: annex.named for annex in annexes}
    lines = {}
    for annex, (place, value, y, x, _) in cells:
        for key, hit in (((place[0], place[1], place[2]), y in annex.rows), ((place[0], place[3]), x in annex.columns)):
            lines[key] = lines.get(key, False) or hit
    lost = []
    for (place, value), count in left.items():
        for _ in range(count):
            if taken[place] > 0:
                taken[place] -= 1
                continue
            word = blank.get(place)
            if word is None and (lines.get(place[:3]) or lines.get((place[0], place[3]))):
                word = "line"
            fallback = named.get(place[0], bool(said.boxes or said.pages))
            lost.append((place, value, word or ("annex" if fallback else "silent")))
    return sum(facts.values()), right, doubted, wrong, lost


def read(program, notice):
    if Path(program).is_dir():
        return (Path(program) / (notice.stem + ".json")).read_bytes()
    return subprocess.run([program, "convert", str(notice)], capture_output=True).stdout


def by_word(cells):
    counts = Counter(word for _, _, word in cells)
    return " ".join(str(counts[word]) for word in WORDS)


def line(name, figures, right, doubted, wrong, lost):
    return f"{name:20}{figures} {right} {doubted} | {len(wrong)}: {by_word(wrong)} | {len(lost)}: {by_word(lost)}"


def main(program, folder, *names):
    is_verbose = "-v" in names
    names, all_of = [n for n in names if n != "-v"], Counter()
    every = {"wrong": [], "lost": []}
    print(f"{'':20}figures right doubted | wrong and lost, each: {' '.join(WORDS)}")
    for path in sorted(Path(folder).glob("*.truth.json")):
        name = path.name.removesuffix(".truth.json")
        if names and not any(part in name for part in names):
            continue
        try:
            result = json.loads(read(program, path.parent / (name + ".pdf")))
        except (ValueError, OSError):
            print(f"{name:20}no result"); continue
        figures, right, doubted, wrong, lost = judge(json.loads(path.read_text()), result)
        print(line(name, figures, right, doubted, wrong, lost), flush=True)
        all_of.update(figures=figures, right=right, doubted=doubted)
        for what, cells in (("wrong", wrong), ("lost", lost)):
            every[what] += cells
            without = [c for c in cells if c[2] in ("annex", "silent")]
            for place, value, word in (without + [c for c in cells if c not in without][:5]) * is_verbose:
                print(f"    {what}, {word}: annex {place[0]} {place[1]} ({place[2]}) {place[3]}: {value}")
    figures, right, doubted = all_of["figures"], all_of["right"], all_of["doubted"]
    print(line("all", figures, right, doubted, every["wrong"], every["lost"]))
    if right:
        print(f"right {right / figures:.1%}, of these doubted {doubted / right:.1%}; wrong with no word of its own: "
              f"{sum(word in ('annex', 'silent') for _, _, word in every['wrong'])}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
