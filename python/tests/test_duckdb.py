"""An archive as a database."""

import csv
from decimal import Decimal
from pathlib import Path

import fubiao
import pytest
from drawn import draw_archive

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of three drawn years."""
    folder = tmp_path_factory.mktemp("archive")
    draw_archive.draw(folder / "notices")
    assert fubiao.batch(folder / "notices", folder / "results").status == 0
    return folder / "results"


def test_what_counties_missed_is_what_was_drawn(results: Path, tmp_path: Path) -> None:
    from fubiao import duckdb

    db = duckdb.build(results, tmp_path / "archive.duckdb")
    found = db.sql(
        "select year, region, planned, completed from plan_completion "
        "where level = 'county' and unit = '个' and missing > 0"
    ).fetchall()
    with open(results.parent / "truth.csv", encoding="utf-8", newline="") as file:
        drawn = [
            (int(row["year"]), row["county"], Decimal(row["planned"]), Decimal(row["completed"]))
            for row in csv.DictReader(file)
        ]
    assert sorted(found) == sorted(drawn) and len(drawn) > 20
    # The rest did what they were to.
    assert db.sql("select min(missing), count(distinct year) from plan_completion").fetchall() == [(0, 2)]


def test_regions_are_followed_through_renames(results: Path) -> None:
    from fubiao import duckdb

    db = duckdb.build(results, ":memory:")
    names = "select distinct plan_year, code, region, followed_code from facts_followed where region like '龙南%'"
    assert db.sql(f"{names} order by plan_year").fetchall() == [
        (2019, "360727", "龙南县", "360783"),
        (2020, "360727", "龙南县", "360783"),
        (2021, "360783", "龙南市", "360783"),
    ]
    compared = db.sql("select count(*) from plan_completion where code = '360783'").fetchall()
    assert compared == [(4,)]


def test_findings_across_years_are_a_table(results: Path) -> None:
    from fubiao import duckdb

    db = duckdb.build(results, ":memory:")
    told = db.sql("select distinct plan_year, suspect_region from across where suspect_column_path like '小区%'")
    missed = db.sql("select distinct year, region from plan_completion where missing > 0 and unit = '个'")
    # The total of a province is found too; the view leaves totals out.
    of_regions = {row for row in told.fetchall() if row[1] != "合计"}
    assert of_regions == set(missed.fetchall())


def test_a_folder_without_results_says_so(tmp_path: Path) -> None:
    from fubiao import duckdb

    with pytest.raises(FileNotFoundError, match="fubiao batch"):
        duckdb.build(tmp_path, ":memory:")
