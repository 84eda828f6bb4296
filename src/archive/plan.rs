//! Inputs as typed in, a list of notices out: what to read, and under which name its result stands.
//!
//! Names come from paths of inputs alone, never from inside a document (`archive::names`). A list may have a
//! million items: an item is its name, and its path where that is another.

use crate::archive::disk;
use crate::archive::names;
use crate::archive::store::{OUTPUTS, OWN};
use crate::diag::Wording;
use crate::name::{RelativeName, is_litter};
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, DirEntry};
use std::hash::{BuildHasher, RandomState};
use std::path::{Component, Path, PathBuf};

/// The notices to read, in the order of their names.
#[derive(Debug, Default)]
pub struct Plan {
    /// Where they were found.
    folders: Vec<PathBuf>,
    items: Vec<Item>,
    /// How many files were passed over, since an earlier run made them.
    pub own_outputs: usize,
    /// How many files of folders were passed over, since systems and editors leave them.
    pub litter: usize,
    /// How many links to folders were not followed: they may lead anywhere, and round in a circle.
    pub links: usize,
    /// The folders below those named that can't be listed, by their names, and why. What was read of them before
    /// is neither gone nor there.
    pub unlisted: Vec<(RelativeName, Wording)>,
    /// Of notices of several files, by the path they are found at: the files and folders.
    together: HashMap<PathBuf, Vec<PathBuf>>,
}

/// One notice to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name in the archive: the path below the folder it was found in, parts joined by `/`.
    pub name: RelativeName,
    /// The place of its folder in the list of them.
    folder: u32,
    /// Its path below that folder, where it is not the name.
    below: Option<Box<OsStr>>,
}

/// Why inputs make no plan.
#[derive(Debug)]
pub enum PlanError {
    /// Occurs if a pattern matches no file.
    NoMatch(String),
    /// Occurs if a pattern can't be read: what is wrong with it.
    BadPattern(String, String),
    /// Occurs if a folder can't be listed.
    Folder(PathBuf, std::io::Error),
    /// Occurs if results are to go into a folder that is read: they would lie among the notices.
    IntoInput(PathBuf),
}

impl PlanError {
    /// What is wrong with the inputs.
    pub fn message(&self) -> Wording {
        match self {
            PlanError::NoMatch(pattern) => Wording::new(
                format!("{pattern}: no file matches"),
                format!("{pattern}：没有匹配的文件"),
            ),
            PlanError::BadPattern(pattern, what) => {
                Wording::new(format!("{pattern}: {what}"), format!("{pattern}：{what}"))
            }
            PlanError::Folder(path, error) => {
                let (path, Wording { en, zh }) = (path.display(), unlisted(error));
                Wording::new(format!("{path}: {en}"), format!("{path}：{zh}"))
            }
            PlanError::IntoInput(path) => {
                let path = path.display();
                Wording::new(
                    format!(
                        "{path}: --out is the folder that is read, results would lie among notices"
                    ),
                    format!("{path}：--out 就是要读取的文件夹，结果会混在通知之中"),
                )
            }
        }
    }

