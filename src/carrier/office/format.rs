//! A stored number and a number format in, what a sheet prints out (ECMA-376 part 1, 18.8.31): 674.18 of
//! 674.1800000000004 under `0.00`, 88.8% of 0.888 under `0.0%`, nothing of 0 under `0;-0;;@`.
//!
//! A number is rounded as Excel rounds it: from its first 15 decimal digits, half away from zero. What a
//! narrow column would show as #### is printed all the same.

use super::numerals::{Form, printed as numeral};
use std::borrow::Cow;

/// Excel keeps so many decimal digits of a number.
const PRECISION: usize = 15;
/// A number without a format has at most so many characters.
const GENERAL: usize = 11;

/// A number format.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Format {
    sections: Vec<Section>,
}

/// What is printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Printed {
    pub text: String,
    /// Whether the number has digits that the format does not print.
    pub is_rounded: bool,
    /// Whether it is printed in a colour of its own, as numbers below zero may be.
    pub is_coloured: bool,
}

/// What is printed of some numbers: those above zero, those below …
#[derive(Debug, Clone, PartialEq, Default)]
struct Section {
    condition: Option<(Compare, f64)>,
    tokens: Vec<Token>,
    /// Whether they are printed in a colour of their own.
    is_coloured: bool,
    /// Numbers in Chinese characters: 1 for 一, 2 for 壹, 3 for １.
    characters: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Compare {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// Printed as it is.
    Literal(String),
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    Point,
    /// Between digits it groups them; behind them it divides by a thousand.
    Comma,
    Percent,
    /// `E+`: with a sign always.
    Exponent {
        signed: bool,
    },
    /// The text of a cell that holds text.
    Text,
    General,
    /// A bar between the parts of a fraction.
    Bar,
    Year(usize),
    /// A month, or minutes beside hours or seconds.
    Month(usize),
    Minute(usize),
    Day(usize),
    Weekday(usize),
    Hour(usize),
    Second(usize),
    /// Digits of a second.
    Fraction(usize),
    /// Hours, minutes or seconds in all.
    Elapsed(char, usize),
    /// AM/PM, or 上午/下午.
    Half {
        chinese: bool,
    },
}

/// The format behind a number that files leave out, as the Chinese edition has it.
#[cfg(any(feature = "excel", feature = "xls"))]
pub(super) fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 => "¥#,##0;¥-#,##0",
        6 => "¥#,##0;[Red]¥-#,##0",
        7 => "¥#,##0.00;¥-#,##0.00",
        8 => "¥#,##0.00;[Red]¥-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        37 => "#,##0;-#,##0",
        38 => "#,##0;[Red]-#,##0",
        39 => "#,##0.00;-#,##0.00",
        40 => "#,##0.00;[Red]-#,##0.00",
        41 => "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ",
        42 => "_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* \"-\"_ ;_ @_ ",
        43 => "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        44 => "_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => "General",
    }
}

/// How Chinese systems print a long date.
const LONG_DATE: &str = "yyyy\"年\"m\"月\"d\"日\"";

impl Format {
    /// Reads a format; what can't be understood in it is printed as it stands there.
    pub fn parse(code: &str) -> Format {
        // The long date of the system that shows it.
        let code = if code.contains("[$-F800]") { LONG_DATE } else { code };
        let mut sections = vec![Section::default()];
        let mut rest = code;
        while let Some(c) = rest.chars().next() {
            if c == ';' {
                sections.push(Section::default());
                rest = &rest[1..];
                continue;
            }
            if let Some(section) = sections.last_mut() {
                rest = section.read(rest);
            }
        }
        sections.truncate(4);
        for section in &mut sections {
            section.settle();
        }
        Format { sections }
    }

    /// A number as printed; `from_1904` where days count from 1904.
    pub fn number(&self, number: f64, from_1904: bool) -> Printed {
        if !number.is_finite() {
            return Printed { text: "#NUM!".to_owned(), ..Printed::default() };
        }
        let (section, sign) = self.section_of(number);
        let Some(section) = section else {
            return Printed { text: "#".repeat(3), ..Printed::default() };
        };
        if section.is_date() {
            return match Moment::of(number, from_1904) {
                Some(moment) => Printed { text: section.date(&moment), ..Printed::default() },
                // A day before the first one can't be shown.
                None => general(number),
            };
        }
        let mut printed = section.number(number.abs());
        if number < 0.0 && sign {
            printed.text.insert(0, '-');
        }
        printed.is_coloured = section.is_coloured;
        printed
    }

    /// Whether a number is printed as a day or a time.
    #[cfg(feature = "excel")]
    pub fn is_date(&self) -> bool {
        self.sections.first().is_some_and(Section::is_date)
    }

    /// A text as printed, where the format says how texts are; `None` where it is printed as it is stored.
    pub fn text(&self, text: &str) -> Option<String> {
        let of_text = |section: &&Section| section.tokens.contains(&Token::Text);
        let section = match self.sections.as_slice() {
            [_, _, _, last] => Some(last),
            [only] => Some(only).filter(of_text),
            sections => sections.last().filter(of_text),
        };
        let mut out = String::new();
        for token in &section?.tokens {
            match token {
                Token::Literal(literal) => out.push_str(literal),
                Token::Text | Token::General => out.push_str(text),
                _ => {}
            }
        }
        Some(out)
    }

