"""Many notices, none of which can stop the others."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Optional, Union

from . import _fubiao
from ._notice import Notice, StrPath, shown
from ._table import Table

__all__ = ["BatchReport", "Document", "Pool", "batch", "build", "facts_batch", "read_batch"]


class Document:
    """What became of one notice of many: read, or why not."""

    __slots__ = ("_native",)

    def __init__(self, native: _fubiao.Document) -> None:
        self._native = native

    @property
    def source(self) -> str:
        """The name it was given."""
        return self._native.source

    @property
    def doc_id(self) -> Optional[str]:
        """SHA-256 of its bytes; ``None`` where they could not be had."""
        return self._native.doc_id

    @property
    def status(self) -> Literal["read", "failed"]:
        """Whether it was read."""
        return "read" if self._native.status == "read" else "failed"

    @property
    def reason(self) -> Optional[str]:
        """Why it failed, in a word: ``unreadable``, ``timeout``, ``memory``, ``panic``, ``crash`` or ``file``."""
        return self._native.reason

    @property
    def code(self) -> Optional[str]:
        """What stopped it, as ``fubiao explain`` knows it: ``no_text_layer``, ``password_needed`` …"""
        return self._native.code

    @property
    def message(self) -> Optional[str]:
        """The same in a line."""
        return self._native.message

    @property
    def notice(self) -> Optional[Notice]:
        """The notice; ``None`` for one that failed, or whose result was not kept."""
        record = self._native.record()
        return None if record is None else Notice(record)

    def facts(self) -> Table:
        """Its facts, as :func:`facts_batch` gives them."""
        return Table(_fubiao.Document.facts([self._native], None))

    def __repr__(self) -> str:
        what = self.status if self.status == "read" else f"{self.reason}: {self.message}"
        return f"<fubiao.Document {self.source!r}: {what}>"


class Pool:
    """Worker processes that read notices behind walls: no files, no network, bounded memory and time.

    A notice that crashes, hangs or eats the memory of its worker fails alone, and the next is read by another worker.
    Workers are started when they are first needed and wait for more until the pool is gone.

    :param jobs: notices read at a time; without it, one a core.
    :param timeout: CPU seconds that one notice may take.
    :param memory: MiB that the reader of one notice may use.
    :param isolate: ``False`` reads in this process: a little less work, but a crash ends it.
    :param password: what opens encrypted PDFs.
    :param ocr: whether pages that are pictures are read, as of :func:`read`.
    :param limits: as of :func:`read`.
    """

    def __init__(
        self,
        jobs: Optional[int] = None,
        *,
        timeout: float = 30.0,
        memory: int = 1024,
        isolate: bool = True,
        password: Optional[str] = None,
        ocr: bool = True,
        **limits: int,
    ) -> None:
        self._native = _fubiao.Pool(
            sys.executable,
            _fubiao.__file__,
            jobs or os.cpu_count() or 1,
            timeout,
            memory,
            isolate,
            password,
            ocr,
            limits,
        )

    def read(
        self,
        paths: Iterable[StrPath],
        blobs: Optional[Iterable[Optional[bytes]]] = None,
        *,
        results: bool = True,
    ) -> list[Document]:
        """Reads each notice; gives one document for each, in their order, whatever becomes of it.

        :param paths: the files, or the names of ``blobs``.
        :param blobs: the bytes, for files that are not on this machine; ``None`` among them is an empty file.
        :param results: whether whole results are kept, for :attr:`Document.notice`.
        """
        native = self._native.read(_inputs(paths, blobs), results, True)
        return [Document(document) for document in native]

    def facts(
        self,
        paths: Iterable[StrPath],
        blobs: Optional[Iterable[Optional[bytes]]] = None,
        *,
        scale: Optional[int] = None,
    ) -> Table:
        """The facts of these notices: see :func:`facts_batch`."""
        native = self._native.read(_inputs(paths, blobs), False, False)
        return Table(_fubiao.Document.facts(native, scale))

    def documents(
        self,
        paths: Iterable[StrPath],
        blobs: Optional[Iterable[Optional[bytes]]] = None,
        *,
        scale: int = 18,
    ) -> Table:
        """One row a notice, with its facts, findings and diagnostics as lists of rows: what engines want, whose
        functions give a row for a row.

        :param scale: decimal places of the facts' column ``value``, the same for all.
        """
        native = self._native.read(_inputs(paths, blobs), False, True)
        return Table(_fubiao.Document.table(native, scale))


def _inputs(
    paths: Iterable[StrPath], blobs: Optional[Iterable[Optional[bytes]]]
) -> list[tuple[str, Optional[StrPath], Optional[bytes]]]:
    if blobs is None:
        return [(shown(path), path, None) for path in paths]
    names, contents = list(paths), list(blobs)
    if len(names) != len(contents):
        raise ValueError(f"{len(names)} names for {len(contents)} blobs")
    return [(shown(name), None, content or b"") for name, content in zip(names, contents)]


@lru_cache(maxsize=4)
def _pool(process: int, settings: "tuple[tuple[str, Any], ...]") -> Pool:
    """The pool of a process for these settings, kept for the next call."""
    return Pool(**dict(settings))


def pool(**settings: Any) -> Pool:
    """A pool with these settings, the same one for the same."""
    return _pool(os.getpid(), tuple(sorted(settings.items())))


def read_batch(
    paths: Iterable[StrPath],
    blobs: Optional[Iterable[Optional[bytes]]] = None,
    *,
    results: bool = True,
    jobs: Optional[int] = None,
    timeout: float = 30.0,
    memory: int = 1024,
    isolate: bool = True,
    password: Optional[str] = None,
    ocr: bool = True,
    **limits: int,
) -> list[Document]:
    """Reads many notices, each in a worker process behind walls, and gives one document for each in their order.

    Nothing is raised for one notice: what became of it stands in its document. The parameters are those of
    :class:`Pool` and :meth:`Pool.read`.
    """
    settings = dict(jobs=jobs, timeout=timeout, memory=memory, isolate=isolate, password=password, ocr=ocr)
    return pool(**settings, **limits).read(paths, blobs, results=results)


def facts_batch(
    paths: Iterable[StrPath],
    blobs: Optional[Iterable[Optional[bytes]]] = None,
    *,
    scale: Optional[int] = None,
    jobs: Optional[int] = None,
    timeout: float = 30.0,
    memory: int = 1024,
    isolate: bool = True,
    password: Optional[str] = None,
    ocr: bool = True,
    **limits: int,
) -> Table:
    """The facts of many notices as one table, each read in a worker process behind walls.

    Nothing is raised for one notice, and none is lost: each has at least one row. One that failed has a row with
    ``status`` ``"failed"``, its code in ``failure`` and a line in ``message``; one without a fact, a row with
    ``status`` ``"no_facts"``. All other rows are facts, with the columns of ``facts.parquet``.

    :param paths: the files, or the names of ``blobs``.
    :param blobs: the bytes, for files that are not on this machine.
    :param scale: decimal places of ``value``; without it, as many as these notices need. 18 at most.

    The other parameters are those of :class:`Pool`.
    """
    settings = dict(jobs=jobs, timeout=timeout, memory=memory, isolate=isolate, password=password, ocr=ocr)
    return pool(**settings, **limits).facts(paths, blobs, scale=scale)


class BatchReport:
    """What a run of :func:`batch` did."""

    __slots__ = ("folder", "report", "status")

    def __init__(self, folder: Path, status: int, report: dict[str, Any]) -> None:
        #: The folder of results.
        self.folder = folder
        #: The exit status of the command: 0 all read, 3 some could not be read.
        self.status = status
        #: ``report.json``, as the run wrote it.
        self.report = report

    def __repr__(self) -> str:
        return f"<fubiao.BatchReport {str(self.folder)!r}: status {self.status}>"


def batch(
    inputs: Union[StrPath, Sequence[StrPath]],
    out: StrPath,
    *,
    format: Sequence[str] = ("facts", "parquet"),
    jobs: Optional[int] = None,
    timeout: float = 30.0,
    memory: int = 1024,
    fresh: bool = False,
    partition: Optional[Literal["plan_year"]] = None,
    **flags: Union[int, str, bool],
) -> BatchReport:
    """Reads an archive into a folder of results: ``fubiao batch``, with all that it keeps in mind between runs.

    :param inputs: files, folders or patterns.
    :param out: the folder of results.
    :param format: what is made besides one JSON a notice.
    :param fresh: whether everything is read again.
    :param flags: further flags of the command: ``keep=True``, ``max_pages=100``.
    :raises RuntimeError: if the run did not come to an end: the message says why.
    """
    inputs = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    words = ["batch", *(os.fspath(path) for path in inputs), "--out", os.fspath(out), "--format", ",".join(format)]
    words += [f"--timeout={timeout}", f"--memory={memory}"]
    if jobs is not None:
        words.append(f"--jobs={jobs}")
    if fresh:
        words.append("--fresh")
    if partition is not None:
        words.append(f"--partition={partition}")
    for name, value in flags.items():
        if value is not False:
            flag = "--" + name.replace("_", "-")
            words.append(flag if value is True else f"{flag}={value}")
    run = subprocess.run(
        [sys.executable, "-m", "fubiao", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    report = Path(out) / "report.json"
    if run.returncode not in (0, 3) or not report.exists():
        raise RuntimeError(run.stderr.strip() or f"fubiao batch ended with {run.returncode}")
    return BatchReport(Path(out), run.returncode, json.loads(report.read_text(encoding="utf-8")))


@lru_cache(maxsize=None)
def build() -> str:
    """Version and hash of the native library: another build may read otherwise."""
    digest = hashlib.sha256(Path(_fubiao.__file__).read_bytes()).hexdigest()
    return f"{_fubiao.__version__}+{digest[:16]}"
