//! Rows that number the columns of a table, below its header: 栏次 1 2 3, 甲 乙 1 2 3=1+2, A B=C+D C D, (1) (2),
//! ① ②.
//!
//! The only answer to "does this row number the columns?", for rows of their own and for numbers that were
//! read as the end of the words above them.

use crate::figure;
use crate::lexicon::COLUMN_NUMBERS;
use crate::pattern::{Steps, digit, half_width, han, numeral_to_hundred, squeezed};

/// What columns are numbered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Series {
    /// 1 2 3, also in brackets.
    Digits,
    /// A B C.
    Capitals,
    /// a b c.
    Letters,
    /// Ⅰ Ⅱ Ⅲ, I II III, ⅰ ⅱ ⅲ.
    Roman,
    /// ① ② ③, ⑴ ⑵ ⑶.
    Circled,
}

const SERIES: [Series; 5] =
    [Series::Digits, Series::Capitals, Series::Letters, Series::Roman, Series::Circled];

/// I to XX, as Latin letters have them.
const ROMAN: [&str; 20] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV",
    "XVI", "XVII", "XVIII", "XIX", "XX",
];

impl Series {
    /// The place of a label in the series, from 1.
    fn place(self, label: &str) -> Option<u32> {
        let mut chars = label.chars();
        let only = chars.next().filter(|_| chars.next().is_none());
        let from = |first: char| only.map(|c| (c as u32).wrapping_sub(first as u32) + 1);
        match self {
            Series::Digits => {
                let is_number =
                    label.bytes().all(|b| b.is_ascii_digit()) && !label.starts_with('0');
                label.parse().ok().filter(|_| is_number && label.len() <= 3)
            }
            Series::Capitals => from('A').filter(|at| (1..=26).contains(at)),
            Series::Letters => from('a').filter(|at| (1..=26).contains(at)),
            Series::Roman => {
                let sign = |first: char| from(first).filter(|at| (1..=12).contains(at));
                let spelled = || ROMAN.iter().position(|roman| *roman == label);
                let spelled = || spelled().and_then(|at| u32::try_from(at + 1).ok());
                sign('Ⅰ').or_else(|| sign('ⅰ')).or_else(spelled)
            }
            Series::Circled => {
                let sign = |first: char| from(first).filter(|at| (1..=20).contains(at));
                sign('①').or_else(|| sign('⑴')).or_else(|| sign('⒈'))
            }
        }
    }

    /// Whether a character may stand in a label of the series.
    fn has(self, c: char) -> bool {
        match self {
            Series::Digits => c.is_ascii_digit(),
            Series::Capitals => c.is_ascii_uppercase(),
            Series::Letters => c.is_ascii_lowercase(),
            Series::Roman => matches!(c, 'Ⅰ'..='Ⅻ' | 'ⅰ'..='ⅻ' | 'I' | 'V' | 'X'),
            Series::Circled => matches!(c, '①'..='⑳' | '⑴'..='⒇' | '⒈'..='⒛'),
        }
    }
}

/// A label of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label {
    /// Its place in its series, from 1.
    at: u32,
    /// Whether it says what its column is made of: 3=1+2.
    is_formula: bool,
    /// Whether it stands in brackets: (3).
    is_bracketed: bool,
}

/// The text, without white space and in half width, as a label of the series: 3, (3), 3=1+2, (3)=(1)+(2), 3(1+2),
/// 第3栏.
fn label(series: Series, text: &str) -> Option<Label> {
    let text = text.strip_prefix('第').and_then(|t| t.strip_suffix(['栏', '列'])).unwrap_or(text);
    let (head, formula) = match text.split_once('=') {
        Some((head, formula)) => (head, Some(formula)),
        None => match text.strip_suffix(')').and_then(|inner| inner.split_once('(')) {
            Some((head, inner)) if !head.is_empty() => (head, Some(inner)),
            _ => (text, None),
        },
    };
    let inner = head.strip_prefix('(').and_then(|head| head.strip_suffix(')'));
    let at = series.place(inner.unwrap_or(head))?;
    let is_formula = formula.is_some();
    let is_whole = formula.is_none_or(|formula| {
        formula.contains(|c| series.has(c))
            && formula.chars().all(|c| series.has(c) || c.is_ascii_digit() || is_operator(c))
    });
    is_whole.then_some(Label { at, is_formula, is_bracketed: inner.is_some() })
}

