"""How the package looks to a type checker: pyright reads this file in strict mode, and mypy too; nothing runs it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Optional

import fubiao


def total(path: Path) -> Decimal:
    """The figures of a notice that are in no doubt, added up."""
    notice: fubiao.Notice = fubiao.read(path, max_pages=100)
    figures = [
        cell.value
        for annex in notice.annexes
        for row in annex.rows
        if row.region.level == "county"
        for cell in row.cells
        if cell.status == "value" and cell.value is not None and not cell.doubt
    ]
    return sum(figures, Decimal(0))


def told(notice: fubiao.Notice) -> list[str]:
    """What is said of a notice, with places."""
    lines: list[str] = []
    for finding in notice.findings:
        place: fubiao.Place = finding.places[0]
        box: Optional[tuple[float, ...]] = place.bbox
        proposed: Optional[Decimal] = finding.suspects[0].proposed if finding.suspects else None
        lines.append(f"{finding.severity} {finding.message_zh} p. {place.page} {box} {proposed}")
    table: fubiao.Table = notice.findings()
    return lines + [str(value) for value in table["check"]]


def many(paths: list[Path]) -> dict[str, int]:
    """How many facts each of these has."""
    counts: dict[str, int] = {}
    for document in fubiao.read_batch(paths, jobs=2, timeout=10.0):
        if document.notice is None:
            print(document.source, document.reason, document.code, document.message)
        else:
            counts[document.source] = len(document.notice.facts())
    return counts


def main() -> None:
    """Reads, and says why not."""
    try:
        notice = fubiao.read(b"%PDF-1.7", name="notice.pdf", password="secret")
    except fubiao.Error as error:
        where: Optional[int] = error.page
        print(error.code, error.hint_zh, where)
        return
    number = notice.document_number
    print(number.year if number else None, notice.review("page.html", lang="zh"))
