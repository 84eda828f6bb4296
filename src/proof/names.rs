//! Names of rows that were read from pictures: mended by the table of divisions, or doubted, and with them all that
//! stands under them. A figure under a misread name is as wrong as a misread figure.

use super::at;
use super::reword::Reworded;
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::lexicon::{AREAS, CENTRALS, REGION_ENDINGS, SUBTOTALS, TOTALS};
use crate::model::{Annex, Level, Notice, Region, Row};
use crate::place::Place;
use crate::regions::{by_character, by_stem, resolve, spoken, zone_prefecture};
use crate::sight::{Doubt, Seen, Sight};
use std::collections::BTreeSet;

/// A name that no division bears, among names that divisions bear, is doubtful where a character of it is less sure
/// than this, in thousandths.
const SURE_NAME: u16 = 900;
/// Fewest names of a table that say how its names end.
const FEWEST_NAMES: usize = 5;
/// Another reading counts from here, in thousandths.
const LIKELY_OFFER: u16 = 30;

/// Where names are sought.
#[derive(Debug, Clone, Copy)]
struct Scope {
    /// The province's code.
    province: u32,
    year: Option<u16>,
}

impl Scope {
    /// That of an annex, if one of its rows has a code.
    fn of(annex: &Annex, year: Option<u16>) -> Option<Scope> {
        let mut codes = annex.rows.iter().filter_map(|row| row.region.code.as_ref());
        let code = codes.find_map(|code| code.parse::<u32>().ok())?;
        Some(Scope { province: code / 10_000 * 10_000, year })
    }

    fn knows(&self, name: &str) -> bool {
        !self.codes(name).is_empty()
    }

    /// The codes of the divisions that a name may stand for.
    fn codes(&self, name: &str) -> Vec<u32> {
        let found = resolve(&spoken(name), Some(self.province), self.year);
        found.iter().map(|found| found.division.code).collect()
    }
}

fn year_of(notice: &Notice) -> Option<u16> {
    notice.frame.document_number.read().map(|n| n.year).or(notice.frame.plan_year)
}

/// Names that the table of divisions does not know, each beside a reading that it knows in that place and year, or that
/// has a stop more at an end, where a speck stands.
pub(super) fn rewordings(notice: &Notice, seen: &[Seen]) -> Vec<Reworded> {
    let year = year_of(notice);
    let mut all = Vec::new();
    for annex in &notice.annexes {
        let Some(scope) = Scope::of(annex, year) else { continue };
        for row in &annex.rows {
            let Region { name, code, place, .. } = &row.region;
            let Some(sight) = at(seen, place) else { continue };
            let after = match code.is_some() || scope.knows(name) {
                true => whole(annex, row, &sight, scope),
                false => meant(name, &sight, scope).or_else(|| whole(annex, row, &sight, scope)),
            };
            if let Some(after) = after {
                let (place, before) = (*place, name.clone());
                all.push(Reworded { rule: "name_mended", place, before, after });
            }
        }
    }
    all
}

/// What a name means that the table of divisions does not know, if one reading alone says it.
fn meant(name: &str, sight: &Sight, scope: Scope) -> Option<String> {
    /// What recognition takes a speck for.
    const SPECKS: &str = ".·•,、'`，。\"“”\u{FFFD}";
    let bare = name.trim_matches(|c| SPECKS.contains(c));
    let is_word = [CENTRALS, TOTALS, SUBTOTALS].iter().any(|words| words.contains(&bare));
    if bare != name && (is_word || scope.knows(bare)) {
        return Some(bare.to_owned());
    }
    // Where the strokes of 区 part, they look like letters; and so do specks behind a name.
    let stem = name.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if stem != name && stem.chars().count() > 1 {
        let mut names = [format!("{stem}区"), stem.to_owned()].into_iter();
        if let Some(name) = names.find(|name| scope.codes(name).len() == 1) {
            return Some(name);
        }
    }
    let mut offers = sight.readings.iter().filter(|offer| scope.knows(offer.text.trim()));
    let (Some(offer), None) = (offers.next(), offers.next()) else { return None };
    let after = offer.text.trim();
    (scope.codes(after).len() == 1).then(|| after.to_owned())
}

