//! A notice in, the same notice with what its own sums prove out: figures read from pictures, and figures printed one
//! over the other.
//!
//! For pictures there are three cases, and nothing else. A sum holds and no member is doubtful: its members are proven. A sum is broken,
//! and exactly one doubtful member has another reading that recognition itself offered and that mends every sum
//! it is in: that reading is taken, on record. Otherwise it stays broken, and `check` says so. A reading without
//! doubt is never overruled, for the notice itself can be wrong. Names are mended in the same way, by the table
//! of divisions, and headers by the notice's own words, before all this (`reword`).
//!
//! Deliberately absent: solving a sum for a member. What recognition did not offer is not made up.

mod headers;
mod names;
mod reword;

pub use reword::{Reworded, rewordings};

use crate::check::{self, Operand, Relation};
use crate::diag::{Diagnostic, FIGURES_OVERLAID, Repair, Severity, Sink, Stage, Wording};
use crate::figure::{self, Reading};
use crate::geom::Axis;
use crate::model::{Amount, Annex, Cell, Notice, Status, annex_name};
use crate::place::{Place, Spot};
use crate::sight::{Offer, Proof, Seen, Sight, sight_of};
use std::collections::{BTreeMap, BTreeSet};

/// The code of an annex whose table was lost in its picture: such a result is not whole.
pub const TABLE_NOT_FOUND: &str = "table_not_found";

/// Other readings that are tried on one notice; a broken scan offers more than can be told apart.
const TRIES: usize = 200;

/// Proves what can be proven of the figures read from pictures, and mends what can be mended; `reworded` is what was read
/// otherwise already.
pub fn prove(sink: &mut Sink, notice: &mut Notice, seen: &[Seen], reworded: &[Reworded]) {
    attach(notice, seen);
    names::doubt(sink, notice, seen);
    headers::doubt(sink, notice, seen, reworded);
    mend_figures(sink, notice);
    mark_proven(notice);
    for cell in cells_mut(notice) {
        let causes = cell.sight.iter().flat_map(|sight| &sight.doubts);
        cell.doubt.extend(causes.map(|doubt| doubt.code().to_owned()).collect::<Vec<_>>());
    }
    remark(sink, notice);
    remark_missing_tables(sink, notice, seen);
    remark_frame(sink, notice, seen);
}

/// Makes notes of what was said of figures printed one over the other, where each figure there stands in sums down its
/// column, and all of them hold: one that was read into another's column would break them.
pub fn tell_apart(notice: &Notice, diagnostics: &mut [Diagnostic]) {
    let is_open = |d: &Diagnostic| d.code == FIGURES_OVERLAID && d.severity > Severity::Note;
    if !diagnostics.iter().any(is_open) {
        return;
    }
    // Whether all sums hold that a cell stands in down its column.
    let mut stands: BTreeMap<(usize, usize, usize), bool> = BTreeMap::new();
    for sum in check::relations(notice) {
        let place = |member: &Operand| match *member {
            Operand::Cell { annex, row, column } => Some((annex, row, column)),
            Operand::Quantity { .. } => None,
        };
        let Some(members) = sum.members.iter().map(place).collect::<Option<Vec<_>>>() else {
            continue;
        };
        if members.windows(2).any(|pair| (pair[0].0, pair[0].2) != (pair[1].0, pair[1].2)) {
            continue;
        }
        for member in members {
            *stands.entry(member).or_insert(true) &= sum.holds;
        }
    }
    let stand_in = |annex: usize, row: usize, column: usize| {
        stands.get(&(annex, row, column)).copied().unwrap_or_default()
    };
    for diagnostic in diagnostics.iter_mut().filter(|d| is_open(d)) {
        let Some(place) = diagnostic.place else { continue };
        let there: Vec<bool> = (notice.annexes.iter().enumerate())
            .flat_map(|(a, annex)| annex.rows.iter().enumerate().map(move |(r, row)| (a, r, row)))
            .flat_map(|(a, r, row)| {
                row.cells.iter().enumerate().map(move |(c, cell)| (a, r, c, cell))
            })
            .filter(|(.., cell)| cell.status == Status::Value && is_met(&cell.place, &place))
            .map(|(a, r, c, _)| stand_in(a, r, c))
            .collect();
        if there.len() > 1 && there.iter().all(|stands| *stands) {
            diagnostic.severity = Severity::Note;
            diagnostic.hint = None;
            diagnostic.message.en.push_str("; the sums down their columns hold");
            diagnostic.message.zh.push_str("；所在各列的合计均成立");
        }
    }
}

