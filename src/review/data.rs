//! A result, its sums and its pages in, the data of the page out: what a record holds, laid out anew
//! and short, so that the file can be mailed. `page.js` is its only reader, and of its own version.

use crate::check::{Operand, StatedSum};
use crate::emit::record::{
    AnnexRecord, CellRecord, FindingRecord, NoticeRecord, PlaceRecord, RowRecord, SuspectRecord,
    bbox,
};
use crate::place::{Place, Spot};
use crate::review::Setting;
use crate::review::sheets::{Block, Face, Sheet, Table};
use crate::review::terms::sums_of;
use crate::review::words::Word;
use serde_json::{Value, json};

/// The data of the page.
pub fn data(
    record: &NoticeRecord,
    sums: &[StatedSum],
    sheets: &[Sheet],
    setting: &Setting,
) -> Value {
    let checked = record.summary.unwrap_or_default();
    json!({
        "schema": crate::emit::record::SCHEMA_VERSION,
        "lang": setting.lang,
        "saves_to": setting.saves_to,
        "checked": {
            "annexes": checked.annexes,
            "figures": checked.figures,
            "tried": checked.identities.tried,
            "uncovered": checked.columns_uncovered,
        },
        "source": {"name": record.source.name, "sha256": record.source.sha256},
        "title": record.title,
        "document_number": record.document_number.as_ref().map(|number| &number.raw),
        "sheets": sheets.iter().map(sheet).collect::<Vec<_>>(),
        "annexes": record.annexes.iter().map(annex).collect::<Vec<_>>(),
        "targets": record.targets.iter().map(|target| json!({
            "what": target.what,
            "quantities": target.quantities.iter().map(|quantity| json!([
                quantity.raw, quantity.value, quantity.unit, place(&quantity.place),
            ])).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sums": sums.iter().map(|sum| json!([
            operand(sum.stated),
            sum.parts.iter().map(|&part| operand(part)).collect::<Vec<_>>(),
            sum.allowance.to_string(),
        ])).collect::<Vec<_>>(),
        "findings": record.findings.iter().map(|f| finding(record, sums, f)).collect::<Vec<_>>(),
        "diagnostics": record.diagnostics.iter().map(|said| json!({
            "code": said.code,
            "severity": said.severity,
            "message": [said.message, said.message_zh],
            "hint": [said.hint, said.hint_zh],
            "place": said.place.as_ref().map(place),
        })).collect::<Vec<_>>(),
        "repairs": record.repairs.iter().map(|repair| json!({
            "rule": repair.rule,
            "before": repair.before,
            "after": repair.after,
            "place": repair.place.as_ref().map(place),
        })).collect::<Vec<_>>(),
    })
}

/// `[page, x0, y0, x1, y1]` in points, `[page, line, column]` of a text, `[page, "p", paragraph, character]` or
/// `[page, "cell", table, row, column, character]` of a document.
fn place(place: &PlaceRecord) -> Value {
    match place.to_place().spot {
        Spot::Box(_) => match place.bbox {
            Some([x0, y0, x1, y1]) => json!([place.page, x0, y0, x1, y1]),
            None => json!([place.page]),
        },
        Spot::Text { line, column } => json!([place.page, line, column]),
        Spot::Paragraph { index, character } => json!([place.page, "p", index, character]),
        Spot::Cell { table, row, col, character } => {
            json!([place.page, "cell", table, row, col, character])
        }
    }
}

/// `[annex, row, column]` or `[target, quantity]`, all indices.
fn operand(operand: Operand) -> Value {
    match operand {
        Operand::Cell { annex, row, column } => json!([annex, row, column]),
        Operand::Quantity { target, quantity } => json!([target, quantity]),
    }
}

/// A page: its number, the tab it stands under, and what is on it.
fn sheet(sheet: &Sheet) -> Value {
    let mut value = match &sheet.face {
        Face::Drawn { width, height, drawn, rules } => json!({
            "size": [width, height],
            "words": drawn.words.iter().map(word).collect::<Vec<_>>(),
            "rules": rules.iter().map(bbox).collect::<Vec<_>>(),
        }),
        Face::Lines { first, lines } => json!({"first": first, "lines": lines}),
        Face::Told(blocks) => json!({"blocks": blocks.iter().map(block).collect::<Vec<_>>()}),
    };
    value["page"] = json!(sheet.number);
    value["sheet"] = json!(sheet.name);
    value["part"] = json!(sheet.part);
    value
}

