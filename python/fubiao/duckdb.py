"""An archive as a database: ``fubiao.duckdb.build("results", "archive.duckdb")``, then SQL.

The file holds what is in it and needs neither fubiao nor the folder of results. Needs ``pip install 'fubiao[duckdb]'``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from . import _fubiao
from ._notice import Notice, StrPath, load
from ._table import divisions

if TYPE_CHECKING:
    import duckdb

__all__ = ["TABLES", "build"]

#: What the database has, and what each is for.
TABLES = {
    "facts": "one row a cell, as fubiao batch writes them",
    "findings": "what notices say against themselves",
    "diagnostics": "what could not be read with confidence",
    "divisions": "administrative divisions by date, each with the code it went on under",
    "headers": "what each title and header speaks of: programme and stage",
    "facts_followed": "facts with the code that their region has today, programme and stage (a view)",
    "plan_completion": "what was to be started in a year against what was completed in the next, by region (a view)",
    "across": "findings between notices of following years: fubiao check NEW OLD over the archive; of a folder that "
    "fubiao batch wrote",
}

#: Regions are followed by code; where the standard numbers none, by parent and name.
_FACTS_FOLLOWED = """
create or replace view facts_followed as
select
    facts.*,
    coalesce(today.followed_code, facts.code) as followed_code,
    coalesce(today.followed_code, facts.code, concat_ws('/', facts.parent, facts.region)) as region_key,
    headers.programme,
    headers.stage,
    headers.leaf
from facts
left join (select distinct code, followed_code from divisions) as today on today.code = facts.code
left join headers
    on headers.annex_title is not distinct from facts.annex_title and headers.column_path = facts.column_path
"""

#: As check::across in the crate: completed here, started there; one programme, unit and thing counted; the older year
#: in the words of the newer column. Of several columns that fit, none is taken: which one is meant is left open.
_PLAN_COMPLETION = """
create or replace view plan_completion as
with counted as (
    select
        *,
        substr(coalesce(followed_code, doc_id), 1, 2) as province,
        coalesce(annex_title, '') || '/' || column_path as words
    from facts_followed
    where programme is not null and stage is not null and level not in ('province', 'subtotal')
),
started as (
    select
        plan_year, region_key, programme, unit, leaf, any_value(value) as value, any_value(doc_id) as doc_id,
        count(distinct words) as columns, count(*) as cells
    from counted
    where stage <> '完工'
    group by all
),
completed as (
    select
        plan_year, region_key, programme, unit, leaf, any_value(value) as value, any_value(doc_id) as doc_id,
        any_value(region) as region, any_value(parent) as parent, any_value(level) as level,
        any_value(followed_code) as code, count(distinct words) as columns, count(*) as cells
    from counted
    where stage = '完工' and contains(words, (plan_year - 1)::varchar)
    group by all
)
select
    completed.plan_year as year,
    completed.code,
    completed.region,
    completed.parent,
    completed.level,
    completed.programme,
    completed.leaf as counted,
    completed.unit,
    started.value as planned,
    completed.value as completed,
    coalesce(started.value, 0) - coalesce(completed.value, 0) as missing,
    started.doc_id as planned_in,
    completed.doc_id as completed_in
from completed
join started
    on started.plan_year = completed.plan_year - 1
    and started.region_key = completed.region_key
    and started.programme = completed.programme
    and started.unit is not distinct from completed.unit
    and started.leaf = completed.leaf
where started.columns = 1 and started.cells = 1 and completed.columns = 1 and completed.cells = 1
"""


def build(results: StrPath, path: StrPath) -> "duckdb.DuckDBPyConnection":
    """Makes a DuckDB file of an archive's results, and opens it.

    >>> db = fubiao.duckdb.build("results", "archive.duckdb")  # doctest: +SKIP
    >>> db.sql("from plan_completion where missing > 0 order by year, code")  # doctest: +SKIP

    :param results: a folder that ``fubiao batch`` or :mod:`fubiao.spark` wrote.
    :param path: the database, which is made anew; ``":memory:"`` for none.
    :returns: a connection to it.
    """
    import duckdb

    folder = Path(results)
    if str(path) != ":memory:":
        Path(path).unlink(missing_ok=True)
    db = duckdb.connect(str(path))
    for table in ("facts", "findings", "diagnostics"):
        db.execute(f"create table {table} as from {_source(folder, table)}")
    known = divisions()  # noqa: F841 - the query names it
    db.execute("create table divisions as select * from known order by code, from_year")
    _headers(db)
    db.execute(_FACTS_FOLLOWED)
    db.execute(_PLAN_COMPLETION)
    _across(db, folder)
    for name, what in TABLES.items():
        kind = "view" if what.endswith("(a view)") else "table"
        db.execute(f"comment on {kind} {name} is '{what}'")
    return db


def _source(folder: Path, table: str) -> str:
    """The files of a table, as a query names them."""

    def quoted(path: Path) -> str:
        return "'" + str(path).replace("'", "''") + "'"

    whole = folder / f"{table}.parquet"
    if whole.exists():
        return f"read_parquet({quoted(whole)})"
    if any((folder / table).glob("**/*.parquet")):
        parts = quoted(folder / table / "**" / "*.parquet")
        kind = ", hive_types={'plan_year': int}" if table == "facts" else ""
        return f"read_parquet({parts}, hive_partitioning=true, union_by_name=true{kind})"
    lines = folder / f"{table}.ndjson"
    if lines.exists() or table == "facts":
        raise FileNotFoundError(f"{whole}: run fubiao batch with --format parquet")
    raise FileNotFoundError(str(whole))


def _headers(db: "duckdb.DuckDBPyConnection") -> None:
    """What titles and headers speak of, by the words that fubiao itself goes by."""
    rows: list[tuple[Optional[str], str, Optional[str], Optional[str], str]] = []
    for title, header in db.execute("select distinct annex_title, column_path from facts").fetchall():
        of_header, of_title = _fubiao.about(header), _fubiao.about(title or "")
        both = [own or other for own, other in zip(of_header, of_title)]
        rows.append((title, header, both[0], both[1], header.rsplit("/", 1)[-1]))
    db.execute("create table headers(annex_title text, column_path text, programme text, stage text, leaf text)")
    if rows:
        db.executemany("insert into headers values (?, ?, ?, ?, ?)", rows)


def _across(db: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Findings between notices of following years, where the results themselves are there."""
    db.execute("create table across as from findings limit 0")
    of_authority: dict[Any, list[tuple[Any, Path]]] = {}
    for result in sorted((folder / "notices").glob("**/*.json")):
        head = json.loads(result.read_text(encoding="utf-8"))
        of_authority.setdefault(tuple(head["issuing_authorities"][:1]), []).append((head["plan_year"], result))
    for results in of_authority.values():
        read: dict[Path, Notice] = {}
        for year, result in results:
            near = [old for before, old in results if year and before in (year - 1, year) and old != result]
            for old in near:
                for one in (old, result):
                    if one not in read:
                        read[one] = load(one)
                found = read[result].across(read[old])
                if found is not None:
                    db.execute("insert into across by name select * from found")
