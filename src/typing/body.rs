//! The body, nested by its numbers.

use crate::model::Section;
use crate::repair::document::Paragraph;

/// Nests the paragraphs by 一、（一）1.（1）.
pub fn sections(_paragraphs: &[Paragraph]) -> Vec<Section> {
    Vec::new()
}
