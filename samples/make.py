#!/usr/bin/env python3
"""Prints samples/<id>/notice.txt as PDF, with two producers: notice.pdf by typst, with its font
embedded, and notice-reportlab.pdf by ReportLab, with a predefined font that is not.

    pip install reportlab==5.1.0 typst==0.15.2 cvttf-notosanscjk-regular==1.0
    python samples/make.py [ID ...]

The text is the only source: what it says is printed, and what the print does to it (breaks of lines
and pages, headers repeated on each page, merged cells, 文件 beside stacked names) is the point of the
sample. about.toml says how an annex is laid out. The output holds no date and no random id, so the
same text gives the same bytes.
"""

import re
import sys
import tomllib
from pathlib import Path

import typst
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).parent
LABEL = re.compile(r"^附件 ?\d+$")
NUMBERED = re.compile(r"^([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+\.)")


# --- the text -------------------------------------------------------------------------------------


def tidy(text):
    """A line as it would be printed: the scars of a text copy healed."""
    text = re.sub(r"(?<=[^\x00-\x7f]) and (?=[^\x00-\x7f])", "和", text.removeprefix("- "))
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def read(text):
    """The notice's front, as a dict of elements, and its annexes."""
    lines = text.replace("\f", "\f\n").split("\n")
    first = next((i for i, line in enumerate(lines) if LABEL.match(line)), len(lines))
    front = read_front([line for line in lines[:first] if line.strip("\f ")])
    annexes = []
    for line in lines[first:]:
        if LABEL.match(line):
            annexes.append([])
        if annexes:
            annexes[-1].append(line)
    return front, [read_annex(annex) for annex in annexes]


def read_front(lines):
    at = next(i for i, line in enumerate(lines) if line.endswith("号"))
    addressee = next(i for i, line in enumerate(lines) if line.endswith("："))
    annex_list = next(i for i, line in enumerate(lines) if line.startswith(("附件：", "- 附件：")))
    date = next(i for i, line in enumerate(lines) if i > annex_list and re.search("年.+日$", line))
    list_end = next(i for i in range(annex_list + 1, date) if not re.match(r"\d+\.", lines[i]))
    body = []
    for line in map(tidy, lines[addressee + 1 : annex_list]):
        cut = body and not re.search("[。：；]$", body[-1]) and len(body[-1]) > 15
        if cut and not NUMBERED.match(line):
            body[-1] += line
        else:
            body.append(line)
    is_marking = lambda line: re.match(r"^(\d{6}|特急|加急)$", line)
    return {
        "markings": [line for line in lines[:at] if is_marking(line)],
        "authorities": [
            name for line in lines[:at] if not is_marking(line) for name in line.split()
        ],
        "number": lines[at],
        "title": tidy("".join(lines[at + 1 : addressee])),
        "addressees": lines[addressee],
        "body": body,
        "annex_list": [tidy(line) for line in lines[annex_list:list_end]],
        "signatures": lines[list_end:date],
        "date": lines[date],
        "after": lines[date + 1 :],
    }


def read_annex(lines):
    """Label, title, unit caption, notes, and the table page by page: header, rows, 续表 or not."""
    annex = {"label": lines[0], "title": "", "unit": "", "notes": [], "parts": []}
    continued, gap = False, True
    for line in lines[1:]:
        if line == "\f":
            continued, gap = True, True
        elif not line:
            gap = True
        elif "\t" in line:
            if gap and continued or not annex["parts"]:
                annex["parts"].append({"caption": continued, "lines": []})
            annex["parts"][-1]["lines"].append((gap, line.split("\t")))
            continued, gap = False, False
        elif line == "续表":
            pass
        elif line.startswith("单位"):
            annex["unit"] = line
        elif line.startswith("注"):
            annex["notes"].append(line)
        else:
            annex["title"] += line
    for part in annex["parts"]:
        rows = [row for _, row in part["lines"]]
        width = max(map(len, rows))
        tiers = 2 if len(rows) > 1 and not rows[1][0] else 1
        header = rows[:tiers]
        kept, skip = [], 0
        for gap, row in part.pop("lines")[tiers:]:
            # A header that a text copy repeats at each page is printed by the page, not the table.
            if gap and row == header[0]:
                skip = tiers
            if skip:
                skip -= 1
                continue
            kept.append(row)
        pad = lambda row: row + [""] * (width - len(row))
        part["header"], part["rows"] = [pad(r) for r in header], [pad(r) for r in kept]
    return annex


