//! Many notices in, one page with a line for each out: what to look at first, and where its review page is.

use crate::diag::Wording;
use crate::plain::in_html;

const FRAME: &str = include_str!("index.html");

/// A notice of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name in the archive.
    pub name: String,
    /// 标题.
    pub title: Option<String>,
    /// 发文字号.
    pub document_number: Option<String>,
    /// The year the plan is for.
    pub year: Option<u16>,
    /// What became of it.
    pub found: Found,
}

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has a page.
    Page {
        /// Its address, from the index.
        link: String,
        /// How much was checked.
        checked: Wording,
        /// Findings and doubtful readings.
        doubts: usize,
        /// Cells that a reviewer corrected.
        corrected: usize,
    },
    /// It could not be read: why.
    Failed(Wording),
}

/// The index: those with most doubts first, then those that could not be read, then the rest, each by name.
pub fn index(mut lines: Vec<Line>, zh: bool) -> String {
    let say = |en: &str, zh_text: &str| if zh { zh_text.to_owned() } else { en.to_owned() };
    lines.sort_by_key(|line| {
        let doubts = match line.found {
            Found::Page { doubts, .. } => doubts,
            Found::Failed(_) => 0,
        };
        let is_well = matches!(line.found, Found::Page { .. }) && doubts == 0;
        (is_well, std::cmp::Reverse(doubts), line.name.clone())
    });
    let open = lines.iter().filter(|line| matches!(line.found, Found::Page { doubts: 1.., .. }));
    let (count, open) = (lines.len(), open.count());
    let failed = lines.iter().filter(|line| matches!(line.found, Found::Failed(_))).count();
    let title = say("Notices to review", "待审核的通知");
    let lead = if zh {
        format!("共 {count} 份，其中 {open} 份有疑点，{failed} 份未能读取。")
    } else {
        format!("Notices: {count}. With doubts: {open}. Could not be read: {failed}.")
    };
    let next = say(
        "Each page saves what you correct as a file. Put these files into one folder and run \
         <code>fubiao batch … --corrections FOLDER</code>.",
        "每页可把更正存为文件。请把这些文件放进同一个文件夹，再运行 <code>fubiao batch … --corrections 文件夹</code>。",
    );
    let head = [
        say("Notice", "通知"),
        say("Title", "标题"),
        say("Year", "年份"),
        say("Doubts", "疑点"),
        say("Corrected", "已更正"),
        say("Checked", "核对情况"),
    ];
    let head: String = head.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let rows: String = lines.iter().map(|line| row(line, zh)).collect();
    let body = format!(
        "<h1>{title}</h1>\n<p>{lead}</p>\n<p class=\"soft\">{next}</p>\n<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    );
    FRAME
        .replace("{{lang}}", if zh { "zh-CN" } else { "en" })
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{title}}", &title)
        .replacen("{{body}}", &body, 1)
}

fn row(line: &Line, zh: bool) -> String {
    let name = in_html(&line.name);
    let number = line.document_number.as_ref();
    let number = number.map(|n| format!("<br><span class=\"soft\">{}</span>", in_html(n)));
    let title = in_html(line.title.as_deref().unwrap_or_default());
    let year = line.year.map(|year| year.to_string()).unwrap_or_default();
    let (name, rest) = match &line.found {
        Found::Page { link, checked, doubts, corrected } => {
            let class = if *doubts > 0 { " class=\"doubts\"" } else { "" };
            let checked = in_html(if zh { &checked.zh } else { &checked.en });
            let corrected = if *corrected > 0 { corrected.to_string() } else { String::new() };
            (
                format!("<a href=\"{}\">{name}</a>", in_html(link)),
                format!("<td{class}>{doubts}</td><td>{corrected}</td><td>{checked}</td>"),
            )
        }
        Found::Failed(why) => (
            name,
            format!(
                "<td class=\"failed\" colspan=\"3\">{}</td>",
                in_html(if zh { &why.zh } else { &why.en })
            ),
        ),
    };
    let number = number.unwrap_or_default();
    format!("<tr><td>{name}{number}</td><td>{title}</td><td>{year}</td>{rest}</tr>\n")
}
