//! A survey as one HTML file: it loads nothing, runs nothing, and can be printed. Every word of a notice is escaped
//! where it is put in.

use crate::diag::Wording;
use crate::plain::in_html;
use crate::survey::charts::{self, Bar, Ranked};
use crate::survey::{
    Figure, Level, Measure, NoticeNote, Programme, Reached, Region, Share, Survey, Why, printed,
};
use rust_decimal::Decimal;
use std::fmt::Write;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// The language of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The words of this language.
    pub fn say(self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self {
            Lang::En => en.into(),
            Lang::Zh => zh.into(),
        }
    }
}

/// How many lines a ranking has, and how many small charts stand together.
const RANKED: usize = 30;
const SMALLS: usize = 40;
/// How many contradictions are listed.
const LISTED: usize = 100;

/// The survey as a page.
pub fn page(survey: &Survey, lang: Lang) -> String {
    let title = title(survey, lang);
    let page = Page { survey, lang };
    let mut body = format!("<h1>{}</h1>\n", in_html(&title));
    body += &page.lead();
    body += &page.contents();
    body += &page.doubts();
    for (programme, at) in survey.programmes.iter().zip(1..) {
        body += &page.programme(programme, at);
    }
    body += &page.left_out();
    let (code, version) = (lang.say("en", "zh-CN"), env!("CARGO_PKG_VERSION"));
    // The body last: what stands in it is not looked at again.
    FRAME
        .replace("{{lang}}", &code)
        .replace("{{version}}", version)
        .replace("{{title}}", &in_html(&title))
        .replace("{{style}}", STYLE)
        .replacen("{{body}}", &body, 1)
}

/// What a survey is called.
pub fn title(survey: &Survey, lang: Lang) -> String {
    let years = match survey.years()[..] {
        [] => String::new(),
        [one] => lang.say(format!(", {one}"), format!("（{one}年）")),
        [first, .., last] => lang.say(format!(", {first}–{last}"), format!("（{first}—{last}年）")),
    };
    lang.say(format!("Figures of notices{years}"), format!("通知数据汇总{years}"))
}

/// Why a table is left out.
pub fn why(why: Why) -> Wording {
    match why {
        Why::NoRegions => Wording::new("no row is a region", "没有按地区列示的行"),
        Why::NoYear => Wording::new("its notice names no year", "通知没有写明年份"),
    }
}

struct Page<'a> {
    survey: &'a Survey,
    lang: Lang,
}