    /// The section for a number, and whether its sign is printed before it.
    fn section_of(&self, number: f64) -> (Option<&Section>, bool) {
        if let [only] = self.sections.as_slice()
            && only.condition.is_none()
        {
            return (Some(only), true);
        }
        let numbers: Vec<&Section> = match self.sections.as_slice() {
            [first, second, third, _] => vec![first, second, third],
            sections => {
                let all = sections.iter();
                // A last section for text alone is none for numbers.
                let is_text =
                    |s: &Section| s.tokens.contains(&Token::Text) && s.condition.is_none();
                all.enumerate().filter(|(i, s)| *i == 0 || !is_text(s)).map(|(_, s)| s).collect()
            }
        };
        if numbers.iter().any(|section| section.condition.is_some()) {
            let fits = |section: &&&Section| match section.condition {
                Some((compare, bound)) => compare.holds(number, bound),
                None => true,
            };
            let found = numbers.iter().find(fits).copied();
            let only_below = found.and_then(|s| s.condition).is_some_and(|(compare, bound)| {
                bound <= 0.0 && matches!(compare, Compare::Less | Compare::LessOrEqual)
            });
            let second = numbers.get(1).is_some_and(|s| found == Some(*s) && s.condition.is_none());
            let positive_first = numbers[0].condition.is_some_and(|(compare, bound)| {
                bound >= 0.0 && matches!(compare, Compare::Greater | Compare::GreaterOrEqual)
            });
            return (found, !(only_below || second && positive_first));
        }
        match numbers.as_slice() {
            [only] => (Some(only), true),
            [first, second] => {
                if number < 0.0 {
                    (Some(second), false)
                } else {
                    (Some(first), true)
                }
            }
            [first, second, third, ..] => {
                if number > 0.0 {
                    (Some(first), true)
                } else if number < 0.0 {
                    (Some(second), false)
                } else {
                    (Some(third), false)
                }
            }
            [] => (None, false),
        }
    }
}

impl Compare {
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Compare::Less => number < bound,
            Compare::LessOrEqual => number <= bound,
            Compare::Equal => number == bound,
            Compare::NotEqual => number != bound,
            Compare::Greater => number > bound,
            Compare::GreaterOrEqual => number >= bound,
        }
    }
}

