//! What the words of a region cell say before any table of divisions is asked.

use crate::lexicon::{
    self, BLOCK_HEADS, CENTRAL_ENDINGS, CENTRALS, DIRECT, PROVINCE_OWN, SUBTOTALS, TOTALS,
    TOWNSHIPS,
};
use crate::pattern::{Steps, digit, squeezed};
use crate::regions::spoken;

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
    /// A heading over divisions of one kind: 设区市.
    Block,
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
    /// Whether the number of a heading stands in front: 一、, （一）.
    pub is_numbered: bool,
    /// What it says.
    pub word: Word,
}

/// Reads a region cell by its words.
pub fn read(text: &str) -> Words {
    let whole = squeezed(text);
    let bare = lexicon::without_of_which(&whole);
    let of_which = bare.len() < whole.len();
    let printed = bare.to_owned();
    let bare = without_number(&printed);
    let is_numbered = bare.len() < printed.len() && !printed.starts_with(digit);
    let name = spoken(bare);
    // 省级（小计） is the sum of the rows below it, not the province's own share.
    let is_sum = bare.ends_with(['）', ')']) && SUBTOTALS.iter().any(|word| bare.contains(word));
    if is_sum && PROVINCE_OWN.contains(&name.as_str()) {
        return Words { of_which, is_numbered, word: Word::Subtotal(Some(name)), printed };
    }
    Words { of_which, is_numbered, word: word(&name), printed }
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
    if BLOCK_HEADS.contains(&name) {
        return Word::Block;
    }
    let ending = |table: &[&str]| {
        if !name.ends_in(table) {
            return None;
        }
        let rest = table.iter().filter_map(|ending| name.strip_suffix(ending));
        rest.min_by_key(|rest| rest.len()).map(|rest| rest.to_owned())
    };
    if let Some(of) = ending(SUBTOTALS) {
        return Word::Subtotal(Some(of).filter(|of| !of.is_empty()));
    }
    if let Some(of) = CENTRALS.contains(&name).then(String::new).or_else(|| central_of(name)) {
        return Word::Central(Some(of).filter(|of| !of.is_empty()));
    }
    if name.ends_in(TOWNSHIPS) && name.chars().nth(1).is_some() {
        return Word::Township;
    }
    Word::Name(name.to_owned())
}

/// The prefecture in 九江市本级, 九江市市辖区, 九江市直, 九江中心城区; `None` for any other name.
fn central_of(name: &str) -> Option<String> {
    let mut endings = CENTRAL_ENDINGS.iter();
    let (rest, kept) =
        endings.find_map(|(ending, kept)| Some((name.strip_suffix(ending)?, kept)))?;
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
            ("省级（小计）", "省级（小计）", Word::Subtotal(some("省级"))),
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
