#!/usr/bin/env python3
"""Draws an archive of three years of notices to try things on: what counties are to start, and what they completed of
the year before. None is an official document; the figures are made up, the divisions real.

    python examples/draw_archive.py archive/

Each notice is a text with tabs between cells, as an office suite saves one. A county that completes less than it was
to start is written to ``truth.csv`` beside the notices, for whoever wants to check. Some are renamed on the way, as
they were: 龙南县 is 龙南市 since 2020, with a code of its own.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

import fubiao

#: Province, its authority, and what stands before the year in its document numbers.
PROVINCES = {
    "36": ("江西省住房和城乡建设厅", "赣建样"),
    "43": ("湖南省住房和城乡建设厅", "湘建样"),
}
YEARS = (2019, 2020, 2021)


def divisions_of(province: str, year: int) -> "dict[str, dict[str, str]]":
    """The divisions of a province at the beginning of a year, by code: what each was called, and its code today."""
    stood = [
        row
        for row in fubiao.divisions()
        if row["code"].startswith(province)
        and (row["from_year"] or 0) < year
        and (row["until_year"] or 9999) >= year
    ]
    return {row["code"]: row for row in stood}


def counties(province: str, year: int) -> "dict[str, list[str]]":
    """Its counties by prefecture."""
    named = {code: row["name"] for code, row in divisions_of(province, year).items()}
    below: dict[str, list[str]] = {}
    for code, name in sorted(named.items()):
        prefecture = named.get(code[:4] + "00")
        if prefecture and not code.endswith("00"):
            below.setdefault(prefecture, []).append(name)
    return below


def draw(folder: Path, provinces: "dict[str, tuple[str, str]]" = PROVINCES, years: "tuple[int, ...]" = YEARS) -> None:
    """Writes the notices, and ``truth.csv`` beside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    short = []
    for province, (authority, agency) in provinces.items():
        started: dict[str, tuple[int, int]] = {}
        for year in years:
            chance = random.Random(f"{province} {year}")
            of_year = counties(province, year)
            # Who was to start something is who has something to complete, whatever it is called now.
            today = {row["name"]: row["followed_code"] for row in divisions_of(province, year).values()}
            completed = {}
            for names in of_year.values():
                for name in names:
                    planned = started.get(today[name])
                    if planned is None:
                        continue
                    estates, households = planned
                    missing = chance.randint(1, max(estates // 3, 1)) if chance.random() < 0.15 else 0
                    done = estates - missing
                    completed[name] = (done, households * done // estates)
                    if missing:
                        short.append((year, name, estates, done))
            planned_now = {
                name: (estates := chance.randint(2, 30), estates * chance.randint(40, 400))
                for names in of_year.values()
                for name in names
            }
            text = notice(authority, agency, year, of_year, planned_now, completed)
            (folder / f"{agency}-{year}.txt").write_text(text, encoding="utf-8")
            started = {today[name]: planned for name, planned in planned_now.items()}
    with open(folder.parent / "truth.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["year", "county", "planned", "completed"])
        writer.writerows(short)


def notice(
    authority: str,
    agency: str,
    year: int,
    of_year: "dict[str, list[str]]",
    planned: "dict[str, tuple[int, int]]",
    completed: "dict[str, tuple[int, int]]",
) -> str:
    """The text of one notice."""
    head = [
        f"{authority}文件",
        f"{agency}〔{year}〕1号",
        f"关于下达{year}年全省城镇老旧小区改造任务的通知",
        "各设区市人民政府：",
        f"现将{year}年全省城镇老旧小区改造任务下达给你们，请抓好落实。",
    ]
    annexes = [f"{year}年城镇老旧小区改造开工任务数"]
    tables = [table(of_year, planned)]
    if completed:
        annexes.append(f"{year}年城镇老旧小区改造完成任务数（{year - 1}年申报计划任务）")
        tables.append(table(of_year, completed))
    listed = [f"{number}. {title}" for number, title in enumerate(annexes, 1)]
    head += ["附件：" + listed[0], *listed[1:], authority, f"{year}年1月20日"]
    for number, (title, lines) in enumerate(zip(annexes, tables), 1):
        head += ["\f附件" + str(number), title, *lines]
    return "\n\n".join(head[:5]) + "\n\n" + "\n".join(head[5:]) + "\n"


def table(of_year: "dict[str, list[str]]", figures: "dict[str, tuple[int, int]]") -> "list[str]":
    """The lines of an annex: a total, each prefecture, its counties."""

    def line(name: str, names: "list[str]") -> str:
        sums = [sum(figures[one][at] for one in names if one in figures) for at in (0, 1)]
        return "\t".join([name, *(str(total) if total else "" for total in sums)])

    lines = ["市、县名称\t小区个数（个）\t户数（户）"]
    lines.append(line("合计", [name for names in of_year.values() for name in names]))
    for prefecture, names in of_year.items():
        lines.append(line(prefecture, names))
        lines += [line(name, [name]) for name in names]
    return lines


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    draw(Path(sys.argv[1]))
