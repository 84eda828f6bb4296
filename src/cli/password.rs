//! Where a password comes from: a flag, a file, or the environment. It goes no further than the reader:
//! into no result, no message and no ledger.

use crate::archive::disk;
use crate::cli::args::PasswordArgs;
use crate::cli::files;
use crate::cli::report::Reporter;
use crate::diag::Wording;
use crate::options::Password;
use std::io;

/// The variable of the environment, which also takes the password to worker processes.
pub const VARIABLE: &str = "FUBIAO_PASSWORD";

/// A password file longer than this is none.
const LONGEST: u64 = 4096;

/// The password that was given, if one was.
///
/// # Errors
/// If the password file can't be read or holds no text, or the variable is no text; with the name of
/// what can't be read.
pub fn given(args: &PasswordArgs) -> Result<Option<Password>, (String, io::Error)> {
    if let Some(password) = &args.password {
        return Ok(Some(Password::new(password)));
    }
    let Some(path) = &args.password_file else { return of_environment() };
    let named = |error| (path.display().to_string(), error);
    let bytes = files::read_bytes(path, LONGEST).map_err(|error| match error {
        files::InputError::File(error) => named(error),
        files::InputError::Source(error) => named(io::Error::other(error)),
        files::InputError::Changed(what) | files::InputError::Folder(what) => {
            named(io::Error::other(what.en))
        }
    })?;
    let text = String::from_utf8(bytes).map_err(|_| named(io::ErrorKind::InvalidData.into()))?;
    let text = text.trim_start_matches('\u{FEFF}');
    // An editor ends the line; the password is what stands before.
    Ok(Some(Password::new(text.lines().next().unwrap_or_default())))
}

/// The password in the environment, if there is one.
///
/// # Errors
/// If it is no text.
pub fn of_environment() -> Result<Option<Password>, (String, io::Error)> {
    match std::env::var(VARIABLE) {
        Ok(password) => Ok(Some(Password::new(password)).filter(|p| !p.reveal().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err((VARIABLE.to_owned(), io::ErrorKind::InvalidData.into()))
        }
    }
}

/// Says why there is no password.
pub fn refuse(reporter: &Reporter, name: &str, error: &io::Error) {
    let hint = Wording::new(
        "give a text file whose first line is the password",
        "请提供首行为密码的文本文件",
    );
    reporter.tell(name, &disk::what(error), Some(&hint));
}
