//! One picture in, one page out: the steps in order.

use crate::carrier::ocr::cells;
use crate::carrier::ocr::doubts;
use crate::carrier::ocr::engine::{HEIGHT, Recognize, Recognized, RecognizedChar};
use crate::carrier::ocr::flat::Flat;
use crate::carrier::ocr::ink::{self, Inks};
use crate::carrier::ocr::layer::{Layer, Verdict};
use crate::carrier::ocr::lines::{self, Line, PageLines};
use crate::carrier::ocr::marks::Marks;
use crate::carrier::ocr::picture::Picture;
use crate::carrier::ocr::raster::Gray;
use crate::carrier::ocr::read::{Cut, ReadLine, Reading, Sheet};
use crate::carrier::ocr::rules::{self, Frames, Lattice, Ruled};
use crate::carrier::ocr::script;
use crate::carrier::ocr::typeset::{Setting, scaled};
use crate::carrier::page::{Page, Rule, Run, Shown};
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::error::Error;
use crate::geom::{Axis, Rect};
use crate::options::Options;
use crate::parallel;
use crate::place::Place;
use crate::sight::{Doubt, Offer, Sight};
use std::sync::Arc;

/// Longer side of the picture that the detector is given, in pixels.
const DETECTED: f32 = 1_280.0;
/// A figure that is less sure than this is read a second time.
const READ_AGAIN: f32 = 0.985;
/// Least share of a text's box that is ink.
const INKED: f32 = 0.04;
/// Words that are less sure than this are read a second time.
const SURE: f32 = 0.9;
/// A line this sure, and two more, say that the page stands upright.
const UPRIGHT: f32 = 0.88;
/// Lines that are read to tell whether the page stands on its head.
const ASKED: usize = 6;
/// Pages of fewer pixels to an inch are said to be too coarse.
const COARSE: f32 = 100.0;
/// What pages without a word on their size are scaled to: the usual height of a line, in pixels.
const LINE: f32 = 27.0;

/// Reads one page; `layer` is the text that lies under it.
pub(super) fn read_page(
    sink: &mut Sink,
    options: &Options,
    engine: &dyn Recognize,
    picture: &Picture,
    layer: Option<&Page>,
    number: u32,
) -> Result<Page, Error> {
    let mut inks = ink::separate(picture, None);
    let mut map = detect(engine, &inks.plain)?;
    if !picture.dpi_said
        && let Some(scale) = scale_by_lines(&map, &inks)
    {
        inks = ink::separate(picture, Some(scale));
    }
    let mut quarters = 0;
    if lies_on_its_side(
        engine,
        &inks.plain,
        &lines::seen(&map, inks.plain.width, inks.plain.height),
    )? {
        quarters = 1;
        turn(&mut inks, &mut map, 1);
    }
    let dpi = inks.dpi;
    let mut page_ink = ink::ink_of(&inks.clean, dpi);
    let curves = lines::curves(&map, page_ink.width, page_ink.height, dpi);
    let flat = Flat::of(&page_ink, &curves, dpi);
    if flat.moves() {
        inks.plain = flat.apply(&inks.plain);
        inks.clean = flat.apply(&inks.clean);
        inks.seal = inks.seal.as_ref().map(|seal| flat.apply(seal));
        map = flat.apply_map(&map);
        page_ink = ink::ink_of(&inks.clean, dpi);
    }
    page_ink = ink::without_seals(page_ink, &inks);
    let (mut page_ink, shines_through) = ink::without_shining_through(page_ink, &inks.clean);
    let seen = lines::seen(&map, page_ink.width, page_ink.height);
    if stands_on_its_head(engine, &inks.plain, &seen)? {
        quarters += 2;
        turn(&mut inks, &mut map, 2);
        page_ink = page_ink.turned(2);
    }
    let mut seen = lines::seen(&map, page_ink.width, page_ink.height);
    if shines_through {
        // What the detector sees of the other side holds no ink of this one.
        seen.retain(|b| ink::share_of(&page_ink, b) >= INKED);
    }
    let paper = if shines_through { rules::OTHER_SIDE } else { rules::PALE };
    let (ruled, bare, strokes) = rules::rules(page_ink.clone(), &inks.clean, &seen, paper, dpi);
    let Frames { lattices, framed, walls } = rules::frames(&ruled, &strokes, &seen, dpi);
    let bare = rules::without(bare, &walls);
    let marks = Marks::of(&bare);
    let found = lines::lines(&marks, &inks.clean, &lattices, &seen, inks.one_bit, dpi);
    let mut owners = vec![None; marks.marks.len()];
    for (i, line) in found.lines.iter().enumerate() {
        line.marks.iter().for_each(|&m| owners[m] = Some(i));
    }
    found.dots.iter().for_each(|&m| owners[m] = Some(OF_A_RULE));
    let sheet = Sheet {
        gray: &inks.clean,
        ink: &page_ink,
        marks: &marks,
        owners: &owners,
        height: found.height,
        shines_through,
    };
    let reader =
        Reader { engine, sheet: &sheet, lattices: &lattices, inks: &inks, height: found.height };
    // A layer of a page that lies on its side or stands on its head would have to be turned with it.
    let passed_over = layer.is_some_and(|layer| quarters != 0 && !layer.runs.is_empty());
    let layer = layer.filter(|_| quarters == 0);
    let layer = layer.map(|page| Layer::of(page, &flat, dpi / 72.0, &found.lines));
    let verdict = layer.as_ref().map(|layer| layer.prove(&found.lines, |line| reader.read(line)));
    let verdict = verdict.transpose()?;
    let proven = layer.filter(|_| matches!(verdict, Some(Verdict::Proven(_))));
    let mut read = read_lines(sink, options.threads, &reader, proven.as_ref(), &found.lines)?;

    script::settle(&mut read);
    settle_brackets(&mut read);
    settle_numbers_between_dashes(&mut read, &marks);
    settle_lone(&mut read, &marks);
    settle_specks(&mut read, &marks, found.height);
    settle_specks_among_words(&mut read, &marks, found.height);
    settle_strays(&mut read, found.height);
    settle_signs_among_digits(&mut read);
    settle_slashes(&mut read, &marks);
    settle_points_of_thousands(&mut read);
    doubt_letters_among_names(&mut read);
    let setting = Setting::of(&read, &ruled);
    let said = setting.said(&read, |r| r.told || r.sight.confidence > 300 || r.line.detected);
    let tables: Vec<Lattice> = lattices
        .iter()
        .filter(|lattice| !cells::is_piece(lattice, &lattices, &said, found.height))
        .map(|lattice| {
            let lattice = cells::refine(lattice.clone(), &said, found.height);
            cells::with_names_outside(lattice, &said, found.height)
        })
        .collect();
    doubt_forms(&tables, &mut read);
    doubt_rows_without_names(&tables, &mut read);
    doubt_ink_left(&found, &marks, &tables, &mut read);
    let struck = doubt_struck(&ruled, &framed, &mut read);
    let left = LeftOver::of(&found, &marks, &tables, &read);

    let points = 72.0 / dpi;
    let mut page = Page {
        number,
        width: bare.width as f32 * points,
        height: bare.height as f32 * points,
        ..Page::default()
    };
    page.shown = options.keep_pictures.then(|| Arc::new(shown(&inks.plain)));
    let passed_on: Vec<bool> = framed.iter().zip(&struck).map(|(f, s)| *f || *s).collect();
    page.rules = page_rules(&ruled, &passed_on, &tables, points);
    let mut runs: Vec<Run> = setting.runs(&read, points);
    for lattice in &tables {
        page.tables.push(cells::known(lattice, points, &mut runs, &mut page.runs));
    }
    page.runs.extend(runs);
    remark(sink, &page, picture, &inks, quarters % 4, &flat);
    left.remark(sink, &page, points);
    if shines_through {
        remark_shines_through(sink, &page);
    }
    if let Some(verdict) = &verdict {
        remark_layer(sink, &page, verdict);
    }
    if passed_over {
        remark_layer_passed_over(sink, &page);
    }
    Ok(page)
}

/// The page as whoever looks it over sees it.
fn shown(plain: &Gray) -> Shown {
    Shown { width: plain.width, height: plain.height, shades: plain.data.clone() }
}

/// Owner of the marks that a worn rule left: no line.
const OF_A_RULE: usize = usize::MAX;

/// What lines are read with.
struct Reader<'a> {
    engine: &'a dyn Recognize,
    sheet: &'a Sheet<'a>,
    lattices: &'a [Lattice],
    inks: &'a Inks,
    height: f32,
}