/// The four levels of numbers (GB/T 9704-2012, clause 7.3.3): 一、 （一） 1. （1）.
const NUMBERS: [fn(&str) -> Option<&str>; 4] = [
    |text| text.after_run(numeral_to_hundred, 1..=4)?.strip_prefix(['、', '．', '.']),
    |text| {
        let number = text.strip_prefix(['（', '(', '﹝'])?;
        number.after_run(numeral_to_hundred, 1..=4)?.strip_prefix(['）', ')', '﹞'])
    },
    |text| {
        let rest = text.after_run(digit, 1..=2)?;
        let point = || rest.strip_prefix('.').filter(|behind| !behind.starts_with(digit));
        rest.strip_prefix(['．', '、']).or_else(point)
    },
    |text| text.strip_prefix(['（', '('])?.after_run(digit, 1..=2)?.strip_prefix(['）', ')']),
];

/// The level of the number that the text (without white space) begins with.
pub fn heading_level(compact: &str) -> Option<u8> {
    NUMBERS.iter().zip(1..).find(|(number, _)| number(compact).is_some()).map(|(_, level)| level)
}

/// What binds the labels of a formula.
fn is_operator(c: char) -> bool {
    "+-−–—*×/÷()%.,、…~∑Σ=".contains(c)
}

/// The text without white space, in half width.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// As [`figure::narrow`], and letters and the sign of equality too.
fn narrow(c: char) -> char {
    match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＝' => half_width(c),
        _ => figure::narrow(c),
    }
}

/// Whether the cells of a row, from the left, number the columns of their table: labels of one series from its first
/// on, without a gap but where a column is blank. Columns before them may be named 甲 and 乙, or the row 栏次.
pub fn is_numbering<'t>(cells: impl IntoIterator<Item = &'t str>) -> bool {
    let cells: Vec<&str> = cells.into_iter().collect();
    // Most rows begin with a name, which is no label in any series.
    let first = cells.iter().map(|cell| cell.trim_start()).find(|cell| !cell.is_empty());
    let is_label = |cell: &str| cell.starts_with('第') && cell.trim_end().ends_with(['栏', '列']);
    let is_name = |cell: &str| cell.starts_with(han) && !is_label(cell);
    if first.is_some_and(|cell| is_name(cell) && !COLUMN_NUMBERS.contains(&&*squeezed(cell))) {
        return false;
    }
    let cells: Vec<String> = cells.into_iter().map(bare).collect();
    SERIES.iter().any(|&series| numbers(series, &cells))
}

fn numbers(series: Series, cells: &[String]) -> bool {
    let mut last = 0;
    // Blank columns since the last label: they may be counted or not.
    let mut blanks = 0;
    let (mut labels, mut names, mut is_plain) = (0, 0, series == Series::Digits);
    for (at, cell) in cells.iter().enumerate() {
        if cell.is_empty() || figure::is_drawn_mark(cell) {
            blanks += u32::from(at > 0);
            continue;
        }
        // Brackets may stand around a formula: (3=1+2).
        let whole = cell.strip_prefix('(').and_then(|cell| cell.strip_suffix(')'));
        let whole = whole.filter(|inner| inner.contains('=') && !inner.contains(['(', ')']));
        match label(series, whole.unwrap_or(cell)) {
            Some(label) if label.at > last && label.at <= last + 1 + blanks => {
                (last, blanks, labels) = (label.at, 0, labels + 1);
                is_plain &= !label.is_formula && !label.is_bracketed;
            }
            None if labels == 0 && COLUMN_NUMBERS.contains(&cell.as_str()) => names += 1,
            _ => return false,
        }
    }
    let says_so = cells.first().is_some_and(|cell| matches!(cell.as_str(), "栏次" | "列次"));
    let is_named = cells.first().is_some_and(|cell| !cell.is_empty());
    match (is_plain, says_so) {
        // Plain figures of a row without a name may be figures.
        (true, false) => labels > 2 && is_named,
        (false, false) => labels + names.min(1) > 2,
        (_, true) => labels > 0,
    }
}

