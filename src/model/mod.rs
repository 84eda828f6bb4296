//! The nouns of a notice: what `typing` makes and `check` and `emit` read. No stage and no
//! serialization lives here, so the model may change without changing what others rely on.

pub mod amount;
pub mod annex;
pub mod field;
pub mod notice;
mod places;
pub mod target;

pub use amount::Amount;
pub use annex::{
    Annex, Cell, Column, ColumnRole, Correction, Key, Level, Region, Row, Status, Verdict,
    annex_name,
};
pub use field::Field;
pub use notice::{AnnexListEntry, DocumentNumber, Frame, Notice, Section, Unread};
pub use target::{Deadline, Force, Quantity, Target};
