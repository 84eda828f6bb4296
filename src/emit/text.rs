//! The text of any input, as a reader sees it: a line a line, tabs between the pieces of a line (a cell
//! that the document tells is one piece), a form feed between pages. Nothing is repaired; characters that nobody sees, or
//! that turn what others see, are not written (`plain`).

use crate::normalize::lines::{Lines, Piece, wants_space};
use crate::plain;
use std::io::{self, Write};

/// The printed text, page by page.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, lines: &Lines) -> io::Result<()> {
    for (i, page) in lines.pages.iter().enumerate() {
        if i > 0 {
            out.write_all(b"\x0c")?;
        }
        for line in &page.lines {
            let mut before = None;
            for piece in &line.pieces {
                out.write_all(between(before, piece).as_bytes())?;
                before = Some(piece);
                out.write_all(plain::seen(&piece.raw).as_bytes())?;
            }
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// What stands between two pieces of a line; nothing before the first one.
fn between(before: Option<&Piece>, piece: &Piece) -> &'static str {
    match before {
        None => "",
        // Lines of one cell: its text was wrapped.
        Some(before) if piece.cell.is_some() && piece.cell == before.cell => {
            match (before.raw.chars().next_back(), piece.raw.chars().next()) {
                (Some(last), Some(first)) if wants_space(last, first) => " ",
                _ => "",
            }
        }
        Some(_) => "\t",
    }
}
