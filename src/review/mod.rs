//! A result and the pages it was read from in, one HTML file out: the pages beside the tables, what
//! to doubt and why, and a way to say what is right.
//!
//! The file loads nothing and runs nothing but the script that stands beside this file: its
//! Content-Security-Policy names that script and its style by their hashes, pictures come as data,
//! and every word of the notice goes through `textContent`. Where the file goes is left to `cli`.

mod data;
mod index;
mod pictures;
mod sheets;
mod terms;
mod words;

pub use index::{Found, Line, index};
pub use pictures::{Drawn, Picture};
pub use sheets::{Block, Face, Sheet, Table, TableCell, sheets};
pub use words::Word;

use crate::check::StatedSum;
use crate::emit::record::NoticeRecord;
use crate::plain;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// The script's parts, in the order they stand in the file.
const SCRIPT: [&str; 3] =
    [include_str!("figures.js"), include_str!("words.js"), include_str!("page.js")];

/// How a page begins, and what it can do besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    /// Its first language, `zh` or `en`; without one, the browser's.
    pub lang: Option<&'static str>,
    /// The address that takes its corrections, on the server that the page comes from; without one they are saved
    /// as a file.
    pub saves_to: Option<String>,
}

/// The review page of a result. `sums` are those that the notice states; without `sheets` there are
/// tables alone.
pub fn page(
    record: &NoticeRecord,
    sums: &[StatedSum],
    sheets: &[Sheet],
    setting: &Setting,
) -> String {
    let script = SCRIPT.concat();
    let title = record.title.as_deref().unwrap_or(&record.source.name);
    let data = data::data(record, sums, sheets, setting).to_string();
    fill(
        FRAME,
        &[
            ("title", &plain::in_html(title)),
            ("policy", &policy(&script, setting)),
            ("style", STYLE),
            ("sheets", &sheets.iter().map(figure).collect::<String>()),
            ("data", &inert(&data)),
            ("script", &script),
        ],
    )
}

/// What the page may load and run: itself, and nothing else.
fn policy(script: &str, setting: &Setting) -> String {
    let connect = if setting.saves_to.is_some() { " connect-src 'self';" } else { "" };
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; img-src data:; style-src {}; script-src {};{connect} base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(script)
    )
}

/// One page of the notice. A picture is only ever an image, in which no script runs.
fn figure(sheet: &Sheet) -> String {
    let Sheet { number, face, .. } = sheet;
    let inside = match face {
        Face::Drawn { width, height, drawn, .. } => match &drawn.picture {
            Some(Picture { media_type, bytes }) => format!(
                r#"<img width="{width:.0}" height="{height:.0}" alt="" src="data:{media_type};base64,{}">"#,
                STANDARD.encode(bytes)
            ),
            None => format!(r#"<svg viewBox="0 0 {width:.0} {height:.0}"></svg>"#),
        },
        Face::Lines { .. } | Face::Told(_) => String::new(),
    };
    format!("<figure id=\"sheet-{number}\" class=\"sheet\">{inside}</figure>\n")
}

/// The template with each `{{name}}` replaced, in one pass: what is put in is not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, tail) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or("", |(_, value)| value));
        rest = tail;
    }
    out + rest
}

/// JSON that can't end the element it stands in, and in which nothing is hidden from whoever looks at it. All of these
/// stand in its strings alone.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || plain::is_hidden(c) {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}
