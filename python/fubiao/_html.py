"""What notebooks show. Every word of a notice goes through ``escape``: a notice may hold anything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._model import Annex, Cell, Column, Suspect
    from ._notice import Notice

#: So many rows of a table are shown; a notice of 2,000 rows would make a notebook slow.
ROWS = 200

_TABLE = "border-collapse:collapse;font-size:90%"
_EDGE = "border:1px solid #bbb;padding:1px 6px"
#: Colours as the review page has them: to doubt by a sum, to doubt as read.
_SUSPECT = "background:#fde0dc;color:#7f1d1d"
_DOUBT = "background:#fff3cd;color:#5f4b00"


def annex(annex: "Annex") -> str:
    """An annex as printed: the header in its tiers, a line a row, what is in doubt marked."""
    title = f"附件{annex.number} " if annex.number else ""
    title += annex.title or ""
    unit = f"<span style='float:right'>单位：{escape(annex.unit)}</span>" if annex.unit else ""
    suspects: dict[object, Suspect] = {}
    for suspect in annex.suspects:
        # The first of several findings has the likeliest reasons.
        suspects.setdefault((suspect.row, suspect.column, suspect.place), suspect)
    lines = []
    for row in annex.rows[:ROWS]:
        cells = "".join(
            _cell(cell, suspects.get((row.number, column.path, cell.place)))
            for column, cell in zip(annex.columns, row.cells)
        )
        weight = "bold" if row.region.level in ("province", "prefecture", "subtotal") else "normal"
        name = f"<th style='{_EDGE};text-align:left;font-weight:{weight}'>{escape(row.region.name)}</th>"
        lines.append(f"<tr>{name}{cells}</tr>")
    more = _more(len(annex.rows))
    notes = "".join(f"<p style='margin:2px 0'>{escape(note)}</p>" for note in annex.notes)
    return (
        f"<div><p style='margin:8px 0 2px'><b>{escape(title)}</b>{unit}</p>"
        f"<table style='{_TABLE}'><thead>{_header(annex.columns)}</thead>"
        f"<tbody>{''.join(lines)}</tbody></table>{more}{notes}</div>"
    )


def _header(columns: Sequence["Column"]) -> str:
    """The tiers of the header; a text that stands over several columns spans them."""
    depth = max((len(column.path) for column in columns), default=1)
    tiers = []
    for tier in range(depth):
        cells = []
        if tier == 0:
            cells.append(f"<th style='{_EDGE}' rowspan='{depth}'></th>")
        at = 0
        while at < len(columns):
            path = columns[at].path
            if tier >= len(path):
                at += 1
                continue
            end = at + 1
            while end < len(columns) and columns[end].path[: tier + 1] == path[: tier + 1] and tier < len(path) - 1:
                end += 1
            rows = depth - tier if tier == len(path) - 1 else 1
            unit = columns[at].unit if tier == len(path) - 1 else None
            said = unit is None or unit in path[tier]
            text = escape(path[tier]) + ("" if unit is None or said else f"<br><small>{escape(unit)}</small>")
            cells.append(
                f"<th style='{_EDGE};text-align:center' colspan='{end - at}' rowspan='{rows}'>{text}</th>"
            )
            at = end
        tiers.append(f"<tr>{''.join(cells)}</tr>")
    return "".join(tiers)


def _cell(cell: "Cell", suspect: "Suspect | None") -> str:
    style = _EDGE
    why: list[str] = []
    if suspect is not None:
        style += ";" + _SUSPECT
        why.extend(suspect.why_zh)
        if suspect.proposed is not None:
            why.append(f"→ {suspect.proposed}")
    elif cell.doubt:
        style += ";" + _DOUBT
    why.extend(cell.doubt)
    align = "right" if cell.value is not None else "left"
    title = f" title='{escape('; '.join(why))}'" if why else ""
    text = escape(cell.raw.strip())
    if cell.correction is not None and cell.correction.from_ != cell.correction.to:
        text = f"<s>{text}</s> {escape(str(cell.value))}"
    return f"<td style='{style};text-align:{align}'{title}>{text}</td>"


def notice(notice: "Notice") -> str:
    """A notice: what it is, what is said against it, and its annexes."""
    head = [notice.title or notice.source.name]
    number = notice.document_number
    about = [number.raw if number else None, str(notice.date_of_writing or "") or None, notice.source.name]
    told = [
        _remark(_SUSPECT, finding.message_zh or finding.message)
        for finding in notice.findings
        if finding.severity != "note"
    ]
    told += [_remark(_DOUBT, diagnostic.message_zh) for diagnostic in notice.diagnostics]
    annexes = "".join(annex(one) for one in notice.annexes)
    return (
        f"<div><h4 style='margin:4px 0'>{escape(head[0])}</h4>"
        f"<p style='margin:2px 0'>{escape(' · '.join(word for word in about if word))}</p>"
        f"{''.join(told[:ROWS])}{annexes}</div>"
    )


def _remark(style: str, text: str) -> str:
    return f"<p style='margin:2px 0;padding:1px 6px;{style}'>{escape(text)}</p>"


def table(columns: Sequence[str], rows: Sequence[dict[str, Any]], count: int) -> str:
    """A flat table."""
    head = "".join(f"<th style='{_EDGE}'>{escape(name)}</th>" for name in columns)
    lines = []
    for row in rows[:ROWS]:
        cells = ("" if row[name] is None else escape(str(row[name])) for name in columns)
        lines.append("<tr>" + "".join(f"<td style='{_EDGE}'>{cell}</td>" for cell in cells) + "</tr>")
    return (
        f"<table style='{_TABLE}'><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f"{_more(count)}"
    )


def _more(count: int) -> str:
    return f"<p style='margin:2px 0'>… {count - ROWS} more rows</p>" if count > ROWS else ""
