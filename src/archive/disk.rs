//! Files read and written within bounds, and the faults of a disk in words: what happened, and what to do about it.

use crate::diag::Wording;
use crate::name::RelativeName;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

/// The most room that is taken for a file before it is read, in bytes.
const ROOM: usize = 64 << 20;

/// Why there are no bytes of an input.
#[derive(Debug)]
pub enum ReadError {
    /// The system refuses.
    Io(io::Error),
    /// It is larger than the limit.
    TooLarge,
    /// It is no file, and reading from it may never end: a pipe, a socket or a device.
    NoFile,
    /// Its size or its time of change was another after reading than before.
    Changed,
    /// It is a link, or lies behind one, where none is followed.
    Link,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

impl ReadError {
    /// What happened.
    pub fn message(&self, limit: u64) -> Wording {
        match self {
            ReadError::Io(error) => what(error),
            ReadError::TooLarge => Wording::new(
                format!("limit max-input-bytes reached ({limit})"),
                format!("达到上限 max-input-bytes（{limit}）"),
            ),
            ReadError::NoFile => Wording::new(
                "it is a pipe or a device, expected a file",
                "这是管道或设备，应为文件",
            ),
            ReadError::Changed => {
                Wording::new("it changed while it was read", "读取过程中文件发生了变化")
            }
            ReadError::Link => Wording::new(
                "it is a link, or lies behind one, expected a file of this folder",
                "这是链接或位于链接之后，应为此文件夹内的文件",
            ),
        }
    }
}

/// What kinds of file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// Files alone: nothing else comes to an end for sure.
    Files,
    /// Pipes and devices too, to their end or the limit.
    Streams,
}

/// The bytes of a file, at most `limit` of them, as they were at one moment.
///
/// # Errors
/// See [`ReadError`]; a folder is [`ErrorKind::IsADirectory`].
pub fn read(path: &Path, limit: u64, accept: Accept) -> Result<Vec<u8>, ReadError> {
    // A pipe without a writer would keep even the opening waiting.
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::from(ErrorKind::IsADirectory).into());
    }
    if accept == Accept::Files && !kind.is_file() {
        return Err(ReadError::NoFile);
    }
    read_file(File::open(path)?, limit)
}

/// The bytes of a file in a folder that strangers made: neither it nor a folder on the way to it may be a link,
/// which could lead anywhere.
///
/// # Errors
/// As [`read`]; [`ReadError::Link`] besides.
pub fn read_below(folder: &Path, name: &RelativeName, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_file(open_below(folder, name)?, limit)
}

/// Opens the file for reading, and no link on the way.
#[cfg(unix)]
pub fn open_below(folder: &Path, name: &RelativeName) -> Result<File, ReadError> {
    use rustix::fs::{Mode, OFlags, openat};
    use rustix::io::Errno;
    // What may never end is not waited for.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut at = std::os::fd::OwnedFd::from(File::open(folder)?);
    let mut parts = name.parts().peekable();
    while let Some(part) = parts.next() {
        let flags = if parts.peek().is_some() { flags | OFlags::DIRECTORY } else { flags };
        at = openat(&at, part, flags, Mode::empty()).map_err(|error| match error {
            Errno::LOOP | Errno::MLINK => ReadError::Link,
            // A link to a folder is no folder, to some systems.
            Errno::NOTDIR if is_link(folder, name) => ReadError::Link,
            error => ReadError::Io(error.into()),
        })?;
    }
    regular(File::from(at))
}

/// Opens the file for reading, unless there is a link on the way.
#[cfg(not(unix))]
pub fn open_below(folder: &Path, name: &RelativeName) -> Result<File, ReadError> {
    if is_link(folder, name) {
        return Err(ReadError::Link);
    }
    regular(File::open(name.below(folder))?)
}

fn regular(file: File) -> Result<File, ReadError> {
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(io::Error::from(ErrorKind::IsADirectory).into());
    }
    if kind.is_file() { Ok(file) } else { Err(ReadError::NoFile) }
}

/// Whether the file or a folder on the way to it is a link.
fn is_link(folder: &Path, name: &RelativeName) -> bool {
    let path = name.below(folder);
    let on_the_way = path.ancestors().take(name.parts().count());
    on_the_way.into_iter().any(|path| fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink()))
}

