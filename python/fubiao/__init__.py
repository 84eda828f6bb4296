"""fubiao (附表, "annex table") turns Chinese official notices into typed, checked data.

>>> import fubiao
>>> notice = fubiao.read("samples/housing-2023/notice.pdf")
>>> notice.document_number.raw
'赣建样〔2023〕1号'
>>> notice.annexes[0].row("南昌县").cells[0].value
Decimal('3000')

One notice: :func:`read` gives a :class:`Notice` with typed attributes; its :meth:`~Notice.facts` are a table for
pandas, polars, pyarrow or DuckDB. Many notices: :func:`facts_batch` and :func:`read_batch` read each behind walls and
lose none; :func:`batch` keeps an archive's results in a folder. Beyond one machine: :mod:`fubiao.spark` and
:mod:`fubiao.daft`. An archive as a database: :mod:`fubiao.duckdb`.

Figures are exact everywhere (:class:`decimal.Decimal`), and units are never scaled.
"""

from ._batch import BatchReport, Document, Pool, batch, build, facts_batch, read_batch
from ._errors import Error
from ._fubiao import __version__
from ._model import (
    Annex,
    AnnexListEntry,
    AnnexPlaces,
    Cell,
    Column,
    Correction,
    Deadline,
    Diagnostic,
    DocumentNumber,
    Finding,
    FramePlaces,
    Generator,
    Identities,
    Located,
    Offer,
    Part,
    Place,
    Quantity,
    Region,
    Repair,
    Row,
    Section,
    Source,
    Summary,
    Suspect,
    Target,
    Unread,
)
from ._notice import Form, Notice, Remarks, convert, load, read
from ._table import Table, divisions

__all__ = [
    "Annex",
    "AnnexListEntry",
    "AnnexPlaces",
    "BatchReport",
    "Cell",
    "Column",
    "Correction",
    "Deadline",
    "Diagnostic",
    "Document",
    "DocumentNumber",
    "Error",
    "Finding",
    "Form",
    "FramePlaces",
    "Generator",
    "Identities",
    "Located",
    "Notice",
    "Offer",
    "Part",
    "Place",
    "Pool",
    "Quantity",
    "Region",
    "Remarks",
    "Repair",
    "Row",
    "Section",
    "Source",
    "Summary",
    "Suspect",
    "Table",
    "Target",
    "Unread",
    "__version__",
    "batch",
    "build",
    "convert",
    "divisions",
    "facts_batch",
    "load",
    "read",
    "read_batch",
]
