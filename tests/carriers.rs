//! What each carrier's reader makes of the peculiarities of its format, one by one.
#![cfg(all(feature = "html", feature = "docx", feature = "excel", feature = "package"))]

#[path = "support/archive.rs"]
mod archive;

use archive::{zip, zip_named};
use fubiao::carrier::page::{Ink, Run};
use fubiao::diag::Sink;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::segment::outline::Block;
use fubiao::source::Source;

/// What is read of a document: its lines, tables as rows of cells (`<` and `^` where one to the left or above
/// covers a place), and behind them the rules of repairs and codes of diagnostics.
fn read(bytes: Vec<u8>) -> String {
    let source = Source::new("notice", bytes).expect("a kind that is read");
    let mut sink = Sink::new();
    let pages = pipeline::until_pages(&mut sink, &Options::default(), &source).expect("readable");
    let mut out = String::new();
    for page in &pages.pages {
        let mut blocks: Vec<(f32, String)> = Vec::new();
        let mut in_cells = vec![false; page.runs.len()];
        for table in &page.tables {
            let cols = table.col_edges.len() - 1;
            let mut grid = vec![vec!["?".to_owned(); cols]; table.row_edges.len() - 1];
            for cell in &table.cells {
                in_cells[cell.runs.clone()].fill(true);
                let said = |run: &Run| match run.ink {
                    Ink::Struck => format!("~{}~", run.text),
                    _ => run.text.clone(),
                };
                let texts: Vec<String> = page.runs[cell.runs.clone()].iter().map(said).collect();
                let rows = grid.iter_mut().enumerate().skip(cell.row).take(cell.rowspan);
                for (row, slots) in rows {
                    let mark = if row > cell.row { "^" } else { "<" };
                    slots[cell.col..cell.col + cell.colspan].fill(mark.to_owned());
                }
                grid[cell.row][cell.col] = texts.join("/");
            }
            let rows: Vec<String> = grid.iter().map(|row| row.join("|")).collect();
            blocks.push((table.row_edges[0], rows.join("\n")));
        }
        let mut last = f32::MIN;
        for (run, in_cell) in page.runs.iter().zip(in_cells).filter(|(_, in_cell)| !in_cell) {
            assert!(!in_cell);
            match blocks.last_mut() {
                Some((_, line)) if last == run.bbox.y0 => line.push_str(&format!("  {}", run.text)),
                _ => blocks.push((run.bbox.y0, run.text.clone())),
            }
            last = run.bbox.y0;
        }
        blocks.sort_by(|a, b| a.0.total_cmp(&b.0));
        blocks.iter().for_each(|(_, block)| out.push_str(&format!("{block}\n")));
    }
    let (diagnostics, repairs) = sink.into_parts();
    repairs.iter().for_each(|r| out.push_str(&format!("{}: {}\n", r.rule, r.before)));
    diagnostics.iter().for_each(|d| out.push_str(&format!("{}\n", d.code)));
    out
}

