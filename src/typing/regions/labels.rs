//! Labels of prefectures beside their rows: which rows each of them is for, where the names of the rows say so.
//!
//! Where no rules part the rows of one prefecture from the next one's, a label in the middle of its rows looks as if its rows
//! began there. The divisions know better: 南昌县 above the label 南昌市 is one of its rows.

use super::scope::Scope;
use super::words::{self, Word};
use super::{Context, RowName, is_own_row};
use crate::regions::{Fit, Tier, spoken};

/// A prefecture that spans rows.
struct Label {
    printed: String,
    code: u32,
    /// The first row beside it, as it stands.
    at: usize,
}

/// The labels that rows belong to, by their names, as they should be; `None` where names say nothing else than what stands.
pub fn of_names(rows: &[RowName], context: &Context) -> Option<Vec<Option<String>>> {
    let read: Vec<words::Words> = rows.iter().map(|row| words::read(&row.text)).collect();
    let scope = Scope::of(context.frame, context.title, read.iter().map(|w| &w.word));
    let labels = labels(rows, &scope)?;
    let place = |row: &RowName| {
        let by = row.spanned_by.as_ref()?;
        labels.iter().position(|label| label.printed == *by)
    };
    // Which label each county's prefecture has.
    let home = |(row, words): (&RowName, &words::Words)| {
        let Word::Name(name) = &words.word else { return None };
        if is_own_row(row) {
            return place(row);
        }
        let found = scope.resolve(name);
        let mut homes =
            found.iter().filter(|f| f.fit == Fit::Full && f.division.tier() == Tier::County);
        let (only, None) = (homes.next()?, homes.next()) else { return None };
        let code = only.division.prefecture()?;
        labels.iter().position(|label| label.code == code)
    };
    let homes: Vec<Option<usize>> = rows.iter().zip(&read).map(home).collect();
    let is_moved = |at: usize| homes[at].is_some() && homes[at] != place(&rows[at]);
    if !(0..rows.len()).any(is_moved) {
        return None;
    }
    // Labels stand in the order of their rows, each beside one of them.
    let known: Vec<usize> = homes.iter().flatten().copied().collect();
    let stands_in_its_rows = |(number, label): (usize, &Label)| {
        let first = homes.iter().position(|home| *home == Some(number));
        let last = homes.iter().rposition(|home| *home == Some(number));
        first.zip(last).is_some_and(|(first, last)| (first..=last).contains(&label.at))
    };
    if !known.is_sorted() || !labels.iter().enumerate().all(stands_in_its_rows) {
        return None;
    }
    let label_of = |at: usize| {
        if matches!(read[at].word, Word::Total) && rows[at].spanned_by.is_none() {
            return None;
        }
        let before = homes[..at].iter().rev().flatten().next();
        let after = homes[at + 1..].iter().flatten().next();
        let between = before.filter(|before| after.is_none_or(|after| *before == after));
        let number = homes[at].or(between.copied()).or_else(|| place(&rows[at]))?;
        Some(labels[number].printed.clone())
    };
    Some((0..rows.len()).map(label_of).collect())
}

/// The labels top down; `None` where one is no prefecture, or stands twice.
fn labels(rows: &[RowName], scope: &Scope) -> Option<Vec<Label>> {
    let mut labels: Vec<Label> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(by) = &row.spanned_by else { continue };
        if labels.last().is_some_and(|label| label.printed == *by) {
            continue;
        }
        let found = scope.resolve(&spoken(by));
        let found = found.iter().find(|f| f.division.tier() == Tier::Prefecture)?;
        if labels.iter().any(|label| label.printed == *by) {
            return None;
        }
        labels.push(Label { printed: by.clone(), code: found.division.code, at });
    }
    (!labels.is_empty()).then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Frame;
    use crate::place::{Place, Spot};

    const PLACE: Place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };

    /// The labels of rows `[label] name`.
    fn of(rows: &[&str]) -> Option<String> {
        let row = |text: &&str| {
            let (by, name) = match text.strip_prefix('[').and_then(|t| t.split_once("] ")) {
                Some((by, name)) => (Some(by.to_owned()), name),
                None => (None, *text),
            };
            RowName {
                text: name.to_owned(),
                place: PLACE,
                indent: None,
                spanned_by: by,
                band: None,
                code: None,
                figures: Vec::new(),
            }
        };
        let rows: Vec<RowName> = rows.iter().map(row).collect();
        let frame = Frame { plan_year: Some(2023), ..Frame::default() };
        let labels =
            of_names(&rows, &Context { frame: &frame, title: "江西省任务表", header: "" })?;
        let said: Vec<String> = labels.into_iter().map(Option::unwrap_or_default).collect();
        Some(said.join(" "))
    }

    #[test]
    fn a_label_in_the_middle_is_of_the_rows_above_it_too() {
        let rows = [
            "南昌县",
            "[南昌市] 安义县",
            "[南昌市] 进贤县",
            "[南昌市] 浮梁县",
            "[景德镇市] 乐平市",
            "合计",
        ];
        let said = of(&rows);
        assert_eq!(said.as_deref(), Some("南昌市 南昌市 南昌市 景德镇市 景德镇市 "));
    }

    #[test]
    fn labels_stay_where_names_say_nothing_else() {
        assert_eq!(of(&["[南昌市] 安义县", "[南昌市] 进贤县", "[景德镇市] 乐平市"]), None);
        // A county that its former prefecture still pays for is no row of the next one's.
        assert_eq!(
            of(&["[南昌市] 安义县", "[南昌市] 浮梁县", "[南昌市] 进贤县", "[景德镇市] 乐平市"]),
            None
        );
    }
}
