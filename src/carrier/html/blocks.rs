//! A page's tree in, what a reader sees of it out, in order: lines of text and tables. What is hidden is
//! put on record. Which of them are the article is told by `article`.

use super::style::{Level, Part, Sheet, Style};
use super::tables;
use super::tree::{Id, Tree};
use crate::carrier::flow::{Align, Grid, TextLine};
use crate::place::Spot;
use std::borrow::Cow;

/// What a page shows.
#[derive(Debug)]
pub(super) struct Block {
    /// The element that it stands in.
    pub node: Id,
    /// What it is.
    pub shows: Shows,
}

/// A line or a table.
#[derive(Debug)]
pub(super) enum Shows {
    /// A line of text.
    Line {
        /// The text.
        line: TextLine,
        /// How many of its characters are links.
        linked: usize,
    },
    /// An empty line.
    Gap,
    /// A table.
    Table(Grid),
}

/// All that a page shows, and what it hides.
pub(super) struct Shown {
    /// Lines and tables in the order of the page.
    pub blocks: Vec<Block>,
    /// Text that is hidden, piece by piece.
    pub hidden: Vec<String>,
    /// Likewise what is hidden in cells that show something: keys by which a script sorts, and the like.
    pub aside: Vec<String>,
    /// Cells of tables that show a picture where others have figures.
    pub pictures: Vec<Spot>,
    /// Whether most of the page is not seen until a script shows it.
    pub by_script: bool,
}

/// A text in which references to spaces that were escaped twice, `&amp;nbsp;`, are the spaces meant.
fn escaped_once(text: &str) -> Cow<'_, str> {
    const SPACES: &[&str] = &["&nbsp;", "&ensp;", "&emsp;", "&thinsp;", "&#160;"];
    let mut meant = Cow::Borrowed(text);
    if text.contains('&') {
        for space in SPACES.iter().filter(|space| text.contains(**space)) {
            meant = Cow::Owned(meant.replace(space, "\u{a0}"));
        }
    }
    meant
}

/// Elements whose content is none of the page's text.
const UNSEEN: &[&str] = &[
    "head", "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "select",
    "button", "textarea", "input", "audio", "video", "canvas", "title", "meta", "link", "datalist",
    "rt", "rp",
];

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "html",
    "body",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
    "center",
    "form",
    "fieldset",
    "legend",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "nav",
    "aside",
    "pre",
    "blockquote",
    "address",
    "figure",
    "figcaption",
    "hr",
    "details",
    "summary",
];

/// What holds for text at some place of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    align: Align,
    size: f32,
    linked: bool,
    level: Level,
    struck: bool,
    /// Whether what lies under it is not white.
    ground: bool,
    /// Full-width spaces that the next line begins with.
    indent: f32,
    /// Whether white space and the ends of lines are printed as they stand in the source.
    verbatim: bool,
}

impl Default for Around {
    fn default() -> Around {
        // What browsers set text in.
        Around {
            align: Align::Left,
            size: 12.0,
            linked: false,
            level: Level::Line,
            struck: false,
            ground: false,
            indent: 0.0,
            verbatim: false,
        }
    }
}

/// Collects what the page shows.
pub(super) fn shown(tree: &Tree) -> Shown {
    let mut walk = Walk::new(tree);
    walk.by_script = tree.is_in_field;
    walk.children(0, Around::default());
    walk.flush(0);
    tables::join_heads(&mut walk.blocks);
    let Walk { blocks, hidden, aside, pictures, by_script, .. } = walk;
    Shown { blocks, hidden, aside, pictures, by_script }
}

/// A walk over the tree, with the line that is being read.
pub(super) struct Walk<'t> {
    pub tree: &'t Tree,
    sheet: std::rc::Rc<Sheet>,
    blocks: Vec<Block>,
    hidden: Vec<String>,
    aside: Vec<String>,
    line: Open,
    /// Number of the table before the next one.
    pub tables: u32,
    pub pictures: Vec<Spot>,
    /// Whether it is a walk over a cell.
    in_cell: bool,
    /// Whether most of the page is not seen until a script shows it.
    by_script: bool,
    /// How much text the page has where a script may show some of it, once that was asked for.
    scripted: Option<usize>,
}

