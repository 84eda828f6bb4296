"""One notice: read, looked at, written out."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, TypeVar, Union, get_type_hints, overload

from . import _html
from ._errors import Error
from ._fubiao import NativeTable, Record
from ._model import (
    Annex,
    AnnexListEntry,
    Deadline,
    Diagnostic,
    DocumentNumber,
    Finding,
    FramePlaces,
    Generator,
    Repair,
    Section,
    Source,
    Summary,
    Suspect,
    Target,
    Unread,
    maker,
)
from ._table import Table

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["Form", "Notice", "Remarks", "StrPath", "convert", "load", "read"]

StrPath = Union[str, "os.PathLike[str]"]

#: The forms of a result.
Form = Literal["json", "facts", "csv", "parquet", "xlsx", "datapackage"]


T = TypeVar("T")


class Remarks(Sequence[T]):
    """What is said of a notice, findings or diagnostics, in order. Called, it is a flat table, a row each:
    ``notice.findings()``."""

    __slots__ = ("_all", "_table")

    def __init__(self, remarks: tuple[T, ...], table: Callable[[], NativeTable]) -> None:
        self._all = remarks
        self._table = table

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[T, tuple[T, ...]]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[T]:
        return iter(self._all)

    def __call__(self) -> Table:
        """The same as a table, as ``fubiao batch`` writes it: of a finding, with the likeliest cell to doubt."""
        return Table(self._table())

    def __eq__(self, other: object) -> bool:
        return self._all == (other._all if isinstance(other, Remarks) else other)

    def __reduce__(self) -> tuple[object, ...]:
        return _remarks_again, (self._all, self())

    def __repr__(self) -> str:
        return repr(self._all)


def _remarks_again(remarks: tuple[T, ...], table: Table) -> Remarks[T]:
    """Remarks that were pickled."""
    return Remarks(remarks, lambda: table._native)


class Notice:
    """A notice as read: what it says, what it says against itself, and how sure its reading is.

    Made by :func:`read` and :func:`load`. The attributes are those of the JSON result, key by key; they are made
    when one is first asked for.
    """

    #: The version of the schema that the result follows.
    schema_version: str
    #: The program that made the result.
    generator: Generator
    #: What was read.
    source: Source
    #: 发文机关标志.
    issuing_authorities: tuple[str, ...]
    #: 发文字号.
    document_number: Optional[DocumentNumber]
    #: 标题.
    title: Optional[str]
    #: The kind of document: 通知, 函 …
    document_type: Optional[str]
    #: The year the plan is for.
    plan_year: Optional[int]
    #: 主送机关.
    primary_addressees: tuple[str, ...]
    #: 成文日期.
    date_of_writing: Optional[date]
    #: 发文机关署名.
    signing_authorities: tuple[str, ...]
    #: 附注 on disclosure.
    disclosure: Optional[str]
    #: 份号.
    copy_number: Optional[str]
    #: 密级和保密期限.
    security_classification: Optional[str]
    #: 紧急程度.
    urgency: Optional[str]
    #: 签发人.
    signatories_for_issue: tuple[str, ...]
    #: 抄送机关.
    copied_to: tuple[str, ...]
    #: 印发机关.
    printing_authority: Optional[str]
    #: 印发日期.
    printing_date: Optional[date]
    #: Where the elements above stand.
    places: FramePlaces
    #: Elements that are printed but were not understood.
    unread: tuple[Unread, ...]
    #: The body, nested by its numbers.
    body: tuple[Section, ...]
    #: Figures stated in the body.
    targets: tuple[Target, ...]
    #: Dates stated in the body.
    deadlines: tuple[Deadline, ...]
    #: 附件说明.
    annex_list: tuple[AnnexListEntry, ...]
    #: 附件: the tables.
    annexes: tuple[Annex, ...]
    #: What was changed, taken out or joined on the way.
    repairs: tuple[Repair, ...]
    #: What the notice says against itself. ``notice.findings()`` is the same as a table.
    findings: Remarks[Finding]
    #: What could not be read with confidence. ``notice.diagnostics()`` is the same as a table.
    diagnostics: Remarks[Diagnostic]
    #: How much of the notice its own sums bear out.
    summary: Optional[Summary]

    def __init__(self, record: Record, files: Optional["_Files"] = None) -> None:
        self._record = record
        self._files = files

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in Notice.__annotations__:
            raise AttributeError(f"a notice has no {name!r}")
        self.__dict__.update(_attributes(self._record))
        return self.__dict__[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *Notice.__annotations__})

    def to_json(self) -> str:
        """The result as ``fubiao convert`` writes it, by the schema of ``fubiao schema``."""
        return self._record.to_json().decode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The same as a dictionary; figures are strings, as in JSON."""
        result: dict[str, Any] = json.loads(self._record.to_json())
        return result

    def facts(self) -> Table:
        """The facts, one row a cell, each with all that is needed to use it alone."""
        return Table(self._record.facts())

    def across(self, older: "Notice") -> Optional[Table]:
        """What this notice says against an older one: this year's completions against last year's starts, or a
        revision against its first issue, region by region through renames (``fubiao check NEW OLD``).

        :returns: findings as a table; ``None`` if the older notice is none to compare with.
        """
        native = self._record.across(older._record)
        return None if native is None else Table(native)

    def to_pandas(self) -> "pandas.DataFrame":
        """The facts for pandas: ``notice.facts().to_pandas()``."""
        return self.facts().to_pandas()

    def to_polars(self) -> "polars.DataFrame":
        """The facts for polars: ``notice.facts().to_polars()``."""
        return self.facts().to_polars()

    def to_arrow(self) -> "pyarrow.Table":
        """The facts for pyarrow: ``notice.facts().to_arrow()``."""
        return self.facts().to_arrow()

    def review(self, path: StrPath, *, lang: Optional[Literal["zh", "en"]] = None) -> Path:
        """Writes one HTML page to look the notice over: its pages beside its tables, and what to doubt.

        The page is one file that loads nothing. A notice that was loaded from a result has no pages to show.

        :param lang: its first language; without one, the browser's.
        :returns: where it was written.
        """
        files = self._files
        if files is None:
            html = self._record.review(None, None, {}, lang)
        else:
            html = self._record.review(files.files, files.password, files.limits, lang)
        path = Path(path)
        path.write_bytes(html.encode("utf-8"))
        return path

    def write(self, path: StrPath, form: Optional[Form] = None, *, bom: bool = False) -> Path:
        """Writes the result in a form, by the ending of the path or as said.

        :param form: ``json``, ``facts`` (.ndjson), ``csv``, ``parquet``, ``xlsx`` or ``datapackage`` (a folder, or
            one .zip file).
        :param bom: whether a CSV begins with a byte order mark, by which Excel knows UTF-8.
        :returns: where it was written.
        """
        path = Path(path)
        form = form or _form_of(path)
        if form == "datapackage":
            _write_package(path, self._record.package())
        else:
            path.write_bytes(self._record.form(form, bom))
        return path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Notice):
            return NotImplemented
        return self._record.to_json() == other._record.to_json()

    def __hash__(self) -> int:
        return hash(self.source.sha256)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self._record.to_json(),)

    def __repr__(self) -> str:
        name = self.title or self.source.name
        cells = sum(len(row.cells) for annex in self.annexes for row in annex.rows)
        return (
            f"<fubiao.Notice {name!r}: {len(self.annexes)} annexes, {cells} cells, "
            f"{len(self.findings)} findings, {len(self.diagnostics)} diagnostics>"
        )

    def _repr_html_(self) -> str:
        return _html.notice(self)


