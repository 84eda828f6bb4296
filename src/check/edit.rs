//! How one printed figure could have become another: the slips of a hand on digits.

/// The slip that leads from what should stand to what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// One digit is another.
    Digit,
    /// Two digits beside each other changed places.
    Exchanged,
    /// The sign is lost or added.
    Sign,
    /// The decimal point moved.
    Point,
    /// A digit is missing.
    Lost,
    /// There is a digit too many.
    Extra,
    /// Nothing is printed where a figure should stand.
    Blank,
    /// A figure is printed where nothing should stand.
    Filled,
    /// More than one slip; how many single changes lie between the two.
    Far(u32),
}

impl Slip {
    /// How unlikely the slip is; less is likelier.
    pub fn cost(self) -> i64 {
        match self {
            Slip::Digit | Slip::Exchanged => 10,
            Slip::Sign => 12,
            Slip::Point => 14,
            Slip::Lost | Slip::Extra => 15,
            Slip::Blank => 20,
            Slip::Filled => 28,
            Slip::Far(changes) => 30 + 5 * i64::from(changes.min(30)),
        }
    }
}

/// The slip from `should` to `printed`, both as figures without separators; `None` for a blank.
pub fn slip(printed: Option<&str>, should: Option<&str>) -> Slip {
    let (Some(printed), Some(should)) = (printed, should) else {
        return if printed.is_none() { Slip::Blank } else { Slip::Filled };
    };
    let (p, s): (Vec<char>, Vec<char>) = (printed.chars().collect(), should.chars().collect());
    if printed.trim_start_matches('-') == should.trim_start_matches('-') {
        return Slip::Sign;
    }
    let digits = |text: &str| text.chars().filter(|c| *c != '.').collect::<String>();
    let bare = |text: &str| digits(text).trim_matches('0').to_owned();
    if bare(printed) == bare(should) && (printed.contains('.') || should.contains('.')) {
        return Slip::Point;
    }
    if p.len() == s.len() {
        let differing: Vec<usize> = (0..p.len()).filter(|&i| p[i] != s[i]).collect();
        match differing[..] {
            [at] if p[at].is_ascii_digit() && s[at].is_ascii_digit() => return Slip::Digit,
            [a, b] if b == a + 1 && p[a] == s[b] && p[b] == s[a] => return Slip::Exchanged,
            _ => {}
        }
    }
    if is_one_removed(&p, &s) {
        return Slip::Lost;
    }
    if is_one_removed(&s, &p) {
        return Slip::Extra;
    }
    Slip::Far(distance(&p, &s))
}

/// Whether taking one character out of `long` gives `short`.
fn is_one_removed(short: &[char], long: &[char]) -> bool {
    if short.len() + 1 != long.len() {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    short[same..] == long[same + 1..]
}

/// Single changes between two short strings (Levenshtein).
fn distance(a: &[char], b: &[char]) -> u32 {
    let mut row: Vec<u32> = (0..).take(b.len() + 1).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i as u32 + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + u32::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_a_hand() {
        let cases = [
            ("2100", "2130", Slip::Digit),
            ("1888", "1188", Slip::Digit),
            ("2310", "2130", Slip::Exchanged),
            ("213", "2130", Slip::Lost),
            ("21130", "2130", Slip::Extra),
            ("-14", "14", Slip::Sign),
            ("67418", "674.18", Slip::Point),
            ("204", "1", Slip::Far(3)),
        ];
        for (printed, should, expected) in cases {
            assert_eq!(slip(Some(printed), Some(should)), expected, "{printed} for {should}");
        }
        assert_eq!(slip(None, Some("12")), Slip::Blank);
        assert_eq!(slip(Some("12"), None), Slip::Filled);
    }
}
