//! What a page shows in, the notice on it out: the article, its title and the box of metadata above it. All
//! else (navigation, sharing, what else there is to read) is what the web site prints around it.
//!
//! The article is the innermost element that holds nearly all of what is no link: prose and tables weigh
//! most. Words that sites print around articles tell their lines from those of the notice.

use super::blocks::{Block, Shows};
use super::tree::{Id, Tree};
use std::collections::BTreeMap;

/// The article holds this share of all that weighs.
const NEARLY_ALL: f32 = 0.95;
/// A title has at least so many characters.
const LEAST_TITLE: usize = 6;
/// What sites call their parts; an element so called that holds less than a third of the page is none of
/// the article.
const PARTS: &[&str] = &[
    "nav",
    "menu",
    "footer",
    "foot",
    "copyright",
    "breadcrumb",
    "breadcrumbs",
    "crumb",
    "crumbs",
    "share",
    "sidebar",
    "aside",
    "banner",
    "search",
    "login",
    "toolbar",
    "pagination",
    "pager",
    "related",
    "recommend",
    "qrcode",
    "ewm",
    "topbar",
    "weizhi",
    "dqwz",
    "friendlink",
    "links",
];
/// The share of the page that a part so called may hold.
const PART: f32 = 0.33;
/// What lines begin with that stand between the title and the article.
const ABOVE: &[&str] = &[
    "发布时间",
    "发布日期",
    "发文时间",
    "时间",
    "日期",
    "来源",
    "信息来源",
    "文章来源",
    "稿源",
    "作者",
    "浏览",
    "浏览次数",
    "浏览量",
    "点击",
    "点击数",
    "点击次数",
    "阅读",
    "访问量",
    "字体",
    "字号",
    "分享",
    "打印",
    "责任编辑",
    "编辑",
    "审核",
    "当前位置",
    "您的位置",
    "您当前的位置",
    "您现在的位置",
    "我的位置",
];
/// What marks a line as one that sites print, wherever it stands in it.
const WITHIN: &[&str] = &[
    "点击：",
    "浏览次数",
    "浏览量",
    "点击数",
    "点击次数",
    "阅读次数",
    "访问次数",
    "分享到",
    "打印本页",
    "关闭窗口",
    "【打印】",
    "【关闭】",
    "[打印]",
    "[关闭]",
    "返回顶部",
    "扫一扫",
    "版权所有",
    "ICP备",
    "公网安备",
    "网站标识码",
    "技术支持",
    "网站地图",
    "主办单位",
    "承办单位",
    "当前位置：",
    "您的位置",
    "您现在的位置",
    "字体：",
    "【字体",
    "加入收藏",
    "设为首页",
    "无障碍",
];
/// What lines begin with that stand below the article.
const BELOW: &[&str] = &[
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "相关链接",
    "相关阅读",
    "相关文件",
    "相关稿件",
    "相关解读",
    "相关附件",
    "附件下载",
    "责任编辑",
    "扫一扫",
    "打印",
    "关闭",
    "分享",
    "信息来源",
    "来源",
    "返回",
];
/// Labels in the box of metadata above a notice.
const LABELS: &[&str] = &[
    "索引号",
    "主题分类",
    "体裁分类",
    "组配分类",
    "信息分类",
    "发布机构",
    "发文机关",
    "发文单位",
    "成文日期",
    "发文日期",
    "发布日期",
    "公开日期",
    "生成日期",
    "文号",
    "发文字号",
    "有效性",
    "效力状态",
    "信息有效性",
    "时效",
    "公开方式",
    "公开范围",
    "主题词",
    "关键词",
    "名称",
    "标题",
    "信息名称",
    "信息索引",
    "公开责任部门",
    "公开时限",
    "内容概述",
];

/// What the metadata above a notice says of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Metadata {
    /// 文号.
    pub number: Option<String>,
    /// 成文日期.
    pub date: Option<String>,
}

/// The notice among what the page shows.
pub(super) struct Article {
    /// The blocks of the notice, in order: indices.
    pub blocks: Vec<usize>,
    /// Its title where the article itself does not begin with it: the index of a block, or the words that
    /// the page has for its title.
    pub title: Option<Title>,
    /// What the page's head says of its title, without white space.
    pub named: String,
    /// What the box of metadata says.
    pub metadata: Metadata,
    /// What the site prints around the notice: indices of blocks.
    pub furniture: Vec<usize>,
    /// Files that the notice links to, by the link's words and its target, in order.
    pub attachments: Vec<Attachment>,
}