    /// What the reader can do about it.
    pub fn hint(&self) -> Wording {
        match self {
            PlanError::IntoInput(path) => {
                let results = RelativeName::known("results").below(path);
                Wording::new(
                    format!("give --out another folder, such as {}", results.display()),
                    format!("请为 --out 换一个文件夹，例如 {}", results.display()),
                )
            }
            PlanError::Folder(..) => Wording::new("check that you may read it", "请检查读取权限"),
            _ => Wording::new("check the path or the pattern", "请检查路径或通配符"),
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl Plan {
    /// The notices, in the order of their names.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Where a notice is.
    #[allow(clippy::disallowed_methods)] // The path as it was listed: an input may lie anywhere.
    pub fn path(&self, item: &Item) -> PathBuf {
        let folder = self.folders.get(item.folder as usize).map_or(Path::new(""), PathBuf::as_path);
        match &item.below {
            Some(below) => folder.join(&**below),
            None => item.name.below(folder),
        }
    }

    /// The files and folders of a notice at this path that are read as one; `None` for one of a single file.
    pub fn together(&self, path: &Path) -> Option<&[PathBuf]> {
        self.together.get(path).map(Vec::as_slice)
    }

    /// What a notice is called in its result: its whole path below the folder it was found in, where its name had to
    /// be shortened too.
    pub fn shown_name(&self, item: &Item) -> String {
        let below = item.below.as_deref().map(Path::new);
        let is_plain = |path: &&Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        let is_one = below.is_some_and(|below| self.together.contains_key(below));
        match below.filter(|_| !is_one).filter(is_plain) {
            Some(below) => {
                let parts = below.components().map(|part| part.as_os_str().to_string_lossy());
                parts.collect::<Vec<_>>().join("/")
            }
            None => item.name.to_string(),
        }
    }

    /// Whether a notice of this name may lie in a folder that can't be listed.
    pub fn may_have(&self, name: &RelativeName) -> bool {
        let lies_in = |folder: &RelativeName| {
            let below = name.as_str().strip_prefix(folder.as_str());
            below.is_some_and(|below| below.starts_with('/'))
        };
        self.unlisted.iter().any(|(folder, _)| lies_in(folder))
    }

    /// Whether a notice of this name is to be read.
    pub fn has(&self, name: &RelativeName) -> bool {
        self.items.binary_search_by(|item| item.name.cmp(name)).is_ok()
    }
}

/// Makes a plan, file by file.
///
/// Nobody else's name decides how a notice is called, but where names are equal: those are numbered. Names that
/// some file system takes for one count as equal, so that an archive can be carried there.
#[derive(Debug, Default)]
pub struct Planner {
    plan: Plan,
}

impl Planner {
    /// How many files there are so far.
    pub fn found(&self) -> usize {
        self.plan.items.len()
    }

    /// Takes all notices of an input: a file, the files below a folder, or those that a pattern names. Of a folder,
    /// hidden files are passed over, links to folders not followed, and what an archive has written is left out:
    /// `out` (the output folder), and what lies in the folder of an earlier run. A file that is not there, and what is
    /// no file, stays in the plan: it fails on its own, and is listed. A folder below that can't be listed is noted.
    /// `look` is called now and then, to tell how many there are.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn add(
        &mut self,
        input: &Path,
        out: &Path,
        look: &mut dyn FnMut(usize),
    ) -> Result<(), PlanError> {
        if input.is_dir() {
            return self.walk(input, out, look);
        }
        if !input.exists() && is_pattern(input) {
            let pattern = input.to_string_lossy().into_owned();
            let base = fixed_part(input);
            let folder = self.folder(&base);
            let before = self.found();
            let matches = glob::glob(&pattern)
                .map_err(|e| PlanError::BadPattern(pattern.clone(), e.to_string()))?;
            for path in matches.flatten().filter(|p| p.is_file()) {
                let below = path.strip_prefix(&base).unwrap_or(&path).to_owned();
                self.file(folder, &path, &below);
                look(self.found());
            }
            if self.found() == before {
                return Err(PlanError::NoMatch(pattern));
            }
            return Ok(());
        }
        let base = input.parent().unwrap_or(Path::new(""));
        let folder = self.folder(base);
        let below = input.strip_prefix(base).unwrap_or(input).to_owned();
        self.file(folder, input, &below);
        Ok(())
    }

    /// Takes inputs as notices of several files: each folder that is named, or that a pattern names, is one, and so
    /// are the files together that are.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn add_together(&mut self, inputs: &[PathBuf], out: &Path) -> Result<(), PlanError> {
        let mut named = Vec::new();
        for input in inputs {
            if input.exists() || !is_pattern(input) {
                named.push(input.clone());
                continue;
            }
            let pattern = input.to_string_lossy().into_owned();
            let matches = glob::glob(&pattern)
                .map_err(|e| PlanError::BadPattern(pattern.clone(), e.to_string()))?;
            let before = named.len();
            named.extend(matches.flatten());
            if named.len() == before {
                return Err(PlanError::NoMatch(pattern));
            }
        }
        named.sort();
        named.dedup();
        let (folders, files): (Vec<_>, Vec<_>) = named.into_iter().partition(|path| path.is_dir());
        let real_out = out.canonicalize().ok();
        for folder in folders {
            if real_out.is_some() && folder.canonicalize().ok() == real_out {
                return Err(PlanError::IntoInput(out.to_owned()));
            }
            // An archive's own folder among those that a pattern names is none of the notices.
            if !is_output_folder(&folder) {
                self.one(&folder, vec![folder.clone()]);
            }
        }
        if let Some(first) = files.first().cloned() {
            self.one(&first, files);
        }
        Ok(())
    }

    /// Takes a notice of these files, called by the path of the first.
    fn one(&mut self, path: &Path, inputs: Vec<PathBuf>) {
        // A folder may be named `.` or `..`: what it is called is told by where that leads.
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let called = path.file_name().or(real.file_name()).unwrap_or(OsStr::new("_"));
        let name = names::of_path(Path::new(called)).unwrap_or_else(|| RelativeName::known("_"));
        let folder = self.folder(Path::new(""));
        let below = Some(path.as_os_str().into());
        self.plan.together.insert(path.to_owned(), inputs);
        self.plan.items.push(Item { name, folder, below });
    }

    /// Takes a file from a list, where no folder says what it is below: all parts of its path make its name.
    pub fn listed(&mut self, path: &Path) {
        let folder = self.folder(Path::new(""));
        self.file(folder, path, path);
    }

    /// The plan: in the order of names, without what was named twice, equal names numbered.
    pub fn plan(mut self) -> Plan {
        let mut items = std::mem::take(&mut self.plan.items);
        // Which of two equal names comes first does not depend on what was typed first.
        let by_path = |a: &Item, b: &Item| {
            let (a, b) = (self.plan.path(a), self.plan.path(b));
            // ./a.pdf is a.pdf.
            let parts = |path| Path::components(path).filter(|part| *part != Component::CurDir);
            parts(&a).cmp(parts(&b))
        };
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name).then_with(|| by_path(a, b)));
        items.dedup_by(|a, b| a.name == b.name && by_path(a, b).is_eq());
        // A hash of each name, as it is when it is folded; of a million, eight megabytes.
        let hasher = RandomState::new();
        let fold = |name: &RelativeName| hasher.hash_one(name.folded());
        let mut taken = HashSet::with_capacity(items.len());
        let mut moved = false;
        for item in &mut items {
            let mut number = 2;
            let mut name = item.name.clone();
            while !taken.insert(fold(&name)) {
                // A name that has no room for a number has a hash in its place, so there always is one.
                name = names::numbered(&item.name, number).unwrap_or(name);
                number += 1;
            }
            if name != item.name {
                item.below.get_or_insert_with(|| OsString::from(item.name.as_str()).into());
                item.name = name;
                moved = true;
            }
        }
        if moved {
            items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        }
        Plan { items, ..self.plan }
    }

    /// The place of a folder in the list of them.
    fn folder(&mut self, folder: &Path) -> u32 {
        let folders = &mut self.plan.folders;
        let last = folders.len().wrapping_sub(1);
        if folders.last().is_some_and(|known| known == folder) {
            return last as u32;
        }
        folders.push(folder.to_owned());
        (folders.len() - 1) as u32
    }

    /// Takes a file at this path, `below` a folder.
    fn file(&mut self, folder: u32, path: &Path, below: &Path) {
        if is_output(path) {
            self.plan.own_outputs += 1;
            return;
        }
        // A path without a name, such as `..`, is listed too: it fails on its own.
        let name = names::of_path(below).unwrap_or_else(|| RelativeName::known("_"));
        let is_name = OsStr::new(name.as_str()) == below.as_os_str();
        let below = (!is_name).then(|| below.as_os_str().into());
        self.plan.items.push(Item { name, folder, below });
    }

    fn walk(
        &mut self,
        root: &Path,
        out: &Path,
        look: &mut dyn FnMut(usize),
    ) -> Result<(), PlanError> {
        let real_out = out.canonicalize().ok();
        let is_out = |folder: &Path| real_out.is_some() && folder.canonicalize().ok() == real_out;
        if is_out(root) || is_out_notices(root, out) {
            return Err(PlanError::IntoInput(out.to_owned()));
        }
        let base = self.folder(root);
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            if is_out(&folder) {
                continue;
            }
            let has_outputs = is_output_folder(&folder);
            let listed = fs::read_dir(&folder).and_then(|mut entries| {
                entries.try_for_each(|entry| {
                    self.entry(root, base, has_outputs, &entry?, &mut folders);
                    look(self.found());
                    Ok(())
                })
            });
            match listed {
                Err(error) if folder == root => return Err(PlanError::Folder(folder, error)),
                Err(error) => {
                    let below = folder.strip_prefix(root).unwrap_or(&folder);
                    let name = names::of_path(below).unwrap_or_else(|| RelativeName::known("_"));
                    self.plan.unlisted.push((name, unlisted(&error)));
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Takes what stands in a folder below `root`, or notes why not; a folder goes to those still to be listed.
    fn entry(
        &mut self,
        root: &Path,
        base: u32,
        has_outputs: bool,
        entry: &DirEntry,
        folders: &mut Vec<PathBuf>,
    ) {
        let name = entry.file_name();
        if is_litter(&name.to_string_lossy()) {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            self.plan.litter += usize::from(is_file);
            return;
        }
        let path = entry.path();
        match entry.file_type() {
            Ok(_) if has_outputs && OUTPUTS.iter().any(|output| name == **output) => {
                self.plan.own_outputs += 1;
            }
            Ok(kind) if kind.is_dir() => folders.push(path),
            Ok(kind) if kind.is_symlink() && path.is_dir() => self.plan.links += 1,
            // A link to nothing and a pipe fail on their own, and are listed.
            _ => {
                let below = path.strip_prefix(root).unwrap_or(&path);
                self.file(base, &path, below);
            }
        }
    }
}

/// Why the files of a folder are not known.
fn unlisted(error: &std::io::Error) -> Wording {
    let Wording { en, zh } = disk::what(error);
    Wording::new(format!("the folder can't be listed: {en}"), format!("无法列出文件夹：{zh}"))
}

/// Whether results would be put into the very folder that is read.
fn is_out_notices(root: &Path, out: &Path) -> bool {
    let notices = RelativeName::known("notices").below(out);
    // Without an output folder, none of them is.
    let notices = notices.canonicalize().ok().filter(|_| out != Path::new(""));
    notices.is_some() && root.canonicalize().ok() == notices && !is_output_folder(out)
}

/// Whether an archive's results lie in this folder.
fn is_output_folder(folder: &Path) -> bool {
    RelativeName::known(OWN).below(folder).is_dir()
}

/// Whether a file is one that an archive has put beside its results.
fn is_output(path: &Path) -> bool {
    path.file_name().is_some_and(|name| OUTPUTS.iter().any(|output| name == *output))
        && path.parent().is_some_and(is_output_folder)
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The folders of a pattern before its first wildcard.
fn fixed_part(pattern: &Path) -> PathBuf {
    pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(inputs: &[PathBuf], out: &Path) -> Result<Plan, PlanError> {
        let mut planner = Planner::default();
        inputs.iter().try_for_each(|input| planner.add(input, out, &mut |_| ()))?;
        Ok(planner.plan())
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.items().iter().map(|i| i.name.as_str()).collect()
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        root
    }

    #[test]
    fn folders_are_walked_without_hidden_files_and_the_output() {
        let root = folder(&[
            "a/2023/x.pdf",
            "a/2023/~$x.docx",
            "a/2023/Thumbs.db",
            "a/__MACOSX/x.pdf",
            "a/y.txt",
            "a/.hidden",
            "a/desktop.ini",
            "a/out/notices/x.json",
        ]);
        let a = root.path().join("a");
        let plan = plan(std::slice::from_ref(&a), &a.join("out")).unwrap();
        assert_eq!((names(&plan), plan.litter), (vec!["2023/x.pdf", "y.txt"], 4));
        assert_eq!(plan.path(&plan.items()[0]), a.join("2023/x.pdf"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_followed_or_no_file_is_counted_or_listed() {
        use std::os::unix::fs::symlink;
        let root = folder(&["a/x.pdf", "b/y.pdf"]);
        let at = |name: &str| root.path().join(name);
        symlink("nowhere", at("a/gone.pdf")).unwrap();
        symlink("x.pdf", at("a/link.pdf")).unwrap();
        symlink("../b", at("a/folder")).unwrap();
        symlink("..", at("a/round")).unwrap();
        let plan = plan(&[at("a")], Path::new("out")).unwrap();
        assert_eq!(names(&plan), ["gone.pdf", "link.pdf", "x.pdf"]);
        assert_eq!(plan.links, 2);
    }

    #[test]
    fn what_lies_in_a_folder_that_can_t_be_listed_may_be_there() {
        let name = |text: &str| RelativeName::new(text).unwrap();
        let plan =
            Plan { unlisted: vec![(name("a/b"), Wording::new("x", "x"))], ..Plan::default() };
        let is_there = |text: &str| plan.may_have(&name(text));
        assert!(is_there("a/b/x.pdf") && is_there("a/b/c/x.pdf"));
        assert!(!is_there("a/bx.pdf") && !is_there("a/x.pdf") && !is_there("a/b"));
    }

    #[test]
    fn the_folder_named_notices_that_is_read_takes_no_results() {
        let root = folder(&["notices/x.pdf"]);
        let into = plan(&[root.path().join("notices")], root.path());
        assert!(matches!(into, Err(PlanError::IntoInput(_))));
    }

    #[test]
    fn what_an_archive_wrote_is_no_notice() {
        let root = folder(&[
            "results/.fubiao/lock",
            "results/notices/x.json",
            "results/facts/plan_year=2023/part-0.parquet",
            "results/facts.ndjson",
            "results/report.txt",
            "results/2023/x.pdf",
            "facts.csv",
        ]);
        let all = plan(&[root.path().to_owned()], Path::new("out")).unwrap();
        assert_eq!(names(&all), ["facts.csv", "results/2023/x.pdf"]);
        assert_eq!(all.own_outputs, 4);
        let named = plan(&[root.path().join("results/report.txt")], Path::new("out")).unwrap();
        assert_eq!((names(&named).len(), named.own_outputs), (0, 1));
        let into = plan(&[root.path().to_owned()], root.path());
        assert!(matches!(into, Err(PlanError::IntoInput(_))));
    }

    #[test]
    fn folders_are_notices_where_several_files_are_one() {
        let root =
            folder(&["a/x.docx", "a/1/y.xlsx", "b/x.docx", "x.txt", "y.txt", "o/.fubiao/lock"]);
        let mut planner = Planner::default();
        let inputs = ["*", "x.txt"].map(|name| root.path().join(name));
        planner.add_together(&inputs[..1], &root.path().join("o")).unwrap_err();
        planner.add_together(&inputs, Path::new("out")).unwrap();
        let plan = planner.plan();
        assert_eq!(names(&plan), ["a", "b", "x.txt"]);
        let path = plan.path(&plan.items()[0]);
        assert_eq!(plan.together(&path), Some(&[path.clone()][..]));
        assert_eq!(plan.together(&plan.path(&plan.items()[2])).map(<[_]>::len), Some(2));
    }

    #[test]
    fn patterns_name_files_below_their_fixed_part() {
        let root = folder(&["2022/x.txt", "2023/x.txt"]);
        let matched = plan(&[root.path().join("*/x.txt")], Path::new("out")).unwrap();
        assert_eq!(names(&matched), ["2022/x.txt", "2023/x.txt"]);
        assert_eq!(matched.path(&matched.items()[0]), root.path().join("2022/x.txt"));
        let none = plan(&[root.path().join("*.doc")], Path::new("out"));
        assert!(matches!(none, Err(PlanError::NoMatch(_))));
    }

    #[test]
    fn equal_names_are_told_apart_and_the_same_file_is_read_once() {
        let paths = ["/a/x.pdf", "b/x.pdf", "/a/x.pdf", "c/X.PDF", "d/x.pdf~2", "./b/x.pdf"];
        let plan = plan(&paths.map(PathBuf::from), Path::new("out")).unwrap();
        assert_eq!(names(&plan), ["X.PDF", "x.pdf~2", "x.pdf~2~2", "x.pdf~3"]);
        let paths: Vec<_> = plan.items().iter().map(|item| plan.path(item)).collect();
        assert_eq!(paths, ["c/X.PDF", "/a/x.pdf", "d/x.pdf~2", "b/x.pdf"].map(PathBuf::from));
    }

    #[test]
    fn files_of_a_list_are_called_by_all_of_their_path() {
        let mut planner = Planner::default();
        for path in ["/../../etc/passwd", "b/x.pdf", "./a/x.pdf", ".."] {
            planner.listed(Path::new(path));
        }
        let plan = planner.plan();
        assert_eq!(names(&plan), ["_", "a/x.pdf", "b/x.pdf", "etc/passwd"]);
        assert_eq!(plan.path(&plan.items()[3]), Path::new("/../../etc/passwd"));
        assert_eq!(plan.path(&plan.items()[1]), Path::new("./a/x.pdf"));
    }
}
