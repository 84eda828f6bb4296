//! Colours in, lightness out: how much of a paint a reader sees on white paper.
//!
//! Enough to tell black from grey from white: no profiles, no rendering intents.

use hayro_interpret::Function;
use hayro_syntax::object::{Array, Name, Object, String as Bytes};
use hayro_syntax::page::Resources;

use crate::carrier::pdf::budget::Budget;

/// A colour space, as far as lightness needs it.
#[derive(Debug, Clone)]
pub(super) enum Space {
    /// One component, black to white.
    Gray,
    /// Red, green and blue.
    Rgb,
    /// Cyan, magenta, yellow and black.
    Cmyk,
    /// CIE L*a*b*; its first component is the lightness, 0 to 100.
    Lab,
    /// A table of colours of another space.
    Indexed {
        /// The space of the table's colours.
        base: Box<Space>,
        /// The colours, one byte a component.
        table: Vec<u8>,
    },
    /// Inks that a function turns into colours of another space.
    Tint {
        /// From inks to components; `None` where it can't be read.
        function: Option<Function>,
        /// The space of the components.
        base: Box<Space>,
    },
    /// A pattern: no colour of its own.
    Pattern,
    /// The ink that is called None: it paints nothing.
    Nothing,
}

/// How deep a colour space may rest on others; the deepest in use is Indexed over DeviceN over ICC.
const DEPTH: u8 = 4;

impl Space {
    /// The space that a content stream names.
    pub fn named(name: &Name<'_>, resources: &Resources<'_>, budget: &Budget) -> Space {
        Space::by_name(name.as_ref())
            .or_else(|| Some(Space::parse(&resources.get_color_space(name)?, budget, DEPTH)))
            .unwrap_or(Space::Gray)
    }

    fn by_name(name: &[u8]) -> Option<Space> {
        Some(match name {
            b"DeviceGray" | b"G" | b"CalGray" => Space::Gray,
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Space::Rgb,
            b"DeviceCMYK" | b"CMYK" => Space::Cmyk,
            b"Pattern" => Space::Pattern,
            _ => return None,
        })
    }

    fn parse(object: &Object<'_>, budget: &Budget, depth: u8) -> Space {
        let array = match object {
            Object::Name(name) => return Space::by_name(name.as_ref()).unwrap_or(Space::Gray),
            Object::Array(array) if depth > 0 => array,
            _ => return Space::Gray,
        };
        Space::parse_array(array, budget, depth).unwrap_or(Space::Gray)
    }

    fn parse_array(array: &Array<'_>, budget: &Budget, depth: u8) -> Option<Space> {
        let mut items = array.iter::<Object<'_>>();
        let name = items.next()?.into_name()?;
        Some(match name.as_ref() {
            b"Lab" => Space::Lab,
            b"ICCBased" => match items.next()?.into_stream()?.dict().get::<u32>(b"N")? {
                3 => Space::Rgb,
                4 => Space::Cmyk,
                _ => Space::Gray,
            },
            b"Indexed" | b"I" => {
                let base = Box::new(Space::parse(&items.next()?, budget, depth - 1));
                let table = match items.nth(1)? {
                    Object::String(bytes) => Bytes::as_bytes(&bytes).to_vec(),
                    Object::Stream(stream) => budget.unpack(&stream)?.into_owned(),
                    _ => return None,
                };
                Space::Indexed { base, table }
            }
            b"Separation" | b"DeviceN" => {
                if matches!(items.next()?, Object::Name(ink) if ink.as_ref() == b"None") {
                    return Some(Space::Nothing);
                }
                let base = Box::new(Space::parse(&items.next()?, budget, depth - 1));
                let function = items.next().filter(|f| budget.admits_function(f));
                Space::Tint { function: function.and_then(|f| Function::new(&f)), base }
            }
            other => Space::by_name(other)?,
        })
    }

    /// The lightness of the colour a space begins with: black, but the full ink of a tint.
    pub fn initial(&self) -> f32 {
        match self {
            Space::Tint { .. } => self.lightness(&[1.0]),
            Space::Cmyk => self.lightness(&[0.0, 0.0, 0.0, 1.0]),
            _ => self.lightness(&[0.0]),
        }
    }

    /// Perceived lightness (CIE L*, 0 to 1) of a colour; components left out count as 0.
    pub fn lightness(&self, components: &[f32]) -> f32 {
        let at = |i: usize| components.get(i).copied().unwrap_or(0.0).clamp(0.0, 1.0);
        match self {
            Space::Gray => perceived(at(0), at(0), at(0)),
            Space::Rgb => perceived(at(0), at(1), at(2)),
            Space::Cmyk => {
                let light = |ink: f32| (1.0 - ink) * (1.0 - at(3));
                perceived(light(at(0)), light(at(1)), light(at(2)))
            }
            Space::Lab => (components.first().copied().unwrap_or(0.0) / 100.0).clamp(0.0, 1.0),
            Space::Indexed { base, table } => {
                let width = base.width();
                let first = components.first().map_or(0, |c| c.max(0.0) as usize);
                let colour = table.iter().skip(first.saturating_mul(width)).take(width);
                let scale = if matches!(**base, Space::Lab) { 100.0 } else { 1.0 };
                let colour: Vec<f32> = colour.map(|&b| f32::from(b) / 255.0 * scale).collect();
                base.lightness(&colour)
            }
            Space::Tint { function, base } => {
                let evaluated = function.as_ref().and_then(|function| {
                    let mut output = vec![0.0; function.num_outputs()];
                    function.eval(components, &mut output)?;
                    Some(base.lightness(&output))
                });
                evaluated.unwrap_or_else(|| 1.0 - components.iter().copied().fold(0.0, f32::max))
            }
            Space::Pattern => 0.5,
            Space::Nothing => 1.0,
        }
        .clamp(0.0, 1.0)
    }

    fn width(&self) -> usize {
        match self {
            Space::Rgb | Space::Lab => 3,
            Space::Cmyk => 4,
            _ => 1,
        }
    }
}

fn perceived(r: f32, g: f32, b: f32) -> f32 {
    let linear = |c: f32| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    if y > 0.008_856 { 1.16 * y.cbrt() - 0.16 } else { 9.033 * y }
}