impl Reader<'_> {
    /// Reads a line; `None` for what is no text.
    fn read<'l>(&self, line: &'l Line) -> Result<Option<ReadLine<'l>>, Error> {
        let Reader { engine, sheet, lattices, inks, height } = *self;
        let mut reading = sheet.read(engine, line, Cut::FIRST)?;
        let cell = line.home.map(|(l, c)| lattices[l].bbox_of(&lattices[l].cells[c]));
        let mut sight = doubts::of_line(line, &reading, sheet.marks, inks, cell.as_ref(), height);
        if let Some((taken, other)) = self.read_crossed(line, &reading, &sight)? {
            let sure = taken.read.weakest() >= SURE && !doubts::is_figure(&taken.read.text());
            sight = doubts::of_line(line, &taken, sheet.marks, inks, cell.as_ref(), height);
            if !sure {
                sight.doubt(Doubt::ReadingsDiffer);
            }
            let confidence = doubts::thousandths(other.read.weakest());
            let text = other.read.text().trim().to_owned();
            sight.readings.insert(0, Offer { text, confidence });
            reading = taken;
        }
        if let Some(again) = self.read_surer(line, &reading)? {
            sight = doubts::of_line(line, &again, sheet.marks, inks, cell.as_ref(), height);
            if again.read.weakest() < SURE {
                sight.doubt(Doubt::ReadingsDiffer);
            }
            let first = doubts::thousandths(reading.read.weakest());
            sight.readings.insert(
                0,
                Offer { text: reading.read.text().trim().to_owned(), confidence: first },
            );
            reading = again;
        }
        if let Some(again) = self.read_without_specks(line, &reading)? {
            // With the same digits, all that is gone is the specks. With others, they may be pieces of a digit.
            let is_same = doubts::same_digits(&reading.read.text(), &again.read.text());
            let (taken, other) = match is_same || again.read.weakest() >= reading.read.weakest() {
                true => (again, reading),
                false => (reading, again),
            };
            sight = doubts::of_line(line, &taken, sheet.marks, inks, cell.as_ref(), height);
            if !is_same {
                sight.doubt(Doubt::ReadingsDiffer);
            }
            let confidence = doubts::thousandths(other.read.weakest());
            let text = other.read.text().trim().to_owned();
            sight.readings.insert(0, Offer { text, confidence });
            reading = taken;
        }
        let text = reading.read.text();
        let unsure =
            doubts::weakest_of(&reading.read, |_| true) < READ_AGAIN || !sight.doubts.is_empty();
        if doubts::is_figure(&text) && (unsure || inks.one_bit || inks.enlarged > 1.2) {
            let again = sheet.read(engine, line, Cut::SECOND)?;
            let other = again.read.text().trim().to_owned();
            if !doubts::says_same(&other, &text) {
                // Where the first is likely to be wrong and the second is as sure as can be, that one is taken.
                let first = doubts::weakest_of(&reading.read, |_| true);
                let is_surer = first < doubts::LIKELY_FIGURE
                    && again.read.weakest() >= READ_AGAIN
                    && doubts::is_figure(&other);
                let mut offer =
                    Offer { text: other, confidence: doubts::thousandths(again.read.weakest()) };
                if is_surer {
                    offer = Offer {
                        text: text.trim().to_owned(),
                        confidence: doubts::thousandths(first),
                    };
                    sight.confidence = doubts::thousandths(again.read.weakest());
                    reading = again;
                }
                sight.readings.retain(|known| known.text != reading.read.text().trim());
                sight.readings.insert(0, offer);
                sight.doubt(Doubt::ReadingsDiffer);
            }
        }
        // What neither the detector nor the recognizer takes for text is none: a speck, a part of a seal.
        // Nor what it takes for a letter that is much fainter than print and none too sure: a part of a pattern.
        let is_letter = |c: char| c.is_alphabetic() && !is_han(c);
        let faint = sight.doubts.contains(&Doubt::Faint) && text.trim().chars().all(is_letter);
        let nothing = reading.read.weakest() < 0.35 && !line.detected
            || faint && reading.read.weakest() < doubts::LIKELY_TEXT && line.home.is_none();
        if !nothing && !text.trim().is_empty() {
            return Ok(Some(ReadLine { line, reading, sight, told: false }));
        }
        // But what the detector takes for text and stands in a cell, as high as a digit, is never blank in silence.
        let high = line.bbox.height() >= 0.55 * height && line.bbox.height() <= 1.6 * height;
        if !(line.detected && line.home.is_some() && high && text.trim().is_empty()) {
            return Ok(None);
        }
        let again = sheet.read(engine, line, Cut::SECOND)?;
        let again = if again.read.text().trim().is_empty() { unread(line) } else { again };
        sight.doubt(Doubt::LowConfidence);
        sight.confidence = doubts::thousandths(again.read.weakest());
        Ok(Some(ReadLine { line, reading: again, sight, told: false }))
    }

    /// Of a line that a stroke runs down through, the reading without the stroke, which lacks what it took of a character,
    /// and the one with it, where they differ: the one to be taken first.
    fn read_crossed(
        &self,
        line: &Line,
        first: &Reading,
        sight: &Sight,
    ) -> Result<Option<(Reading, Reading)>, Error> {
        /// Words that are longer with the stroke are taken from here: it hides less than was taken out with it.
        const LIKELY: f32 = 0.4;
        let Some(bbox) = self.sheet.crossed(line) else { return Ok(None) };
        let wide = Line { bbox, ..line.clone() };
        let with = self.sheet.read(self.engine, &wide, Cut::CROSSED)?;
        let (text, other) = (first.read.text(), with.read.text());
        if other.trim().is_empty() || doubts::says_same(&text, &other) {
            return Ok(None);
        }
        let count = |reading: &Reading| reading.read.chars.iter().filter(|c| c.ch != ' ').count();
        let lacks = match doubts::is_figure(&text) {
            // The stroke itself looks like a 1.
            true => sight.doubts.contains(&Doubt::InkLeft) && count(&with) > count(first),
            false => count(&with) > count(first) && with.read.weakest() >= LIKELY,
        };
        Ok(Some(if lacks { (with, first.clone()) } else { (first.clone(), with) }))
    }

    /// Another reading of words that are none too sure, from another crop, if it is surer and says another thing: with
    /// thicker strokes, where the page has two shades and a threshold may have eaten them.
    fn read_surer(&self, line: &Line, first: &Reading) -> Result<Option<Reading>, Error> {
        /// How much surer.
        const SURER: f32 = 0.1;
        let text = first.read.text();
        let sure = doubts::weakest_of(&first.read, |_| true);
        if sure >= SURE || text.trim().is_empty() || doubts::is_figure(&text) || !line.detected {
            return Ok(None);
        }
        let cut = if self.inks.one_bit { Cut::THICK } else { Cut::SECOND };
        let again = self.sheet.read(self.engine, line, cut)?;
        let is_other = !doubts::says_same(&again.read.text(), &text);
        Ok((is_other && again.read.weakest() > sure + SURER).then_some(again))
    }

    /// The reading of a figure without the specks in its line, if it says another thing: what is small and stands higher
    /// than a point is no part of a figure.
    fn read_without_specks(&self, line: &Line, first: &Reading) -> Result<Option<Reading>, Error> {
        /// Characters with parts as small as specks, and what recognition takes them for.
        const OF_SMALL_PARTS: &str = "%‰°º℃oO";
        let text = first.read.text();
        if !doubts::is_figure(&text) || text.contains(|c| OF_SMALL_PARTS.contains(c)) {
            return Ok(None);
        }
        let kept = lines::without_specks(line, self.sheet.marks, self.height);
        if kept.len() == line.marks.len() {
            return Ok(None);
        }
        let bbox = lines::bbox_of(self.sheet.marks, &kept);
        let clean = Line { marks: kept, bbox, ..line.clone() };
        let again = self.sheet.read(self.engine, &clean, Cut::FIRST)?;
        let other = again.read.text();
        let is_other = other.trim() != text.trim() && doubts::is_figure(&other);
        // What is less sure without them lacks pieces of its digits.
        let is_surer = again.read.weakest() >= first.read.weakest();
        let is_same = doubts::same_digits(&text, &other);
        Ok((is_other && (is_same || is_surer)).then_some(again))
    }
}

/// What stands for ink in a cell that recognition makes nothing of.
const READ_AS_NOTHING: char = '\u{FFFD}';

/// The reading of such ink: one character that can't be read.
fn unread(line: &Line) -> Reading {
    let char =
        RecognizedChar { ch: READ_AS_NOTHING, probability: 0.0, at: 0.0, others: Vec::new() };
    let read = Recognized { chars: vec![char], ..Default::default() };
    Reading { read, middles: vec![line.bbox.center().x], pitch: None }
}

/// Reads the lines, side by side where several threads may work. What a proven layer says of a line is taken.
///
/// There are as many jobs as threads, each of which takes one line after the other. Were each line a job, a thread that
/// waits for the models' own threads would begin the next line meanwhile, and within it another: a page of 150 lines held
/// the memory of half of them at a time.
fn read_lines<'l>(
    sink: &mut Sink,
    threads: usize,
    reader: &Reader<'_>,
    layer: Option<&Layer>,
    lines: &'l [Line],
) -> Result<Vec<ReadLine<'l>>, Error> {
    let one = |i: usize| match layer.and_then(|layer| layer.line(lines, i)) {
        Some(line) => Ok(Some(line)),
        None => reader.read(&lines[i]),
    };
    let threads = threads.max(1);
    let jobs = parallel::map(sink, threads, (0..threads).collect(), |_, first| {
        (first..lines.len()).step_by(threads).map(one).collect::<Result<Vec<_>, _>>()
    });
    let jobs: Vec<Vec<Option<ReadLine<'l>>>> = jobs.into_iter().collect::<Result<_, _>>()?;
    let mut jobs: Vec<_> = jobs.into_iter().map(Vec::into_iter).collect();
    let in_order = (0..lines.len()).map(|i| jobs[i % threads].next().flatten());
    let mut read: Vec<ReadLine<'l>> = in_order.collect::<Vec<_>>().into_iter().flatten().collect();
    // A dash above or below other text in its cell is what is left of a rule.
    let is_dash = |r: &ReadLine<'_>| r.reading.read.chars.iter().all(|c| matches!(c.ch, '—' | '-'));
    let texts: Vec<_> = read.iter().filter(|r| !is_dash(r)).map(|r| r.line.home).collect();
    read.retain(|r| !is_dash(r) || r.line.home.is_none() || !texts.contains(&r.line.home));
    Ok(read)
}

