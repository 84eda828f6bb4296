//! Work done beside Python: on a thread with the stack that notices need, while other threads run Python and Ctrl-C is
//! heard. What goes wrong becomes an exception.

use fubiao::diag::Wording;
use fubiao::error::Error;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// More than any nesting within the limits takes; what is not used takes no memory.
pub const STACK: usize = 64 << 20;

/// How often Ctrl-C is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// Does the work on a thread of its own and waits for it. At Ctrl-C the wait ends; the work is left to itself.
///
/// # Errors
/// What a signal's handler raises; the exception for a fault of ours, where the work panicked.
pub fn beside<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (done, mut answer) = channel();
    thread::Builder::new().stack_size(STACK).spawn(move || {
        // Whoever waited may have been interrupted.
        let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
    })?;
    loop {
        let heard = &mut answer;
        match py.detach(move || heard.recv_timeout(GLANCE)) {
            Ok(Ok(made)) => return Ok(made),
            Ok(Err(panic)) => return Err(fault(py, said(&*panic))),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Err(fault(py, "it broke off")),
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// `fubiao.Error` for what stopped a notice.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error.code(), &error.message(), Some(&error.hint()), error.page())
}

/// `fubiao.Error` for a fault of ours.
fn fault(py: Python<'_>, said: &str) -> PyErr {
    let what = Wording::new(
        format!("a fault of fubiao, not of the file: {said}"),
        format!("这是 fubiao 的错误，不是文件的错误：{said}"),
    );
    let hint = Wording::new(
        "report this line, with the file if it may be shown",
        "请报告此行，如可公开，请附上文件",
    );
    exception(py, "fault", &what, Some(&hint), None)
}

/// `fubiao.Error` with these words.
pub fn exception(
    py: Python<'_>,
    code: &str,
    message: &Wording,
    hint: Option<&Wording>,
    page: Option<u32>,
) -> PyErr {
    let made = || {
        let words = PyDict::new(py);
        words.set_item("code", code)?;
        words.set_item("message", &message.en)?;
        words.set_item("message_zh", &message.zh)?;
        words.set_item("hint", hint.map(|hint| &hint.en))?;
        words.set_item("hint_zh", hint.map(|hint| &hint.zh))?;
        words.set_item("page", page)?;
        py.import("fubiao._errors")?.getattr("Error")?.call((), Some(&words))
    };
    made().map_or_else(|error| error, PyErr::from_value)
}
