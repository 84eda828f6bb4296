"""Archives on Daft: ``facts = fubiao.daft.read("s3://bucket/notices/**")``. Pip alone, no JVM.

Each notice is read in a worker process behind walls: one that crashes, hangs or eats the memory is a row that says so.
Daft has no commit of its own for what tasks write: a run that was cut off is to be run again from its beginning. Needs
``pip install 'fubiao[daft]'``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._batch import pool
from ._engine import SCALE, Settings, schema

if TYPE_CHECKING:
    import daft

__all__ = ["documents", "read"]

#: Notices that are read at a time.
BATCH = 32


def documents(path: str, *, root: str = "", jobs: int = 1, **settings: Any) -> "daft.DataFrame":
    """One row a notice of a path or pattern: what became of it, with its facts, findings and diagnostics as lists.

    :param root: what is left out of names; without it, all up to the first star of the pattern.
    :param jobs: notices that each of Daft's workers reads at a time.
    :param settings: ``timeout``, ``memory``, ``password``, ``ocr`` and limits, as of :class:`fubiao.Pool`.
    """
    import daft
    import pyarrow
    from daft import functions

    words = dict(Settings(**settings).words, jobs=jobs)
    made = pyarrow.struct(list(schema()))

    @daft.func.batch(return_dtype=daft.DataType.from_arrow_type(made), batch_size=BATCH)
    def read(names: daft.Series, blobs: daft.Series) -> Any:
        read = pool(**words).documents(names.to_pylist(), blobs.to_pylist(), scale=SCALE)
        return read.to_arrow().to_struct_array().combine_chunks()

    path_column = daft.col("path")
    below = root or path.split("*", 1)[0].rstrip("/") + "/"
    source = functions.substring_index(path_column, below, -1).alias("source")
    files = daft.from_glob_path(path).select(source, functions.download(path_column).alias("content"))
    found = files.select(read(daft.col("source"), daft.col("content")).alias("document"))
    document = daft.col("document")
    return found.select(*[functions.get(document, field.name).alias(field.name) for field in schema()])


def read(path: str, *, root: str = "", jobs: int = 1, **settings: Any) -> "daft.DataFrame":
    """The facts of all notices of a path or pattern, as of :func:`fubiao.spark.read`.

    Several files with the same bytes are read each, and have their facts each.
    """
    import daft
    from daft import functions

    rows = documents(path, root=root, jobs=jobs, **settings).explode(daft.col("facts"))
    fact = daft.col("facts")
    facts = schema().field("facts").type.value_type
    columns = []
    for name in [facts.field(at).name for at in range(facts.num_fields)]:
        of_fact = functions.get(fact, name)
        if name in ("source", "doc_id"):
            of_fact = daft.col(name)
        elif name == "status":
            failed = daft.col("status") == daft.lit("failed")
            why = functions.when(failed, daft.lit("failed")).otherwise(daft.lit("no_facts"))
            of_fact = functions.fill_null(of_fact, why)
        columns.append(of_fact.alias(name))
    return rows.select(*columns, daft.col("failure"), daft.col("message"))
