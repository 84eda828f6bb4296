//! PDFs made by hand for tests: a content stream in, the bytes of a document of one page out; and
//! the cases of `tests/suite/extract`, run on them.

use std::fmt::Write;

use crate::carrier::extract;
use crate::carrier::page::{Ink, Page, Turn};
use crate::diag::Sink;
use crate::options::Options;
use crate::source::Source;

/// Objects every sample can use, by their names in the page's resources.
///
/// `/F1` is Helvetica; `/Song` SimSun in GBK-EUC-H and `/SongV` in UniGB-UTF16-V, neither embedded;
/// `/Gbk` a font that claims WinAnsi and is no Chinese one by its name; `/Lost` has no names for its
/// codes at all; `/Radical` says in ToUnicode that code 1 is ⼤, `/Twin` draws the same for its code 1
/// and says nothing; `/Pale` is a graphics state of no
/// opacity, `/Multiply` a blend mode; `/Form` a form with a word in it; `/Off` a layer that is switched off, `/Unseen`
/// one that its own usage does, `/All` shown where both are; `/Square` says that its codes 0, 1 and 2 are no character,
/// a soft hyphen and a space, and draws nothing, a square and nothing; `/None` is the ink that paints nothing.
const OBJECTS: &[&str] = &[
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/GBK-EUC-H/DescendantFonts[11 0 R]>>",
    "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UTF16-V/DescendantFonts[11 0 R]>>",
    "<</Type/Font/Subtype/TrueType/BaseFont/Arial/Encoding/WinAnsiEncoding/FirstChar 0/LastChar 0/Widths[500]/FontDescriptor<</Type/FontDescriptor/MissingWidth 500>>>>",
    "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Lost/Encoding/Identity-H/DescendantFonts[12 0 R]>>",
    "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 1/LastChar 1/Widths[1000]/Encoding<</Differences[1/g1]>>/CharProcs<</g1 14 0 R>>/ToUnicode 15 0 R>>",
    "<</Type/ExtGState/ca 0>>",
    "<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500]/FontDescriptor<</Type/FontDescriptor>>>>",
    "<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Lost/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor<</Type/FontDescriptor>>>>",
    "<</Type/OCG/Name(off)>>",
    "<</Length 28>>stream\n1000 0 0 0 1000 1000 d1 0 0 m\nendstream",
    "<</Length 69>>stream\n1 begincodespacerange<01><01>endcodespacerange 1 beginbfchar<01><2F24>endbfchar\nendstream",
    "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 1/LastChar 1/Widths[1000]/Encoding<</Differences[1/x9]>>/CharProcs<</x9 14 0 R>>>>",
    "<</Type/OCG/Name(usage)/Usage<</View<</ViewState/OFF>>>>>>",
    "<</Type/Font/Subtype/Type0/BaseFont/Square/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Square/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/FontDescriptor<</Type/FontDescriptor/FontFile2 21 0 R>>>>]/ToUnicode 22 0 R>>",
    "<</Length 110>>stream\n1 begincodespacerange<0000><ffff>endcodespacerange 3 beginbfchar<0000><0000><0001><00AD><0002><0020>endbfchar\nendstream",
];

/// A TrueType font of a square and a glyph without ink.
const SQUARE: &[u8] = b"000100000006004000020020676c7966fca69990000000f800000016686561642f026a54\
    0000006c000000366868656103ea025a000000a400000024686d747801f40000000000e8000000086c6f6361000b000b\
    000000f0000000086d61787000050006000000c8000000200001000000010000d4010d005f0f3cf5000103e800000000\
    e72f145600000000e72f145600640000012c00c8000000030002000000000000000100000320ff38000001f40000012c\
    00c8000100000000000000000000000000000001000100000003000400010000000000020000000000000000000000\
    000000000001f400000000000000000000000b000b000100640000012c00c8000300003335331564c8c8c80000>";

/// The numbers of `OBJECTS`' objects, in their order, and what the page's resources call them.
const NUMBERS: &[u32] = &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 22];
const RESOURCES: &str = "/Font<</F1 4 0 R/Song 5 0 R/SongV 6 0 R/Gbk 7 0 R/Lost 8 0 R/Radical 9 0 R/Twin 18 0 R/Square 20 0 R>>\
    /ExtGState<</Pale 10 0 R/Multiply<</BM/Multiply>>>>/Properties<</Off 13 0 R/Unseen 19 0 R/All<</Type/OCMD/VE[/And 13 0 R 19 0 R]>>>>\
    /ColorSpace<</None[/Separation/None/DeviceGray<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>]>>/XObject<</Form 16 0 R>>";

