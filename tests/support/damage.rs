//! Damage to a file, the same for the same seed: what disks, networks, editors and ill will do.

use serde_json::Value;

/// A row of numbers that looks random and is told by its seed (splitmix64, Steele et al. 2014).
pub struct Dice(u64);

impl Dice {
    /// The row that this seed begins.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0, below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % (end as u64).max(1)) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The end is missing.
    Cut,
    /// A thousand bytes are others.
    Bytes,
    /// One to eight bytes are others.
    FewBytes,
    /// The contents of two streams are exchanged (in a text: two lines).
    Swapped,
    /// A piece is missing, stands twice, or stands elsewhere.
    Moved,
    /// A number is another: none, huge, negative, one off.
    Numbers,
    /// A word of the format is another of the same file.
    Words,
    /// Bytes inside what is not compressed are others: the structure, not the pictures.
    Structure,
    /// The bytes are read as if in another encoding and written anew.
    Encoding,
    /// Values of a JSON file are missing, stand twice, or are others of the same file (in what is no
    /// JSON: a number is another).
    Edited,
}

/// All kinds of damage.
pub const KINDS: [Kind; 10] = [
    Kind::Cut,
    Kind::Bytes,
    Kind::FewBytes,
    Kind::Swapped,
    Kind::Moved,
    Kind::Numbers,
    Kind::Words,
    Kind::Structure,
    Kind::Encoding,
    Kind::Edited,
];

/// Numbers that programs stumble over.
const ODD_NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1",
    "255",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "9223372036854775807",
    "18446744073709551616",
    "1e308",
    "0.000000001",
];

/// The file with one such damage.
pub fn damaged(bytes: &[u8], kind: Kind, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.is_empty() {
        return bytes;
    }
    match kind {
        Kind::Cut => bytes.truncate(dice.below(bytes.len())),
        Kind::Bytes => change(&mut bytes, 1000, dice),
        Kind::FewBytes => {
            let count = 1 + dice.below(8);
            change(&mut bytes, count, dice);
        }
        Kind::Swapped => swap(&mut bytes, dice),
        Kind::Moved => shift(&mut bytes, dice),
        Kind::Edited if let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) => {
            for _ in 0..1 + dice.below(5) {
                edit(&mut value, dice);
            }
            bytes = value.to_string().into_bytes();
        }
        Kind::Numbers | Kind::Edited => {
            for _ in 0..1 + dice.below(6) {
                let numbers = spans(&bytes, |b| b.is_ascii_digit());
                let odd = *dice.pick(&ODD_NUMBERS).unwrap_or(&"0");
                if let Some(&(start, end)) = dice.pick(&numbers) {
                    bytes.splice(start..end, odd.bytes());
                }
            }
        }
        Kind::Words => {
            for _ in 0..1 + dice.below(4) {
                let words = spans(&bytes, |b| b.is_ascii_alphabetic() || b == b'/');
                if let (Some(&(from, to)), Some(&(start, end))) =
                    (dice.pick(&words), dice.pick(&words))
                {
                    let word = bytes[from..to].to_vec();
                    bytes.splice(start..end, word);
                }
            }
        }
        Kind::Structure => {
            let streams = streams(&bytes);
            let inside = |at: usize| streams.iter().any(|&(start, end)| (start..end).contains(&at));
            for _ in 0..1 + dice.below(20) {
                let at = (0..50).map(|_| dice.below(bytes.len())).find(|&at| !inside(at));
                if let Some(at) = at {
                    let others = b"<>[]()/%0123456789 \n\0\xFFRobjfn";
                    bytes[at] = *dice.pick(others).unwrap_or(&0);
                }
            }
        }
        Kind::Encoding => {
            let shown: String = bytes.iter().map(|&b| char::from(b)).collect();
            bytes = match dice.below(4) {
                0 => shown.into_bytes(),
                1 => shown.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                2 => shown.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                _ => bytes.iter().map(|b| b & 0x7F).collect(),
            };
        }
    }
    bytes
}

fn change(bytes: &mut [u8], count: usize, dice: &mut Dice) {
    for _ in 0..count {
        let at = dice.below(bytes.len());
        bytes[at] = dice.below(256) as u8;
    }
}

