"""What the engines share: settings that say which results are the same, and the function that turns batches of (name,
bytes) into batches of documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._batch import Pool, build, pool
from ._table import Table

if TYPE_CHECKING:
    import pyarrow

__all__ = ["SCALE", "Settings", "empty", "schema"]

#: Decimal places of figures, the same on all machines: as many as any column has that fubiao writes.
SCALE = 18


class Settings:
    """How notices are read on every machine, and a word for it that tells results apart.

    :param timeout: CPU seconds that one notice may take.
    :param memory: MiB that the reader of one notice may use.
    :param limits: as of :func:`fubiao.read`.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        memory: int = 1024,
        password: Optional[str] = None,
        ocr: bool = False,
        **limits: int,
    ) -> None:
        self.words: dict[str, Any] = dict(timeout=timeout, memory=memory, password=password, ocr=ocr, **limits)
        self.version = build()

    @property
    def input_bytes(self) -> int:
        """The size beyond which a notice is not read."""
        return int(self.words.get("max_input_bytes", 512 << 20))

    @property
    def options(self) -> str:
        """A hash of all that decides a result besides the bytes and the build; of a password it shows nothing."""
        words = dict(self.words, password=self.words["password"] is not None)
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:16]

    def reader(self, jobs: int = 1) -> "Callable[[Iterator[pyarrow.RecordBatch]], Iterator[pyarrow.RecordBatch]]":
        """What turns batches whose first columns are names and bytes into batches of documents, one row for each."""
        words = dict(self.words, jobs=jobs)

        def read(batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
            for batch in batches:
                names, blobs = batch.column(0).to_pylist(), batch.column(1).to_pylist()
                documents = pool(**words).documents(names, blobs, scale=SCALE)
                yield from documents.to_arrow().to_batches()

        return read


def schema() -> "pyarrow.Schema":
    """The schema of documents."""
    return empty().to_arrow().schema


def empty() -> Table:
    """The table of no documents."""
    return Pool(jobs=1).documents([], [], scale=SCALE)