/// Whether the words of a line of a header, from the left, end in the numbers of their columns or are such numbers, in
/// brackets or with what they are made of: 地区 | 中央资金（1） | （2） | 小计（3=1+2）.
pub fn are_behind_words<'t>(cells: impl IntoIterator<Item = &'t str>) -> bool {
    let cells: Vec<String> = cells.into_iter().map(bare).collect();
    // The number of a column in brackets, as a whole: (3=1+2).
    let numbered = |series: Series, cell: &str| -> Option<(u32, bool)> {
        let (words, number) = cell.strip_suffix(')')?.rsplit_once('(')?;
        let at = label(series, number).or_else(|| label(series, cell))?.at;
        let is_formula = |part: &str| part.contains('=');
        (!is_formula(words)).then_some((at, !words.is_empty()))
    };
    SERIES.iter().any(|&series| {
        let (mut last, mut is_worded) = (0, false);
        for cell in &cells {
            match numbered(series, cell) {
                Some((at, has_words)) if at == last + 1 => {
                    last = at;
                    is_worded |= has_words;
                }
                None if last == 0 => {}
                _ => return false,
            }
        }
        last > 2 && is_worded
    })
}

/// The numbers of columns at the end of their headers, where a row of such numbers was read as part of it: 小计(3),
/// 合计1=2+3, 存量C. For each header the length of what stands before its number; as it is for a header without one.
/// `figures` is how many columns hold figures: no fewer are numbered.
pub fn behind_words(headers: &[&str], figures: usize) -> Option<Vec<usize>> {
    SERIES.iter().find_map(|&series| {
        let found: Vec<Option<(u32, usize)>> =
            headers.iter().map(|header| behind(series, header)).collect();
        let numbered: Vec<u32> = found.iter().flatten().map(|found| found.0).collect();
        let runs_on = numbered.windows(2).all(|pair| pair[1] == pair[0] + 1);
        // What is named may hold figures: the codes of 代码丙.
        let is_meant = numbered.first() == Some(&1)
            && (are_named(headers, &found) || numbered.len() > 1 && numbered.len() >= figures);
        if !is_meant || !runs_on {
            return None;
        }
        let first = found.iter().position(Option::is_some)?;
        let length = |(at, header): (usize, &&str)| match found[at] {
            Some((_, length)) => length,
            None if at < first => without_name(header).len(),
            None => header.len(),
        };
        Some(headers.iter().enumerate().map(length).collect())
    })
}

/// Whether the columns before the first that is numbered are 甲, 乙 and on: 指标名称甲 计量单位乙 本年累计1.
fn are_named(headers: &[&str], found: &[Option<(u32, usize)>]) -> bool {
    let before = found.iter().take_while(|found| found.is_none()).count();
    let mut names = ["甲", "乙", "丙", "丁", "戊", "己"].iter();
    before > 1
        && headers[..before]
            .iter()
            .all(|header| names.next().is_some_and(|n| header.trim_end().ends_with(n)))
}

/// The header without 栏次 or 甲 behind its words.
fn without_name(header: &str) -> &str {
    let words = COLUMN_NUMBERS.iter().find_map(|name| header.strip_suffix(name));
    words.map(str::trim_end).filter(|words| !words.is_empty()).unwrap_or(header)
}

