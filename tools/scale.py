#!/usr/bin/env python3
"""What many notices take by each road, for docs/scale.md: the command, Python, Spark and Daft over one drawn archive.

    pip install fubiao pyspark daft pyarrow && tools/scale.py [TEXTS [PDFS]]

CPU seconds are those of all processes of a road, its start among them; compare them, and wall times only where the
machine does nothing else. On Linux they are whole: what a road leaves running, a JVM say, is waited for. PDFs are the
housing sample, each with a comment of its own behind its end.
"""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE / "python" / "tests"))

JOBS = 2

ROADS = {
    "nothing but Python": "import fubiao",
    "fubiao batch": "fubiao.batch(folder, out, jobs=JOBS, format=['parquet'])",
    "read_batch": "print(len(fubiao.read_batch(paths, jobs=JOBS, results=False)))",
    "facts_batch to pyarrow": "print(fubiao.facts_batch(paths, jobs=JOBS).to_arrow().num_rows)",
    "facts_batch in this process": "print(len(fubiao.facts_batch(paths, jobs=JOBS, isolate=False)))",
    "read, one after the other": "print(sum(len(fubiao.read(path).facts()) for path in paths))",
    "Spark, nothing": "spark().range(10).count()",
    "Spark, read": "import fubiao.spark as s; print(s.read(spark(), folder).count())",
    "Spark, archive": "import fubiao.spark as s; print(s.archive(spark(), folder, out))",
    "Daft, read": "import fubiao.daft as d; print(len(d.read(folder + '/**').to_pydict()['value']))",
}

BEFORE = """
import os, sys, fubiao
from pathlib import Path
JOBS, folder, out = {jobs}, {folder!r}, {out!r}
paths = sorted(path for path in Path(folder).rglob('*') if path.is_file())
def spark():
    from pyspark.sql import SparkSession
    os.environ['PYSPARK_PYTHON'] = sys.executable
    session = SparkSession.builder.master('local[{jobs}]').config('spark.ui.enabled', 'false').getOrCreate()
    session.sparkContext.setLogLevel('OFF')
    return session
"""


def draw(folder: Path, texts: int, pdfs: int) -> None:
    import drawn

    for number in range(texts):
        file = folder / str(2019 + number % 3) / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(drawn.small_notice(number), encoding="utf-8")
    sample = (HERE / "samples" / "housing-2023" / "notice.pdf").read_bytes()
    for number in range(pdfs):
        (folder / f"{number}.pdf").write_bytes(sample + b"%%%d\n" % number)


def adopt() -> None:
    """Makes this process the parent of those whose own parent is gone, so that their CPU time counts as well."""
    if sys.platform.startswith("linux"):
        PR_SET_CHILD_SUBREAPER = 36
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_all() -> None:
    """Waits for what was adopted."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def main(texts: int, pdfs: int) -> None:
    adopt()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "notices"
        folder.mkdir()
        draw(folder, texts, pdfs)
        count = texts + pdfs
        print(f"{texts} texts, {pdfs} PDFs, {JOBS} at a time")
        for name, code in ROADS.items():
            before = BEFORE.format(jobs=JOBS, folder=str(folder), out=str(Path(work) / name.replace(" ", "-")))
            since, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            run = subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True)
            took = time.monotonic() - since
            wait_for_all()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
            if run.returncode != 0:
                print(f"| {name} | failed: {run.stderr.strip().splitlines()[-1]} |")
                continue
            print(f"| {name} | {cpu:.1f} | {1000 * cpu / count:.1f} | {took:.1f} | {count / took:.0f} |", flush=True)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:3]]
    main(*(words + [2000, 200][len(words) :]))