/// Where the title of a notice stands.
pub(super) enum Title {
    /// In a block of the page.
    Block(usize),
    /// In the page's head alone.
    Said(String),
}

/// A file that a page links to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attachment {
    /// The words of the link.
    pub words: String,
    /// Where it leads, as written.
    pub target: String,
}

impl Attachment {
    /// Whether the file it leads to is one of these, by its words or by where it leads.
    pub fn is_among(&self, names: &[String]) -> bool {
        let target = percent_decoded(self.target.split(['?', '#']).next().unwrap_or_default());
        let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let stem = |name: &str| compact(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let (target, words) = (last(&target), compact(&self.words));
        names.iter().map(|name| last(name)).any(|name| {
            name == target || !words.is_empty() && (words == compact(&name) || words == stem(&name))
        })
    }
}

/// A target with `%E9%99%84` and the like replaced by what they stand for.
fn percent_decoded(target: &str) -> String {
    let mut bytes = Vec::with_capacity(target.len());
    let mut rest = target.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.filter(|_| first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Finds the notice.
pub(super) fn article(tree: &Tree, blocks: &[Block]) -> Article {
    let parts = parts(tree, blocks);
    let box_of_metadata = metadata_box(tree, blocks);
    let metadata = box_of_metadata.map(|id| read_metadata(tree, blocks, id)).unwrap_or_default();
    let is_in = |block: &Block, around: Id| {
        block.node == around || tree.ancestors(block.node).any(|id| id == around)
    };
    let of_site = |block: &Block| {
        parts.iter().any(|&part| is_in(block, part))
            || box_of_metadata.is_some_and(|around| is_in(block, around))
            || line_of(block).is_some_and(|line| is_of_site(&line))
    };
    let of_site: Vec<bool> = blocks.iter().map(of_site).collect();
    let weights: Vec<f32> =
        blocks.iter().zip(&of_site).map(|(b, site)| if *site { 0.0 } else { weight(b) }).collect();
    let root = innermost(tree, blocks, &weights);
    let mut kept: Vec<usize> =
        (0..blocks.len()).filter(|&i| !of_site[i] && is_in(&blocks[i], root)).collect();
    let title = title(tree, blocks, &kept);
    let attachments = attachments(tree, root);
    trim(blocks, &mut kept, &attachments);
    let shows_text = |i: &usize| !matches!(blocks[*i].shows, Shows::Gap);
    let chosen = match title {
        Some(Title::Block(index)) => Some(index),
        _ => None,
    };
    let furniture = (0..blocks.len())
        .filter(|i| !kept.contains(i) && Some(*i) != chosen)
        .filter(shows_text)
        .collect();
    let named = said_title(tree).map(|said| compact(&said)).unwrap_or_default();
    Article { blocks: kept, title, named, metadata, furniture, attachments }
}

/// The text of a line without white space; `None` for a table or a gap.
fn line_of(block: &Block) -> Option<String> {
    match &block.shows {
        Shows::Line { line, .. } => Some(compact(&line.text)),
        Shows::Gap | Shows::Table(_) => None,
    }
}

pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()
}

/// Whether sites print such a line around articles.
fn is_of_site(line: &str) -> bool {
    line.chars().count() <= 200
        && WITHIN.iter().any(|words| line.contains(words))
        && !line.contains("。")
}

/// How much a block tells of where the article stands.
fn weight(block: &Block) -> f32 {
    match &block.shows {
        Shows::Gap => 0.0,
        Shows::Line { line, linked } => {
            let chars = line.text.chars().count();
            let own = chars.saturating_sub(*linked) as f32;
            let is_prose = chars > 12 && line.text.contains(['。', '；', '：']);
            if is_prose {
                5.0 * own
            } else if 2 * linked > chars {
                0.0
            } else {
                own.min(60.0)
            }
        }
        Shows::Table(grid) => {
            let lines = grid.cells.iter().flat_map(|cell| &cell.lines);
            let chars: usize = lines.map(|line| line.text.chars().count()).sum();
            3.0 * chars.min(4000) as f32
        }
    }
}

/// The elements that are a site's own parts by their name or class.
fn parts(tree: &Tree, blocks: &[Block]) -> Vec<Id> {
    let chars = |block: &Block| match &block.shows {
        Shows::Gap => 0,
        Shows::Line { line, .. } => line.text.chars().count(),
        Shows::Table(grid) => {
            grid.cells.iter().flat_map(|c| &c.lines).map(|l| l.text.chars().count()).sum()
        }
    };
    let held = sums(tree, blocks, blocks.iter().map(|block| chars(block) as f32));
    let all = held.get(&0).copied().unwrap_or(0.0);
    let is_called = |id: Id| {
        matches!(tree.name(id), "nav" | "footer" | "aside")
            || ["class", "id"].iter().filter_map(|name| tree.attribute(id, name)).any(|names| {
                names
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|word| PARTS.iter().any(|part| word.eq_ignore_ascii_case(part)))
            })
    };
    held.iter()
        .filter(|&(&id, &chars)| chars < PART * all && is_called(id))
        .map(|(&id, _)| id)
        .collect()
}

/// For each element around a block, the sum of what the blocks in it weigh.
fn sums(tree: &Tree, blocks: &[Block], weights: impl Iterator<Item = f32>) -> BTreeMap<Id, f32> {
    let mut sums: BTreeMap<Id, f32> = BTreeMap::new();
    for (block, weight) in blocks.iter().zip(weights) {
        for id in std::iter::once(block.node).chain(tree.ancestors(block.node)) {
            *sums.entry(id).or_default() += weight;
        }
    }
    sums
}

/// The innermost element that holds nearly all of the weight, but no table that is read as one.
fn innermost(tree: &Tree, blocks: &[Block], weights: &[f32]) -> Id {
    let sums = sums(tree, blocks, weights.iter().copied());
    let held = |id: Id| sums.get(&id).copied().unwrap_or(0.0);
    let is_table = |id| blocks.iter().any(|b| b.node == id && matches!(b.shows, Shows::Table(_)));
    let all = held(0);
    let mut root = 0;
    loop {
        let inner = tree.children(root).find(|&id| all > 0.0 && held(id) >= NEARLY_ALL * all);
        match inner.filter(|&id| !is_table(id)) {
            Some(inner) => root = inner,
            None => break,
        }
    }
    root
}

/// The innermost element that holds three labels of metadata or more, with their colons or in cells of
/// their own, and little else.
fn metadata_box(tree: &Tree, blocks: &[Block]) -> Option<Id> {
    let labels = |block: &Block| {
        let texts: Vec<String> = match &block.shows {
            Shows::Gap => return 0.0,
            Shows::Line { line, .. } => vec![compact(&line.text)],
            Shows::Table(grid) => {
                grid.cells.iter().flat_map(|c| &c.lines).map(|l| compact(&l.text)).collect()
            }
        };
        texts.iter().filter(|text| label(text).is_some()).count() as f32
    };
    let sums = sums(tree, blocks, blocks.iter().map(labels));
    let size = |id: Id| compact(&tree.all_text(id)).chars().count();
    let mut best = None;
    for (&id, &count) in &sums {
        if count >= 3.0 && !matches!(tree.name(id), "" | "html" | "body") && size(id) < 1200 {
            let deeper = |&(other, most): &(Id, f32)| {
                count > most || count == most && tree.ancestors(id).any(|a| a == other)
            };
            if best.as_ref().is_none_or(deeper) {
                best = Some((id, count));
            }
        }
    }
    best.map(|(id, _)| id)
}

/// The label that a text without white space begins with, and what follows its colon.
fn label(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim_start_matches(['【', '[']);
    LABELS.iter().find_map(|label| {
        let rest = text.strip_prefix(label)?;
        let behind = rest.strip_prefix(['】', ']']);
        let value = behind.unwrap_or(rest);
        if value.is_empty() {
            return Some((*label, ""));
        }
        // Brackets around a label stand for its colon.
        Some((*label, value.strip_prefix(['：', ':']).or(behind)?))
    })
}

/// Number and date in the box of metadata.
fn read_metadata(tree: &Tree, blocks: &[Block], around: Id) -> Metadata {
    let mut texts: Vec<String> = Vec::new();
    for block in blocks {
        if block.node != around && !tree.ancestors(block.node).any(|id| id == around) {
            continue;
        }
        match &block.shows {
            Shows::Gap => {}
            Shows::Line { line, .. } => texts.push(compact(&line.text)),
            Shows::Table(grid) => {
                for cell in &grid.cells {
                    texts.push(cell.lines.iter().map(|line| compact(&line.text)).collect());
                }
            }
        }
    }
    let value = |names: &[&str]| {
        texts.iter().enumerate().find_map(|(at, text)| {
            let (name, rest) = label(text)?;
            if !names.contains(&name) {
                return None;
            }
            let value = if rest.is_empty() { texts.get(at + 1)?.as_str() } else { rest };
            (!value.is_empty() && label(value).is_none()).then(|| value.to_owned())
        })
    };
    Metadata {
        number: value(&["文号", "发文字号"]), date: value(&["成文日期", "发文日期"])
    }
}

/// The title, where the article does not begin with it: the line above it that the page's own title begins
/// with, or that title itself.
fn title(tree: &Tree, blocks: &[Block], kept: &[usize]) -> Option<Title> {
    let said = said_title(tree)?;
    let wanted = compact(&said);
    let is_title = |line: &str| line.chars().count() >= LEAST_TITLE && wanted.starts_with(line);
    let head = || kept.iter().take(30).filter_map(|&i| line_of(&blocks[i]));
    // A title may be printed in two lines.
    let printed: String = head().collect::<Vec<_>>().concat();
    let named = said.split(['_', '|', '｜']).next().unwrap_or_default();
    let named = named.split(" - ").next().unwrap_or_default().trim();
    let is_printed = named.chars().count() >= LEAST_TITLE && printed.contains(&compact(named));
    if is_printed || head().any(|line| is_title(&line)) {
        return None;
    }
    let first = kept.first().copied().unwrap_or(blocks.len());
    let above = (0..first).filter_map(|i| Some((i, line_of(&blocks[i]).filter(|l| is_title(l))?)));
    match above.max_by_key(|(i, line)| (line.chars().count(), *i)) {
        Some((index, _)) => Some(Title::Block(index)),
        // A title of the page that names no subject may be that of a part of the site.
        None => named.contains("关于").then(|| Title::Said(named.to_owned())),
    }
}

/// What the page's head says of its title.
fn said_title(tree: &Tree) -> Option<String> {
    let meta = |name: &str| {
        tree.within(0)
            .filter(|&id| tree.name(id) == "meta")
            .find(|&id| tree.attribute(id, "name").is_some_and(|n| n.eq_ignore_ascii_case(name)))
            .and_then(|id| tree.attribute(id, "content"))
            .map(|content| content.trim().to_owned())
            .filter(|content| !content.is_empty())
    };
    let head = || {
        let id = tree.within(0).find(|&id| tree.name(id) == "title")?;
        Some(tree.all_text(id).trim().to_owned())
    };
    meta("ArticleTitle").or_else(head)
}

/// What targets of links to attachments end in.
const FILES: &[&str] = &[
    ".doc", ".docx", ".wps", ".xls", ".xlsx", ".et", ".ods", ".pdf", ".ofd", ".zip", ".rar", ".7z",
    ".txt", ".csv", ".ppt", ".pptx",
];

/// The files that the article, or what stands close around it, links to.
fn attachments(tree: &Tree, root: Id) -> Vec<Attachment> {
    // Sites list attachments below the article rather than in it.
    let around = tree.ancestors(root).take(2).last().unwrap_or(root);
    let around = if matches!(tree.name(around), "" | "html") { root } else { around };
    let mut found: Vec<Attachment> = Vec::new();
    for id in tree.within(around).filter(|&id| tree.name(id) == "a") {
        let Some(target) = tree.attribute(id, "href") else { continue };
        let path = target.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        if !FILES.iter().any(|end| path.ends_with(end)) {
            continue;
        }
        let words = tree.all_text(id).trim().to_owned();
        let attachment = Attachment { words, target: target.to_owned() };
        if !found.iter().any(|known| known.target == attachment.target) {
            found.push(attachment);
        }
    }
    found
}

/// Takes out of the article the lines that a site prints right above and below it, and links to files below
/// its end.
fn trim(blocks: &[Block], kept: &mut Vec<usize>, attachments: &[Attachment]) {
    let is_prose = |i: &usize| match &blocks[*i].shows {
        Shows::Line { line, .. } => line.text.chars().count() > 30 && line.text.contains('。'),
        Shows::Gap => false,
        Shows::Table(_) => true,
    };
    let begins = |i: usize, words: &[&str]| {
        line_of(&blocks[i]).is_some_and(|line| {
            let line = line.trim_start_matches(['【', '[', '〖']);
            line.chars().count() <= 80
                && words.iter().any(|word| {
                    line.strip_prefix(word).is_some_and(|rest| {
                        rest.is_empty() || rest.starts_with(['：', ':', '】', ']', '〗', '到'])
                    })
                })
        })
    };
    let first = kept.iter().position(is_prose).unwrap_or(kept.len());
    let last = kept.iter().rposition(is_prose).map_or(0, |at| at + 1);
    let dated = kept.iter().rposition(|&i| line_of(&blocks[i]).is_some_and(|line| is_date(&line)));
    let is_file = |i: usize| match &blocks[i].shows {
        Shows::Line { line, linked } => {
            let text = compact(&line.text);
            let links = attachments.iter().filter(|a| !a.words.is_empty());
            2 * linked > text.chars().count()
                && links.clone().any(|a| text.contains(&compact(&a.words)))
        }
        _ => false,
    };
    let mut at = 0;
    kept.retain(|&i| {
        let index = at;
        at += 1;
        let above = index < first && begins(i, ABOVE);
        let below = index >= last && begins(i, BELOW);
        let file = is_file(i) && dated.is_none_or(|dated| index > dated);
        !(above || below || file)
    });
}

/// Whether the line is a date and nothing else.
fn is_date(line: &str) -> bool {
    let digits = line
        .chars()
        .filter(|c| c.is_ascii_digit() || "〇○零一二三四五六七八九十".contains(*c))
        .count();
    line.contains('年')
        && line.contains('月')
        && line.trim_end_matches(['）', ')']).ends_with('日')
        && line.chars().count() <= digits + 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::html::blocks::shown;
    use crate::options::Limits;

    /// Title, metadata and lines of the article on a page.
    fn read(page: &str) -> (Option<String>, Metadata, Vec<String>) {
        let tree = Tree::parse(page, &Limits::default()).expect("within limits");
        let shown = shown(&tree);
        let article = article(&tree, &shown.blocks);
        let title = article.title.map(|title| match title {
            Title::Block(index) => line_of(&shown.blocks[index]).unwrap_or_default(),
            Title::Said(said) => said,
        });
        let lines = article.blocks.iter().filter_map(|&i| match &shown.blocks[i].shows {
            Shows::Line { line, .. } => Some(line.text.clone()),
            Shows::Gap => None,
            Shows::Table(grid) => {
                Some(format!("table {}x{}", grid.row_numbers.len(), grid.col_numbers.len()))
            }
        });
        (title, article.metadata, lines.collect())
    }

    #[test]
    fn the_article_is_found_among_what_a_site_prints() {
        let page = "<title>关于下达计划的通知_某省住房和城乡建设厅</title><body>\
            <ul class=nav><li><a>首页</a><li><a>公开</a></ul><div>当前位置：<a>首页</a></div>\
            <table><tr><td>索 引 号：<td>B-1<td>主题分类：<td>城乡建设<tr><td>文　　号：<td>建保〔2023〕1号<td>成文日期：<td>2023年1月30日</table>\
            <div class=main><h1>关于下达计划的通知</h1><div>发布时间：2023-01-30　来源：本站　浏览次数：12</div>\
            <div id=zoom><p>各市人民政府：</p><p>　　现将2023年度保障性安居工程建设工作计划下达给你们，请认真组织实施，抓好落实，确保按期完成。</p>\
            <table><tr><td>市<td>套数<tr><td>甲市<td>1</table><p>2023年1月30日</p>\
            <p><a href='/files/1.xlsx'>附件1：任务表.xlsx</a></p></div><p>上一篇：<a>别的</a></p></div>\
            <div class=footer>版权所有：某省住房和城乡建设厅　备案号</div>";
        let (title, metadata, lines) = read(page);
        assert_eq!(title.as_deref(), Some("关于下达计划的通知"));
        assert_eq!(metadata.number.as_deref(), Some("建保〔2023〕1号"));
        assert_eq!(metadata.date.as_deref(), Some("2023年1月30日"));
        assert_eq!(
            lines,
            [
                "各市人民政府：",
                "　　现将2023年度保障性安居工程建设工作计划下达给你们，请认真组织实施，抓好落实，确保按期完成。",
                "table 2x2",
                "2023年1月30日"
            ]
        );
    }

    #[test]
    fn labels_of_metadata_stand_before_a_colon_or_in_brackets() {
        assert_eq!(label("发文字号：建保〔2023〕1号"), Some(("发文字号", "建保〔2023〕1号")));
        assert_eq!(label("【发文字号】建保〔2023〕1号"), Some(("发文字号", "建保〔2023〕1号")));
        assert_eq!(label("【文号】"), Some(("文号", "")));
        assert_eq!(label("标题一"), None);
    }

    #[test]
    fn a_bare_table_is_its_own_article() {
        let (_, _, lines) = read("<table><tr><td>市<td>套数<tr><td>甲市<td>1</table>");
        assert_eq!(lines, ["table 2x2"]);
    }
}
