//! Crops in, characters out: the one seam between fubiao and whatever runs the models.
//!
//! [`Recognize`] is all that the rest of this folder knows. Behind it stands rten with the detector and the
//! recognizer of PP-OCRv6 small (PaddleOCR, Apache-2.0), whose bytes are checked by hash before they are
//! parsed. The classifier of turned lines that comes with them is left out on purpose: it turned 500 into 005.

use std::sync::{Mutex, OnceLock};

use rten::{Model, ModelOptions, OpRegistry, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use sha2::{Digest, Sha256};

use crate::carrier::ocr::raster::Gray;
use crate::error::{Error, ErrorKind};
use crate::options::{ModelFile, Models};

/// Height of a crop as the recognizer was trained, in pixels.
pub(super) const HEIGHT: usize = 48;
/// Pixels of a crop that one step of the recognizer's answer stands for.
pub(super) const STEP: usize = 8;
/// Fewest pixels across that the recognizer is given; a shorter crop is filled up with paper.
const MIN_WIDTH: usize = 64;
/// Most pixels across; a longer line is cut by the caller.
pub(super) const MAX_WIDTH: usize = 3_200;
/// A character that was passed over is offered as another reading from this probability on.
const OFFERED: f32 = 0.01;

/// What recognizes characters.
pub(super) trait Recognize: Sync {
    /// How likely each pixel belongs to the body of a text line, 0 to 255; sides divisible by 32.
    fn detect(&self, page: Vec<f32>, width: usize, height: usize) -> Result<Gray, Error>;
    /// The characters of one line, [`HEIGHT`] pixels high.
    fn recognize(&self, line: &Gray) -> Result<Recognized, Error>;
}

/// One line as the recognizer reads it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Recognized {
    /// Left to right.
    pub chars: Vec<RecognizedChar>,
    /// Characters that it nearly read where it read nothing: before which index, and how likely.
    pub passed_over: Vec<(usize, char, f32)>,
}

/// One character as the recognizer reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecognizedChar {
    /// The likeliest character.
    pub ch: char,
    /// How likely it is.
    pub probability: f32,
    /// Where it stands: the middle of its steps, in pixels of the crop.
    pub at: f32,
    /// What else it may be, the likeliest first; `None` for nothing at all.
    pub others: Vec<(Option<char>, f32)>,
}

impl Recognized {
    /// The text.
    pub fn text(&self) -> String {
        self.chars.iter().map(|c| c.ch).collect()
    }

    /// How likely the least likely character is; 0 where there is none.
    pub fn weakest(&self) -> f32 {
        let seen = self.chars.iter().filter(|c| c.ch != ' ');
        seen.map(|c| c.probability).reduce(f32::min).unwrap_or(0.0)
    }

    /// How likely its characters are on average; 0 where there is none.
    pub fn mean(&self) -> f32 {
        let count = self.chars.len().max(1) as f32;
        self.chars.iter().map(|c| c.probability).sum::<f32>() / count
    }
}

/// rten with both models.
struct Rten {
    detector: Model,
    recognizer: Model,
    /// What each class of the recognizer stands for; `None` for the blank.
    classes: Vec<Option<char>>,
}

/// The engine of this process: models are checked by hash, so any two are the same. Models that are refused leave it
/// open for others.
static ENGINE: OnceLock<Rten> = OnceLock::new();
/// Held while models are loaded: twice would take twice the memory.
static LOADING: Mutex<()> = Mutex::new(());

/// The engine, loaded at first use.
///
/// # Errors
/// [`ErrorKind::ModelsMissing`] where there are none; [`ErrorKind::ModelsBroken`] where they are not the ones
/// that this version was made for.
pub(super) fn engine(models: Option<&Models>) -> Result<&'static dyn Recognize, Error> {
    // Who gives no models wants no pictures read, whatever this process has loaded for others.
    let models = models.ok_or_else(|| Error::new(ErrorKind::ModelsMissing))?;
    let _loading = LOADING.lock().map_err(|_| fault("loading them broke down before"))?;
    let engine = match ENGINE.get() {
        Some(engine) => engine,
        None => {
            let engine = Rten::load(models)?;
            ENGINE.get_or_init(|| engine)
        }
    };
    Ok(engine)
}