/// The whole of a name behind which there is ink that was not read: the one division of the place around the row that is
/// called so and has a character more, and has no row of its own.
fn whole(annex: &Annex, row: &Row, sight: &Sight, scope: Scope) -> Option<String> {
    if !sight.doubts.contains(&Doubt::InkLeft) {
        return None;
    }
    let head = row.region.parent_row.and_then(|head| annex.rows.get(head));
    let head = head.and_then(|head| head.region.code.as_ref()?.parse::<u32>().ok());
    let has_row = |name: &str| annex.rows.iter().any(|row| row.region.name == name);
    let mut near = by_stem(&row.region.name, scope.province, scope.year)
        .filter(|near| head.is_none_or(|head| near.code / 100 == head / 100))
        .filter(|near| !has_row(near.name()));
    match (near.next(), near.next()) {
        (Some(near), None) => Some(near.name().to_owned()),
        _ => None,
    }
}

/// Says which rows stand under a name that is not certain, so that none of their figures is taken for certain.
pub(super) fn doubt(sink: &mut Sink, notice: &Notice, seen: &[Seen]) {
    let year = year_of(notice);
    for annex in &notice.annexes {
        let scope = Scope::of(annex, year);
        let names: BTreeSet<&str> = annex.rows.iter().map(|r| &r.region.name[..]).collect();
        let plain = || annex.rows.iter().map(|row| &row.region).filter(|r| is_plain(r));
        let known = plain().filter(|r| r.code.is_some()).count();
        // Where most names are those of divisions, one that is not is looked at closely.
        let of_divisions = scope.filter(|_| 4 * known >= 3 * plain().count());
        let doubtful: Vec<bool> = annex
            .rows
            .iter()
            .map(|row| {
                let region = &row.region;
                at(seen, &region.place).is_some_and(|sight| {
                    is_doubtful(region, &sight, scope, of_divisions.is_some(), &names)
                })
            })
            .collect();
        let of_number = notice.annexes.iter().filter(|other| other.number == annex.number);
        let is_left_alone = lacks_heads(of_number.flat_map(|a| &a.rows).map(|row| &row.region));
        // A name over others may be among those that were not read.
        let is_lost = doubtful.contains(&true) && has_heads(annex);
        let over = doubtful_heads(annex.rows.iter().map(|row| &row.region).zip(&doubtful));
        for ((row, own), over) in annex.rows.iter().zip(&doubtful).zip(over) {
            let region = &row.region;
            if *own {
                remark(sink, region.place, &region.name, None);
            } else if is_left_alone && is_part(region) && at(seen, &region.place).is_some() {
                remark_alone(sink, region);
            } else if region.parent_row.is_some_and(|head| doubtful[head]) {
                remark(sink, region.place, &region.name, region.parent.as_deref());
            } else if over.is_some() && is_part_of_any(region) {
                remark(sink, region.place, &region.name, over);
            } else if is_lost && at(seen, &region.place).is_some() {
                let head = region.parent_row.and_then(|head| annex.rows.get(head));
                if is_astray(region, head.map(|row| &row.region)) {
                    remark_alone(sink, region);
                }
            }
        }
    }
}

/// Whether the names over the rows of an annex were lost: two of its rows have one name that each prefecture has, 中心城区, and
/// nothing says of which they are.
fn lacks_heads<'r>(regions: impl Iterator<Item = &'r Region>) -> bool {
    let mut alone = regions.filter(|r| r.parent.is_none() && CENTRALS.contains(&&r.name[..]));
    let mut names: BTreeSet<&str> = BTreeSet::new();
    alone.any(|region| !names.insert(&region.name))
}

/// For each row, the doubtful name before it that may be the prefecture's that it is a part of: the last one, where none that
/// is certain follows.
fn doubtful_heads<'r>(rows: impl Iterator<Item = (&'r Region, &'r bool)>) -> Vec<Option<&'r str>> {
    let mut over: Option<&str> = None;
    let before = |(region, doubtful): (&'r Region, &'r bool)| {
        let is_head = *doubtful && HEADS.iter().any(|ending| region.name.ends_with(ending));
        match (is_head, region.level) {
            (true, _) => over = Some(&region.name),
            (false, Level::Prefecture | Level::Province) => over = None,
            _ => {}
        }
        over
    };
    rows.map(before).collect()
}

/// Whether most of an annex's parts of prefectures stand under one.
fn has_heads(annex: &Annex) -> bool {
    let parts = || annex.rows.iter().map(|row| &row.region).filter(|r| is_part_of_any(r));
    let under = parts().filter(|region| region.parent.is_some()).count();
    under > 0 && 2 * under >= parts().count()
}

