//! Files read and written within bounds, and the faults of a disk in words: what happened, and what to do about it.

use crate::diag::Wording;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
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
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::from(ErrorKind::IsADirectory).into());
    }
    if accept == Accept::Files && !kind.is_file() {
        return Err(ReadError::NoFile);
    }
    let mut file = File::open(path)?;
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
