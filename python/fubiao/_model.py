"""The nouns of a notice, as its result has them key by key.

Each class is one object of ``schemas/notice.v1.schema.json`` (``fubiao schema``): the same names, in the same order,
with figures as exact :class:`decimal.Decimal` and dates as :class:`datetime.date`. Nothing here can be changed; a
test holds these classes against the schema.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Literal, Optional, TypeVar, Union, get_args, get_origin, get_type_hints

from . import _html

__all__ = [
    "Annex",
    "AnnexListEntry",
    "AnnexPlaces",
    "Cell",
    "Column",
    "Correction",
    "Deadline",
    "Diagnostic",
    "DocumentNumber",
    "Finding",
    "FramePlaces",
    "Generator",
    "Identities",
    "Located",
    "Offer",
    "Part",
    "Place",
    "Quantity",
    "Region",
    "Repair",
    "Row",
    "Section",
    "Source",
    "Summary",
    "Suspect",
    "Target",
    "Unread",
    "build",
]

Severity = Literal["error", "warning", "note"]
Status = Literal["value", "blank", "placeholder", "text", "unreadable"]
Level = Literal["province", "prefecture", "central", "county", "subtotal", "other"]
Role = Literal["sum", "stock", "rate", "rank", "text"]


@dataclass(frozen=True)
class Place:
    """Where something stands: a page, and on it what its kind of file knows; the rest is ``None``."""

    #: Counted from 1; a document without pages is one, and so is each sheet of a workbook.
    page: int
    #: ``(x0, y0, x1, y1)`` in points from the top left of the page as seen.
    bbox: Optional[tuple[float, ...]] = None
    #: Line of a text, counted from 1.
    line: Optional[int] = None
    #: Character in that line, counted from 1.
    column: Optional[int] = None
    #: Paragraph of a document without pages, counted from 1.
    paragraph: Optional[int] = None
    #: Table of a document without pages, counted from 1.
    table: Optional[int] = None
    #: Row of that table, counted from 1.
    row: Optional[int] = None
    #: Column of that table, counted from 1.
    col: Optional[int] = None
    #: Name of the sheet of a workbook.
    sheet: Optional[str] = None
    #: Cell of that sheet: ``"B7"``.
    cell: Optional[str] = None
    #: Character in the paragraph or cell, counted from 1.
    character: Optional[int] = None
    #: The file, by its index in ``source.parts``, where the notice comes in several.
    part: Optional[int] = None


@dataclass(frozen=True)
class Generator:
    """The program that made a result."""

    name: str
    version: str


@dataclass(frozen=True)
class Part:
    """A file of a notice that comes in several."""

    name: str
    media_type: str
    sha256: str
    bytes: int
    #: Its first page, counted through all files.
    first_page: int
    role: Literal["body", "annexes"]


@dataclass(frozen=True)
class Source:
    """What was read."""

    #: File name without folders, or ``"-"``.
    name: str
    media_type: str
    sha256: str
    bytes: int
    pages: int
    text_from: Literal["text_layer", "ocr", "text", "document", "workbook", "web_page"]
    #: WHATWG name, for a text or a web page.
    encoding: Optional[str]
    #: The files, where the notice comes in several.
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class DocumentNumber:
    """发文字号; the parts are ``None`` where the number was not understood."""

    raw: str
    agency_code: Optional[str]
    year: Optional[int]
    serial: Optional[int]


@dataclass(frozen=True)
class FramePlaces:
    """Where the elements around the body stand, under the elements' own names."""

    issuing_authorities: tuple[Place, ...]
    document_number: Optional[Place]
    title: Optional[Place]
    primary_addressees: tuple[Place, ...]
    date_of_writing: Optional[Place]
    signing_authorities: tuple[Place, ...]
    disclosure: Optional[Place]
    copy_number: Optional[Place]
    security_classification: Optional[Place]
    urgency: Optional[Place]
    signatories_for_issue: tuple[Place, ...]
    copied_to: tuple[Place, ...]
    printing_authority: Optional[Place]
    printing_date: Optional[Place]


@dataclass(frozen=True)
class Unread:
    """An element that is printed but was not understood."""

    element: str
    raw: str
    place: Place


