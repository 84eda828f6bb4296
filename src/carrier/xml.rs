//! XML 1.0 in, its elements and text out: token by token for what is long (a sheet), as a tree for what is
//! walked to and fro (a document). Names are read without their prefix: the same vocabulary comes under
//! several namespaces (transitional and strict), and no two of those read here share a document.
//!
//! Deliberately absent: entities that a document declares, so that none can grow; validation; anything
//! outside the document, which is never fetched.

use crate::error::Error;
use crate::options::Limits;
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

use super::within;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// An element begins.
    Start {
        /// Its name, without prefix.
        name: &'a str,
        /// Its attributes, as they stand there.
        attributes: Attributes<'a>,
        /// Whether it ends at once.
        is_empty: bool,
    },
    /// An element ends.
    End(&'a str),
    /// Text, references replaced.
    Text(Cow<'a, str>),
}

/// The attributes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// The value of an attribute, by its name without prefix.
    pub fn get(self, name: &str) -> Option<Cow<'a, str>> {
        self.all().find(|(own, _)| *own == name).map(|(_, value)| unescaped(value))
    }

    /// The values of several attributes, found in one pass.
    #[cfg(feature = "excel")]
    pub fn values<const N: usize>(self, names: [&str; N]) -> [Option<Cow<'a, str>>; N] {
        let mut values = [const { None }; N];
        for (own, value) in self.all() {
            let at = names.iter().position(|name| *name == own);
            if let Some(found) = at.and_then(|at| values.get_mut(at)).filter(|f| f.is_none()) {
                *found = Some(unescaped(value));
            }
        }
        values
    }

    /// A number.
    pub fn number<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        self.get(name)?.trim_ascii().parse().ok()
    }

    /// Names without prefix, and values as they stand there.
    fn all(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (name, behind) = split_at_byte(rest, b'=')?;
            let behind = behind.trim_ascii_start();
            let quote = *behind.as_bytes().first().filter(|c| matches!(c, b'"' | b'\''))?;
            let (value, behind) = split_at_byte(&behind[1..], quote)?;
            rest = behind;
            Some((local(name.trim_ascii()), value))
        })
    }
}