impl Section {
    /// Reads one token; gives what follows it.
    fn read<'c>(&mut self, code: &'c str) -> &'c str {
        let Some(c) = code.chars().next() else { return "" };
        let behind = &code[c.len_utf8()..];
        for general in ["General", "G/通用格式"] {
            if code.get(..general.len()).is_some_and(|head| head.eq_ignore_ascii_case(general)) {
                self.tokens.push(Token::General);
                return &code[general.len()..];
            }
        }
        for (half, chinese) in [("AM/PM", false), ("A/P", false), ("上午/下午", true)] {
            if code.get(..half.len()).is_some_and(|head| head.eq_ignore_ascii_case(half)) {
                self.tokens.push(Token::Half { chinese });
                return &code[half.len()..];
            }
        }
        let run = code.chars().take_while(|other| other.eq_ignore_ascii_case(&c)).count();
        let after_run = || &code[run * c.len_utf8()..];
        match c {
            '"' => {
                let (literal, behind) = behind.split_once('"').unwrap_or((behind, ""));
                self.literal(literal);
                behind
            }
            '\\' | '!' => {
                let next = behind.chars().next();
                next.iter().for_each(|c| self.literal(c.encode_utf8(&mut [0; 4])));
                &behind[next.map_or(0, char::len_utf8)..]
            }
            '_' => {
                let next = behind.chars().next().map_or(0, char::len_utf8);
                self.literal(" ");
                &behind[next..]
            }
            '*' => &behind[behind.chars().next().map_or(0, char::len_utf8)..],
            '[' => {
                let (inner, behind) = behind.split_once(']').unwrap_or((behind, ""));
                self.bracketed(inner);
                behind
            }
            '0' | '#' | '?' => {
                self.tokens.push(Token::Digit(c));
                behind
            }
            '.' => {
                let digits = behind.chars().take_while(|c| *c == '0').count();
                if matches!(self.tokens.last(), Some(Token::Second(_) | Token::Elapsed('s', _)))
                    && digits > 0
                {
                    self.tokens.push(Token::Fraction(digits));
                    return &behind[digits..];
                }
                self.tokens.push(Token::Point);
                behind
            }
            ',' => {
                self.tokens.push(Token::Comma);
                behind
            }
            '%' => {
                self.tokens.push(Token::Percent);
                behind
            }
            '@' => {
                self.tokens.push(Token::Text);
                behind
            }
            '/' => {
                self.tokens.push(Token::Bar);
                behind
            }
            'E' | 'e' if behind.starts_with(['+', '-']) => {
                self.tokens.push(Token::Exponent { signed: behind.starts_with('+') });
                &behind[1..]
            }
            'y' | 'Y' | 'e' => {
                self.tokens.push(Token::Year(if c == 'e' { 4 } else { run }));
                after_run()
            }
            'm' | 'M' => {
                self.tokens.push(Token::Month(run));
                after_run()
            }
            'd' | 'D' => {
                self.tokens.push(if run > 2 { Token::Weekday(run) } else { Token::Day(run) });
                after_run()
            }
            'a' | 'A' if run >= 3 => {
                self.tokens.push(Token::Weekday(run + 10));
                after_run()
            }
            'h' | 'H' => {
                self.tokens.push(Token::Hour(run));
                after_run()
            }
            's' | 'S' => {
                self.tokens.push(Token::Second(run));
                after_run()
            }
            c => {
                self.literal(c.encode_utf8(&mut [0; 4]));
                behind
            }
        }
    }

    fn literal(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(Token::Literal(before)) => before.push_str(text),
            _ => self.tokens.push(Token::Literal(text.to_owned())),
        }
    }

    /// A colour, a condition, a locale, time in all.
    fn bracketed(&mut self, inner: &str) {
        let lower = inner.to_ascii_lowercase();
        if let Some(locale) = inner.strip_prefix('$') {
            let (symbol, code) = locale.split_once('-').unwrap_or((locale, ""));
            self.literal(symbol);
            let whole = match code.to_ascii_uppercase().as_str() {
                "F800" => "yyyy\"年\"m\"月\"d\"日\"",
                "F400" => "h:mm:ss",
                _ => return,
            };
            // The system's own form; what follows says how it was when the file was written.
            self.tokens = Format::parse(whole).sections.remove(0).tokens;
            return;
        }
        if let Some(kind) = lower.strip_prefix("dbnum") {
            self.characters = kind.parse().unwrap_or(0);
            return;
        }
        let unit = lower.chars().next().filter(|c| matches!(c, 'h' | 'm' | 's'));
        if let Some(unit) = unit.filter(|unit| lower.chars().all(|c| c == *unit)) {
            self.tokens.push(Token::Elapsed(unit, lower.len()));
            return;
        }
        const COMPARISONS: [(&str, Compare); 6] = [
            ("<=", Compare::LessOrEqual),
            (">=", Compare::GreaterOrEqual),
            ("<>", Compare::NotEqual),
            ("<", Compare::Less),
            (">", Compare::Greater),
            ("=", Compare::Equal),
        ];
        let condition = COMPARISONS.iter().find_map(|(sign, compare)| {
            Some((*compare, inner.strip_prefix(sign)?.trim().parse().ok()?))
        });
        self.condition = condition.or(self.condition);
        const COLOURS: &[&str] = &[
            "red", "blue", "green", "magenta", "cyan", "yellow", "color", "红", "蓝", "绿", "洋红",
            "青", "黄", "颜色",
        ];
        self.is_coloured |= COLOURS.iter().any(|colour| lower.starts_with(colour));
    }

    /// Tells minutes from months, and bars of dates from those of fractions.
    fn settle(&mut self) {
        let is_time =
            |token: &Token| matches!(token, Token::Hour(_) | Token::Second(_) | Token::Elapsed(..));
        let marks: Vec<usize> = (0..self.tokens.len())
            .filter(|&i| {
                !matches!(self.tokens[i], Token::Literal(_) | Token::Half { .. } | Token::Bar)
            })
            .collect();
        for (at, &i) in marks.iter().enumerate() {
            let Token::Month(length) = self.tokens[i] else { continue };
            let before = at.checked_sub(1).map(|at| &self.tokens[marks[at]]);
            let after = marks.get(at + 1).map(|&i| &self.tokens[i]);
            let hours =
                before.is_some_and(|t| matches!(t, Token::Hour(_) | Token::Elapsed('h', _)));
            let seconds = after.is_some_and(|t| is_time(t) && !matches!(t, Token::Hour(_)));
            if length <= 2 && (hours || seconds) {
                self.tokens[i] = Token::Minute(length);
            }
        }
        let digits = self.tokens.iter().any(|t| matches!(t, Token::Digit(_)));
        if self.is_date() || !digits {
            for token in &mut self.tokens {
                match token {
                    Token::Bar => *token = Token::Literal("/".to_owned()),
                    Token::Point => *token = Token::Literal(".".to_owned()),
                    Token::Comma => *token = Token::Literal(",".to_owned()),
                    _ => {}
                }
            }
        }
    }

    fn is_date(&self) -> bool {
        self.tokens.iter().any(|token| {
            matches!(
                token,
                Token::Year(_)
                    | Token::Month(_)
                    | Token::Minute(_)
                    | Token::Day(_)
                    | Token::Weekday(_)
                    | Token::Hour(_)
                    | Token::Second(_)
                    | Token::Elapsed(..)
            )
        })
    }

    /// A number that is not less than zero.
    fn number(&self, number: f64) -> Printed {
        if self.tokens == [Token::General] && self.characters == 0 {
            return general(number);
        }
        let is_general = self.tokens.iter().any(|t| matches!(t, Token::General | Token::Text));
        if is_general {
            let plain = general(number);
            let mut text = String::new();
            for token in &self.tokens {
                match token {
                    Token::Literal(literal) => text.push_str(literal),
                    Token::General | Token::Text => text.push_str(&self.in_characters(&plain.text)),
                    Token::Percent => text.push('%'),
                    _ => {}
                }
            }
            return Printed { text, ..plain };
        }
        if self.tokens.contains(&Token::Bar) {
            return Printed { text: self.fraction(number), ..Printed::default() };
        }
        let exponent = self.tokens.iter().position(|t| matches!(t, Token::Exponent { .. }));
        let mantissa = &self.tokens[..exponent.unwrap_or(self.tokens.len())];
        let point = mantissa.iter().position(|t| *t == Token::Point).unwrap_or(mantissa.len());
        let places =
            |tokens: &[Token]| tokens.iter().filter(|t| matches!(t, Token::Digit(_))).count();
        let decimals = places(&mantissa[point..]);
        let whole = places(&mantissa[..point]);
        let last = mantissa.iter().rposition(|t| matches!(t, Token::Digit(_)));
        let last_whole = mantissa[..point].iter().rposition(|t| matches!(t, Token::Digit(_)));
        let first = mantissa.iter().position(|t| matches!(t, Token::Digit(_)));
        let is_comma = |i: &usize| mantissa[*i] == Token::Comma;
        // Commas right behind the digits divide; those between group.
        let behind = |last: Option<usize>, end: usize| {
            last.map_or(0, |last| (last + 1..end).take_while(is_comma).count())
        };
        let thousands = behind(last_whole, point).max(if point < mantissa.len() {
            behind(last, mantissa.len())
        } else {
            0
        });
        let groups = first
            .zip(last_whole)
            .is_some_and(|(first, last)| (first..last).any(|i| mantissa[i] == Token::Comma));
        let percents = self.tokens.iter().filter(|t| **t == Token::Percent).count();
        let mut digits = Digits::of(number);
        digits.shift(2 * percents as i32 - 3 * thousands as i32);

        let mut power = 0;
        if exponent.is_some() {
            let width = whole.max(1) as i32;
            power = digits.magnitude();
            power = if width > 1 { power.div_euclid(width) * width } else { power };
            digits.shift(-power);
        }
        let is_rounded = places(mantissa) > 0 && digits.has_beyond(decimals);
        let (integer, fraction) = digits.rounded(decimals);
        // Rounding may make one digit more: 9.99E+00 becomes 1.00E+01.
        let (integer, fraction) = if exponent.is_some() && integer.len() > whole.max(1) {
            let step = whole.max(1) as i32;
            power += step;
            digits.shift(-step);
            digits.rounded(decimals)
        } else {
            (integer, fraction)
        };
        let integer = if integer == "0" { "" } else { integer.as_str() };

        let mut text = String::new();
        let mut place = 0;
        let mut beyond = fraction.chars();
        let trimmed = fraction.trim_end_matches('0').len();
        let mut beyond_at = 0;
        for (i, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Literal(literal) => text.push_str(literal),
                Token::Percent => text.push('%'),
                Token::Digit(kind) if exponent.is_none_or(|e| i < e) && i < point => {
                    whole_digits(&mut text, integer, place, whole, *kind, groups);
                    place += 1;
                }
                Token::Digit(kind) if exponent.is_none_or(|e| i < e) => {
                    let digit = beyond.next().unwrap_or('0');
                    match kind {
                        '0' => text.push(digit),
                        _ if beyond_at < trimmed => text.push(digit),
                        '?' => text.push(' '),
                        _ => {}
                    }
                    beyond_at += 1;
                }
                Token::Point => {
                    // Without a place before the point, all digits stand right before it.
                    text.push_str(if whole == 0 { integer } else { "" });
                    text.push('.');
                }
                Token::Exponent { signed } => {
                    text.push('E');
                    if power < 0 {
                        text.push('-');
                    } else if *signed {
                        text.push('+');
                    }
                    let width = places(&self.tokens[i..]);
                    text.push_str(&format!("{:0width$}", power.abs()));
                }
                _ => {}
            }
        }
        Printed { text: self.in_characters(&text), is_rounded, ..Printed::default() }
    }

    /// The digits of a text in characters, where the format asks for them.
    fn in_characters(&self, text: &str) -> String {
        let form = match self.characters {
            1 => Form::Chinese,
            2 => Form::ChineseLegal,
            3 => Form::FullWidth,
            _ => return text.to_owned(),
        };
        match text.parse::<u32>() {
            Ok(number) => numeral(number, form),
            Err(_) => text.to_owned(),
        }
    }

    /// `# ?/?`: the nearest fraction whose denominator has as many digits as there are places.
    fn fraction(&self, number: f64) -> String {
        let bar = self.tokens.iter().position(|t| *t == Token::Bar).unwrap_or(0);
        let behind = &self.tokens[bar + 1..];
        let places = behind.iter().filter(|t| matches!(t, Token::Digit(_))).count();
        let fixed: String = behind
            .iter()
            .filter_map(|t| match t {
                Token::Literal(literal) => Some(literal.trim()),
                _ => None,
            })
            .collect();
        let has_whole = self.tokens[..bar]
            .iter()
            .skip_while(|t| !matches!(t, Token::Digit(_)))
            .any(|t| matches!(t, Token::Literal(text) if text.contains(' ')));
        let whole = if has_whole { number.trunc() } else { 0.0 };
        let rest = number - whole;
        let (up, down) = match fixed.parse::<u32>() {
            Ok(down) if down > 0 => ((rest * f64::from(down)).round(), down),
            _ => {
                let most = 10u32.pow(places.clamp(1, 3) as u32) - 1;
                let error = |down: u32| {
                    let up = (rest * f64::from(down)).round();
                    (rest - up / f64::from(down)).abs()
                };
                let best = (1..=most).min_by(|&a, &b| error(a).total_cmp(&error(b))).unwrap_or(1);
                ((rest * f64::from(best)).round(), best)
            }
        };
        match (whole != 0.0, up != 0.0) {
            (true, true) => format!("{whole} {up}/{down}"),
            (true, false) => format!("{whole}"),
            (false, true) => format!("{up}/{down}"),
            (false, false) => "0".to_owned(),
        }
    }

    fn date(&self, moment: &Moment) -> String {
        let halves = self.tokens.iter().any(|t| matches!(t, Token::Half { .. }));
        let seconds_shown = self.tokens.iter().any(|t| matches!(t, Token::Fraction(_)));
        let moment = if seconds_shown { *moment } else { moment.to_seconds() };
        let mut out = String::new();
        let two =
            |n: u32, length: usize| if length > 1 { format!("{n:02}") } else { n.to_string() };
        let in_words = |n: u32, length: usize| match self.characters {
            0 => two(n, length),
            _ => self.in_characters(&n.to_string()),
        };
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        const DAYS: &str = "日一二三四五六";
        for token in &self.tokens {
            match token {
                Token::Literal(literal) => out.push_str(literal),
                Token::Year(length) => {
                    let year = if *length > 2 { moment.year } else { moment.year % 100 };
                    let digits =
                        if *length > 2 { format!("{year:04}") } else { format!("{year:02}") };
                    match self.characters {
                        0 => out.push_str(&digits),
                        _ => out.extend(digits.chars().map(|c| {
                            let digit = c.to_digit(10).unwrap_or(0);
                            "〇一二三四五六七八九".chars().nth(digit as usize).unwrap_or(c)
                        })),
                    }
                }
                Token::Month(length) if *length > 2 => {
                    out.push_str(MONTHS[(moment.month as usize - 1).min(11)]);
                }
                Token::Month(length) => out.push_str(&in_words(moment.month, *length)),
                Token::Day(length) => out.push_str(&in_words(moment.day, *length)),
                Token::Weekday(length) => {
                    let day = DAYS.chars().nth(moment.weekday as usize % 7).unwrap_or('日');
                    out.push_str(match length {
                        13 => "",
                        14.. => "星期",
                        _ => "周",
                    });
                    out.push(day);
                }
                Token::Hour(length) => {
                    let hour = if halves { (moment.hour + 11) % 12 + 1 } else { moment.hour };
                    out.push_str(&two(hour, *length));
                }
                Token::Minute(length) => out.push_str(&two(moment.minute, *length)),
                Token::Second(length) => out.push_str(&two(moment.second, *length)),
                Token::Fraction(length) => {
                    let scale = 10f64.powi(*length as i32);
                    let part = (moment.fraction * scale).round().min(scale - 1.0);
                    out.push_str(&format!(".{:0width$}", part as u32, width = *length));
                }
                Token::Elapsed(unit, length) => {
                    let all = match unit {
                        'h' => moment.seconds / 3600,
                        'm' => moment.seconds / 60,
                        _ => moment.seconds,
                    };
                    out.push_str(&format!("{all:0width$}", width = *length));
                }
                Token::Half { chinese } => out.push_str(match (chinese, moment.hour >= 12) {
                    (true, false) => "上午",
                    (true, true) => "下午",
                    (false, false) => "AM",
                    (false, true) => "PM",
                }),
                _ => {}
            }
        }
        out
    }
}

