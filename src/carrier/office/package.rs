//! The conventions of an Open Packaging document (ECMA-376 part 2): which part another one refers to.

use crate::carrier::parts::{Parts, resolved};
use crate::carrier::xml;
use crate::error::Error;

/// What a part refers to, outside references left out: they are never followed.
#[derive(Debug, Default)]
pub(super) struct Relations {
    all: Vec<Relation>,
}

#[derive(Debug)]
struct Relation {
    id: String,
    /// The last step of its type: `styles`, `numbering`. Transitional and strict documents differ before it.
    kind: String,
    /// The part, by its name in the archive.
    target: String,
}

impl Relations {
    /// What the part refers to; nothing where it has no list, or one that can't be read.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`].
    pub fn of(parts: &Parts, part: &str) -> Result<Relations, Error> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let list = format!("{folder}_rels/{name}.rels");
        let Some(bytes) = parts.find(&list)? else { return Ok(Relations::default()) };
        let text = xml::decoded(&bytes);
        let tree = parts.tree(&list, &text)?;
        let all = tree.root().children().filter_map(|relation| {
            let is_outside =
                relation.attribute("TargetMode").is_some_and(|mode| mode == "External");
            let kind = relation.attribute("Type")?;
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            let target = resolved(part, &relation.attribute("Target")?);
            let id = relation.attribute("Id")?.into_owned();
            (!is_outside).then_some(Relation { id, kind, target })
        });
        Ok(Relations { all: all.collect() })
    }

    /// The first part referred to as this kind.
    pub fn of_kind(&self, kind: &str) -> Option<&str> {
        self.all_of_kind(kind).next()
    }

    /// The parts referred to as this kind.
    pub fn all_of_kind<'r>(&'r self, kind: &str) -> impl Iterator<Item = &'r str> {
        self.all.iter().filter(move |r| r.kind == kind).map(|r| r.target.as_str())
    }

    /// The parts referred to as this kind, each with the name by which it is.
    #[cfg(feature = "docx")]
    pub fn named<'r>(&'r self, kind: &str) -> impl Iterator<Item = (&'r str, &'r str)> {
        let of_kind = self.all.iter().filter(move |r| r.kind == kind);
        of_kind.map(|r| (r.id.as_str(), r.target.as_str()))
    }

    /// The part referred to by this name.
    pub fn by_id(&self, id: &str) -> Option<&str> {
        self.all.iter().find(|r| r.id == id).map(|r| r.target.as_str())
    }

    /// As which kind a part is referred to.
    pub fn kind_of(&self, part: &str) -> Option<&str> {
        self.all.iter().find(|r| r.target == part).map(|r| r.kind.as_str())
    }
}

/// The main part of a document, which the package itself refers to.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`].
pub(super) fn main_part(parts: &Parts, usual: &str) -> Result<String, Error> {
    let relations = Relations::of(parts, "")?;
    Ok(relations.of_kind("officeDocument").unwrap_or(usual).to_owned())
}