/// Whether a place reaches into a cell, in the cell's own line.
fn is_met(cell: &Place, place: &Place) -> bool {
    let (Spot::Box(of_cell), Spot::Box(there)) = (cell.spot, place.spot) else { return false };
    cell.page == place.page
        && of_cell.overlap(&there, Axis::X) > 0.0
        && 2.0 * of_cell.overlap(&there, Axis::Y) > there.height()
}

/// Gives each cell what was left open of it.
fn attach(notice: &mut Notice, seen: &[Seen]) {
    for cell in cells_mut(notice) {
        cell.sight = at(seen, &cell.place).map(Box::new);
    }
}

fn cells_mut(notice: &mut Notice) -> impl Iterator<Item = &mut Cell> {
    notice.annexes.iter_mut().flat_map(|a| &mut a.rows).flat_map(|row| &mut row.cells)
}

fn cells(notice: &Notice) -> impl Iterator<Item = &Cell> {
    notice.annexes.iter().flat_map(|a| &a.rows).flat_map(|row| &row.cells)
}

fn at(seen: &[Seen], place: &Place) -> Option<Sight> {
    match place.spot {
        Spot::Box(bbox) => sight_of(seen, place.page, &bbox),
        _ => None,
    }
}

fn cell_at<'n>(notice: &'n Notice, member: &Operand) -> Option<&'n Cell> {
    match *member {
        Operand::Cell { annex, row, column } => {
            notice.annexes.get(annex)?.rows.get(row)?.cells.get(column)
        }
        Operand::Quantity { .. } => None,
    }
}

fn cell_at_mut<'n>(notice: &'n mut Notice, member: &Operand) -> Option<&'n mut Cell> {
    match *member {
        Operand::Cell { annex, row, column } => {
            notice.annexes.get_mut(annex)?.rows.get_mut(row)?.cells.get_mut(column)
        }
        Operand::Quantity { .. } => None,
    }
}

fn is_doubtful(cell: &Cell) -> bool {
    cell.sight.as_ref().is_some_and(|sight| !sight.doubts.is_empty())
}

/// A way to mend a broken sum.
#[derive(Debug, Clone, PartialEq)]
struct Way {
    member: Operand,
    offer: Offer,
    /// How many sums it mends.
    mends: usize,
}

fn mend_figures(sink: &mut Sink, notice: &mut Notice) {
    let mut tries = TRIES;
    let mut given_up: BTreeSet<String> = BTreeSet::new();
    loop {
        let relations = check::relations(notice);
        let open = |r: &&Relation| !r.holds && !given_up.contains(&format!("{:?}", r.members));
        let Some(broken) = relations.iter().find(open) else { return };
        let ways = ways_to_mend(notice, &relations, broken, &mut tries);
        match &ways[..] {
            [way] => take(sink, notice, way),
            _ => {
                given_up.insert(format!("{:?}", broken.members));
            }
        }
        if tries == 0 {
            return;
        }
    }
}

/// The readings that mend a broken sum and every other sum that their member is in.
fn ways_to_mend(
    notice: &Notice,
    relations: &[Relation],
    broken: &Relation,
    tries: &mut usize,
) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for member in &broken.members {
        let Some(cell) = cell_at(notice, member).filter(|cell| is_doubtful(cell)) else { continue };
        let offers = cell.sight.as_ref().map(|sight| sight.readings.clone()).unwrap_or_default();
        let mut values = Vec::new();
        for offer in offers {
            let value = figure_of(&offer.text);
            if value.is_none() || value == cell.value || values.contains(&value) {
                continue;
            }
            values.push(value);
            let Some(left) = tries.checked_sub(1) else { return Vec::new() };
            *tries = left;
            let mut tried = notice.clone();
            if let Some(cell) = cell_at_mut(&mut tried, member) {
                set(cell, &offer);
            }
            let after = check::relations(&tried);
            let own = |r: &&Relation| r.members.contains(member);
            let held = relations.iter().filter(own).filter(|r| !r.holds).count();
            let total = relations.iter().filter(own).count();
            if after.iter().filter(own).all(|r| r.holds)
                && after.iter().filter(own).count() >= total
            {
                ways.push(Way { member: *member, offer, mends: held });
            }
        }
    }
    ways
}

