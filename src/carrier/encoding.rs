//! The bytes of a text in, its characters out: tells the encoding from the bytes alone.
//!
//! A byte order mark decides; then valid UTF-8; then UTF-16 by its characters; then GB18030, which
//! holds GBK and GB2312; `chardetng` is asked last, where the characters are not those of
//! simplified Chinese (Big5, Shift_JIS …).

use crate::diag::{Diagnostic, Severity, Wording};
use crate::error::{Error, ErrorKind};
use crate::source::{ByteOrder, utf16_order};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// A text and how it was read.
pub(super) struct Decoded {
    /// The characters, without a byte order mark.
    pub text: String,
    /// The encoding's WHATWG name in small letters.
    pub encoding: &'static str,
    /// How many places could not be decoded and became U+FFFD.
    pub damaged: usize,
}

impl Decoded {
    /// What to say of the places that could not be decoded.
    pub fn remark(&self) -> Diagnostic {
        let Decoded { damaged: count, encoding, .. } = self;
        Diagnostic {
            code: "undecodable_bytes",
            severity: Severity::Warning,
            place: None,
            message: Wording::new(
                format!("{count} characters can't be decoded as {encoding}"),
                format!("有{count}处字节无法按{encoding}解码"),
            ),
            hint: Some(Wording::new(
                "look for U+FFFD in the result and compare with the original",
                "请对照原文核对结果中的U+FFFD",
            )),
        }
    }
}

/// Reads the characters.
///
/// # Errors
/// [`ErrorKind::UnknownEncoding`] if more than one character in fifty stays undecodable whatever
/// the encoding, or one in eight is a control character.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return accept(encoding, &bytes[mark..]);
    }
    if !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok() {
        return accept(UTF_8, bytes);
    }
    match utf16_order(bytes) {
        Some(ByteOrder::Little) => return accept(UTF_16LE, bytes),
        Some(ByteOrder::Big) => return accept(UTF_16BE, bytes),
        None => {}
    }
    if simplified_share(bytes) >= 0.8
        && let Ok(decoded) = accept(GB18030, bytes)
    {
        return Ok(decoded);
    }
    // A text cut inside a character, or with a few bytes lost, is still UTF-8.
    if let Ok(decoded) = accept(UTF_8, bytes) {
        return Ok(decoded);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], true);
    accept(detector.guess(None, chardetng::Utf8Detection::Allow), bytes)
}

/// The text in this encoding, unless too much of it is undecodable or steers a terminal.
pub(super) fn accept(encoding: &'static Encoding, bytes: &[u8]) -> Result<Decoded, Error> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let damaged = if had_errors { text.matches('\u{FFFD}').count() } else { 0 };
    let controls = text.chars().filter(|&c| c.is_control() && !c.is_whitespace()).count();
    // Where every byte is of the encoding, what is no text shows by its controls alone.
    let (odd, one_in) = if damaged == 0 { (controls, 8) } else { (damaged + controls, 50) };
    if odd.saturating_mul(one_in) > text.chars().count().max(50) {
        return Err(Error::new(ErrorKind::UnknownEncoding));
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).to_owned();
    Ok(Decoded { text, encoding: small_name(encoding), damaged })
}

/// Share of the double bytes that GB2312 gives to simplified characters and Chinese marks. Big5
/// puts half of its second bytes below 0xA1, where GB2312 has nothing.
fn simplified_share(bytes: &[u8]) -> f32 {
    let (mut simplified, mut all) = (0usize, 0usize);
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first < 0x81 {
            continue;
        }
        let Some((&second, tail)) = rest.split_first() else { break };
        rest = tail;
        all += 1;
        // 0xAF is the last row of GB2312 before the characters; above 0xF7 are none.
        let four_bytes = second.is_ascii_digit();
        simplified += usize::from((0xA1..=0xF7).contains(first) && second >= 0xA1 || four_bytes);
        if four_bytes {
            rest = rest.get(2..).unwrap_or(&[]);
        }
    }
    if all == 0 { 1.0 } else { simplified as f32 / all as f32 }
}

/// WHATWG names as results print them.
const SMALL_NAMES: &[(&str, &str)] = &[
    ("UTF-8", "utf-8"),
    ("UTF-16LE", "utf-16le"),
    ("UTF-16BE", "utf-16be"),
    ("GB18030", "gb18030"),
    ("GBK", "gbk"),
    ("Big5", "big5"),
    ("EUC-KR", "euc-kr"),
    ("EUC-JP", "euc-jp"),
    ("Shift_JIS", "shift_jis"),
    ("ISO-2022-JP", "iso-2022-jp"),
];

fn small_name(encoding: &'static Encoding) -> &'static str {
    let name = encoding.name();
    SMALL_NAMES.iter().find(|(whatwg, _)| *whatwg == name).map_or(name, |(_, small)| small)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: &str = "赣建保〔2023〕1号\n关于下达２０２３年任务的通知\n合计\t165766\n";

    fn named(bytes: &[u8]) -> (String, &'static str) {
        let decoded = decode(bytes).expect("an encoding we know");
        (decoded.text, decoded.encoding)
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn every_encoding_is_told_from_the_bytes() {
        let gb = GB18030.encode(NOTICE).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", NOTICE.as_bytes()].concat();
        let cases = [
            (NOTICE.as_bytes().to_vec(), "utf-8"),
            (marked, "utf-8"),
            (gb, "gb18030"),
            (utf16(NOTICE, u16::to_le_bytes), "utf-16le"),
            (utf16(NOTICE, u16::to_be_bytes), "utf-16be"),
            (utf16(&format!("\u{FEFF}{NOTICE}"), u16::to_le_bytes), "utf-16le"),
            (utf16(&format!("\u{FEFF}{NOTICE}"), u16::to_be_bytes), "utf-16be"),
        ];
        for (bytes, encoding) in cases {
            assert_eq!(named(&bytes), (NOTICE.to_owned(), encoding));
        }
    }

    #[test]
    fn traditional_characters_in_big5_are_not_taken_for_gbk() {
        let text = "各縣市政府：為確保完成國家確定的保障性安居工程目標任務，現將計劃下達給你們。";
        let big5 = encoding_rs::BIG5.encode(text).0.into_owned();
        assert_eq!(named(&big5), (text.to_owned(), "big5"));
    }

    #[test]
    fn a_text_cut_inside_a_character_is_read_and_the_damage_counted() {
        let long = NOTICE.repeat(4);
        let decoded = decode(&[long.as_bytes(), b"\xE5\x90"].concat()).expect("utf-8");
        assert_eq!((decoded.encoding, decoded.damaged), ("utf-8", 1));
    }

    #[test]
    fn a_text_with_some_control_characters_is_read() {
        let odd = NOTICE.replace("合计", "合\u{0}计\u{1b}[31m\u{7}\u{1}");
        assert_eq!(named(odd.as_bytes()), (odd.clone(), "utf-8"));
        let gb = GB18030.encode(&odd).0.into_owned();
        assert_eq!(named(&gb), (odd.clone(), "gb18030"));
        assert!(decode("a\u{1}\u{2}".repeat(99).as_bytes()).is_err());
    }

    #[test]
    fn noise_is_no_text() {
        let noise: Vec<u8> =
            (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(
            matches!(decode(&noise).map(|d| d.encoding), Err(e) if *e.kind() == ErrorKind::UnknownEncoding)
        );
    }
}
