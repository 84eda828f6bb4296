//! Grids of grey pixels: scaling, sums over boxes, looking up between pixels. Nothing here knows of text.

/// Grey pixels, 0 black to 255 white (or whatever else one byte says of a pixel).
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Gray {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Row by row; `width * height` of them.
    pub data: Vec<u8>,
}

impl Gray {
    /// All of one shade.
    pub fn new(width: usize, height: usize, shade: u8) -> Gray {
        Gray { width, height, data: vec![shade; width * height] }
    }

    /// The pixel; white beyond the edges.
    pub fn at(&self, x: isize, y: isize) -> u8 {
        if x < 0 || y < 0 || x >= self.width as isize || y >= self.height as isize {
            return 255;
        }
        self.data[y as usize * self.width + x as usize]
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// The shade between four pixels; white beyond the edges.
    pub fn between(&self, x: f32, y: f32) -> f32 {
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let (x0, y0) = (x0 as isize, y0 as isize);
        let at = |dx: isize, dy: isize| f32::from(self.at(x0 + dx, y0 + dy));
        let top = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
        let low = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
        top * (1.0 - fy) + low * fy
    }

    /// Scaled to this size: each new pixel is the mean of the area it covers, or lies between old ones.
    pub fn scaled(&self, width: usize, height: usize) -> Gray {
        let across = Axis::new(self.width, width);
        let down = Axis::new(self.height, height);
        // Across first, row by row, then down.
        let mut narrow = vec![0f32; width * self.height];
        for (row, out) in self.data.chunks_exact(self.width).zip(narrow.chunks_exact_mut(width)) {
            for (out, taps) in out.iter_mut().zip(&across.taps) {
                *out = taps.iter().map(|&(i, w)| f32::from(row[i]) * w).sum();
            }
        }
        let mut data = vec![0u8; width * height];
        let mut line = vec![0f32; width];
        for (out, taps) in data.chunks_exact_mut(width).zip(&down.taps) {
            line.fill(0.0);
            for &(i, w) in taps {
                for (sum, v) in line.iter_mut().zip(&narrow[i * width..(i + 1) * width]) {
                    *sum += v * w;
                }
            }
            for (out, v) in out.iter_mut().zip(&line) {
                *out = (v + 0.5) as u8;
            }
        }
        Gray { width, height, data }
    }

    /// Turned by quarters clockwise.
    pub fn turned(&self, quarters: u8) -> Gray {
        let (w, h) = (self.width, self.height);
        let (width, height) = if quarters.is_multiple_of(2) { (w, h) } else { (h, w) };
        let mut data = vec![0; w * h];
        for (y, row) in self.data.chunks_exact(w.max(1)).enumerate() {
            for (x, &v) in row.iter().enumerate() {
                let (nx, ny) = match quarters % 4 {
                    0 => (x, y),
                    1 => (h - 1 - y, x),
                    2 => (w - 1 - x, h - 1 - y),
                    _ => (y, w - 1 - x),
                };
                data[ny * width + nx] = v;
            }
        }
        Gray { width, height, data }
    }
}

/// For each new pixel of one direction, the old ones it is made of, with their shares.
struct Axis {
    taps: Vec<Vec<(usize, f32)>>,
}

impl Axis {
    fn new(old: usize, new: usize) -> Axis {
        let ratio = old as f32 / new as f32;
        let last = old.saturating_sub(1);
        let taps = (0..new).map(|i| {
            if ratio > 1.0 {
                let (from, to) = (i as f32 * ratio, (i + 1) as f32 * ratio);
                let cover = |p: usize| (to.min((p + 1) as f32) - from.max(p as f32)).max(0.0);
                let pixels = from as usize..=(to as usize).min(last);
                return pixels.map(|p| (p, cover(p) / ratio)).filter(|t| t.1 > 0.0).collect();
            }
            // Cubic (Catmull-Rom) where pixels are added: thin strokes keep their darkness.
            let at = (i as f32 + 0.5) * ratio - 0.5;
            let (first, t) = (at.floor(), at - at.floor());
            let weight = |d: f32| {
                let d = d.abs();
                match d {
                    d if d < 1.0 => 1.5 * d * d * d - 2.5 * d * d + 1.0,
                    d if d < 2.0 => -0.5 * d * d * d + 2.5 * d * d - 4.0 * d + 2.0,
                    _ => 0.0,
                }
            };
            (-1..=2)
                .map(|k| {
                    let p = (first as isize + k).clamp(0, last as isize) as usize;
                    (p, weight(k as f32 - t))
                })
                .collect()
        });
        Axis { taps: taps.collect() }
    }
}

/// Sums over boxes in constant time.
pub(super) struct Sums {
    width: usize,
    sums: Vec<u32>,
}

impl Sums {
    /// Of each pixel's value by `of`.
    pub fn new(gray: &Gray, of: impl Fn(u8) -> u32) -> Sums {
        let width = gray.width + 1;
        let mut sums = vec![0u32; width * (gray.height + 1)];
        for y in 0..gray.height {
            let mut row = 0u32;
            for x in 0..gray.width {
                row = row.wrapping_add(of(gray.data[y * gray.width + x]));
                sums[(y + 1) * width + x + 1] = sums[y * width + x + 1].wrapping_add(row);
            }
        }
        Sums { width, sums }
    }

    /// The sum over a box; its ends are not part of it.
    pub fn of(&self, x0: usize, y0: usize, x1: usize, y1: usize) -> u32 {
        let at = |x: usize, y: usize| self.sums[y * self.width + x];
        at(x1, y1).wrapping_sub(at(x0, y1)).wrapping_sub(at(x1, y0)).wrapping_add(at(x0, y0))
    }
}