/// Whether a row that should be a part of a prefecture is a part of none, or of another than the table of divisions says.
fn is_astray(region: &Region, head: Option<&Region>) -> bool {
    /// The third and fourth digit of the codes of counties that are part of no prefecture.
    const DIRECT: u32 = 90;
    let code = |region: &Region| region.code.as_ref()?.parse::<u32>().ok();
    let head = head.and_then(code).filter(|head| head % 100 == 0);
    let own = code(region).filter(|code| code / 100 % 100 != DIRECT);
    match (region.level, own) {
        (Level::Central, _) => region.parent.is_none(),
        (Level::County, Some(own)) => {
            region.parent.is_none() || head.is_some_and(|head| head / 100 != own / 100)
        }
        _ => false,
    }
}

/// What names of prefectures end in.
const HEADS: &[&str] = &["市", "州", "盟", "地区"];

/// Whether a row is of a part of a prefecture, whatever it is said to be a part of.
fn is_part_of_any(region: &Region) -> bool {
    matches!(region.level, Level::County | Level::Central | Level::Other) && !region.name.is_empty()
}

/// Whether a row is of a part of a prefecture, and nothing says of which.
fn is_part(region: &Region) -> bool {
    region.parent.is_none()
        && !matches!(region.level, Level::Prefecture)
        && !TOTALS.contains(&&region.name[..])
}

/// Whether a name may be that of a division, and is no word for a total or the rest of one.
fn is_plain(region: &Region) -> bool {
    matches!(region.level, Level::Prefecture | Level::County | Level::Other)
        && !region.name.is_empty()
}

/// Whether a name is not certain: its reading is doubtful and no division bears it, or another that one bears may be
/// meant; or no division bears it, those around it are, and one is called nearly so or the reading is none too sure.
fn is_doubtful(
    region: &Region,
    sight: &Sight,
    scope: Option<Scope>,
    among_divisions: bool,
    names: &BTreeSet<&str>,
) -> bool {
    let name = &region.name[..];
    // The number of a row got into its name: 3桂林市, where the rule between them was not seen.
    let stem = name.trim_start_matches(|c: char| c.is_ascii_digit() || "-—一".contains(c));
    if stem.len() < name.len()
        && name.starts_with(|c: char| c.is_ascii_digit())
        && REGION_ENDINGS.iter().any(|ending| stem.ends_with(ending))
    {
        return true;
    }
    // The tick of whoever checked the row.
    let is_of_name = |c: char| c.is_alphanumeric() || "（）()、·—-－ ".contains(c);
    if among_divisions && !name.chars().all(is_of_name) {
        return true;
    }
    // A part of a figure got behind it: 蓝天示范区.34.
    let rest = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let of_figure = rest.ends_with(['.', ',']) || among_divisions;
    if rest.len() < name.len() && of_figure && is_plain(region) {
        return true;
    }
    // The last character of the name was not read, where the others of the table have theirs.
    let ends = |name: &str| REGION_ENDINGS.iter().any(|ending| name.ends_with(ending));
    if among_divisions
        && !ends(name)
        && names.len() >= FEWEST_NAMES
        && 4 * names.iter().filter(|name| ends(name)).count() >= 3 * names.len()
        && scope.is_some_and(|s| by_stem(name, s.province, s.year).next().is_some())
    {
        return true;
    }
    let is_known = region.code.is_some()
        || [CENTRALS, SUBTOTALS, TOTALS].iter().any(|words| words.contains(&name))
        || scope.is_some_and(|scope| scope.knows(name));
    let has_rival = || {
        let Some(scope) = scope else { return false };
        let own = scope.codes(name);
        let likely = sight.readings.iter().filter(|offer| offer.confidence >= LIKELY_OFFER);
        likely.map(|offer| scope.codes(offer.text.trim())).any(|c| !c.is_empty() && c != own)
    };
    let is_area =
        || AREAS.iter().any(|area| name.ends_with(area)) || zone_prefecture(name).is_some();
    match (is_known, sight.doubts.is_empty()) {
        (true, true) => false,
        (true, false) => has_rival(),
        (false, false) => true,
        (false, true) => {
            let scope = scope.filter(|_| among_divisions && is_plain(region) && !is_area());
            scope.is_some_and(|scope| {
                let mut near = by_character(name, scope.province, scope.year);
                // No division is called by one character.
                sight.confidence < SURE_NAME
                    || name.chars().count() < 2
                    || near.any(|near| !names.contains(near.name()))
            })
        }
    }
}