impl Rten {
    fn load(models: &Models) -> Result<Rten, Error> {
        let detector = load(models, ModelFile::Detector)?;
        let recognizer = load(models, ModelFile::Recognizer)?;
        let names = recognizer.metadata().get("character").unwrap_or_default();
        // The list has neither the blank, which comes first, nor the space, which comes last.
        let mut classes = vec![None];
        classes.extend(names.split('\n').map(|name| name.chars().next()));
        classes.push(Some(' '));
        Ok(Rten { detector, recognizer, classes })
    }
}

fn load(models: &Models, file: ModelFile) -> Result<Model, Error> {
    let broken = |what: String| Error::new(ErrorKind::ModelsBroken { what });
    let bytes = models.read(file).map_err(|error| broken(error.to_string()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash != file.sha256() {
        return Err(broken(format!("{} has another SHA-256", file.name())));
    }
    let model = ModelOptions::with_ops(operators()).load(bytes);
    model.map_err(|error| broken(format!("{}: {error}", file.name())))
}

/// What the two models are made of, and no more: what they do not name stays out of the command.
fn operators() -> OpRegistry {
    op_registry!(
        Add,
        AveragePool,
        BatchNormalization,
        Concat,
        Conv,
        ConvTranspose,
        Div,
        Erf,
        GlobalAveragePool,
        HardSigmoid,
        Identity,
        MatMul,
        MaxPool,
        Mul,
        Pow,
        ReduceMean,
        Relu,
        Reshape,
        Resize,
        Shape,
        Sigmoid,
        Slice,
        Softmax,
        Sqrt,
        Squeeze,
        Sub,
        Transpose,
        Unsqueeze
    )
}

fn fault(error: impl ToString) -> Error {
    Error::new(ErrorKind::ModelsBroken { what: error.to_string() })
}

impl Recognize for Rten {
    fn detect(&self, page: Vec<f32>, width: usize, height: usize) -> Result<Gray, Error> {
        let input = NdTensor::from_data([1, 3, height, width], page);
        // Given away, it is let go of after the first layer.
        let output = self.detector.run_one(input.into(), None).map_err(fault)?;
        let map: NdTensor<f32, 4> = output.try_into().map_err(fault)?;
        let [_, _, h, w] = map.shape();
        let data = map.iter().map(|&p| (p.clamp(0.0, 1.0) * 255.0) as u8).collect();
        Ok(Gray { width: w, height: h, data })
    }

    fn recognize(&self, line: &Gray) -> Result<Recognized, Error> {
        let width = line.width.clamp(1, MAX_WIDTH);
        let wide = width.max(MIN_WIDTH).next_multiple_of(STEP);
        let mut plane = vec![1.0f32; HEIGHT * wide];
        for (row, out) in line.data.chunks_exact(line.width).zip(plane.chunks_exact_mut(wide)) {
            for (out, &v) in out.iter_mut().zip(&row[..width]) {
                *out = f32::from(v) / 127.5 - 1.0;
            }
        }
        let input = NdTensor::from_data([1, 3, HEIGHT, wide], plane.repeat(3));
        let output = self.recognizer.run_one(input.into(), None).map_err(fault)?;
        let steps: NdTensor<f32, 3> = output.try_into().map_err(fault)?;
        let [_, count, classes] = steps.shape();
        if classes != self.classes.len() {
            return Err(fault(format!("{classes} classes, {} characters", self.classes.len())));
        }
        let step = wide as f32 / count.max(1) as f32;
        // 18,709 classes a step: not copied where they stand in a row already.
        match steps.data() {
            Some(data) => Ok(decode(data, count, &self.classes, step)),
            None => Ok(decode(&steps.to_vec(), count, &self.classes, step)),
        }
    }
}

/// The best path through the steps of connectionist temporal classification (Graves et al., 2006), with what
/// was passed over beside it.
fn decode(steps: &[f32], count: usize, classes: &[Option<char>], step: f32) -> Recognized {
    let mut read = Recognized::default();
    let mut last: Option<usize> = None;
    let mut open: Option<(usize, usize)> = None;
    for (t, probabilities) in steps.chunks_exact(classes.len()).take(count).enumerate() {
        let best = argmax(probabilities);
        let probability = probabilities[best];
        if last == Some(best) && classes[best].is_some() {
            // The same character goes on: what it may be is told where it is surest.
            if let Some((index, first)) = open {
                let char = &mut read.chars[index];
                char.at = ((first + t) as f32 / 2.0 + 0.5) * step;
                if probability > char.probability {
                    char.probability = probability;
                    char.others = others(probabilities, best, classes);
                }
            }
        } else if let Some(ch) = classes[best] {
            open = Some((read.chars.len(), t));
            let at = (t as f32 + 0.5) * step;
            let others = others(probabilities, best, classes);
            read.chars.push(RecognizedChar { ch, probability, at, others });
        } else {
            let nearly = others(probabilities, best, classes);
            let index = read.chars.len();
            let nearly = nearly.into_iter().filter_map(|(ch, p)| Some((index, ch?, p)));
            // A character seen twice in steps beside each other is one.
            let beside = |ch: char| read.chars.last().is_some_and(|c| c.ch == ch);
            for (index, ch, p) in nearly.filter(|&(_, ch, _)| !beside(ch)).collect::<Vec<_>>() {
                match read.passed_over.last_mut() {
                    Some(known) if known.0 == index && known.1 == ch => known.2 = known.2.max(p),
                    _ => read.passed_over.push((index, ch, p)),
                }
            }
        }
        last = Some(best);
    }
    read
}

fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, &v) in values.iter().enumerate() {
        if v > values[best] {
            best = i;
        }
    }
    best
}