fn read_file(mut file: File, limit: u64) -> Result<Vec<u8>, ReadError> {
    let before = file.metadata()?;
    // As long as the file is, and a little more, so that its end is seen without more room.
    let length = usize::try_from(before.len().min(limit)).unwrap_or(0).min(ROOM);
    let mut bytes = Vec::with_capacity(length + 64);
    Read::by_ref(&mut file).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge);
    }
    if before.is_file() && changed(&before, &file.metadata()?, bytes.len() as u64) {
        return Err(ReadError::Changed);
    }
    Ok(bytes)
}

/// Whether a file was written to while so many bytes of it were read. Files of the system that have no
/// size, as those in /proc, tell nothing.
fn changed(before: &Metadata, after: &Metadata, read: u64) -> bool {
    let times = before.modified().ok() != after.modified().ok();
    times || before.len() != after.len() || (before.len() > 0 && before.len() != read)
}

/// A file that is written to as far as the process may (`ulimit -f`): beyond that it refuses, where the
/// system would end the process.
#[derive(Debug)]
pub struct Within<W> {
    file: W,
    left: u64,
}

impl<W: Write> Within<W> {
    /// With the limit that holds now.
    pub fn new(file: W) -> Within<W> {
        #[cfg(unix)]
        let left = rlimit::getrlimit(rlimit::Resource::FSIZE).map_or(u64::MAX, |(soft, _)| soft);
        #[cfg(not(unix))]
        let left = u64::MAX;
        Within { file, left }
    }

    /// The file.
    pub fn into_inner(self) -> W {
        self.file
    }
}

impl<W: Write> Write for Within<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let written = self.file.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// When what is written is on the disk itself, so that no loss of power takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// Before the call returns.
    Now,
    /// After a call of [`sync`]: many files at once take little longer than one.
    Later,
}

/// Begins the names of files that are not whole yet.
pub const WRITING: &str = ".fubiao-writing-";

/// Writes a file beside its place and renames it there: it is there whole or not at all.
///
/// # Errors
/// If the disk refuses, or `write` does; nothing is left behind then.
pub fn write_whole(
    path: &Path,
    lasting: Lasting,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(WRITING);
    // As any other file of the user's: what the umask leaves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 16, Within::new(file.as_file_mut()));
    write(&mut out)?;
    out.flush()?;
    drop(out);
    // Without this, the name may be on the disk before the bytes are.
    if lasting == Lasting::Now || !SYNCS_AT_ONCE {
        file.as_file().sync_all()?;
    }
    file.persist(path).map_err(|e| e.error)?;
    if lasting == Lasting::Now { sync_folder(folder) } else { Ok(()) }
}

/// Whether the system writes all files of a disk out in one call. Where it does not, each is as it is made.
const SYNCS_AT_ONCE: bool = cfg!(target_os = "linux");

/// Has all that was written below this folder be on the disk itself.
///
/// # Errors
/// If the disk refuses.
pub fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(File::open(folder)?)?;
    sync_folder(folder)
}

/// Has the names in a folder be on the disk itself. Where a folder can't be opened as a file is, the system does so
/// itself.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// ELOOP on Linux; the standard library has no stable name for it.
const TOO_MANY_LINKS: i32 = 40;

/// What went wrong with a file, in our manner: lower case, no error number where the words say it all.
pub fn what(error: &io::Error) -> Wording {
    let known = match error.kind() {
        ErrorKind::NotFound => ("no such file or folder", "没有这个文件或文件夹"),
        ErrorKind::IsADirectory => ("it is a folder, expected a file", "这是文件夹，应为文件"),
        ErrorKind::NotADirectory => {
            ("a part of its path is a file, expected a folder", "路径中有一部分是文件，应为文件夹")
        }
        ErrorKind::AlreadyExists => ("something of that name is there", "已有同名文件或文件夹"),
        ErrorKind::PermissionDenied => ("permission denied", "没有权限"),
        ErrorKind::ReadOnlyFilesystem => ("the disk can only be read from", "磁盘是只读的"),
        ErrorKind::StorageFull => ("the disk is full", "磁盘已满"),
        ErrorKind::QuotaExceeded => ("your share of the disk is used up", "磁盘配额已用完"),
        ErrorKind::FileTooLarge => {
            ("the file would be larger than is allowed here", "文件超过此处允许的大小")
        }
        ErrorKind::InvalidFilename => ("its name is too long", "文件名过长"),
        _ if error.raw_os_error() == Some(TOO_MANY_LINKS) => {
            ("its links lead round in a circle", "链接循环，无法到达文件")
        }
        _ => return Wording::new(error.to_string(), error.to_string()),
    };
    Wording::new(known.0, known.1)
}

