//! Transcripts of the command: what is typed, what stands on each stream, and the exit status. The
//! cases are data in `tests/suite/cli/`.
#![cfg(feature = "cli")]

#[path = "support/archive.rs"]
#[allow(dead_code)] // It has more than is used here.
mod archive;

use archive::zip;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

#[test]
fn transcripts() {
    let folder = inputs();
    let mut seen = 0;
    for file in ["convert", "others"] {
        let path = format!("tests/suite/cli/{file}.txt");
        let suite = fs::read_to_string(&path).expect("the suite is in the repository");
        for case in suite.split("--- ").skip(1) {
            let (name, rest) = case.split_once(" ---\n").expect("a case has a name");
            let (command, expected) = rest.split_once("\n=>\n").expect("a case has an answer");
            let output = run(folder.path(), command);
            seen += 1;
            assert_answer(&format!("{path}: {name}"), &output, expected.trim_end());
        }
    }
    assert!(seen > 15, "saw only {seen} cases");
}

/// A notice whose total is not what its rows add up to, in one column of two.
const FALSE_SUM: &str = "关于下达2023年计划的通知\n\n附件1\n2023年开工计划\n单位：套\n\
    市、县名称\t新开工\t基本建成\n全省\t60\t9\n南昌市\t10\t2\n九江市\t25\t3\n赣州市\t35\t4\n";

/// A tiny input of each kind.
fn inputs() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("the folder is writable");
    };
    write("empty.pdf", b"");
    write("image.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    write("office.txt", b"PK\x03\x04\x14\0\x06\0\0\0word/document.xml");
    write("page.html", b"\r\n<!DOCTYPE html><html></html>");
    write("letter.txt", "您好，\n明天下午见。\n".as_bytes());
    write("broken.json", b"{");
    write("blank.pdf", &blank_pdf());
    write("notice.txt", "关于下达2023年计划的通知\n".as_bytes());
    write("sums.txt", FALSE_SUM.as_bytes());
    write("notice.pdf", "关于下达2023年计划的通知\n".as_bytes());
    let mut json: Value = serde_json::from_slice(&result(folder.path())).expect("a result is JSON");
    json["source"]["bytes"] = "many".into();
    write("half.json", json.to_string().as_bytes());
    let whole = run(folder.path(), "fubiao convert sums.txt --quiet");
    write("whole.json", &whole.stdout);
    write("pages.txt", "关于下达2023年计划的通知\n— 1 —\n\x0c附件\n— 2 —\n".as_bytes());
    let annex = FALSE_SUM.split_once("\n\n").expect("an annex").1;
    let body = "关于下达2023年计划的通知\n各市人民政府：\n现将计划下达。\n附件：1.2023年开工计划\n";
    write("two.zip", &zip(&[("附件.txt", annex.as_bytes()), ("通知.txt", body.as_bytes())]));
    fs::create_dir(folder.path().join("folder")).expect("the folder is writable");
    write("folder/mine.txt", b"mine");
    write("folder/sums.txt", FALSE_SUM.as_bytes());
    write("folder/facts.csv", b"annex,region,column_path,raw,status\n");
    write("other.json", b"{\"a\": 1}");
    fs::create_dir(folder.path().join("several")).expect("the folder is writable");
    write("several/附件.txt", annex.as_bytes());
    write("several/通知.txt", body.as_bytes());
    fs::create_dir(folder.path().join("hollow")).expect("the folder is writable");
    folder
}

/// A PDF with one page and nothing on it.
fn blank_pdf() -> Vec<u8> {
    use lopdf::{Document, Object, dictionary};
    let mut pdf = Document::with_version("1.5");
    let pages = pdf.new_object_id();
    let page = pdf.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let kids: Vec<Object> = vec![page.into()];
    pdf.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 1 }),
    );
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("a document in memory can be saved");
    bytes
}

fn fubiao(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
    command.current_dir(folder).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C");
    // What this machine has installed is no matter.
    command.env("FUBIAO_MODELS", folder.join("none"));
    command
}

