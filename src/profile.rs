//! What a column holds, counted once from the texts of its cells.
//!
//! The only answer to "is this a column of figures?". It counts and compares; what follows from it (a
//! header, a name's column, a role) is left to who asks.

use crate::figure::{self, Doubt, Reading};
use crate::lexicon::{self, REGION_ENDINGS, TICKS};
use crate::pattern::{Steps, numeral, squeezed};

/// The longest name of a region, in characters: 积石山保安族东乡族撒拉族自治县 has 15.
const LONGEST_REGION: usize = 16;

/// What the cells of a column hold. A cell that another covers is not counted: who walks the grid
/// knows of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Cells that were looked at.
    pub cells: usize,
    /// Cells with nothing in them.
    pub blanks: usize,
    /// Marks for nothing.
    pub marks: usize,
    /// Figures, doubtful ones and codes included.
    pub figures: usize,
    /// Of these, those that are near or over a figure, or have a letter at their end: figures to look
    /// at, but nothing to add up.
    pub loose: usize,
    /// Of these, those of several digits that begin with 0.
    pub codes: usize,
    /// Of these, those with % behind them.
    pub percents: usize,
    /// Figures strung together: ranges, ratios, times.
    pub strung: usize,
    /// Texts that are none of these.
    pub words: usize,
    /// Of these, those before the first figure: they may be header.
    pub words_above: usize,
    /// Of these, names that end as names of regions and of rows of several do.
    pub regions: usize,
    /// Of these, units: 套, 万元, 元/户, m³/亩.
    pub units: usize,
    /// Of these, those with a Chinese character.
    pub han: usize,
    /// Of these, marks that say that something holds: √. Marks for nothing (×) are not counted.
    pub ticks: usize,
    /// Of these, numbers written out: 一, （二）, 十三.
    pub numerals: usize,
    /// What can't be read.
    pub unreadable: usize,
    /// The whole numbers so far each one more than the one before; how many there are.
    steps: usize,
    /// The last whole number.
    last: Option<u64>,
    /// Whether a whole number came that is not one more than the one before.
    out_of_step: bool,
}

impl Profile {
    /// Counts over the texts of a column, from the top down.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Profile {
        let mut profile = Profile::default();
        texts.into_iter().for_each(|text| profile.add(text));
        profile
    }

    /// Counts one more cell.
    pub fn add(&mut self, text: &str) {
        self.cells += 1;
        // Most figures are whole, and their digits all that is printed.
        if let Some(number) = figure::whole(text) {
            self.figures += 1;
            self.codes += usize::from(figure::begins_as_code(text));
            self.step(Some(number));
            return;
        }
        match figure::read(text) {
            Reading::Blank => self.blanks += 1,
            Reading::Mark => self.marks += 1,
            Reading::Figure(figure) => {
                self.figures += 1;
                self.codes += usize::from(figure.is_code);
                self.percents += usize::from(figure.unit == "%");
                self.step(u64::try_from(figure.value).ok().filter(|_| figure.value.scale() == 0));
            }
            Reading::Doubtful(doubt) => {
                self.figures += 1;
                self.loose += usize::from(matches!(doubt, Doubt::Approximate | Doubt::Letter));
            }
            Reading::Strung => self.strung += 1,
            Reading::Word => {
                self.words += 1;
                self.words_above += usize::from(self.figures == 0);
                let name = &*squeezed(text);
                let is_region = name.ends_in(REGION_ENDINGS);
                let is_short = || name.chars().count() <= LONGEST_REGION;
                self.regions += usize::from(is_region && is_short());
                self.units += usize::from(lexicon::is_unit_of_row(name));
                self.han += usize::from(name.contains(lexicon::is_han));
                let number = name.trim_matches(['（', '(', '）', ')', '、']);
                self.ticks += usize::from(is_tick(name));
                self.numerals += usize::from(number.is_run(numeral, 1..=3));
            }
            Reading::Unreadable => self.unreadable += 1,
        }
    }

    fn step(&mut self, number: Option<u64>) {
        let (Some(number), last) = (number, self.last) else { return };
        match last {
            Some(last) if number != last.saturating_add(1) => self.out_of_step = true,
            _ => self.steps += 1,
        }
        self.last = Some(number);
    }

    /// Cells with something in them.
    pub fn filled(&self) -> usize {
        self.cells - self.blanks
    }

    /// What is to be added up.
    fn amounts(&self) -> usize {
        self.figures - self.loose
    }

    /// What is to be read: words, and figures that are strung together or only near.
    pub fn texts(&self) -> usize {
        self.words + self.strung + self.loose
    }

    /// Whether nothing is printed in it.
    pub fn is_blank(&self) -> bool {
        self.filled() == self.unreadable
    }

    /// Whether figures prevail, or are as many as texts.
    pub fn is_figures(&self) -> bool {
        self.amounts() > 0 && self.amounts() >= self.texts()
    }

    /// Whether texts prevail.
    pub fn is_words(&self) -> bool {
        self.texts() > self.amounts()
    }

    /// Whether it has figures enough to be a column of them that says something else in most rows: 另行下达.
    pub fn has_figures(&self) -> bool {
        self.amounts() > 0 && self.amounts() * 4 >= self.texts()
    }

    /// Whether its digits are codes: a quantity does not begin with 0.
    pub fn is_codes(&self) -> bool {
        self.codes * 4 > self.figures
    }

    /// Whether most of its figures are percentages.
    pub fn is_percent(&self) -> bool {
        self.percents > 0 && self.percents * 2 > self.figures
    }

    /// Whether most of its texts are names of regions.
    pub fn is_regions(&self) -> bool {
        self.words > 0 && self.regions * 5 >= self.words * 3
    }

    /// Whether nearly all of its texts are units, and it holds no figures.
    pub fn is_units(&self) -> bool {
        self.units > 0 && self.figures == 0 && self.units * 5 >= self.texts() * 4
    }

    /// Whether it holds ticks and no other text: what they say stands in the header.
    pub fn is_ticks(&self) -> bool {
        self.ticks > 0 && self.ticks == self.texts() && self.figures == 0
    }

    /// Whether its figures number the rows: each one more than the one before, three at least, in
    /// three of four rows.
    pub fn is_serial(&self) -> bool {
        !self.out_of_step && self.steps >= 3 && self.steps * 4 >= self.cells * 3
    }
}

