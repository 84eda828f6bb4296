"""Spark and Daft: the same facts as ``fubiao batch``, whatever is among the notices and whatever is killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fubiao
import pytest
from drawn import HOSTILE, archive, small_notice

pa = pytest.importorskip("pyarrow")
import pyarrow.parquet as pq  # noqa: E402

#: So many notices, besides those that do harm.
NOTICES = int(os.environ.get("FUBIAO_TEST_NOTICES", "100"))


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engines") / "notices"
    archive(folder, NOTICES)
    return folder


Row = tuple[Any, ...]


def rows(facts: "pa.Table") -> list[Row]:
    """Facts as they can be compared: each a tuple, in order of names."""
    names = sorted(set(facts.column_names) - {"run", "failure", "message"})
    plain = [tuple(_plain(row[name]) for name in names) for row in facts.to_pylist() if row["region"] is not None]
    return sorted(plain, key=repr)


def _plain(value: Any) -> Any:
    """Decimals that are equal as one; whole numbers of any width are as they are."""
    if isinstance(value, dict):
        return tuple(value.values())
    return value.normalize() if hasattr(value, "normalize") else value


class Batch:
    """What ``fubiao batch`` makes of the archive."""

    def __init__(self, notices: Path, out: Path) -> None:
        run = fubiao.batch(notices, out, jobs=2, **HOSTILE)
        assert run.status == 3
        self.facts = rows(pq.read_table(out / "facts.parquet"))
        self.failed = {failed["name"]: failed["reason"] for failed in run.report["failures"]}


def without_result(failures: "dict[str, str]") -> "dict[str, str]":
    """Why notices failed; which of two limits is met first depends on how busy the machine is."""
    return {name: {"timeout": "limit", "memory": "limit"}.get(why, why) for name, why in failures.items()}


@pytest.fixture(scope="module")
def batch(notices: Path) -> Batch:
    return Batch(notices, notices.parent / "batch")


# ---- Spark ----


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A cluster of two worker processes on this machine."""
    sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .appName("fubiao tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.executor.memory", "768m")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def descendants(word: bytes) -> list[int]:
    """Processes below this one whose command line has the word."""
    parents, named = {}, []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(") ", 1)[1].split()[1])
            if word in (stat.parent / "cmdline").read_bytes():
                named.append(int(stat.parent.name))
        except OSError:
            continue

    def is_ours(process: int) -> bool:
        while process in parents:
            if process == os.getpid():
                return True
            process = parents[process]
        return False

    return [process for process in named if is_ours(process)]


class Killer(threading.Thread):
    """Kills one executor while it reads notices."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.killed = False

    def run(self) -> None:
        until = time.monotonic() + 120
        while not descendants(b"\0worker\0") and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        executors = descendants(b"CoarseGrainedExecutorBackend")
        if executors:
            os.kill(executors[0], signal.SIGKILL)
            self.killed = True


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_spark_gives_the_facts_of_batch_though_an_executor_is_killed(
    spark: Any, notices: Path, batch: Batch, tmp_path: Path
) -> None:
    from fubiao import spark as on_spark

    # Tasks of a few notices, so that there is a middle to be killed in.
    on_spark.TASK_BYTES, on_spark.OPEN_BYTES = 128 << 10, 0
    killer = Killer()
    killer.start()
    out = tmp_path / "out"
    run = on_spark.archive(spark, str(notices), str(out), **HOSTILE)
    killer.join()
    assert killer.killed
    files = sum(1 for file in notices.rglob("*") if file.is_file())
    assert (run.listed, run.read, run.skipped) == (files, files, 0)
    assert rows(pq.read_table(out / "facts")) == batch.facts
    failures = {row["source"]: row["reason"] for row in pq.read_table(out / "failures").to_pylist()}
    assert without_result(failures) == without_result(batch.failed)
    assert {failures[name] for name in ("2020/endless [1].txt", "2021/hoarder.txt")} <= {"timeout", "memory"}
    assert not list(out.glob("_staged"))

    # Run again it reads what failed for want of time or memory, and nothing else is new.
    before = sorted(str(file) for file in (out / "facts").rglob("*.parquet"))
    passing = sum(why in on_spark.PASSING for why in failures.values())
    again = on_spark.archive(spark, str(notices), str(out), **HOSTILE)
    assert (again.read, again.failed) == (passing, run.failed)
    assert sorted(str(file) for file in (out / "facts").rglob("*.parquet")) == before

    # What is new is read; rows of a run that was cut off are taken away.
    (notices / "new.txt").write_text(small_notice(10_000), encoding="utf-8")
    torn = out / "facts" / "plan_year=2020" / "run=torn"
    torn.mkdir()
    (torn / "part-0.parquet").write_bytes(Path(before[0]).read_bytes())
    more = on_spark.archive(spark, str(notices), str(out), **HOSTILE)
    (notices / "new.txt").unlink()
    assert more.read == passing + 1 and not torn.exists()
    assert len(rows(pq.read_table(out / "facts"))) == len(batch.facts) + 14

    # Other options are other results: they replace what was there.
    other = on_spark.archive(spark, str(notices), str(out), **HOSTILE, max_pages=4999)
    assert other.skipped == 0
    assert rows(pq.read_table(out / "facts")) == batch.facts


def test_spark_read_has_a_row_for_every_notice(spark: Any, notices: Path, batch: Batch) -> None:
    from fubiao import spark as on_spark

    facts = on_spark.read(spark, str(notices), **HOSTILE).toArrow()
    assert facts.column_names == [*fubiao.facts_batch([]).columns]
    assert rows(facts) == batch.facts
    failed = {row["source"] for row in facts.to_pylist() if row["status"] == "failed"}
    assert failed == set(batch.failed)


def test_a_file_too_long_is_not_opened(spark: Any, tmp_path: Path) -> None:
    from fubiao import spark as on_spark

    (tmp_path / "long.txt").write_text(small_notice(1) * 100, encoding="utf-8")
    (tmp_path / "short.txt").write_text(small_notice(2), encoding="utf-8")
    facts = on_spark.read(spark, str(tmp_path), max_input_bytes=5000).toArrow().to_pylist()
    assert [row["failure"] for row in facts if row["source"] == "long.txt"] == ["limit"]
    assert sum(row["source"] == "short.txt" for row in facts) == 14


# ---- Daft ----


def test_daft_gives_the_facts_of_batch(notices: Path, batch: Batch) -> None:
    pytest.importorskip("daft")
    from fubiao import daft as on_daft

    facts = on_daft.read(f"{notices}/**", jobs=2, **HOSTILE).to_arrow()
    # Of two files with the same bytes each has its facts here.
    once = facts.filter(pa.compute.not_equal(facts["source"], "again.txt"))
    assert rows(once) == batch.facts
    failed = {row["source"] for row in facts.to_pylist() if row["status"] == "failed"}
    assert failed == set(batch.failed)
