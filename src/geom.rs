//! Page geometry: points, rectangles and the two axes.
//!
//! Everything is in PDF points (1/72 inch), origin at the top left of the page as seen (rotation
//! applied), x to the right, y down, as in pdfplumber. Geometry is measured, so it may be floating
//! point; figures of a notice never are.

/// A place on a page, in points from its top left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Points from the left edge.
    pub x: f32,
    /// Points from the top edge.
    pub y: f32,
}

/// One of the two directions of a page. Horizontal and vertical are one function and an `Axis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Left to right.
    X,
    /// Top to bottom.
    Y,
}

impl Axis {
    /// The other direction.
    pub fn cross(self) -> Axis {
        match self {
            Axis::X => Axis::Y,
            Axis::Y => Axis::X,
        }
    }
}

/// A rectangle with edges parallel to the page's, in points; `x0 <= x1`, `y0 <= y1`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

impl Rect {
    /// The rectangle with these two corners, in either order.
    pub fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
        Rect { x0: x0.min(x1), y0: y0.min(y1), x1: x0.max(x1), y1: y0.max(y1) }
    }

    /// Left to right, in points.
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Top to bottom, in points.
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point { x: (self.x0 + self.x1) / 2.0, y: (self.y0 + self.y1) / 2.0 }
    }

    /// Where the rectangle begins along `axis`.
    pub fn start(&self, axis: Axis) -> f32 {
        match axis {
            Axis::X => self.x0,
            Axis::Y => self.y0,
        }
    }

    /// Where the rectangle ends along `axis`.
    pub fn end(&self, axis: Axis) -> f32 {
        match axis {
            Axis::X => self.x1,
            Axis::Y => self.y1,
        }
    }

    /// How long the rectangle is along `axis`.
    pub fn extent(&self, axis: Axis) -> f32 {
        self.end(axis) - self.start(axis)
    }

    /// The smallest rectangle that holds both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// The part that both share, if they share any.
    pub fn intersection(&self, other: &Rect) -> Option<Rect> {
        let r = Rect {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        (r.x0 <= r.x1 && r.y0 <= r.y1).then_some(r)
    }

    /// How much of `axis` the two share, in points; 0 where they do not meet.
    pub fn overlap(&self, other: &Rect, axis: Axis) -> f32 {
        (self.end(axis).min(other.end(axis)) - self.start(axis).max(other.start(axis))).max(0.0)
    }

    /// Whether the point lies within, edges included.
    pub fn contains(&self, p: Point) -> bool {
        self.x0 <= p.x && p.x <= self.x1 && self.y0 <= p.y && p.y <= self.y1
    }

    /// The rectangle grown by `by` points on each side.
    pub fn grow(&self, by: f32) -> Rect {
        Rect { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }
}
