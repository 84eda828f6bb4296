//! Read, raw or absent: the three honest answers to "what does the notice say here?".

use crate::place::Located;

/// An element of the notice. Missing and malformed are two answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Field<T> {
    /// Printed and understood.
    Read(Located<T>),
    /// Printed, but not understood: the text as it stands.
    Raw(Located<String>),
    /// Not printed.
    #[default]
    Absent,
}

impl<T> Field<T> {
    /// The value, where it was understood.
    pub fn read(&self) -> Option<&T> {
        match self {
            Field::Read(located) => Some(&located.value),
            _ => None,
        }
    }
}
