//! Every limit stops what goes beyond it, and says its name: small files that unpack to much, nest
//! deeply, or hold many of something.
#![cfg(feature = "pdf")]

use fubiao::carrier::page::Pages;
use fubiao::diag::Sink;
use fubiao::error::{Error, ErrorKind};
use fubiao::options::{Limits, Options};
use fubiao::pipeline;
use fubiao::source::Source;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

fn read(bytes: Vec<u8>, limits: Limits) -> Result<Pages, Error> {
    let source = Source::new("case.pdf", bytes).expect("what begins as a PDF");
    pipeline::until_pages(&mut Sink::new(), &Options { limits, ..Options::default() }, &source)
}

/// The limit's name and the page where it was reached.
fn reached(bytes: Vec<u8>, limits: Limits) -> (&'static str, Option<u32>) {
    let error = read(bytes, limits).expect_err("beyond a limit");
    match error.kind() {
        ErrorKind::Limit { name, .. } => (name, error.page()),
        other => panic!("{other:?}"),
    }
}

/// A document of pages with these contents, in Helvetica as `/F`; each object can be changed before it
/// is written.
fn pdf(contents: &[&[u8]], change: impl FnOnce(&mut Document, &mut Dictionary)) -> Vec<u8> {
    let mut pdf = Document::with_version("1.5");
    let font = pdf.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    });
    let mut resources = dictionary! { "Font" => dictionary! { "F" => font } };
    change(&mut pdf, &mut resources);
    let resources = pdf.add_object(resources);
    let tree = pdf.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    for content in contents {
        let mut stream = Stream::new(Dictionary::new(), content.to_vec());
        stream.compress().expect("packed in memory");
        let content = pdf.add_object(stream);
        let page = pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        kids.push(page.into());
    }
    let count = kids.len() as u32;
    pdf.objects
        .insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("written to memory");
    bytes
}

const WORDS: &[u8] = b"BT /F 12 Tf 72 700 Td (words) Tj ET";

fn plain(_: &mut Document, _: &mut Dictionary) {}

#[test]
fn a_stream_that_unpacks_to_much_is_not_unpacked() {
    let blanks = vec![b' '; 5 << 20];
    let bytes = pdf(&[WORDS, &blanks], plain);
    assert!(bytes.len() < 20_000, "a small file");
    let limits = Limits { stream_bytes: 4 << 20, ..Limits::default() };
    assert_eq!(reached(bytes.clone(), limits), ("max-stream-bytes", Some(2)));
    let limits = Limits { stream_bytes: 5 << 20, ..Limits::default() };
    assert!(read(bytes, limits).is_ok(), "as much as the limit says is read");
}

#[test]
fn many_streams_count_together() {
    let blanks = [WORDS, &vec![b' '; 1 << 20]].concat();
    let bytes = pdf(&[&blanks[..]; 5], plain);
    let limits = Limits { decoded_bytes: 4 << 20, ..Limits::default() };
    assert_eq!(reached(bytes, limits), ("max-decoded-bytes", Some(4)));
}

#[test]
fn a_font_that_unpacks_to_much_is_not_loaded() {
    let bytes = pdf(&[b"BT /G 12 Tf (words) Tj ET"], |pdf, resources| {
        let mut file = Stream::new(Dictionary::new(), vec![0; 5 << 20]);
        file.compress().expect("packed in memory");
        let file = pdf.add_object(file);
        let font = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "Big",
            "FontDescriptor" => dictionary! { "Type" => "FontDescriptor", "FontFile2" => file },
        });
        resources.set("Font", dictionary! { "G" => font });
    });
    let limits = Limits { stream_bytes: 4 << 20, ..Limits::default() };
    assert_eq!(reached(bytes, limits), ("max-stream-bytes", Some(1)));
}