/// What stands before and behind the first such byte, which is an ASCII one. What is split is mostly a few bytes long:
/// a search made for long texts takes longer to begin.
fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|own| own == byte)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Reads a document token by token.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// That a document is not well-formed: what was expected, and at which byte.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Malformed {
    what: &'static str,
    at: usize,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    /// The next token; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Token<'a>>, Malformed> {
        loop {
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return Ok(None);
            }
            if !rest.starts_with('<') {
                let end = rest.bytes().position(|byte| byte == b'<').unwrap_or(rest.len());
                self.at += end;
                return Ok(Some(Token::Text(unescaped(&rest[..end]))));
            }
            match rest.as_bytes().get(1) {
                Some(b'?') => self.skip_to("?>", "an instruction without an end")?,
                Some(b'!') if rest.starts_with("<!--") => {
                    self.skip_to("-->", "a comment without an end")?;
                }
                Some(b'!') if rest.starts_with("<![CDATA[") => {
                    let start = self.at + "<![CDATA[".len();
                    self.skip_to("]]>", "a section without an end")?;
                    return Ok(Some(Token::Text(Cow::Borrowed(&self.text[start..self.at - 3]))));
                }
                Some(b'!') => self.skip_declaration()?,
                Some(b'/') => {
                    let end = self.tag_end()?;
                    let name = self.text[self.at + 2..end].trim_end();
                    self.at = end + 1;
                    return Ok(Some(Token::End(local(name))));
                }
                _ => {
                    let end = self.tag_end()?;
                    let tag = &self.text[self.at + 1..end];
                    self.at = end + 1;
                    let (tag, is_empty) = match tag.strip_suffix('/') {
                        Some(tag) => (tag, true),
                        None => (tag, false),
                    };
                    let behind = tag.bytes().position(|byte| byte.is_ascii_whitespace());
                    let behind = behind.unwrap_or(tag.len());
                    let (name, attributes) = tag.split_at(behind);
                    let (name, attributes) = (local(name), Attributes(attributes));
                    return Ok(Some(Token::Start { name, attributes, is_empty }));
                }
            }
        }
    }

    /// How many bytes have been read.
    #[cfg(any(feature = "excel", feature = "ods"))]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text as it stands there, from that many bytes on to where reading is now.
    #[cfg(any(feature = "excel", feature = "ods"))]
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over the rest of an element that has begun.
    #[cfg(any(feature = "excel", feature = "ods"))]
    pub fn skip_element(&mut self) -> Result<(), Malformed> {
        let mut depth = 0usize;
        while let Some(token) = self.next()? {
            match token {
                Token::Start { is_empty: false, .. } => depth += 1,
                Token::End(_) if depth == 0 => return Ok(()),
                Token::End(_) => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// The end of the tag that begins here: a `>` outside quotation marks.
    fn tag_end(&self) -> Result<usize, Malformed> {
        let bytes = self.text.as_bytes();
        let cut = Malformed { what: "a tag without an end", at: self.at };
        let mut at = self.at + 1;
        loop {
            let ends = |byte: &u8| matches!(byte, b'>' | b'"' | b'\'' | b'<');
            let step = bytes.get(at..).and_then(|rest| rest.iter().position(ends));
            at += step.ok_or(cut.clone())?;
            match bytes[at] {
                b'>' => return Ok(at),
                // A tag that another one begins in was cut.
                b'<' => return Err(cut),
                // Values are most of a tag: they are passed over at once.
                quote => {
                    let behind = bytes[at + 1..].iter().position(|byte| *byte == quote);
                    at += behind.ok_or(cut.clone())? + 2;
                }
            }
        }
    }

    fn skip_to(&mut self, end: &str, what: &'static str) -> Result<(), Malformed> {
        match self.text[self.at..].find(end) {
            Some(found) => {
                self.at += found + end.len();
                Ok(())
            }
            None => Err(Malformed { what, at: self.at }),
        }
    }

    /// Passes over a document type; entities that it declares are not known afterwards.
    fn skip_declaration(&mut self) -> Result<(), Malformed> {
        let mut depth = 0usize;
        let mut quote = None;
        for (at, byte) in self.text.bytes().enumerate().skip(self.at) {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'<') => depth += 1,
                (None, b'>') => {
                    depth -= 1;
                    if depth == 0 {
                        self.at = at + 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Malformed { what: "a declaration without an end", at: self.at })
    }
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    let colon = name.bytes().rposition(|byte| byte == b':');
    colon.map_or(name, |at| &name[at + 1..])
}

/// The text with its references replaced; one to an entity that XML does not know stays.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'&' | b'\r')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\r']) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        if let Some(behind) = behind.strip_prefix('\r') {
            rest = behind.strip_prefix('\n').unwrap_or(behind);
            out.push('\n');
            continue;
        }
        let known =
            behind[1..].split_once(';').and_then(|(name, rest)| Some((char_of(name)?, rest)));
        match known {
            Some((c, behind)) => {
                out.push(c);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = &behind[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that a reference names.
fn char_of(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// The characters of a document: by its byte order mark, by what it declares, or as UTF-8; what can't be
/// decoded becomes U+FFFD.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declared = head.strip_prefix("<?xml").and_then(|head| {
        let (declaration, _) = head.split_once("?>")?;
        Encoding::for_label(Attributes(declaration).get("encoding")?.as_bytes())
    });
    declared.unwrap_or(UTF_8).decode_without_bom_handling(bytes).0
}

/// A document as a tree.
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

struct Node<'a> {
    content: Content<'a>,
    first: Option<u32>,
    next: Option<u32>,
}

enum Content<'a> {
    Element { name: &'a str, attributes: Attributes<'a> },
    // The trees of workbooks are asked for no text.
    Text(#[cfg_attr(not(any(feature = "docx", feature = "ofd")), allow(dead_code))] Cow<'a, str>),
}

/// Why a document has no tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NoTree {
    /// It is not well-formed.
    Malformed(Malformed),
    /// It reaches a limit.
    Limit(Error),
}

impl<'a> Tree<'a> {
    /// Reads a document.
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Tree<'a>, NoTree> {
        let mut reader = Reader::new(text);
        let mut nodes: Vec<Node<'a>> = Vec::new();
        // The elements that are open, each with the last node in it.
        let mut open: Vec<(u32, Option<u32>)> = Vec::new();
        while let Some(token) = reader.next().map_err(NoTree::Malformed)? {
            let (content, is_open) = match token {
                Token::Start { name, attributes, is_empty } => {
                    (Content::Element { name, attributes }, !is_empty)
                }
                Token::Text(text) if open.is_empty() => {
                    if text.trim().is_empty() {
                        continue;
                    }
                    let what = "text outside any element";
                    return Err(NoTree::Malformed(Malformed { what, at: reader.at }));
                }
                Token::Text(text) => (Content::Text(text), false),
                Token::End(name) => {
                    let closes = open.pop().is_some_and(|(id, _)| {
                        matches!(&nodes[id as usize].content, Content::Element { name: own, .. } if *own == name)
                    });
                    if !closes {
                        let what = "an end tag that closes nothing";
                        return Err(NoTree::Malformed(Malformed { what, at: reader.at }));
                    }
                    continue;
                }
            };
            let id = nodes.len() as u32;
            within("max-objects", nodes.len() as u64 + 1, limits.objects.into())
                .and_then(|()| within("max-depth", open.len() as u64 + 1, limits.depth.into()))
                .map_err(NoTree::Limit)?;
            nodes.push(Node { content, first: None, next: None });
            if let Some((parent, last)) = open.last_mut() {
                match last.replace(id) {
                    Some(before) => nodes[before as usize].next = Some(id),
                    None => nodes[*parent as usize].first = Some(id),
                }
            }
            if is_open {
                open.push((id, None));
            }
        }
        if !open.is_empty() || nodes.is_empty() {
            let what = "the document ends within an element";
            return Err(NoTree::Malformed(Malformed { what, at: text.len() }));
        }
        Ok(Tree { nodes })
    }

    /// The outermost element.
    pub fn root(&self) -> Element<'_, 'a> {
        Element { tree: self, id: 0 }
    }
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t, 'a> {
    tree: &'t Tree<'a>,
    id: u32,
}

