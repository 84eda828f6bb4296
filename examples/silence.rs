//! How many faults of a notice nobody is told of.
//!
//! ```sh
//! cargo run --release --example silence -- NOTICE...
//! ```
//!
//! Reads each notice, makes one fault at a time in it as read, as if it had been printed so (every
//! cell, every row), checks the notice again and prints, as Markdown, what the findings told.
//! `docs/accuracy.md` says what the figures mean; `tests/silence.rs` holds the least of them.

#[path = "silence/faults.rs"]
mod faults;
#[path = "silence/tally.rs"]
mod tally;

use faults::{CellFault, RowFault};
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use std::path::Path;
use std::process::ExitCode;
use tally::Tally;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    let mut unread = 0;
    for path in std::env::args_os().skip(1) {
        let path = Path::new(&path);
        match read(path) {
            Ok(reading) => tally.add(&reading.notice),
            Err(why) => {
                eprintln!("{}: {why}", path.display());
                unread += 1;
            }
        }
    }
    if tally.notices == 0 {
        eprintln!("no notice was read; name the files of one or more");
        return ExitCode::from(2);
    }
    print(&tally);
    if unread > 0 { ExitCode::from(3) } else { ExitCode::SUCCESS }
}

/// Reads one notice.
fn read(path: &Path) -> Result<pipeline::Reading, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let source = Source::new(name, bytes).map_err(|error| error.to_string())?;
    pipeline::read(&source, &Options::default()).map_err(|error| error.to_string())
}

/// The name of a fault in the tables.
fn of_cell(fault: CellFault) -> &'static str {
    match fault {
        CellFault::Dropped => "cell dropped",
        CellFault::Digit => "digit changed",
        CellFault::Swapped => "digits swapped",
        CellFault::ZeroDropped => "zero dropped",
    }
}

/// The name of a fault in the tables.
fn of_row(fault: RowFault) -> &'static str {
    match fault {
        RowFault::ExchangedAcross => "exchanged with a row of another sum",
        RowFault::ExchangedWithin => "exchanged with a row of the same sum",
        RowFault::Lost => "lost",
        RowFault::Shifted => "shifted by one column",
        RowFault::Twice => "standing twice",
    }
}

fn print(tally: &Tally) {
    let [errors, warnings, notes] = tally.untouched;
    println!(
        "{} notices, untouched: {errors} errors, {warnings} warnings, {notes} notes.\n",
        tally.notices
    );
    println!(
        "| fault of a cell | identities | made | found | first | proposal right | none likelier | suspects before it | as likely | excused |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for ((fault, identities), cells) in &tally.cells {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            of_cell(*fault),
            if *identities == 2 { "2 or more".to_owned() } else { identities.to_string() },
            cells.made,
            percent(cells.found, cells.made),
            percent(cells.first, cells.made),
            percent(cells.right, cells.made),
            percent(cells.likeliest, cells.made),
            mean(cells.before, cells.found - cells.first),
            mean(cells.equal, cells.found),
            cells.excused,
        );
    }
    println!("\n| fault of a row | made | row named | named first | annex named only |");
    println!("|---|---|---|---|---|");
    for (fault, rows) in &tally.rows {
        println!(
            "| {} | {} | {} | {} | {} |",
            of_row(*fault),
            rows.made,
            percent(rows.named, rows.made),
            percent(rows.first, rows.made),
            percent(rows.annex, rows.made),
        );
    }
}

/// A share in percent with one decimal, cut off rather than rounded up to a whole.
fn percent(part: usize, whole: usize) -> String {
    let tenths = part * 1000 / whole.max(1);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// A mean with one decimal; a dash where there is nothing to take it of.
fn mean(sum: usize, count: usize) -> String {
    if count == 0 {
        return "—".to_owned();
    }
    let tenths = (sum * 10 + count / 2) / count;
    format!("{}.{}", tenths / 10, tenths % 10)
}