#[test]
fn a_font_that_says_all_without_its_program_is_read_without_it() {
    let bytes = pdf(&[b"BT /G 12 Tf 72 700 Td (AB) Tj ET"], |pdf, resources| {
        let mut file = Stream::new(Dictionary::new(), vec![0; 5 << 20]);
        file.compress().expect("packed in memory");
        let file = pdf.add_object(file);
        let map = b"1 begincodespacerange <00> <FF> endcodespacerange \
            2 beginbfchar <41> <9644> <42> <8868> endbfchar";
        let map = pdf.add_object(Stream::new(Dictionary::new(), map.to_vec()));
        let font = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "Big", "ToUnicode" => map,
            "FirstChar" => 65, "LastChar" => 66, "Widths" => vec![1000.into(), 500.into()],
            "FontDescriptor" => dictionary! { "Type" => "FontDescriptor", "FontFile2" => file },
        });
        resources.set("Font", dictionary! { "G" => font });
    });
    let limits = Limits { stream_bytes: 4 << 20, ..Limits::default() };
    let pages = read(bytes, limits).expect("what is too large is not needed");
    let [run] = pages.pages[0].runs.as_slice() else { panic!("one run") };
    assert_eq!((run.text.as_str(), run.edges.as_slice()), ("附表", &[72.0, 84.0, 90.0][..]));
}

/// Forms, each drawing the next, `turns` times each; the last draws a word.
fn forms(depth: usize, turns: usize) -> Vec<u8> {
    pdf(&[b"/X Do BT /F 12 Tf 72 700 Td (words) Tj ET"], |pdf, resources| {
        let box_of = || Object::from(vec![0.into(), 0.into(), 595.into(), 842.into()]);
        let form = |inner: Dictionary, content: Vec<u8>| {
            let dict = dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "BBox" => box_of(), "Resources" => inner,
            };
            Stream::new(dict, content)
        };
        let mut inner = pdf.add_object(form(resources.clone(), WORDS.to_vec()));
        for _ in 1..depth {
            let names = dictionary! { "XObject" => dictionary! { "X" => inner } };
            inner = pdf.add_object(form(names, b"/X Do ".repeat(turns)));
        }
        resources.set("XObject", dictionary! { "X" => inner });
    })
}

#[test]
fn forms_nest_as_deep_as_the_limit_says() {
    assert!(read(forms(50, 1), Limits::default()).is_ok());
    assert_eq!(reached(forms(51, 1), Limits::default()), ("max-nesting", Some(1)));
    // The deepest that can be asked for fits into the stack of a thread.
    let limits = Limits { nesting: Limits::DEEPEST, ..Limits::default() };
    assert!(read(forms(Limits::DEEPEST as usize, 1), limits).is_ok());
}

#[test]
fn forms_that_multiply_end() {
    // Twenty forms, each drawing the next four times: a million million words.
    assert!(read(forms(20, 4), Limits::default()).is_ok());
}

#[test]
fn a_form_that_draws_itself_does_so_once() {
    let bytes = pdf(&[b"/X Do BT /F 12 Tf 72 600 Td (after) Tj ET"], |pdf, resources| {
        let id = pdf.new_object_id();
        resources.set("XObject", dictionary! { "X" => id });
        let dict = dictionary! {
            "Type" => "XObject", "Subtype" => "Form",
            "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        };
        pdf.objects.insert(id, Stream::new(dict, [WORDS, b" /X Do"].concat()).into());
    });
    let source = Source::new("case.pdf", bytes).expect("a PDF");
    let mut sink = Sink::new();
    let pages = pipeline::until_pages(&mut sink, &Options::default(), &source).expect("readable");
    let texts: Vec<_> = pages.pages[0].runs.iter().map(|run| run.text.as_str()).collect();
    assert_eq!(texts, ["words", "after"]);
    let (diagnostics, _) = sink.into_parts();
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["page_endless"]);
}

/// A page painted in a colour that a function gives.
fn coloured(function: impl FnOnce(&mut Document) -> Object) -> Vec<u8> {
    let content = [b"/C cs 0.5 scn 0 0 50 50 re f ", WORDS].concat();
    pdf(&[&content], |pdf, resources| {
        let function = function(pdf);
        let name = |name: &str| Object::Name(name.into());
        let space = vec![name("Separation"), name("Ink"), name("DeviceRGB"), function];
        resources.set("ColorSpace", dictionary! { "C" => space });
    })
}

/// Functions stitched from others, each from `parts` times the one before.
fn stitched(depth: usize, parts: usize) -> Vec<u8> {
    coloured(|pdf| {
        let range = || Object::from(vec![0.into(), 1.into()]);
        let mut inner =
            pdf.add_object(dictionary! { "FunctionType" => 2, "Domain" => range(), "N" => 1 });
        for _ in 0..depth {
            let bounds: Vec<Object> = (1..parts).map(|n| Object::Real(n as f32 / 9.0)).collect();
            inner = pdf.add_object(dictionary! {
                "FunctionType" => 3, "Domain" => range(), "Bounds" => bounds,
                "Functions" => vec![Object::from(inner); parts],
                "Encode" => vec![Object::from(0); 2 * parts],
            });
        }
        inner.into()
    })
}