/// Puts the digits that belong to place `place` of `places` before the point.
fn whole_digits(
    out: &mut String,
    digits: &str,
    place: usize,
    places: usize,
    kind: char,
    groups: bool,
) {
    // Digits that have no place stand at the first one.
    let spare = digits.len().saturating_sub(places);
    let missing = places.saturating_sub(digits.len());
    let range = match place {
        0 => 0..(spare + 1).min(digits.len()) * usize::from(missing == 0),
        place if place < missing => 0..0,
        place => {
            let at = place + spare - missing;
            at..at + 1
        }
    };
    let put = |out: &mut String, c: char, behind: usize| {
        out.push(c);
        if groups && behind > 0 && behind.is_multiple_of(3) {
            out.push(',');
        }
    };
    if place < missing {
        let behind = places - place - 1;
        match kind {
            '0' => put(out, '0', behind),
            '?' => out.push(' '),
            _ => {}
        }
        return;
    }
    for at in range {
        if let Some(c) = digits[at..].chars().next() {
            put(out, c, digits.len() - at - 1);
        }
    }
}

/// A number as cells without a format print it: as many decimals as there is room for.
fn general(number: f64) -> Printed {
    // Most figures are whole.
    if number.fract() == 0.0 && number.abs() < 10f64.powi(GENERAL as i32) {
        return Printed { text: (number as i64).to_string(), ..Printed::default() };
    }
    let digits = Digits::of(number.abs());
    let sign = if number < 0.0 { "-" } else { "" };
    let magnitude = digits.magnitude();
    if digits.is_zero() {
        return Printed { text: "0".to_owned(), ..Printed::default() };
    }
    if !(-5..GENERAL as i32).contains(&magnitude) {
        let mut scaled = digits.clone();
        scaled.shift(-magnitude);
        let (mut whole, mut fraction) = scaled.rounded(5);
        let mut power = magnitude;
        if whole.len() > 1 {
            power += 1;
            scaled.shift(-1);
            (whole, fraction) = scaled.rounded(5);
        }
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let text = format!("{sign}{whole}{point}{fraction}E{power:+03}");
        return Printed { text, is_rounded: digits.digits.len() > 6, ..Printed::default() };
    }
    let room = (GENERAL as i32 - 2 - magnitude.max(0)).max(0) as usize;
    let (whole, fraction) = digits.rounded(room);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let text = [sign, &whole, point, fraction].concat();
    Printed { text, is_rounded: digits.has_beyond(room), ..Printed::default() }
}