def spans(part, merge_first):
    """(row, col) -> (rowspan, colspan) of merged cells; rows counted from the header's first."""
    merged, header = {}, part["header"]
    grid = header + part["rows"]
    if len(header) == 2:
        col = 0
        while col < len(header[0]):
            if not header[1][col]:
                merged[0, col], col = (2, 1), col + 1
                continue
            end = col + 1
            while end < len(header[0]) and not header[0][end] and header[1][end]:
                end += 1
            merged[0, col], col = (1, end - col), end
    if merge_first:
        row = len(header)
        while row < len(grid):
            end = row + 1
            while end < len(grid) and not grid[end][0]:
                end += 1
            if not grid[row][1]:
                merged[row, 0] = (1, 2)
            elif end - row > 1:
                merged[row, 0] = (end - row, 1)
            row = end
    return grid, {at: size for at, size in merged.items() if size != (1, 1)}


def covered(merged):
    return {
        (row + r, col + c)
        for (row, col), (rows, cols) in merged.items()
        for r in range(rows)
        for c in range(cols)
        if (r, c) != (0, 0)
    }


# --- typst ----------------------------------------------------------------------------------------


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst_source(front, annexes, layout):
    line = lambda text, **how: "#par(first-line-indent: 0em)[#text({})[#{}]]".format(
        ", ".join(f"{k}: {v}" for k, v in how.items()), quote(text)
    )
    centre = lambda text, size: f"#align(center)[#text(size: {size})[#{quote(text)}]]"
    out = [
        '#set document(date: none)',
        '#set text(font: "Noto Sans CJK TC", lang: "zh", region: "cn", size: 12pt)',
        '#set page(paper: "a4", margin: (x: 27mm, top: 37mm, bottom: 35mm), footer-descent: 40%,'
        ' footer: context align(center)[#text(size: 10pt)[— #counter(page).display() —]])',
        "#set par(first-line-indent: (amount: 2em, all: true), leading: 0.9em)",
    ]
    out += [line(mark) for mark in front["markings"]]
    names = [name.removesuffix("文件") for name in front["authorities"]]
    cells = "".join(f"[#{quote(name)}]," for name in names)
    out.append(
        "#align(center)[#text(size: 17pt, fill: red)[#grid(columns: 2, column-gutter: 1em,"
        f" row-gutter: 0.8em, align: horizon, grid({'columns: 1, row-gutter: 0.8em,'} {cells}),"
        ' "文件")]]'
    )
    out.append(centre(front["number"], "12pt"))
    out.append("#line(length: 100%, stroke: red)")
    out.append(centre(front["title"], "16pt"))
    out.append(line(front["addressees"]))
    out += [f"#par[#{quote(text)}]" for text in front["body"]]
    out += [f"#par[#{quote(text)}]" for text in front["annex_list"]]
    for text in front["signatures"] + [front["date"]]:
        out.append(f"#align(right)[#{quote(text)}]")
    out += [line(text) for text in front["after"]]
    for number, annex in enumerate(annexes, 1):
        how = layout.get(str(number), {})
        page = [line(annex["label"]), centre(annex["title"], "15pt")]
        for part in annex["parts"]:
            if part["caption"]:
                page += ["#pagebreak()", '#align(right)[#"续表"]']
            elif annex["unit"]:
                page.append(f"#align(right)[#{quote(annex['unit'])}]")
            page.append(typst_table(part, how))
        page += [line(note, size="10pt") for note in annex["notes"]]
        flipped = "true" if how.get("landscape") else "false"
        out.append(f"#page(flipped: {flipped})[\n" + "\n".join(page) + "\n]")
    return "\n".join(out)


def typst_table(part, how):
    grid, merged = spans(part, how.get("merge_first_column"))
    hidden = covered(merged)
    tiers = len(part["header"])
    cells = lambda row: "".join(
        "table.cell(rowspan: {}, colspan: {})[#{}],".format(
            *merged.get((row, col), (1, 1)), quote(text)
        )
        for col, text in enumerate(grid[row])
        if (row, col) not in hidden
    )
    header = "table.header(" + "".join(cells(row) for row in range(tiers)) + "),"
    rows = "\n".join(cells(row) for row in range(tiers, len(grid)))
    stroke = "(x: none, y: 0.5pt)" if how.get("ruling") == "horizontal" else "0.5pt"
    return (
        f"#table(columns: (1fr,) * {len(grid[0])}, align: center + horizon, stroke: {stroke},"
        f" {header}\n{rows})"
    )


