#!/usr/bin/env python3
"""Counts the rows of notices that tools for tables return whole, on the same files in one run.

    python tools/compare_rows.py BINARY FOLDER [COUNT]      # pip install pdfplumber pymupdf camelot-py

A row of the truth (NAME.truth.json beside NAME.pdf) is whole where one row of a tool's tables has its name and all its
figures, in their order, and no other figure between them; white space, commas and full-width forms aside. What the row
is of (annex, header, parent) is not asked: no other tool says it.
"""

import json
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path


def plain(text):
    return re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", str(text or "")))


def rows_of_truth(path):
    for annex in json.loads(path.read_text("utf-8"))["annexes"]:
        for row in annex["rows"]:
            figures = [plain(value) for value in row["values"]]
            yield plain(row["name"]), [figure for figure in figures if figure]


def fubiao(binary, pdf):
    run = subprocess.run([binary, "convert", "--format", "tables", pdf], capture_output=True, timeout=120)
    rows = []
    for table in json.loads(run.stdout or "{}").get("tables", []):
        by_row = {}
        for cell in table["cells"]:
            by_row.setdefault(cell["row"], []).append((cell["col"], cell["text"]))
        rows += [[text for _, text in sorted(cells)] for cells in by_row.values()]
    return rows


def pdfplumber_with(strategy):
    def read(pdf):
        import pdfplumber

        how = {"vertical_strategy": strategy, "horizontal_strategy": strategy}
        with pdfplumber.open(pdf) as opened:
            return [row for page in opened.pages for table in page.extract_tables(how) for row in table]

    return read


def pymupdf(pdf):
    import pymupdf as reader

    return [row for page in reader.open(pdf) for table in page.find_tables().tables for row in table.extract()]


def camelot_with(flavor):
    def read(pdf):
        import camelot

        tables = camelot.read_pdf(str(pdf), pages="all", flavor=flavor, suppress_stdout=True)
        return [row for table in tables for row in table.df.values.tolist()]

    return read


def is_whole(name, figures, rows):
    wanted = [name, *figures]
    for row in rows:
        cells = [plain(cell) for cell in row if plain(cell)]
        for at in range(len(cells) - len(wanted) + 1):
            if cells[at : at + len(wanted)] == wanted:
                return True
    return False


def main():
    binary, folder = sys.argv[1], Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 30
    pdfs = [p for p in sorted(folder.glob("*.pdf")) if p.with_suffix(".truth.json").exists()][:count]
    tools = {
        "fubiao": lambda pdf: fubiao(binary, pdf),
        "pdfplumber, text": pdfplumber_with("text"),
        "pdfplumber, lines": pdfplumber_with("lines"),
        "pymupdf": pymupdf,
        "camelot, lattice": camelot_with("lattice"),
        "camelot, stream": camelot_with("stream"),
    }
    for tool, read in tools.items():
        whole = rows = failed = 0
        begun = time.time()
        for pdf in pdfs:
            try:
                found = read(pdf)
            except Exception:  # A tool that fails on a file returns nothing for it.
                found, failed = [], failed + 1
            for name, figures in rows_of_truth(pdf.with_suffix(".truth.json")):
                rows += 1
                whole += is_whole(name, figures, found)
        seconds = time.time() - begun
        print(f"| {tool} | {whole} of {rows} | {100 * whole / max(rows, 1):.1f} % | {failed} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
