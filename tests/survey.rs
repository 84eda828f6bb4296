//! Results of many notices side by side: regions through renames, the later of two notices, what was reached, and a
//! page that loads and runs nothing.
#![cfg(feature = "cli")]

use fubiao::emit::record::NoticeRecord;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use fubiao::survey::{Lang, Level, Programme, Survey, Why, page, survey};
use std::process::Command;

/// A notice of one annex.
fn notice(year: u16, date: &str, title: &str, rows: &str) -> String {
    format!(
        "赣建保〔{year}〕1号\n\n关于下达{year}年任务的通知\n\n各设区市人民政府：\n\n    现下达任务。\n\n\
         江西省住房和城乡建设厅\n{date}\n\n附件1\n\n{title}\n\n单位：套\n{rows}\n"
    )
}

fn record(name: &str, text: &str) -> NoticeRecord {
    let source = Source::new(name, text.into()).expect("a text");
    let reading = pipeline::read(&source, &Options::default()).expect("a notice");
    NoticeRecord::new(&source, &reading)
}

/// Two years of one programme, of which the second was revised, and one of another kind.
fn records() -> Vec<NoticeRecord> {
    let title = |year: u16| format!("{year}年城市棚户区改造目标任务分解表");
    let before =
        "市、县\t新开工\n全省\t100\n赣州市\t60\n龙南县\t40\n信丰县\t20\n九江市\t40\n柴桑区\t40";
    let after =
        "市、县\t开工\n全省\t120\n赣州市\t70\n龙南市\t50\n信丰县\t20\n九江市\t50\n柴桑区\t50";
    let revised =
        after.replace("120", "121").replace("九江市\t50\n柴桑区\t50", "九江市\t51\n柴桑区\t51");
    vec![
        record("2019.txt", &notice(2019, "2019年1月20日", &title(2019), before)),
        record("2021.txt", &notice(2021, "2021年1月20日", &title(2021), after)),
        record("revised.txt", &notice(2021, "2021年6月3日", &title(2021), &revised)),
        record(
            "staff.txt",
            &notice(2021, "2021年1月20日", "联系人名单表", "姓名\t人数\n张三\t5\n李四\t6"),
        ),
    ]
}

fn region(programme: &Programme, name: &str) -> usize {
    programme.regions.iter().position(|region| region.name == name).expect(name)
}

fn value(programme: &Programme, measure: usize, name: &str, year: u16) -> Option<String> {
    let figure = programme.measures[measure].at(region(programme, name), year)?;
    Some(figure.value.to_string())
}

#[test]
fn years_stand_side_by_side_through_renames() {
    let Survey { notices, programmes, left_out } = survey(records());
    assert_eq!(notices.len(), 4);
    assert_eq!(left_out.iter().map(|left| left.why).collect::<Vec<_>>(), [Why::NoRegions]);
    let [programme] = &programmes[..] else { panic!("one programme: {programmes:?}") };
    assert_eq!(programme.full_name(), "江西省 · 城市棚户区");
    let names: Vec<_> = programme.regions.iter().map(|r| (r.name.as_str(), r.level)).collect();
    assert_eq!(
        names,
        [
            ("全省", Level::Total),
            ("九江市", Level::Prefecture),
            ("柴桑区", Level::County),
            ("赣州市", Level::Prefecture),
            ("信丰县", Level::County),
            ("龙南市", Level::County),
        ]
    );
    let renamed = &programme.regions[region(programme, "龙南市")];
    assert_eq!(renamed.former, ["龙南县"]);
    assert_eq!(renamed.parent, Some(region(programme, "赣州市")));
    // 新开工 of one year is 开工 of the other.
    assert_eq!(programme.measures.len(), 1);
    assert_eq!(programme.measures[0].name(), "开工（套）");
    assert_eq!(programme.measures[0].years(), [2019, 2021]);
    assert_eq!(value(programme, 0, "龙南市", 2019).as_deref(), Some("40"));
    assert_eq!(value(programme, 0, "龙南市", 2021).as_deref(), Some("50"));
}