impl Page<'_> {
    fn say(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        self.lang.say(en, zh)
    }

    fn lead(&self) -> String {
        let notices = &self.survey.notices;
        let sum = |of: fn(&NoticeNote) -> usize| notices.iter().map(of).sum::<usize>();
        let (count, figures) = (notices.len(), sum(|n| n.figures));
        let (findings, doubtful) = (sum(|n| n.findings), sum(|n| n.doubtful));
        let checked = sum(|n| n.checked);
        let corrected = sum(|n| n.corrected);
        let said = self.say(
            format!(
                "Notices: {count}. Figures: {figures}. Sums checked: {checked}. Findings left: {findings}; \
                 doubtful readings: {doubtful}; \
                 cells corrected by reviewers: {corrected}. Figures are as the notices \
                 print them: nothing is added up and no unit is scaled."
            ),
            format!(
                "通知 {count} 份，数字 {figures} 个，核对 {checked} 处合计；尚有问题 {findings} 处、读取存疑 {doubtful} 处，审核人已更正 \
                 {corrected} 格。数字均为通知原文所载，未作加总，未换算单位。"
            ),
        );
        let key = self.say(
            "<span class=\"doubtful\">doubtful</span> <span class=\"corrected\">corrected</span>",
            "<span class=\"doubtful\">存疑</span> <span class=\"corrected\">已更正</span>",
        );
        format!("<p class=\"lead\">{said}</p>\n<p class=\"note key\">{key}</p>\n")
    }

    fn contents(&self) -> String {
        let links = self.survey.programmes.iter().zip(1..).map(|(programme, at)| {
            format!("<li><a href=\"#p{at}\">{}</a></li>", in_html(&programme.full_name()))
        });
        let links: String = links.collect();
        let label = self.say("Contents", "目录");
        format!("<nav aria-label=\"{label}\"><ul>{links}</ul></nav>\n")
    }

    /// The notices that have doubts left, and the figures that two of them state differently.
    fn doubts(&self) -> String {
        let mut out = format!("<h2>{}</h2>\n", self.say("Doubts left", "尚存疑点"));
        let has_doubt = |note: &&NoticeNote| note.findings + note.doubtful > 0;
        let notes: Vec<&NoticeNote> = self.survey.notices.iter().filter(has_doubt).collect();
        if notes.is_empty() {
            let said = self.say("None in what was checked.", "在已核对的内容中没有。");
            out += &format!("<p>{said}</p>\n");
        } else {
            let head = [
                self.say("Notice", "通知"),
                self.say("Title", "标题"),
                self.say("Year", "年份"),
                self.say("Findings", "问题"),
                self.say("Doubtful readings", "读取存疑"),
                self.say("Corrected", "已更正"),
            ];
            let rows = notes.iter().map(|note| {
                let number = note.document_number.as_ref();
                let number =
                    number.map(|n| format!("<br><span class=\"was\">{}</span>", in_html(n)));
                format!(
                    "<tr><td>{}{}</td><td>{}</td><td>{}</td>{}{}{}</tr>\n",
                    in_html(&note.name),
                    number.unwrap_or_default(),
                    in_html(note.title.as_deref().unwrap_or_default()),
                    note.year.map(|year| year.to_string()).unwrap_or_default(),
                    count(note.findings),
                    count(note.doubtful),
                    count(note.corrected)
                )
            });
            out += &table("wide", &head, 3, rows);
        }
        out += &self.unchecked();
        let found = self.survey.contradictions();
        if found.is_empty() {
            return out;
        }
        out += &format!(
            "<h3>{}</h3>\n<p class=\"note\">{}</p>\n",
            self.say("Stated differently by two notices", "两份通知所载不一致"),
            self.say("The notice that was written later counts.", "以成文日期较晚的通知为准。")
        );
        let head = [
            self.say("Programme", "项目"),
            self.say("Measure", "指标"),
            self.say("Region", "地区"),
            self.say("Year", "年份"),
            self.say("Counts", "采用"),
            self.say("Other", "另载"),
        ];
        let more = found.len().saturating_sub(LISTED);
        let name = |notice: usize| {
            self.survey.notices.get(notice).map_or(String::new(), |note| in_html(&note.name))
        };
        let rows =
            found.into_iter().take(LISTED).map(|(programme, measure, region, year, figure)| {
                let (value, notice) = figure.other.unwrap_or_default();
                let cell = |value: Decimal, notice: usize| {
                    let (value, name) = (printed(value), name(notice));
                    format!(
                        "<td class=\"figure\">{value}<br><span class=\"was\">{name}</span></td>"
                    )
                };
                format!(
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td>{year}</td>{}{}</tr>\n",
                    in_html(&programme.full_name()),
                    in_html(&measure.name()),
                    in_html(&region.name),
                    cell(figure.value, figure.notice),
                    cell(value, notice)
                )
            });
        out += &table("", &head, 4, rows);
        if more > 0 {
            let said = self.say(
                format!("and {more} more, all in the workbook (-o report.xlsx)"),
                format!("另有 {more} 处，见工作簿（-o report.xlsx）"),
            );
            out += &format!("<p class=\"note\">{said}</p>\n");
        }
        out
    }

    /// The notices of which nothing could be checked.
    fn unchecked(&self) -> String {
        let is_unchecked = |note: &&NoticeNote| note.checked == 0;
        let notes: Vec<&NoticeNote> = self.survey.notices.iter().filter(is_unchecked).collect();
        if notes.is_empty() {
            return String::new();
        }
        let mut out = format!(
            "<h3>{}</h3>\n<p class=\"note\">{}</p>\n",
            self.say("Not checked", "未核对"),
            self.say(
                "There was no sum to check in these, and a wrong figure in them goes unnoticed.",
                "这些文件中没有可核对的合计，其中的错误数字无法发现。"
            )
        );
        let head =
            [self.say("Notice", "通知"), self.say("Figures", "数字"), self.say("Why", "原因")];
        let more = notes.len().saturating_sub(LISTED);
        let rows = notes.into_iter().take(LISTED).map(|note| {
            let why = match note.unrecognised {
                true => self
                    .say("no notice and no table was recognised", "未识别出通知，也未识别出表格"),
                false => self.say("no sums", "没有合计"),
            };
            let name = in_html(&note.name);
            format!(
                "<tr><td>{name}</td><td class=\"figure\">{}</td><td>{why}</td></tr>\n",
                note.figures
            )
        });
        out += &table("wide", &head, 1, rows);
        if more > 0 {
            let said = self.say(
                format!("and {more} more, all in the workbook (-o report.xlsx)"),
                format!("另有 {more} 份，见工作簿（-o report.xlsx）"),
            );
            out += &format!("<p class=\"note\">{said}</p>\n");
        }
        out
    }

    fn programme(&self, programme: &Programme, at: usize) -> String {
        let name = in_html(&programme.full_name());
        let mut out = format!("<section>\n<h2 id=\"p{at}\">{name}</h2>\n");
        for measure in &programme.measures {
            out += &self.measure(programme, measure);
        }
        for reached in &programme.reached {
            out += &self.reached(programme, reached);
        }
        out + "</section>\n"
    }

    fn measure(&self, programme: &Programme, measure: &Measure) -> String {
        let years = measure.years();
        let charts =
            self.smalls(programme, measure, &years) + &self.rankings(programme, measure, &years);
        let class = if charts.is_empty() { "measure" } else { "measure both" };
        let table = self.figures(programme, measure, &years);
        format!(
            "<h3>{}</h3>\n<div class=\"{class}\"><div>{charts}</div><div>{table}</div></div>\n",
            in_html(&measure.name())
        )
    }

    /// A chart a region: the total apart, since it would leave the others without height.
    fn smalls(&self, programme: &Programme, measure: &Measure, years: &[u16]) -> String {
        let has_figure = |&r: &usize| years.iter().any(|&year| measure.at(r, year).is_some());
        let of = |level| {
            programme.of_level(level).into_iter().filter(has_figure).collect::<Vec<usize>>()
        };
        let (totals, prefectures) = (of(Level::Total), of(Level::Prefecture));
        let several = if prefectures.len() > 1 { prefectures } else { of(Level::County) };
        let draw = |regions: &[usize]| -> String {
            let values = regions.iter().flat_map(|&r| years.iter().map(move |&y| (r, y)));
            // A figure in doubt does not take the height of all others.
            let figures = values.filter_map(|(r, y)| measure.at(r, y).filter(|f| !f.doubtful));
            let most = figures.map(|figure| figure.value).max();
            let chart = |&r: &usize| {
                let bars = years.iter().map(|&year| {
                    let figure = measure.at(r, year);
                    let doubtful = figure.is_some_and(|figure| figure.doubtful);
                    Bar { year, value: figure.map(|figure| figure.value), doubtful }
                });
                let name = &programme.regions[r].name;
                charts::small(name, &bars.collect::<Vec<_>>(), most.unwrap_or_default())
            };
            regions.iter().map(chart).collect()
        };
        // One year is what the ranking shows.
        if years.len() < 2 {
            return String::new();
        }
        let mut out = String::new();
        if !totals.is_empty() {
            out += &format!("<div class=\"smalls\">{}</div>\n", draw(&totals));
        }
        if several.len() > 1 && several.len() <= SMALLS {
            let said = self.say("By region, on one scale", "分地区（同一比例）");
            out += &format!("<h4>{said}</h4>\n<div class=\"smalls\">{}</div>\n", draw(&several));
        }
        out
    }

    /// Who has most in the latest year, among prefectures and among the rest.
    fn rankings(&self, programme: &Programme, measure: &Measure, years: &[u16]) -> String {
        let Some((&last, earlier)) = years.split_last() else { return String::new() };
        let before = earlier.last().copied();
        let total = programme.of_level(Level::Total).into_iter().find_map(|r| measure.at(r, last));
        let total = total.map(|figure| figure.value).filter(|t| *t > Decimal::ZERO && measure.adds);
        let mut out = String::new();
        for level in [Level::Prefecture, Level::County] {
            let mut regions: Vec<(usize, &Figure)> = programme
                .of_level(level)
                .into_iter()
                .filter_map(|r| Some((r, measure.at(r, last)?)))
                .collect();
            if regions.len() < 2 {
                continue;
            }
            regions.sort_by(|a, b| b.1.value.cmp(&a.1.value).then(a.0.cmp(&b.0)));
            let count = regions.len();
            let lines = regions.into_iter().take(RANKED).map(|(r, figure)| {
                let part = total
                    .map(|total| format!("{:.1} %", figure.value * Decimal::ONE_HUNDRED / total));
                Ranked {
                    name: self.region_name(programme, r),
                    value: figure.value,
                    before: before.and_then(|year| Some(measure.at(r, year)?.value)),
                    doubtful: figure.doubtful,
                    remark: part.unwrap_or_default(),
                }
            });
            let who = match level {
                Level::Prefecture => self.say("Prefectures", "设区市"),
                _ => self.say("Counties and others", "县（市、区）等"),
            };
            let first = match count > RANKED {
                true => self.say(
                    format!(", first {RANKED} of {count}"),
                    format!("，{count} 个中的前 {RANKED} 个"),
                ),
                false => String::new(),
            };
            let mark = before.map_or(String::new(), |year| {
                self.say(format!("; mark: {year}"), format!("；竖线为 {year} 年"))
            });
            let title = self.say(
                format!("{who} by figure of {last}{first}{mark}"),
                format!("{who}按 {last} 年数值排序{first}{mark}"),
            );
            let chart = charts::ranking(&title, &lines.collect::<Vec<_>>());
            out += &format!("<h4>{title}</h4>\n{chart}\n");
        }
        out
    }

    /// A county's name, with its prefecture where another one is called the same.
    fn region_name(&self, programme: &Programme, at: usize) -> String {
        let Region { name, parent, .. } = &programme.regions[at];
        let is_alone = programme.regions.iter().filter(|other| other.name == *name).count() == 1;
        match parent.filter(|_| !is_alone) {
            Some(parent) => format!("{}{name}", programme.regions[parent].name),
            None => name.clone(),
        }
    }

    /// All figures: a row a region, a column a year, and the change since the year before.
    fn figures(&self, programme: &Programme, measure: &Measure, years: &[u16]) -> String {
        let change = match years {
            [.., before, last] => Some((*before, *last)),
            _ => None,
        };
        let mut head = vec![self.say("Region", "地区")];
        head.extend(years.iter().map(u16::to_string));
        head.extend(change.map(|(before, last)| {
            self.say(format!("{last} against {before}"), format!("{last} 比 {before}"))
        }));
        let regions = programme.regions.iter().enumerate();
        let rows = regions.filter(|(r, _)| years.iter().any(|&y| measure.at(*r, y).is_some()));
        let rows = rows.map(|(r, region)| {
            let class = match region.level {
                Level::Total => "total",
                Level::Prefecture => "prefecture",
                Level::County => "county",
            };
            let was = match region.former.is_empty() {
                true => String::new(),
                false => {
                    let names = region.former.join("、");
                    let said = self.say(format!(" was {names}"), format!(" 原{names}"));
                    format!("<span class=\"was\">{}</span>", in_html(&said))
                }
            };
            let mut row = format!(
                "<tr class=\"{class}\"><th scope=\"row\">{}{was}</th>",
                in_html(&region.name)
            );
            for &year in years {
                row += &self.figure(measure.at(r, year));
            }
            if let Some((before, last)) = change {
                let of = |year| Some(measure.at(r, year)?.value);
                let changed =
                    of(last).zip(of(before)).and_then(|(last, before)| changed(last, before));
                let _ = write!(row, "<td class=\"figure\">{}</td>", changed.unwrap_or_default());
            }
            row + "</tr>\n"
        });
        table("figures", &head, 1, rows)
    }

    fn figure(&self, figure: Option<&Figure>) -> String {
        let Some(figure) = figure else { return "<td class=\"figure\"></td>".to_owned() };
        let class = match (figure.doubtful || figure.other.is_some(), figure.corrected) {
            (true, _) => "figure doubtful",
            (_, true) => "figure corrected",
            _ => "figure",
        };
        format!("<td class=\"{class}\">{}</td>", printed(figure.value))
    }

    fn reached(&self, programme: &Programme, reached: &Reached) -> String {
        let years: Vec<u16> = {
            let mut years: Vec<u16> = reached.shares.keys().map(|(_, year)| *year).collect();
            years.sort_unstable();
            years.dedup();
            years
        };
        let Some(&last) = years.last() else { return String::new() };
        let mut lines: Vec<(String, Share)> = reached
            .shares
            .iter()
            .filter(|((_, year), _)| *year == last)
            .map(|(&(r, _), share)| (self.region_name(programme, r), *share))
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.1.percent()));
        let more = lines.len().saturating_sub(RANKED);
        // Those who are behind are what one looks for: the last of a long list stay.
        if more > 0 {
            lines.drain(RANKED / 2..RANKED / 2 + more);
        }
        let title = self.say(
            format!("Share of targets reached: {}, targets of {last}", reached.label),
            format!("目标完成率：{}（{last}年目标）", reached.label),
        );
        let mut head = vec![self.say("Region", "地区")];
        head.extend(years.iter().map(|year| format!("{year} %")));
        let rows = (0..programme.regions.len()).filter_map(|r| {
            let of_years: Vec<_> =
                years.iter().map(|&year| reached.shares.get(&(r, year))).collect();
            of_years.iter().any(Option::is_some).then_some((r, of_years))
        });
        let rows = rows.map(|(r, of_years)| {
            let cells = of_years.iter().map(|share| {
                let percent = share.map(|share| format!("{:.1}", share.percent()));
                format!("<td class=\"figure\">{}</td>", percent.unwrap_or_default())
            });
            format!(
                "<tr><th scope=\"row\">{}</th>{}</tr>\n",
                in_html(&self.region_name(programme, r)),
                cells.collect::<String>()
            )
        });
        let table = table("figures", &head, 1, rows);
        let left = match more {
            0 => String::new(),
            more => {
                let said = self.say(
                    format!("{more} in the middle stand in the table alone"),
                    format!("居中的 {more} 个仅见于表中"),
                );
                format!("<p class=\"note\">{said}</p>")
            }
        };
        format!(
            "<h3>{}</h3>\n<div class=\"measure both\"><div>{}{left}</div><div>{table}</div></div>\n",
            in_html(&title),
            charts::shares(&title, &lines)
        )
    }

    fn left_out(&self) -> String {
        if self.survey.left_out.is_empty() {
            return String::new();
        }
        let head = [self.say("Notice", "通知"), self.say("Table", "表"), self.say("Why", "原因")];
        let rows = self.survey.left_out.iter().map(|left| {
            let name = self.survey.notices.get(left.notice).map(|note| note.name.as_str());
            let Wording { en, zh } = why(left.why);
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                in_html(name.unwrap_or_default()),
                in_html(&left.title),
                self.say(en, zh)
            )
        });
        let said = self.say("Tables left out", "未纳入的表");
        format!("<h2>{said}</h2>\n{}", table("", &head, 3, rows))
    }
}

