//! The one error of the crate: what stops a run, and where.
//!
//! Only `carrier`, `emit` and `validate` make one; the stages between remark into the sink and go on.

use crate::diag::Wording;
use std::fmt;

/// Why a notice could not be read, or a result not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    /// The page it happened on, counted from 1, where one is known.
    page: Option<u32>,
}

/// What stopped the run. The wording of the message is [`Error`]'s; match on this, not on text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Occurs if the input holds no bytes, or white space alone.
    Empty,
    /// Occurs if the bytes are neither a PDF nor text; names what they look like.
    UnknownKind {
        /// What the bytes look like.
        looks_like: Wording,
    },
    /// Occurs if the bytes are of a kind that is known but not read.
    Unsupported {
        /// What it is: a RAR archive.
        what: Wording,
        /// What to do instead, in one clause.
        instead: Wording,
    },
    /// Occurs if a document that is no PDF can't be read for damage.
    BrokenDocument {
        /// What was wrong.
        what: Wording,
    },
    /// Occurs if the bytes begin as a PDF but its objects can't be found.
    BrokenPdf {
        /// What was missing.
        what: Wording,
    },
    /// Occurs if a PDF wants a password other than the empty one, and none was given.
    PasswordNeeded,
    /// Occurs if the password given does not open a PDF.
    WrongPassword,
    /// Occurs if no page of a PDF has a text layer: a scan, or pictures only.
    NoTextLayer {
        /// How many pages were looked at.
        pages: u32,
    },
    /// Occurs if the pages of a PDF have text, but next to nothing says what its characters are:
    /// fonts without a character map, embedded under codes counted up.
    UnreadableText {
        /// How many pages were looked at.
        pages: u32,
    },
    /// Occurs if the bytes begin as a picture but its pixels can't be had.
    BrokenPicture {
        /// What was wrong.
        what: String,
    },
    /// Occurs if the notice is a scan, and what recognizes characters is not installed.
    ModelsMissing,
    /// Occurs if what recognizes characters can't be used: another version, or damaged.
    ModelsBroken {
        /// What was wrong.
        what: String,
    },
    /// Occurs if a text is in no encoding that is known here.
    UnknownEncoding,
    /// Occurs if a limit of [`crate::options::Limits`] was reached.
    Limit {
        /// The limit's name, as its flag is called.
        name: &'static str,
        /// Its value when it was reached.
        value: u64,
    },
    /// Occurs if a JSON file is no result of fubiao, or was edited so that it is none any more.
    BrokenResult {
        /// What was found where.
        what: Wording,
    },
    /// Occurs if a file of corrections is none, or does not fit the notice it is applied to.
    BrokenCorrections {
        /// What does not fit, and where.
        what: Wording,
    },
    /// Occurs if a result can't be written in the form asked for.
    Emit {
        /// What went wrong.
        what: String,
    },
}

/// Words behind Chinese ones: a space before those that begin in Latin letters.
fn spaced(words: &str) -> String {
    let space = if words.starts_with(|c: char| c.is_ascii_alphanumeric()) { " " } else { "" };
    format!("{space}{words}")
}

impl Error {
    /// An error of this kind, at no page in particular.
    pub fn new(kind: ErrorKind) -> Error {
        Error { kind, page: None }
    }

    /// The same error, on a page (counted from 1).
    pub fn on_page(mut self, page: u32) -> Error {
        self.page = Some(page);
        self
    }

    /// What stopped the run.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The page it happened on, counted from 1, where one is known.
    pub fn page(&self) -> Option<u32> {
        self.page
    }

    /// What was found and what was expected, page first, in both languages.
    pub fn message(&self) -> Wording {
        let Wording { en, zh } = self.kind.message();
        match self.page {
            Some(page) => Wording::new(format!("page {page}: {en}"), format!("第{page}页：{zh}")),
            None => Wording { en, zh },
        }
    }