impl<'t, 'a> Element<'t, 'a> {
    /// Its name, without prefix.
    pub fn name(self) -> &'a str {
        match &self.tree.nodes[self.id as usize].content {
            Content::Element { name, .. } => name,
            Content::Text(_) => "",
        }
    }

    /// Its attributes.
    pub fn attributes(self) -> Attributes<'a> {
        match &self.tree.nodes[self.id as usize].content {
            Content::Element { attributes, .. } => *attributes,
            Content::Text(_) => Attributes(""),
        }
    }

    /// The value of an attribute, by its name without prefix.
    pub fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().get(name)
    }

    /// The elements in it, in order.
    pub fn children(self) -> impl Iterator<Item = Element<'t, 'a>> {
        let tree = self.tree;
        let first = tree.nodes[self.id as usize].first;
        std::iter::successors(first, |id| tree.nodes[*id as usize].next)
            .map(move |id| Element { tree, id })
            .filter(|element| !element.name().is_empty())
    }

    /// The first element of this name in it.
    pub fn child(self, name: &str) -> Option<Element<'t, 'a>> {
        self.children().find(|child| child.name() == name)
    }

    /// All elements of this name in it, however deep.
    #[cfg(any(feature = "docx", feature = "ofd"))]
    pub fn all(self, name: &'t str) -> impl Iterator<Item = Element<'t, 'a>> {
        self.descendants().filter(move |element| element.name() == name)
    }

    /// All elements in it, however deep, in the order of the document.
    #[cfg(any(feature = "docx", feature = "ofd"))]
    pub fn descendants(self) -> impl Iterator<Item = Element<'t, 'a>> {
        // A node's descendants stand right behind it.
        let tree = self.tree;
        let last = self.last();
        (self.id + 1..=last)
            .filter(move |&id| matches!(tree.nodes[id as usize].content, Content::Element { .. }))
            .map(move |id| Element { tree, id })
    }

    /// All text in it.
    #[cfg(any(feature = "docx", feature = "ofd"))]
    pub fn text(self) -> String {
        let last = self.last();
        let nodes = &self.tree.nodes[self.id as usize..=last as usize];
        nodes
            .iter()
            .filter_map(|node| match &node.content {
                Content::Text(text) => Some(text.as_ref()),
                Content::Element { .. } => None,
            })
            .collect()
    }

    /// The last node in it.
    #[cfg(any(feature = "docx", feature = "ofd"))]
    fn last(self) -> u32 {
        let nodes = &self.tree.nodes;
        let mut last = self.id;
        while let Some(first) = nodes[last as usize].first {
            last = first;
            while let Some(next) = nodes[last as usize].next {
                last = next;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Result<Tree<'_>, NoTree> {
        Tree::parse(text, &Limits::default())
    }

    #[test]
    fn names_attributes_and_references_are_read() {
        let text = "<?xml version='1.0'?><!-- a > b --><w:p w:id='1' x:val=\"a>b &lt;&#20013;\"><w:t>南&amp;北</w:t><w:br/><![CDATA[<x>]]></w:p>";
        let tree = tree(text).expect("well-formed");
        let root = tree.root();
        assert_eq!((root.name(), root.attribute("val").as_deref()), ("p", Some("a>b <中")));
        assert_eq!(root.text(), "南&北<x>");
        assert_eq!(root.descendants().map(Element::name).collect::<Vec<_>>(), ["t", "br"]);
    }

    #[test]
    fn what_is_not_well_formed_is_said() {
        for text in ["<a><b></a></b>", "<a", "<a><b>", "x<a/>", "<a x='></a>", ""] {
            assert!(matches!(tree(text), Err(NoTree::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn entities_do_not_grow() {
        let text = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;'>]><a>&c;</a>";
        assert_eq!(tree(text).expect("well-formed").root().text(), "&c;");
        let deep = "<a>".repeat(100_000);
        assert!(matches!(tree(&deep), Err(NoTree::Limit(_))));
    }

    #[test]
    fn the_declared_encoding_counts() {
        let text = "<?xml version=\"1.0\" encoding=\"GB2312\"?><a>南昌</a>";
        let bytes = encoding_rs::GB18030.encode(text).0.into_owned();
        assert_eq!(decoded(&bytes), text);
    }
}