#[test]
fn functions_of_colours_neither_nest_nor_multiply_without_end() {
    for bytes in [stitched(4, 2), stitched(20_000, 1), stitched(40, 2)] {
        assert!(
            read(bytes, Limits::default()).is_ok(),
            "the words are read, whatever their colour"
        );
    }
    let deep = coloured(|pdf| {
        let dict = dictionary! {
            "FunctionType" => 4, "Domain" => vec![0.into(), 1.into()],
            "Range" => vec![0.into(), 1.into()],
        };
        let program = [b"{".repeat(100_000), b"}".repeat(100_000)].concat();
        pdf.add_object(Stream::new(dict, program)).into()
    });
    assert!(read(deep, Limits::default()).is_ok());
}

#[test]
fn widths_of_more_characters_than_there_are_are_not_read() {
    let bytes = pdf(&[&[WORDS, b" BT /G 12 Tf <00010002> Tj ET"].concat()], |pdf, resources| {
        let font = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "X",
            "W" => vec![0.into(), i64::from(u32::MAX).into(), 500.into()],
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
            },
        });
        let outer = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "X", "Encoding" => "Identity-H",
            "DescendantFonts" => vec![font.into()],
        });
        let plain = resources.get(b"Font").and_then(|fonts| fonts.as_dict()).cloned();
        let mut fonts = plain.expect("fonts");
        fonts.set("G", outer);
        resources.set("Font", fonts);
    });
    assert!(read(bytes, Limits::default()).is_ok(), "the words in the other font are read");
}

#[test]
fn objects_are_counted_in_tables_packed_and_plain() {
    let limits = Limits { objects: 100, ..Limits::default() };
    let many = |pdf: &mut Document, _: &mut Dictionary| {
        for _ in 0..200 {
            pdf.add_object(Object::Null);
        }
    };
    assert_eq!(reached(pdf(&[WORDS], many), limits.clone()), ("max-objects", None));
    // A table of objects, packed, with a million entries: a few kilobytes.
    let mut table = Stream::new(
        dictionary! { "Type" => "XRef", "W" => vec![0.into(), 1.into(), 0.into()], "Size" => 1_000_000 },
        vec![0; 1_000_000],
    );
    table.compress().expect("packed in memory");
    let mut bytes =
        b"%PDF-1.5\n1 0 obj\n<</Type/XRef/W[0 1 0]/Size 1000000/Filter/FlateDecode/Length "
            .to_vec();
    bytes.extend(format!("{}>>stream\n", table.content.len()).bytes());
    bytes.extend(table.content);
    bytes.extend(b"\nendstream\nendobj\nstartxref\n9\n%%EOF");
    assert_eq!(reached(bytes, limits), ("max-objects", None));
}

#[test]
fn glyphs_count_on_a_page_and_in_all() {
    let words = |count: usize| {
        [b"BT /F 1 Tf 9 9 Td ".to_vec(), b"(word) Tj ".repeat(count), b"ET".into()].concat()
    };
    let pages = [words(100), words(100), words(100)];
    let pages: Vec<&[u8]> = pages.iter().map(Vec::as_slice).collect();
    let on_page = Limits { page_glyphs: 399, ..Limits::default() };
    assert_eq!(reached(pdf(&pages, plain), on_page), ("max-page-glyphs", Some(1)));
    let in_all = Limits { glyphs: 1000, ..Limits::default() };
    assert_eq!(reached(pdf(&pages, plain), in_all.clone()), ("max-glyphs", Some(3)));
    let text = "四个字符\n".repeat(100) + "\u{C}" + &"四个字符\n".repeat(200);
    assert_eq!(reached(text.into_bytes(), in_all), ("max-glyphs", Some(2)));
}