def _again(result: bytes) -> Notice:
    """A notice that was pickled."""
    return Notice(Record.from_json(result))


def _attributes(record: Record) -> dict[str, Any]:
    """The attributes of a notice, from its result."""
    result: dict[str, Any] = json.loads(record.to_json())
    made: dict[str, Any] = {}
    for name, hint in get_type_hints(Notice).items():
        if name == "findings":
            made[name] = Remarks(maker(tuple[Finding, ...])(result[name]), record.findings)
        elif name == "diagnostics":
            made[name] = Remarks(maker(tuple[Diagnostic, ...])(result[name]), record.diagnostics)
        else:
            made[name] = maker(hint)(result[name])
    suspects: dict[int, list[Suspect]] = {}
    for finding in made["findings"]:
        # A note doubts no cell: figures that were rounded add up to a little more or less.
        for suspect in finding.suspects if finding.severity != "note" else ():
            suspects.setdefault(suspect.annex, []).append(suspect)
    made["annexes"] = tuple(
        replace(annex, suspects=tuple(suspects.get(annex.number, ()))) for annex in made["annexes"]
    )
    return made


class _Files:
    """What a notice was read from: its review page shows it."""

    __slots__ = ("files", "limits", "password")

    def __init__(
        self, files: list[tuple[str, bytes]], password: Optional[str], limits: dict[str, int]
    ) -> None:
        self.files = files
        self.password = password
        self.limits = limits