/// Exchanges the contents of two streams; of two lines where there are no streams.
fn swap(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let mut parts = streams(bytes);
    if parts.len() < 2 {
        parts = spans(bytes, |b| b != b'\n');
    }
    let (Some(&a), Some(&b)) = (dice.pick(&parts), dice.pick(&parts)) else { return };
    let (first, second) = if a.0 <= b.0 { (a, b) } else { (b, a) };
    if first.1 > second.0 {
        return;
    }
    let (early, late) = (bytes[first.0..first.1].to_vec(), bytes[second.0..second.1].to_vec());
    bytes.splice(second.0..second.1, early);
    bytes.splice(first.0..first.1, late);
}

/// Changes one value somewhere inside a JSON value.
fn edit(value: &mut Value, dice: &mut Dice) {
    let whole = value.clone();
    edit_below(value, &whole, 12, dice);
}

fn edit_below(at: &mut Value, whole: &Value, depth: usize, dice: &mut Dice) {
    let deeper = depth > 0 && dice.below(8) > 0;
    match at {
        Value::Array(items) if deeper && !items.is_empty() => {
            let index = dice.below(items.len());
            match dice.below(12) {
                0 => drop(items.remove(index)),
                1 => items.insert(index, items[index].clone()),
                _ => edit_below(&mut items[index], whole, depth - 1, dice),
            }
        }
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let index = dice.below(fields.len());
            let Some(name) = fields.keys().nth(index).cloned() else { return };
            if dice.below(15) == 0 {
                fields.remove(&name);
            } else if let Some(field) = fields.get_mut(&name) {
                edit_below(field, whole, depth - 1, dice);
            }
        }
        leaf => {
            *leaf = match dice.below(9) {
                0 => Value::Null,
                1 => Value::from(""),
                2 => Value::from(-1),
                3 => Value::from(u64::MAX),
                4 => Value::from("79228162514264337593543950335"),
                5 => Value::from("-0.0000000000000000000000000001"),
                6 => Value::from("\u{0}\u{FFFF}=1+1"),
                7 => Value::Array(Vec::new()),
                _ => any(whole, dice),
            }
        }
    }
}

/// Some value inside a JSON value.
fn any(value: &Value, dice: &mut Dice) -> Value {
    let mut at = value;
    for _ in 0..4 + dice.below(8) {
        let inner: Vec<&Value> = match at {
            Value::Array(items) => items.iter().collect(),
            Value::Object(fields) => fields.values().collect(),
            _ => break,
        };
        let Some(next) = dice.pick(&inner) else { break };
        at = next;
    }
    at.clone()
}

fn shift(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let start = dice.below(bytes.len());
    let end = (start + 1 + dice.below(2000)).min(bytes.len());
    let piece = bytes[start..end].to_vec();
    match dice.below(3) {
        0 => drop(bytes.drain(start..end)),
        1 => drop(bytes.splice(start..start, piece)),
        _ => {
            bytes.drain(start..end);
            let at = dice.below(bytes.len());
            bytes.splice(at..at, piece);
        }
    }
}

/// Where bytes of one sort follow each other, at most 20,000 times.
fn spans(bytes: &[u8], of_sort: impl Fn(u8) -> bool) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut since = None;
    for (at, &b) in bytes.iter().chain([&0]).enumerate() {
        let inside = at < bytes.len() && of_sort(b);
        match (since, inside) {
            (None, true) => since = Some(at),
            (Some(start), false) => {
                spans.push((start, at));
                since = None;
            }
            _ => {}
        }
        if spans.len() >= 20_000 {
            break;
        }
    }
    spans
}

/// The contents of the streams of a PDF.
pub fn streams(bytes: &[u8]) -> Vec<(usize, usize)> {
    let find = |word: &[u8], from: usize| {
        let rest = bytes.get(from..)?;
        rest.windows(word.len()).position(|w| w == word).map(|at| from + at)
    };
    let mut streams = Vec::new();
    let mut at = 0;
    while let Some(start) = find(b"stream", at) {
        let Some(end) = find(b"endstream", start + 6) else { break };
        streams.push((start + 7, end.max(start + 7)));
        at = end + 9;
    }
    streams
}
