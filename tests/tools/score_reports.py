#!/usr/bin/env python3
"""Scores the cases that were made after bug reports of other programs: `score_reports.py BINARY FOLDER [--verbose] [KIND...]`.

FOLDER holds a folder a kind with its inputs and `truth.json`, by `form`:

- `facts`: `facts` (lists [region, parent, column, value], or objects of which each key that is there must agree),
  `facts_once`, `rows` (the regions in order), `cells` (figures of one cell that may come out apart, or as text that a
  diagnostic names), `must_not` (values), `must_not_region`, `no_fact_for_column`, `no_findings`, `finding`.
- `grid`: `tables` as rows of texts, for `--format tables`; white space does not count. Several tables of the output may
  make up one, as those of several pages do.
- `status`: `text_from`, `doubt` ([region, column, raw] that a message must name), `pictures_at`.

Exit status 0 only where every kind is whole.
"""
import json
import re
import subprocess
import sys
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path


def norm(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text or "")))


def number(value):
    try:
        return Decimal(norm(value).replace(",", "")).normalize()
    except InvalidOperation:
        return norm(value)


def run(binary, *args):
    done = subprocess.run([binary, *args], capture_output=True, timeout=120)
    return done.stdout.decode() if done.returncode in (0, 1) else ""


def path_of(column):
    return norm("/".join(column) if isinstance(column, list) else column)


class Case:
    """One input with what came out of it."""

    def __init__(self, binary, path):
        self.facts = [json.loads(line) for line in run(binary, "convert", str(path), "--format", "facts").splitlines()]
        self.result = json.loads(run(binary, "convert", str(path)) or "{}")
        self.tables = json.loads(run(binary, "convert", str(path), "--format", "tables") or '{"tables": []}')["tables"]
        self.messages = [m for m in self.result.get("findings", []) + self.result.get("diagnostics", []) if m["severity"] != "note"]

    def places_said(self):
        places = [p for f in self.result.get("findings", []) if f["severity"] != "note" for p in f["places"] + [s["place"] for s in f["suspects"]]]
        return places + [d["place"] for d in self.result.get("diagnostics", []) if d["severity"] != "note" and d["place"]]

    def has(self, wanted):
        return [f for f in self.facts if self.agrees(f, wanted)]

    @staticmethod
    def agrees(fact, wanted):
        if isinstance(wanted, list):
            wanted = dict(zip(("region", "parent", "column", "value"), wanted))
        names = [norm(v) for v in fact.get("keys", {}).values()] + [norm(fact["region"])]
        for key, value in wanted.items():
            if key == "value" and number(fact["value"]) != number(value):
                return False
            if key == "column" and path_of(fact["column"]) != path_of(value):
                # A unit in brackets may have gone to the unit.
                if re.sub(r"[(（][^)）]*[)）]$", "", path_of(fact["column"])) != re.sub(r"[(（][^)）]*[)）]$", "", path_of(value)):
                    return False
            if key == "region" and norm(value) not in names + [norm(c) for c in fact["column"]]:
                return False
            if key in ("group", "item", "indicator") and norm(value) not in names + [norm(c) for c in fact["column"]]:
                return False
            if key in ("parent", "level", "unit") and norm(fact[key]) != norm(value):
                return False
            if key == "code" and value not in (fact["code"], *fact.get("keys", {}).values()) and value not in json.dumps(fact):
                return False
        return True

    def named(self, fact):
        place = {"page": fact["page"], "bbox": fact["bbox"]} if fact["bbox"] else {"page": fact["page"], "line": fact["line"], "column": fact["line_column"]}
        return bool(fact.get("doubt")) or place in self.places_said()


