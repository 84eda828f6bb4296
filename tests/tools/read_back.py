#!/usr/bin/env python3
"""Holds what fubiao writes against the tools people read it with.

    python3 -m venv tools && tools/bin/pip install -r tests/tools/requirements.txt
    tools/bin/python tests/tools/read_back.py target/release/fubiao

Each sample is written as CSV, Parquet, Excel and Data Package, read back by pandas, DuckDB, openpyxl,
frictionless and, where it is installed, LibreOffice Calc, and compared with the facts as JSON. Then all of them are
read as one archive, split by year, and its partitions, tables and package are opened as people open them: by the
folder (pandas, pyarrow, polars) and by a pattern (DuckDB).
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet
from frictionless import Package

SAMPLES = Path(__file__).parents[2] / "samples"


def main():
    fubiao = Path(sys.argv[1]).resolve()
    samples = sorted(SAMPLES.glob("*/notice.pdf")) + sorted(SAMPLES.glob("*/notice.txt"))
    assert samples, f"no samples in {SAMPLES}"
    for sample in samples:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            facts = written(fubiao, sample, out)
            for check in (pandas_reads_csv, pandas_reads_parquet, duckdb_reads_parquet,
                          openpyxl_reads_excel, frictionless_accepts, calc_reads_excel):
                said = check(out, facts)
                print(f"{sample.parent.name}/{sample.name}: {check.__name__}: {said or 'ok'}")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        facts = written_together(fubiao, out)
        for check in (pandas_reads_partitions, pyarrow_reads_partitions, polars_reads_partitions,
                      duckdb_reads_partitions, duckdb_joins_remarks, frictionless_accepts_archive):
            print(f"archive: {check.__name__}: {check(out, facts) or 'ok'}")


def written(fubiao, sample, out):
    """Writes the sample in all forms; gives its facts."""
    def convert(form, name):
        command = [fubiao, "convert", sample, "--quiet", "--format", form, "-o", out / name]
        subprocess.run(command, check=True)

    for form, name in [("facts", "facts.ndjson"), ("csv", "facts.csv"), ("parquet", "facts.parquet"),
                       ("xlsx", "notice.xlsx"), ("datapackage", "package")]:
        convert(form, name)
    lines = (out / "facts.ndjson").read_text("utf-8").splitlines()
    facts = [json.loads(line) for line in lines]
    assert len(facts) > 50, "a sample holds more facts than that"
    return facts


def written_together(fubiao, out):
    """Writes all samples as one archive, split by year; gives their facts."""
    command = [fubiao, "batch", SAMPLES, "--out", out, "--quiet", "--partition", "plan_year",
               "--format", "facts,parquet,datapackage"]
    # 3: some files beside the samples are no notices.
    assert subprocess.run(command, check=False).returncode in (0, 3)
    lines = (out / "facts.ndjson").read_text("utf-8").splitlines()
    facts = [json.loads(line) for line in lines]
    years = {fact["plan_year"] for fact in facts}
    assert len(years) > 1, "the samples are of several years"
    assert len(list((out / "facts").iterdir())) == len(years), "one part a year"
    return facts


def by_year(facts):
    """Facts and the sum of their figures, by year."""
    years = {}
    for fact, figure in zip(facts, figures(facts)):
        # 0 stands for the year of a notice that names none.
        year = fact["plan_year"] or 0
        count, total = years.get(year, (0, Decimal(0)))
        years[year] = (count + 1, total + (figure or 0))
    return years


def same_years(rows, facts):
    """Compares (year, facts, sum) of a tool with what the facts say."""
    got = {int(year): (count, total) for year, count, total in rows}
    assert got == by_year(facts), f"{got}, expected {by_year(facts)}"


def pandas_reads_partitions(out, facts):
    table = pandas.read_parquet(out / "facts")
    figure = table["value"].map(lambda value: value or Decimal(0))
    groups = figure.groupby(table["plan_year"].astype(int))
    same_years([(year, len(group), sum(group, Decimal(0))) for year, group in groups], facts)
    largest = max((v for v in figures(facts) if v is not None and v == v.to_integral()), default=0)
    assert largest in set(figure), "a whole number is a whole number"


def pyarrow_reads_partitions(out, facts):
    data = pyarrow.dataset.dataset(out / "facts", format="parquet", partitioning="hive")
    rows = data.to_table(columns=["plan_year", "value"]).to_pylist()
    years = {}
    for row in rows:
        count, total = years.get(row["plan_year"], (0, Decimal(0)))
        years[row["plan_year"]] = (count + 1, total + (row["value"] or 0))
    same_years([(year, *of) for year, of in years.items()], facts)


def polars_reads_partitions(out, facts):
    table = polars.scan_parquet(out / "facts", hive_partitioning=True)
    groups = table.group_by("plan_year").agg(polars.len(), polars.col("value").sum()).collect()
    same_years(groups.rows(), facts)


def duckdb_reads_partitions(out, facts):
    path = str(out / "facts/*/*.parquet").replace("'", "''")
    rows = duckdb.sql(f"select plan_year, count(*), coalesce(sum(value), 0) from '{path}' group by 1")
    same_years(rows.fetchall(), facts)
    named = duckdb.sql(f"select count(column_path) from '{path}'").fetchall()
    assert named == [(len(facts),)], "column_path needs no quotes"


def duckdb_joins_remarks(out, facts):
    path = str(out).replace("'", "''")
    for name in ("findings", "diagnostics"):
        lonely = duckdb.sql(f"""
            select count(*) from '{path}/{name}.parquet' r
            where r.plan_year is not null
            and r.doc_id not in (select doc_id from '{path}/facts/*/*.parquet')""").fetchall()
        assert lonely == [(0,)], f"{name}: {lonely}"


def frictionless_accepts_archive(out, facts):
    report = Package(str(out / "datapackage/datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]


def same(got, want, what):
    assert len(got) == len(want), f"{what}: {len(got)} values, expected {len(want)}"
    for number, (a, b) in enumerate(zip(got, want)):
        assert a == b, f"{what}, fact {number + 1}: {a!r}, expected {b!r}"


def figures(facts):
    """The exact figures; a cell of text has none in columns of numbers."""
    return [Decimal(f["value"]) if f["status"] == "value" else None for f in facts]


def pandas_reads_csv(out, facts):
    table = pandas.read_csv(out / "facts.csv", dtype=str, keep_default_na=False)
    same(list(table["region"]), [f["region"] for f in facts], "region")
    same(list(table["column_path"]), ["/".join(f["column"]) for f in facts], "column")
    same(list(table["status"]), [f["status"] for f in facts], "status")
    numbers = [(Decimal(v) if s == "value" else None)
               for v, s in zip(table["value"], table["status"])]
    same(numbers, figures(facts), "value")


def pandas_reads_parquet(out, facts):
    table = pandas.read_parquet(out / "facts.parquet")
    same(list(table["region"]), [f["region"] for f in facts], "region")
    same([None if v is None else v.normalize() for v in table["value"]],
         [None if v is None else v.normalize() for v in figures(facts)], "value")
    described = pyarrow.parquet.read_metadata(out / "facts.parquet").metadata
    columns = json.loads(described[b"fubiao.columns"])
    same(sorted(columns), sorted(table.columns), "described columns")


def duckdb_reads_parquet(out, facts):
    path = str(out / "facts.parquet").replace("'", "''")
    blank, total, kind = duckdb.sql(f"""
        select count(*) filter (where status = 'blank'), sum(value), any_value(typeof(value))
        from '{path}'""").fetchall()[0]
    assert kind.startswith("DECIMAL"), kind
    assert blank == sum(f["status"] == "blank" for f in facts), blank
    assert total == sum(v for v in figures(facts) if v is not None), total
    boxes = duckdb.sql(f"select count(*) from '{path}' where bbox.x1 < bbox.x0").fetchall()[0]
    assert boxes == (0,), boxes


def sheets(path):
    return openpyxl.load_workbook(path)


def openpyxl_reads_excel(out, facts):
    book = sheets(out / "notice.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells), "a cell is a formula"
    table = book["数据"]
    head = [cell.value for cell in table[1]]
    rows = [dict(zip(head, [cell.value for cell in row])) for row in table.iter_rows(min_row=2)]
    same([row["region"] for row in rows], [f["region"] for f in facts], "region")
    numbers = [row["value"] for row, f in zip(rows, facts) if f["status"] == "value"]
    assert all(isinstance(number, (int, float)) for number in numbers), "a figure is text"
    same([Decimal(str(n)).normalize() for n in numbers],
         [v.normalize() for v in figures(facts) if v is not None], "value")
    merged = sum(len(sheet.merged_cells.ranges) for sheet in book)
    assert merged > 0, "no header is merged"


def frictionless_accepts(out, facts):
    package = out / "package"
    report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]
    # A figure that is none must be refused, or the check says nothing.
    table = package / "data" / "facts.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[0].index("value")
    next(row for row in rows[1:] if row[at])[at] = "many"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    report = Package(str(package / "datapackage.json")).validate()
    assert not report.valid, "a wrong figure was accepted"


def calc_reads_excel(out, facts):
    office = shutil.which("soffice") or shutil.which("localc")
    if office is None:
        return "skipped: LibreOffice is not installed"
    # Writer may be there alone; without windows Calc has a library and no command.
    program = Path(office).resolve().parent
    has_calc = any((program / part).exists() for part in ("scalc", "libsclo.so"))
    if shutil.which("localc") is None and not has_calc:
        return "skipped: LibreOffice has no Calc here"
    # -1: every sheet into a file of its own.
    token = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", token, "--outdir", out, out / "notice.xlsx"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with (out / "notice-数据.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    same([row["region"] for row in rows], [f["region"] for f in facts], "region")
    # Calc keeps some 15 digits, as Excel does; samples hold no more.
    same([Decimal(row["value"]).normalize() if f["status"] == "value" else None
          for row, f in zip(rows, facts)],
         [None if v is None else v.normalize() for v in figures(facts)], "value")


if __name__ == "__main__":
    main()
