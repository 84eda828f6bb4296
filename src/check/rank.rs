//! Of the ways to mend an identity, the likeliest first, and why.
//!
//! Arithmetic alone often leaves several cells equal. What tells them apart is how a hand slips
//! (one digit, two exchanged, a figure copied from another row) and what the row would look like.

use crate::check::edit::{Slip, slip};
use crate::check::figures::{Figure, Figures, Fixed, Site, Var, amount};
use crate::check::finding::Suspect;
use crate::check::order::{Order, gain};
use crate::check::suspects::{Patch, RowSlip};
use crate::diag::Wording;
use crate::model::{Amount, Annex, Verdict};

/// A way to mend, weighed.
pub struct Weighed {
    /// How unlikely it is; less is likelier.
    pub cost: i64,
    /// 1 for the likeliest; ways that cost the same share a rank.
    pub rank: u32,
    /// What kind of slip it takes back.
    pub slip: RowSlip,
    /// Whether a figure it proposes can't stand in its column: a negative one among counts.
    pub is_absurd: bool,
    /// Its cells; none where it is the body's figure that would change.
    pub suspects: Vec<Suspect>,
}

impl Weighed {
    /// Whether nothing speaks so strongly against it that it should not be named as a cause.
    pub fn is_plausible(&self) -> bool {
        self.cost < IMPLAUSIBLE / 2
    }
}

/// The cost of a figure that cannot stand in its column, such as a negative count.
const IMPLAUSIBLE: i64 = 1_000;

/// What a cell would have to be, and how likely that is.
struct Change<'n> {
    annex: &'n Annex,
    /// Index of the annex.
    index: usize,
    row: usize,
    column: usize,
    value: Fixed,
    proposed: Option<Amount>,
}

impl Change<'_> {
    /// Whether it would be negative where no figure of the column is.
    fn is_absurd(&self, figures: &Figures) -> bool {
        self.value < 0 && !figures.shape(self.index, self.column).negatives
    }
}

/// Weighs the ways to mend; the likeliest first, equals in printed order.
pub fn weigh(
    figures: &Figures,
    orders: &[Order],
    patches: &[Patch],
    agreeing: usize,
) -> Vec<Weighed> {
    let mut weighed: Vec<Weighed> =
        patches.iter().map(|patch| weigh_one(figures, orders, patch, agreeing)).collect();
    weighed.sort_by_key(|way| way.cost);
    for (ways, rank) in weighed.chunk_by_mut(|a, b| a.cost == b.cost).zip(1_u32..) {
        for way in ways {
            way.rank = rank;
            way.suspects.iter_mut().for_each(|suspect| suspect.rank = rank);
        }
    }
    weighed
}

fn weigh_one(figures: &Figures, orders: &[Order], patch: &Patch, agreeing: usize) -> Weighed {
    let mut cost = match patch.slip {
        RowSlip::Cells => 0,
        _ => 10,
    };
    let mut suspects = Vec::new();
    let mut is_absurd = false;
    for &(var, delta) in &patch.changes {
        let Some(change) = change(figures, var, delta) else {
            // The body's figure: whoever typed it had only one to type.
            cost += 12;
            continue;
        };
        let mut why = vec![agreement(patch.slip, agreeing, &change)];
        let likeliness = reasons(figures, orders, var, &change, &mut why);
        if patch.slip == RowSlip::Cells {
            cost += likeliness;
        } else {
            why.truncate(1);
        }
        is_absurd |= change.is_absurd(figures);
        suspects.push(suspect(change, why));
    }
    Weighed { cost, rank: 1, slip: patch.slip, is_absurd, suspects }
}

/// What a figure would become; `None` for one that stands in no table.
fn change<'n>(figures: &Figures<'n>, var: Var, delta: Fixed) -> Option<Change<'n>> {
    let Site::Cell { annex, index, row, column } = figures.site(var)? else {
        return None;
    };
    let value = figures.value(var)?.checked_add(delta)?;
    let cell = annex.rows.get(row)?.cells.get(column);
    let printed = cell.and_then(|c| c.value).map_or(0, Amount::decimals);
    let blank = figures.at(var) == Figure::Blank;
    let decimals = if blank { figures.shape(index, column).decimals } else { printed };
    Some(Change { annex, index, row, column, value, proposed: amount(value, decimals) })
}

