//! A panic of the PDF reader in, an error out.
//!
//! The reader is other people's code on hostile bytes. A panic there says that the document is
//! broken; a panic of our own is a bug and goes on as one.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::diag::Wording;
use crate::error::{Error, ErrorKind};

thread_local! {
    /// Whether this thread is inside [`guarded`].
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    /// Whose panic it was and what it said, until `guarded` takes it.
    static SAID: RefCell<Option<[String; 2]>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Gives what `read` gives; a panic in the reader becomes [`ErrorKind::BrokenPdf`] with its words.
pub(crate) fn guarded<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    HOOK.call_once(listen);
    let around = WATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    WATCHING.set(around);
    result.unwrap_or_else(|panic| match SAID.take() {
        Some([reader, words]) => Err(Error::new(ErrorKind::BrokenPdf {
            what: Wording::new(
                format!("{reader} broke down on it: {words}"),
                format!("{reader} 无法处理：{words}"),
            ),
        })),
        None => panic::resume_unwind(panic),
    })
}

/// Puts a listener before the panic hook in place, which a panic of the reader does not reach.
fn listen() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|l| l.file()).unwrap_or_default();
        if !WATCHING.get() || is_ours(place) {
            return before(info);
        }
        let words = info.payload();
        let words = words
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| words.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no words");
        let crate_name = place.split(['/', '\\']).rev().skip_while(|part| *part != "src").nth(1);
        let reader = crate_name.unwrap_or("the reader");
        SAID.set(Some([reader.to_owned(), words.to_owned()]));
    }));
}

/// Whether a source file is one of this package: it begins with the path that this one has.
fn is_ours(place: &str) -> bool {
    let here = file!();
    let root = here.len() - "carrier/guard.rs".len();
    here.get(..root).is_some_and(|root| place.starts_with(root))
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::guarded;
    use crate::error::ErrorKind;

    #[test]
    fn a_panic_of_the_reader_is_an_error() {
        // Another crate's panic stands for the reader's.
        let error = guarded(|| Ok(Decimal::ONE / Decimal::ZERO)).unwrap_err();
        let ErrorKind::BrokenPdf { what } = error.kind() else { panic!("{error}") };
        let what = &what.en;
        assert!(what.starts_with("rust_decimal-") && what.ends_with("Division by zero"), "{what}");
    }

    #[test]
    #[should_panic(expected = "ours")]
    fn a_panic_of_our_own_goes_on() {
        let _ = guarded::<()>(|| panic!("ours"));
    }
}
