//! Files of the command: inputs read within their limit, results written whole or not at all.

use crate::archive::disk::{self, Accept, Lasting, ReadError};
use crate::archive::plan::{PlanError, Planner};
use crate::diag::Wording;
use crate::emit::datapackage::PackageFile;
use crate::error::{Error, ErrorKind};
use crate::name::RelativeName;
use crate::source::Source;
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Why an input is no source.
#[derive(Debug)]
pub enum InputError {
    /// The file can't be read.
    File(io::Error),
    /// Its bytes are no notice.
    Source(Error),
    /// It changed while it was read: there are no bytes that it held at one moment.
    Changed(Wording),
    /// It is a folder that can't be listed whole.
    Folder(Wording),
}

/// The bytes of a file, or of standard input for `-`; at most `limit` of them.
///
/// # Errors
/// If the file can't be read, or is larger.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    let too_large = || {
        let kind = ErrorKind::Limit { name: "max-input-bytes", value: limit };
        InputError::Source(Error::new(kind))
    };
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let mut stdin = io::stdin().lock().take(limit.saturating_add(1));
        stdin.read_to_end(&mut bytes).map_err(InputError::File)?;
        return if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) };
    }
    disk::read(path, limit, Accept::Streams).map_err(|error| match error {
        ReadError::Io(error) => InputError::File(error),
        ReadError::TooLarge => too_large(),
        ReadError::Changed | ReadError::NoFile | ReadError::Link => {
            InputError::Changed(error.message(limit))
        }
    })
}

/// The notice in a file, or on standard input for `-`.
///
/// # Errors
/// If the file can't be read or its bytes are no notice.
pub fn read_source(path: &Path, limit: u64) -> Result<Source, InputError> {
    let bytes = read_bytes(path, limit)?;
    Source::new(shown_name(path), bytes).map_err(InputError::Source)
}

/// Which of several inputs is no source, and why.
pub type Failed = Box<(PathBuf, InputError)>;

/// Several files, or those of folders, as one notice; `limit` is for all of them together.
///
/// # Errors
/// If one can't be read, which is named, or a folder can't be listed.
pub fn read_together(inputs: &[PathBuf], limit: u64) -> Result<Source, Failed> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = limit;
    let failed = |path: &Path, error: InputError| Box::new((path.to_owned(), error));
    let mut read = |path: &Path, name: String| {
        let bytes = read_bytes(path, left).map_err(|error| failed(path, of_all(error, limit)))?;
        left -= bytes.len() as u64;
        files.push((name, bytes));
        Ok::<(), Failed>(())
    };
    for input in inputs {
        if !input.is_dir() {
            read(input, shown_name(input))?;
            continue;
        }
        let mut planner = Planner::default();
        planner.add(input, Path::new(""), &mut |_| ()).map_err(|error| match error {
            PlanError::Folder(folder, error) => failed(&folder, InputError::File(error)),
            error => failed(input, InputError::Folder(error.message())),
        })?;
        let plan = planner.plan();
        if let Some((folder, what)) = plan.unlisted.first() {
            return Err(failed(&folder.below(input), InputError::Folder(what.clone())));
        }
        for item in plan.items() {
            read(&plan.path(item), item.name.as_str().to_owned())?;
        }
    }
    let first = inputs.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
    Source::together(shown_name(first), files)
        .map_err(|error| failed(first, InputError::Source(error)))
}

/// A limit that several files reach together is the limit of one.
fn of_all(error: InputError, limit: u64) -> InputError {
    match error {
        InputError::Source(error) if matches!(error.kind(), ErrorKind::Limit { .. }) => {
            let kind = ErrorKind::Limit { name: "max-input-bytes", value: limit };
            InputError::Source(Error::new(kind))
        }
        error => error,
    }
}

/// Names by which messages tell several inputs apart: the whole path where two bear one name, else none.
pub fn told_apart<'a>(
    inputs: impl Iterator<Item = &'a Path> + Clone,
) -> impl Iterator<Item = Option<String>> {
    let mut count: HashMap<String, usize> = HashMap::new();
    inputs.clone().for_each(|path| *count.entry(shown_name(path)).or_default() += 1);
    inputs.map(move |path| {
        let is_one = count.get(&shown_name(path)).is_none_or(|count| *count == 1);
        (!is_one).then(|| path.display().to_string())
    })
}

/// The name to show for a path: without its folders.
pub fn shown_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// To standard output, once it is made.
    Stdout,
    /// To a file, there whole or not at all.
    File(PathBuf),
}

/// Writes a result. For a file it goes to a temporary one beside it, which then takes its name.
///
/// # Errors
/// Those of the file system, and `write`'s own. A closed pipe behind standard output is none: who
/// closed it has seen enough.
pub fn write_output(
    output: &Output,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match output {
        Output::Stdout => {
            // All of it or, where a fault ends the making, nothing.
            let mut bytes = Vec::new();
            write(&mut bytes)?;
            write_made(output, |out| out.write_all(&bytes))
        }
        Output::File(path) => write_file(path, write),
    }
}

/// As [`write_output`], for what writes nothing before all of it is made: it is not kept a second time.
///
/// # Errors
/// As [`write_output`].
pub fn write_made(
    output: &Output,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match output {
        Output::Stdout => {
            let mut out = io::stdout().lock();
            match write(&mut out).and_then(|()| out.flush()) {
                Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                answer => answer,
            }
        }
        Output::File(path) => write_file(path, write),
    }
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link keeps pointing where it points; a device is written to and never replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let mut out = BufWriter::new(fs::OpenOptions::new().write(true).open(&target)?);
        write(&mut out)?;
        return out.flush();
    }
    if target.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    disk::write_whole(&target, Lasting::Now, |out| write(out))
}

/// Writes the files of a package into a folder: a new one, an empty one, or one that holds an older
/// package and nothing else. It is there whole or not at all.
///
/// # Errors
/// Those of the file system; `AlreadyExists` if the folder holds anything but a package.
pub fn write_package(folder: &Path, files: &[PackageFile], paths: &[&str]) -> io::Result<()> {
    let holds_others = folder.exists() && !holds_only(folder, "", paths)?;
    if holds_others {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let beside = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let new = tempfile::Builder::new().prefix(".fubiao-").tempdir_in(beside)?;
    let package = RelativeName::known("package").below(new.path());
    fs::create_dir(&package)?;
    for file in files {
        let path = file.path.below(&package);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        disk::write_whole(&path, Lasting::Now, |out| out.write_all(&file.bytes))?;
    }
    if folder.exists() {
        // The older package goes with the temporary folder.
        fs::rename(folder, RelativeName::known("older").below(new.path()))?;
    }
    fs::rename(&package, folder)?;
    disk::sync_folder(beside)
}

/// The files of a package as one file; no clock in it, so that the same notice gives the same bytes.
///
/// # Errors
/// Those of the archive.
pub fn zipped(files: &[PackageFile]) -> io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::DEFAULT);
    for file in files {
        zip.start_file(file.path.as_str(), options)?;
        zip.write_all(&file.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Whether the folder holds none but these files; `below` is its own path among them, with a `/` at its end.
fn holds_only(folder: &Path, below: &str, paths: &[&str]) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{below}{name}")) else {
            return Ok(false);
        };
        let known = if entry.file_type()?.is_dir() {
            let name = name + "/";
            paths.iter().any(|path| path.starts_with(&name))
                && holds_only(&entry.path(), &name, paths)?
        } else {
            paths.contains(&name.as_str())
        };
        if !known {
            return Ok(false);
        }
    }
    Ok(true)
}
