//! Numbers as automatic numbering prints them: 一, （一）, ①, 甲, a, iv.

/// How a number is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::carrier) enum Form {
    /// 1
    Decimal,
    /// 01
    DecimalZero,
    /// １
    FullWidth,
    /// ①, up to 20; plain beyond.
    Circled,
    /// ⑴, up to 20.
    Parenthesized,
    /// ⒈, up to 20.
    FullStop,
    /// 一, 十一, 一百二十
    Chinese,
    /// 一二〇
    ChineseDigits,
    /// 壹拾贰
    ChineseLegal,
    /// 甲
    Stems,
    /// 子
    Branches,
    /// a, aa
    Letters { upper: bool },
    /// iv
    Roman { upper: bool },
    /// Nothing: a bullet, or no number.
    None,
}

/// The number in its form.
pub(in crate::carrier) fn printed(number: u32, form: Form) -> String {
    let from = |first: char, count: u32| {
        let fits = (1..=count).contains(&number);
        fits.then(|| char::from_u32(first as u32 + number - 1)).flatten()
    };
    let or_plain = |c: Option<char>| c.map_or_else(|| number.to_string(), |c| c.to_string());
    let nth = |names: &str| {
        let count = names.chars().count() as u32;
        let index = number.checked_sub(1).map(|n| (n % count.max(1)) as usize);
        index.and_then(|index| names.chars().nth(index))
    };
    match form {
        Form::None => String::new(),
        Form::Decimal => number.to_string(),
        Form::DecimalZero => format!("{number:02}"),
        Form::FullWidth => number
            .to_string()
            .chars()
            .filter_map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32))
            .collect(),
        Form::Circled => or_plain(from('①', 20)),
        Form::Parenthesized => or_plain(from('⑴', 20)),
        Form::FullStop => or_plain(from('⒈', 20)),
        Form::Chinese => chinese(number, "〇一二三四五六七八九", ["十", "百", "千"], true),
        Form::ChineseDigits => number
            .to_string()
            .chars()
            .filter_map(|c| "〇一二三四五六七八九".chars().nth(c as usize - '0' as usize))
            .collect(),
        Form::ChineseLegal => chinese(number, "零壹贰叁肆伍陆柒捌玖", ["拾", "佰", "仟"], false),
        Form::Stems => or_plain(nth("甲乙丙丁戊己庚辛壬癸")),
        Form::Branches => or_plain(nth("子丑寅卯辰巳午未申酉戌亥")),
        Form::Letters { upper } => {
            let Some(index) = number.checked_sub(1) else { return String::new() };
            let first = if upper { b'A' } else { b'a' };
            let letter = char::from(first + (index % 26) as u8);
            // After z comes aa, then bb: the same letter once more.
            std::iter::repeat_n(letter, (index / 26 + 1).min(50) as usize).collect()
        }
        Form::Roman { upper } => {
            let roman = roman(number);
            if upper { roman.to_uppercase() } else { roman }
        }
    }
}

/// The number in characters, up to 9999; 十 alone for ten to nineteen where `short`.
fn chinese(number: u32, digits: &str, units: [&str; 3], short: bool) -> String {
    let digit = |n: u32| digits.chars().nth(n as usize).unwrap_or('〇');
    if number == 0 || number > 9999 {
        return if number == 0 { digit(0).to_string() } else { number.to_string() };
    }
    let mut out = String::new();
    let mut gap = false;
    for (power, unit) in [(1000, units[2]), (100, units[1]), (10, units[0]), (1, "")] {
        let n = number / power % 10;
        if n == 0 {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(if short { '零' } else { digit(0) });
        }
        gap = false;
        if !(short && power == 10 && n == 1 && out.is_empty()) {
            out.push(digit(n));
        }
        out.push_str(unit);
    }
    out
}

fn roman(number: u32) -> String {
    const PARTS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number > 3999 {
        return number.to_string();
    }
    let mut rest = number;
    let mut out = String::new();
    for (value, letters) in PARTS {
        while rest >= value {
            out.push_str(letters);
            rest -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_in_their_forms() {
        let said = |form| [1, 10, 11, 20, 105, 120].map(|n| printed(n, form)).join(" ");
        assert_eq!(said(Form::Chinese), "一 十 十一 二十 一百零五 一百二十");
        assert_eq!(said(Form::ChineseLegal), "壹 壹拾 壹拾壹 贰拾 壹佰零伍 壹佰贰拾");
        assert_eq!(said(Form::ChineseDigits), "一 一〇 一一 二〇 一〇五 一二〇");
        assert_eq!(said(Form::Circled), "① ⑩ ⑪ ⑳ 105 120");
        assert_eq!(said(Form::Letters { upper: false }), "a j k t aaaaa ppppp");
        assert_eq!(said(Form::Roman { upper: true }), "I X XI XX CV CXX");
        assert_eq!(said(Form::FullWidth), "１ １０ １１ ２０ １０５ １２０");
        assert_eq!(said(Form::Stems), "甲 癸 甲 癸 戊 癸");
    }
}