@dataclass(frozen=True)
class Section:
    """A part of the body."""

    #: As printed; empty for text without one.
    number: str
    #: 1 to 4 by the number's form; 0 for text without one.
    level: int
    heading: Optional[str]
    text: str
    place: Place
    sections: tuple["Section", ...]


@dataclass(frozen=True)
class Quantity:
    """A figure with its unit, in the body."""

    value: Decimal
    unit: str
    #: What is counted, where a noun follows the unit: 小区 of 1062个小区.
    counted: Optional[str]
    raw: str
    #: Half a unit of the last printed digit.
    half_unit: Decimal
    place: Place


@dataclass(frozen=True)
class Target:
    """A figure stated in the body."""

    #: What is to be reached, as printed.
    what: str
    programme: Optional[str]
    stage: Optional[str]
    region: Optional[str]
    quantities: tuple[Quantity, ...]
    #: Index in ``targets`` of the target it is a part of.
    part_of: Optional[int]
    place: Place


@dataclass(frozen=True)
class Deadline:
    """A date stated in the body."""

    #: The last day.
    by: date
    raw: str
    due: str
    applies_to: Optional[str]
    force: Literal["required", "encouraged"]
    place: Place


@dataclass(frozen=True)
class AnnexListEntry:
    """An annex as the body announces it."""

    number: int
    title: str
    place: Place


@dataclass(frozen=True)
class Column:
    """A column of facts."""

    #: Header texts from the top tier down.
    path: tuple[str, ...]
    unit: Optional[str]
    role: Role
    place: Place

    @property
    def name(self) -> str:
        """The header texts joined by ``/``, as the column ``column_path`` of facts has them."""
        return "/".join(self.path)


@dataclass(frozen=True)
class Located:
    """A text with its place."""

    raw: str
    place: Place


@dataclass(frozen=True)
class Region:
    """Whom a row is about."""

    #: As printed, without inner spaces.
    name: str
    level: Level
    #: Printed name of the prefecture it belongs to.
    parent: Optional[str]
    #: GB/T 2260 code at the notice's date.
    code: Optional[str]
    #: Number of the row it belongs to.
    parent_row: Optional[int]
    place: Place


@dataclass(frozen=True)
class Correction:
    """What a person said of a cell."""

    verdict: Literal["confirmed", "corrected"]
    by: str
    at: str
    #: The value before.
    from_: Optional[Decimal]
    #: The value since.
    to: Optional[Decimal]
    comment: Optional[str] = None


@dataclass(frozen=True)
class Offer:
    """Another reading that recognition offered for a cell of a picture."""

    text: str
    #: 0 to 1.
    confidence: float


@dataclass(frozen=True)
class Cell:
    """A cell: what is printed, and the exact figure it states."""

    raw: str
    #: The exact figure, with as many decimals as are printed; ``None`` where the cell holds none.
    value: Optional[Decimal]
    #: Blank, zero and placeholder are three things.
    status: Status
    place: Place
    #: The clean text of a cell that holds text.
    text: Optional[str] = None
    #: The unit of its figure, where the cell or its row prints one.
    unit: Optional[str] = None
    #: The footnote mark beside its figure.
    mark: Optional[str] = None
    #: Codes of the diagnostics that speak of it.
    doubt: tuple[str, ...] = ()
    correction: Optional[Correction] = None
    #: How sure recognition was, 0 to 1, for a cell read from a picture.
    confidence: Optional[float] = None
    readings: tuple[Offer, ...] = ()
    #: Whether sums that hold cover it, for a figure read from a picture.
    proven: Optional[bool] = None
    #: Whether another reading was taken because it mends all sums.
    mended: bool = False


@dataclass(frozen=True)
class Row:
    """A row of facts."""

    #: From 1, in printed order.
    number: int
    #: 序号 as printed.
    serial: Optional[Located]
    region: Region
    #: One for each column of the annex.
    cells: tuple[Cell, ...]
    #: What it has in the columns that tell rows apart.
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AnnexPlaces:
    """Where parts of an annex stand."""

    title: Optional[Place]
    unit: Optional[Place]
    notes: tuple[Place, ...]


