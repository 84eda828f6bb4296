"""Archives on Spark: ``facts = fubiao.spark.read(spark, "s3a://bucket/notices")``, and a job to submit.

Each notice is read in a worker process behind walls, beside the executor's Python: one that crashes, hangs or eats the
memory is a row that says so, and no task fails for it. What Spark retries gives the same rows again, for a notice is
known by the hash of its bytes, and no clock, host or path is in the data.

The job keeps an archive's results in a folder or object store::

    spark-submit $(python -c 'import fubiao.spark as s; print(s.__file__)') s3a://bucket/notices s3a://bucket/results

====================  =================================================================================
``facts/``            one row a cell, by ``plan_year``
``findings/``         what notices say against themselves
``diagnostics/``      what could not be read with confidence
``failures/``         the notices that could not be read, and why
``documents/``        one row a notice that is done: a run that goes on reads only what is not in it
====================  =================================================================================

Needs ``pip install 'fubiao[spark]'`` on the driver and on every executor.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import unquote

if __name__ == "__main__":
    # spark-submit looks here first, where modules bear the names of the engines that they are for.
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != os.path.dirname(os.path.abspath(__file__))]

from fubiao._engine import Settings, schema

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["Lost", "Run", "archive", "documents", "main", "read"]

#: Notices that go to Python at a time: each may have a hundred megabytes.
BATCH = 32
#: Bytes of notices in one task, and what opening one counts: a task is then some thousand notices, or a minute of work.
TASK_BYTES = 256 << 20
OPEN_BYTES = 128 << 10

#: Why a notice failed that may well be read another time.
PASSING = ("timeout", "memory", "crash", "panic")


def read(spark: "SparkSession", path: str, **settings: Any) -> "DataFrame":
    """The facts of all notices below a path: the columns of ``facts.parquet``, and ``failure`` and ``message``.

    Each notice has at least one row, as of :func:`fubiao.facts_batch`: one that failed has ``status`` ``failed``, one
    without a fact ``no_facts``. Of several files with the same bytes the first by name counts. The value is
    ``decimal(38,18)``.

    :param path: a folder, a pattern or an object store, whatever Spark reads.
    :param settings: ``timeout``, ``memory``, ``password``, ``ocr`` and limits, as of :class:`fubiao.Pool`.
    """
    from pyspark.sql import functions as F

    read = _distinct(documents(spark, path, **settings))
    rows = read.select("source", "doc_id", "status", "failure", "message", F.explode_outer("facts").alias("fact"))
    own = {
        "source": F.col("source"),
        "doc_id": F.col("doc_id"),
        "status": F.coalesce(
            F.col("fact.status"), F.when(F.col("status") == "failed", "failed").otherwise("no_facts")
        ),
    }
    columns = [own.get(name, F.col(f"fact.`{name}`")).alias(name) for name in _fact_columns()]
    return rows.select(*columns, "failure", "message")


def documents(spark: "SparkSession", path: str, **settings: Any) -> "DataFrame":
    """One row a notice below a path: what became of it, with its facts, findings and diagnostics as lists.

    Sets how many notices this session hands to Python at a time, and how many bytes of them a task has.
    """
    return _read(spark, _listing(spark, path), Settings(**settings))


def _listing(spark: "SparkSession", path: str, only: Optional[list[str]] = None) -> "DataFrame":
    """The files below a path, each with its name below it; their bytes are read where they are asked for."""
    from pyspark.sql import functions as F

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH)
    spark.conf.set("spark.sql.files.maxPartitionBytes", TASK_BYTES)
    spark.conf.set("spark.sql.files.openCostInBytes", OPEN_BYTES)
    root = _qualified(spark, path).rstrip("/") + "/"
    # A file that is named by itself has its own name.
    below = F.when(F.col("path").startswith(root), F.substring("path", len(root) + 1, 1 << 20))
    name = below.otherwise(F.regexp_extract("path", "[^/]*$", 0))
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    files = reader.load(path if only is None else [_GLOB.sub(r"\\\1", one) for one in only])
    return _with_empty(spark, files).select("path", name.alias("source"), "length", "content")


def _with_empty(spark: "SparkSession", files: "DataFrame") -> "DataFrame":
    """The files with those that hold nothing: Spark passes over these, and no file may be passed over."""
    listed = files._jdf.inputFiles()
    if len(listed) == files.select("path").count():
        return files
    # As `path` has them: decoded, and one slash before an absolute path without an authority.
    paths = {unquote(path).replace(":///", ":/", 1) for path in listed}
    paths -= {row.path for row in files.select("path").toLocalIterator()}
    empty = [(path, 0, bytearray()) for path in sorted(paths)]
    made = spark.createDataFrame(empty, "path string, length long, content binary")
    return files.select("path", "length", "content").unionByName(made)


#: What a pattern of paths is made of.
_GLOB = re.compile(r"([\\{}\[\]*?])")


def _read(spark: "SparkSession", files: "DataFrame", settings: Settings) -> "DataFrame":
    """The documents of these files. What is too long is not even opened: its length says so."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    made = from_arrow_schema(schema())
    fits = F.col("length") <= settings.input_bytes
    read = files.filter(fits).select("source", "content").mapInArrow(settings.reader(), made)
    long: dict[str, Any] = {
        "source": F.col("source"),
        "bytes": F.col("length"),
        "status": F.lit("failed"),
        "reason": F.lit("unreadable"),
        "failure": F.lit("limit"),
        "message": F.lit(f"limit max-input-bytes reached ({settings.input_bytes})"),
    }
    columns = [
        long.get(field.name, F.lit(None)).cast(field.dataType).alias(field.name) for field in made.fields
    ]
    return read.unionByName(files.filter(~fits).select(*columns))