fn result(folder: &Path) -> Vec<u8> {
    let output = run(folder, "fubiao convert notice.txt --quiet");
    assert_eq!(output.status.code(), Some(0));
    output.stdout
}

/// Runs a command line; `< FILE` at its end is its standard input.
fn run(folder: &Path, line: &str) -> Output {
    let (line, stdin) = line.split_once(" < ").unwrap_or((line, ""));
    let mut command = fubiao(folder);
    command.args(line.split_whitespace().skip(1));
    command.stdin(match stdin {
        "" => Stdio::null(),
        name => fs::File::open(folder.join(name)).expect("the input is there").into(),
    });
    command.output().expect("the command runs")
}

/// Holds what came out against the expected sections: `stdout`, `stderr` (whole, or `matches` for a
/// part of it) and `status`.
fn assert_answer(name: &str, output: &Output, expected: &str) {
    let expected = expected.replace("\\f", "\x0c");
    let (streams, status) = match expected.rsplit_once("\nstatus ") {
        Some((streams, status)) => (streams, status),
        None => ("", expected.strip_prefix("status ").expect("a case has a status")),
    };
    let found = [
        ("stdout", String::from_utf8_lossy(&output.stdout)),
        ("stderr", String::from_utf8_lossy(&output.stderr)),
    ];
    let streams = format!("\n{streams}\n");
    for (stream, text) in &found {
        let section = |heading: &str| {
            let (_, rest) = streams.split_once(&format!("\n{heading}\n"))?;
            Some(rest.split("\nstderr").next().unwrap_or(rest).trim_end())
        };
        if let Some(part) = section(&format!("{stream} matches")) {
            assert!(text.contains(part), "{name}: {stream} lacks {part:?}:\n{text}");
        } else {
            let whole = section(stream).unwrap_or("");
            assert_eq!(text.trim_end(), whole, "{name}: {stream}");
        }
    }
    let code = output.status.code().map(|code| code.to_string());
    assert_eq!(code.as_deref(), Some(status), "{name}: status\n{}", found[1].1);
}

#[test]
fn a_result_file_is_the_same_as_the_result_on_standard_output() {
    let folder = inputs();
    let path = folder.path().join("notice.json");
    fs::write(&path, "an older result").expect("the folder is writable");
    let output = run(folder.path(), "fubiao convert notice.txt -o notice.json");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read(&path).expect("the result is there"), result(folder.path()));
}

#[test]
fn what_failed_leaves_an_older_result_alone_and_nothing_beside_it() {
    let folder = inputs();
    let path = folder.path().join("blank.json");
    fs::write(&path, "an older result").expect("the folder is writable");
    let before = fs::read_dir(folder.path()).expect("the folder is there").count();
    let output = run(folder.path(), "fubiao convert blank.pdf -o blank.json");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_to_string(&path).expect("it is still there"), "an older result");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), before);
}

#[test]
fn a_result_is_valid_and_can_be_checked_again() {
    let folder = inputs();
    fs::write(folder.path().join("notice.json"), result(folder.path())).expect("writable");
    let valid = run(folder.path(), "fubiao validate notice.json");
    assert_answer("valid", &valid, "stdout\nnotice.json: valid\nstatus 0");
    let checked = run(folder.path(), "fubiao check notice.json --lang zh");
    assert_answer("checked", &checked, "stdout\nnotice.txt：没有表格，无可核对\nstatus 0");
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let folder = inputs();
    let mut child = fubiao(folder.path())
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let folder = inputs();
    let null = Path::new("/dev/null");
    if null.exists() {
        let output = run(folder.path(), "fubiao convert notice.txt -o /dev/null");
        assert_eq!(output.status.code(), Some(0));
        assert!(fs::metadata(null).is_ok_and(|m| !m.is_file()));
    }
}