/// `[text, place]` of a line, or a table.
fn block(block: &Block) -> Value {
    let at = |at: &Place| place(&PlaceRecord::from(*at));
    match block {
        Block::Line(text, begin) => json!([text, at(begin)]),
        Block::Table(Table { rows, cols, cells }) => json!({
            "rows": rows,
            "cols": cols,
            "cells": cells.iter().map(|cell| json!([
                cell.row, cell.rowspan, cell.colspan, cell.text, at(&cell.place),
            ])).collect::<Vec<_>>(),
        }),
    }
}

fn word(word: &Word) -> Value {
    let [x0, y0, x1, y1] = bbox(&word.bbox);
    json!([word.text, x0, y0, x1, y1])
}

fn annex(annex: &AnnexRecord) -> Value {
    json!({
        "number": annex.number,
        "title": annex.title,
        "unit": annex.unit,
        "place": place(&annex.place),
        "columns": annex.columns.iter().map(|column| json!({
            "path": column.path, "unit": column.unit, "place": place(&column.place),
        })).collect::<Vec<_>>(),
        "rows": annex.rows.iter().map(row).collect::<Vec<_>>(),
        "notes": annex.notes,
    })
}

fn row(row: &RowRecord) -> Value {
    json!({
        "number": row.number,
        "region": row.region.name,
        "level": row.region.level,
        "code": row.region.code,
        "place": place(&row.region.place),
        "cells": row.cells.iter().map(cell).collect::<Vec<_>>(),
    })
}

/// `[raw, value, status, place]` as printed, then what was said of it in a result made earlier or null, then, where it
/// was read from a picture and is doubtful, why and what else it may say.
fn cell(cell: &CellRecord) -> Value {
    let sight = cell.confidence.is_some() && !cell.doubt.is_empty();
    let sight = sight.then(|| {
        let readings = cell.readings.iter().map(|offer| &offer.text).collect::<Vec<_>>();
        json!({"doubt": cell.doubt, "readings": readings})
    });
    let Some(said) = &cell.correction else {
        let mut printed =
            vec![json!(cell.raw), json!(cell.value), json!(cell.status), place(&cell.place)];
        if let Some(sight) = sight {
            printed.extend([Value::Null, sight]);
        }
        return Value::Array(printed);
    };
    let status = match (said.verdict == "corrected", &said.from) {
        (false, _) => &*cell.status,
        (true, Some(_)) => "value",
        (true, None) if cell.raw.trim().is_empty() => "blank",
        (true, None) => "text",
    };
    let value = (said.verdict == "corrected").then_some(&said.to);
    json!([cell.raw, said.from, status, place(&cell.place), {
        "verdict": said.verdict, "value": value, "by": said.by, "at": said.at,
        "comment": said.comment.as_deref().unwrap_or_default(),
    }, sight])
}

fn finding(record: &NoticeRecord, sums: &[StatedSum], finding: &FindingRecord) -> Value {
    json!({
        "check": finding.check,
        "severity": finding.severity,
        "message": [finding.message, finding.message_zh],
        "cause": [finding.cause, finding.cause_zh],
        "places": finding.places.iter().map(place).collect::<Vec<_>>(),
        "sums": sums_of(record, sums, finding),
        "suspects": finding.suspects.iter().map(|s| suspect(record, s)).collect::<Vec<_>>(),
    })
}

/// A suspect with the indices of its cell, or null where no one cell is meant.
fn suspect(record: &NoticeRecord, suspect: &SuspectRecord) -> Value {
    json!({
        "cell": cell_of(record, suspect),
        "region": suspect.region,
        "column": suspect.column,
        "printed": suspect.printed,
        "proposed": suspect.proposed,
        "why": [suspect.why, suspect.why_zh],
    })
}

/// The cell that a suspect names. Two annexes may bear one number, two columns one header: its
/// place then decides.
fn cell_of(record: &NoticeRecord, suspect: &SuspectRecord) -> Option<[usize; 3]> {
    let annexes = record.annexes.iter().enumerate().filter(|(_, a)| a.number == suspect.annex);
    annexes
        .filter_map(|(a, annex)| {
            let r = annex.rows.iter().position(|row| row.number == suspect.row)?;
            let cells = annex.rows[r].cells.iter().zip(&annex.columns);
            let c = cells
                .clone()
                .position(|(cell, column)| {
                    column.path == suspect.column && cell.place == suspect.place
                })
                .or_else(|| cells.clone().position(|(_, column)| column.path == suspect.column))?;
            Some(([a, r, c], annex.rows[r].cells.get(c)?.place == suspect.place))
        })
        .max_by_key(|&(_, in_place)| in_place)
        .map(|(cell, _)| cell)
}
