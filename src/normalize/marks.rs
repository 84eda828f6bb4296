//! Characters that stand for others: what is not seen goes, compatibility ideographs and radicals
//! become the ideographs they look like, forms for vertical text become the usual ones.
//!
//! Never blind NFKC: it would turn the Chinese punctuation of prose into ASCII.

use crate::place::PlacedChar;
use crate::plain;
use unicode_normalization::UnicodeNormalization;

/// Takes out characters that a reader can't see: controls, marks of direction and of joining, and code
/// points that are no characters.
pub(super) fn drop_hidden(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    let hidden = text.iter().any(|c| is_hidden(c.ch));
    hidden.then(|| text.iter().copied().filter(|c| !is_hidden(c.ch)).collect())
}

fn is_hidden(c: char) -> bool {
    plain::is_hidden(c) && !c.is_whitespace()
}

/// Puts the usual character for one that is there for compatibility alone.
pub(super) fn unify(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    if !text.iter().any(|c| stands_for_another(c.ch)) {
        return None;
    }
    let mut unified = Vec::with_capacity(text.len());
    for c in text {
        match OTHERS.iter().find(|(other, _)| *other == c.ch) {
            Some(&(_, usual)) => unified.push(PlacedChar { ch: usual, place: c.place }),
            None if digit_of(c.ch).is_some() => {
                unified.extend(digit_of(c.ch).map(|ch| PlacedChar { ch, place: c.place }));
            }
            None if stands_for_another(c.ch) => {
                unified.extend(c.ch.nfkc().map(|ch| PlacedChar { ch, place: c.place }));
            }
            None => unified.push(*c),
        }
    }
    (unified != text).then_some(unified)
}

/// The usual digit of one that another script or a font of mathematics has, or that Adobe's list of glyph names calls
/// an old-style one (`sevenoldstyle`, U+F737).
fn digit_of(c: char) -> Option<char> {
    let from = match c as u32 {
        0x660..=0x669 => 0x660,
        0x6F0..=0x6F9 => 0x6F0,
        0xF730..=0xF739 => 0xF730,
        other @ 0x1D7CE..=0x1D7FF => 0x1D7CE + (other - 0x1D7CE) / 10 * 10,
        _ => return None,
    };
    char::from_digit(c as u32 - from, 10)
}

/// Compatibility ideographs, radicals, Latin ligatures, forms for vertical text, and ideographs that a
/// common font draws with the glyph of a usual one; all of the table lie here.
fn stands_for_another(c: char) -> bool {
    matches!(c as u32, 0x3B35 | 0x2E80..=0x2FD5 | 0xF900..=0xFAFF | 0xFB00..=0xFB06 | 0xFE10..=0xFE19
        | 0xFE30..=0xFE48 | 0x2F800..=0x2FA1F)
        || digit_of(c).is_some()
}

/// Characters that Unicode gives no equivalent, or an ASCII one where Chinese text wants its own:
/// radicals that fonts name in place of ideographs, and forms for vertical text.
const OTHERS: &[(char, char)] = &[
    // Noto Sans CJK SC has one glyph for both, and what is printed with it names the rare one.
    ('㬵', '胶'),
    ('⺒', '巳'),
    ('⺟', '母'),
    ('⺠', '民'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻧', '卤'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻮', '齿'),
    ('⻰', '龙'),
    ('⻪', '黾'),
    ('⻳', '龟'),
    // Unicode has the traditional form for it.
    ('⼾', '户'),
    ('\u{FE10}', '，'),
    ('\u{FE11}', '、'),
    ('\u{FE12}', '。'),
    ('\u{FE13}', '：'),
    ('\u{FE14}', '；'),
    ('\u{FE15}', '！'),
    ('\u{FE16}', '？'),
    ('\u{FE17}', '〖'),
    ('\u{FE18}', '〗'),
    ('\u{FE19}', '…'),
    ('\u{FE30}', '…'),
    ('\u{FE31}', '—'),
    ('\u{FE32}', '–'),
    ('\u{FE33}', '_'),
    ('\u{FE34}', '_'),
    ('\u{FE35}', '（'),
    ('\u{FE36}', '）'),
    ('\u{FE37}', '{'),
    ('\u{FE38}', '}'),
    ('\u{FE39}', '〔'),
    ('\u{FE3A}', '〕'),
    ('\u{FE3B}', '【'),
    ('\u{FE3C}', '】'),
    ('\u{FE3D}', '《'),
    ('\u{FE3E}', '》'),
    ('\u{FE3F}', '〈'),
    ('\u{FE40}', '〉'),
    ('\u{FE41}', '「'),
    ('\u{FE42}', '」'),
    ('\u{FE43}', '『'),
    ('\u{FE44}', '』'),
    ('\u{FE45}', '、'),
    ('\u{FE46}', '。'),
    ('\u{FE47}', '['),
    ('\u{FE48}', ']'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_scripts_are_the_usual_ones() {
        let digits = |first: u32| (first..first + 10).filter_map(char::from_u32);
        for first in [0x660, 0x6F0, 0xF730, 0x1D7CE, 0x1D7D8, 0x1D7F6] {
            let usual: String = digits(first).filter_map(digit_of).collect();
            assert_eq!(usual, "0123456789", "{first:x}");
        }
        // What mathematics raises is a mark, and fonts of symbols have the rest of the private use area.
        assert!("7²⁷①\u{F037}\u{1D7CD}".chars().all(|c| digit_of(c).is_none()));
    }

    #[test]
    fn the_table_lies_within_what_is_looked_up_in_it() {
        assert!(OTHERS.iter().all(|&(other, _)| stands_for_another(other)));
    }
}