/// The label that a header ends in, and the length of what stands before it.
fn behind(series: Series, header: &str) -> Option<(u32, usize)> {
    let of_label = |c: char| {
        let c = narrow(c);
        series.has(c) || c.is_ascii_digit() || is_operator(c) || c.is_whitespace()
    };
    let words = header.trim_end_matches(of_label);
    let end = &header[words.len()..];
    // A bracket that closes what the words opened: 合计（万元）3.
    let end = end.trim_start_matches([')', '）', ' ']);
    let length = header[..header.len() - end.len()].trim_end().len();
    // Of 增减（%）3 the sign in brackets is none of a formula.
    let own = || end.rsplit_once([')', '）']).map(|(_, own)| own).filter(|own| !own.is_empty());
    let (label, end) = match label(series, &bare(end)) {
        Some(label) => (label, end),
        None => own().and_then(|own| Some((label(series, &bare(own))?, own)))?,
    };
    let length = length.max(header[..header.len() - end.len()].trim_end().len());
    let is_word = header[..length].chars().next_back().is_some_and(|c| !c.is_ascii_alphanumeric());
    (is_word && !header[..length].trim().is_empty()).then_some((label.at, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn words_end_in_the_numbers_of_their_columns() {
        let is = |line: &str| are_behind_words(line.split(" | "));
        assert!(is("地区 | 中央资金（1） | 省级资金（2） | 小计（3=1+2） | （4） | （5=3+4）"));
        assert!(is("存量（A） | 增量（B） | （C=A+B）"));
        assert!(!is("（1） | （2） | （3）"), "they number the columns, and have no words");
        assert!(!is("南昌市 | 标段（1） | （3） | （2）"));
        assert!(!is("合计 | 户数（万户） | 人数（万人） | 面积（亩）"));
    }

    #[test]
    fn rows_that_number_the_columns_are_told_from_rows_of_figures() {
        let is = |row: &str| is_numbering(row.split('|').map(str::trim));
        for row in [
            "甲 | 1 | 2 | 3",
            "甲 | 乙 | 1 | 2 | 3=1+2",
            "栏次 | 1 | 2",
            "栏次 | 1=2+3 | 2 | 3",
            " | (1=2+3) | (2) | (3)",
            "A | B=C+D+E | C | D | E",
            "Ａ | Ｂ＝Ｃ＋Ｄ | Ｃ | Ｄ",
            "a | b | c | d",
            "甲 | A | B | C=A/B*100%",
            " | Ⅰ | Ⅱ | Ⅲ=Ⅰ+Ⅱ",
            "甲 | I | II | III | IV | V",
            "① | ② | ③=①+② | ④",
            "(1) | (2)=(3)+(4) | (3) | (4)",
            "（1） | （2） | （3）",
            "栏次 | — | 1 | 2",
            "甲 |  | 1 | 2 | 3",
            "行次 | 第1栏 | 第2栏 | 第3栏",
        ] {
            assert!(is(row), "{row}");
        }
        for row in [
            "甲县 | 1 | 2 | 3",
            " | 1 | 2 | 3",
            "合计 | 2 | 3 | 4",
            "甲 | 1 | 3 | 2",
            "甲县 | A | B | C",
            "√ | √ | √",
            "A | C | B",
            "甲 | 1",
            "2020 | 2021 | 2022",
            "甲 | 乙 | 丙",
            "A | B",
        ] {
            assert!(!is(row), "{row}");
        }
    }

    #[test]
    fn numbers_come_off_the_words_they_were_read_with() {
        let cut = |headers: &str, figures: usize| {
            let headers: Vec<&str> = headers.split('|').map(str::trim).collect();
            let lengths = behind_words(&headers, figures)?;
            let cut = headers.iter().zip(lengths).map(|(header, length)| &header[..length]);
            Some(cut.collect::<Vec<_>>().join("|"))
        };
        for (headers, figures, expected) in [
            ("小计(1) | 开工(2) | 建成(3)", 3, Some("小计|开工|建成")),
            ("合计1=2+3 | 中央2 | 省级3", 3, Some("合计|中央|省级")),
            ("单位A | 合计B=C+D | 存量C | 新增D", 3, Some("单位|合计|存量|新增")),
            ("地区甲 | 合计（万元）1 | 存量（户）2", 2, Some("地区|合计（万元）|存量（户）")),
            ("项目栏次 | 合计① | 存量②", 2, Some("项目|合计|存量")),
            ("单位 | 合计 | 存量", 2, None),
            ("单位 | A级 | B级", 2, None),
            ("单位 | 计划2020 | 计划2021", 2, None),
            ("单位 | 合计B | 存量C", 2, None),
            (
                "指标名称甲 | 计量单位乙 | 代码丙 | 本年累计1",
                1,
                Some("指标名称|计量单位|代码|本年累计"),
            ),
            ("指标 | 本年累计1", 1, None),
            ("指标 | 本年1 | 上年2 | 增减（%）3", 3, Some("指标|本年|上年|增减（%）")),
            ("单位 | 人均GDP | PM2", 2, None),
        ] {
            assert_eq!(cut(headers, figures).as_deref(), expected, "{headers}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_expressions() {
        let pieces = "一 十 百 二 1 23 、 ． . （ ( ﹝ ） ) ﹞ 字";
        for (number, regex) in NUMBERS.iter().zip([
            "^[一二三四五六七八九十百]{1,4}[、．.]",
            "^[（(﹝][一二三四五六七八九十百]{1,4}[）)﹞]",
            r"^[0-9]{1,2}([．、]|\.(?:[^0-9]|$))",
            "^[（(][0-9]{1,2}[）)]",
        ]) {
            agrees(regex, pieces, |r, t| r.is_match(t), |t| number(t).is_some());
        }
    }
}