#[test]
fn the_later_of_two_notices_counts_and_the_other_is_named() {
    let survey = survey(records());
    let programme = &survey.programmes[0];
    assert_eq!(value(programme, 0, "柴桑区", 2021).as_deref(), Some("51"));
    let contradictions = survey.contradictions();
    let named: Vec<_> = contradictions
        .iter()
        .map(|(.., region, year, figure)| {
            let (other, notice) = figure.other.expect("two notices");
            (region.name.as_str(), *year, other.to_string(), survey.notices[notice].name.as_str())
        })
        .collect();
    let of = |region, other: &str| (region, 2021, other.to_owned(), "2021.txt");
    assert_eq!(named, [of("全省", "120"), of("九江市", "50"), of("柴桑区", "50")]);
    // The same whatever the order of the inputs.
    let mut turned = records();
    turned.reverse();
    assert_eq!(fubiao::survey::survey(turned), survey);
}

#[test]
fn what_was_reached_is_told_of_one_table_and_over_years() {
    let table = "市、县\t计划户数\t实际完成户数\n全省\t100\t90\n赣州市\t60\t60\n九江市\t40\t30";
    let one =
        record("one.txt", &notice(2022, "2022年1月20日", "2021年农村危房改造完成情况表", table));
    let programme = &survey(vec![one]).programmes[0];
    let [reached] = &programme.reached[..] else { panic!("{:?}", programme.reached) };
    // What the notice of 2022 tells is of 2021.
    let share = reached.shares[&(region(programme, "九江市"), 2021)];
    assert_eq!(share.percent().to_string(), "75");

    let begun = "市、县\t改造计划\n全省\t100\n赣州市\t60\n九江市\t40";
    let done = "市、县\t改造计划\n全省\t88\n赣州市\t58\n九江市\t30";
    let title = |year: u16, what: &str| format!("{year}年城镇老旧小区改造{what}任务表");
    let before = record("a.txt", &notice(2021, "2021年1月20日", &title(2021, "开工"), begun));
    let after = record("b.txt", &notice(2022, "2022年1月20日", &title(2021, "完工"), done));
    let programme = &survey(vec![before.clone(), after]).programmes[0];
    let [reached] = &programme.reached[..] else { panic!("{programme:?}") };
    let share = reached.shares[&(region(programme, "全省"), 2021)];
    assert_eq!(share.percent().to_string(), "88");

    // What one notice sets for one year in two stages is no share of a target.
    let same = record("c.txt", &notice(2021, "2021年1月21日", &title(2021, "完工"), done));
    assert!(survey(vec![before, same]).programmes[0].reached.is_empty());
}

#[test]
fn the_page_loads_and_runs_nothing_and_says_the_same_in_both_languages() {
    let mut all = records();
    all[0].source.name = "<script>alert(1)</script>\u{202e}.txt".into();
    all[0].annexes[0].rows[2].region.name = "<img src=x onerror=alert(1)>\"".into();
    let survey = survey(all);
    for (lang, words) in
        [(Lang::En, ["Doubts left", "was 龙南县"]), (Lang::Zh, ["尚存疑点", "原龙南县"])]
    {
        let html = page(&survey, lang);
        assert!(words[0].len() > 1 && html.contains(words[0]), "{}", words[0]);
        for active in [
            "<script",
            "<img",
            "http://",
            "https://",
            " onerror=\"",
            "url(",
            "@import",
            " style=\"",
        ] {
            assert!(!html.contains(active), "{active}");
        }
        assert!(!html.contains('\u{202e}'), "what nobody sees is shown");
        assert!(html.contains("default-src 'none'"));
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
        assert_eq!(
            fubiao::emit::own::wrote(html.as_bytes()).map(|own| own.name().0),
            Some("a page that fubiao wrote")
        );
    }
    let named = page(&fubiao::survey::survey(records()), Lang::Zh);
    assert!(named.contains("原龙南县"), "a region is followed through its renames");
}