/// The first 15 decimal digits of a number that is not less than zero.
#[derive(Debug, Clone, PartialEq)]
struct Digits {
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
    /// The number is 0.digits times ten to this power.
    power: i32,
}

impl Digits {
    fn of(number: f64) -> Digits {
        Digits::of_few_decimals(number).unwrap_or_else(|| Digits::of_any(number))
    }

    /// The digits of a number that has few decimals, as most do: where a whole number by 10, 100 or so is it, no other of
    /// as few digits is.
    fn of_few_decimals(number: f64) -> Option<Digits> {
        const MOST_DECIMALS: i32 = 4;
        let (decimals, mut whole) = (0..=MOST_DECIMALS).find_map(|decimals| {
            let scale = 10_f64.powi(decimals);
            let whole = (number * scale).round();
            let is_it = (1.0..1e15).contains(&whole) && whole / scale == number;
            is_it.then_some((decimals, whole as u64))
        })?;
        let power = whole.ilog10() as i32 + 1 - decimals;
        while whole.is_multiple_of(10) {
            whole /= 10;
        }
        let mut digits = vec![0; whole.ilog10() as usize + 1];
        for digit in digits.iter_mut().rev() {
            *digit = (whole % 10) as u8;
            whole /= 10;
        }
        Some(Digits { digits, power })
    }