def read(
    source: Union[StrPath, bytes, bytearray, memoryview, Sequence[StrPath], Mapping[str, bytes]],
    *,
    name: Optional[str] = None,
    password: Optional[str] = None,
    corrections: Union[StrPath, bytes, None] = None,
    ocr: bool = True,
    **limits: int,
) -> Notice:
    """Reads one notice: PDF, Word, Excel, WPS, OFD, HTML, ZIP, a picture or text; the kind is told from the bytes.

    Other threads run meanwhile. It is read in this process; of files that strangers made, :func:`facts_batch` reads
    each behind walls.

    :param source: a path, or the bytes; several files that are one notice as a list of paths, or as a mapping from
        names to bytes.
    :param name: the name to show for bytes.
    :param password: what opens an encrypted PDF.
    :param corrections: what a reviewer saved, as a path or bytes.
    :param ocr: whether pages that are pictures are read, in a build with ``ocr`` and where ``fubiao models`` has
        installed what that takes; the wheels are built without.
    :param limits: where to stop before a document exhausts the machine, as the command's flags: ``max_pages=10``.
    :raises Error: if the bytes are no notice that can be read.
    :raises OSError: if a file can't be opened.
    """
    files = _files(source, name)
    said: Optional[bytes]
    if corrections is None or isinstance(corrections, bytes):
        said = corrections
    else:
        said = Path(corrections).read_bytes()
    try:
        record = Record.read(files, password, ocr, limits, said)
    except Error as error:
        error.source = error.source or files[0][0]
        raise
    return Notice(record, _Files(files, password, limits))


def _files(
    source: Union[StrPath, bytes, bytearray, memoryview, Sequence[StrPath], Mapping[str, bytes]],
    name: Optional[str],
) -> list[tuple[str, bytes]]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return [(name or "-", bytes(source))]
    if isinstance(source, Mapping):
        return [(name, bytes(content)) for name, content in source.items()]
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return [(name or shown(path.name), path.read_bytes())]
    paths = [Path(path) for path in source]
    return [(shown(path.name), path.read_bytes()) for path in paths]


def shown(path: StrPath) -> str:
    """A path as text that can be shown and written, whatever bytes are in it."""
    return os.fsencode(path).decode("utf-8", "replace")


def load(source: Union[StrPath, bytes]) -> Notice:
    """Loads a result made earlier (JSON), and checks its notice again as it stands now.

    :raises Error: if it is no result of fubiao.
    """
    return Notice(Record.from_json(source if isinstance(source, bytes) else Path(source).read_bytes()))


def convert(
    source: Union[StrPath, bytes],
    output: StrPath,
    form: Optional[Form] = None,
    *,
    bom: bool = False,
    password: Optional[str] = None,
    corrections: Union[StrPath, bytes, None] = None,
    ocr: bool = True,
    **limits: int,
) -> Notice:
    """Reads a notice, or a result made earlier, and writes it in another form: :func:`read`, then
    :meth:`Notice.write`.

    >>> fubiao.convert("notice.pdf", "notice.xlsx")  # doctest: +SKIP
    """
    notice = read(source, name=None, password=password, corrections=corrections, ocr=ocr, **limits)
    notice.write(output, form, bom=bom)
    return notice


_ENDINGS: dict[str, Form] = {
    ".json": "json",
    ".ndjson": "facts",
    ".jsonl": "facts",
    ".csv": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".zip": "datapackage",
    "": "datapackage",
}


def _form_of(path: Path) -> Form:
    form = _ENDINGS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"no form ends in {path.suffix!r}; say which one with form=")
    return form


def _write_package(path: Path, files: list[tuple[str, bytes]]) -> None:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                # No clock: the same notice is the same file.
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        return
    for name, content in files:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
