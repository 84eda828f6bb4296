//! Pages and pieces of text that are turned by a right angle, turned back so that they read upright.
//! Vertical text comes out right too: its columns from right to left become lines from top to bottom.
//! Places of characters stay as seen on the page.

use crate::carrier::page::{Page, Rule, Run, Turn};
use crate::geom::{Axis, Rect};
use std::collections::BTreeMap;

/// A change of coordinates that makes text with a certain turn read upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    turn: Turn,
    width: f32,
    height: f32,
}

impl Default for Frame {
    /// The frame of a page that reads upright as it is.
    fn default() -> Frame {
        Frame::of(Turn::Upright, 0.0, 0.0)
    }
}

impl Frame {
    /// The frame in which text so turned, on a page of this size, reads upright.
    pub(super) fn of(turn: Turn, width: f32, height: f32) -> Frame {
        Frame { turn, width, height }
    }

    /// The box in the frame.
    pub fn rect(&self, r: &Rect) -> Rect {
        let (w, h) = (self.width, self.height);
        match self.turn {
            Turn::Down => Rect::new(r.y0, w - r.x1, r.y1, w - r.x0),
            Turn::Up => Rect::new(h - r.y1, r.x0, h - r.y0, r.x1),
            Turn::Over => Rect::new(w - r.x1, h - r.y1, w - r.x0, h - r.y0),
            Turn::Upright | Turn::Slanted(_) => *r,
        }
    }

    /// The box of the frame, back on the page.
    pub fn back(&self, r: &Rect) -> Rect {
        let (w, h) = (self.width, self.height);
        match self.turn {
            Turn::Down => Rect::new(w - r.y1, r.x0, w - r.y0, r.x1),
            Turn::Up => Rect::new(r.y0, h - r.x1, r.y1, h - r.x0),
            _ => self.rect(r),
        }
    }

    /// How far a page of this size reaches down in the frame.
    pub(super) fn down(&self, width: f32, height: f32) -> f32 {
        match self.turn {
            Turn::Down | Turn::Up => width,
            Turn::Over | Turn::Upright | Turn::Slanted(_) => height,
        }
    }

    /// How far a page that is turned by a quarter reaches to the side in the frame; `None` for one that is not.
    pub(super) fn aside(&self) -> Option<f32> {
        matches!(self.turn, Turn::Down | Turn::Up).then_some(self.height)
    }

    /// A run's edges along the reading direction.
    pub(super) fn edge(&self, edge: f32) -> f32 {
        match self.turn {
            Turn::Up => self.height - edge,
            Turn::Over => self.width - edge,
            Turn::Down | Turn::Upright | Turn::Slanted(_) => edge,
        }
    }

    fn rule(&self, rule: &Rule) -> Rule {
        let r = match rule.axis {
            Axis::X => Rect::new(rule.from, rule.at, rule.to, rule.at),
            Axis::Y => Rect::new(rule.at, rule.from, rule.at, rule.to),
        };
        let axis = match self.turn {
            Turn::Down | Turn::Up => rule.axis.cross(),
            _ => rule.axis,
        };
        let r = self.rect(&r);
        let (at, from, to) = match axis {
            Axis::X => (r.y0, r.x0, r.x1),
            Axis::Y => (r.x0, r.y0, r.y1),
        };
        Rule { axis, at, from, to, width: rule.width }
    }
}

/// The page with rules, fills and images turned so that most of its text reads upright, the turn that
/// its text had, and the frame it is in now. The runs stay as they are: they know their places.
pub(super) fn upright(mut page: Page) -> (Page, Turn, Frame) {
    let turn = main_turn(&page.runs);
    let frame = Frame::of(turn, page.width, page.height);
    if turn != Turn::Upright {
        for rule in &mut page.rules {
            *rule = frame.rule(rule);
        }
        for rect in page.fills.iter_mut().chain(&mut page.images).chain(&mut page.drawings) {
            *rect = frame.rect(rect);
        }
    }
    (page, turn, frame)
}

/// The turn of most characters.
fn main_turn(runs: &[Run]) -> Turn {
    let mut by_turn: BTreeMap<u8, (usize, Turn)> = BTreeMap::new();
    for run in runs {
        let entry = by_turn.entry(order(run.turn)).or_insert((0, run.turn));
        entry.0 += run.text.chars().filter(|c| !c.is_whitespace()).count();
    }
    // On a tie the first in order wins, upright above all.
    let most = by_turn.into_values().rev().max_by_key(|&(n, _)| n);
    most.map_or(Turn::Upright, |(_, turn)| turn)
}

/// Turns in a fixed order, upright first.
pub(super) fn order(turn: Turn) -> u8 {
    match turn {
        Turn::Upright | Turn::Slanted(_) => 0,
        Turn::Down => 1,
        Turn::Up => 2,
        Turn::Over => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_the_same_box() {
        let r = Rect::new(10.0, 20.0, 40.0, 90.0);
        for turn in [Turn::Upright, Turn::Down, Turn::Up, Turn::Over] {
            let frame = Frame::of(turn, 595.0, 842.0);
            assert_eq!(frame.back(&frame.rect(&r)), r, "{turn:?}");
        }
    }

    #[test]
    fn columns_from_right_to_left_become_lines_from_top_to_bottom() {
        let frame = Frame::of(Turn::Down, 595.0, 842.0);
        let (right, left) =
            (Rect::new(500.0, 50.0, 512.0, 400.0), Rect::new(480.0, 50.0, 492.0, 400.0));
        assert!(frame.rect(&right).y0 < frame.rect(&left).y0);
        assert_eq!(frame.rect(&right).x0, 50.0);
    }
}
