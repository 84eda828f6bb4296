//! Characters of an HTML page in, its tree out, repaired as browsers repair it (WHATWG HTML, 13.2).

use crate::carrier::within;
use crate::error::Error;
use crate::options::Limits;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{
    Attribute, ExpandedName, LocalName, ParseOpts, QualName, local_name, ns, parse_document,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The parser is given so many bytes at a time; in between, the limits are looked at.
const CHUNK: usize = 16 << 10;

/// The index of a node.
pub(super) type Id = u32;

/// The nodes of a page; the document itself is the first.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Whether a field of a form holds the page, which a script shows.
    pub is_in_field: bool,
}

/// A page stands in a frame of a page, and so on, at most so many times.
const FRAMES: u32 = 3;

/// A node.
#[derive(Debug, Default)]
struct Node {
    kind: Kind,
    parent: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    next: Option<Id>,
    before: Option<Id>,
    depth: u32,
}

#[derive(Debug, Default)]
enum Kind {
    /// The document, a comment, a processing instruction.
    #[default]
    Other,
    Element(LocalName, Vec<(LocalName, StrTendril)>),
    Text(StrTendril),
}

impl Tree {
    /// Reads a page.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`] for elements nested too deep, or too many of them.
    pub fn parse(text: &str, limits: &Limits) -> Result<Tree, Error> {
        let mut tree = Tree::parse_alone(text, limits)?;
        tree.open_frames(limits, FRAMES)?;
        tree.open_field(limits)?;
        Ok(tree)
    }

    /// Puts the pages that frames have as an attribute (`srcdoc`) into them.
    fn open_frames(&mut self, limits: &Limits, deep: u32) -> Result<(), Error> {
        let frames: Vec<(Id, String)> = self
            .within(0)
            .filter(|&id| self.name(id) == "iframe")
            .filter_map(|id| Some((id, self.attribute(id, "srcdoc")?.to_owned())))
            .collect();
        for (id, text) in frames {
            let mut inner = Tree::parse_alone(&text, limits)?;
            if deep > 1 {
                inner.open_frames(limits, deep - 1)?;
            }
            self.graft(id, inner, limits)?;
        }
        Ok(())
    }

    /// Puts the page that a field of a form holds into it, where it is more than all else on the page: a script
    /// shows it then.
    fn open_field(&mut self, limits: &Limits) -> Result<(), Error> {
        let is_markup = |text: &str| text.contains("</p>") || text.contains("</table>");
        let field = self
            .within(0)
            .filter(|&id| self.name(id) == "textarea")
            .map(|id| (id, self.all_text(id)))
            .filter(|(_, text)| is_markup(text))
            .max_by_key(|(_, text)| text.len());
        let Some((id, text)) = field else { return Ok(()) };
        if text.len() * 2 <= self.all_text(0).len() {
            return Ok(());
        }
        self.is_in_field = true;
        let inner = Tree::parse_alone(&text, limits)?;
        self.graft(id, inner, limits)
    }

    /// Puts a page into an element, in the place of what stands in it.
    fn graft(&mut self, id: Id, inner: Tree, limits: &Limits) -> Result<(), Error> {
        let before = self.nodes.len() as Id;
        let all = self.nodes.len() as u64 + inner.nodes.len() as u64;
        within("max-objects", all, limits.objects.into())?;
        let depth = self.nodes[id as usize].depth + 1;
        let deepest = inner.nodes.iter().map(|node| node.depth).max().unwrap_or(0);
        within("max-depth", u64::from(depth) + u64::from(deepest), limits.depth.into())?;
        let moved = |id: Option<Id>| id.map(|id| id + before);
        self.nodes.extend(inner.nodes.into_iter().map(|node| Node {
            kind: node.kind,
            parent: moved(node.parent),
            first: moved(node.first),
            last: moved(node.last),
            next: moved(node.next),
            before: moved(node.before),
            depth: node.depth + depth,
        }));
        let root = &mut self.nodes[before as usize];
        root.parent = Some(id);
        root.kind = Kind::Element(local_name!("div"), Vec::new());
        let outer = &mut self.nodes[id as usize];
        (outer.first, outer.last) = (Some(before), Some(before));
        Ok(())
    }