/// The line that is being read.
#[derive(Debug, Default)]
struct Open {
    line: TextLine,
    linked: usize,
    /// Whether white space came that no character follows yet.
    space: bool,
    begun: bool,
    /// Whether it goes on behind a break in its paragraph, where no indent is.
    is_broken: bool,
    /// Of text that is lowered: whether it began behind a digit, and so is a mark.
    lowered: Option<bool>,
}

impl<'t> Walk<'t> {
    fn new(tree: &'t Tree) -> Walk<'t> {
        let sheet = std::rc::Rc::new(Sheet::of(tree));
        Walk {
            tree,
            sheet,
            blocks: Vec::new(),
            hidden: Vec::new(),
            aside: Vec::new(),
            line: Open::default(),
            tables: 0,
            pictures: Vec::new(),
            in_cell: false,
            by_script: false,
            scripted: None,
        }
    }

    /// What the style sheets say of an element.
    pub fn style(&self, id: Id) -> Style {
        self.sheet.style(self.tree, id)
    }

    /// What part of a table an element is.
    pub fn part(&self, id: Id) -> Option<Part> {
        Part::of_name(self.tree.name(id)).or_else(|| self.style(id).part)
    }

    /// Whether a script shows an element once the page is there: it has more text than all else on the page.
    fn is_shown_later(&mut self, id: Id) -> bool {
        if self.in_cell {
            return false;
        }
        let tree = self.tree;
        let chars = |id: Id| tree.all_text(id).split_whitespace().map(str::len).sum::<usize>();
        // Many elements may be hidden: the page is looked through for the first alone.
        let all = *self.scripted.get_or_insert_with(|| {
            let has_script = tree.within(0).any(|id| tree.name(id) == "script");
            if has_script { chars(0) } else { 0 }
        });
        let is_most = all > 0 && chars(id) * 2 > all;
        self.by_script |= is_most;
        is_most
    }

    /// Whether it is text, or an element that may show some.
    pub fn has_text(&self, id: Id) -> bool {
        (!UNSEEN.contains(&self.tree.name(id)) || self.tree.is_opened(id))
            && !self.tree.all_text(id).trim().is_empty()
    }

    /// Notes that what stands in an element is not shown.
    pub fn hide(&mut self, id: Id) {
        let text = self.tree.all_text(id);
        let text = text.trim();
        if !text.is_empty() {
            self.hidden.push(text.to_owned());
        }
    }

    /// The lines of a cell, and what is hidden in it.
    pub fn lines_of_cell(&mut self, cell: Id, around: Around) -> Vec<TextLine> {
        let mut inner = Walk {
            tree: self.tree,
            sheet: self.sheet.clone(),
            blocks: Vec::new(),
            hidden: Vec::new(),
            aside: Vec::new(),
            line: Open::default(),
            tables: 0,
            pictures: Vec::new(),
            in_cell: true,
            by_script: false,
            scripted: None,
        };
        let style = self.style(cell);
        match self.tree.text(cell) {
            Some(text) => inner.text(cell, text, &around),
            None => {
                let around = around.with(&style);
                inner.printed(cell, style.before.as_deref(), &around);
                inner.children(cell, around);
                inner.printed(cell, style.after.as_deref(), &around);
            }
        }
        inner.flush(cell);
        let lines = |block: Block| match block.shows {
            Shows::Line { line, .. } => vec![line],
            Shows::Gap => Vec::new(),
            Shows::Table(grid) => grid.cells.into_iter().flat_map(|cell| cell.lines).collect(),
        };
        let lines: Vec<TextLine> = inner.blocks.into_iter().flat_map(lines).collect();
        self.aside.append(&mut inner.aside);
        let hidden = if lines.is_empty() { &mut self.hidden } else { &mut self.aside };
        hidden.append(&mut inner.hidden);
        lines
    }

    fn children(&mut self, id: Id, around: Around) {
        let mut number = 0;
        let ordered = self.tree.name(id) == "ol" && !self.style(id).unmarked;
        for child in self.tree.children(id) {
            if ordered && self.tree.name(child) == "li" {
                let told = self.tree.attribute(child, "value").and_then(|v| v.parse().ok());
                number = told.unwrap_or(number + 1);
                self.element(child, around, Some(number));
            } else {
                self.node(child, around);
            }
        }
    }

    fn node(&mut self, id: Id, around: Around) {
        match self.tree.text(id) {
            Some(text) => self.text(id, text, &around),
            None => self.element(id, around, None),
        }
    }

    fn element(&mut self, id: Id, around: Around, number: Option<i64>) {
        let name = self.tree.name(id);
        if name.is_empty() {
            return;
        }
        if self.tree.is_opened(id) {
            let is_field = name == "textarea";
            if !is_field && self.style(id).hidden == Some(true) {
                self.hide(id);
                return;
            }
            self.flush(id);
            self.children(id, around);
            self.flush(id);
            return;
        }
        if UNSEEN.contains(&name) {
            let filled = self.filled_in(id).filter(|_| self.style(id).hidden != Some(true));
            if let Some(filled) = filled {
                self.text(id, &filled, &around);
            }
            return;
        }
        let style = self.style(id);
        if style.white && !style.ground && !around.ground && self.is_part(id) {
            self.hide(id);
            return;
        }
        // A word processor's deletion, and what a page does not show.
        let is_hidden = style.hidden == Some(true) && !(style.is_faded && self.is_shown_later(id));
        if is_hidden || name == "del" {
            self.hide(id);
            return;
        }
        let mut inner = around.with(&style);
        inner.linked |= name == "a";
        inner.verbatim |= matches!(name, "pre" | "xmp" | "listing" | "plaintext");
        if name == "br" {
            self.br(id);
            return;
        }
        let is_table = name == "table" || style.part == Some(Part::Table);
        let is_block = is_table || BLOCKS.contains(&name);
        if is_block {
            self.flush(id);
        }
        if is_table {
            match tables::grid(self, id, inner) {
                Some(mut grid) => {
                    let [above, below] = tables::beside(self, id);
                    above.into_iter().for_each(|id| self.node(id, inner));
                    self.flush(id);
                    self.tables += 1;
                    grid.table = self.tables;
                    self.blocks.push(Block { node: id, shows: Shows::Table(grid) });
                    below.into_iter().for_each(|id| self.node(id, inner));
                }
                None => self.children(id, inner),
            }
            self.flush(id);
            return;
        }
        if let Some(number) = number {
            self.text(id, &format!("{number}. "), &inner);
        }
        let before = self.blocks.len();
        self.printed(id, style.before.as_deref(), &inner);
        self.children(id, inner);
        self.printed(id, style.after.as_deref(), &inner);
        if is_block {
            self.flush(id);
            // An empty paragraph is a gap.
            if name == "p" && self.blocks.len() == before {
                self.blocks.push(Block { node: id, shows: Shows::Gap });
            }
        }
    }

    /// Adds what a style sheet prints before or behind the content of an element, where it is a figure in a cell.
    fn printed(&mut self, id: Id, printed: Option<&str>, around: &Around) {
        let is_figure = |text: &&str| {
            let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%');
            text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_part)
        };
        if let Some(text) = printed.filter(is_figure).filter(|_| self.in_cell) {
            self.text(id, text, around);
        }
    }