/// A font `/G` whose code 0041 stands for so many characters.
fn mapped(characters: usize, content: &[u8]) -> Vec<u8> {
    pdf(&[content], |pdf, resources| {
        let map = format!(
            "1 begincodespacerange <0000> <FFFF> endcodespacerange \
             1 beginbfchar <0041> <{}> endbfchar",
            "9644".repeat(characters)
        );
        let map = pdf.add_object(Stream::new(Dictionary::new(), map.into_bytes()));
        let inner = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "X", "DW" => 1000,
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
            },
        });
        let font = pdf.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "X", "Encoding" => "Identity-H",
            "DescendantFonts" => vec![inner.into()], "ToUnicode" => map,
        });
        resources.set("Font", dictionary! { "G" => font });
    })
}

#[test]
fn characters_count_and_not_their_codes() {
    let content =
        [b"BT /G 12 Tf 72 700 Td ".to_vec(), b"<0041> Tj ".repeat(30), b"ET".into()].concat();
    let limits = Limits { page_glyphs: 299, ..Limits::default() };
    assert_eq!(reached(mapped(10, &content), limits), ("max-page-glyphs", Some(1)));
    let limits = Limits { page_glyphs: 300, ..Limits::default() };
    let pages = read(mapped(10, &content), limits).expect("as many as the limit says");
    let text: String = pages.pages[0].runs.iter().map(|run| run.text.as_str()).collect();
    assert_eq!(text.chars().filter(|c| *c == '附').count(), 300);
}

#[test]
fn a_destination_longer_than_any_is_none() {
    let content = b"BT /G 12 Tf 72 700 Td <0041> Tj ET";
    let text = |characters| {
        let pages = read(mapped(characters, content), Limits::default()).ok()?;
        Some(pages.pages[0].runs.iter().map(|run| run.text.chars().count()).sum::<usize>())
    };
    assert_eq!(text(256), Some(256));
    assert!(text(257).is_none_or(|count| count < 2), "{:?}", text(257));
}

#[test]
fn the_parts_of_a_page_are_as_long_as_one_stream() {
    let bytes = pdf(&[WORDS], |_, _| ());
    let mut pdf = Document::load_mem(&bytes).expect("it was just written");
    let mut part = Stream::new(Dictionary::new(), [WORDS, &vec![b' '; 1 << 20]].concat());
    part.compress().expect("packed in memory");
    let part = pdf.add_object(part);
    let page = *pdf.get_pages().get(&1).expect("a page");
    let page = pdf.get_object_mut(page).and_then(Object::as_dict_mut).expect("a page");
    page.set("Contents", vec![Object::from(part); 5]);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("written to memory");
    let limits = Limits { stream_bytes: 4 << 20, ..Limits::default() };
    assert_eq!(reached(bytes.clone(), limits), ("max-stream-bytes", Some(1)));
    let limits = Limits { stream_bytes: 6 << 20, ..Limits::default() };
    assert!(read(bytes, limits).is_ok());
}

#[test]
fn forms_inside_each_other_are_as_long_as_one_stream() {
    let blank = vec![b' '; 1 << 20];
    let bytes = pdf(&[b"/X Do"], |pdf, resources| {
        let mut inner = None;
        for _ in 0..5 {
            let mut dict = dictionary! {
                "Type" => "XObject", "Subtype" => "Form",
                "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            };
            if let Some(inner) = inner {
                let names =
                    dictionary! { "XObject" => dictionary! { "X" => Object::Reference(inner) } };
                dict.set("Resources", names);
            }
            let mut form = Stream::new(dict, [&blank[..], b"/X Do"].concat());
            form.compress().expect("packed in memory");
            inner = Some(pdf.add_object(form));
        }
        resources.set("XObject", dictionary! { "X" => Object::Reference(inner.expect("forms")) });
    });
    let limits = Limits { stream_bytes: 4 << 20, ..Limits::default() };
    assert_eq!(reached(bytes.clone(), limits), ("max-stream-bytes", Some(1)));
    let limits = Limits { stream_bytes: 6 << 20, ..Limits::default() };
    assert!(!matches!(
        read(bytes, limits).map_err(|e| e.kind().clone()),
        Err(ErrorKind::Limit { .. })
    ));
}

#[test]
fn the_hint_names_the_flag() {
    let limits = Limits { pages: 1, ..Limits::default() };
    let error = read(pdf(&[WORDS, WORDS], plain), limits).expect_err("a page too many");
    assert_eq!(error.to_string(), "limit max-pages reached (1)");
    assert_eq!(error.hint().en, "raise the limit with --max-pages");
}
