"""The examples are run."""

import os
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_sql_pandas_and_polars_say_which_counties_missed_their_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("duckdb", "pandas", "pyarrow", "matplotlib"):
        pytest.importorskip(package)
    # Older ones do not know the order of floats that our Parquet names.
    pytest.importorskip("polars", minversion="2.0")
    monkeypatch.setenv("FUBIAO_EXAMPLE", str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delitem(os.environ, "DISPLAY", raising=False)
    answers = runpy.run_path(str(EXAMPLES / "missed_shares.py"))["answers"]
    told = {name: [(int(year), code, float(missing)) for year, code, missing in rows] for name, rows in answers.items()}
    assert told["sql"] == told["pandas"] == told["polars"]
    assert len(told["sql"]) > 20
    assert (tmp_path / "missed.png").stat().st_size > 10_000