#[test]
fn messages_follow_the_locale_and_results_do_not() {
    let folder = inputs();
    let with_lang = |lang: &str, args: &[&str]| {
        let output = fubiao(folder.path()).env("LANG", lang).args(args).output();
        output.expect("the command runs")
    };
    let missing = with_lang("zh_CN.UTF-8", &["convert", "missing.pdf"]);
    assert!(String::from_utf8_lossy(&missing.stderr).starts_with("错误: missing.pdf"));
    let notice = ["convert", "notice.txt", "--quiet"];
    assert_eq!(with_lang("zh_CN.UTF-8", &notice).stdout, with_lang("C", &notice).stdout);
}

#[test]
fn a_name_steers_no_terminal() {
    let folder = inputs();
    let name = "a\n\u{1b}[31mb.txt";
    if fs::write(folder.path().join(name), FALSE_SUM).is_err() {
        return; // Some systems have no such names.
    }
    for args in [&["check", name][..], &["convert", name, "-o", "x.json"]] {
        let output = fubiao(folder.path()).args(args).output().expect("the command runs");
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8_lossy(&stream).into_owned();
            assert!(text.lines().all(|line| !line.starts_with("b.txt")), "{args:?}: {text}");
            assert!(!text.contains('\u{1b}'), "{args:?}: {text}");
        }
    }
}

#[cfg(feature = "review")]
#[test]
fn a_page_replaces_no_notice() {
    let folder = inputs();
    let notice = fs::read(folder.path().join("notice.pdf")).expect("it is there");
    let slip = run(folder.path(), "fubiao review sums.txt -o notice.pdf");
    assert_answer(
        "another ending",
        &slip,
        "stderr\nerror: notice.pdf: a review page is written as .html\n\
         hint: give -o a name with the extension .html\nstatus 2",
    );
    assert_eq!(fs::read(folder.path().join("notice.pdf")).expect("it is there"), notice);
    let beyond = run(folder.path(), "fubiao review pages.txt --pages 9 -o page9.html");
    assert_answer(
        "no such page",
        &beyond,
        "stderr matches\nerror: pages.txt: it has 2 pages\nhint: give --pages others, or leave it out\n\
         status 2",
    );
    assert!(!folder.path().join("page9.html").exists());
}

#[cfg(all(feature = "review", feature = "package"))]
#[test]
fn a_folder_can_be_checked_and_reviewed_as_one_notice() {
    let folder = inputs();
    let told = "several: 1 annex, 8 figures, 2 sums checked: 1 error";
    let wrong = "error: several: 附件.txt:5:4: annex 1, 新开工: 全省 states 60, its rows add up to 70 [column_sum]";
    let check = run(folder.path(), "fubiao check --one-notice several --messages short");
    assert_answer("check", &check, &format!("stdout\n{wrong}\n{told}\nstatus 0"));
    let review = run(folder.path(), "fubiao review --one-notice several -o page.html");
    assert_answer("review", &review, &format!("stderr\n{told}\nstatus 0"));
    let page = fs::read_to_string(folder.path().join("page.html")).expect("the page is there");
    assert!(page.contains("通知.txt") && page.contains("附件.txt"));
}

#[cfg(not(feature = "serve"))]
#[test]
fn what_a_build_lacks_is_said() {
    let folder = inputs();
    for line in ["fubiao serve my-notices --open", "fubiao serve --help", "fubiao serve"] {
        let expected = "stderr\nerror: fubiao serve: it is not part of this build\n\
            hint: build with --features serve, or install a release\nstatus 2";
        assert_answer(line, &run(folder.path(), line), expected);
    }
}

#[test]
fn manual_pages_make_their_folder() {
    let folder = inputs();
    assert_answer("man", &run(folder.path(), "fubiao man share/man1"), "status 0");
    assert!(folder.path().join("share/man1/fubiao-convert.1").is_file());
}

#[test]
fn bytes_from_a_pipe_are_read_to_their_end() {
    let folder = inputs();
    let mut child = fubiao(folder.path())
        .args(["inspect", "-", "--until", "extract"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    stdin.write_all("关于下达".as_bytes()).expect("the command reads");
    stdin.write_all("计划的通知\n".as_bytes()).expect("the command reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("关于下达计划的通知"), "{text}");
}