    fn of_any(number: f64) -> Digits {
        // Where the fewest digits that say which number it is are no more than are kept, they are the first ones of
        // all that it has; to find them takes a fraction of the time.
        let fewest = format!("{number:e}");
        let is_short = fewest.bytes().take_while(|b| *b != b'e').count() <= PRECISION + 1;
        let text = if is_short { fewest } else { format!("{number:.*e}", PRECISION - 1) };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits: Vec<u8> =
            mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let power = exponent.parse::<i32>().unwrap_or(0) + 1;
        Digits { power: if digits.is_empty() { 0 } else { power }, digits }
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Times ten to this power.
    fn shift(&mut self, power: i32) {
        if !self.is_zero() {
            self.power += power;
        }
    }

    /// The power of ten of its first digit.
    fn magnitude(&self) -> i32 {
        if self.is_zero() { 0 } else { self.power - 1 }
    }

    /// Whether it has digits beyond so many decimals.
    fn has_beyond(&self, decimals: usize) -> bool {
        self.digits.len() as i32 - self.power > decimals as i32
    }

    /// The digits before and behind the point, rounded to so many decimals; `0` before it where there are none.
    fn rounded(&self, decimals: usize) -> (String, String) {
        let kept = self.power + decimals as i32;
        let mut digits = Cow::Borrowed(self.digits.as_slice());
        let mut power = self.power;
        if kept < 0 {
            digits = Cow::Borrowed(&[]);
        } else if (kept as usize) < digits.len() {
            let up = digits[kept as usize] >= 5;
            let digits = digits.to_mut();
            digits.truncate(kept as usize);
            if up {
                let mut at = digits.len();
                loop {
                    if at == 0 {
                        digits.insert(0, 1);
                        power += 1;
                        break;
                    }
                    at -= 1;
                    if digits[at] < 9 {
                        digits[at] += 1;
                        break;
                    }
                    digits[at] = 0;
                }
            }
        }
        let digit = |position: i32| -> char {
            let index = usize::try_from(position).ok();
            let digit = index.and_then(|index| digits.get(index)).copied().unwrap_or(0);
            char::from(b'0' + digit)
        };
        // Position 0 is the first digit, which stands `power` places before the point.
        let mut whole = String::with_capacity(power.max(1) as usize);
        whole.extend((0..power.max(0)).map(digit).skip_while(|digit| *digit == '0'));
        if whole.is_empty() {
            whole.push('0');
        }
        let mut fraction = String::with_capacity(decimals);
        fraction.extend((0..decimals as i32).map(|place| digit(power + place)));
        (whole, fraction)
    }
}

/// A day and time that a number stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    year: i32,
    month: u32,
    day: u32,
    /// 0 for Sunday.
    weekday: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// Of a second.
    fraction: f64,
    /// In all, from the first day on.
    seconds: u64,
    from_1904: bool,
    number: f64,
}

impl Moment {
    /// `None` for a number before the first day, or after the year 9999.
    fn of(number: f64, from_1904: bool) -> Option<Moment> {
        if !(0.0..2_958_466.0).contains(&number) {
            return None;
        }
        let (days, time) = (number.floor() as i64, number.fract() * 86_400.0);
        // Noise of the last digits is no time.
        let nearest = time.round();
        let time = if (time - nearest).abs() < 1e-4 { nearest } else { time };
        let (days, time) = if time >= 86_400.0 { (days + 1, 0.0) } else { (days, time) };
        let serial = if from_1904 { days + 1462 } else { days };
        let (year, month, day) = match serial {
            // Excel counts a 29 February of 1900, which was none.
            0 => (1900, 1, 0),
            60 => (1900, 2, 29),
            serial => civil(serial + if serial < 60 { 1 } else { 0 } - 25_569),
        };
        let whole = time.floor();
        Some(Moment {
            year,
            month,
            day,
            weekday: ((serial + 6) % 7) as u32,
            hour: (whole / 3600.0) as u32,
            minute: (whole / 60.0) as u32 % 60,
            second: whole as u32 % 60,
            fraction: time - whole,
            seconds: (days as u64).saturating_mul(86_400) + whole as u64,
            from_1904,
            number,
        })
    }

