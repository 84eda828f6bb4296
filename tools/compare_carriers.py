#!/usr/bin/env python3
"""Counts the rows of notices in Word, Excel, HTML, OFD and packages that tools return whole, on the same files in one run.

    python tools/compare_carriers.py BINARY FOLDER     # pip install "markitdown[docx,xlsx,xls]" kreuzberg pandas openpyxl xlrd odfpy lxml \
                                                       #   "docling-slim[format-office,format-html,format-opendocument,format-markdown,convert-core]"

FOLDER has NAME.ext beside NAME.ext.truth.json. A row of the truth is whole where one row of a tool's tables has its name
and all its figures, in their order, and nothing else between them (compare_rows.py); zeros behind the point aside, 88.8%
and 0.888, or 674.18 and 674.1800000000004, are not the same: what counts is what a reader of the sheet sees. `case.hidden` of the truth lists figures that the file
hides; how many files let one of them out is counted too.
"""

import importlib.util
import json
import logging
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

from compare_rows import is_whole, plain, rows_of_truth

logging.disable(logging.CRITICAL)

# What stands in a row beside its name and figures: signs for nothing, and 小计 beside the name of a city.
NO_FIGURES = ("-", "—", "--", "——", "/", "小计", "nan", "NaN", "None")


def figure(text):
    """A figure without zeros behind its point; other texts as they are."""
    text = plain(text)
    return re.sub(r"\.?0+(?=%?$)", "", text) if re.fullmatch(r"-?\d+\.\d+%?", text) else text


def fubiao(binary):
    def read(path):
        run = subprocess.run([binary, "convert", "--format", "tables", path], capture_output=True, timeout=120)
        rows = []
        for table in json.loads(run.stdout)["tables"]:
            by_row = {}
            for cell in table["cells"]:
                by_row.setdefault(cell["row"], []).append((cell["col"], cell["text"]))
            rows += [[text for _, text in sorted(cells)] for cells in by_row.values()]
        return rows

    return read


def of_markdown(text):
    """Rows of the tables of a Markdown text, those in HTML too."""
    rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in text.splitlines() if line.count("|") > 1]
    if "<table" in text:
        rows += of_html(text)
    return rows


def of_html(page):
    import lxml.html

    return [[cell.text_content() for cell in row if cell.tag in ("td", "th")] for row in lxml.html.fromstring(page).iter("tr")]


def markitdown():
    from markitdown import MarkItDown

    reader = MarkItDown()
    return lambda path: of_markdown(reader.convert(str(path)).text_content)


def kreuzberg():
    from kreuzberg import extract_file_sync

    def read(path):
        result = extract_file_sync(str(path))
        tables = [row for table in result.tables or [] for row in cells_of(table)]
        return tables + of_markdown(result.content)

    return read


def cells_of(table):
    cells = table["cells"] if isinstance(table, dict) else table.cells
    return [[str(cell) for cell in row] for row in cells]


def pandas():
    import pandas as reader

    def read(path):
        if path.suffix == ".html":
            tables = reader.read_html(path)
            headers = [list(map(str, table.columns)) for table in tables]
            return headers + [list(row) for table in tables for row in table.astype(str).values.tolist()]
        if path.suffix in (".xlsx", ".xls", ".et", ".ods"):
            sheets = reader.read_excel(path, sheet_name=None, header=None, dtype=object)
            rows = [row for sheet in sheets.values() for row in sheet.values.tolist()]
            return [["" if reader.isna(cell) else str(cell) for cell in row] for row in rows]
        raise ValueError("no reader for this kind")

    return read


def docling():
    from unittest.mock import MagicMock

    # Its package imports torch (2 GB and more) for recordings, which no file here is: a stand-in lets the rest run as it is.
    for absent in ("torch", "torchaudio", "transformers"):
        if importlib.util.find_spec(absent) is None:
            sys.modules[absent] = MagicMock()
    warnings.simplefilter("ignore")
    from docling.document_converter import DocumentConverter

    reader = DocumentConverter()

    def read(path):
        document = reader.convert(path).document
        rows = [row for table in document.tables for row in table.data.grid]
        # A cell over several columns is listed in each of them.
        return [[cell.text for at, cell in enumerate(row) if cell.start_col_offset_idx == at] for row in rows]

    return read


def main():
    binary, folder = sys.argv[1], Path(sys.argv[2])
    cases = {}
    for truth in sorted(folder.glob("*.truth.json")):
        path = folder / truth.name.removesuffix(".truth.json")
        cases.setdefault(path.suffix, []).append((path, truth))
    makers = {"fubiao": lambda: fubiao(binary), "MarkItDown": markitdown, "kreuzberg": kreuzberg, "pandas": pandas, "docling": docling}
    kinds = sorted(cases)
    print("| tool | " + " | ".join(kinds) + " | hidden figures given | seconds |")
    print("|---" * (len(kinds) + 3) + "|")
    for tool, make in makers.items():
        read, line, leaks, begun = make(), [], 0, time.time()
        for kind in kinds:
            whole = rows = failed = 0
            for path, truth in cases[kind]:
                try:
                    found = read(path)
                except Exception:  # A tool that fails on a file returns nothing for it.
                    found, failed = [], failed + 1
                found = [[figure(cell) for cell in row if plain(cell) not in NO_FIGURES] for row in found]
                for name, figures in rows_of_truth(truth):
                    rows += 1
                    whole += is_whole(name, [figure(printed) for printed in figures], found)
                hidden = json.loads(truth.read_text("utf-8")).get("case", {}).get("hidden", [])
                leaks += any(plain(figure) == plain(cell) for figure in hidden for row in found for cell in row)
            line.append("refuses" if failed == len(cases[kind]) else f"{whole} of {rows}")
        print(f"| {tool} | " + " | ".join(line) + f" | {leaks} files | {time.time() - begun:.1f} |", flush=True)


if __name__ == "__main__":
    main()