/// What speaks for and against a change, and its cost.
fn reasons(
    figures: &Figures,
    orders: &[Order],
    var: Var,
    change: &Change,
    why: &mut Vec<Wording>,
) -> i64 {
    let cell = change.annex.rows.get(change.row).and_then(|row| row.cells.get(change.column));
    let printed = match figures.at(var) {
        Figure::Value(_) => cell.and_then(|c| c.value).map(|v| v.to_string()),
        _ => None,
    };
    let proposed = change.proposed.map(|p| p.to_string()).unwrap_or_default();
    let should = (change.value != 0 || printed.is_none()).then_some(proposed.as_str());
    let slip = slip(printed.as_deref(), should.or(Some("0")));
    let mut cost = slip.cost();
    why.extend(slip_words(slip, printed.as_deref().unwrap_or_default(), &proposed));

    if let (Slip::Far(_), Some(earlier)) = (slip, repeated_from(figures, var, change)) {
        cost = 25;
        why.push(Wording::new(
            format!("it repeats the figure of {earlier} in the same column"),
            format!("与同列“{earlier}”的数字相同"),
        ));
    }
    let index = match figures.site(var) {
        Some(Site::Cell { index, .. }) => index,
        _ => return cost,
    };
    let of_annex: Vec<Order> = orders.iter().copied().filter(|o| o.annex == index).collect();
    match gain(figures, &of_annex, var, change.row, change.value) {
        0 => {}
        better if better > 0 => {
            cost -= 15;
            why.push(Wording::new(
                "as printed it breaks 小区 ≤ 楼栋 ≤ 户, as proposed it does not",
                "现数字不符合小区数≤楼栋数≤户数，改后符合",
            ));
        }
        _ => cost += 25,
    }
    if let Some(said) = cell.and_then(|cell| cell.correction.as_deref()) {
        cost += IMPLAUSIBLE;
        why.push(Wording::new(
            format!("but {} {} the figure", said.by, verdict_words(said.verdict).en),
            format!("但{}已{}此数", said.by, verdict_words(said.verdict).zh),
        ));
    }
    let shape = figures.shape(index, change.column);
    if change.is_absurd(figures) {
        cost += IMPLAUSIBLE;
        why.push(Wording::new(
            "but the proposal is negative, and no other figure of the column is",
            "但改后为负数，而该列没有负数",
        ));
    }
    let decimals = change.proposed.map_or(0, Amount::decimals);
    if decimals > shape.decimals {
        cost += 40;
        why.push(Wording::new(
            "but the proposal has more decimals than the column prints",
            "但改后小数位数多于该列",
        ));
    }
    cost
}

/// What a person did with a figure.
pub fn verdict_words(verdict: Verdict) -> Wording {
    match verdict {
        Verdict::Confirmed => Wording::new("confirmed", "确认"),
        Verdict::Corrected => Wording::new("corrected", "更正"),
    }
}

/// The region of an earlier row that prints the same figure in this column: a figure of one digit
/// repeats by chance and tells nothing.
fn repeated_from<'n>(figures: &Figures, var: Var, change: &Change<'n>) -> Option<&'n str> {
    let Figure::Value(value) = figures.at(var) else {
        return None;
    };
    let Some(Site::Cell { index, .. }) = figures.site(var) else {
        return None;
    };
    let cell = change.annex.rows.get(change.row)?.cells.get(change.column)?;
    if cell.raw.chars().filter(char::is_ascii_digit).count() < 2 {
        return None;
    }
    (0..change.row)
        .rev()
        .find(|&row| figures.at(figures.cell(index, row, change.column)) == Figure::Value(value))
        .map(|row| change.annex.rows[row].region.name.as_str())
}

/// How the sums bear the change out.
fn agreement(slip: RowSlip, agreeing: usize, change: &Change) -> Wording {
    let proposed = change.proposed.map(|p| p.to_string()).unwrap_or_default();
    match slip {
        RowSlip::Cells if agreeing == 1 => Wording::new(
            format!("the sum holds with {proposed} here"),
            format!("此处为{proposed}时合计相符"),
        ),
        RowSlip::Cells => Wording::new(
            format!("{agreeing} sums agree on {proposed}"),
            format!("{agreeing}处合计均要求此处为{proposed}"),
        ),
        RowSlip::Shifted => Wording::new(
            format!("{agreeing} sums hold if the row's figures are moved back by one column"),
            format!("该行数字移回一列后，{agreeing}处合计相符"),
        ),
        RowSlip::CellsExchanged => Wording::new(
            format!("{agreeing} sums hold if two figures of the row change places"),
            format!("该行两个数字互换后，{agreeing}处合计相符"),
        ),
        RowSlip::RowsExchanged => Wording::new(
            format!("{agreeing} sums hold if the figures of two rows change places"),
            format!("两行数字互换后，{agreeing}处合计相符"),
        ),
        RowSlip::Repeated => Wording::new(
            "the row stands twice, and the sum holds without it".to_owned(),
            "该行重复，删去后合计相符".to_owned(),
        ),
    }
}

/// The slip in words; nothing where there is nothing to say for it.
fn slip_words(slip: Slip, printed: &str, proposed: &str) -> Option<Wording> {
    let (en, zh) = match slip {
        Slip::Digit => ("one digit differs", "一位数字之差"),
        Slip::Exchanged => ("two neighbouring digits changed places", "相邻两位数字颠倒"),
        Slip::Sign => ("only the sign differs", "仅正负号不同"),
        Slip::Point => ("only the decimal point differs", "仅小数点位置不同"),
        Slip::Lost => ("a digit is missing", "漏了一位数字"),
        Slip::Extra => ("there is a digit too many", "多了一位数字"),
        Slip::Blank => {
            return Some(Wording::new(
                format!("nothing is printed here, {proposed} is missing from the sum"),
                format!("此处为空，合计恰缺{proposed}"),
            ));
        }
        Slip::Filled | Slip::Far(_) => return None,
    };
    Some(Wording::new(
        format!("{en}: {printed} for {proposed}"),
        format!("{zh}：{proposed}误作{printed}"),
    ))
}

/// The cell in the words of a finding.
fn suspect(change: Change, why: Vec<Wording>) -> Suspect {
    let row = &change.annex.rows[change.row];
    let cell = row.cells.get(change.column);
    Suspect {
        annex: change.annex.number,
        row: row.number,
        region: row.region.name.clone(),
        column: change.annex.columns[change.column].path.clone(),
        printed: cell.map(|c| c.raw.clone()).unwrap_or_default(),
        proposed: change.proposed,
        rank: 1,
        why,
        place: cell.map_or(row.region.place, |c| c.place),
    }
}
