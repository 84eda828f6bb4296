//! Numbers, transformations, colours and paths as OFD writes them.

use crate::geom::Point;

/// Numbers parted by white space.
pub(super) fn numbers(text: &str) -> Vec<f32> {
    text.split_whitespace().map_while(|n| n.parse().ok()).filter(|n: &f32| n.is_finite()).collect()
}

/// A transformation of the plane: a b c d e f (GB/T 33190, 8.4).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Transform(pub [f32; 6]);

impl Transform {
    pub const NONE: Transform = Transform([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub fn parse(text: &str) -> Option<Transform> {
        Some(Transform(numbers(text).get(..6)?.try_into().ok()?))
    }

    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// A direction: a point without the shift.
    pub fn direction(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, ..] = self.0;
        (a * x + c * y, b * x + d * y)
    }

    /// This one behind another.
    pub fn after(&self, first: &Transform) -> Transform {
        let [a, b, c, d, e, f] = first.0;
        let (x0, x1) = (self.direction(a, b), self.direction(c, d));
        let shift = self.apply(e, f);
        Transform([x0.0, x0.1, x1.0, x1.1, shift.0, shift.1])
    }

    pub fn shift(x: f32, y: f32) -> Transform {
        Transform([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// By how much lengths grow.
    pub fn scale(&self) -> f32 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs().sqrt()
    }
}

/// Lightness of a colour, 0 to 1: grey, RGB or CMYK by how many values it has; `#ee` is hexadecimal.
pub(super) fn lightness(value: &str) -> f32 {
    let values: Vec<f32> = value
        .split_whitespace()
        .filter_map(|v| match v.strip_prefix('#') {
            Some(hex) => u32::from_str_radix(hex, 16).ok().map(|v| v as f32),
            None => v.parse().ok(),
        })
        .map(|v: f32| (v / 255.0).clamp(0.0, 1.0))
        .collect();
    match *values.as_slice() {
        [grey] => grey,
        [r, g, b] => 0.299 * r + 0.587 * g + 0.114 * b,
        [c, m, y, k] => (1.0 - k) * (1.0 - (0.299 * c + 0.587 * m + 0.114 * y)),
        _ => 0.0,
    }
}

/// What a path draws: its straight lines, and the corners that it passes.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// Straight lines.
    pub lines: Vec<(Point, Point)>,
    /// Closed shapes or open lines, each by its corners; one with a curve in it is none.
    pub shapes: Vec<Vec<Point>>,
}

impl Path {
    /// Reads abbreviated data: S, M, L, Q, B, A and C, each with its numbers. Reading stops at what is none.
    pub fn parse(data: &str, place: &Transform, most: usize) -> Path {
        let mut path = Path::default();
        let mut tokens = data.split_whitespace();
        let (mut first, mut at) = (Point { x: 0.0, y: 0.0 }, Point { x: 0.0, y: 0.0 });
        let mut shape: Vec<Point> = Vec::new();
        let mut is_curved = false;
        while let Some(token) = tokens.next() {
            let count = match token {
                "S" | "M" | "L" => 2,
                "Q" => 4,
                "B" => 6,
                "A" => 7,
                "C" => 0,
                _ => break,
            };
            let values: Vec<f32> =
                tokens.by_ref().take(count).map_while(|n| n.parse().ok()).collect();
            if values.len() < count || path.lines.len() >= most {
                break;
            }
            let end = || {
                let (x, y) = place.apply(values[count - 2], values[count - 1]);
                Point { x, y }
            };
            match token {
                "S" | "M" => {
                    path.close(&mut shape, &mut is_curved);
                    at = end();
                    first = at;
                    shape.push(at);
                }
                "L" => {
                    let to = end();
                    path.lines.push((at, to));
                    shape.push(to);
                    at = to;
                }
                "C" => {
                    if at != first {
                        path.lines.push((at, first));
                    }
                    at = first;
                }
                _ => {
                    is_curved = true;
                    at = end();
                }
            }
        }
        path.close(&mut shape, &mut is_curved);
        path
    }

    fn close(&mut self, shape: &mut Vec<Point>, is_curved: &mut bool) {
        let shape = std::mem::take(shape);
        if shape.len() > 1 && !std::mem::take(is_curved) {
            self.shapes.push(shape);
        }
        *is_curved = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_grey_rgb_or_cmyk() {
        assert_eq!(lightness("255 255 255"), 1.0);
        assert_eq!(lightness("#ff #FF #ff"), 1.0);
        assert_eq!(lightness("0"), 0.0);
        assert_eq!(lightness("0 0 0 255"), 0.0);
        assert_eq!(lightness("blue"), 0.0);
    }

    #[test]
    fn paths_are_lines_and_shapes() {
        let path = Path::parse(
            "M 0 0 L 10 0 L 10 5 L 0 5 C M 1 1 B 1 1 2 2 3 3 L 4 4 L x",
            &Transform::NONE,
            100,
        );
        assert_eq!((path.lines.len(), path.shapes.len()), (5, 1));
        assert_eq!(path.shapes[0].len(), 4);
    }

    #[test]
    fn transformations_follow_each_other() {
        let twice = Transform([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(Transform::shift(1.0, 1.0).after(&twice).apply(3.0, 4.0), (7.0, 9.0));
        assert_eq!(twice.scale(), 2.0);
    }
}
