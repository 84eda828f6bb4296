"""Tables of facts, findings and diagnostics, for whatever reads tables here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional

from . import _fubiao, _html
from ._fubiao import NativeTable

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["Table", "divisions"]


class Table:
    """A table, columns in a fixed order: those of the files that ``fubiao batch`` writes.

    It is handed over as it lies in memory to all that know Arrow's PyCapsule interface: ``pyarrow.table(facts)``,
    ``polars.DataFrame(facts)``, ``duckdb.sql("from facts")``. None of these needs to be there for the rest.
    """

    __slots__ = ("_native",)

    def __init__(self, native: NativeTable) -> None:
        self._native = native

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._native.names()

    def __len__(self) -> int:
        return len(self._native)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each as a dictionary."""
        columns = self.to_dict()
        names = list(columns)
        for values in zip(*columns.values()):
            yield dict(zip(names, values))

    def __getitem__(self, column: str) -> list[Any]:
        """A column as a list: ``str``, ``int``, :class:`decimal.Decimal` or ``None``."""
        if column not in self.columns:
            raise KeyError(column)
        return self._native.column(column)

    def to_dict(self) -> dict[str, list[Any]]:
        """All columns as lists, by name."""
        return {name: self._native.column(name) for name in self.columns}

    def to_list(self) -> list[dict[str, Any]]:
        """All rows as dictionaries."""
        return list(self)

    def to_arrow(self) -> "pyarrow.Table":
        """The table for pyarrow, which must be installed; figures are ``decimal128``."""
        import pyarrow

        table: "pyarrow.Table" = pyarrow.table(self._native)
        return table

    def to_polars(self) -> "polars.DataFrame":
        """The table for polars, which must be installed; figures are ``Decimal``."""
        import polars

        return polars.DataFrame(self._native)

    def to_pandas(self) -> "pandas.DataFrame":
        """The table for pandas, which must be installed.

        Figures are exact :class:`decimal.Decimal` in a column of objects; ``.astype(float)`` makes them fast and
        inexact. Whole numbers are ``Int64``, which knows what is missing.
        """
        import pandas

        columns: dict[str, Any] = {}
        for name, kind in zip(self.columns, self._native.kinds()):
            dtype: Optional[str] = {"whole": "Int64", "text": "string", "float": "Float64"}.get(kind, "object")
            columns[name] = pandas.Series(self._native.column(name), dtype=dtype)
        return pandas.DataFrame(columns)

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self._native.packed(),)

    def __repr__(self) -> str:
        return f"<fubiao.Table: {len(self)} rows, {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        return _html.table(self.columns, list(self), len(self))


def _again(columns: "list[tuple[Any, ...]]") -> Table:
    """A table that was pickled."""
    return Table(NativeTable.unpacked(columns))


def divisions() -> Table:
    """Administrative divisions (GB/T 2260) since 1983: a row for each name under each code, with the years in which it
    stood, and the code that it went on under through renames to this day (``followed_code``)."""
    return Table(_fubiao.divisions())