    /// Whether a page stands in the element that was no part of it at first.
    pub fn is_opened(&self, id: Id) -> bool {
        matches!(self.name(id), "iframe" | "textarea")
            && self.children(id).any(|child| self.name(child) == "div")
    }

    /// Reads a page without what frames and fields hold.
    fn parse_alone(text: &str, limits: &Limits) -> Result<Tree, Error> {
        let mut parser = parse_document(Builder::new(), ParseOpts::default());
        let mut rest = text;
        while !rest.is_empty() {
            let mut end = CHUNK.min(rest.len());
            while !rest.is_char_boundary(end) {
                end += 1;
            }
            let (chunk, behind) = rest.split_at(end);
            parser.process(StrTendril::from_slice(chunk));
            rest = behind;
            let builder = &parser.tokenizer.sink.sink;
            within("max-depth", builder.deepest.get().into(), limits.depth.into())?;
            within("max-objects", builder.nodes.borrow().len() as u64, limits.objects.into())?;
        }
        let tree = parser.finish();
        let deepest = tree.nodes.iter().map(|node| node.depth).max().unwrap_or(0);
        within("max-depth", deepest.into(), limits.depth.into())?;
        Ok(tree)
    }

    /// The name of an element; empty for another node.
    pub fn name(&self, id: Id) -> &str {
        match &self.nodes[id as usize].kind {
            Kind::Element(name, _) => name,
            _ => "",
        }
    }

    /// The text of a text node.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[id as usize].kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An attribute of an element.
    pub fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        match &self.nodes[id as usize].kind {
            Kind::Element(_, attributes) => {
                attributes.iter().find(|(n, _)| &**n == name).map(|(_, value)| &**value)
            }
            _ => None,
        }
    }

    /// The node it stands in.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id as usize].parent
    }

    /// What stands in it, in order.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id as usize].first, |id| self.nodes[*id as usize].next)
    }

    /// The nodes around it, from the inside out.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// The node and all that stands in it, in the order of the page.
    pub fn within(&self, root: Id) -> impl Iterator<Item = Id> + '_ {
        let mut next = Some(root);
        std::iter::from_fn(move || {
            let id = next?;
            let down = self.nodes[id as usize].first;
            next = down.or_else(|| {
                let mut at = id;
                loop {
                    if at == root {
                        return None;
                    }
                    if let Some(next) = self.nodes[at as usize].next {
                        return Some(next);
                    }
                    at = self.parent(at)?;
                }
            });
            Some(id)
        })
    }

    /// All text in it, but for that of scripts and style sheets in it.
    pub fn all_text(&self, root: Id) -> String {
        let is_code = |id: Id| id != root && matches!(self.name(id), "script" | "style");
        self.within(root)
            .filter(|&id| !self.parent(id).is_some_and(is_code))
            .filter_map(|id| self.text(id))
            .collect()
    }
}

/// Takes the tree from the parser.
struct Builder {
    nodes: RefCell<Vec<Node>>,
    deepest: Cell<u32>,
    /// The name of what has none.
    nameless: Rc<QualName>,
}

/// What the parser knows a node by.
#[derive(Clone)]
struct Handle {
    id: Id,
    /// Empty for what is no element, which is never asked for its name.
    name: Rc<QualName>,
}

impl Builder {
    fn new() -> Builder {
        let nameless = Rc::new(QualName::new(None, ns!(), local_name!("")));
        Builder { nodes: RefCell::new(vec![Node::default()]), deepest: Cell::new(0), nameless }
    }

    fn nameless(&self, id: Id) -> Handle {
        Handle { id, name: self.nameless.clone() }
    }