/// Whether the text is a tick: √, ○.
fn is_tick(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| TICKS.contains(c)) && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_by_what_they_hold() {
        let is = |cells: &[&str]| {
            let profile = Profile::of(cells.iter().copied());
            let told = [
                ("blank", profile.is_blank()),
                ("figures", profile.is_figures()),
                ("words", profile.is_words()),
                ("codes", profile.is_codes() && profile.codes > 0),
                ("percent", profile.is_percent()),
                ("regions", profile.is_regions()),
                ("serial", profile.is_serial()),
                ("units", profile.is_units()),
                ("ticks", profile.is_ticks()),
            ];
            let told = told.iter().filter(|(_, is)| *is).map(|(word, _)| *word);
            told.collect::<Vec<_>>().join(" ")
        };
        for (cells, expected) in [
            (&["", " "][..], "blank"),
            (&["12", "—", "", "7.5", "3 4"][..], "figures"),
            (&["120套", "30套"][..], "figures"),
            (&["88.8%", "90%"][..], "figures percent"),
            (&["201", "01", "02", "99"][..], "figures codes"),
            (&["1", "2", "3", "4"][..], "figures serial"),
            (&["1", "2", "3", "", ""][..], "figures"),
            (&["南昌市", "九江市", "市本级"][..], "words regions"),
            (&["套", "户", "万元", "元/户"][..], "words units"),
            (&["√", "", "√", "×"][..], "words ticks"),
            (&["√", "试点", "√"][..], "words"),
            (&["2019-2021", "2020-2022", "3"][..], "words"),
            (&["<36.6", "≥95%", "12a"][..], "words"),
        ] {
            assert_eq!(is(cells), expected, "{cells:?}");
        }
    }

    /// What is counted without being read is counted as if it had been.
    #[test]
    fn whole_figures_are_counted_as_others_are() {
        for text in ["0", "7", "007", "00", "120", "2210106", "999999999999999999"] {
            let number = figure::whole(text).expect("it is whole");
            let Reading::Figure(figure) = figure::read(text) else { panic!("{text}") };
            assert_eq!(u64::try_from(figure.value), Ok(number), "{text}");
            assert_eq!((figure.value.scale(), figure.unit.as_str()), (0, ""), "{text}");
            assert_eq!(figure::begins_as_code(text), figure.is_code, "{text}");
        }
        for text in ["", " 1", "1.0", "1,000", "１", "1套", "1234567890123456789"] {
            assert_eq!(figure::whole(text), None, "{text}");
        }
    }

    #[test]
    fn words_above_the_first_figure_are_counted_apart() {
        let profile = Profile::of(["户数", "户", "12", "合计", "7"]);
        assert_eq!((profile.words, profile.words_above, profile.figures), (3, 2, 2));
    }
}