/// How a figure changed, in percent.
pub(super) fn changed(last: Decimal, before: Decimal) -> Option<String> {
    if before <= Decimal::ZERO {
        return None;
    }
    let percent = (last - before) * Decimal::ONE_HUNDRED / before;
    let sign = if percent > Decimal::ZERO { "+" } else { "" };
    Some(format!("{sign}{percent:.1} %").replace('-', "−"))
}

fn count(count: usize) -> String {
    format!("<td class=\"figure\">{count}</td>")
}

/// A table that scrolls on its own; from column `figures` on, its headers stand over figures.
fn table(
    class: &str,
    head: &[String],
    figures: usize,
    rows: impl Iterator<Item = String>,
) -> String {
    let count = head.len();
    let head = head.iter().zip(0..).map(|(name, at)| {
        let class = if at >= figures { " class=\"figure\"" } else { "" };
        format!("<th scope=\"col\"{class}>{}</th>", in_html(name))
    });
    // On paper, narrow ones stand side by side and broad ones turn the sheet.
    let breadth = match count {
        ..3 if class == "figures" => " narrow",
        ..10 => "",
        _ => " broad",
    };
    let (head, rows): (String, String) = (head.collect(), rows.collect());
    format!(
        "<div class=\"scroll {class}{breadth}\" tabindex=\"0\"><table><thead><tr>{head}</tr></thead>\n\
         <tbody>{rows}</tbody></table></div>\n"
    )
}
