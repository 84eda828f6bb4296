//! A selector of a style sheet (CSS Selectors 3): elements by name, classes and id, and by those around them.
//!
//! Of pseudo-classes there is `:nth-child(2)` alone, by which pages hide columns. Deliberately absent: all others,
//! attributes and siblings; a selector that has them is none.

use super::tree::{Id, Tree};

/// A selector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Selector {
    /// The element itself.
    own: Simple,
    /// Those around it, from the inside out.
    around: Vec<(Link, Simple)>,
}

/// How an element stands around another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Link {
    /// Anywhere around it.
    Within,
    /// Right around it.
    Child,
}

/// What is asked of one element.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Simple {
    /// Empty for any.
    name: String,
    /// Each with its point.
    classes: Vec<String>,
    /// With its sign; empty for any.
    id: String,
    /// Which child of its parent it is, from 1.
    nth: Option<usize>,
}

/// Of more children none is asked for by its number.
const MOST_CHILDREN: usize = 1000;

impl Selector {
    /// Reads a selector; `None` for one that asks what is not answered here.
    pub fn parse(text: &str) -> Option<Selector> {
        let text = text.trim().to_ascii_lowercase().replace('>', " > ");
        let mut link = Link::Within;
        let mut steps: Vec<(Link, Simple)> = Vec::new();
        for word in text.split_ascii_whitespace() {
            if word == ">" {
                link = Link::Child;
            } else {
                steps.push((std::mem::replace(&mut link, Link::Within), Simple::parse(word)?));
            }
        }
        // A link says how an element stands in the one before it.
        let (mut link, own) = steps.pop()?;
        let around = steps.into_iter().rev();
        let around = around.map(|(outer, simple)| (std::mem::replace(&mut link, outer), simple));
        Some(Selector { own, around: around.collect() })
    }

    /// What an element must have to be looked at: its id, a class or its name; `*` for any.
    pub fn key(&self) -> &str {
        match &self.own {
            Simple { id, .. } if !id.is_empty() => id,
            Simple { classes, .. } if !classes.is_empty() => &classes[0],
            Simple { name, .. } if !name.is_empty() => name,
            _ => "*",
        }
    }

    /// How particular it is: ids, classes, names.
    pub fn weight(&self) -> (usize, usize, usize) {
        let all = || self.around.iter().map(|(_, simple)| simple).chain([&self.own]);
        (
            all().filter(|simple| !simple.id.is_empty()).count(),
            all().map(|simple| simple.classes.len() + usize::from(simple.nth.is_some())).sum(),
            all().filter(|simple| !simple.name.is_empty()).count(),
        )
    }

    /// Whether it is of the element, and how many elements around and before that were looked at, about `most` of them.
    pub fn is_of(&self, tree: &Tree, id: Id, most: u64) -> (bool, u64) {
        let (mut at, mut looked) = (id, self.own.siblings());
        if looked > most || !self.own.is_of(tree, id) {
            return (false, looked);
        }
        // The nearest that fits is taken: a page in which only one farther out has the right one right around it is not
        // worth trying all.
        for (link, simple) in &self.around {
            loop {
                let Some(outer) = tree.parent(at).filter(|_| looked < most) else {
                    return (false, looked);
                };
                (at, looked) = (outer, looked + 1 + simple.siblings());
                if simple.is_of(tree, at) {
                    break;
                }
                if *link == Link::Child {
                    return (false, looked);
                }
            }
        }
        (true, looked)
    }
}

impl Simple {
    fn parse(text: &str) -> Option<Simple> {
        let mut simple = Simple::default();
        let is_sign = |c: char| matches!(c, '.' | '#');
        let mut rest = text;
        if let Some((before, nth)) = text.split_once(":nth-child(") {
            let nth: usize = nth.strip_suffix(')')?.parse().ok()?;
            simple.nth = Some(nth).filter(|nth| (1..=MOST_CHILDREN).contains(nth));
            simple.nth?;
            rest = before;
        }
        while !rest.is_empty() {
            let sign = rest.chars().next().filter(|c| is_sign(*c));
            let begun = sign.map_or(0, char::len_utf8);
            let end = rest[begun..].find(is_sign).map_or(rest.len(), |at| at + begun);
            let (word, behind) = rest.split_at(end);
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            let is_any = sign.is_none() && word == "*";
            if word.len() == begun || !is_any && !word[begun..].chars().all(is_word) {
                return None;
            }
            match sign {
                Some('.') => simple.classes.push(word.to_owned()),
                Some(_) => simple.id = word.to_owned(),
                None if is_any => {}
                None => simple.name = word.to_owned(),
            }
            rest = behind;
        }
        Some(simple)
    }

    /// How many children of a parent are looked at, at most, to tell which one an element is.
    fn siblings(&self) -> u64 {
        self.nth.map_or(0, |nth| nth as u64)
    }

    fn is_of(&self, tree: &Tree, id: Id) -> bool {
        let has = |class: &str| {
            let own = tree.attribute(id, "class").unwrap_or_default();
            own.split_ascii_whitespace().any(|own| own.eq_ignore_ascii_case(&class[1..]))
        };
        (self.name.is_empty() && !tree.name(id).is_empty() || self.name == tree.name(id))
            && self.classes.iter().all(|class| has(class))
            && (self.id.is_empty()
                || tree
                    .attribute(id, "id")
                    .is_some_and(|own| own.eq_ignore_ascii_case(&self.id[1..])))
            && self.nth.is_none_or(|nth| {
                let siblings = tree.parent(id).into_iter().flat_map(|parent| tree.children(parent));
                siblings.filter(|&id| !tree.name(id).is_empty()).nth(nth - 1) == Some(id)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Limits;

    #[test]
    fn children_that_are_counted_count() {
        let page = "<table><tr><td>1<td>2<td>3</table>";
        let tree = Tree::parse(page, &Limits::default()).expect("within limits");
        let cells: Vec<Id> = tree.within(0).filter(|&id| tree.name(id) == "td").collect();
        let third = Selector::parse("tr td:nth-child(3)").expect("a selector");
        assert_eq!(third.is_of(&tree, cells[2], 10), (true, 4));
        assert_eq!(third.is_of(&tree, cells[1], 10), (false, 3));
        assert_eq!(third.is_of(&tree, cells[2], 2), (false, 3));
    }
}
