//! Ink in, its connected pieces out: the marks that every reading is made of and that the ledger counts.

use crate::carrier::ocr::raster::Gray;
use crate::geom::Rect;

/// A connected piece of ink.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    /// The box around it, in pixels.
    pub bbox: Rect,
    /// How many pixels it has.
    pub area: u32,
}

/// The marks of a page, and which one each pixel belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Marks {
    /// All of them, by the first of their pixels.
    pub marks: Vec<Mark>,
    /// Pixels across.
    width: usize,
    /// For each pixel the number of its mark, counted from 1; 0 for paper.
    labels: Vec<u32>,
}

impl Marks {
    /// The connected pieces, pixels that touch at their corners being connected.
    pub fn of(ink: &Gray) -> Marks {
        let (w, h) = (ink.width, ink.height);
        let mut labels = vec![0u32; w * h];
        let mut parents: Vec<u32> = vec![0];
        for y in 0..h {
            for x in 0..w {
                let i = y * w + x;
                if ink.data[i] == 0 {
                    continue;
                }
                let mut label = 0;
                let mut join = |other: u32| {
                    if other != 0 && label == 0 {
                        label = root(&mut parents, other);
                    } else if other != 0 {
                        let other = root(&mut parents, other);
                        let (low, high) = (label.min(other), label.max(other));
                        parents[high as usize] = low;
                        label = low;
                    }
                };
                if x > 0 {
                    join(labels[i - 1]);
                }
                if y > 0 {
                    join(labels[i - w]);
                    if x > 0 {
                        join(labels[i - w - 1]);
                    }
                    if x + 1 < w {
                        join(labels[i - w + 1]);
                    }
                }
                if label == 0 {
                    label = parents.len() as u32;
                    parents.push(label);
                }
                labels[i] = label;
            }
        }
        let mut numbers = vec![0u32; parents.len()];
        let mut marks: Vec<Mark> = Vec::new();
        for y in 0..h {
            for x in 0..w {
                let label = &mut labels[y * w + x];
                if *label == 0 {
                    continue;
                }
                let root = root(&mut parents, *label) as usize;
                let (x0, y0) = (x as f32, y as f32);
                let pixel = Rect { x0, y0, x1: x0 + 1.0, y1: y0 + 1.0 };
                if numbers[root] == 0 {
                    marks.push(Mark { bbox: pixel, area: 0 });
                    numbers[root] = marks.len() as u32;
                }
                *label = numbers[root];
                let mark = &mut marks[*label as usize - 1];
                mark.bbox = mark.bbox.union(&pixel);
                mark.area += 1;
            }
        }
        Marks { marks, width: w, labels }
    }

    /// Which mark a pixel belongs to.
    pub fn at(&self, x: usize, y: usize) -> Option<usize> {
        (self.labels[y * self.width + x] as usize).checked_sub(1)
    }
}

fn root(parents: &mut [u32], mut label: u32) -> u32 {
    while parents[label as usize] != label {
        let up = parents[label as usize];
        parents[label as usize] = parents[up as usize];
        label = up;
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_meet_below_are_one() {
        let rows = ["1.1..", "1.1.1", "111.."];
        let data = rows.concat().bytes().map(|b| u8::from(b == b'1')).collect();
        let marks = Marks::of(&Gray { width: 5, height: 3, data });
        let areas: Vec<u32> = marks.marks.iter().map(|m| m.area).collect();
        assert_eq!(areas, [7, 1]);
        assert_eq!(marks.marks[0].bbox, Rect::new(0.0, 0.0, 3.0, 3.0));
        assert_eq!((marks.at(4, 1), marks.at(1, 0)), (Some(1), None));
    }
}
