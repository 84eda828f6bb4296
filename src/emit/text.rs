//! The text of any PDF or text file, as a reader sees it: a line a line, tabs between the pieces of
//! a line, a form feed between pages. Nothing is repaired; characters that nobody sees, or that
//! turn what others see, are not written (`plain`).

use crate::normalize::lines::Lines;
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
            for (i, piece) in line.pieces.iter().enumerate() {
                out.write_all(if i > 0 { b"\t" } else { b"" })?;
                out.write_all(plain::seen(&piece.raw).as_bytes())?;
            }
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