/// A Word document with this body, and other parts beside it.
fn docx(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let relations: String = parts
        .iter()
        .map(|(kind, _)| {
            format!(r#"<Relationship Id="{kind}" Type="http://x/relationships/{kind}" Target="{kind}.xml"/>"#)
        })
        .collect();
    let relations = format!("<Relationships>{relations}</Relationships>");
    let names: Vec<String> = parts.iter().map(|(kind, _)| format!("word/{kind}.xml")).collect();
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ];
    entries
        .extend(names.iter().zip(parts).map(|(name, (_, text))| (name.as_str(), text.as_bytes())));
    zip(&entries)
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn merged_cells_of_word_are_spans() {
    let cell = |properties: &str, text: &str| {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text))
    };
    let down = |text: &str, goes_on: bool| {
        cell(if goes_on { "<w:vMerge/>" } else { r#"<w:vMerge w:val="restart"/>"# }, text)
    };
    let table = [
        format!(
            "<w:tr>{}{}</w:tr>",
            down("市县", false),
            cell(r#"<w:gridSpan w:val="2"/>"#, "任务")
        ),
        format!("<w:tr>{}{}{}</w:tr>", down("", true), cell("", "户数"), cell("", "面积")),
        format!(
            r#"<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{}{}</w:tr>"#,
            cell("", "1"),
            cell("", "2")
        ),
        format!(
            "<w:tr><w:trPr><w:hidden/></w:trPr>{}{}{}</w:tr>",
            cell("", "藏"),
            cell("", "9"),
            cell("", "9")
        ),
    ];
    let body = format!("<w:tbl>{}</w:tbl>", table.concat());
    assert_eq!(read(docx(&body, &[])), "市县|任务|<\n^|户数|面积\n|1|2\nhidden_text: 藏99\n");
}

#[test]
fn a_deleted_cell_leaves_no_room_and_a_span_of_whole_columns_no_column() {
    let cell = |properties: &str, text: &str| {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text))
    };
    let table = |cells: &dyn Fn([&str; 3]) -> String| {
        let rows = [["市", "旧", "套数"], ["甲市", "7", "1"]];
        format!(
            "<w:tbl>{}</w:tbl>",
            rows.map(|row| format!("<w:tr>{}</w:tr>", cells(row))).concat()
        )
    };
    let deleted = table(&|[a, b, c]| cell("", a) + &cell("<w:cellDel/>", b) + &cell("", c));
    let said = "市|套数\n甲市|1\ndeleted_text: 旧\ndeleted_text: 7\n";
    assert_eq!(read(docx(&deleted, &[])), said);
    let spanned =
        table(&|[a, b, c]| cell("", a) + &cell(r#"<w:gridSpan w:val="2"/>"#, b) + &cell("", c));
    assert_eq!(read(docx(&spanned, &[])), "市|旧|套数\n甲市|7|1\n");
}

#[test]
fn changes_are_taken_as_accepted_and_hidden_text_is_out() {
    let body = r#"<w:p><w:r><w:t>任务</w:t></w:r><w:del><w:r><w:delText>100</w:delText></w:r></w:del><w:ins><w:r><w:t>120</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r><w:r><w:t>套</w:t></w:r></w:p>
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前半，</w:t></w:r></w:p><w:p><w:r><w:t>后半。</w:t></w:r></w:p>"#;
    assert_eq!(
        read(docx(body, &[])),
        "任务120套\n前半，后半。\ndeleted_text: 100\nhidden_text: 密\n"
    );
}

#[test]
fn white_text_of_word_is_out_and_symbols_are_characters() {
    let run = |properties: &str, text: &str| {
        format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>")
    };
    let white = r#"<w:color w:val="FFFFFF"/>"#;
    let body = [
        format!("<w:p>{}{}</w:p>", run(white, "00"), run("", "12")),
        r#"<w:p><w:r><w:sym w:font="Symbol" w:char="F037"/><w:sym w:font="Times New Roman" w:char="F030"/></w:r></w:p>"#.to_owned(),
    ];
    assert_eq!(read(docx(&body.concat(), &[])), "12\n70\nhidden_text: 00\n");
}

#[test]
fn what_a_page_strikes_out_hides_or_holds_in_fields() {
    let row = |cell: &str| format!("<tr><td>南昌市</td><td>{cell}</td></tr>");
    let rows = [
        "<s>870</s>820",
        "<span style='text-decoration:line-through'>8</span>3",
        "<span style='opacity:0'>9</span>12",
        "<span style='color:#fff'>0</span>5",
        "40<span style='vertical-align:super'>2</span>",
        "<input value='610'><input type='hidden' value='9'>",
        "<select><option>1<option selected>730</select>",
        "<ruby>820<rt>ba</rt></ruby>",
    ];
    let table: String = rows.iter().map(|cell| row(cell)).collect();
    let page = format!("<html><body><table border=1>{table}</table></body></html>");
    let said = read(page.into_bytes());
    let cells: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("南昌市|")).collect();
    assert_eq!(cells, ["~870~/820", "~8~/3", "12", "5", "40/2", "610", "730", "820"]);
    let behind: Vec<&str> = said.lines().filter(|line| !line.starts_with("南昌市")).collect();
    assert_eq!(behind, ["hidden_text: 9", "hidden_text: 0"]);
}

#[test]
fn what_a_field_shows_is_its_result() {
    let body = r#"<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>SUM(ABOVE)</w:instrText></w:r><w:r><w:t>!</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>165766</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr="DATE"><w:r><w:t>套</w:t></w:r></w:fldSimple></w:p>"#;
    assert_eq!(read(docx(body, &[])), "165766套\n");
}

#[test]
fn numbers_of_lists_are_printed() {
    let numbering = r#"<w:numbering><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/><w:pStyle w:val="item"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num></w:numbering>"#;
    let styles = r#"<w:styles><w:style w:type="paragraph" w:styleId="item"><w:basedOn w:val="list"/></w:style><w:style w:styleId="list"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style></w:styles>"#;
    let item = |properties: &str, text: &str| {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let own = r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr>"#;
    let styled = r#"<w:pStyle w:val="item"/>"#;
    let none = r#"<w:pStyle w:val="item"/><w:numPr><w:numId w:val="0"/></w:numPr>"#;
    let body = [
        item(own, "任务"),
        item(styled, "开工"),
        item(styled, "建成"),
        item(none, "又"),
        item(own, "要求"),
    ];
    let parts = [("numbering", numbering), ("styles", styles)];
    assert_eq!(read(docx(&body.concat(), &parts)), "一、任务\n1.开工\n2.建成\n又\n二、要求\n");
}

#[test]
fn a_text_box_is_read_once() {
    let inner = format!("<w:txbxContent>{}</w:txbxContent>", p("某某省人民政府文件"));
    let body = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing>{inner}</w:drawing></mc:Choice><mc:Fallback><w:pict>{inner}</w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>某政发〔2023〕1号</w:t></w:r></w:p>"
    );
    assert_eq!(read(docx(&body, &[])), "某某省人民政府文件\n某政发〔2023〕1号\n");
}

#[test]
fn marks_of_footnotes_are_no_part_of_a_figure() {
    let footnotes = r#"<w:footnotes><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>含续建。</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let table = r#"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>120</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>面积万m</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let said = read(docx(table, &[("footnotes", footnotes)]));
    assert_eq!(said, "120/1|面积万m/2\n1 含续建。\n");
    // A note that is typed begins with its number, raised.
    let note = r#"<w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>含续建。</w:t></w:r></w:p>"#;
    assert_eq!(read(docx(note, &[])), "1 含续建。\n");
}

#[test]
fn a_prompt_of_a_field_that_nobody_filled_in_is_no_text() {
    let field = |properties: &str| {
        format!(
            "<w:p><w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入</w:t></w:r></w:sdtContent></w:sdt></w:p>"
        )
    };
    let body = p("任务") + &field("<w:showingPlcHdr/>") + &field("");
    assert_eq!(read(docx(&body, &[])), "任务\n单击此处输入\nprompt_text: 单击此处输入\n");
}

#[test]
fn a_raised_number_is_explained_by_a_line_that_begins_with_it() {
    let raised = |text: &str| {
        format!(r#"<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{text}</w:t></w:r>"#)
    };
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let row = |name: &str, runs: &str| {
        format!("<w:tr><w:tc>{}</w:tc><w:tc><w:p>{runs}</w:p></w:tc></w:tr>", p(name))
    };
    let rows = [
        row("市", &run("套数")),
        row("甲市", &(run("120") + &raised("1"))),
        row("乙市", &run("80")),
    ];
    let table = format!("{}{}<w:tbl>{}</w:tbl>", p("附件"), p("任务分配表"), rows.concat());
    for (note, codes) in [
        (format!("<w:p>{}{}</w:p>", raised("1"), run("含上年结转。")), &[][..]),
        (p("含上年结转。"), &["mark_without_note"][..]),
    ] {
        let source =
            Source::new("notice", docx(&(table.clone() + &note), &[])).expect("a document");
        let read = pipeline::read(&source, &Options::default()).expect("readable");
        let said: Vec<&str> = read.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(said, codes);
    }
}

#[test]
fn what_is_set_beside_a_figure_is_no_digit_of_it() {
    let run = |text: &str, said: &str| format!("<w:r><w:rPr>{said}</w:rPr><w:t>{text}</w:t></w:r>");
    let math = |inner: &str| format!("<m:oMath>{inner}</m:oMath>");
    let piece =
        |name: &str, text: &str| format!("<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>");
    let lowered = r#"<w:vertAlign w:val="subscript"/>"#;
    for (cell, said) in [
        (run("120", "<w:strike/>") + &run("100", ""), "~120~/100"),
        (run("1", "") + &run("9", "<w:dstrike/>") + &run("00", ""), "~9~/100"),
        (run("120", r#"<w:strike w:val="0"/>"#), "120"),
        (run("9", r#"<w:color w:val="FFFFFF"/>"#) + &run("100", ""), "100"),
        (run("100", r#"<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F4E79"/>"#), "100"),
        (run("100", "") + &run("2", lowered), "100/2"),
        (run("CO", "") + &run("2", lowered), "CO2"),
        (run("100", "") + &run("1", r#"<w:position w:val="10"/><w:sz w:val="12"/>"#), "100/1"),
        (run("100", r#"<w:position w:val="10"/>"#), "100"),
        ("<w:r><w:sym w:font=\"Symbol\" w:char=\"F02D\"/><w:t>100</w:t></w:r>".to_owned(), "-100"),
        (math(&format!("<m:f>{}{}</m:f>", piece("num", "1"), piece("den", "2"))), "1/2"),
        (math(&format!("<m:sSup>{}{}</m:sSup>", piece("e", "10"), piece("sup", "2"))), "10^2"),
        (math(&format!("<m:sSub>{}{}</m:sSub>", piece("e", "x"), piece("sub", "2"))), "x2"),
    ] {
        let table = format!(
            "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc><w:p>{cell}</w:p></w:tc></w:tr></w:tbl>",
            p("甲市")
        );
        let read = read(docx(&table, &[]));
        assert_eq!(read.replace("hidden_text: 9\n", ""), format!("甲市|{said}\n"));
    }
}

#[test]
fn what_a_browser_shows_of_a_cell_is_read_and_nothing_else() {
    let style = "<style>table td .no, .t > tbody > tr.gone { display: none } \
        div .no:hover, .other .yes { display: none } .far { position: absolute; left: -9999px }</style>";
    for (cell, said) in [
        ("<span class=no>9</span>100", "100\nhidden_text: 9"),
        ("<span class=yes>100</span>", "100"),
        ("<span class=far>9</span>100", "100\nhidden_text: 9"),
        ("<span style='opacity: 0'>9</span>100", "100\nhidden_text: 9"),
        ("<del>120</del>100", "100\nhidden_text: 120"),
        ("<s>120</s>100", "~120~/100"),
        ("<span style='text-decoration: line-through red'>120</span>100", "~120~/100"),
        ("100<span style='vertical-align: super'>1</span>", "100/1"),
        ("100<sub>2</sub>", "100/2"),
        ("PM<sub>2.5</sub>", "PM2.5"),
        ("<input value=100><input type=hidden value=9>", "100"),
        ("<select><option>90<option selected>100</select>", "100"),
        ("<ruby>100<rp>(<rt>9<rp>)</ruby>", "100"),
        (
            "<span style='display: inline-block; width: 0; overflow: hidden'>9</span>100",
            "100\nhidden_text: 9",
        ),
        ("<table><tr><td>100</table>", "100"),
        ("<table><tr><td>20<td>30</table>", "20/30"),
        ("<img src=figure.png width=40>", "\npicture_unread"),
        ("<img src=room.gif width=1>", ""),
    ] {
        let page = format!(
            "{style}<table class=t><tr><td>市<td>套数<tr class=gone><td>丙市<td>7<tr><td>甲市<td>{cell}<tr><td>乙市<td>3</table>"
        );
        let read = read(page.into_bytes());
        let (figure, notes) = said.split_once('\n').unwrap_or((said, ""));
        let notes = if notes.is_empty() { String::new() } else { format!("{notes}\n") };
        let shown = read.replace("hidden_text: 丙市7\n", "");
        assert_eq!(shown, format!("市|套数\n甲市|{figure}\n乙市|3\n{notes}"), "{cell}");
    }
}

#[test]
fn spans_and_columns_are_those_that_a_browser_shows() {
    let rows = "<tr><th>市<th>旧<th>套数<tr><td>甲市<td>7<td>1<tr><td>乙市<td>8<td>2";
    let shown = "市|套数\n甲市|1\n乙市|2\nhidden_text: 旧\nhidden_text: 7\nhidden_text: 8\n";
    for (page, said) in [
        // A number is read as far as it goes.
        (
            "<table><tr><td rowspan='2 '>市<td colspan='2;'>任务<tr><td>户数<td colspan=''>面积<tr><td>甲市<td>1<td>2</table>".to_owned(),
            "市|任务|<\n^|户数|面积\n甲市|1|2\n",
        ),
        (
            format!("<table><colgroup><col><col style='visibility: collapse'></colgroup>{rows}</table>"),
            shown,
        ),
        (
            format!("<style>tr td:nth-child(2), tr th:nth-child(2) {{ display: none }}</style><table>{rows}</table>"),
            shown,
        ),
        (
            "<style>.t { display: table } .t p { display: table-row } .t span { display: table-cell }</style>\
             <div class=t><p><span>市</span><span>套数</span></p><p><span>甲市</span><span>1</span></p><p><span>乙市</span><span>2</span></p></div>".to_owned(),
            "市|套数\n甲市|1\n乙市|2\n",
        ),
        // What stands in a table and in none of its cells is there all the same.
        (
            "<style>.t { display: table } .t p { display: table-row } .t span { display: table-cell }</style>\
             <div class=t>任务表<b>单位：套</b><p><span>市</span><span>套数</span></p><p><span>甲市</span><span>1</span><b>2</b></p>注：3套待定。</div>".to_owned(),
            "任务表单位：套\n市|套数|\n甲市|1|2\n注：3套待定。\n",
        ),
        (
            "<table><caption>任务表</caption><tr><td>市<td>套数<tr><td>甲市<td>1</table>".to_owned(),
            "任务表\n市|套数\n甲市|1\n",
        ),
        // A row that is collapsed takes part in the spans of others.
        (
            "<table><tr><td rowspan=3>甲市<td>县<td>1<tr style='visibility: collapse'><td>区<td>9<tr><td>乡<td>2<tr><td>乙市<td>县<td>3</table>".to_owned(),
            "甲市|县|1\n^|乡|2\n乙市|县|3\nhidden_text: 区9\n",
        ),
        // A key by which a script sorts is longer than what is shown.
        (
            "<table><tr><td>市<td>套数<tr><td>甲市<td><i hidden>000000000001</i>1<tr><td>乙市<td><i hidden>000000000002</i>2</table>".to_owned(),
            "市|套数\n甲市|1\n乙市|2\nhidden_text: 000000000001\nhidden_text: 000000000002\n",
        ),
    ] {
        assert_eq!(read(page.clone().into_bytes()), said, "{page}");
    }
}

#[test]
fn what_a_document_of_word_takes_in_is_read_in_its_place() {
    let table = "<table><tr><td>市<td>套数<tr><td>甲市<td>1</table>";
    let archive = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n{table}\r\n--b--\r\n"
    );
    let row = |cells: [&str; 2]| {
        let cells = cells.map(|text| format!("<w:tc>{}</w:tc>", p(text)));
        format!("<w:tr>{}</w:tr>", cells.concat())
    };
    let inner = docx(&format!("<w:tbl>{}{}</w:tbl>", row(["市", "套数"]), row(["甲市", "1"])), &[]);
    let body = format!("{}<w:altChunk r:id=\"c\"/>{}", p("附件"), p("注：无"));
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let relations = r#"<Relationships><Relationship Id="c" Type="http://x/relationships/aFChunk" Target="c"/></Relationships>"#;
    for (chunk, said) in [
        (table.as_bytes(), "附件\n市|套数\n甲市|1\n注：无\n"),
        (archive.as_bytes(), "附件\n市|套数\n甲市|1\n注：无\n"),
        (&inner, "附件\n市|套数\n甲市|1\n注：无\n"),
        (b"{\\rtf1 1}", "附件\n注：无\npicture_unread\n"),
        // A document that is damaged stops nothing but itself.
        (&inner[..inner.len() / 2], "附件\n注：无\narchive_cut\npart_unreadable\npicture_unread\n"),
    ] {
        let document = zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", document.as_bytes()),
            ("word/_rels/document.xml.rels", relations.as_bytes()),
            ("word/c", chunk),
        ]);
        assert_eq!(read(document), said);
    }
    assert_eq!(read(archive.into_bytes()), "市|套数\n甲市|1\n");
}

#[test]
fn a_table_around_tables_is_none() {
    let cell = |inner: &str| format!("<w:tc>{inner}</w:tc>");
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let table = |rows: &[String]| format!("<w:tbl>{}</w:tbl>", rows.concat());
    let inner = table(&[
        row(&[cell(&p("市")), cell(&p("套数"))]),
        row(&[cell(&p("甲市")), cell(&p("1"))]),
        row(&[cell(&p("乙市")), cell(&p("2"))]),
    ]);
    let outer = table(&[row(&[cell(&(p("附件1") + &inner + &p(""))), cell(&p("续"))])]);
    assert_eq!(read(docx(&outer, &[])), "附件1\n市|套数\n甲市|1\n乙市|2\n续\n");
}

#[test]
fn a_table_that_sets_a_letterhead_is_its_lines() {
    let cell =
        |text: &str, merge: &str| format!("<w:tc><w:tcPr>{merge}</w:tcPr>{}</w:tc>", p(text));
    let row = |cells: [String; 2]| format!("<w:tr>{}</w:tr>", cells.concat());
    let rows =
        row([cell("某省住房和城乡建设厅", ""), cell("文件", r#"<w:vMerge w:val="restart"/>"#)])
            + &row([cell("某省财政厅", ""), cell("", "<w:vMerge/>")]);
    let body = format!("<w:tbl>{rows}</w:tbl>") + &p("某建保〔2024〕12号");
    assert_eq!(
        read(docx(&body, &[])),
        "某省住房和城乡建设厅\n某省财政厅文件\n某建保〔2024〕12号\n"
    );
}

#[test]
fn what_a_site_says_of_a_notice_stands_below_its_authorities() {
    let page = "<title>关于下达计划的通知_某省住房和城乡建设厅</title><ul><li>【索引号】1</li>\
        <li>【发文字号】某建保〔2024〕12号</li><li>【成文日期】2024年1月2日</li></ul>\
        <h1>关于下达计划的通知</h1><div><p>某省住房和城乡建设厅</p><p>某省财政厅</p>\
        <p>各市人民政府：</p><p>现将2024年保障性安居工程计划下达给你们，请认真组织实施，确保按期完成任务。</p></div>";
    let said = read(page.as_bytes().to_vec());
    assert!(
        said.starts_with(
            "某省住房和城乡建设厅\n某省财政厅\n某建保〔2024〕12号\n关于下达计划的通知\n各市人民政府：\n"
        ),
        "{said}"
    );
    // A title may begin with the name of its authority, in a line of its own.
    let own = page.replace("<title>", "<title>某省住房和城乡建设厅某省财政厅");
    assert!(read(own.into_bytes()).starts_with("某建保〔2024〕12号\n"));
}

#[test]
fn a_header_that_scrolls_apart_is_put_back_on_its_table() {
    let page = "<div><table><tr><th>市<th>套数<th></table></div><div><table><tr><td>甲市<td>１２<tr><td>乙市<td>3</table></div>";
    assert_eq!(read(page.as_bytes().to_vec()), "市|套数\n甲市|１２\n乙市|3\n");
    // Words between two tables part them, and a list of names is no header.
    let page = "<table><tr><td>市<td>县</table><p>见下表<table><tr><td>甲市<td>12</table>";
    assert_eq!(read(page.as_bytes().to_vec()), "市|县\n见下表\n甲市|12\n");
}

/// A header that a script lets stand over the table's own, what is escaped twice, and a page that its script shows.
#[test]
fn what_scripts_and_editors_make_of_a_page_is_read_as_shown() {
    let head = "<tr><td>市<td>套数";
    let page = format!(
        "<div><table>{head}</table></div><div><table>{head}<tr><td>甲市<td>12</table></div>"
    );
    assert_eq!(read(page.into_bytes()), "市|套数\n甲市|12\n");
    let page = "<table><tr><td>市<td>套数<tr><td>甲市<td>&amp;nbsp;12&amp;emsp;</table>";
    assert_eq!(read(page.as_bytes().to_vec()), "市|套数\n甲市|12\n");
    let page = |style: &str, script: &str| {
        format!("<p>某网</p><div style='{style}'><p>各市：现将计划下达。</p></div>{script}")
            .into_bytes()
    };
    let script = "<script>show()</script>";
    for style in ["visibility: hidden; opacity: 0", "opacity:0"] {
        assert_eq!(read(page(style, script)), "某网\n各市：现将计划下达。\nshown_by_script\n");
    }
    let left_out = "某网\nhidden_text: 各市：现将计划下达。\nmostly_hidden\n";
    assert_eq!(read(page("opacity:0", "")), left_out);
    assert_eq!(read(page("opacity:0;display:none", script)), left_out);
}

/// What a frame has as an attribute, what a field holds for a script to show, and figures that a style sheet prints.
#[test]
fn what_a_page_holds_for_browsers_to_open_is_read() {
    let table = "<table><tr><td>市<td>套数<tr><td>甲市<td>12</table>";
    let framed = format!("<p>各市：</p><iframe srcdoc='{table}'></iframe>");
    assert_eq!(read(framed.into_bytes()), "各市：\n市|套数\n甲市|12\n");
    let hidden =
        format!("<p>现将计划下达各市：</p><iframe style='display:none' srcdoc='{table}'></iframe>");
    assert_eq!(read(hidden.into_bytes()), "现将计划下达各市：\nhidden_text: 市套数甲市12\n");
    let escaped = table.replace('<', "&lt;");
    let field = format!("<p>某网</p><textarea style='display:none'>{escaped}</textarea>");
    assert_eq!(read(field.into_bytes()), "某网\n市|套数\n甲市|12\nshown_by_script\n");
    // A field for comments is none of the notice.
    let small = format!("{table}<textarea>&lt;p>请留言&lt;/p></textarea>");
    assert_eq!(read(small.into_bytes()), "市|套数\n甲市|12\n");
    let style = "<style>.n::before { content: '12' } .k:after { content: '注' }</style>";
    let printed = table.replace("12", "<i class='n k'></i>");
    assert_eq!(read(format!("{style}{printed}").into_bytes()), "市|套数\n甲市|12\n");
}

/// Fields that commas or semicolons part, as programs save sheets.
#[test]
fn a_text_of_fields_is_a_table() {
    let said = "附件1\n任务表\n市|新开工/（套）\n甲市|1,234\n乙市|\n";
    let text = "附件1,\n任务表,\n市,\"新开工\n（套）\"\n甲市,\"1,234\"\n乙市,\n";
    assert_eq!(read(text.as_bytes().to_vec()), said);
    let quoted = "\"附件1\",\"\"\n\"任务表\",\"\"\n\"市\",\"新开工\n（套）\"\n\"甲市\",\"1,234\"\n\"乙市\",\"\"\n";
    assert_eq!(read(quoted.as_bytes().to_vec()), said);
    let text = "各市：\n市;套数\n甲市;1,5\n乙市;2,0\n";
    assert_eq!(read(text.as_bytes().to_vec()), "各市：\n市|套数\n甲市|1,5\n乙市|2,0\n");
}

/// Lines that might each begin a table of fields are each looked at once.
#[test]
fn many_lines_of_fields_without_figures_take_no_long() {
    let lines = "甲,乙\n".repeat(50_000) + &"\"甲,乙\n".repeat(20_000);
    let started = std::time::Instant::now();
    assert!(!read(lines.into_bytes()).contains('|'));
    assert!(started.elapsed().as_secs() < 20);
}

/// Rows by tabs stand under each other, whatever their stops.
#[test]
fn paragraphs_with_as_many_tabs_are_rows() {
    let row = |cells: [&str; 3]| {
        let runs = cells.map(|cell| format!("<w:r><w:t>{cell}</w:t></w:r>"));
        format!("<w:p>{}</w:p>", runs.join("<w:r><w:tab/></w:r>"))
    };
    let body = row(["地区", "小型水库除险加固", "资金"])
        + &row(["甲市", "", "7"])
        + &row(["乙市", "12", "8"]);
    let source = Source::new("notice", docx(&body, &[])).expect("a document");
    let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
    let runs = pages.expect("readable").pages.remove(0).runs;
    let at = |text: &str| runs.iter().find(|run| run.text == text).map(|run| run.bbox.x0);
    assert_eq!(at("12"), at("小型水库除险加固"));
    assert!(at("7") == at("资金") && at("8") == at("资金") && at("7") > at("12"));
}

/// A workbook in the text is read where it shows one sheet, and this is said; else it is a picture that was not read.
#[test]
fn a_workbook_in_the_text_of_a_document_is_read() {
    let object = r#"<w:p><w:r><w:object><OLEObject r:id="b"/></w:object></w:r></w:p>"#;
    let document = format!(
        "<w:document><w:body><w:p><w:r><w:t>附件</w:t></w:r></w:p>{object}</w:body></w:document>"
    );
    let of = |book: Vec<u8>| {
        zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#),
            ("word/document.xml", document.as_bytes()),
            ("word/_rels/document.xml.rels", br#"<Relationships><Relationship Id="b" Type="http://x/package" Target="embeddings/b.xlsx"/></Relationships>"#),
            ("word/embeddings/b.xlsx", &book),
        ])
    };
    let table = "市县|套数\n甲市|1";
    assert_eq!(read(of(sheets(&[("S", table)]))), "附件\n市县|套数\n甲市|1\nsheet_inside\n");
    let several = sheets(&[("S", table), ("T", table)]);
    assert_eq!(read(of(several)), "附件\npicture_unread\n");
    assert_eq!(read(of(b"PK".to_vec())), "附件\npicture_unread\n");
}

#[test]
fn a_part_that_is_damaged_is_said() {
    let said = read(docx(
        &p("正文"),
        &[
            ("styles", "<w:styles>"),
            ("header", "<w:hdr><w:p><w:r><w:t>页眉</w:t></w:r></w:p></w:hdr>"),
        ],
    ));
    assert_eq!(said, "正文\nheader_or_footer: 页眉\npart_unreadable\n");
    let broken = docx(&(p("正文") + "<w:p>"), &[]);
    let source = Source::new("notice", broken).expect("a Word document");
    let error =
        pipeline::until_pages(&mut Sink::new(), &Options::default(), &source).expect_err("broken");
    assert!(
        error.to_string().starts_with("broken Word document (.docx): word/document.xml is no XML"),
        "{error}"
    );
}

/// A body that announces two annexes.
const BODY: &str = "赣建保〔2025〕1号\n关于下达计划的通知\n各设区市人民政府：\n现将计划下达。\n附件：1.任务表\n2.资金表\n";

fn parts_of(bytes: Vec<u8>) -> String {
    let source = Source::new("notice.zip", bytes).expect("an archive");
    let mut sink = Sink::new();
    let pages = pipeline::until_pages(&mut sink, &Options::default(), &source).expect("readable");
    let mut out = String::new();
    for page in &pages.pages {
        let part = page.origin.part.as_ref().expect("a file of several");
        let first = page.runs.first().map(|run| run.text.as_str()).unwrap_or_default();
        out.push_str(&format!("{} {} {:?}: {first}\n", page.number, part.name, part.role));
    }
    sink.into_parts()
        .0
        .iter()
        .for_each(|d| out.push_str(&format!("{}: {}\n", d.code, d.message.en)));
    out
}

#[test]
fn files_of_a_package_are_put_in_order() {
    // Names as Windows in China writes them: 附件2.txt, 通知.txt, 任务表.txt in GBK.
    let gbk = |name: &str| encoding_rs::GBK.encode(name).0.into_owned();
    let bytes = zip_named(
        &[
            (gbk("发文/附件2.txt"), "资金表\n市县\t金额\n南昌市\t1\n".as_bytes()),
            (gbk("发文/任务表.txt"), "任务表\n市县\t套数\n南昌市\t1\n".as_bytes()),
            (gbk("发文/~$通知.txt"), b"x"),
            (gbk("发文/印章.gif"), b"GIF89a"),
            (gbk("__MACOSX/发文/._通知.txt"), b"x"),
            (gbk("发文/通知.txt"), BODY.as_bytes()),
            (gbk("发文/下载说明.txt"), "本包由网站生成。\n".as_bytes()),
            (gbk("发文/附件2 - 副本.txt"), "资金表\n市县\t金额\n南昌市\t1\n".as_bytes()),
        ],
        0,
    );
    assert_eq!(
        parts_of(bytes),
        "1 发文/通知.txt Body: 赣建保〔2025〕1号\n\
         2 发文/任务表.txt Annexes: 附件1\n\
         3 发文/附件2.txt Annexes: 附件2\n\
         file_twice: 发文/附件2 - 副本.txt is 发文/附件2.txt byte for byte: it was read once\n\
         file_not_read: 发文/印章.gif was not read: found a GIF image, which is not read\n\
         file_apart: 发文/下载说明.txt has no table and no label, and the body does not list it: left out\n"
    );
}

/// A notice among the annexes, and an annex in two versions.
#[test]
fn what_is_no_annex_of_a_notice_is_named() {
    let other = BODY.replace("1号", "2号");
    let bytes = zip(&[
        ("通知.txt", BODY.as_bytes()),
        ("另一份.txt", other.as_bytes()),
        ("附件1.txt", "任务表\n市县\t套数\n南昌市\t1\n".as_bytes()),
        ("附件1（修订）.txt", "任务表\n市县\t套数\n南昌市\t2\n".as_bytes()),
    ]);
    let said = parts_of(bytes);
    assert!(
        said.contains("another_notice: 另一份.txt is a notice of its own, 赣建保〔2025〕2号"),
        "{said}"
    );
    assert!(said.contains("annex_in_versions: 附件1.txt and 附件1（修订）.txt"), "{said}");
    let annexed = other.replace("赣建保", "附件2\n赣建保");
    let bytes = zip(&[("通知.txt", BODY.as_bytes()), ("附件2.txt", annexed.as_bytes())]);
    assert!(!parts_of(bytes).contains("another_notice"));
}

/// The annexes that the body's file has, and files of their own: once where they are the same, and said where not.
#[test]
fn annexes_in_the_body_and_in_files_of_their_own_are_read_once() {
    let table = |name: &str, of: &str| {
        format!("{name}\n市县\t{of}\n合计\t6\n南昌市\t3\n九江市\t2\n赣州市\t1\n")
    };
    let (first, second) = (table("附件1\n任务表", "套数"), table("附件2\n资金表", "万元"));
    let body = format!("{BODY}\u{c}{first}\u{c}{second}");
    let read = |second: &str| {
        let files = [("通知.txt", body.as_str()), ("附件1.txt", &first), ("附件2.txt", second)];
        // Other spaces make other files.
        let files = files.map(|(name, text)| (name, format!("{text} \n").into_bytes()));
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        let source = Source::new("notice.zip", zip(&files)).expect("an archive");
        let mut sink = Sink::new();
        let notice = pipeline::until_notice(&mut sink, &Options::default(), &source);
        let codes: Vec<&str> = sink.into_parts().0.iter().map(|d| d.code).collect();
        (notice.expect("readable").annexes.len(), codes)
    };
    assert_eq!(read(&second), (2, vec!["table_twice", "table_twice"]));
    assert_eq!(read(&second.replace("\t2", "\t4")), (3, vec!["table_twice", "region_twice"]));
}

#[test]
fn archives_in_archives_end_at_limits() {
    let inner = zip(&[("任务表.txt", "任务表\n".as_bytes())]);
    let outer = zip(&[("通知.txt", BODY.as_bytes()), ("附件.zip", &inner)]);
    assert!(parts_of(outer).contains("附件.zip/任务表.txt Annexes: 附件1"));
    let mut bomb = zip(&[("a.txt", b"a"), ("b.txt", b"b")]);
    for _ in 0..60 {
        bomb = zip(&[("a.zip", &bomb), ("b.txt", b"b")]);
    }
    let wide = zip(&[("a.txt", &[b'a'; 4000]), ("b.txt", &[b'b'; 4000])]);
    let limited = |change: fn(&mut Options), bytes: &[u8]| {
        let mut options = Options::default();
        change(&mut options);
        let source = Source::new("x", bytes.to_vec()).expect("an archive");
        let read = pipeline::until_pages(&mut Sink::new(), &options, &source);
        read.expect_err("beyond a limit").to_string()
    };
    assert_eq!(limited(|_| (), &bomb), "limit max-nesting reached (50)");
    assert_eq!(limited(|o| o.limits.entries = 30, &bomb), "limit max-entries reached (30)");
    assert_eq!(
        limited(|o| o.limits.decoded_bytes = 5000, &wide),
        "limit max-decoded-bytes reached (5000)"
    );
    assert_eq!(
        limited(|o| o.limits.stream_bytes = 100, &wide),
        "limit max-stream-bytes reached (100)"
    );
}

/// An OFD document of one page with these objects.
#[cfg(feature = "ofd")]
fn ofd(objects: &str) -> Vec<u8> {
    let root = r#"<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>Doc_0/Signs.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>"#;
    let document = r#"<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea><TemplatePage ID="7" BaseLoc="Tpls/t.xml"/></CommonData><Pages><Page ID="1" BaseLoc="Pages\Page_0\Content.xml"/></Pages></Document>"#;
    let template = r#"<Page><Content><Layer><TextObject Boundary="20 10 50 6" Size="5"><TextCode X="0" Y="5">内部资料</TextCode></TextObject></Layer></Content></Page>"#;
    let page = format!(
        r#"<Page><Template TemplateID="7"/><Content><Layer><PageBlock>{objects}</PageBlock></Layer></Content></Page>"#
    );
    zip(&[
        ("ofd.xml", root.as_bytes()),
        ("Doc_0/Document.xml", document.as_bytes()),
        ("Doc_0/Tpls/t.xml", template.as_bytes()),
        ("DOC_0/Pages/Page_0/Content.xml", page.as_bytes()),
    ])
}

#[cfg(feature = "ofd")]
#[test]
fn characters_of_ofd_stand_where_the_deltas_put_them() {
    let objects = r##"<TextObject Boundary="20 40 100 6" Size="5"><TextCode X="0" Y="5" DeltaX="g 1 5 40 g 2 2.5">南昌123</TextCode></TextObject>
        <TextObject Boundary="100 100 10 10" CTM="0 1 -1 0 0 0" Size="5"><FillColor Value="#00 #00 #00"/><TextCode X="0" Y="0">侧</TextCode></TextObject>
        <TextObject Boundary="20 60 10 10" Size="5" Visible="false"><TextCode X="0" Y="0">藏</TextCode></TextObject>
        <PathObject Boundary="20 80 100 0" LineWidth="0.2"><AbbreviatedData>M 0 0 L 100 0</AbbreviatedData></PathObject>
        <PathObject Boundary="20 90 100 0.3" Fill="true" Stroke="false"><FillColor Value="0 0 0"/><AbbreviatedData>M 0 0 L 100 0 L 100 0.3 L 0 0.3 C</AbbreviatedData></PathObject>
        <PathObject Boundary="20 95 100 9"><StrokeColor Value="255 255 255"/><AbbreviatedData>M 0 0 L 100 0</AbbreviatedData></PathObject>"##;
    let source = Source::new("x.ofd", ofd(objects)).expect("an OFD document");
    let mut sink = Sink::new();
    let pages = pipeline::until_pages(&mut sink, &Options::default(), &source).expect("readable");
    let page = &pages.pages[0];
    let said: Vec<String> = page
        .runs
        .iter()
        .map(|run| format!("{} {:.0} {:.0} {:?}", run.text, run.bbox.x0, run.bbox.y1, run.turn))
        .collect();
    // Points: 20 mm are 56.7; the baseline lies 45 mm down, the box goes on below it.
    assert_eq!(
        said,
        [
            "内部资料 57 44 Upright",
            "南昌 57 129 Upright",
            "123 184 129 Upright",
            "侧 282 298 Down",
            "藏 57 172 Upright"
        ]
    );
    assert_eq!(page.runs[4].ink, fubiao::carrier::page::Ink::Invisible);
    let rules: Vec<String> =
        page.rules.iter().map(|r| format!("{:.0} {:.0}-{:.0}", r.at, r.from, r.to)).collect();
    assert_eq!(rules, ["227 57-340", "256 57-340"]);
    assert_eq!(sink.into_parts().0[0].code, "signature_not_verified");
}

#[cfg(feature = "ofd")]
#[test]
fn what_a_page_of_ofd_refers_to_is_drawn_with_it() {
    let text = |said: &str, text: &str| {
        format!(
            r#"<TextObject {said} Boundary="20 60 50 6" Size="5"><TextCode X="0" Y="5">{text}</TextCode></TextObject>"#
        )
    };
    let unit = |id: u8, inner: &str| {
        format!(
            r#"<CompositeGraphicUnit ID="{id}"><Content>{inner}</Content></CompositeGraphicUnit>"#
        )
    };
    let param = |id: u8, color: &str| {
        format!(r#"<DrawParam ID="{id}"><FillColor Value="{color}"/></DrawParam>"#)
    };
    let shown = |id: u8| format!(r#"<CompositeObject ResourceID="{id}" Boundary="0 20 200 200"/>"#);
    // One drawing shows the other, and itself.
    let resources = format!(
        "<Res>{}{}{}</Res>",
        unit(6, &text("Visible=\"false\"", "9")),
        param(7, "255 255 255"),
        param(8, "0 0 0")
    );
    let objects = text("DrawParam=\"8\"", "甲市") + &text("DrawParam=\"7\"", "7") + &shown(5);
    let page =
        format!("<Page><PageRes>q.xml</PageRes><Content><Layer>{objects}</Layer></Content></Page>");
    let own = unit(5, &(text("", "120") + &shown(6) + &shown(5)));
    let own = format!("<Res>{own}</Res>");
    let bytes = zip(&[
        ("OFD.xml", b"<OFD><DocBody><DocRoot>Doc.xml</DocRoot></DocBody></OFD>"),
        ("Doc.xml", br#"<Document><CommonData><DocumentRes>r.xml</DocumentRes></CommonData><Pages><Page ID="1" BaseLoc="p.xml"/></Pages></Document>"#),
        ("p.xml", page.as_bytes()),
        ("r.xml", resources.as_bytes()),
        ("q.xml", own.as_bytes()),
    ]);
    let source = Source::new("x.ofd", bytes).expect("an OFD document");
    let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
    let pages = pages.expect("readable");
    let said = |run: &Run| match run.ink {
        Ink::Seen { lightness } => format!("{} {:.0} {lightness}", run.text, run.bbox.y1),
        _ => format!("{} {:.0} unseen", run.text, run.bbox.y1),
    };
    let said: Vec<String> = pages.pages[0].runs.iter().map(said).collect();
    assert_eq!(
        said,
        [
            "甲市 186 0",
            "7 186 1",
            "120 243 0",
            "120 299 0",
            "120 356 0",
            "120 413 0",
            "9 413 unseen",
            "9 356 unseen",
            "9 299 unseen"
        ]
    );
}

#[cfg(feature = "ofd")]
#[test]
fn a_figure_that_an_annotation_fills_in_is_read() {
    let put_on = |kind: &str, text: &str| {
        format!(
            r#"<Annot {kind}><Appearance Boundary="20 40 50 6"><TextObject Boundary="0 0 50 6" Size="5"><TextCode X="0" Y="5">{text}</TextCode></TextObject></Appearance></Annot>"#
        )
    };
    let all = [
        put_on(r#"Type="Stamp""#, "120"),
        put_on(r#"Type="Stamp" Visible="false""#, "7"),
        put_on(r#"Type="Watermark""#, "8"),
        put_on(r#"Type="Stamp""#, "已核"),
    ];
    let annotation = format!("<PageAnnot>{}</PageAnnot>", all.concat());
    let page = r#"<Page><Content><Layer><TextObject Boundary="20 60 50 6" Size="5"><TextCode X="0" Y="5">甲市</TextCode></TextObject></Layer></Content></Page>"#;
    let bytes = zip(&[
        ("OFD.xml", b"<OFD><DocBody><DocRoot>Doc.xml</DocRoot></DocBody></OFD>"),
        ("Doc.xml", br#"<Document><Pages><Page ID="1" BaseLoc="p.xml"/></Pages><Annotations>a.xml</Annotations></Document>"#),
        ("p.xml", page.as_bytes()),
        ("a.xml", br#"<Annotations><Page PageID="1"><FileLoc>n.xml</FileLoc></Page></Annotations>"#),
        ("n.xml", annotation.as_bytes()),
    ]);
    assert_eq!(read(bytes), "120\n甲市\nannotation: 7\nannotation: 8\nannotation: 已核\n");
}

/// A workbook of one sheet with this markup.
fn workbook(sheet: &str) -> Vec<u8> {
    workbook_styled(sheet, "<styleSheet/>")
}

/// As [`workbook`], with these styles.
fn workbook_styled(sheet: &str, styles: &str) -> Vec<u8> {
    let root = r#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let relations = r#"<Relationships><Relationship Id="s" Type="http://x/worksheet" Target="worksheets/s.xml"/><Relationship Id="t" Type="http://x/styles" Target="styles.xml"/></Relationships>"#;
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="S" r:id="s"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/s.xml", sheet.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
    ])
}

/// A workbook of these sheets, each with its name and rows: cells between bars, blank ones missing.
fn sheets(sheets: &[(&str, &str)]) -> Vec<u8> {
    let cell = |row: usize, col: usize, text: &str| {
        let at = format!("{}{}", char::from(b'A' + col as u8), row + 1);
        match text.parse::<f64>() {
            Ok(_) => format!(r#"<c r="{at}"><v>{text}</v></c>"#),
            Err(_) if text.is_empty() => String::new(),
            Err(_) => format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#),
        }
    };
    let row = |(row, line): (usize, &str)| {
        let cells: String =
            line.split('|').enumerate().map(|(col, text)| cell(row, col, text)).collect();
        format!(r#"<row r="{}">{cells}</row>"#, row + 1)
    };
    let of = |make: &dyn Fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(at, (name, _))| make(at, name)).collect()
    };
    let book = of(&|at, name| format!(r#"<sheet name="{name}" r:id="s{at}"/>"#));
    let book = format!("<workbook><sheets>{book}</sheets></workbook>");
    let relations = of(&|at, _| {
        format!(
            r#"<Relationship Id="s{at}" Type="http://x/worksheet" Target="worksheets/{at}.xml"/>"#
        )
    });
    let relations = format!("<Relationships>{relations}</Relationships>");
    let parts: Vec<(String, String)> = sheets
        .iter()
        .enumerate()
        .map(|(at, (_, rows))| {
            let rows: String = rows.lines().enumerate().map(row).collect();
            let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
            (format!("xl/worksheets/{at}.xml"), sheet)
        })
        .collect();
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
    ];
    entries.extend(parts.iter().map(|(name, sheet)| (name.as_str(), sheet.as_bytes())));
    zip(&entries)
}

/// What the tables of a document hold, row by row, and what stands around them, as it is cut into blocks.
fn outlined(name: &str, bytes: Vec<u8>) -> String {
    let source = Source::new(name, bytes).expect("a kind that is read");
    let outline = pipeline::until_outline(&mut Sink::new(), &Options::default(), &source);
    let outline = outline.expect("readable");
    let mut out = String::new();
    for blocks in outline.annexes.iter().map(|annex| &annex.blocks).chain([&outline.front]) {
        for block in blocks {
            match block {
                Block::Text(text) => out.push_str(&format!("{:?} {}\n", text.role, text.raw)),
                Block::Table(table) => {
                    for of_row in table.cells.chunk_by(|a, b| a.row == b.row) {
                        let texts: Vec<&str> =
                            of_row.iter().map(|cell| cell.text.as_str()).collect();
                        out.push_str(&format!("{}\n", texts.join("|")));
                    }
                }
                Block::Image { .. } => {}
            }
        }
    }
    out
}

#[test]
fn a_copy_of_a_sheet_is_read_once() {
    let table = "市县|套数\n甲市|1\n乙市|2";
    let copies = sheets(&[("附件1", table), ("附件1 (2)", table)]);
    assert_eq!(read(copies), "附件1\n市县|套数\n甲市|1\n乙市|2\nsheet_twice\n");
    let both = "附件1\n市县|套数\n甲市|1\n乙市|2\n附件1\n市县|套数\n甲市|1\n乙市|3\n";
    let changed = sheets(&[("附件1", table), ("附件1 (2)", &table.replace('2', "3"))]);
    assert_eq!(read(changed), both);
}

#[test]
fn the_name_of_a_tab_says_whose_rows_a_sheet_has() {
    let sheet = "附件1\n任务表\n县|套数\n合计|3\n东县|3";
    let book = sheets(&[("甲乙市", sheet), ("丙丁市", sheet)]);
    assert!(read(book).starts_with("附件1|\n任务表|\n甲乙市|<\n县|套数\n合计|3\n"));
    // One sheet alone may be called anything, and what the sheet says itself need not be said again.
    assert!(!read(sheets(&[("甲乙市", sheet)])).contains("甲乙市"));
    let said = sheet.replace("任务表", "甲乙市任务表");
    let book = sheets(&[("甲乙市", said.as_str()), ("丙丁市", sheet)]);
    assert_eq!(read(book).matches("甲乙市").count(), 1);
}

#[test]
fn blank_rows_part_groups_where_figures_come_next() {
    let book = sheets(&[("S", "市县|套数\n\n合计|3\n\n甲市|1\n乙市|2\n\n市县|资金\n甲市|9")]);
    assert_eq!(read(book), "市县|套数\n合计|3\n甲市|1\n乙市|2\n市县|资金\n甲市|9\n");
}

#[test]
fn annexes_side_by_side_are_told_by_their_labels() {
    let rows = "附件1|||附件2|\n任务表|||资金表|\n市县|套数||市县|万元\n甲市|1||甲市|5";
    let said = "附件1|\n任务表|\n市县|套数\n甲市|1\n附件2|\n资金表|\n市县|万元\n甲市|5\n";
    assert_eq!(read(sheets(&[("S", rows)])).replace("?", ""), said);
    // Without labels of their own they are two halves of a list.
    let halves = "市县|套数||市县|套数\n甲市|1||乙市|5";
    assert_eq!(read(sheets(&[("S", halves)])), "市县|套数||市县|套数\n甲市|1||乙市|5\n");
}

/// Titles over all columns of each table and the same header over their names part tables as labels do.
#[test]
fn tables_side_by_side_are_told_by_their_titles() {
    let cell =
        |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let book = |second: &str| {
        let rows = [
            [("A1", "任务表"), ("D1", second), ("", ""), ("", "")],
            [("A2", "市县"), ("B2", "套数"), ("D2", "市县"), ("E2", "万元")],
            [("A3", "甲市"), ("B3", "一"), ("D3", "甲市"), ("E3", "五")],
        ];
        let row = |(at, row): (usize, [(&str, &str); 4])| {
            let filled = row.iter().filter(|(at, _)| !at.is_empty());
            let cells: String = filled.map(|(at, text)| cell(at, text)).collect();
            format!(r#"<row r="{}">{cells}</row>"#, at + 1)
        };
        let rows: String = rows.into_iter().enumerate().map(row).collect();
        let merged = r#"<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="D1:E1"/></mergeCells>"#;
        workbook(&format!("<worksheet><sheetData>{rows}</sheetData>{merged}</worksheet>"))
    };
    let apart = "任务表|<\n市县|套数\n甲市|一\n资金表|<\n市县|万元\n甲市|五\n";
    assert_eq!(read(book("资金表")), apart);
    assert!(read(book("任务表")).contains("市县|套数||市县|万元"));
}

#[test]
fn captions_in_the_rows_of_a_table_are_told_from_its_header() {
    // A unit in the corner of a header is no caption; beside a label it is one.
    let rows = "附件1\n任务表\n单位：万元|套数|资金\n甲市|1|2\n附件1（续）||单位：万元\n单位：万元|套数|资金\n乙市|3|4";
    assert_eq!(
        outlined("S.xlsx", sheets(&[("S", rows)])),
        "AnnexTitle 任务表\n单位：万元|套数|资金\n甲市|1|2\nContinuation 附件1（续）\nUnitCaption 单位：万元\n单位：万元|套数|资金\n乙市|3|4\n"
    );
    // What is copied out of a sheet has tabs beside its captions.
    let text = "附件\n任务表\t\t\n\t\t单位：万元\n市县\t套数\t资金\n甲市\t1\t2\n";
    assert_eq!(
        outlined("S.txt", text.as_bytes().to_vec()),
        "AnnexTitle 任务表\nUnitCaption 单位：万元\n市县|套数|资金\n甲市|1|2\n"
    );
    let text = "# 附件1\n\n## 任务表\n\n```text\n市县\t套数\n甲市\t1\n乙市\t2\n```\n\n| 市县 | 套数 |\n| --- | --- |\n| __合计__ | __3__ |\n| a__b__ | 1 |\n";
    assert_eq!(
        outlined("S.md", text.as_bytes().to_vec()),
        "AnnexTitle 任务表\n市县|套数\n甲市|1\n乙市|2\n市县|套数\n合计|3\na__b__|1\n"
    );
    // What a converter took for the header of a table, and what it prints for blanks.
    let text = "## 附件1\n\n| 附件 | Unnamed: 1 | Unnamed: 2 |\n| --- | --- | --- |\n| 任务表 | NaN | NaN |\n| NaN | NaN | 单位：万元 |\n| 市县 | 套数 | 资金 |\n| 甲市 | NaN | 2 |\n";
    assert_eq!(
        outlined("S.md", text.as_bytes().to_vec()),
        "AnnexTitle 任务表\nUnitCaption 单位：万元\n市县|套数|资金\n甲市||2\n"
    );
}

fn refused(options: &Options, bytes: Vec<u8>) -> String {
    let source = Source::new("x", bytes).expect("a kind that is read");
    let read = pipeline::until_pages(&mut Sink::new(), options, &source);
    read.expect_err("beyond a limit").to_string()
}

#[test]
fn sheets_that_declare_more_than_they_hold_are_read() {
    let row = |number: u32, cells: &str| format!(r#"<row r="{number}">{cells}</row>"#);
    let text =
        |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let sheet = format!(
        r#"<worksheet><dimension ref="A1:XFD1048576"/><cols><col min="4" max="16384" width="9" hidden="1"/></cols><sheetData>{}{}{}</sheetData><mergeCells><mergeCell ref="C1:XFD1048576"/><mergeCell ref="A5:A1048000"/></mergeCells></worksheet>"#,
        row(1, &(text("A1", "市县") + &text("B1", "户数"))),
        row(2, &(text("A2", "南昌市") + r#"<c r="B2"><v>12</v></c><c r="D2"><v>99</v></c>"#)),
        row(1_048_576, &text("A1048576", "注：无"))
    );
    // What a merged cell lies over is not shown.
    assert_eq!(read(workbook(&sheet)), "市县|户数\n南昌市|12\n注：无\nhidden_text: 99\n");
    // What is filled to the last row and column is a table beyond the limit.
    let corners = row(1, &text("A1", "甲")) + &row(2, &text("A2", "乙"));
    let wide = format!(
        r#"<worksheet><sheetData>{corners}</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>"#
    );
    assert_eq!(
        refused(&Options::default(), workbook(&wide)),
        "limit max-table-cells reached (200000)"
    );
}

#[test]
fn a_colour_is_a_sign_and_a_sign_that_is_not_shown_is_remarked() {
    let styles = |format: &str| {
        format!(
            r#"<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{format}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>"#
        )
    };
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>市</t></is></c><c r="B1" t="inlineStr"><is><t>调整</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>甲市</t></is></c><c r="B2" s="1"><v>-12</v></c></row></sheetData></worksheet>"#;
    for (format, said) in [
        ("0;[Red]0", "市|调整\n甲市|-12\nsign_as_color\n"),
        ("0;0", "市|调整\n甲市|12\nsign_not_shown\n"),
        ("0;[红色]\\-0", "市|调整\n甲市|-12\n"),
        ("0_);\\(0\\)", "市|调整\n甲市|(12)\n"),
    ] {
        assert_eq!(read(workbook_styled(sheet, &styles(format))), said, "{format}");
    }
}

/// A text of OpenDocument: changes and hidden text out, spans, numbers, marks, boxes and hidden rows; in one part, too.
#[cfg(feature = "ods")]
#[test]
fn a_text_of_open_document_is_read_as_shown() {
    let styles = r#"<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>
        <style:style style:name="U" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
        <style:style style:name="S" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>
        <text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/></text:list-style>"#;
    let p = |text: &str| format!("<text:p>{text}</text:p>");
    let cell =
        |said: &str, text: &str| format!("<table:table-cell {said}>{}</table:table-cell>", p(text));
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let covered = "<table:covered-table-cell/>".to_owned();
    let two = r#"table:number-rows-spanned="2""#;
    let table = [
        "<table:table-header-rows>".to_owned(),
        row(&[cell("", "市"), cell("", "类别"), cell("", "套<text:s/>数")]),
        "</table:table-header-rows>".to_owned(),
        row(&[
            cell(two, "甲市"),
            cell("", "新建"),
            cell("", r#"1<text:span text:style-name="H">9</text:span>2"#),
        ]),
        row(&[
            covered,
            cell("", "改造"),
            cell("", r#"3<text:span text:style-name="U">1</text:span>"#),
        ]),
        r#"<table:table-row table:visibility="collapse">"#.to_owned()
            + &cell("", "乙市")
            + "</table:table-row>",
        row(&[
            cell("", "丙市"),
            cell("", "新建"),
            cell("", r#"<text:span text:style-name="S">7</text:span>4<text:line-break/>5"#),
        ]),
    ];
    let body = [
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧</text:p></text:deletion></text:changed-region></text:tracked-changes>".to_owned(),
        r#"<text:list text:style-name="L"><text:list-item><text:p>任务</text:p></text:list-item><text:list-item><text:p>资金</text:p></text:list-item></text:list>"#.to_owned(),
        format!("<table:table>{}</table:table>", table.concat()),
        "<text:p><draw:frame><draw:text-box><text:p>框内</text:p></draw:text-box></draw:frame></text:p>".to_owned(),
        r#"<text:p>见注<text:note><text:note-citation>2</text:note-citation><text:note-body><text:p>含续建</text:p></text:note-body></text:note></text:p>"#.to_owned(),
    ];
    let said = "1.任务\n2.资金\n市|类别|套 数\n甲市|新建|12\n^|改造|3/1\n丙市|新建|~7~/4/5\n框内\n见注  2\n2 含续建\nhidden_text: 9\nhidden_text: 乙市\n";
    let inner = format!(
        "<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{}</office:text></office:body>",
        body.concat()
    );
    let content = format!("<office:document-content>{inner}</office:document-content>");
    let kind = b"application/vnd.oasis.opendocument.text";
    let packed = zip(&[("mimetype", &kind[..]), ("content.xml", content.as_bytes())]);
    assert_eq!(read(packed), said);
    let flat = format!(
        r#"<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text">{inner}</office:document>"#
    );
    assert_eq!(read(flat.into_bytes()), said);
    let deep = "<text:section><text:list>".repeat(100_000);
    let content = content.replace("<text:tracked-changes>", &(deep + "<text:tracked-changes>"));
    let bytes = zip(&[("mimetype", &kind[..]), ("content.xml", content.as_bytes())]);
    assert!(refused(&Options::default(), bytes).contains("max-nesting"));
}

/// A workbook of OpenDocument in one part.
#[cfg(feature = "ods")]
#[test]
fn a_workbook_of_open_document_in_one_part_is_read() {
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let row =
        |a: &str, b: &str| format!("<table:table-row>{}{}</table:table-row>", cell(a), cell(b));
    let flat = format!(
        r#"<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="S">{}{}</table:table></office:spreadsheet></office:body></office:document>"#,
        row("市", "套数"),
        row("甲市", "1")
    );
    assert_eq!(read(flat.into_bytes()), "市|套数\n甲市|1\n");
}

/// A workbook of Excel 2003 in XML: places, spans, formats, hidden rows, columns and sheets, formulas without a value.
#[test]
fn a_workbook_in_xml_of_2003_is_read_as_printed() {
    let styles = r##"<Styles><Style ss:ID="Default" ss:Name="Normal"><NumberFormat/></Style>
        <Style ss:ID="m"><NumberFormat ss:Format="0.00"/></Style><Style ss:ID="d"><NumberFormat ss:Format="yyyy/m/d"/></Style>
        <Style ss:ID="p" ss:Parent="m"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="w"><Font ss:Color="#FFFFFF"/></Style></Styles>"##;
    let cell = |said: &str, kind: &str, text: &str| {
        format!(r#"<Cell {said}><Data ss:Type="{kind}">{text}</Data></Cell>"#)
    };
    let text = |text: &str| cell("", "String", text);
    let rows = [
        format!("<Row>{}</Row>", cell(r#"ss:MergeAcross="3""#, "String", "任务表")),
        format!("<Row>{}{}{}{}</Row>", text("市"), text("万元"), text("完成率"), text("开工")),
        format!(
            "<Row>{}{}{}{}</Row>",
            text("甲市"),
            cell(r#"ss:StyleID="m""#, "Number", "674.1800000000004"),
            cell(r#"ss:StyleID="p""#, "Number", "0.888"),
            cell(r#"ss:StyleID="d""#, "DateTime", "2023-05-08T00:00:00.000"),
        ),
        format!(r#"<Row ss:Hidden="1">{}{}</Row>"#, text("丙市"), cell("", "Number", "7")),
        format!(
            r#"<Row ss:Index="5">{}{}{}</Row>"#,
            text("乙市"),
            cell("", "String", "12<Sup>1</Sup>"),
            r#"<Cell ss:Index="4" ss:Formula="=R1C1"/>"#
        ),
        format!("<Row>{}{}</Row>", text("丁市"), cell(r#"ss:StyleID="w""#, "Number", "8")),
    ];
    let table = format!("<Table><Column ss:Index=\"5\" ss:Hidden=\"1\"/>{}</Table>", rows.concat());
    let book = format!(
        r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">{styles}<Worksheet ss:Name="S">{table}</Worksheet><Worksheet ss:Name="T"><Table>{}</Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"#,
        format_args!("<Row>{}</Row>", text("底稿"))
    );
    assert_eq!(
        read(book.into_bytes()),
        "任务表|<|<|<\n市|万元|完成率|开工\n甲市|674.18|88.80%|2023/5/8\n乙市|12/1||\n丁市|||\nhidden_rows: 丙市 | 7\nhidden_sheet: T: 底稿\nformula_without_value\nfigure_not_shown\n"
    );
}

#[test]
fn a_day_that_lost_its_format_is_doubted() {
    let codes = |rows: &str| {
        let source = Source::new("S.xlsx", sheets(&[("S", rows)])).expect("a workbook");
        let mut sink = Sink::new();
        pipeline::until_notice(&mut sink, &Options::default(), &source).expect("readable");
        sink.into_parts().0.iter().map(|d| d.code).collect::<Vec<_>>().join(" ")
    };
    let rows = "县|套数|开工时间\n东县|3|2023年5月8日\n西县|44000|45054\n南县|5|2023年6月";
    assert_eq!(codes(rows), "day_as_number");
    assert_eq!(codes("县|套数\n东县|45054\n西县|45055"), "");
}

#[test]
fn a_cell_that_is_struck_out_or_white_is_no_figure() {
    let styles = r#"<styleSheet><fonts><font/><font><strike/></font><font><color rgb="FFFFFFFF"/></font></fonts><fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF1F4E79"/></patternFill></fill></fills><cellXfs><xf/><xf fontId="1"/><xf fontId="2" fillId="0"/><xf fontId="2" fillId="1"/></cellXfs></styleSheet>"#;
    let text = |at: &str, inner: &str| format!(r#"<c r="{at}" t="inlineStr"><is>{inner}</is></c>"#);
    for (cell, said) in [
        (r#"<c r="B2" s="1"><v>12</v></c>"#.to_owned(), "~12~\n"),
        (r#"<c r="B2" s="2"><v>12</v></c>"#.to_owned(), "\nfigure_not_shown\n"),
        (r#"<c r="B2" s="3"><v>12</v></c>"#.to_owned(), "12\n"),
        (text("B2", "<r><rPr><strike/></rPr><t>120</t></r><r><rPr/><t>100</t></r>"), "~120~/100\n"),
        // The result of a formula is a text without a character.
        (r#"<c r="B2" t="str"><f>IF(1,"")</f><v></v></c>"#.to_owned(), "\n"),
        (r#"<c r="B2" t="str"><f>IF(1,"")</f><v/></c>"#.to_owned(), "\n"),
        (
            text(
                "B2",
                r#"<r><t>100</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r>"#,
            ),
            "100/2\n",
        ),
    ] {
        let sheet = format!(
            r#"<worksheet><sheetData><row r="1">{}{}</row><row r="2">{}{cell}</row></sheetData></worksheet>"#,
            text("A1", "<t>市</t>"),
            text("B1", "<t>套数</t>"),
            text("A2", "<t>甲市</t>"),
        );
        let read = read(workbook_styled(&sheet, styles));
        assert_eq!(read, format!("市|套数\n甲市|{said}"), "{cell}");
    }
}

#[cfg(feature = "ods")]
#[test]
fn a_workbook_that_was_packed_anew_is_no_package() {
    // The picture of its first page that an OpenDocument file holds is none of a notice.
    let content = "<document-content><body><spreadsheet><table name='S'><table-row><table-cell value-type='string'><p>市</p></table-cell><table-cell value-type='string'><p>套数</p></table-cell></table-row><table-row><table-cell value-type='string'><p>甲市</p></table-cell><table-cell value-type='float' value='12'><p>12</p></table-cell></table-row></table></spreadsheet></body></document-content>";
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!("<manifest><file-entry media-type='{kind}' full-path='/'/></manifest>");
    for mimetype in [kind, "application/vnd.o"] {
        let bytes = zip(&[
            ("mimetype", mimetype.as_bytes()),
            ("Thumbnails/thumbnail.png", b"\x89PNG\r\n\x1a\n"),
            ("META-INF/manifest.xml", manifest.as_bytes()),
            ("content.xml", content.as_bytes()),
        ]);
        assert_eq!(read(bytes), "市|套数\n甲市|12\n");
    }
}

#[test]
fn a_day_stored_in_words_of_iso_8601_is_printed_by_its_format() {
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
    let text =
        |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let day = |at: &str, style: u8, stored: &str| {
        format!(r#"<c r="{at}" s="{style}" t="d"><v>{stored}</v></c>"#)
    };
    let rows: Vec<String> = [
        ("开工", 1, "2023-05-01"),
        ("完工", 2, "2023-12-31T18:30:00Z"),
        ("无格式", 0, "2023-05-01"),
        ("不详", 1, "2023-13"),
    ]
    .iter()
    .zip(1..)
    .map(|((name, style, stored), row)| {
        let cells = text(&format!("A{row}"), name) + &day(&format!("B{row}"), *style, stored);
        format!(r#"<row r="{row}">{cells}</row>"#)
    })
    .collect();
    let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", rows.concat());
    assert_eq!(
        read(workbook_styled(&sheet, styles)),
        "开工|2023年5月1日\n完工|2023/12/31 18:30\n无格式|2023-05-01\n不详|2023-13\n"
    );
}

#[test]
fn messages_of_what_is_printed_name_sheet_and_cell() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>市</t></is></c><c r="B1" t="inlineStr"><is><t>户数</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>甲市</t></is></c><c r="B2"><f>1+1</f></c></row></sheetData></worksheet>"#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let book =
        zip(&[("正文.txt", "关于下达计划的通知\n".as_bytes()), ("附件1.xlsx", &workbook(sheet))]);
    for (name, bytes, place) in [
        ("a.xlsx", workbook(sheet), "a.xlsx: S!B2: "),
        ("a.zip", book, "a.zip: 附件1.xlsx: S!B2: "),
    ] {
        std::fs::write(folder.path().join(name), bytes).expect("the folder is writable");
        for format in ["text", "tables", "json"] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fubiao"));
            command.current_dir(folder.path()).env("LC_ALL", "C.UTF-8");
            let told = command.args(["convert", name, "--format", format]).output();
            let told =
                String::from_utf8_lossy(&told.expect("the command starts").stderr).into_owned();
            let line = told.lines().find(|line| line.contains("[formula_without_value]"));
            assert!(line.is_some_and(|line| line.contains(place)), "{format}: {told}");
        }
    }
}

#[test]
fn entities_do_not_grow_and_nothing_outside_is_read() {
    let lol: String = (1..10)
        .map(|i| format!(r#"<!ENTITY l{i} "{}">"#, format!("&l{};", i - 1).repeat(10)))
        .collect();
    let document = format!(
        r#"<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{lol}<!ENTITY file SYSTEM "file:///etc/passwd">]><w:document><w:body><w:p><w:r><w:t>任务&l9;&file;</w:t></w:r></w:p></w:body></w:document>"#
    );
    let bytes =
        zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())]);
    assert_eq!(read(bytes), "任务&l9;&file;\n");
}

#[test]
fn documents_too_deep_or_too_large_end_at_limits() {
    let deep = "<w:p>".repeat(1000) + &"</w:p>".repeat(1000);
    assert_eq!(refused(&Options::default(), docx(&deep, &[])), "limit max-depth reached (500)");
    let tables = "<w:tbl><w:tr><w:tc>".repeat(90) + &"</w:tc></w:tr></w:tbl>".repeat(90);
    assert_eq!(refused(&Options::default(), docx(&tables, &[])), "limit max-nesting reached (50)");
    let mut small = Options::default();
    small.limits.stream_bytes = 1000;
    let long = docx(&p(&"任务".repeat(1000)), &[]);
    assert_eq!(refused(&small, long), "limit max-stream-bytes reached (1000)");
    let mut few = Options::default();
    few.limits.objects = 20;
    let many = docx(&p("任务").repeat(100), &[]);
    assert_eq!(refused(&few, many), "limit max-objects reached (20)");
}

/// What stands in a document tens of thousands of times is looked at once each: a walk over the whole for each of them
/// took a quarter of a minute.
#[test]
fn what_is_there_many_times_is_read_in_seconds() {
    const TIMES: usize = 60_000;
    let tabs = format!("<w:p><w:r><w:t>甲市</w:t>{}</w:r></w:p>", "<w:tab/>".repeat(TIMES));
    let faded = "<i style='opacity:0'>12</i>".repeat(TIMES);
    let page = format!("<p>各市：现将计划下达。</p><script>show()</script>{faded}");
    for bytes in [docx(&tabs.repeat(3), &[]), page.into_bytes()] {
        let start = std::time::Instant::now();
        read(bytes);
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}

/// Chains of a compound file that lead back to where they began: of the file's own tables, of its directory, of the
/// streams in it.
#[cfg(all(feature = "doc", feature = "xls"))]
#[test]
fn chains_of_compound_files_that_close_to_rings_end() {
    for name in ["notice.doc", "notice.xls"] {
        let whole = std::fs::read(format!("samples/aid-2021/{name}")).expect("a sample");
        let number =
            |at: usize| u32::from_le_bytes(whole[at..at + 4].try_into().expect("four")) as usize;
        // The first sector of the table of sectors (MS-CFB, 2.2 and 2.3).
        let table = 512 * (number(0x4C) + 1);
        let sectors = whole.len() / 512 - 1;
        let rings: [&dyn Fn(usize) -> u32; 3] =
            [&|at| at as u32, &|_| 0, &|at| (at as u32 + 1) % sectors as u32];
        for ring in rings {
            let mut bytes = whole.clone();
            for at in 0..sectors.min(128) {
                bytes[table + 4 * at..table + 4 * at + 4].copy_from_slice(&ring(at).to_le_bytes());
            }
            let Ok(source) = Source::new(name, bytes) else { continue };
            let read = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
            if let Err(error) = read {
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// What a file refers to outside itself is not there for the reader, whatever it is.
#[test]
fn references_out_of_a_file_are_not_followed() {
    let secret = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(secret.path(), "<w:hdr><w:p><w:r><w:t>机密</w:t></w:r></w:p></w:hdr>")
        .expect("written");
    let (outside, name) = (secret.path().display(), "word/document.xml");
    let relations = format!(
        r#"<Relationships><Relationship Id="h" Type="http://x/header" Target="file://{outside}" TargetMode="External"/><Relationship Id="g" Type="http://x/header" Target="../../../../../../../../{outside}"/><Relationship Id="n" Type="http://x/numbering" Target="{outside}"/><Relationship Id="s" Type="http://x/styles" Target="http://127.0.0.1:9/s.xml" TargetMode="External"/></Relationships>"#
    );
    let body = p("正文")
        + r#"<w:sectPr><w:headerReference r:id="h"/><w:headerReference r:id="g"/></w:sectPr>"#;
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let bytes = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        (name, document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ]);
    assert!(!read(bytes).contains("机密"));
    let page = format!(
        r#"<base href="file://{outside}"><iframe src="{outside}"></iframe><object data="{outside}"></object><link rel=stylesheet href="{outside}"><img src="http://127.0.0.1:9/x.png"><script src="{outside}"></script><p>正文</p>"#
    );
    assert_eq!(read(page.into_bytes()), "正文\n");
    let sheet = format!(
        r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>市</t></is></c><c r="B1"><f>'file://{outside}'!A1</f></c></row></sheetData><drawing r:id="{outside}"/></worksheet>"#
    );
    assert!(!read(workbook(&sheet)).contains("机密"));
    #[cfg(feature = "ofd")]
    {
        let root = format!(
            r#"<OFD><DocBody><DocRoot>../../../../../../..{outside}</DocRoot></DocBody></OFD>"#
        );
        let source = Source::new("x.ofd", zip(&[("OFD.xml", root.as_bytes())]));
        let read = source.and_then(|source| {
            pipeline::until_pages(&mut Sink::new(), &Options::default(), &source)
        });
        assert!(read.is_err());
    }
    // A name in an archive that leads out of it is a name and nothing more.
    let named = format!("../../../../../../..{outside}");
    let archive = zip(&[("通知.txt", BODY.as_bytes()), (&named, "附件1\n任务表\n".as_bytes())]);
    let source = Source::new("x.zip", archive).expect("an archive");
    let _ = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
    let kept = std::fs::read_to_string(secret.path()).expect("it is there");
    assert!(kept.contains("机密"), "and nothing was written over it");
}

/// A few kilobytes of packed zeros are megabytes, in each part that may be read.
#[test]
fn parts_that_unpack_to_far_more_end_at_limits() {
    let mut options = Options::default();
    options.limits.stream_bytes = 1 << 20;
    let zeros = packed(2 << 20);
    for (name, others) in [
        ("word/document.xml", vec![("[Content_Types].xml", "<Types/>")]),
        ("content.xml", vec![("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]),
        ("附件.txt", vec![("通知.txt", BODY)]),
    ] {
        let bytes = bomb(name, &zeros, &others);
        assert!(bytes.len() < 20_000, "{}", bytes.len());
        assert_eq!(refused(&options, bytes), "limit max-stream-bytes reached (1048576)", "{name}");
    }
}

/// Zeros, packed by DEFLATE (RFC 1951), and their checksum and number.
struct Zeros {
    packed: Vec<u8>,
    checksum: u32,
    size: u32,
}

/// So many zeros, as a program packs them: blocks of fixed codes, in which a length and a distance of one stand for 258.
fn packed(size: usize) -> Zeros {
    let mut bits: Vec<bool> = vec![true, true, false];
    // The literal 0 is 00110000; length 258 is 11000101 and distance 1 is 00000, codes with their first bit first.
    let code = |bits: &mut Vec<bool>, text: &str| bits.extend(text.bytes().map(|b| b == b'1'));
    code(&mut bits, "00110000");
    let repeats = (size - 1) / 258;
    for _ in 0..repeats {
        code(&mut bits, "11000101");
        code(&mut bits, "00000");
    }
    code(&mut bits, "0000000");
    let packed = bits
        .chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |b, (i, on)| b | u8::from(*on) << i))
        .collect();
    let size = 1 + repeats * 258;
    Zeros { packed, checksum: archive::checksum(&vec![0; size]), size: size as u32 }
}

/// An archive of entries as they are, and of one of packed zeros.
fn bomb(name: &str, zeros: &Zeros, others: &[(&str, &str)]) -> Vec<u8> {
    let mut entries: Vec<(&str, &[u8])> = others.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    entries.push((name, &zeros.packed));
    let mut bytes = zip(&entries);
    let directory = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").expect("a directory");
    let entry = u32::from_le_bytes(bytes[directory + 42..directory + 46].try_into().expect("four"));
    for (at, shift) in [(directory, 2), (entry as usize, 0)] {
        bytes[at + 8 + shift] = 8;
        bytes[at + 14 + shift..at + 18 + shift].copy_from_slice(&zeros.checksum.to_le_bytes());
        bytes[at + 22 + shift..at + 26 + shift].copy_from_slice(&zeros.size.to_le_bytes());
    }
    bytes
}

/// Rows and cells that a file says are repeated are not laid out one by one.
#[cfg(feature = "ods")]
#[test]
fn rows_and_columns_that_are_repeated_end_at_limits() {
    let book = |rows: &str| {
        let content = format!(
            r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
        );
        zip(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content.as_bytes()),
        ])
    };
    let row = |repeated: u32, across: u32| {
        format!(
            r#"<table:table-row table:number-rows-repeated="{repeated}"><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{across}"><text:p>1</text:p></table:table-cell></table:table-row>"#
        )
    };
    for (rows, across) in [(1_048_576, 16_384), (u32::MAX, u32::MAX), (20_000, 20), (1, 16_384)] {
        let source = Source::new("x.ods", book(&row(rows, across))).expect("a workbook");
        let read = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
        match read {
            Ok(pages) => {
                assert!(pages.pages.iter().map(|page| page.runs.len()).sum::<usize>() <= 20_000)
            }
            Err(error) => assert!(error.to_string().starts_with("limit max-"), "{error}"),
        }
    }
}

/// What a page prints as it is typed, a table drawn with characters among it, keeps its lines and spaces.
#[test]
fn lines_of_preformatted_text_are_lines() {
    let typed = "\
┌────┬───┬───┐
│地区│任务│资金│
├────┼───┼───┤
│南昌│120│ 80│
│九江│ 60│ 40│
└────┴───┴───┘
注：资金单位为万元。";
    let page = format!("<html><body><p>任务表</p><pre>{typed}</pre></body></html>");
    let source = Source::new("notice.html", page.into_bytes()).expect("a page");
    let outline = pipeline::until_outline(&mut Sink::new(), &Options::default(), &source);
    let outline = outline.expect("readable");
    let tables = fubiao::emit::tables::tables(&outline);
    let cells: Vec<&str> = tables[0].cells.iter().map(|cell| cell.text).collect();
    assert_eq!(cells, ["地区", "任务", "资金", "南昌", "120", "80", "九江", "60", "40"]);
}