#[test]
#[cfg(feature = "xlsx")]
fn the_workbook_holds_the_years_and_is_the_same_each_time() {
    use fubiao::survey::workbook;
    use std::io::{Cursor, Read};
    let made = survey(records());
    let book = workbook(&made, Lang::Zh).expect("it fits");
    assert!(book == workbook(&made, Lang::Zh).expect("it fits"));
    let mut book = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook is a ZIP archive");
    let mut part = |name: &str| {
        let mut text = String::new();
        book.by_name(name).expect(name).read_to_string(&mut text).expect("UTF-8");
        text
    };
    let names = part("xl/workbook.xml");
    for sheet in ["通知", "城市棚户区", "所载不一致", "未纳入的表"] {
        assert!(names.contains(sheet), "{sheet} in {names}");
    }
    assert!(part("xl/sharedStrings.xml").contains("龙南县"));
    assert!(part("xl/worksheets/sheet2.xml").contains("<v>121</v>"));
}

#[test]
fn a_report_is_made_of_what_an_archive_counts() {
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name);
    std::fs::create_dir(at("in")).expect("a folder");
    let title = "2021年城市棚户区改造目标任务分解表";
    let text = notice(2021, "2021年1月20日", title, "市、县\t开工\n全省\t9\n赣州市\t4\n九江市\t5");
    std::fs::write(at("in/a.txt"), &text).expect("a file");
    std::fs::write(at("in/b.txt"), text.replace("江西省", "本")).expect("a file");
    let fubiao = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
        command.current_dir(root.path()).args(args).output().expect("the command starts")
    };
    assert!(fubiao(&["batch", "in", "--out", "out", "--format", "json"]).status.success());
    std::fs::remove_file(at("in/b.txt")).expect("it goes");
    assert!(fubiao(&["batch", "in", "--out", "out", "--format", "json"]).status.success());
    let told = fubiao(&["report", "out", "-o", "r.html", "--lang", "en"]);
    assert!(told.status.success(), "{told:?}");
    assert_eq!(String::from_utf8_lossy(&told.stderr), "1 notice, 1 programme\n");
    // Of what was not checked it is not said that there is nothing to doubt.
    std::fs::write(at("letter.txt"), "您好，\n明天下午见。\n").expect("a file");
    assert!(fubiao(&["convert", "letter.txt", "-o", "letter.json"]).status.success());
    let letter = fubiao(&["report", "letter.json", "-o", "letter.html", "--lang", "en"]);
    let said = String::from_utf8_lossy(&letter.stderr).into_owned();
    assert!(
        said.starts_with("warning: no notice and no table was recognised in 1 result"),
        "{said}"
    );
    let page = std::fs::read_to_string(at("letter.html")).expect("a page");
    assert!(page.contains("<h3>Not checked</h3>") && page.contains("Sums checked: 0."), "{page}");
    let of_files =
        fubiao(&["report", "out/notices/a.txt.json", "out/notices/b.txt.json", "-o", "s.html"]);
    assert!(of_files.status.success(), "{of_files:?}");
    for (args, status) in [
        (&["report", "out", "-o", "r.pdf"][..], 2),
        (&["report", "in", "-o", "r.html"], 3),
        (&["report", "none", "-o", "r.html"], 3),
        (&["report", "in/a.txt", "-o", "r.html"], 3),
    ] {
        assert_eq!(fubiao(args).status.code(), Some(status), "{args:?}");
    }
    assert!(!at("r.pdf").exists());
    let none = fubiao(&["report", "none", "-o", "none.html"]);
    assert_eq!(none.status.code(), Some(3));
    assert!(!at("none.html").exists(), "a report of no result at all is none");
}
