"""Facts in the tables that people work with, exact in each."""

import pickle
from decimal import Decimal
from pathlib import Path

import fubiao
import pytest


@pytest.fixture
def facts(housing: Path) -> fubiao.Table:
    return fubiao.read(housing).facts()


def exact(facts: fubiao.Table) -> "list[Decimal | None]":
    return facts["value"]


def test_tables_are_pickled(housing: Path) -> None:
    notice = fubiao.read(housing)
    nested = fubiao.Pool(jobs=1).documents(["a", "b"], [housing.read_bytes(), b""])
    many = fubiao.facts_batch(["none.pdf", housing])
    for table in (notice.facts(), notice.findings(), notice.diagnostics(), many, nested, fubiao.facts_batch([])):
        again = pickle.loads(pickle.dumps(table))
        assert again.columns == table.columns and again.to_dict() == table.to_dict()
    remarks = pickle.loads(pickle.dumps(notice.findings))
    assert remarks == notice.findings and remarks().to_dict() == notice.findings().to_dict()


def test_a_table_in_pieces_that_do_not_fit_is_refused(facts: fubiao.Table) -> None:
    name, kind, scale, count, there, data, within = facts._native.packed()[1]
    for wrong in (
        (name, kind, scale, count + 1000, there, data, within),
        (name, kind, scale, count, there, data[:1], within),
        (name, kind, scale, count, there, [data[0], b"\xff" * len(data[1])], within),
        (name, "nothing", scale, count, there, data, within),
    ):
        with pytest.raises(ValueError):
            type(facts._native).unpacked([wrong])


def test_pyarrow(facts: fubiao.Table) -> None:
    pa = pytest.importorskip("pyarrow")
    table = facts.to_arrow()
    assert table.equals(pa.table(facts))
    assert table.column_names == facts.columns
    assert table["value"].to_pylist() == exact(facts)
    assert pa.types.is_decimal(table.schema.field("value").type)
    assert table.to_pylist() == facts.to_list()


def test_the_columns_are_those_of_the_parquet_file(housing: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    notice = fubiao.read(housing)
    written = pq.read_table(notice.write(tmp_path / "facts.parquet"))
    assert written.to_pylist() == notice.facts().to_list()
    assert written.schema.field("value").type == notice.to_arrow().schema.field("value").type


def test_pandas(facts: fubiao.Table) -> None:
    pd = pytest.importorskip("pandas")
    frame = facts.to_pandas()
    assert list(frame.columns) == facts.columns
    assert [None if pd.isna(value) else value for value in frame["value"]] == exact(facts)
    assert isinstance(frame["value"].dropna().iloc[0], Decimal)
    assert str(frame["plan_year"].dtype) == "Int64"
    assert frame["value"].dropna().sum() == sum(value for value in exact(facts) if value is not None)


def test_polars(facts: fubiao.Table) -> None:
    pl = pytest.importorskip("polars")
    frame = facts.to_polars()
    assert frame.equals(pl.DataFrame(facts))
    assert frame["value"].to_list() == exact(facts)
    assert isinstance(frame.schema["value"], pl.Decimal)


def test_duckdb(facts: fubiao.Table) -> None:
    duckdb = pytest.importorskip("duckdb")
    total = duckdb.sql("select sum(value) from facts").fetchall()
    assert total == [(sum(value for value in exact(facts) if value is not None),)]


def test_findings_are_tables_too(housing: Path) -> None:
    pytest.importorskip("pyarrow")
    notice = fubiao.read(housing)
    assert notice.findings().to_arrow().num_rows == len(notice.findings)
    assert notice.diagnostics().to_arrow().num_rows == 0


def test_a_figure_that_a_column_can_not_hold_fails_its_document_alone() -> None:
    text = "附件1\n表\n地区\t数\n合计\t3\n甲市\t1.5\n乙市\t1.5\n"
    facts = fubiao.facts_batch(["a"], [text.encode()], scale=0)
    assert (facts["status"], facts["failure"]) == (["failed"], ["not_written"])
    assert Decimal("1.5") in fubiao.facts_batch(["a"], [text.encode()])["value"]