/// Whether a place that was given can't be written to as it is, whatever the state of the disk.
pub fn is_of_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
    )
}

/// What to do where a result can't be written.
pub fn hint(error: &io::Error) -> Wording {
    let (en, zh) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => (
            "make room and run the same command again; nothing is half written, what is done stays done",
            "请腾出空间后再次运行同一命令；没有写了一半的文件，已完成的部分会保留",
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ("give a place that can be written to", "请改用可以写入的位置")
        }
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            ("give another name", "请换一个名称")
        }
        ErrorKind::NotFound => ("check the path", "请检查路径"),
        _ => (
            "run the same command again once the disk is well: what is done stays done",
            "磁盘恢复后再次运行同一命令即可，已完成的部分会保留",
        ),
    };
    Wording::new(en, zh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_written_to_while_it_is_read_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.txt");
        fs::write(&path, "whole").unwrap();
        let before = fs::metadata(&path).unwrap();
        assert!(!changed(&before, &fs::metadata(&path).unwrap(), 5));
        assert!(changed(&before, &before, 3), "fewer bytes than it has");
        fs::write(&path, "whole and more").unwrap();
        assert!(changed(&before, &fs::metadata(&path).unwrap(), 5));
    }

    #[test]
    fn bytes_are_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.txt");
        fs::write(&path, "whole").unwrap();
        assert_eq!(read(&path, 5, Accept::Files).unwrap(), b"whole");
        assert!(matches!(read(&path, 4, Accept::Files), Err(ReadError::TooLarge)));
        let folder = read(folder.path(), 4, Accept::Streams);
        assert!(matches!(folder, Err(ReadError::Io(e)) if e.kind() == ErrorKind::IsADirectory));
    }

    #[cfg(unix)]
    #[test]
    fn what_may_never_end_is_read_where_that_is_wanted() {
        let zero = Path::new("/dev/zero");
        assert!(matches!(read(zero, 9, Accept::Files), Err(ReadError::NoFile)));
        assert!(matches!(read(zero, 9, Accept::Streams), Err(ReadError::TooLarge)));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_strangers_is_read_without_its_links() {
        use std::os::unix::fs::symlink;
        let [outside, root] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let name = |text| RelativeName::new(text).unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/b/c"), "mine").unwrap();
        symlink(outside.path().join("secret"), root.path().join("a/link")).unwrap();
        symlink(outside.path(), root.path().join("a/folder")).unwrap();
        let read = |text| read_below(root.path(), &name(text), 9);
        assert_eq!(read("a/b/c").unwrap(), b"mine");
        for link in ["a/link", "a/folder/secret"] {
            assert!(matches!(read(link), Err(ReadError::Link)), "{link}");
        }
        assert!(
            matches!(read("a/b"), Err(ReadError::Io(e)) if e.kind() == ErrorKind::IsADirectory)
        );
        assert!(matches!(read("a/x"), Err(ReadError::Io(e)) if e.kind() == ErrorKind::NotFound));
        assert!(matches!(read_below(root.path(), &name("a/b/c"), 3), Err(ReadError::TooLarge)));
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.json");
        for lasting in [Lasting::Now, Lasting::Later] {
            let refused = write_whole(&path, lasting, |out| {
                out.write_all(b"half")?;
                Err(io::ErrorKind::StorageFull.into())
            });
            assert!(hint(&refused.unwrap_err()).en.contains("make room"));
            assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn every_message_is_in_both_languages() {
        for kind in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem, ErrorKind::NotFound] {
            let error = io::Error::from(kind);
            for wording in [what(&error), hint(&error)] {
                assert!(wording.en.is_ascii() && !wording.zh.is_ascii(), "{wording:?}");
            }
        }
    }
}