def _distinct(documents: "DataFrame") -> "DataFrame":
    """Of several files with the same bytes, the first by name; what has no hash is itself."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    same = Window.partitionBy(F.coalesce("doc_id", "source")).orderBy("source")
    return documents.withColumn("_rank", F.row_number().over(same)).filter("_rank = 1").drop("_rank")


def _first_of_each(staged: "DataFrame") -> "DataFrame":
    """The same of documents that are written down: names alone are moved about, and no facts."""
    from pyspark.sql import functions as F

    names = staged.select("doc_id", "source")
    others = names.join(_distinct(names), ["doc_id", "source"], "left_anti").filter("doc_id is not null")
    return staged.join(F.broadcast(others.select("source")), "source", "left_anti")


def _fact_columns() -> list[str]:
    facts = schema().field("facts").type.value_type
    return [facts.field(at).name for at in range(facts.num_fields)]


def _qualified(spark: "SparkSession", path: str) -> str:
    """The path as Spark names the files below it; of a pattern, the folder that all it finds stand in."""
    star = re.search(r"[{\[*?]", path)
    if star:
        path = path[: star.start()].rsplit("/", 1)[0] or "/"
    jvm_path = spark._jvm.org.apache.hadoop.fs.Path(path)  # type: ignore[union-attr]
    system = jvm_path.getFileSystem(spark._jsc.hadoopConfiguration())
    return str(system.makeQualified(jvm_path).toString())


class Lost(RuntimeError):
    """A run that has not an answer for every file of its listing."""


class Run:
    """What a run of the job did."""

    __slots__ = ("done", "failed", "listed", "read", "skipped")

    def __init__(self, listed: int, skipped: int, read: int, failed: int, done: int) -> None:
        #: Files in the listing.
        self.listed = listed
        #: Those whose content was done before.
        self.skipped = skipped
        #: Those read in this run, failures among them.
        self.read = read
        #: Those that have no result, of this run and before.
        self.failed = failed
        #: Notices that are done, by content.
        self.done = done

    def __repr__(self) -> str:
        return (
            f"<fubiao.spark.Run: {self.listed} files, {self.skipped} done before, {self.read} read, "
            f"{self.failed} without a result>"
        )


def archive(spark: "SparkSession", path: str, out: str, **settings: Any) -> Run:
    """Reads what is new below a path into the tables below ``out``; run again, it goes on from there.

    What is done is known by the hash of the bytes, the build and the options; another build or other options read
    everything anew and replace what was there. Rows of a run stand in folders of its own, named by what it read, so
    that a run that was cut off is replaced as a whole.

    :raises Lost: if a file of the listing has no answer at the end; the message names some.
    """
    how = Settings(**settings)
    build = f"{how.version}-{how.options}"
    store = _Store(spark, out)
    store.clear_half_written(build)
    listing = _listing(spark, path)
    listed = listing.select("path").count()

    done = _done(listing, store.documents(build), how)
    todo = _todo(spark, path, listing, done)
    _write(_read(spark, todo, how), store.at("_staged"))
    staged = spark.read.parquet(store.at("_staged"))
    _every_file_has_an_answer(listing, done, staged)

    fresh = _first_of_each(staged)
    _keep(store, fresh, build)
    failed = _keep_failures(store, fresh, build)
    read_now, documents = staged.count(), store.documents(build)
    store.clear_half_written(build)
    store.remove("_staged")
    known = 0 if documents is None else documents.count()
    return Run(listed=listed, skipped=listed - read_now, read=read_now, failed=failed, done=known)


def _done(listing: "DataFrame", documents: "Optional[DataFrame]", how: Settings) -> "Optional[DataFrame]":
    """The files whose content is done, known by its hash."""
    from pyspark.sql import functions as F

    if documents is None:
        return None
    short = listing.filter(F.col("length") <= how.input_bytes)
    ids = short.select("path", "source", F.sha2("content", 256).alias("doc_id"))
    # Asked twice, and every byte is read for it.
    return ids.join(documents.select("doc_id"), "doc_id", "left_semi").select("path", "source").persist()


def _todo(spark: "SparkSession", path: str, listing: "DataFrame", done: "Optional[DataFrame]") -> "DataFrame":
    """The files that are to be read."""
    from pyspark.sql import functions as F

    if done is None:
        return listing
    todo = listing.join(F.broadcast(done.select("path")), "path", "left_anti")
    few = [row.path for row in todo.select("path").limit(_FEW + 1).collect()]
    if len(few) > _FEW:
        return todo
    # Where little is new, what is done is not opened again.
    return _listing(spark, path, few) if few else listing.limit(0)


def _every_file_has_an_answer(
    listing: "DataFrame", done: "Optional[DataFrame]", staged: "DataFrame"
) -> None:
    """Counts the answers against the listing, before anything is kept."""
    answers = staged.select("source")
    if done is not None:
        answers = answers.unionByName(done.select("source"))
    lost = listing.select("source").exceptAll(answers)
    some = [row.source for row in lost.limit(10).collect()]
    if some:
        raise Lost(f"no answer for {lost.count()} files: {', '.join(some)}")


def _final() -> "Column":
    """Whether an answer would be the same another time."""
    from pyspark.sql import functions as F

    return (F.col("status") == "read") | ~F.col("reason").isin(*PASSING)


def _keep(store: "_Store", fresh: "DataFrame", build: str) -> None:
    """Writes what was read into the tables, and last of all that it is done."""
    from pyspark.sql import functions as F

    kept = fresh.filter(_final() & F.col("doc_id").isNotNull())
    run = _run_of(kept, build)
    if run is None:
        return
    kept = kept.withColumn("build", F.lit(build)).withColumn("run", F.lit(run))
    for table, by in (("facts", ["plan_year", "run"]), ("findings", ["run"]), ("diagnostics", ["run"])):
        rows = kept.select(F.explode(table).alias("row"), "run").select("row.*", "run")
        _write(rows, store.at(table), *by)
    _write(kept.drop("facts", "findings", "diagnostics"), store.at("documents"), "build", "run")


def _keep_failures(store: "_Store", fresh: "DataFrame", build: str) -> int:
    """Writes the notices without a result anew: those of this run, and those that are done for good."""
    from pyspark.sql import functions as F

    columns = ["source", "doc_id", "bytes", "reason", "failure", "message"]
    failures = fresh.filter(~_final() | (F.col("doc_id").isNull() & (F.col("status") == "failed"))).select(*columns)
    documents = store.documents(build)
    if documents is not None:
        failures = failures.unionByName(documents.filter("status = 'failed'").select(*columns))
    _write(failures.coalesce(1), store.at("failures"))
    return store.spark.read.parquet(store.at("failures")).count()


#: So many files are named to Spark one by one.
_FEW = 1000


def _write(rows: "DataFrame", to: str, *by: str) -> None:
    """Writes a table; of a table in parts, the parts that there are rows for."""
    writer = rows.write.mode("overwrite").option("partitionOverwriteMode", "dynamic" if by else "static")
    (writer.partitionBy(*by) if by else writer).parquet(to)


def _run_of(documents: "DataFrame", build: str) -> Optional[str]:
    """A name for what a run read: the same for the same notices, in whatever order; ``None`` for nothing."""
    from pyspark.sql import functions as F

    head = F.conv(F.substring("doc_id", 1, 15), 16, 10).cast("decimal(38,0)")
    row = documents.agg(F.count("*").alias("count"), F.sum(head).alias("sum")).first()
    if row is None or row["count"] == 0:
        return None
    # A letter first, or a reader may take it for a figure.
    return "r" + hashlib.sha256(f"{build} {row['count']} {row['sum']}".encode()).hexdigest()[:15]


class _Store:
    """The folder of tables, on whatever file system Spark knows."""

    def __init__(self, spark: "SparkSession", root: str) -> None:
        self.spark = spark
        self.root = root.rstrip("/")
        self._path: Any = spark._jvm.org.apache.hadoop.fs.Path  # type: ignore[union-attr]
        self._system: Any = self._path(self.root).getFileSystem(spark._jsc.hadoopConfiguration())

    def at(self, table: str) -> str:
        return f"{self.root}/{table}"

    def remove(self, table: str) -> None:
        self._system.delete(self._path(self.at(table)), True)

    def _below(self, pattern: str) -> list[Any]:
        found = self._system.globStatus(self._path(self.at(pattern)))
        return [] if found is None else [status.getPath() for status in found]

    def documents(self, build: str) -> Optional["DataFrame"]:
        """The documents that are done, of this build."""
        if not self._below(f"documents/build={build}/run=*"):
            return None
        return self.spark.read.parquet(f"{self.at('documents')}/build={build}")

    def clear_half_written(self, build: str) -> None:
        """Removes rows of runs that did not come to their end, and once there are documents of this build, those of
        others."""
        ours = {path.getName() for path in self._below(f"documents/build={build}/run=*")}
        kept = ours or {path.getName() for path in self._below("documents/build=*/run=*")}
        rows = ("facts/plan_year=*/run=*", "findings/run=*", "diagnostics/run=*", "documents/build=*/run=*")
        for path in [path for pattern in rows for path in self._below(pattern)]:
            if path.getName() not in kept:
                self._system.delete(path, True)


def main(words: Optional[list[str]] = None) -> int:
    """The job: ``spark-submit fubiao/spark.py INPUT OUTPUT``."""
    parser = argparse.ArgumentParser(
        prog="fubiao.spark", description="Reads the notices below INPUT into tables below OUTPUT, on Spark."
    )
    parser.add_argument("input", help="a folder or object store")
    parser.add_argument("output", help="where the tables are, or are to be")
    parser.add_argument("--timeout", type=float, default=30.0, help="CPU seconds for one notice [30]")
    parser.add_argument("--memory", type=int, default=1024, help="MiB for one notice [1024]")
    args = parser.parse_args(words)

    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("fubiao").getOrCreate()
    try:
        run = archive(spark, args.input, args.output, timeout=args.timeout, memory=args.memory)
    except Lost as lost:
        print(f"fubiao.spark: {lost}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    print(
        f"{run.listed} files: {run.read} read, {run.skipped} done before, {run.failed} without a result; "
        f"{run.done} notices in {args.output}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
