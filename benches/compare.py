#!/usr/bin/env python3
"""Measures fubiao beside what one would pick instead, in one run on one machine.

    cargo build --release
    pip install pdfplumber camelot-py tabula-py reportlab
    benches/compare.py FOLDER [--fubiao target/release/fubiao] [--part file|archive|pages] [--notices 2000]

FOLDER holds PDFs of notices. pdftotext comes with poppler-utils, tabula needs Java. Printed are CPU
seconds (user and system) and wall time, the least of several runs each, tool after tool in turn, so that
what else the machine does falls on all alike; and their ratios.

file     each PDF: fubiao's checked JSON, the text of pdftotext -layout, the tables of the others
archive  so many copies of the PDFs, each with a comment of its own behind %%EOF, for equal content
         would be known: fubiao batch with one core and two, again with nothing changed, a loop of
         pdftotext over the same files
pages    one notice drawn with 10, 30, 100, 300 and 1,000 pages of tables: time and memory by pages
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OTHERS = {
    "pdfplumber": "import pdfplumber,sys\nfor p in pdfplumber.open(sys.argv[1]).pages: p.extract_tables()",
    "camelot": "import camelot,sys\ncamelot.read_pdf(sys.argv[1], pages='all', flavor='lattice')",
    "tabula": "import tabula,sys\ntabula.read_pdf(sys.argv[1], pages='all', lattice=True, silent=True)",
}


def run(command):
    """CPU seconds, wall seconds and peak memory in MiB of a command; its children count too."""
    since = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - since
    code = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, took, used.ru_maxrss / 1024, code


def least(commands, times):
    """The least CPU and wall time of each command, run in turn."""
    runs = [[run(command) for command in commands] for _ in range(times)]
    return [[min(r[i][j] for r in runs) for j in (0, 1)] + [max(r[i][2] for r in runs)]
            for i in range(len(commands))]


def file_part(args, pdfs):
    print("\n## One process, one PDF\n")
    print("| PDF | fubiao CPU ms | wall ms | MiB | pdftotext CPU ms | wall ms | ratio CPU | ratio wall |")
    print("|---|---|---|---|---|---|---|---|")
    ratios = []
    for pdf in pdfs:
        ours, text = least([[args.fubiao, "convert", "-q", pdf], ["pdftotext", "-layout", pdf, "-"]], args.times)
        ratios.append((ours[1] / text[1], ours[0] / text[0]))
        print(f"| {Path(pdf).name} | {ours[0]*1e3:.1f} | {ours[1]*1e3:.1f} | {ours[2]:.0f} "
              f"| {text[0]*1e3:.1f} | {text[1]*1e3:.1f} | {ours[0]/text[0]:.2f} | {ours[1]/text[1]:.2f} |", flush=True)
    walls = sorted(r[0] for r in ratios)
    print(f"\nwall time over pdftotext's: least {walls[0]:.2f}, median {walls[len(walls)//2]:.2f}, most {walls[-1]:.2f}")
    print("\n| tool | PDF | CPU s | wall s | times fubiao's wall |")
    print("|---|---|---|---|---|")
    for pdf in args.tables or pdfs[:1]:
        ours, = least([[args.fubiao, "convert", "-q", pdf]], args.times)
        for tool, program in OTHERS.items():
            command = [args.python, "-c", program, pdf]
            if run(command)[3] != 0:
                print(f"| {tool} | {Path(pdf).name} | not to be had here | | |")
                continue
            theirs, = least([command], 2)
            print(f"| {tool} | {Path(pdf).name} | {theirs[0]:.2f} | {theirs[1]:.2f} | {theirs[1]/ours[1]:.0f} |", flush=True)


def archive_part(args, pdfs, work):
    print(f"\n## An archive of {args.notices} notices\n")
    folder = work / "archive"
    folder.mkdir()
    for i in range(args.notices):
        source = Path(pdfs[i % len(pdfs)])
        data = source.read_bytes() + f"\n% copy {i}\n".encode()
        (folder / f"{i:05}-{source.name}").write_bytes(data)
    loop = f'for f in {folder}/*.pdf; do pdftotext -layout "$f" /dev/null; done'
    rows = [("pdftotext, one after the other", run(["sh", "-c", loop]))]
    for jobs in (1, 2):
        out = work / f"out{jobs}"
        command = [args.fubiao, "batch", "-q", str(folder), "--out", str(out), "--jobs", str(jobs)]
        rows.append((f"fubiao batch --jobs {jobs}", run(command)))
    rows.append(("the same again, nothing changed", run(command)))
    same = subprocess.run(["diff", "-rq", "-x", "report.*", str(work / "out1"), str(work / "out2")], capture_output=True)
    print("| what | CPU s | wall s | peak MiB of the largest process | notices a CPU second |")
    print("|---|---|---|---|---|")
    for what, (cpu, wall, memory, _) in rows:
        print(f"| {what} | {cpu:.1f} | {wall:.1f} | {memory:.0f} | {args.notices/cpu:.0f} |")
    text, one, two, again = (row[1] for row in rows)
    print(f"\nnotices a CPU second over pdftotext's: {text[0]/one[0]:.2f}")
    print(f"two cores over one, wall: {one[1]/two[1]:.2f}")
    print(f"first run over a run with nothing changed: wall {two[1]/again[1]:.0f}, CPU {two[0]/again[0]:.0f}")
    print("outputs of one core and two:", "the same" if not same.stdout else same.stdout.decode()[:500])


def pages_part(args, work):
    print("\n## By pages\n")
    print("| pages | KB | CPU s | ms a page | peak MiB | pdftotext CPU s |")
    print("|---|---|---|---|---|---|")
    for pages in (10, 30, 100, 300, 1000):
        pdf = work / f"{pages}.pdf"
        draw(pdf, pages)
        ours, text = least([[args.fubiao, "convert", "-q", str(pdf)], ["pdftotext", "-layout", str(pdf), "-"]],
                           3 if pages < 300 else 2)
        print(f"| {pages} | {pdf.stat().st_size//1024} | {ours[0]:.3f} | {ours[0]/pages*1e3:.2f} "
              f"| {ours[2]:.0f} | {text[0]:.3f} |", flush=True)


def draw(path, pages):
    """A notice whose annexes take so many pages: 12 pages and 300 counties an annex, with sums that hold."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    left, columns, height, per_page = 60, (0, 130, 250, 370, 475), 22, 30

    def text(x, y, words, size=12):
        canvas.setFont("STSong-Light", size)
        canvas.drawString(x, y, words)

    annexes = max(1, -(-(pages - 1) // 12))
    text(left, 760, "关于下达2023年保障性安居工程计划的通知", 18)
    text(left, 720, "各设区市人民政府：")
    text(left, 696, "现将2023年计划下达给你们，请认真组织实施。")
    for a in range(min(annexes, 25)):
        text(left, 668 - 24 * a, f"{'附件：' if a == 0 else ''}{a + 1}.保障性安居工程计划任务表")
    canvas.showPage()
    for page in range(pages - 1):
        annex, part = divmod(page, 12)
        y = 790
        if part == 0:
            text(left, y, f"附件{annex + 1}")
            text(150, y - 28, "保障性安居工程计划任务表", 16)
        y = 735
        count = per_page + 1
        rows = [("市、县名称", "开工任务", "基本建成", "改造户数")]
        first = annex * 1000 + part * per_page
        body = [(f"第{first + i}县", 10 + i, 20 + i % 7, 3 * i) for i in range(per_page)]
        rows += [(name, *map(str, figures)) for name, *figures in body]
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                text(left + columns[c] + 6, y - height * (r + 1) + 7, cell, 10)
        for r in range(count + 1):
            canvas.line(left, y - height * r, left + columns[-1], y - height * r)
        for x in columns:
            canvas.line(left + x, y, left + x, y - height * count)
        canvas.showPage()
    canvas.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--fubiao", default="target/release/fubiao")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the other tools")
    parser.add_argument("--part", choices=["file", "archive", "pages"], action="append")
    parser.add_argument("--tables", action="append", help="a PDF that the table readers get; the first by default")
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--times", type=int, default=9)
    args = parser.parse_args()
    pdfs = sorted(str(p) for p in Path(args.folder).glob("*.pdf"))
    if not pdfs:
        sys.exit(f"{args.folder}: no PDF")
    work = Path(tempfile.mkdtemp(prefix="fubiao-compare-"))
    parts = args.part or ["file", "archive", "pages"]
    try:
        if "file" in parts:
            file_part(args, pdfs)
        if "archive" in parts:
            archive_part(args, pdfs, work)
        if "pages" in parts:
            pages_part(args, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