fn remark(sink: &mut Sink, place: Place, name: &str, head: Option<&str>) {
    let wording = match head {
        None => Wording::new(
            format!("the name of a row was read from a picture and is not certain: {name}"),
            format!("该行名称识别自图片，尚不确定：{name}"),
        ),
        Some(head) => Wording::new(
            format!(
                "{name} stands under {head}, a name that was read from a picture and is not certain"
            ),
            format!("“{name}”所属的“{head}”识别自图片，尚不确定"),
        ),
    };
    sink.remark(Diagnostic {
        code: "name_doubtful",
        severity: Severity::Warning,
        place: Some(place),
        message: wording,
        hint: Some(Wording::new(
            "look at the page: the figures of the row are doubtful with its name",
            "请核对原页：名称不确定，该行数字一并存疑",
        )),
    });
}

fn remark_alone(sink: &mut Sink, Region { name, place, .. }: &Region) {
    sink.remark(Diagnostic {
        code: "name_doubtful",
        severity: Severity::Warning,
        place: Some(*place),
        message: Wording::new(
            format!(
                "{name} stands under no name, and others of its table are parts of prefectures whose names were not read"
            ),
            format!("“{name}”没有上级名称，本表其他行所属市州的名称也未识别"),
        ),
        hint: Some(Wording::new(
            "look at the page: the figures of the row are doubtful with what it is a part of",
            "请核对原页：所属不确定，该行数字一并存疑",
        )),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::sight::Offer;

    const JIANGXI: Option<Scope> = Some(Scope { province: 360_000, year: Some(2023) });

    fn doubted(name: &str, confidence: u16, doubts: &[Doubt], offers: &[&str]) -> bool {
        let region = Region {
            name: name.to_owned(),
            level: Level::County,
            parent_row: None,
            parent: None,
            code: None,
            place: Place::of_box(1, Rect::default()),
        };
        let offer = |text: &&str| Offer { text: (*text).to_owned(), confidence: 100 };
        let readings = offers.iter().map(offer).collect();
        let sight = Sight { confidence, readings, doubts: doubts.to_vec(), ..Sight::default() };
        is_doubtful(&region, &sight, JIANGXI, true, &BTreeSet::from(["弋阳县"]))
    }

    #[test]
    fn rows_are_doubtful_where_the_names_over_them_were_lost() {
        let region = |name: &str, level: Level, parent: Option<&str>| Region {
            name: name.to_owned(),
            level,
            parent_row: None,
            parent: parent.map(str::to_owned),
            code: None,
            place: Place::of_box(1, Rect::default()),
        };
        let lost = |parents: [Option<&str>; 2]| {
            let regions = parents.map(|parent| region("中心城区", Level::Central, parent));
            lacks_heads(regions.iter())
        };
        assert!(lost([None, None]));
        assert!(!lost([Some("西安市"), None]) && !lost([Some("西安市"), Some("铜川市")]));
        assert!(is_part(&region("蓝田县", Level::County, None)));
        assert!(!is_part(&region("西安市", Level::Prefecture, None)));
        assert!(!is_part(&region("合计", Level::Province, None)));
    }

    #[test]
    fn what_stands_behind_a_doubtful_name_may_be_a_part_of_it() {
        let region = |(name, level): (&str, Level)| Region {
            name: name.to_owned(),
            level,
            parent_row: None,
            parent: None,
            code: None,
            place: Place::of_box(1, Rect::default()),
        };
        let rows = [
            ("仙游县", Level::County),
            ("莆山市", Level::Other),
            ("仙游县", Level::County),
            ("泉州市", Level::Prefecture),
            ("晋江市", Level::County),
        ];
        let rows = rows.map(region);
        let over = doubtful_heads(rows.iter().zip(&[false, true, false, false, false]));
        assert_eq!(over, [None, Some("莆山市"), Some("莆山市"), None, None]);
    }

    #[test]
    fn a_county_under_no_prefecture_or_another_is_astray() {
        let region = |name: &str, level: Level, code: &str, parent: Option<&str>| Region {
            name: name.to_owned(),
            level,
            parent_row: parent.map(|_| 0),
            parent: parent.map(str::to_owned),
            code: (!code.is_empty()).then(|| code.to_owned()),
            place: Place::of_box(1, Rect::default()),
        };
        let nanchang = region("南昌市", Level::Prefecture, "360100", None);
        let of = |code, parent| region("弋阳县", Level::County, code, parent);
        let in_nanchang = Some("南昌市");
        assert!(is_astray(&of("361126", None), None));
        assert!(is_astray(&of("361126", in_nanchang), Some(&nanchang)));
        assert!(!is_astray(&of("360121", in_nanchang), Some(&nanchang)));
        // One that is part of no prefecture, and one that the table of divisions does not know.
        assert!(!is_astray(&of("419001", None), None) && !is_astray(&of("", None), None));
        assert!(is_astray(&region("中心城区", Level::Central, "", None), None));
    }

    #[test]
    fn a_name_that_no_division_bears_is_doubtful_where_its_reading_is() {
        assert!(doubted("章贡CX", 990, &[Doubt::Form], &[]));
        // A word for a part of a prefecture is none that a division would have to bear.
        assert!(!doubted("中心城区", 990, &[Doubt::Form], &[]));
        assert!(!doubted("章贡区", 550, &[Doubt::LowConfidence], &[]));
        // Zones are no divisions, and read well they are what they say.
        assert!(!doubted("蓝天碧水区", 990, &[], &[]));
        assert!(doubted("蓝天碧水区", 850, &[], &[]));
        assert!(!doubted("赣江新区", 850, &[], &[]));
    }

    #[test]
    fn a_name_without_its_ending_among_names_that_have_theirs_is_doubtful() {
        let doubted = |name: &str, others: &[&str]| {
            let region = Region {
                name: name.to_owned(),
                level: Level::County,
                parent_row: None,
                parent: None,
                code: Some("361126".to_owned()),
                place: Place::of_box(1, Rect::default()),
            };
            let names = others.iter().copied().chain([name]).collect();
            is_doubtful(&region, &Sight::default(), JIANGXI, true, &names)
        };
        let full = ["南昌县", "进贤县", "安义县", "余干县", "万年县"];
        assert!(doubted("弋阳", &full) && !doubted("弋阳县", &full));
        assert!(!doubted("弋阳", &["南昌", "进贤", "安义", "余干", "万年"]));
    }

    #[test]
    fn a_name_that_is_nearly_that_of_a_division_is_doubtful() {
        assert!(doubted("都阳县", 990, &[], &[]));
        // With the number of its row.
        assert!(doubted("3一弋阳县", 990, &[], &[]));
        assert!(doubted("蓝天示范区.34", 990, &[], &[]));
        assert!(doubted("蓝天示范区√", 990, &[], &[]));
        // What was left of 道县.
        assert!(doubted("道", 990, &[], &[]));
    }

    #[test]
    fn a_name_with_a_stop_at_its_end_is_the_division_without_it() {
        let scope = JIANGXI.expect("it is some");
        let meant = |name| meant(name, &Sight::default(), scope);
        assert_eq!(meant("弋阳县.").as_deref(), Some("弋阳县"));
        assert_eq!(meant("中心城区”").as_deref(), Some("中心城区"));
        assert_eq!(meant("..全省").as_deref(), Some("全省"));
        assert_eq!(meant("蓝天区."), None);
        // 区 that fell apart.
        assert_eq!(meant("章贡CX").as_deref(), Some("章贡区"));
        assert_eq!(meant("蓝天CX"), None);
        // Specks, and what nothing could be made of.
        assert_eq!(meant("弋阳县D").as_deref(), Some("弋阳县"));
        assert_eq!(meant("\u{FFFD}弋阳县").as_deref(), Some("弋阳县"));
    }

    #[test]
    fn divisions_are_found_by_a_name_that_lacks_its_last_character() {
        let named = |stem| {
            by_stem(stem, 430_000, Some(2023)).map(|near| near.name()).collect::<BTreeSet<_>>()
        };
        assert_eq!(named("湘潭"), BTreeSet::from(["湘潭县", "湘潭市"]));
        assert_eq!(named("安乡"), BTreeSet::from(["安乡县"]));
        assert_eq!(named("湘潭县"), BTreeSet::new());
    }

    #[test]
    fn a_name_beside_another_that_may_be_meant_is_doubtful_where_its_reading_is() {
        assert!(doubted("东湖区", 550, &[Doubt::LowConfidence], &["西湖区"]));
        assert!(!doubted("东湖区", 990, &[], &["西湖区"]));
        // The same division in other words is no other.
        assert!(!doubted("东湖区", 550, &[Doubt::LowConfidence], &["东湖"]));
    }
}