    /// The same rounded to a second, as it is shown without its parts.
    fn to_seconds(self) -> Moment {
        if self.fraction < 0.5 {
            return self;
        }
        let up = self.number + (1.0 - self.fraction) / 86_400.0;
        Moment::of(up, self.from_1904).unwrap_or(self)
    }
}

/// The number of a day and time in the form of ISO 8601, as a workbook may store it: `2023-05-01T09:30:00`, the day or
/// the time alone; `None` for anything else. A zone behind it is not applied: what is printed is the time that is stored.
#[cfg(feature = "excel")]
pub(super) fn moment_of_iso(text: &str, from_1904: bool) -> Option<f64> {
    let text = text.trim();
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, time),
        None if text.contains(':') => ("", text),
        None => (text, ""),
    };
    let number =
        |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?;
    let days = match day.split('-').collect::<Vec<_>>()[..] {
        [""] => 0,
        [year, month, day] => {
            let (year, month, day): (u32, u32, u32) = (number(year)?, number(month)?, number(day)?);
            let day = jiff::civil::Date::new(
                year.try_into().ok()?,
                month.try_into().ok()?,
                day.try_into().ok()?,
            );
            let since = jiff::civil::date(1899, 12, 30).until(day.ok()?).ok()?.get_days();
            // Excel counts a 29 February of 1900, which was none.
            let days = if since < 61 { since - 1 } else { since };
            days - if from_1904 { 1462 } else { 0 }
        }
        _ => return None,
    };
    let time = time.find(['Z', '+', '-']).map_or(time, |zone| &time[..zone]);
    let seconds = match time.split(':').collect::<Vec<_>>()[..] {
        [""] if !day.is_empty() => 0.0,
        [hour, minute, ref second @ ..] if second.len() < 2 => {
            let (hour, minute): (u32, u32) = (number(hour)?, number(minute)?);
            let second: f64 = second.first().map_or(Some(0.0), |s| s.parse().ok())?;
            let is_time = hour < 24 && minute < 60 && (0.0..60.0).contains(&second);
            is_time.then_some(f64::from(hour * 3600 + minute * 60) + second)?
        }
        _ => return None,
    };
    let number = f64::from(days) + seconds / 86_400.0;
    (number >= 0.0).then_some(number)
}