    /// A stable word for what stopped the run, which `fubiao explain` knows more about.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Empty => "empty",
            ErrorKind::UnknownKind { .. } => "unknown_kind",
            ErrorKind::Unsupported { .. } => "unsupported",
            ErrorKind::BrokenDocument { .. } => "broken_document",
            ErrorKind::BrokenPdf { .. } => "broken_pdf",
            ErrorKind::PasswordNeeded | ErrorKind::WrongPassword => "password_needed",
            ErrorKind::NoTextLayer { .. } => "no_text_layer",
            ErrorKind::UnreadableText { .. } => "unreadable_text",
            ErrorKind::BrokenPicture { .. } => "broken_picture",
            ErrorKind::ModelsMissing => "models_missing",
            ErrorKind::ModelsBroken { .. } => "models_broken",
            ErrorKind::UnknownEncoding => "unknown_encoding",
            ErrorKind::Limit { .. } => "limit",
            ErrorKind::BrokenResult { .. } => "broken_result",
            ErrorKind::BrokenCorrections { .. } => "broken_corrections",
            ErrorKind::Emit { .. } => "not_written",
        }
    }

    /// What the reader can do about it, in one clause.
    pub fn hint(&self) -> Wording {
        let (en, zh) = match &self.kind {
            ErrorKind::Empty => {
                ("check that the download or copy was complete", "请检查文件是否下载或复制完整")
            }
            ErrorKind::UnknownKind { .. } => (
                "give a PDF, Word, Excel, WPS, OFD, HTML, ZIP or text file",
                "请提供 PDF、Word、Excel、WPS、OFD、HTML、ZIP 或文本文件",
            ),
            ErrorKind::Unsupported { instead, .. } => return instead.clone(),
            ErrorKind::BrokenPdf { .. } | ErrorKind::BrokenDocument { .. } => (
                "fetch the file again; it may have been cut short",
                "请重新获取该文件，它可能不完整",
            ),
            ErrorKind::PasswordNeeded => (
                "give it with --password-file, FUBIAO_PASSWORD or --password",
                "请用 --password-file、环境变量 FUBIAO_PASSWORD 或 --password 提供密码",
            ),
            ErrorKind::WrongPassword => (
                "give the password that opens the file for reading, not the owner's",
                "请提供打开文件所用的密码，而不是权限密码",
            ),
            ErrorKind::NoTextLayer { .. } => (
                "the pages are pictures: run OCR on the file first",
                "页面都是图片：请先对文件做文字识别（OCR）",
            ),
            ErrorKind::UnreadableText { .. } => (
                "get the file from its author in another form, or run OCR on it first",
                "请向作者索取其他格式的文件，或先做文字识别（OCR）",
            ),
            ErrorKind::BrokenPicture { .. } => (
                "fetch the picture again, or save it anew as PNG",
                "请重新获取该图片，或另存为 PNG",
            ),
            ErrorKind::ModelsMissing | ErrorKind::ModelsBroken { .. } => (
                "run `fubiao models` once to install them (27 MB)",
                "请运行一次 `fubiao models` 安装（27 MB）",
            ),
            ErrorKind::UnknownEncoding => {
                ("save the text as UTF-8 or GB18030", "请把文本另存为 UTF-8 或 GB18030")
            }
            ErrorKind::Limit { name, .. } => {
                return Wording::new(
                    format!("raise the limit with --{name}"),
                    format!("可用 --{name} 提高上限"),
                );
            }
            ErrorKind::BrokenResult { .. } => (
                "convert the notice again, or see what `fubiao validate` says",
                "请重新转换该通知，或用 `fubiao validate` 查看问题",
            ),
            ErrorKind::BrokenCorrections { .. } => (
                "review the notice again and save the corrections anew",
                "请重新审核该通知并另存更正",
            ),
            ErrorKind::Emit { .. } => ("choose another --format", "请换一种 --format"),
        };
        Wording::new(en, zh)
    }
}

impl ErrorKind {
    fn message(&self) -> Wording {
        match self {
            ErrorKind::Empty => Wording::new("the file is empty", "文件是空的"),
            ErrorKind::UnknownKind { looks_like } => Wording::new(
                format!("found {}, expected a document that notices come in", looks_like.en),
                format!("这是{}，不是通知常用的文件格式", spaced(&looks_like.zh)),
            ),
            ErrorKind::Unsupported { what, .. } => Wording::new(
                format!("found {}, which is not read", what.en),
                format!("这是{}，无法读取", spaced(&what.zh)),
            ),
            ErrorKind::BrokenDocument { what } => what.clone(),
            ErrorKind::BrokenPdf { what } => {
                let Wording { en, zh } = what;
                Wording::new(format!("broken PDF: {en}"), format!("PDF 已损坏：{zh}"))
            }
            ErrorKind::PasswordNeeded => {
                Wording::new("the PDF is encrypted and wants a password", "PDF 已加密，需要密码")
            }
            ErrorKind::WrongPassword => {
                Wording::new("the password does not open the PDF", "密码不能打开该 PDF")
            }
            ErrorKind::NoTextLayer { pages } => Wording::new(
                format!("no text layer on any of {pages} pages"),
                format!("{pages} 页都没有文本层"),
            ),
            ErrorKind::UnreadableText { pages } => Wording::new(
                format!("the fonts do not say what the characters of its {pages} pages are"),
                format!("全部 {pages} 页的字体都未说明字符是什么字"),
            ),
            ErrorKind::BrokenPicture { what } => {
                Wording::new(format!("broken picture: {what}"), format!("图片已损坏：{what}"))
            }
            ErrorKind::ModelsMissing => Wording::new(
                "the pages are pictures, and the models that read pictures are not installed",
                "页面都是图片，而识别图片所需的模型尚未安装",
            ),
            ErrorKind::ModelsBroken { what } => Wording::new(
                format!("the models that read pictures can't be used: {what}"),
                format!("识别图片所需的模型无法使用：{what}"),
            ),
            ErrorKind::UnknownEncoding => Wording::new(
                "the text is neither UTF-8, UTF-16 nor GB18030",
                "文本既不是 UTF-8、UTF-16，也不是 GB18030",
            ),
            ErrorKind::Limit { name, value } => Wording::new(
                format!("limit {name} reached ({value})"),
                format!("达到上限 {name}（{value}）"),
            ),
            ErrorKind::BrokenResult { what } => Wording::new(
                format!("not a result of fubiao: {}", what.en),
                format!("不是 fubiao 的结果：{}", what.zh),
            ),
            ErrorKind::BrokenCorrections { what } => what.clone(),
            ErrorKind::Emit { what } => Wording::new(
                format!("the result can't be written: {what}"),
                format!("无法写出结果：{what}"),
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for Error {}