def facts_form(case, truth):
    wrong = []
    for wanted in truth.get("facts", []):
        if not case.has(wanted):
            wrong.append(f"no fact {wanted}")
    for wanted in truth.get("facts_once", []):
        if len(case.has(wanted)) != 1:
            wrong.append(f"{len(case.has(wanted))} facts {wanted}")
    must_not = truth.get("must_not", [])
    if isinstance(must_not, str):
        values = re.findall(r"value ([0-9]+) or ([0-9]+) and unit (\S+)", must_not)
        for a, b, unit in values:
            wrong += [f"fact {f['value']} {f['unit']}" for f in case.facts if f["value"] in (a, b) and f["unit"] == unit]
    else:
        wrong += [f"figure {f['value']}" for f in case.facts if f["status"] == "value" and number(f["value"]) in map(number, must_not)]
    regions = truth.get("must_not_region", [])
    wrong += [f"region {f['region']}" for f in case.facts if norm(f["region"]) in map(norm, regions)]
    column = truth.get("no_fact_for_column")
    wrong += [f"fact for {f['column']}" for f in case.facts if column and column in f["column"]]
    if truth.get("no_findings"):
        wrong += [f"says {m.get('check') or m.get('code')}: {m['message']}" for m in case.messages]
    if truth.get("rows") and isinstance(truth["rows"], list):
        rows = [norm(r["region"]["name"]) for a in case.result["annexes"] for r in a["rows"]]
        if rows != [norm(r) for r in truth["rows"]]:
            wrong.append(f"rows {rows}")
    for region, figures in truth.get("cells", []):
        of_region = [f for f in case.facts if norm(f["region"]) == norm(region)]
        apart = {number(f["value"]) for f in of_region} >= set(map(number, figures))
        text = [f for f in of_region if f["status"] in ("text", "unreadable") and all(x in norm(f["raw"]) for x in figures)]
        if not apart and not any(case.named(f) for f in text):
            wrong.append(f"cell {region} {figures}: {[(f['raw'], f['status'], f.get('doubt')) for f in of_region]}")
    if truth.get("finding"):
        figures = re.findall(r"[0-9]+", truth["finding"])
        if not any(all(x in m["message"] for x in figures[:1]) for m in case.result.get("findings", []) if m["severity"] != "note"):
            wrong.append(f"no finding: {truth['finding']}")
    return wrong


def grid_form(case, truth):
    wrong = []
    for table in truth.get("tables", []):
        rows = []
        for found in case.tables:
            height = 1 + max((c["row"] for c in found["cells"]), default=-1)
            width = 1 + max((c["col"] for c in found["cells"]), default=-1)
            grid = [[""] * width for _ in range(height)]
            for cell in found["cells"]:
                grid[cell["row"]][cell["col"]] = norm(cell["text"])
            rows += grid
        expected = [[norm(text) for text in row] for row in table]
        if rows != expected:
            off = [(a, b) for a, b in zip(rows, expected) if a != b]
            wrong.append(f"{len(rows)} rows for {len(expected)}; first that differs: {off[:1]}")
    if "accept" in truth:
        wrong.append(f"to be looked at: {truth['accept']}: {[len(a['rows']) for a in case.result.get('annexes', [])]}, says {[m.get('check') or m.get('code') for m in case.messages]}")
    return wrong


def status_form(case, truth):
    wrong = []
    if truth.get("text_from") and case.result["source"]["text_from"] not in (truth["text_from"], "searchable_scan"):
        wrong.append(f"text_from {case.result['source']['text_from']}")
    for region, column, raw in truth.get("doubt", []):
        cells = [f for f in case.facts if f["raw"] == raw]
        if not any(case.named(f) for f in cells):
            wrong.append(f"{raw} of {region} is not named")
    if "pictures_at" in truth and not any(m for m in case.messages if "picture" in m["message"]):
        wrong.append("nothing is said of pictures")
    return wrong


FORMS = {"facts": facts_form, "grid": grid_form, "status": status_form}


def main():
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    binary, folder, kinds = args[0], Path(args[1]), args[2:]
    bad = 0
    for kind in sorted(p for p in folder.iterdir() if (p / "truth.json").exists()):
        if kinds and kind.name not in kinds:
            continue
        truth = json.loads((kind / "truth.json").read_text("utf-8"))
        wrong = []
        for name, wanted in truth.items():
            if isinstance(wanted, dict):
                case = Case(binary, kind / name)
                wrong += [f"{name}: {what}" for what in FORMS[truth["form"]](case, wanted)]
        bad += bool(wrong)
        print(f"{'wrong' if wrong else 'whole'}  {kind.name}" + (f"  ({len(wrong)})" if wrong else ""))
        if "--verbose" in sys.argv:
            for what in wrong:
                print("      ", what)
    print(f"{bad} kinds not whole")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
