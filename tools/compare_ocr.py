#!/usr/bin/env python3
"""compare_ocr.py FUBIAO FOLDER [PYTHON]: fubiao, tesseract and the Python reference on the same scans, in one run.

FOLDER holds NAME.pdf beside NAME.truth.json (tables of cells with their text). Counted for each engine: figures whose
exact text (NFKC, no spaces) stands alone in a cell, a box or a word, wherever on the page; CPU seconds, and the most
memory of the process. Each page is a process of its own, so loading the models counts.

Needs pypdfium2, and tesseract with chi_sim. PYTHON is one with `pip install rapidocr==3.10.0 onnxruntime pillow`; without it
the reference is left out. All engines get one thread where they can be told so."""
import json, os, re, subprocess, sys, tempfile, unicodedata
from collections import Counter
from pathlib import Path

REFERENCE = """
import json, sys
from rapidocr import RapidOCR
engine = RapidOCR(params={"Global.use_cls": sys.argv[2] == "on", "Global.log_level": "error"})
print(json.dumps(list(engine(sys.argv[1]).txts or [])))
"""
ENV = dict(os.environ, OMP_THREAD_LIMIT="1", OMP_NUM_THREADS="1")
NUMBER = re.compile(r"^[-±]?\.?\d[\d,.]*%?$")


def plain(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("–", "-")


def run(*command):
    """What a command prints, its CPU seconds, and its most memory in MiB."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.DEVNULL, env=ENV)
        _, _, used = os.wait4(child.pid, 0)
        out.seek(0)
        return out.read().decode("utf-8", "replace"), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def fubiao(binary):
    def read(pdf, _):
        out, cpu, memory = run(binary, "convert", "--format", "tables", pdf)
        tables = json.loads(out or '{"tables": []}')["tables"]
        return [cell["text"] for table in tables for cell in table["cells"]], cpu, memory
    return read


def tesseract(mode):
    def read(_, png):
        out, cpu, memory = run("tesseract", png, "-", "-l", "chi_sim", "--psm", mode, "tsv")
        rows = [line.split("\t") for line in out.splitlines()[1:]]
        return [row[11] for row in rows if len(row) > 11], cpu, memory
    return read


def reference(python, classifier):
    def read(_, png):
        out, cpu, memory = run(python, "-c", REFERENCE, png, classifier)
        return json.loads(out.splitlines()[-1] if out.strip() else "[]"), cpu, memory
    return read


def picture(pdf, folder):
    """The page at the density of its picture, as fubiao draws it."""
    import pypdfium2
    page = pypdfium2.PdfDocument(pdf)[0]
    images = [i for i in page.get_objects() if i.type == 3]
    width = max((i.get_px_size()[0] for i in images), default=page.get_width() / 72 * 200)
    png = Path(folder, pdf.stem + ".png")
    page.render(scale=width / page.get_width()).to_pil().save(png)
    return png


def main(binary, folder, python=None):
    engines = {"fubiao": fubiao(binary), "tesseract psm 6": tesseract("6"), "tesseract psm 11": tesseract("11")}
    if python:
        engines |= {f"reference, classifier {state}": reference(python, state) for state in ("off", "on")}
    total = {name: Counter() for name in engines}
    with tempfile.TemporaryDirectory() as pictures:
        for path in sorted(Path(folder).glob("*.truth.json")):
            truth = json.loads(path.read_text("utf-8"))
            if not truth["tables"]:
                continue
            texts = [plain(cell["text"]) for cell in truth["tables"][0]["cells"]]
            figures = Counter(text for text in texts if NUMBER.match(text))
            pdf = path.with_name(truth["id"] + ".pdf")
            png = picture(pdf, pictures)
            for name, read in engines.items():
                found, cpu, memory = read(pdf, png)
                right = sum((figures & Counter(map(plain, found))).values())
                total[name] += Counter(right=right, of=sum(figures.values()), cpu=cpu, pages=1)
                total[name]["memory"] = max(total[name]["memory"], memory)
                print(f"{truth['id']:18} {name:26} {right}/{sum(figures.values())} {cpu:.1f} s {memory:.0f} MiB", flush=True)
    for name, t in total.items():
        print(f"{name:26} {t['right']} of {t['of']}, {t['cpu'] / t['pages']:.1f} s a page, {t['memory']:.0f} MiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
