#!/usr/bin/env python3
"""Writes samples/<id>/notice.doc and notice.xls, the forms of Word and Excel 97 to 2003, from notice.txt.

    pip install openpyxl==3.1.5 (and what make.py names); LibreOffice as soffice
    python samples/office.py ID ...

The workbook holds the annexes alone, a sheet each. LibreOffice writes the time into its files: a new
run gives other bytes that say the same.
"""

import html
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

from make import HERE, covered, read, spans


def line(text, align="left", indent=False):
    indent = "text-indent:2em;" if indent else ""
    return f'<p style="text-align:{align};{indent}">{html.escape(text)}</p>'


def table(annex, how):
    parts = annex["parts"]
    whole = {"header": parts[0]["header"], "rows": sum((part["rows"] for part in parts), [])}
    return spans(whole, how.get("merge_first_column"))


def page(front, annexes, layout):
    names = [name.removesuffix("文件") for name in front["authorities"]]
    body = [line(mark) for mark in front["markings"]]
    body += [line(name, "center") for name in names[:-1]] + [line(names[-1] + "文件", "center")]
    body += [line(front["number"], "center"), line(front["title"], "center")]
    body.append(line(front["addressees"]))
    body += [line(text, indent=True) for text in front["body"] + front["annex_list"]]
    body += [line(text, "right") for text in front["signatures"] + [front["date"]]]
    body += [line(text) for text in front["after"]]
    for number, annex in enumerate(annexes, 1):
        body += [line(annex["label"]), line(annex["title"], "center")]
        if annex["unit"]:
            body.append(line(annex["unit"], "right"))
        grid, merged = table(annex, layout.get(str(number), {}))
        hidden = covered(merged)
        rows = []
        for row, cells in enumerate(grid):
            out = []
            for col, text in enumerate(cells):
                if (row, col) not in hidden:
                    down, right = merged.get((row, col), (1, 1))
                    out.append(f'<td rowspan="{down}" colspan="{right}">{html.escape(text)}</td>')
            rows.append(f"<tr>{''.join(out)}</tr>")
        body.append(f'<table border="1">{"".join(rows)}</table>')
        body += [line(note) for note in annex["notes"]]
    return '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>' + "\n".join(body) + "</body></html>"


def workbook(annexes, layout, path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, annex in enumerate(annexes, 1):
        sheet = book.create_sheet(annex["label"].replace(" ", ""))
        grid, merged = table(annex, layout.get(str(number), {}))
        above = [text for text in (annex["title"], annex["unit"]) if text]
        for row, text in enumerate(above, 1):
            sheet.cell(row, 1, text)
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(grid[0]))
        hidden, first = covered(merged), len(above) + 1
        for row, cells in enumerate(grid):
            for col, text in enumerate(cells):
                if (row, col) in hidden or not text:
                    continue
                cell = sheet.cell(first + row, col + 1, text)
                if re.fullmatch(r"-?[\d,]+(\.\d+)?", text):
                    cell.value = float(text.replace(",", ""))
                    digits = len(text.partition(".")[2])
                    whole = "#,##0" if "," in text else "0"
                    cell.number_format = whole + ("." + "0" * digits if digits else "")
        for (row, col), (down, right) in merged.items():
            at = f"{get_column_letter(col + 1)}{first + row}"
            sheet.merge_cells(f"{at}:{get_column_letter(col + right)}{first + row + down - 1}")
        for row, note in enumerate(annex["notes"], first + len(grid)):
            sheet.cell(row, 1, note)
    book.save(path)


def convert(make, form, path):
    """What `make` puts into a file, in the form that LibreOffice calls so."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / ("notice.html" if path.suffix == ".doc" else "notice.xlsx")
        make(source)
        command = ["soffice", "--headless", "--convert-to", form, "--outdir", folder, source]
        subprocess.run(command, check=True)
        path.write_bytes((Path(folder) / f"notice{path.suffix}").read_bytes())


def main():
    for sample in sys.argv[1:]:
        folder = HERE / sample
        layout = tomllib.loads((folder / "about.toml").read_text("utf-8")).get("layout", {})
        with (folder / "notice.txt").open(encoding="utf-8", newline="") as file:
            front, annexes = read(file.read())
        text = page(front, annexes, layout)
        convert(lambda path: path.write_text(text, "utf-8"), "doc:MS Word 97", folder / "notice.doc")
        convert(lambda path: workbook(annexes, layout, path), "xls:MS Excel 97", folder / "notice.xls")


if __name__ == "__main__":
    main()