/// Digits between two strokes that lie are the number of a page: its dashes look like 一, or are not read at all.
fn settle_numbers_between_dashes(read: &mut [ReadLine<'_>], marks: &Marks) {
    const STROKES: &str = "一—–―-－ー";
    for r in read.iter_mut().filter(|r| !r.told) {
        let chars = &mut r.reading.read.chars;
        let is_stroke = |c: &RecognizedChar| STROKES.contains(c.ch);
        let first = chars.iter().take_while(|c| is_stroke(c)).count();
        let last = chars.iter().rev().take_while(|c| is_stroke(c)).count();
        if first > 1 || last > 1 || first + last >= chars.len() {
            continue;
        }
        let between = &chars[first..chars.len() - last];
        let is_number = between.iter().all(|c| c.ch.is_ascii_digit() || c.ch == ' ');
        let Some([left, right]) = dashes_around(r.line, marks).filter(|_| is_number) else {
            if first + last == 2 && is_number {
                let count = chars.len();
                (chars[0].ch, chars[count - 1].ch) = ('—', '—');
            }
            continue;
        };
        let dash = RecognizedChar { ch: '—', probability: 1.0, at: 0.0, others: Vec::new() };
        let middles = &mut r.reading.middles;
        if first == 0 {
            chars.insert(0, dash.clone());
            middles.insert(0, left);
        }
        if last == 0 {
            chars.push(dash.clone());
            middles.push(right);
        }
        let count = chars.len();
        (chars[0].ch, chars[count - 1].ch) = ('—', '—');
    }
}

/// The middles of two strokes that lie at half the height of what is between them, one at either end of a line that stands
/// in no cell.
fn dashes_around(line: &Line, marks: &Marks) -> Option<[f32; 2]> {
    let mut boxes: Vec<Rect> = line.marks.iter().map(|&m| marks.marks[m].bbox).collect();
    boxes.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let [first, between @ .., last] = &boxes[..] else { return None };
    let tall =
        between.iter().copied().reduce(|a, b| a.union(&b)).filter(|_| line.home.is_none())?;
    let lies = |b: &Rect| {
        b.width() >= 0.5 * tall.height()
            && b.width() >= 2.5 * b.height()
            && (b.center().y - tall.center().y).abs() <= 0.2 * tall.height()
    };
    let apart = first.x1 < tall.x0 && tall.x1 < last.x0;
    (apart && lies(first) && lies(last)).then(|| [first.center().x, last.center().x])
}

/// A pair of brackets of unlike widths is one of full width, as those of Chinese text are.
fn settle_brackets(read: &mut [ReadLine<'_>]) {
    for r in read.iter_mut().filter(|r| !r.told) {
        let chars = &mut r.reading.read.chars;
        let mut open: Option<usize> = None;
        for i in 0..chars.len() {
            match (chars[i].ch, open) {
                ('（' | '(', _) => open = Some(i),
                (close @ ('）' | ')'), Some(at)) => {
                    if (chars[at].ch == '（') != (close == '）') {
                        (chars[at].ch, chars[i].ch) = ('（', '）');
                    }
                    open = None;
                }
                _ => {}
            }
        }
    }
}

/// A lone stroke that leans is a slash, whatever it was read as, and one that was read as 1 and leans a little is
/// doubtful: where a cell is blank on purpose it holds the one, and the other is a figure.
fn settle_slashes(read: &mut [ReadLine<'_>], marks: &Marks) {
    /// How far its upper end stands right of its lower one, in its heights.
    const LEANS: f32 = 0.28;
    /// What recognition takes one for.
    const AS: &str = "1lI|丨/／";
    for r in read.iter_mut().filter(|r| !r.told) {
        let [char] = &mut r.reading.read.chars[..] else { continue };
        if !AS.contains(char.ch) {
            continue;
        }
        let (leans, straight) = lean(r.line, marks);
        let is_slash = matches!(char.ch, '/' | '／');
        if straight && leans >= LEANS && !is_slash {
            r.sight.offer(char.ch.to_string(), doubts::thousandths(char.probability));
            char.ch = '/';
        } else if is_slash && (!straight || leans < 0.5 * LEANS) {
            r.sight.offer("1".to_owned(), 0);
            r.sight.doubt(Doubt::Form);
        }
    }
}

/// How far the upper end of a line's ink stands right of its lower end, in its heights, and whether what is between is
/// one straight stroke: a 1 has a flag, and often a foot.
fn lean(line: &Line, marks: &Marks) -> (f32, bool) {
    /// How far from the straight line the middle of the ink may be, in heights.
    const OFF: f32 = 0.09;
    /// How wide the ink may be in a row, in heights.
    const WIDE: f32 = 0.3;
    /// What is smaller than this share of the line's height is a speck beside it.
    const SPECK: f32 = 0.3;
    let large = |m: &usize| {
        let b = &marks.marks[*m].bbox;
        b.width().max(b.height()) > SPECK * line.bbox.height()
    };
    let own: Vec<usize> = line.marks.iter().copied().filter(large).collect();
    let b = &lines::bbox_of(marks, &own);
    let tall = b.height().max(1.0);
    let row = |y: usize| {
        let own = |x: &usize| marks.at(*x, y).is_some_and(|m| own.contains(&m));
        let xs: Vec<usize> = (b.x0 as usize..b.x1 as usize).filter(own).collect();
        let (first, last) = (*xs.first()? as f32, *xs.last()? as f32);
        Some(((first + last) / 2.0, last - first + 1.0))
    };
    let rows: Vec<(f32, f32)> = (b.y0 as usize..b.y1 as usize).filter_map(row).collect();
    let tenth = (rows.len() / 10).max(1);
    if rows.len() < 8 || (rows.len() as f32) < 0.8 * tall {
        return (0.0, false);
    }
    let mean = |rows: &[(f32, f32)]| rows.iter().map(|r| r.0).sum::<f32>() / rows.len() as f32;
    let (top, low) = (mean(&rows[..tenth]), mean(&rows[rows.len() - tenth..]));
    let last = (rows.len() - 1) as f32;
    let straight = rows.iter().enumerate().all(|(i, &(middle, wide))| {
        let due = top + (low - top) * i as f32 / last;
        (middle - due).abs() <= OFF * tall + 1.0 && wide <= WIDE * tall + 1.0
    });
    ((top - low) / tall, straight)
}

/// Settles what a lone mark among figures is, by its form: alone, a zero looks like other rings and a dash like 一. A ring as
/// high as the digits above and below it is 0; what is flat is a dash where its column has another, and else doubtful.
fn settle_lone(read: &mut [ReadLine<'_>], marks: &Marks) {
    /// What recognition takes a lone zero for.
    const RINGS: &str = "Oo〇○◯。°";
    let texts: Vec<String> = read.iter().map(|r| r.reading.read.text().trim().to_owned()).collect();
    let is_figure: Vec<bool> = texts.iter().map(|text| doubts::is_figure(text)).collect();
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    for (i, r) in read.iter_mut().enumerate() {
        let [char] = &mut r.reading.read.chars[..] else { continue };
        if r.told || is_figure[i] {
            continue;
        }
        let column =
            || (0..boxes.len()).filter(|&k| k != i && boxes[k].overlap(&boxes[i], Axis::X) > 0.0);
        let figures = || column().filter(|&k| is_figure[k]);
        if figures().count() < 2 || 2 * figures().count() < column().count() {
            continue;
        }
        let Some(tall) = lines::median(figures().map(|k| boxes[k].height()).collect()) else {
            continue;
        };
        let read_as = char.ch;
        if RINGS.contains(read_as) {
            let zero = char.others.iter().find(|other| other.0 == Some('0')).map(|other| other.1);
            let formed = is_ring(r.line, marks, tall);
            if zero.is_none() && !formed {
                r.sight.doubt(Doubt::Form);
                continue;
            }
            char.ch = '0';
            char.probability = (char.probability + zero.unwrap_or(0.0)).min(1.0);
            r.sight.confidence = doubts::thousandths(char.probability);
            if formed || char.probability >= doubts::LIKELY_FIGURE {
                r.sight.doubts.retain(|doubt| *doubt != Doubt::LowConfidence);
            }
            r.sight.readings.retain(|offer| offer.text != "0");
            r.sight.offer(read_as.to_string(), 0);
        } else if read_as == '一' && boxes[i].height() <= 0.4 * tall {
            if column().any(|k| matches!(&texts[k][..], "—" | "-")) {
                char.ch = '—';
                r.sight.offer(read_as.to_string(), r.sight.confidence);
            } else {
                r.sight.offer("—".to_owned(), 0);
                r.sight.doubt(Doubt::Form);
            }
        } else if read_as == READ_AS_NOTHING && is_ring(r.line, marks, tall) {
            char.ch = '0';
        }
    }
}

/// A speck is no part of a text: beside one whose column has no such, it is taken off and the text is doubtful, for what
/// stood beyond a point may be lost. One that stands at a height of its own is no text.
fn settle_specks(read: &mut Vec<ReadLine<'_>>, marks: &Marks, height: f32) {
    /// The most that a speck measures either way, in heights of a line.
    const SPECK: f32 = 0.3;
    /// What recognition takes one for: beside a figure or a name in a cell, and beside other text.
    const AS: [&str; 2] = [".·•:。,、'`，", ".·•"];
    let small = |b: &Rect| b.width().max(b.height()) <= SPECK * height;
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    // Between two texts it may be a point, whose digits stand apart.
    let between = |b: &Rect| {
        let level = |o: &&Rect| !small(o) && (o.y0..o.y1).contains(&b.center().y);
        let near = |gap: f32| (0.0..=height).contains(&gap);
        let left = boxes.iter().filter(level).any(|o| near(b.x0 - o.x1));
        left && boxes.iter().filter(level).any(|o| near(o.x0 - b.x1))
    };
    // A short dash is flat.
    let flat = |b: &Rect| b.width() >= 1.8 * b.height() && b.width() >= 4.0;
    let is_text = |b: &Rect| !small(b) || flat(b) || between(b);
    read.retain(|r| r.told || is_text(&r.line.bbox));
    let texts: Vec<String> = read.iter().map(|r| r.reading.read.text().trim().to_owned()).collect();
    let bare = |(text, r): (&String, &ReadLine<'_>)| {
        let ends = |c: char| AS[0].contains(c) || c == ' ';
        let rest = text.trim_matches(ends);
        let figure = doubts::is_figure(rest) || (r.line.home.is_some() && rest.chars().all(is_han));
        let ends = |c: char| AS[usize::from(!figure)].contains(c) || c == ' ';
        let start = text.trim_start_matches(ends);
        let lead = text.chars().count() - start.chars().count();
        let rest = start.trim_end_matches(ends).chars().count();
        (lead, rest, start.chars().count() - rest)
    };
    let parted: Vec<(usize, usize, usize)> = texts.iter().zip(&*read).map(bare).collect();
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    for (i, r) in read.iter_mut().enumerate() {
        let (lead, rest, tail) = parted[i];
        if r.told || rest == 0 || lead + tail == 0 {
            continue;
        }
        let column = (0..boxes.len())
            .filter(|&k| k != i && parted[k].1 > 0 && boxes[k].overlap(&boxes[i], Axis::X) > 0.0);
        let alike =
            column.filter(|&k| doubts::is_figure(&texts[k]) == doubts::is_figure(&texts[i]));
        let (clean, marked): (Vec<usize>, Vec<usize>) =
            alike.partition(|&k| parted[k].0 + parted[k].2 == 0);
        let own = || r.line.marks.iter().map(|&m| &marks.marks[m].bbox);
        let first = own().min_by(|a, b| a.x0.total_cmp(&b.x0)).is_some_and(small);
        let last = own().max_by(|a, b| a.x1.total_cmp(&b.x1)).is_some_and(small);
        // A speck over a character is read beside it: names are written without points at their ends.
        let is_name = r.line.home.is_some()
            && texts[i].trim_matches(|c| AS[0].contains(c)).chars().all(is_han);
        let at_ends = (lead == 0 || first) && (tail == 0 || last);
        if clean.len() < 3.max(marked.len()) || !(at_ends || (is_name && own().any(small))) {
            continue;
        }
        let all = r.reading.read.chars.len();
        let spaces = |c: &RecognizedChar| c.ch.is_whitespace();
        let lead = lead + r.reading.read.chars.iter().take_while(|c| spaces(c)).count();
        if r.reading.middles.len() != all || lead + rest > all {
            continue;
        }
        r.reading.read.chars = r.reading.read.chars[lead..lead + rest].to_vec();
        r.reading.middles = r.reading.middles[lead..lead + rest].to_vec();
        r.sight.offer(texts[i].clone(), r.sight.confidence);
        r.sight.doubt(Doubt::Form);
    }
}

/// A speck among the words of a cell, or at the end of words anywhere, is read as a stop, which no header or name has there: it
/// is taken out.
fn settle_specks_among_words(read: &mut [ReadLine<'_>], marks: &Marks, height: f32) {
    /// The most that a speck measures either way, in heights of a line.
    const SPECK: f32 = 0.3;
    let small = |&m: &usize| {
        let b = &marks.marks[m].bbox;
        b.width().max(b.height()) <= SPECK * height
    };
    for r in read.iter_mut().filter(|r| !r.told) {
        let chars = &r.reading.read.chars;
        let count = chars.len();
        let has_specks = r.reading.middles.len() == count && r.line.marks.iter().any(small);
        let odd = match has_specks {
            true => stops_among_words(chars, r.line.home.is_some()),
            false => Vec::new(),
        };
        if odd.is_empty() {
            continue;
        }
        let before = r.reading.read.text().trim().to_owned();
        for &at in odd.iter().rev() {
            r.reading.read.chars.remove(at);
            r.reading.middles.remove(at);
        }
        r.sight.offer(before, r.sight.confidence);
    }
}

/// Which characters are stops among words, where there is nothing but words; at their end alone where they stand in no cell,
/// if no other stop may be meant.
fn stops_among_words(chars: &[RecognizedChar], is_in_cell: bool) -> Vec<usize> {
    let of_words = |c: char| is_han(c) || matches!(c, '（' | '）' | '(' | ')' | '%');
    let is_stop = |c: char| matches!(c, '.' | '•' | '·');
    let is_bare = |c: char| is_stop(c) || c == ' ';
    let is_end = |c: &RecognizedChar| c.others.iter().any(|other| other.0 == Some('。'));
    let first = chars.iter().position(|c| of_words(c.ch));
    let last = chars.iter().rposition(|c| of_words(c.ch));
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let has_name = chars[first..=last].iter().any(|c| is_han(c.ch));
    if !has_name || !chars.iter().all(|c| of_words(c.ch) || is_bare(c.ch)) {
        return Vec::new();
    }
    let stops = |i: &usize| is_stop(chars[*i].ch);
    let behind = (last + 1..chars.len()).filter(|&i| stops(&i) && !is_end(&chars[i]));
    match is_in_cell {
        true => (first..last).filter(stops).chain(behind).collect(),
        false => behind.collect(),
    }
}

/// A stop or a stroke alone in the cell of a figure is what is left of a rule, or a speck: it is no text, and the figure is
/// doubtful.
fn settle_strays(read: &mut Vec<ReadLine<'_>>, height: f32) {
    /// What recognition takes one for.
    const AS: &str = ".·•:。,、'`，!|“”\"";
    let figures: Vec<_> = read
        .iter()
        .filter(|r| doubts::is_figure(&r.reading.read.text()))
        .filter_map(|r| r.line.home)
        .collect();
    let alone = |home| figures.iter().filter(|of| **of == home).count() == 1;
    let is_stray = |r: &ReadLine<'_>| {
        let text = r.reading.read.text();
        let text = text.trim();
        !r.told
            && r.line.home.is_some_and(alone)
            && r.line.bbox.width() <= 0.5 * height
            && !text.is_empty()
            && text.chars().all(|c| AS.contains(c))
    };
    let strays: Vec<_> = read.iter().filter(|r| is_stray(r)).filter_map(|r| r.line.home).collect();
    read.retain(|r| !is_stray(r));
    let beside = |r: &&mut ReadLine<'_>| r.line.home.is_some_and(|home| strays.contains(&home));
    read.iter_mut().filter(beside).for_each(|r| r.sight.doubt(Doubt::Form));
}

/// A sign among the digits of a figure whose column holds figures is the digit that recognition offers for it: a 4 that lost
/// a stroke looks like a plus. The figure is doubtful.
fn settle_signs_among_digits(read: &mut [ReadLine<'_>]) {
    /// Fewest figures above and below that tell.
    const FEWEST: usize = 3;
    let texts: Vec<String> = read.iter().map(|r| r.reading.read.text().trim().to_owned()).collect();
    let is_of_figure = |c: char| c.is_ascii_digit() || ",.-%— ".contains(c);
    let is_plain = |text: &String| !text.is_empty() && text.chars().all(is_of_figure);
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    for (i, r) in read.iter_mut().enumerate() {
        let has_digit = texts[i].chars().any(|c| c.is_ascii_digit());
        if r.told || r.line.home.is_none() || !has_digit || is_plain(&texts[i]) {
            continue;
        }
        let column =
            || (0..boxes.len()).filter(|&k| k != i && boxes[k].overlap(&boxes[i], Axis::X) > 0.0);
        let plain = column().filter(|&k| is_plain(&texts[k])).count();
        let meant = |c: &RecognizedChar| {
            let mut others = c.others.iter().filter_map(|other| other.0);
            others.find(|other| other.is_ascii_digit() || *other == '%')
        };
        let odd = || r.reading.read.chars.iter().filter(|c| !is_of_figure(c.ch));
        let are_signs = odd().all(|c| !c.ch.is_alphabetic() && meant(c).is_some());
        if plain < FEWEST || 4 * plain < 3 * column().count() || !are_signs {
            continue;
        }
        for c in r.reading.read.chars.iter_mut().filter(|c| !is_of_figure(c.ch)) {
            c.ch = meant(c).unwrap_or(c.ch);
        }
        r.sight.offer(texts[i].clone(), r.sight.confidence);
        r.sight.doubt(Doubt::Form);
    }
}

/// Points between the thousands of a column's figures are commas: they lost their tails. So is a gap where recognition
/// offers either. What is doubtful in nothing but that is certain then.
fn settle_points_of_thousands(read: &mut [ReadLine<'_>]) {
    let texts: Vec<String> = read.iter().map(|r| r.reading.read.text().trim().to_owned()).collect();
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    let with_commas = |text: &str| text.replace(['.', ' '], ",");
    for (i, r) in read.iter_mut().enumerate() {
        let before = &texts[i];
        let meant = with_commas(before);
        let bare = meant.trim_start_matches(['-', '−', '—']);
        let says_so =
            |offer: &Offer| !offer.text.contains(' ') && with_commas(&offer.text) == meant;
        let is_told = !before.contains(' ') || r.sight.readings.iter().any(says_so);
        if r.told || !bare.contains(',') || !doubts::in_groups(bare) || !is_told {
            continue;
        }
        let column = (0..boxes.len()).filter(|&k| boxes[k].overlap(&boxes[i], Axis::X) > 0.0);
        let column: Vec<String> = column.map(|k| texts[k].clone()).collect();
        if !doubts::points_part_thousands(&column) {
            continue;
        }
        // A space at an end is none within the figure.
        let chars = &mut r.reading.read.chars;
        let end = chars.iter().rposition(|c| c.ch.is_ascii_digit()).unwrap_or(0);
        let parts = chars[..end].iter_mut().skip_while(|c| c.ch == ' ');
        parts.filter(|c| matches!(c.ch, '.' | ' ')).for_each(|c| c.ch = ',');
        let differ =
            r.sight.readings.first().is_some_and(|other| with_commas(&other.text) != meant);
        let sure = doubts::weakest_of(&r.reading.read, |ch| ch != ',') >= doubts::LIKELY_FIGURE;
        r.sight.doubts.retain(|doubt| match doubt {
            Doubt::ReadingsDiffer => differ,
            Doubt::LowConfidence => !sure,
            _ => true,
        });
        r.sight.readings.retain(|offer| offer.text != meant);
        if *before != meant {
            r.sight.offer(before.clone(), r.sight.confidence);
        }
    }
}

fn is_han(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// Doubts names that end in letters where the names above and below have none: 区 whose strokes part looks like them.
fn doubt_letters_among_names(read: &mut [ReadLine<'_>]) {
    let texts: Vec<String> = read.iter().map(|r| r.reading.read.text().trim().to_owned()).collect();
    let boxes: Vec<Rect> = read.iter().map(|r| r.line.bbox).collect();
    for (i, r) in read.iter_mut().enumerate() {
        let lettered =
            texts[i].starts_with(is_han) && texts[i].ends_with(|c: char| c.is_ascii_alphabetic());
        let names = || {
            let column = (0..boxes.len()).filter(|&k| k != i);
            let column = column.filter(|&k| boxes[k].overlap(&boxes[i], Axis::X) > 0.0);
            column.filter(|&k| texts[k].chars().all(is_han) && !texts[k].is_empty()).count()
        };
        if lettered && !r.told && names() >= 3 {
            r.sight.doubt(Doubt::Form);
        }
    }
}

/// Whether a line is one closed ring as high as a digit, narrower than it is high, that holds paper alone.
fn is_ring(line: &Line, marks: &Marks, tall: f32) -> bool {
    /// Share of the box across and down that must be paper in its middle.
    const HOLLOW: f32 = 0.16;
    let b = &line.bbox;
    let largest = line.marks.iter().copied().max_by_key(|&m| marks.marks[m].area);
    let Some(ring) = largest.filter(|_| b.height() >= 0.8 * tall && b.height() <= 1.25 * tall)
    else {
        return false;
    };
    let (w, h) = (b.width() as isize, b.height() as isize);
    if b.width() < 0.35 * b.height() || b.width() > 0.9 * b.height() {
        return false;
    }
    let own = |x: isize, y: isize| {
        let inside = (0..w).contains(&x) && (0..h).contains(&y);
        inside && marks.at((b.x0 as isize + x) as usize, (b.y0 as isize + y) as usize) == Some(ring)
    };
    let (cx, cy) = (w / 2, h / 2);
    let (dx, dy) = ((HOLLOW * w as f32) as isize, (HOLLOW * 1.6 * h as f32) as isize);
    let hollow = (cy - dy..=cy + dy).all(|y| (cx - dx..=cx + dx).all(|x| !own(x, y)));
    // From the middle, ink is met whichever way one goes.
    let closed = (cy - dy..=cy + dy)
        .all(|y| (0..cx).any(|x| own(x, y)) && (cx..w).any(|x| own(x, y)))
        && (cx - dx..=cx + dx).all(|x| (0..cy).any(|y| own(x, y)) && (cy..h).any(|y| own(x, y)));
    hollow && closed
}

/// Doubts figures that are written unlike the rest of their column.
fn doubt_forms(tables: &[Lattice], read: &mut [ReadLine<'_>]) {
    for table in tables {
        let bbox = table.bbox();
        for slot in &table.cells {
            // Two figures in one cell: a rule between them may not have been seen.
            let cell = table.bbox_of(slot);
            let inside = |i: &usize| {
                cell.contains(read[*i].line.bbox.center())
                    && doubts::is_figure(&read[*i].reading.read.text())
            };
            let figures: Vec<usize> = (0..read.len()).filter(inside).collect();
            if figures.len() > 1 {
                figures.iter().for_each(|&i| read[i].sight.doubt(Doubt::Form));
            }
        }
        for pair in table.xs.windows(2) {
            let column: Vec<usize> = (0..read.len())
                .filter(|&i| {
                    let c = read[i].line.bbox.center();
                    pair[0] <= c.x && c.x < pair[1] && bbox.y0 <= c.y && c.y <= bbox.y1
                })
                .collect();
            let texts: Vec<String> =
                column.iter().map(|&i| read[i].reading.read.text().trim().to_owned()).collect();
            for (&i, doubtful) in column.iter().zip(doubts::forms(&texts)) {
                if doubtful {
                    read[i].sight.doubt(Doubt::Form);
                }
            }
        }
    }
}

/// Doubts the figures of a row without a name, and those above them: digits that did not fit their cell look so.
fn doubt_rows_without_names(tables: &[Lattice], read: &mut [ReadLine<'_>]) {
    for table in tables {
        let at = |edges: &[f32], v: f32| edges.windows(2).position(|e| e[0] <= v && v < e[1]);
        // Where each line stands: row and column, and whether it is a figure.
        let places: Vec<Option<(usize, usize, bool)>> = read
            .iter()
            .map(|r| {
                let c = r.line.bbox.center();
                let figure = doubts::is_figure(&r.reading.read.text());
                Some((at(&table.ys, c.y)?, at(&table.xs, c.x)?, figure))
            })
            .collect();
        let count = |col: usize, figure: bool| {
            places.iter().flatten().filter(|p| p.1 == col && p.2 == figure).count()
        };
        // Columns of names: of the first ones, those that hold no figures as a rule.
        let names: Vec<usize> =
            (0..table.cols()).filter(|&col| count(col, false) > 2 * count(col, true)).collect();
        let is_named = |row: usize| {
            places.iter().flatten().any(|p| p.0 == row && !p.2 && names.contains(&p.1))
        };
        if names.is_empty() {
            continue;
        }
        for row in (1..table.rows()).filter(|&row| !is_named(row)) {
            let columns: Vec<usize> =
                places.iter().flatten().filter(|p| p.0 == row && p.2).map(|p| p.1).collect();
            for (r, place) in read.iter_mut().zip(&places) {
                let Some((at, col, true)) = *place else { continue };
                if (at == row || at + 1 == row) && columns.contains(&col) {
                    r.sight.doubt(Doubt::Form);
                }
            }
        }
    }
}

/// Doubts figures in whose cell there is ink that belongs to no line and may be a character.
fn doubt_ink_left(found: &PageLines, marks: &Marks, tables: &[Lattice], read: &mut [ReadLine<'_>]) {
    for &m in &found.left {
        let mark = &marks.marks[m].bbox;
        if mark.height() < 0.5 * found.height || mark.height() > 2.0 * found.height {
            continue;
        }
        let cells = tables.iter().flat_map(|t| t.cells.iter().map(|slot| t.bbox_of(slot)));
        // What touches an edge of the cell is what is left of a rule.
        let within = |cell: &Rect| {
            let inner = cell.grow(-0.2 * found.height);
            inner.x0 < mark.x0 && mark.x1 < inner.x1 && inner.y0 < mark.y0 && mark.y1 < inner.y1
        };
        let Some(cell) = cells.into_iter().find(within) else {
            continue;
        };
        let in_cell = |r: &&mut ReadLine<'_>| cell.contains(r.line.bbox.center());
        for r in read.iter_mut().filter(in_cell) {
            let near = r.line.bbox.grow(found.height).contains(mark.center());
            if near && doubts::is_figure(&r.reading.read.text()) {
                r.sight.doubt(Doubt::InkLeft);
            }
        }
    }
}

/// Ink that belongs to no reading, to no rule and to no seal.
struct LeftOver {
    specks: usize,
    /// As large as a part of a character or larger, the largest first.
    large: Vec<Rect>,
    /// Those of them that stand alone in a cell, which would seem blank.
    in_blank_cells: Vec<Rect>,
}

impl LeftOver {
    fn of(found: &PageLines, marks: &Marks, tables: &[Lattice], read: &[ReadLine<'_>]) -> LeftOver {
        /// Fewer pixels are no piece of ink.
        const FEWEST: u32 = 3;
        let mut is_left = vec![true; marks.marks.len()];
        let of_lines = read.iter().flat_map(|r| &r.line.marks);
        of_lines.chain(&found.dots).for_each(|&m| is_left[m] = false);
        let left = || {
            let all = marks.marks.iter().zip(&is_left);
            all.filter(|(mark, left)| **left && mark.area >= FEWEST).map(|(mark, _)| mark.bbox)
        };
        let high = |b: &Rect| b.height() >= 0.5 * found.height;
        let is_large = |b: &Rect| high(b) || b.width() >= 0.5 * found.height;
        let mut large: Vec<Rect> = left().filter(is_large).collect();
        large.sort_by(|a, b| (b.width() * b.height()).total_cmp(&(a.width() * a.height())));
        let cells = || tables.iter().flat_map(|t| t.cells.iter().map(|slot| t.bbox_of(slot)));
        let is_blank = |cell: &Rect| !read.iter().any(|r| cell.contains(r.line.bbox.center()));
        let alone = |b: &&Rect| {
            // What touches an edge of the cell is what is left of a rule.
            let within = |cell: &Rect| {
                let inner = cell.grow(-0.2 * found.height);
                inner.x0 < b.x0 && b.x1 < inner.x1 && inner.y0 < b.y0 && b.y1 < inner.y1
            };
            let figure = high(b) && b.height() <= 2.0 * found.height;
            figure && cells().any(|cell| within(&cell) && is_blank(&cell))
        };
        let in_blank_cells = large.iter().filter(alone).copied().collect();
        LeftOver { specks: left().count() - large.len(), large, in_blank_cells }
    }

    fn remark(&self, sink: &mut Sink, page: &Page, points: f32) {
        /// So many places are named.
        const NAMED: usize = 5;
        for b in &self.in_blank_cells {
            sink.remark(Diagnostic {
                code: "blank_cell_with_ink",
                severity: Severity::Note,
                place: Some(Place::of_box(page.number, scaled(b, points))),
                message: Wording::new(
                    "a cell has ink in which nothing was read, and counts as blank",
                    "单元格内有墨迹但未识别出内容，按空白处理",
                ),
                hint: None,
            });
        }
        if self.specks + self.large.len() == 0 {
            return;
        }
        let (specks, large) = (self.specks, self.large.len());
        let named = self.large.iter().take(NAMED).map(|b| {
            let b = scaled(b, points);
            format!("({:.0}, {:.0})", b.center().x, b.center().y)
        });
        let named: Vec<String> = named.collect();
        let (en, zh) = match &named[..] {
            [] => (String::new(), String::new()),
            _ => (
                format!(", the largest at {}", named.join(", ")),
                format!("，最大的位于 {}", named.join("、")),
            ),
        };
        sink.remark(Diagnostic {
            code: "ink_left_over",
            severity: Severity::Note,
            place: Some(page.place()),
            message: Wording::new(
                format!("{specks} specks and {large} larger pieces of ink belong to no text, rule or seal{en}"),
                format!("有 {specks} 个墨点和 {large} 处较大墨迹不属于任何文字、框线或印章{zh}"),
            ),
            hint: None,
        });
    }
}

/// Doubts texts that a short stroke runs through, and says which strokes those are. It may strike a text out, or be made
/// of the text's own strokes: it is no rule, and the text is not left out for it.
fn doubt_struck(ruled: &[Ruled], framed: &[bool], read: &mut [ReadLine<'_>]) -> Vec<bool> {
    let strikes = |(rule, framed): (&Ruled, &bool)| {
        let mut struck = false;
        for r in read.iter_mut().filter(|_| !framed && rule.axis == Axis::X) {
            let (b, curve) = (&r.line.bbox, &rule.curve);
            let tall = b.height();
            let at = curve.at_x(b.center().x);
            let through = b.y0 + 0.2 * tall <= at && at <= b.y1 - 0.2 * tall;
            let within = b.x0 - 1.2 * tall <= curve.from && curve.to <= b.x1 + 1.2 * tall;
            let along = curve.to.min(b.x1) - curve.from.max(b.x0);
            if through && within && along >= 0.6 * b.width() {
                r.sight.doubt(Doubt::Handwriting);
                struck = true;
            }
        }
        struck
    };
    ruled.iter().zip(framed).map(strikes).collect()
}

fn turn(inks: &mut Inks, map: &mut Gray, quarters: u8) {
    inks.plain = inks.plain.turned(quarters);
    inks.clean = inks.clean.turned(quarters);
    inks.seal = inks.seal.as_ref().map(|seal| seal.turned(quarters));
    *map = map.turned(quarters);
}

/// Where the detector sees text; the map is of the whole page, at a size of its own.
fn detect(engine: &dyn Recognize, plain: &Gray) -> Result<Gray, Error> {
    let scale = (DETECTED / plain.width.max(plain.height) as f32).min(1.0);
    let size = |n: usize| ((n as f32 * scale / 32.0).round() as usize).max(1) * 32;
    let small = plain.scaled(size(plain.width), size(plain.height));
    let shades = small.data.iter().map(|&v| f32::from(v) / 127.5 - 1.0);
    let planes = shades.cycle().take(3 * small.data.len()).collect();
    engine.detect(planes, small.width, small.height)
}

/// By how much a page that says nothing of its size is to be scaled, by the height of its lines.
fn scale_by_lines(map: &Gray, inks: &Inks) -> Option<f32> {
    let seen = lines::seen(map, inks.plain.width, inks.plain.height);
    let wide = seen.iter().filter(|b| b.width() > 2.0 * b.height());
    let body = lines::median(wide.map(Rect::height).collect())?;
    // The detector marks about half of a line's height.
    let scale = LINE / (body * 2.0).max(1.0);
    let scale = (scale * inks.enlarged).clamp(0.4, 3.0);
    ((scale / inks.enlarged - 1.0).abs() > 0.15).then_some(scale)
}

/// Whether most lines run up or down. Where they wrap after a few characters, what the detector sees is about as high as
/// wide, and what reads better that way tells.
fn lies_on_its_side(engine: &dyn Recognize, plain: &Gray, seen: &[Rect]) -> Result<bool, Error> {
    /// How much longer than wide a line is.
    const LONG: f32 = 2.5;
    /// How much more of one kind there must be to tell by itself.
    const MORE: f32 = 1.5;
    const MUCH: f32 = 4.0;
    /// Fewest that are read.
    const FEWEST: usize = 3;
    /// How much longer than wide what is read is, and how much surer it must be.
    const ASIDE: f32 = 1.3;
    const SURER: f32 = 0.1;
    type Side = fn(&Rect) -> f32;
    let long = |a: Side, b: Side| seen.iter().filter(|r| a(r) > LONG * b(r)).map(a).sum::<f32>();
    let (wide, tall) = (long(Rect::width, Rect::height), long(Rect::height, Rect::width));
    let few = seen.iter().filter(|r| r.height() > ASIDE * r.width()).count();
    if tall > MORE * wide || wide > MUCH * tall && 4 * few < seen.len() || few < FEWEST {
        return Ok(tall > MORE * wide);
    }
    // Lines that stand close are seen as one, which nobody can read.
    let low = seen.iter().map(|r| r.width().min(r.height()));
    let usual = lines::median(low.collect()).unwrap_or_default();
    let sure = |a: Side, b: Side, turns: [u8; 2]| -> Result<f32, Error> {
        let is_one_line = |r: &&Rect| a(r) > ASIDE * b(r) && b(r) <= ASIDE * usual;
        let mut of: Vec<&Rect> = seen.iter().filter(is_one_line).collect();
        of.sort_by(|x, y| a(y).total_cmp(&a(x)));
        let (mut sum, mut count) = (0.0, 0);
        for bbox in of.into_iter().take(ASKED) {
            let mut best = 0f32;
            for turn in turns {
                let crop = turned_strip(plain, bbox, turn);
                best = best.max(engine.recognize(&crop)?.mean());
            }
            (sum, count) = (sum + best, count + 1);
        }
        Ok(sum / count.max(1) as f32)
    };
    let up_or_down = sure(Rect::height, Rect::width, [1, 3])?;
    Ok(up_or_down > sure(Rect::width, Rect::height, [0, 2])? + SURER)
}

/// Whether the page's longest lines read better when it is turned round.
fn stands_on_its_head(engine: &dyn Recognize, plain: &Gray, seen: &[Rect]) -> Result<bool, Error> {
    let mut long: Vec<&Rect> = seen.iter().filter(|r| r.width() > 3.0 * r.height()).collect();
    long.sort_by(|a, b| b.width().total_cmp(&a.width()));
    let (mut up, mut over) = (Vec::new(), Vec::new());
    for bbox in long.into_iter().take(ASKED) {
        let crop = strip(plain, bbox);
        up.push(engine.recognize(&crop)?.mean());
        if up.len() >= 3 && over.is_empty() && up.iter().all(|&sure| sure > UPRIGHT) {
            return Ok(false);
        }
        if up.len() >= 3 || up.iter().any(|&sure| sure <= UPRIGHT) {
            over.push(engine.recognize(&crop.turned(2))?.mean());
        }
    }
    let mean = |of: &[f32]| of.iter().sum::<f32>() / of.len().max(1) as f32;
    Ok(over.len() >= 2 && mean(&over) > mean(&up) + 0.08)
}

/// A line turned by quarters, [`HEIGHT`] pixels high.
fn turned_strip(plain: &Gray, bbox: &Rect, quarters: u8) -> Gray {
    let by = 0.55 * bbox.width().min(bbox.height());
    let (x0, y0) = ((bbox.x0 - by) as isize, (bbox.y0 - by) as isize);
    let (w, h) = ((bbox.width() + 2.0 * by) as usize + 1, (bbox.height() + 2.0 * by) as usize + 1);
    let data = (0..h as isize)
        .flat_map(|y| (0..w as isize).map(move |x| plain.at(x0 + x, y0 + y)))
        .collect();
    let patch = Gray { width: w, height: h, data }.turned(quarters);
    let wide = (patch.width * HEIGHT / patch.height).max(16);
    patch.scaled(wide, HEIGHT)
}

/// The middle of a line as it is, [`HEIGHT`] pixels high.
fn strip(plain: &Gray, bbox: &Rect) -> Gray {
    let tall = bbox.height() * 2.1;
    let half = (bbox.width() + bbox.height()).min(tall * 14.0) / 2.0;
    let c = bbox.center();
    let (x0, y0) = ((c.x - half) as isize, (c.y - tall / 2.0) as isize);
    let (w, h) = ((2.0 * half) as usize + 1, tall as usize + 1);
    let data = (0..h as isize)
        .flat_map(|y| (0..w as isize).map(move |x| plain.at(x0 + x, y0 + y)))
        .collect();
    let patch = Gray { width: w, height: h, data };
    let wide = (w * HEIGHT / h).max(16);
    patch.scaled(wide, HEIGHT)
}

/// The rules that later stages look at: those across that are not `passed_on` otherwise, and the sides of told cells,
/// which part texts that stand close.
fn page_rules(ruled: &[Ruled], passed_on: &[bool], tables: &[Lattice], points: f32) -> Vec<Rule> {
    let across = ruled.iter().zip(passed_on).filter(|(r, passed)| !**passed && r.axis == Axis::X);
    let mut all: Vec<Rule> = across
        .map(|(rule, _)| Rule {
            axis: rule.axis,
            at: rule.at() * points,
            from: rule.curve.from * points,
            to: rule.curve.to * points,
            width: rule.curve.thick * points,
        })
        .collect();
    for table in tables {
        for slot in &table.cells {
            let b = scaled(&table.bbox_of(slot), points);
            let side = |axis, at, from, to| Rule { axis, at, from, to, width: 0.5 };
            all.extend([
                side(Axis::X, b.y0, b.x0, b.x1),
                side(Axis::X, b.y1, b.x0, b.x1),
                side(Axis::Y, b.x0, b.y0, b.y1),
                side(Axis::Y, b.x1, b.y0, b.y1),
            ]);
        }
    }
    all
}

/// Says whether the text under the picture was taken.
fn remark_layer(sink: &mut Sink, page: &Page, verdict: &Verdict) {
    let (code, en, zh) = match verdict {
        Verdict::Proven(count) => (
            "layer_proven",
            format!(
                "the text under the picture was taken: {count} lines of it say what the picture shows"
            ),
            format!("已采用图片下的文本层：抽查 {count} 行，与图片一致"),
        ),
        Verdict::Refuted { said, shown } => (
            "layer_refuted",
            format!(
                "the text under the picture does not say what it shows (\"{said}\", and \"{shown}\" in the picture): the picture was read"
            ),
            format!("图片下的文本层与图片不一致（文本层“{said}”，图片“{shown}”），已改为识别图片"),
        ),
    };
    sink.remark(Diagnostic {
        code,
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(en, zh),
        hint: None,
    });
}

/// Says that ink of the other side was left out.
fn remark_shines_through(sink: &mut Sink, page: &Page) {
    sink.remark(Diagnostic {
        code: "page_shines_through",
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(
            "what is printed on the other side shines through: ink much paler than the page's own was left out",
            "背面文字透印：比本页墨迹浅得多的墨迹未予识别",
        ),
        hint: None,
    });
}

/// Says that the text under a turned picture was not looked at.
fn remark_layer_passed_over(sink: &mut Sink, page: &Page) {
    sink.remark(Diagnostic {
        code: "layer_passed_over",
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(
            "the page has text under its picture, but had to be turned: the picture was read, and the text not compared",
            "图片下有文本层，但本页须旋转，因此只识别了图片，未与文本层比对",
        ),
        hint: None,
    });
}

/// Says what was done to the page, and what can't be read well.
fn remark(sink: &mut Sink, page: &Page, picture: &Picture, inks: &Inks, quarters: u8, flat: &Flat) {
    let mut say = |code, severity, en: String, zh: String| {
        sink.remark(Diagnostic {
            code,
            severity,
            place: Some(Place::of_box(page.number, Rect::new(0.0, 0.0, page.width, page.height))),
            message: Wording::new(en, zh),
            hint: None,
        });
    };
    let came = inks.dpi / inks.enlarged;
    if picture.dpi_said && came < COARSE {
        say(
            "page_coarse",
            Severity::Warning,
            format!("the page has {came:.0} dots to an inch; 200 are needed to be read well"),
            format!("本页仅 {came:.0} dpi，可靠识别需要 200 dpi"),
        );
    } else if inks.enlarged > 1.1 {
        say(
            "page_enlarged",
            Severity::Note,
            format!("the page was enlarged {:.1} times to be read", inks.enlarged),
            format!("为便于识别，本页放大了 {:.1} 倍", inks.enlarged),
        );
    }
    let degrees = f32::from(quarters) * 90.0;
    if quarters != 0 {
        say(
            "page_turned",
            Severity::Note,
            format!(
                "the page was turned by {degrees:.0} degrees clockwise; places are on it as turned"
            ),
            format!("本页按顺时针旋转 {degrees:.0} 度后识别，位置以转正后的页面为准"),
        );
    }
    if flat.skew != 0.0 || flat.most_bent() > 6.0 {
        let (skew, bent) = (flat.skew, flat.most_bent() / inks.dpi * 25.4);
        say(
            "page_straightened",
            Severity::Note,
            format!(
                "the page was straightened: {skew:.1} degrees of skew, {bent:.1} mm of bend; places are on it as straightened"
            ),
            format!("本页已校直：倾斜 {skew:.1} 度，弯曲 {bent:.1} 毫米，位置以校直后的页面为准"),
        );
    }
    if page.runs.is_empty() {
        say(
            "page_unreadable",
            Severity::Warning,
            "nothing that can be read was found on the page".to_owned(),
            "本页没有识别出任何文字".to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::ocr::strokes::Chain;

    /// A column of marks, 40 pixels apart, each drawn as rows of `#`, and what recognition says of each.
    fn settled(column: &[(&str, &[&str])]) -> Vec<String> {
        settled_by(column, |read, marks| {
            settle_lone(read, marks);
            settle_specks(read, marks, 24.0);
            doubt_letters_among_names(read);
        })
    }

    fn settled_by(
        column: &[(&str, &[&str])],
        settle: impl Fn(&mut Vec<ReadLine<'_>>, &Marks),
    ) -> Vec<String> {
        settled_in(Some((0, 0)), column, settle)
    }

    fn settled_in(
        home: Option<(usize, usize)>,
        column: &[(&str, &[&str])],
        settle: impl Fn(&mut Vec<ReadLine<'_>>, &Marks),
    ) -> Vec<String> {
        let mut ink = Gray::new(60, 40 * column.len(), 0);
        for (i, (_, rows)) in column.iter().enumerate() {
            for (y, row) in rows.iter().enumerate() {
                // Each character is four pixels by four.
                for (x, _) in row.bytes().enumerate().filter(|(_, b)| *b == b'#') {
                    for at in (0..16).map(|k| (40 * i + 4 * y + k / 4) * 60 + 4 * x + k % 4) {
                        ink.data[at] = 1;
                    }
                }
            }
        }
        let marks = Marks::of(&ink);
        let lines: Vec<Line> = (0..column.len())
            .map(|i| {
                let of_row = |m: &usize| marks.marks[*m].bbox.y0 as usize / 40 == i;
                let own: Vec<usize> = (0..marks.marks.len()).filter(of_row).collect();
                let bbox = lines::bbox_of(&marks, &own);
                Line { marks: own, bbox, home, detected: true, contrast: 1.0 }
            })
            .collect();
        let char = |ch| RecognizedChar { ch, probability: 0.9, at: 0.0, others: Vec::new() };
        let read = |(line, (text, _)): (_, &(&str, &[&str]))| ReadLine {
            line,
            reading: Reading {
                read: Recognized { chars: text.chars().map(char).collect(), ..Default::default() },
                middles: text.chars().map(|_| 0.0).collect(),
                pitch: None,
            },
            sight: Sight::default(),
            told: false,
        };
        let mut read: Vec<ReadLine<'_>> = lines.iter().zip(column).map(read).collect();
        settle(&mut read, &marks);
        let doubted = |r: &ReadLine<'_>| if r.sight.doubts.is_empty() { "" } else { "?" };
        read.iter().map(|r| r.reading.read.text() + doubted(r)).collect()
    }

    #[test]
    fn a_stroke_through_a_text_is_no_rule_and_the_text_is_doubtful() {
        let line = Line {
            marks: Vec::new(),
            bbox: Rect::new(100.0, 100.0, 200.0, 130.0),
            home: None,
            detected: true,
            contrast: 1.0,
        };
        let stroke = |from: f32, to: f32, y: f32| {
            let points = (0..10).map(|i| (from + (to - from) * (i as f32 + 0.5) / 10.0, y));
            let step = (to - from) / 10.0;
            let curve = Chain { points: points.collect(), thick: 2.0, from, to, fill: 1.0, step };
            Ruled { axis: Axis::X, curve }
        };
        let ruled =
            [stroke(98.0, 202.0, 116.0), stroke(98.0, 202.0, 132.0), stroke(0.0, 600.0, 116.0)];
        let mut read = [ReadLine {
            line: &line,
            reading: Reading { read: Recognized::default(), middles: Vec::new(), pitch: None },
            sight: Sight::default(),
            told: false,
        }];
        assert_eq!(doubt_struck(&ruled, &[false; 3], &mut read), [true, false, false]);
        assert_eq!(read[0].sight.doubts, [Doubt::Handwriting]);
    }

    const RING: &[&str] = &[".##.", "#..#", "#..#", "#..#", "#..#", ".##."];
    const OPEN: &[&str] = &[".##.", "#..#", "#...", "#...", "#..#", ".##."];
    const POINT: &[&str] = &["....", "....", "....", "###.", "#.#.", "###."];
    const BAR: &[&str] = &["....", "....", "####"];
    const DIGITS: (&str, &[&str]) = ("25", &["##.##", ".#.#.", ".#.#.", "#..##", "#...#", "##.##"]);

    #[test]
    fn a_ring_among_figures_is_a_zero() {
        assert_eq!(settled(&[DIGITS, ("。", RING), DIGITS])[1], "0");
        assert_eq!(settled(&[DIGITS, ("\u{FFFD}", RING), DIGITS])[1], "0");
        // What is open, or lower than the digits, is not.
        assert_eq!(settled(&[DIGITS, ("。", OPEN), DIGITS])[1], "。?");
        assert_eq!(settled(&[DIGITS, ("。", POINT), DIGITS])[1], "。?");
        // Nor among words.
        assert_eq!(settled(&[("南昌", DIGITS.1), ("〇", RING), ("九江", DIGITS.1)])[1], "〇");
    }

    const SPECK: &[&str] = &["", "", "#"];
    const SPECKED: &[&str] = &["##.##", ".#.#.", ".#.#.", "#..##", "#...#.#", "##.##"];

    #[test]
    fn a_speck_is_no_part_of_a_figure() {
        let all = |odd| settled(&[DIGITS, odd, DIGITS, DIGITS]);
        assert_eq!(all(("25.", SPECKED)), ["25", "25?", "25", "25"]);
        // A point within a figure stays, and so does what is no speck.
        assert_eq!(all(("2.5", SPECKED))[1], "2.5");
        assert_eq!(all(("25.", DIGITS.1))[1], "25.");
        // Where a column is written so, it is meant.
        assert_eq!(settled(&[DIGITS, ("1.", SPECKED), ("2.", SPECKED), ("3.", SPECKED)])[1], "1.");
        // At a height of its own it is no text at all.
        assert_eq!(all(("。", SPECK)), ["25"; 3]);
    }

    #[test]
    fn a_speck_between_words_is_no_stop() {
        const DOTTED: &[&str] = &["##.##", "#..##", "#...#", "##.##", "", ".#"];
        let all = |text, rows| {
            settled_by(&[(text, rows)], |read, marks| settle_specks_among_words(read, marks, 24.0))
                [0]
            .clone()
        };
        assert_eq!(all("新建.（筹集）", DOTTED), "新建（筹集）");
        // Without a speck it is what it says, and between digits a point.
        assert_eq!(all("新建.（筹集）", DIGITS.1), "新建.（筹集）");
        assert_eq!(all("2.5万元", DOTTED), "2.5万元");
        // Behind words, in a cell or in none, it is none either; a stop that ends a sentence is.
        let alone = |text: &str, offered: Option<char>| {
            settled_in(None, &[(text, DOTTED)], |read, marks| {
                for c in &mut read[0].reading.read.chars {
                    c.others = vec![(offered, 0.1)];
                }
                settle_specks_among_words(read, marks, 24.0);
            })[0]
                .clone()
        };
        assert_eq!(all("完成率（%）..", DOTTED), "完成率（%）");
        assert_eq!(alone("完成率（%）..", None), "完成率（%）");
        assert_eq!(alone("报.", Some('。')), "报.");
        assert_eq!(alone("阿·买提.", None), "阿·买提");
    }

    #[test]
    fn a_stop_alone_in_the_cell_of_a_figure_is_a_stray() {
        let all =
            |column: &[(&str, &[&str])]| settled_by(column, |read, _| settle_strays(read, 24.0));
        assert_eq!(all(&[("2426", DIGITS.1), (".", SPECK)]), ["2426?"]);
        // Beside two figures it may be the point between them.
        assert_eq!(all(&[("24", DIGITS.1), (".", SPECK), ("26", DIGITS.1)]), ["24", ".", "26"]);
        assert_eq!(all(&[("攸县", DIGITS.1), (".", SPECK)]), ["攸县", "."]);
    }

    #[test]
    fn a_sign_among_digits_is_the_digit_that_is_offered_for_it() {
        let all = |offered: Option<char>| {
            settled_by(&[DIGITS, ("7+4", DIGITS.1), DIGITS, DIGITS], |read, _| {
                read[1].reading.read.chars[1].others = vec![(offered, 0.02)];
                settle_signs_among_digits(read);
            })[1]
                .clone()
        };
        assert_eq!(all(Some('4')), "744?");
        assert_eq!(all(None), "7+4");
    }

    #[test]
    fn points_that_part_thousands_are_commas() {
        let all = |column: &[&str]| {
            let column: Vec<(&str, &[&str])> =
                column.iter().map(|text| (*text, DIGITS.1)).collect();
            settled_by(&column, |read, _| settle_points_of_thousands(read))
        };
        let read = all(&["套", "16.313", "2.516", "742", "3.626", "1.588"]);
        assert_eq!(read, ["套", "16,313", "2,516", "742", "3,626", "1,588"]);
        // Decimals, and a gap for which recognition offers neither.
        assert_eq!(all(&["16.31", "2.516", "742", "3.626", "1.588"])[1], "2.516");
        assert_eq!(all(&["16 313", "2.516", "742", "3.626", "1.588", "2.222"])[0], "16 313");
    }

    #[test]
    fn brackets_of_unlike_widths_are_of_full_width() {
        let all =
            |text| settled_by(&[(text, DIGITS.1)], |read, _| settle_brackets(read))[0].clone();
        assert_eq!(all("完成率（%)"), "完成率（%）");
        assert_eq!(all("(一)新建(套）"), "(一)新建（套）");
    }

    #[test]
    fn characters_of_the_old_script_are_the_simplified_ones_among_these() {
        let all = |column: &[&str]| {
            let column: Vec<(&str, &[&str])> =
                column.iter().map(|text| (*text, DIGITS.1)).collect();
            settled_by(&column, |read, _| script::settle(read))
        };
        assert_eq!(
            all(&["年度计划发放户數", "福州市", "廈門市", "长乐区总数、临县、庆云县、阳谷县"])[0],
            "年度计划发放户数"
        );
        // A page that is all in the old script stays so.
        assert_eq!(all(&["年度計劃發放戶數"]), ["年度計劃發放戶數"]);
    }

    const SLASH: &[&str] = &["......##", ".....##", "....##", "...##", "..##", ".##", "##"];
    const ONE: &[&str] = &[".##", "###", "..#", "..#", "..#", "..#", "..#"];
    const UPRIGHT: &[&str] = &["#", "#", "#", "#", "#", "#", "#"];

    #[test]
    fn a_stroke_that_leans_is_a_slash() {
        let all = |odd| {
            settled_by(&[DIGITS, odd, DIGITS], |read, marks| settle_slashes(read, marks))[1].clone()
        };
        assert_eq!(all(("1", SLASH)), "/");
        assert_eq!(all(("/", SLASH)), "/");
        assert_eq!(all(("1", ONE)), "1");
        assert_eq!(all(("1", UPRIGHT)), "1");
        assert_eq!(all(("/", UPRIGHT)), "/?");
    }

    #[test]
    fn the_number_of_a_page_stands_between_dashes() {
        const BETWEEN: &[&str] = &["......#", ".....##", "###...#...###", "......#", "......#"];
        let all = |text: &str, rows| {
            settled_in(None, &[(text, rows)], |read, marks| {
                settle_numbers_between_dashes(read, marks)
            })[0]
                .clone()
        };
        assert_eq!(all("一2一", DIGITS.1), "—2—");
        assert_eq!(all("一 12 一", DIGITS.1), "— 12 —");
        assert_eq!(all("-2ー", DIGITS.1), "—2—");
        assert_eq!(all("一2021一年", DIGITS.1), "一2021一年");
        // Dashes that were not read, and a figure without any.
        assert_eq!(all("1", BETWEEN), "—1—");
        assert_eq!(all("1—", BETWEEN), "—1—");
        assert_eq!(all("25", DIGITS.1), "25");
        assert_eq!(all("25—", DIGITS.1), "25—");
    }

    #[test]
    fn a_speck_over_a_name_is_no_part_of_it() {
        const OVER: &[&str] = &[".#", "", "##.##", "#..##", "#...#", "##.##"];
        let all = |odd| {
            settled(&[("南昌县", DIGITS.1), odd, ("南城县", DIGITS.1), ("南丰县", DIGITS.1)])[1]
                .clone()
        };
        assert_eq!(all((".攸县", OVER)), "攸县?");
        assert_eq!(all((".攸县", DIGITS.1)), ".攸县");
    }

    #[test]
    fn letters_at_the_end_of_a_name_are_doubtful() {
        let name = |text| (text, DIGITS.1);
        let rows = [name("章贡CX"), name("南康区"), name("赣县区"), name("信丰县")];
        assert_eq!(settled(&rows), ["章贡CX?", "南康区", "赣县区", "信丰县"]);
    }

    #[test]
    fn a_bar_among_figures_is_a_dash_or_doubtful() {
        assert_eq!(settled(&[DIGITS, ("一", BAR), ("—", BAR), DIGITS])[1], "—");
        assert_eq!(settled(&[DIGITS, ("一", BAR), DIGITS])[1], "一?");
    }
}