/// The bytes of a PDF of one page 200 points square; `page` is added to the page's dictionary.
pub(super) fn pdf(page: &str, content: &[u8]) -> Vec<u8> {
    let mut objects: Vec<(u32, Vec<u8>)> = vec![
        (
            1,
            b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[13 0 R 19 0 R]/D<</OFF[13 0 R]/AS[<</Event/View/Category[/View]/OCGs[19 0 R]>>]>>>>>>".into(),
        ),
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>".into()),
        (
            3,
            format!("<</Type/Page/Parent 2 0 R/Contents 17 0 R/Resources<<{RESOURCES}>>{page}>>")
                .into(),
        ),
        (
            16,
            stream(
                "/Type/XObject/Subtype/Form/BBox[0 0 50 20]/Matrix[1 0 0 1 10 100]",
                b"BT/F1 10 Tf 0 5 Td(form)Tj 60 0 Td(cut)Tj ET",
            ),
        ),
        (17, stream("", content)),
        (21, stream("/Filter/ASCIIHexDecode/Length1 272", SQUARE)),
    ];
    objects.extend(NUMBERS.iter().copied().zip(OBJECTS.iter().map(|o| o.as_bytes().to_vec())));
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    for (number, object) in objects {
        let _ = write!(table, "{number} 1\n{:010} 00000 n \n", bytes.len());
        bytes.extend(format!("{number} 0 obj\n").bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(table.bytes());
    bytes.extend(format!("trailer<</Size 23/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dict}/Length {}>>stream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// What a case says: lines that begin with `%page ` add to the page's dictionary; all of it is the
/// content stream, with each Hanzi in `(…)` written as its two bytes of GBK.
fn shown(input: &str) -> String {
    let page: String = input.lines().filter_map(|l| l.strip_prefix("%page ")).collect();
    let (content, _, _) = encoding_rs::GBK.encode(input);
    let source = Source {
        name: "case.pdf".to_owned(),
        bytes: std::sync::Arc::new(pdf(&page, &content)),
        kind: crate::source::Kind::Pdf,
        files: std::sync::Arc::default(),
    };
    let mut sink = Sink::new();
    let mut out = String::new();
    match extract(&mut sink, &Options::default(), &source) {
        Ok(pages) => pages.pages.iter().for_each(|page| show_page(&mut out, page)),
        Err(error) => out = format!("{error}\n"),
    }
    let (diagnostics, repairs) = sink.into_parts();
    for repair in repairs {
        let _ = writeln!(out, "repair {}: {:?} to {:?}", repair.rule, repair.before, repair.after);
    }
    for diagnostic in diagnostics {
        let _ = writeln!(out, "{}: {}", diagnostic.code, diagnostic.message.en);
    }
    out
}

fn show_page(out: &mut String, page: &Page) {
    if (page.width, page.height) != (200.0, 200.0) {
        let _ = writeln!(out, "page {} x {}", page.width, page.height);
    }
    for run in &page.runs {
        let edges: Vec<String> = run.edges.iter().map(|e| format!("{e:.0}")).collect();
        let b = run.bbox;
        let _ = write!(
            out,
            "{:?} {} y {:.1}..{:.1} size {:.0}",
            run.text,
            edges.join(" "),
            b.y0,
            b.y1,
            run.size
        );
        let _ = match run.turn {
            Turn::Upright => Ok(()),
            Turn::Slanted(degrees) => write!(out, " slanted {degrees:.0}"),
            turn => write!(out, " {turn:?}"),
        };
        if !run.joints.is_empty() {
            let _ = write!(out, " joints {:?}", run.joints);
        }
        let _ = match run.ink {
            Ink::Seen { lightness } if lightness < 0.01 => writeln!(out),
            Ink::Seen { lightness } => writeln!(out, " lightness {lightness:.2}"),
            ink => writeln!(out, " {ink:?}"),
        };
    }
    for rule in &page.rules {
        let _ = writeln!(
            out,
            "rule {:?} at {:.1} from {:.1} to {:.1} width {:.1}",
            rule.axis, rule.at, rule.from, rule.to, rule.width
        );
    }
    for (what, boxes) in [("fill", &page.fills), ("image", &page.images)] {
        for b in boxes {
            let _ = writeln!(out, "{what} {:.0} {:.0} {:.0} {:.0}", b.x0, b.y0, b.x1, b.y1);
        }
    }
}

#[test]
fn pages_are_read_as_the_suite_says() {
    let suite = include_str!("../../../tests/suite/carrier/pages.txt");
    let mut wrong = String::new();
    for case in suite.split("--- ").skip(1) {
        let (name, rest) = case.split_once(" ---\n").expect("a case begins with its name");
        let (input, expected) = rest.split_once("\n=>\n").expect("a case has an expectation");
        let got = shown(input);
        if got.trim_end() != expected.trim_end() {
            let _ = writeln!(wrong, "--- {name} ---\n{input}\n=>\n{got}");
        }
    }
    assert!(wrong.is_empty(), "these cases give something else:\n\n{wrong}");
}