/// What else a step may be, but for spaces.
fn others(
    probabilities: &[f32],
    best: usize,
    classes: &[Option<char>],
) -> Vec<(Option<char>, f32)> {
    // Where the best one takes nearly all, nothing else can be offered.
    if probabilities[best] > 1.0 - OFFERED {
        return Vec::new();
    }
    let all = probabilities.iter().enumerate();
    let mut others: Vec<(Option<char>, f32)> = all
        .filter(|&(i, &p)| i != best && p >= OFFERED && classes[i] != Some(' '))
        .map(|(i, &p)| (classes[i], p))
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    others.truncate(3);
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of three classes: blank, 1, 7.
    fn read(steps: &[[f32; 3]]) -> Recognized {
        let flat: Vec<f32> = steps.iter().flatten().copied().collect();
        decode(&flat, steps.len(), &[None, Some('1'), Some('7')], 8.0)
    }

    #[test]
    fn a_character_is_read_once_however_many_steps_it_takes() {
        let read = read(&[
            [0.9, 0.1, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 1.0, 0.0],
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.1, 0.3, 0.6],
        ]);
        assert_eq!(read.text(), "117");
        assert_eq!(read.weakest(), 0.6);
        assert_eq!(read.chars[2].others, [(Some('1'), 0.3), (None, 0.1)]);
        assert_eq!(read.chars[0].at, 16.0);
    }

    #[test]
    fn models_that_are_others_are_refused() {
        for bytes in [&b""[..], b"\x08\x07models"] {
            let models = Models::new(Box::new(bytes), Box::new(bytes));
            let refused = Rten::load(&models).err().expect("they are not ours");
            assert_eq!(refused.code(), "models_broken");
        }
    }

    #[test]
    fn what_was_passed_over_is_offered() {
        let read = read(&[[0.0, 1.0, 0.0], [0.8, 0.0, 0.2], [0.7, 0.0, 0.3], [0.0, 1.0, 0.0]]);
        assert_eq!(read.text(), "11");
        assert_eq!(read.passed_over, [(1, '7', 0.3)]);
    }
}