# --- ReportLab ------------------------------------------------------------------------------------


def reportlab(front, annexes, layout, path):
    font = "STSong-Light"
    style = lambda **how: ParagraphStyle(
        "s", fontName=font, fontSize=12, leading=21, wordWrap="CJK", **how
    )
    flush, indent = style(), style(firstLineIndent=24)
    centre, right = style(alignment=1), style(alignment=2)
    head = ParagraphStyle("h", parent=centre, fontSize=17, leading=26, textColor=colors.red)
    title = ParagraphStyle("t", parent=centre, fontSize=16, leading=26, spaceBefore=10)
    story = [Paragraph(mark, flush) for mark in front["markings"]]
    names = [name.removesuffix("文件") for name in front["authorities"]]
    last = len(names) - 1
    # ReportLab's mark has 文件 behind its last name, as single issuers print it.
    story += [Paragraph(n + ("文件" if i == last else ""), head) for i, n in enumerate(names)]
    story += [Paragraph(front["number"], centre), Paragraph(front["title"], title)]
    story += [Paragraph(front["addressees"], flush)]
    story += [Paragraph(text, indent) for text in front["body"] + front["annex_list"]]
    story += [Spacer(1, 12)]
    story += [Paragraph(text, right) for text in front["signatures"] + [front["date"]]]
    story += [Paragraph(text, flush) for text in front["after"]]
    for number, annex in enumerate(annexes, 1):
        how = layout.get(str(number), {})
        story += [NextPageTemplate("wide" if how.get("landscape") else "tall"), PageBreak()]
        story += [Paragraph(annex["label"], flush), Paragraph(annex["title"], title)]
        for part in annex["parts"]:
            if part["caption"]:
                story += [PageBreak(), Paragraph("续表", right)]
            elif annex["unit"]:
                story.append(Paragraph(annex["unit"], right))
            story += [Spacer(1, 6), reportlab_table(part, how, font)]
        story += [Paragraph(note, flush) for note in annex["notes"]]
    doc = BaseDocTemplate(str(path), pagesize=A4, title=front["title"], author="", subject="")
    templates = []
    for name, size in (("tall", A4), ("wide", landscape(A4))):
        frame = Frame(27 * mm, 25 * mm, size[0] - 54 * mm, size[1] - 55 * mm, id=name)
        templates.append(PageTemplate(name, [frame], onPage=page_number(font), pagesize=size))
    doc.addPageTemplates(templates)
    doc.build(story)


def page_number(font):
    def draw(canvas, doc):
        canvas.setFont(font, 10)
        canvas.drawCentredString(canvas._pagesize[0] / 2, 15 * mm, f"— {doc.page} —")

    return draw


def reportlab_table(part, how, font):
    grid, merged = spans(part, how.get("merge_first_column"))
    commands = [
        ("FONT", (0, 0), (-1, -1), font, 11),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    if how.get("ruling") == "horizontal":
        commands.append(("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black))
        commands.append(("LINEABOVE", (0, 0), (-1, 0), 0.5, colors.black))
    else:
        commands.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    for (row, col), (rows, cols) in merged.items():
        commands.append(("SPAN", (col, row), (col + cols - 1, row + rows - 1)))
    widest = [max(len(row[col]) for row in grid) for col in range(len(grid[0]))]
    widths = [max(60, 12 * min(size, 14)) for size in widest]
    return Table(
        grid, colWidths=widths, repeatRows=len(part["header"]), style=TableStyle(commands)
    )


# --- both -----------------------------------------------------------------------------------------


def main():
    rl_config.invariant = 1
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    ids = sys.argv[1:] or sorted(p.parent.name for p in HERE.glob("*/about.toml"))
    for sample in ids:
        folder = HERE / sample
        layout = tomllib.loads((folder / "about.toml").read_text("utf-8")).get("layout", {})
        with (folder / "notice.txt").open(encoding="utf-8", newline="") as file:
            front, annexes = read(file.read())
        source = typst_source(front, annexes, layout)
        pdf = typst.compile(
            source.encode(),
            font_paths=[sys.prefix],
            ignore_system_fonts=True,
            pdf_tags=False,
        )
        (folder / "notice.pdf").write_bytes(pdf)
        reportlab(front, annexes, layout, folder / "notice-reportlab.pdf")


if __name__ == "__main__":
    main()