    /// Whether other text stands beside an element.
    fn is_part(&self, id: Id) -> bool {
        let parent = self.tree.parent(id);
        parent.is_some_and(|parent| {
            self.tree.all_text(parent).trim().len() > self.tree.all_text(id).trim().len()
        })
    }

    /// What a field of a form in a cell shows: what is filled in, or chosen.
    fn filled_in(&self, id: Id) -> Option<String> {
        let tree = self.tree;
        if !self.in_cell {
            return None;
        }
        match tree.name(id) {
            "input" => {
                let kind = tree.attribute(id, "type").unwrap_or("text").to_ascii_lowercase();
                let is_text = matches!(kind.as_str(), "text" | "number" | "tel" | "date");
                tree.attribute(id, "value").filter(|_| is_text).map(str::to_owned)
            }
            "textarea" => Some(tree.all_text(id)),
            "select" => {
                let options = || tree.within(id).filter(|&id| tree.name(id) == "option");
                let chosen = options().find(|&id| tree.attribute(id, "selected").is_some());
                chosen.or_else(|| options().next()).map(|id| tree.all_text(id))
            }
            _ => None,
        }
    }

    fn br(&mut self, id: Id) {
        if self.line.begun {
            self.flush(id);
        } else {
            self.blocks.push(Block { node: id, shows: Shows::Gap });
        }
        self.line.is_broken = true;
    }