    fn add(&self, kind: Kind) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { kind, ..Node::default() });
        (nodes.len() - 1) as Id
    }

    fn unlink(&self, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        let node = &mut nodes[id as usize];
        let (parent, before, next) = (node.parent.take(), node.before.take(), node.next.take());
        if let Some(before) = before {
            nodes[before as usize].next = next;
        } else if let Some(parent) = parent {
            nodes[parent as usize].first = next;
        }
        if let Some(next) = next {
            nodes[next as usize].before = before;
        } else if let Some(parent) = parent {
            nodes[parent as usize].last = before;
        }
    }

    /// Puts a node before another one, or at the end of its parent.
    fn link(&self, parent: Id, id: Id, next: Option<Id>) {
        self.unlink(id);
        let mut nodes = self.nodes.borrow_mut();
        let before = match next {
            Some(next) => nodes[next as usize].before,
            None => nodes[parent as usize].last,
        };
        let depth = nodes[parent as usize].depth + 1;
        self.deepest.set(self.deepest.get().max(depth));
        let node = &mut nodes[id as usize];
        (node.parent, node.before, node.next, node.depth) = (Some(parent), before, next, depth);
        match before {
            Some(before) => nodes[before as usize].next = Some(id),
            None => nodes[parent as usize].first = Some(id),
        }
        match next {
            Some(next) => nodes[next as usize].before = Some(id),
            None => nodes[parent as usize].last = Some(id),
        }
    }

    fn put(&self, parent: Id, child: NodeOrText<Handle>, next: Option<Id>) {
        let id = match child {
            NodeOrText::AppendNode(handle) => handle.id,
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = match next {
                    Some(next) => nodes[next as usize].before,
                    None => nodes[parent as usize].last,
                };
                if let Some(before) = before
                    && let Kind::Text(said) = &mut nodes[before as usize].kind
                {
                    said.push_tendril(&text);
                    return;
                }
                drop(nodes);
                self.add(Kind::Text(text))
            }
        };
        self.link(parent, id, next);
    }
}

impl TreeSink for Builder {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Tree {
        Tree { nodes: self.nodes.into_inner(), is_in_field: false }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.nameless(0)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> Handle {
        let attributes = attrs.into_iter().map(|a| (a.name.local, a.value)).collect();
        let id = self.add(Kind::Element(name.local.clone(), attributes));
        Handle { id, name: Rc::new(name) }
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.nameless(self.add(Kind::Other))
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.nameless(self.add(Kind::Other))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(parent.id, child, None);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        prev_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        let parent = self.nodes.borrow()[element.id as usize].parent;
        match parent {
            Some(parent) => self.put(parent, child, Some(element.id)),
            None => self.put(prev_element.id, child, None),
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    /// What stands in a template is not shown: a node that is nowhere takes it.
    fn get_template_contents(&self, _: &Handle) -> Handle {
        self.nameless(self.add(Kind::Other))
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id == y.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new_node: NodeOrText<Handle>) {
        let parent = self.nodes.borrow()[sibling.id as usize].parent;
        if let Some(parent) = parent {
            self.put(parent, new_node, Some(sibling.id));
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        if let Kind::Element(_, known) = &mut self.nodes.borrow_mut()[target.id as usize].kind {
            for Attribute { name, value } in attrs {
                if known.iter().all(|(n, _)| *n != name.local) {
                    known.push((name.local, value));
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.unlink(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        loop {
            let first = self.nodes.borrow()[node.id as usize].first;
            let Some(first) = first else { break };
            self.link(new_parent.id, first, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_is_closed_as_browsers_do() {
        let page = "<table><tr><td>a<td>b<tr><td>c<p>d</table>e";
        let tree = Tree::parse(page, &Limits::default()).expect("within limits");
        let rows: Vec<String> = tree
            .within(0)
            .filter(|&id| tree.name(id) == "td")
            .map(|id| tree.all_text(id))
            .collect();
        assert_eq!(rows, ["a", "b", "cd"]);
        assert_eq!(tree.all_text(0), "abcde");
    }

    #[test]
    fn deep_nesting_is_refused_before_it_takes_long() {
        let page = "<div>".repeat(200_000);
        let error = Tree::parse(&page, &Limits::default()).err().expect("beyond a limit");
        assert_eq!(error.to_string(), "limit max-depth reached (500)");
    }
}