/// The figure that a reading says, if it says one.
fn figure_of(text: &str) -> Option<Amount> {
    match figure::read(text) {
        Reading::Figure(figure) => Some(Amount::new(figure.value)),
        _ => None,
    }
}

fn set(cell: &mut Cell, offer: &Offer) {
    cell.value = figure_of(&offer.text);
    cell.raw = offer.text.clone();
    cell.status = Status::Value;
    cell.text = None;
}

/// Takes another reading, and says so.
fn take(sink: &mut Sink, notice: &mut Notice, way: &Way) {
    let Some(cell) = cell_at_mut(notice, &way.member) else { return };
    let before = cell.raw.clone();
    set(cell, &way.offer);
    if let Some(sight) = &mut cell.sight {
        let first = Offer { text: before.clone(), confidence: sight.confidence };
        sight.readings.retain(|offer| *offer != way.offer);
        sight.readings.insert(0, first);
        sight.proof = Proof::Mended;
        // It answers the doubt: what was read is on record beside it.
        sight.doubts.clear();
    }
    let (place, after, mends) = (cell.place, way.offer.text.clone(), way.mends);
    sink.repair(Repair {
        stage: Stage::Proof,
        rule: "mended_by_sums",
        place: Some(place),
        before: before.clone(),
        after: after.clone(),
    });
    sink.remark(Diagnostic {
        code: "figure_mended",
        severity: Severity::Note,
        place: Some(place),
        message: Wording::new(
            format!(
                "\"{before}\" was read, and \"{after}\" offered beside it, which mends {mends} sums: taken"
            ),
            format!("识别为“{before}”，备选“{after}”可使 {mends} 个合计成立，已采用后者"),
        ),
        hint: None,
    });
}

/// Marks the members of sums that hold and have no doubtful member.
fn mark_proven(notice: &mut Notice) {
    for relation in check::relations(notice).iter().filter(|r| r.holds) {
        let doubtful = relation.members.iter().filter_map(|m| cell_at(notice, m)).any(is_doubtful);
        if doubtful {
            continue;
        }
        for member in &relation.members {
            let sight = cell_at_mut(notice, member).and_then(|cell| cell.sight.as_deref_mut());
            if let Some(sight) = sight.filter(|sight| sight.proof == Proof::None) {
                sight.proof = Proof::Proven;
            }
        }
    }
}

/// Says how many figures are doubtful, and how many nothing proves.
fn remark(sink: &mut Sink, notice: &Notice) {
    let figures = || cells(notice).filter(|c| c.status == Status::Value && c.sight.is_some());
    let all = figures().count();
    let doubtful: Vec<&Cell> =
        cells(notice).filter(|c| c.status != Status::Blank && is_doubtful(c)).collect();
    if !doubtful.is_empty() {
        let shown: Vec<&str> = doubtful.iter().take(5).map(|c| c.raw.as_str()).collect();
        let (count, shown) = (doubtful.len(), shown.join(", "));
        sink.remark(Diagnostic {
            code: "readings_doubtful",
            severity: Severity::Warning,
            place: None,
            message: Wording::new(
                format!("{count} cells read from pictures are doubtful: {shown} …"),
                format!("{count} 个单元格的识别结果存疑：{shown} ……"),
            ),
            hint: Some(Wording::new(
                "look them over with `fubiao review`; each has its cause under `doubt`",
                "请用 `fubiao review` 核对；原因见各单元格的 `doubt`",
            )),
        });
    }
    let proof = |c: &&Cell| c.sight.as_ref().is_some_and(|sight| sight.proof == Proof::None);
    let unproven = figures().filter(proof).count();
    if unproven > 0 {
        sink.remark(Diagnostic {
            code: "figures_unproven",
            severity: Severity::Note,
            place: None,
            message: Wording::new(
                format!("{unproven} of {all} figures read from pictures are proven by no sum"),
                format!("识别出的 {all} 个数字中，有 {unproven} 个没有合计可以印证"),
            ),
            hint: None,
        });
    }
}