    /// Adds text to the line: white space of the source is one space, or none beside a character that is
    /// set full width. Where it is printed as it stands, so is each line.
    fn text(&mut self, node: Id, text: &str, around: &Around) {
        let text = &*escaped_once(text);
        if around.verbatim {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.flush(node);
                    self.line.is_broken = true;
                }
                let line = line.trim_end_matches('\r');
                with_stops(line).chars().for_each(|c| self.line.push(c, around));
            }
            return;
        }
        for c in text.chars() {
            if matches!(c, ' ' | '\n' | '\r' | '\t' | '\u{C}') {
                self.line.space = true;
                continue;
            }
            self.line.push(c, around);
        }
    }

    /// Ends the line; one without a character that is seen is none.
    pub fn flush(&mut self, node: Id) {
        let open = std::mem::take(&mut self.line);
        if open.line.is_blank() {
            return;
        }
        let mut line = open.line;
        line.text.truncate(line.text.trim_end().len());
        line.size = line.size.max(1.0);
        self.blocks.push(Block { node, shows: Shows::Line { line, linked: open.linked } });
    }
}

impl Open {
    fn push(&mut self, c: char, around: &Around) {
        let before = self.line.text.chars().next_back();
        if !self.begun {
            self.begun = true;
            self.line.align = around.align;
            self.line.size = 0.0;
            let indent = if self.is_broken { 0.0 } else { around.indent.clamp(0.0, 20.0) };
            let indent = indent.round() as usize;
            self.line.text.extend(std::iter::repeat_n('\u{3000}', indent));
        } else if std::mem::take(&mut self.space)
            && before.is_some_and(|before| is_narrow(before) || is_narrow(c))
        {
            self.line.text.push(' ');
        }
        self.space = false;
        let is_mark = match (around.level, before) {
            (Level::Line, _) | (_, None) => false,
            (Level::Raised, Some(_)) => true,
            // What is lowered behind a letter is part of a name: CO2, PM2.5.
            (Level::Lowered, Some(before)) => *self.lowered.get_or_insert(before.is_ascii_digit()),
        };
        if around.level != Level::Lowered {
            self.lowered = None;
        }
        if !c.is_whitespace() && (is_mark || around.struck) {
            let at = self.line.text.chars().count();
            let pieces = if around.struck { &mut self.line.struck } else { &mut self.line.marks };
            match pieces.last_mut() {
                Some((last, piece)) if *last == at => piece.push(c),
                _ => pieces.push((at, c.to_string())),
            }
            return;
        }
        self.line.text.push(c);
        if !c.is_whitespace() && c != '\u{200B}' {
            self.line.size = self.line.size.max(around.size);
            self.linked += usize::from(around.linked);
        }
    }
}

/// The line with spaces up to each tab stop, at every eighth narrow character.
fn with_stops(line: &str) -> Cow<'_, str> {
    if !line.contains('\t') {
        return Cow::Borrowed(line);
    }
    let (mut out, mut at) = (String::with_capacity(line.len()), 0);
    for c in line.chars() {
        let wide = match c {
            '\t' => STOP - at % STOP,
            c if is_narrow(c) => 1,
            _ => 2,
        };
        match c {
            '\t' => out.extend(std::iter::repeat_n(' ', wide)),
            c => out.push(c),
        }
        at += wide;
    }
    Cow::Owned(out)
}

/// Narrow characters from one tab stop to the next.
const STOP: usize = 8;

/// Whether white space beside the character may be one that is meant.
fn is_narrow(c: char) -> bool {
    c < '\u{2E80}'
}

impl Around {
    /// What holds in an element of this style.
    pub fn with(mut self, style: &Style) -> Around {
        self.align = style.align.unwrap_or(self.align);
        self.size = style.size.map_or(self.size, |size| size.within(self.size));
        self.indent = style.indent.unwrap_or(self.indent);
        self.level = style.level.unwrap_or(self.level);
        self.struck |= style.struck == Some(true);
        self.ground |= style.ground;
        self
    }
}
