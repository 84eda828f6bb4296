//! Places are those of the page as seen, however it is turned.
#![cfg(feature = "pdf")]

use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::place::{Place, Spot};
use fubiao::source::Source;
use lopdf::{Document, Object};

/// Height of the sample's pages before they are turned, in points: A4.
const HEIGHT: f32 = 841.89;

#[test]
fn a_page_turned_by_a_quarter_has_the_same_cells_at_turned_places() {
    let sample = std::fs::read("samples/housing-2023/notice.pdf").expect("it is in the repository");
    let mut pdf = Document::load_mem(&sample).expect("a PDF");
    for page in pdf.get_pages().into_values() {
        let page = pdf.get_object_mut(page).and_then(Object::as_dict_mut).expect("a page");
        page.set("Rotate", 90);
    }
    let mut turned = Vec::new();
    pdf.save_to(&mut turned).expect("a document in memory can be saved");
    let (upright, turned) = (cells(sample), cells(turned));
    assert_eq!(upright.len(), turned.len());
    assert!(upright.len() > 300, "saw only {} cells", upright.len());
    for ((raw, upright), (turned_raw, turned)) in upright.iter().zip(&turned) {
        assert_eq!(raw, turned_raw);
        let (Spot::Box(from), Spot::Box(to)) = (upright.spot, turned.spot) else {
            panic!("a PDF has boxes")
        };
        let expected = [HEIGHT - from.y1, from.x0, HEIGHT - from.y0, from.x1];
        let near = expected.iter().zip([to.x0, to.y0, to.x1, to.y1]);
        assert!(near.clone().all(|(a, b)| (a - b).abs() < 0.1), "{raw}: {from:?} became {to:?}");
    }
}

/// The cells of a notice with their places.
fn cells(pdf: Vec<u8>) -> Vec<(String, Place)> {
    let source = Source::new("notice.pdf", pdf).expect("a PDF");
    let notice = pipeline::read(&source, &Options::default()).expect("a notice").notice;
    let rows = notice.annexes.into_iter().flat_map(|annex| annex.rows);
    rows.flat_map(|row| row.cells).map(|cell| (cell.raw, cell.place)).collect()
}