/// Says which annexes that are tables by their own titles, or by the list of annexes, show none on pages that are
/// pictures, and which listed ones are not there at all: a whole table was lost.
fn remark_missing_tables(sink: &mut Sink, notice: &Notice, seen: &[Seen]) {
    let is_table = |title: &str| title.trim_end_matches(['）', ')', ' ']).ends_with('表');
    let lost = |annex: &&Annex| {
        let listed = notice.annex_list.iter().filter(|entry| entry.number == annex.number);
        let mut titles = listed.map(|entry| &entry.title).chain(&annex.title);
        titles.any(|title| is_table(&title.value))
            && annex.rows.is_empty()
            && seen.iter().any(|s| s.page == annex.place.page)
    };
    let mut remark = |place: Place, Wording { en, zh }: Wording| {
        sink.remark(Diagnostic {
            code: TABLE_NOT_FOUND,
            severity: Severity::Error,
            place: Some(place),
            message: Wording::new(en, zh),
            hint: Some(Wording::new(
                "scan the page again, flat and at 200 dpi or more",
                "请平整页面，以 200 dpi 以上重新扫描",
            )),
        });
    };
    for annex in notice.annexes.iter().filter(lost) {
        let Wording { en, zh } = annex_name(annex.number);
        let en = format!(
            "{en} says that it is a table, and none was found on its pages, which are pictures"
        );
        remark(annex.place, Wording::new(en, format!("{zh}标题为表，但其图片页上没有找到表格")));
    }
    // What is listed stands behind the list.
    let behind = |place: &Place| seen.iter().any(|s| s.page >= place.page);
    let absent = notice.annex_list.iter().filter(|entry| {
        is_table(&entry.title.value)
            && behind(&entry.title.place)
            && !notice.annexes.iter().any(|annex| annex.number == entry.number)
    });
    for entry in absent {
        let Wording { en, zh } = annex_name(entry.number);
        let en = format!(
            "{en} is listed as a table, and was not found in the notice, whose pages are pictures"
        );
        remark(
            entry.title.place,
            Wording::new(en, format!("附件说明列有{zh}（表），但图片页上没有找到")),
        );
    }
}

/// A line of the frame that is less sure than this is said to be doubtful, in thousandths.
const SURE_LINE: u16 = 600;

/// Says which elements of the frame are doubtful.
fn remark_frame(sink: &mut Sink, notice: &Notice, seen: &[Seen]) {
    use crate::model::Field;
    fn place_of<T>(field: &Field<T>) -> Option<Place> {
        match field {
            Field::Read(located) => Some(located.place),
            Field::Raw(located) => Some(located.place),
            Field::Absent => None,
        }
    }
    let frame = &notice.frame;
    let elements = [
        ("title", "标题", frame.title.as_ref().map(|t| t.place)),
        ("document number", "发文字号", place_of(&frame.document_number)),
        ("date of writing", "成文日期", place_of(&frame.date_of_writing)),
        ("issuing authority", "发文机关", frame.issuing_authorities.first().map(|a| a.place)),
        ("signing authority", "署名", frame.signing_authorities.first().map(|a| a.place)),
    ];
    for (en, zh, place) in elements {
        let Some(place) = place else { continue };
        let Some(sight) = at(seen, &place) else { continue };
        if sight.confidence >= SURE_LINE && sight.doubts.is_empty() {
            continue;
        }
        sink.remark(Diagnostic {
            code: "frame_doubtful",
            severity: Severity::Warning,
            place: Some(place),
            message: Wording::new(
                format!("the {en} was read from a picture and is not certain"),
                format!("{zh}识别自图片，尚不确定"),
            ),
            hint: None,
        });
    }
}
