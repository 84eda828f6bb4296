//! The divisions, and where they stand by name, as the compiler reads them from `divisions.tsv`.
//!
//! Read at each start of the program, the table took 7 million instructions, a tenth of what a short
//! notice takes. A division holds the place of its name in the text and no pointer to it: six
//! thousand pointers would be set at each start, too.

use super::Division;
use super::names::short_form;

const TEXT: &str = include_str!("divisions.tsv");
const BYTES: &[u8] = TEXT.as_bytes();

/// Lines of the text, a division each.
const LINES: usize = {
    let (mut lines, mut at) = (0, 0);
    while at < BYTES.len() {
        lines += (BYTES[at] == b'\n') as usize;
        at += 1;
    }
    lines
};

/// All divisions by code, then by year.
#[allow(long_running_const_eval, reason = "six thousand lines take the compiler a second")]
pub(super) static DIVISIONS: [Division; LINES] = {
    let mut divisions = [const { division(0).0 }; LINES];
    let (mut line, mut at) = (0, 0);
    while line < LINES {
        (divisions[line], at) = division(at);
        line += 1;
    }
    divisions
};

/// The provinces of today, by their lines.
static PROVINCES: [u16; 34] = {
    let mut provinces = [0; 34];
    let (mut line, mut found) = (0, 0);
    while line < LINES {
        let division = &DIVISIONS[line];
        if division.code.is_multiple_of(10_000) && division.until.is_none() {
            provinces[found] = line as u16;
            found += 1;
        }
        line += 1;
    }
    assert!(found == provinces.len(), "there is a province more or less");
    provinces
};

static FULL_NAMES: [u16; PLACES] = places(Form::Full);
static SHORT_NAMES: [u16; PLACES] = places(Form::Short);

/// Places of a table of names: more than twice its entries.
const PLACES: usize = 1 << 14;

/// How a name is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// 恭城瑶族自治县.
    Full,
    /// 恭城.
    Short,
}

/// The provinces of today, by code.
pub(super) fn provinces() -> impl Iterator<Item = &'static Division> {
    PROVINCES.iter().filter_map(|&line| DIVISIONS.get(usize::from(line)))
}

/// The divisions of a name, in the order of the table.
pub(super) fn named(name: &str, form: Form) -> impl Iterator<Item = &'static Division> {
    named_at(first_place(name), name, form)
}

/// The same, where the likeliest place of the name is known.
pub(super) fn named_at(
    first: usize,
    name: &str,
    form: Form,
) -> impl Iterator<Item = &'static Division> {
    let places = match form {
        Form::Full => &FULL_NAMES,
        Form::Short => &SHORT_NAMES,
    };
    (0..PLACES)
        .map(move |step| usize::from(places[(first + step) % PLACES]))
        .take_while(|&number| number > 0)
        .filter_map(|number| DIVISIONS.get(number - 1))
        .filter(move |division| division.name.is(name, form))
}

/// The name of a division, by its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    start: u32,
    /// Length of the full name, in bytes.
    full: u8,
    /// Length of the short form, with which the full name begins; 0 where it has none.
    short: u8,
}

impl Name {
    /// The full name.
    pub(super) const fn full(self) -> &'static str {
        part(self.start as usize, self.full as usize)
    }

    /// The short form, if it has one.
    pub(super) const fn short(self) -> Option<&'static str> {
        match self.short {
            0 => None,
            length => Some(part(self.start as usize, length as usize)),
        }
    }

    fn is(self, name: &str, form: Form) -> bool {
        let (start, length) = match form {
            Form::Full => (self.start as usize, usize::from(self.full)),
            Form::Short => (self.start as usize, usize::from(self.short)),
        };
        length > 0 && length == name.len() && BYTES[start..start + length] == *name.as_bytes()
    }

    const fn in_form(self, form: Form) -> Option<&'static str> {
        match form {
            Form::Full => Some(self.full()),
            Form::Short => self.short(),
        }
    }
}

/// A part of the text.
const fn part(start: usize, length: usize) -> &'static str {
    TEXT.split_at(start).1.split_at(length).0
}

/// The division whose line begins at a place of the text, and the place of the next one.
const fn division(at: usize) -> (Division, usize) {
    let (code, start) = number(at);
    let mut end = start;
    while BYTES[end] != b'\t' {
        end += 1;
    }
    let short = match short_form(part(start, end - start)) {
        Some(short) => short.len() as u8,
        None => 0,
    };
    let name = Name { start: start as u32, full: (end - start) as u8, short };
    let (from, at) = number(end + 1);
    let (until, at) = number(at);
    let (next, at) = number(at);
    let next = if next == 0 { None } else { Some(next) };
    (Division { code, name, from: year(from), until: year(until), next }, at)
}

/// The number at a place of the text, 0 where there is none, and the place of the next field.
const fn number(at: usize) -> (u32, usize) {
    let (mut number, mut at) = (0, at);
    loop {
        let byte = BYTES[at];
        at += 1;
        match byte {
            b'0'..=b'9' => number = number * 10 + (byte - b'0') as u32,
            _ => return (number, at),
        }
    }
}

const fn year(number: u32) -> Option<u16> {
    if number == 0 { None } else { Some(number as u16) }
}

/// The number of a line, from 1, for each hash of a name; 0 where there is none. A taken place sends
/// on to the next, so divisions of one name are met in the order of the table.
const fn places(form: Form) -> [u16; PLACES] {
    const { assert!(LINES * 2 < PLACES, "the table has outgrown its places") };
    let mut places = [0; PLACES];
    let mut line = 0;
    while line < LINES {
        if let Some(name) = DIVISIONS[line].name.in_form(form) {
            let mut at = first_place(name);
            while places[at] != 0 {
                at = (at + 1) % PLACES;
            }
            places[at] = line as u16 + 1;
        }
        line += 1;
    }
    places
}

/// The likeliest place of a name, by a hash (FNV-1a) that need withstand nobody: the names are ours.
pub(super) const fn first_place(name: &str) -> usize {
    let bytes = name.as_bytes();
    let (mut hash, mut at) = (0x811C_9DC5_u32, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 15)) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::Tier;

    #[test]
    fn every_division_is_found_by_its_names() {
        for division in &DIVISIONS {
            for form in [Form::Full, Form::Short] {
                let Some(name) = division.name.in_form(form) else { continue };
                let found: Vec<u32> = named(name, form).map(|d| d.code).collect();
                assert!(found.contains(&division.code) && found.is_sorted(), "{name}: {found:?}");
            }
            assert_eq!(division.name.short(), short_form(division.name()));
        }
        assert!(provinces().all(|d| d.tier() == Tier::Province && d.until.is_none()));
    }
}