@dataclass(frozen=True)
class Suspect:
    """A cell to doubt, since a sum it is in does not add up."""

    #: Number of the annex.
    annex: int
    row: int
    region: str
    column: tuple[str, ...]
    printed: str
    #: What would mend every broken identity it is in.
    proposed: Optional[Decimal]
    why: tuple[str, ...]
    why_zh: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Annex:
    """An annex (附件): its columns of facts, and its rows in printed order. Notebooks show it as printed."""

    #: As in its label; 0 for a table in the body.
    number: int
    title: Optional[str]
    #: The unit of the whole table.
    unit: Optional[str]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    #: 注：… under the table.
    notes: tuple[str, ...]
    place: Place
    places: AnnexPlaces
    #: Its cells that findings doubt, notes aside; a result has them in its findings.
    suspects: tuple[Suspect, ...] = field(default=(), compare=False)

    def row(self, region: str) -> Row:
        """The first row about a region, by its printed name.

        :raises KeyError: if there is none.
        """
        for row in self.rows:
            if row.region.name == region:
                return row
        raise KeyError(region)

    def cells(self) -> Iterator[tuple[Row, Column, Cell]]:
        """All cells with their rows and columns, in printed order."""
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells):
                yield row, column, cell

    def _repr_html_(self) -> str:
        return _html.annex(self)


@dataclass(frozen=True)
class Repair:
    """Something that was changed, taken out or joined on the way."""

    stage: str
    rule: str
    place: Optional[Place]
    before: str
    after: str


@dataclass(frozen=True)
class Finding:
    """Something the notice says against itself: a sum that does not add up, a figure stated in two ways."""

    #: One check, one word; ``fubiao explain`` knows it.
    check: str
    severity: Severity
    message: str
    message_zh: str
    cause: Optional[str]
    cause_zh: Optional[str]
    stated: Optional[Decimal]
    computed: Optional[Decimal]
    tolerance: Optional[Decimal]
    #: The stated figure's place first.
    places: tuple[Place, ...]
    #: The cells to doubt, the likeliest first.
    suspects: tuple[Suspect, ...]


@dataclass(frozen=True)
class Diagnostic:
    """Something that could not be read with confidence."""

    #: One code, one cause; ``fubiao explain`` knows it.
    code: str
    severity: Severity
    place: Optional[Place]
    message: str
    message_zh: str
    hint: Optional[str]
    hint_zh: Optional[str]


@dataclass(frozen=True)
class Identities:
    """How the sums of a notice fare: down and across, products, figures of the body."""

    #: Those whose terms are all figures.
    tried: int
    held: int
    broken: int
    #: Those that have text or something unreadable among their terms.
    untried: int


@dataclass(frozen=True)
class Summary:
    """How much of a notice its own sums bear out, and how much is in doubt."""

    annexes: int
    #: Cells of the annexes with a figure.
    figures: int
    identities: Identities
    #: Figures that no identity covers: a fault in one of them is silent.
    figures_uncovered: int
    columns_uncovered: int
    #: Cells whose reading a diagnostic doubts.
    doubtful: int
    glyphs_unaccounted: Optional[int] = None


T = TypeVar("T")

#: Names that Python wants for itself, and what the result calls them.
KEYS = {"from_": "from"}


def build(kind: type[T], data: Mapping[str, Any]) -> T:
    """An object of one of these classes from its part of a result."""
    of: Any = kind
    made: T = of(**{name: make(data[key]) for name, key, make in plan(of) if key in data})
    return made


Plan = tuple[tuple[str, str, Callable[[Any], Any]], ...]


@lru_cache(maxsize=None)
def plan(kind: Any) -> "Plan":
    """For each attribute of a class: its name, its key, and what makes it of the key's value."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return tuple((name, KEYS.get(name, name), maker(hints[name])) for name in names)


def maker(hint: Any) -> Callable[[Any], Any]:
    """What turns a value of JSON into one of this type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Union:
        inner = maker(args[0])
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        inner = maker(args[0])
        return lambda values: tuple([inner(value) for value in values])
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        kind: type[Any] = hint
        return lambda value: build(kind, value)
    if hint is Decimal:
        return Decimal
    if hint is date:
        return date.fromisoformat
    return lambda value: value