/// The date so many days after 1 January 1970.
fn civil(days: i64) -> (i32, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, number: f64) -> String {
        Format::parse(code).number(number, false).text
    }

    #[test]
    fn few_decimals_are_read_off_as_all_are() {
        let whole = (1..2000_u32).map(|n| n * 7919);
        let numbers = whole.flat_map(|n| [0, 1, 2, 3, 4].map(|d| f64::from(n) / 10_f64.powi(d)));
        let noisy = [674.1800000000004, 0.1 + 0.2, 1e15, 1e300, 0.00001, 123456789012.3456, 0.0];
        for number in numbers.chain(noisy) {
            assert_eq!(Digits::of(number), Digits::of_any(number), "{number}");
        }
        assert_eq!(Digits::of_few_decimals(674.18), Some(Digits::of_any(674.18)));
        assert_eq!(Digits::of_few_decimals(674.1800000000004), None);
    }

    #[test]
    fn numbers_are_printed_as_excel_prints_them() {
        let cases = [
            ("0.00", 674.180_000_000_000_4, "674.18"),
            ("0.00", 278.9, "278.90"),
            ("0.00", 2.675, "2.68"),
            ("0", 0.5, "1"),
            ("0.0%", 0.888, "88.8%"),
            ("0%", 1.0, "100%"),
            ("#,##0", 165_766.0, "165,766"),
            ("#,##0.00", 1_234_567.891, "1,234,567.89"),
            ("#,##0.00", 0.0, "0.00"),
            ("#,##0", 12.0, "12"),
            ("#", 0.0, ""),
            ("#.##", 5.0, "5."),
            ("0.##", 5.25, "5.25"),
            ("000", 7.0, "007"),
            ("0;-0;;@", 0.0, ""),
            ("0;-0;;@", -5.0, "-5"),
            (";;;", 5.0, ""),
            ("0.00_);(0.00)", -3.5, "(3.50)"),
            ("0", -3.0, "-3"),
            ("\"¥\"0.0", -3.0, "-¥3.0"),
            ("0.00E+00", 12_345.0, "1.23E+04"),
            ("0.00E+00", 9.999, "1.00E+01"),
            ("##0.0E+0", 12_345.0, "12.3E+3"),
            ("0.0,", 12_345.0, "12.3"),
            ("0!.0,\"万\"", 12_345.0, "1.2万"),
            ("0\"套\"", 12.0, "12套"),
            ("General\"套\"", 12.5, "12.5套"),
            ("# ?/?", 1.5, "1 1/2"),
            ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", 0.0, " -   "),
            ("[Red][<0]0.0;[>=100]0;0.00", 5.0, "5.00"),
            ("[Red][<0]0.0;[>=100]0;0.00", 500.0, "500"),
            ("[DBNum1]General", 123.0, "一百二十三"),
            ("000000", 360_827.0, "360827"),
            ("0.00", -0.001, "-0.00"),
            ("0.000", 1e-9, "0.000"),
            ("0", 1e15, "1000000000000000"),
            (".00", 12.5, "12.50"),
        ];
        for (code, number, expected) in cases {
            assert_eq!(said(code, number), expected, "{code} of {number}");
        }
    }

    #[test]
    fn the_fewest_digits_are_the_first_of_all() {
        let mut seed = 1u64;
        for round in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (digits, power) = (seed >> (8 + round % 50), (seed % 23) as i32 - 11);
            let number: f64 = format!("{digits}e{power}").parse().expect("a number");
            let exact = format!("{number:.14e}");
            let (mantissa, exponent) = exact.split_once('e').expect("an exponent");
            let mantissa = mantissa.replace('.', "");
            let read = Digits::of(number);
            let all: String = read.digits.iter().map(|d| char::from(b'0' + d)).collect();
            assert_eq!(all, mantissa.trim_end_matches('0'), "{number:e}");
            let power = if all.is_empty() { "-1".to_owned() } else { exponent.to_owned() };
            assert_eq!((read.power - 1).to_string(), power, "{number:e}");
        }
    }

    #[test]
    fn without_a_format_a_number_has_eleven_characters() {
        let cases = [
            (0.0, "0"),
            (674.180_000_000_000_4, "674.18"),
            (1.0 / 3.0, "0.333333333"),
            (123_456.789_012_345, "123456.789"),
            (12_345_678_901.0, "12345678901"),
            (123_456_789_012.0, "1.23457E+11"),
            (-1234.5, "-1234.5"),
            (0.000_012_3, "0.0000123"),
            (0.1 + 0.2, "0.3"),
            (1e20, "1E+20"),
        ];
        for (number, expected) in cases {
            assert_eq!(said("General", number), expected);
        }
    }

    #[test]
    fn digits_that_are_not_printed_are_known() {
        let rounded = |code: &str, number| Format::parse(code).number(number, false).is_rounded;
        assert!(rounded("0.00", 278.8983));
        assert!(!rounded("0.00", 674.180_000_000_000_4), "noise of the last digits is none");
        assert!(!rounded("0.0%", 0.888) && rounded("0.0%", 0.8885));
        assert!(!rounded("#,##0", 165_766.0));
    }

    #[test]
    fn days_and_times_are_printed() {
        let cases = [
            ("yyyy\"年\"m\"月\"d\"日\"", 44_956.0, "2023年1月30日"),
            ("yyyy/m/d", 1.0, "1900/1/1"),
            ("yyyy-mm-dd", 60.0, "1900-02-29"),
            ("yyyy-mm-dd", 61.0, "1900-03-01"),
            ("h:mm", 0.5, "12:00"),
            ("yyyy/m/d h:mm:ss", 44_956.999_994_2, "2023/1/30 23:59:59"),
            ("上午/下午h\"时\"mm\"分\"", 0.75, "下午6时00分"),
            ("[h]:mm", 1.5, "36:00"),
            ("mm:ss", 0.001, "01:26"),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", 44_956.0, "二〇二三年一月三十日"),
            ("[$-F800]dddd, mmmm dd, yyyy", 44_956.0, "2023年1月30日"),
            ("aaaa", 44_956.0, "星期一"),
        ];
        for (code, number, expected) in cases {
            assert_eq!(said(code, number), expected, "{code}");
        }
        assert_eq!(Format::parse("yyyy/m/d").number(0.0, true).text, "1904/1/1");
    }

    #[test]
    #[cfg(feature = "excel")]
    fn days_are_read_as_iso_8601_writes_them() {
        for (text, expected) in [
            ("2023-05-01", Some(45_047.0)),
            (" 2023-05-01T12:00:00 ", Some(45_047.5)),
            ("2023-05-01T06:00:00.000Z", Some(45_047.25)),
            ("2023-05-01T18:00", Some(45_047.75)),
            ("12:00:00", Some(0.5)),
            ("1900-03-01", Some(61.0)),
            ("1900-02-28", Some(59.0)),
            ("1900-01-01", Some(1.0)),
            ("1899-12-01", None),
            ("2023-02-30", None),
            ("2023年5月1日", None),
            ("2023-05", None),
            ("-1-2-3", None),
            ("24:00:00", None),
            ("T", None),
            ("", None),
        ] {
            assert_eq!(moment_of_iso(text, false), expected, "{text}");
        }
        assert_eq!(moment_of_iso("1904-01-02", true), Some(1.0));
    }

    #[test]
    fn texts_have_a_section_of_their_own() {
        assert_eq!(Format::parse("0;-0;;@").text("甲").as_deref(), Some("甲"));
        assert_eq!(Format::parse("@\"市\"").text("南昌").as_deref(), Some("南昌市"));
        assert_eq!(Format::parse(";;;").text("藏").as_deref(), Some(""));
        assert_eq!(Format::parse("0.00").text("甲"), None);
    }
}
