//! What the words of a region cell say before any table of divisions is asked.

use crate::regions::spoken;

/// Rows that hold the sum of the whole table.
const TOTALS: &[&str] = &[
    "合计",
    "总计",
    "共计",
    "总合计",
    "合计数",
    "汇总",
    "全国",
    "全省",
    "全区",
    "全市",
    "全州",
    "全盟",
    "全县",
    "全国合计",
    "全省合计",
    "全区合计",
    "全市合计",
    "全州合计",
    "全盟合计",
    "全县合计",
    "全国总计",
    "全省总计",
    "全区总计",
    "全市总计",
    "全州总计",
    "全县总计",
    "全省小计",
    "全省共计",
    "全市小计",
    "全市共计",
    "全县共计",
];

/// Endings of a row that holds the sum of a part; with nothing before, of the part around it.
const SUBTOTALS: &[&str] = &["小计", "合计", "总计", "汇总"];

/// Rows for the rest of a prefecture: no set of districts and no code of their own.
const CENTRALS: &[&str] = &[
    "中心城区",
    "主城区",
    "市本级",
    "州本级",
    "盟本级",
    "地本级",
    "地区本级",
    "区本级",
    "县本级",
    "本级",
    "市级",
    "州级",
    "市直",
    "州直",
    "盟直",
    "地直",
    "市直属",
    "市属",
    "市区",
    "城区",
    "市辖区",
    "市中心城区",
    "市直单位",
    "州直单位",
    "市本级及市辖区",
    "市城区",
];

/// Rows of a province for itself.
const PROVINCE_OWN: &[&str] = &[
    "省本级",
    "自治区本级",
    "区直",
    "省直",
    "省级",
    "省直单位",
    "省属",
    "省直属",
    "中央本级",
    "自治区直属",
    "省直部门",
    "省属单位",
    "中央单位",
];

/// Headings over counties that the province governs directly.
const DIRECT: &[&str] = &[
    "省直管县",
    "省直管县市",
    "省直管",
    "省管县",
    "省直管市",
    "省直辖县",
    "省财政直管县",
    "直管县",
];

/// Endings of names below the county.
const TOWNSHIPS: &[&str] =
    &["街道", "街道办事处", "街道办", "办事处", "镇", "乡", "苏木", "农场", "社区", "村"];

/// What a region cell says by its words alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The sum of the whole table.
    Total,
    /// A sum of a part, with the name of what it sums: 杭州市小计.
    Subtotal(Option<String>),
    /// The rest of a prefecture, with the prefecture's name if it is printed: 九江市本级.
    Central(Option<String>),
    /// A province's own share.
    ProvinceOwn,
    /// A heading over counties that the province governs directly.
    Direct,
    /// A name below the county.
    Township,
    /// A name to look up.
    Name(String),
    /// Nothing is printed.
    Blank,
}

/// A region cell, read by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// As printed, without inner spaces and without 其中.
    pub printed: String,
    /// Whether 其中 stands in front.
    pub of_which: bool,
    /// What it says.
    pub word: Word,
}

/// Reads a region cell by its words.
pub fn read(text: &str) -> Words {
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = without_of_which(&whole);
    let of_which = bare.len() < whole.len();
    let printed = bare.to_owned();
    let name = spoken(without_number(&printed));
    Words { of_which, word: word(&name), printed }
}

/// The part after 其中：, if anything is left of it.
fn without_of_which(text: &str) -> &str {
    match text.strip_prefix("其中").map(|rest| rest.trim_start_matches(['：', ':', '，', '、']))
    {
        Some(rest) if !rest.is_empty() => rest,
        _ => text,
    }
}

/// The name without the number of a list in front: 一、 （一） 1. 1、
fn without_number(text: &str) -> &str {
    let is_number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let open = text.strip_prefix(['（', '(']);
    let rest = open.unwrap_or(text).trim_start_matches(is_number);
    let after = match open {
        Some(_) => rest.strip_prefix(['）', ')']),
        None => rest.strip_prefix(['、', '.', '．']),
    };
    after.filter(|rest| !rest.is_empty()).unwrap_or(text)
}

fn word(name: &str) -> Word {
    if name.is_empty() {
        return Word::Blank;
    }
    if TOTALS.contains(&name) {
        return Word::Total;
    }
    if PROVINCE_OWN.contains(&name) {
        return Word::ProvinceOwn;
    }
    if DIRECT.contains(&name) {
        return Word::Direct;
    }
    let ending = |table: &[&str]| {
        let rest = table.iter().filter_map(|ending| name.strip_suffix(ending));
        rest.min_by_key(|rest| rest.len()).map(|rest| rest.to_owned())
    };
    if let Some(of) = ending(SUBTOTALS) {
        return Word::Subtotal(Some(of).filter(|of| !of.is_empty()));
    }
    if let Some(of) = CENTRALS.contains(&name).then(String::new).or_else(|| central_of(name)) {
        return Word::Central(Some(of).filter(|of| !of.is_empty()));
    }
    if TOWNSHIPS.iter().any(|ending| name.ends_with(ending)) && name.chars().nth(1).is_some() {
        return Word::Township;
    }
    Word::Name(name.to_owned())
}

/// The prefecture in 九江市本级, 九江市市辖区, 九江市直, 九江中心城区; `None` for any other name.
/// 市区 and 城区 alone end too many names of real districts to be read so.
fn central_of(name: &str) -> Option<String> {
    const AFTER_A_NAME: &[(&str, &str)] = &[
        ("市本级", "市"),
        ("州本级", "州"),
        ("盟本级", "盟"),
        ("地区本级", "地区"),
        ("市市辖区", "市"),
        ("市辖区", ""),
        ("市中心城区", "市"),
        ("中心城区", ""),
        ("市主城区", "市"),
        ("市直单位", "市"),
        ("市直", "市"),
        ("州直", "州"),
        ("市市区", "市"),
        ("市城区", "市"),
        ("市级", "市"),
        ("州级", "州"),
    ];
    let (rest, kept) =
        AFTER_A_NAME.iter().find_map(|(ending, kept)| Some((name.strip_suffix(ending)?, kept)))?;
    (!rest.is_empty()).then(|| format!("{rest}{kept}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_region_cells() {
        let some = |s: &str| Some(s.to_owned());
        for (text, printed, word) in [
            ("合 计", "合计", Word::Total),
            ("全省", "全省", Word::Total),
            ("小计", "小计", Word::Subtotal(None)),
            ("杭州市小计", "杭州市小计", Word::Subtotal(some("杭州市"))),
            ("中心城区", "中心城区", Word::Central(None)),
            ("其中：市本级", "市本级", Word::Central(None)),
            ("九江市本级", "九江市本级", Word::Central(some("九江市"))),
            ("省本级", "省本级", Word::ProvinceOwn),
            ("省直管县", "省直管县", Word::Direct),
            ("桂阳街道", "桂阳街道", Word::Township),
            ("一、南昌市", "一、南昌市", Word::Name("南昌市".to_owned())),
            ("滑县（省直管县）", "滑县（省直管县）", Word::Name("滑县".to_owned())),
            ("睢 县", "睢县", Word::Name("睢县".to_owned())),
            ("其中", "其中", Word::Name("其中".to_owned())),
            ("一", "一", Word::Name("一".to_owned())),
            ("", "", Word::Blank),
        ] {
            let words = read(text);
            assert_eq!((words.printed.as_str(), words.word), (printed, word), "{text}");
        }
    }
}
