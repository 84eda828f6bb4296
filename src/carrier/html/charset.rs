//! The bytes of an HTML page in, its characters out: a byte order mark decides, then valid UTF-8 (a page
//! saved by a browser keeps the label of what it was), then what the page says of itself, then the bytes.

use crate::carrier::encoding::{self, Decoded};
use crate::error::Error;
use encoding_rs::{Encoding, GB18030, GBK};

/// The label is looked for in so many bytes.
const HEAD: usize = 4096;

/// Reads the characters.
///
/// # Errors
/// [`crate::error::ErrorKind::UnknownEncoding`] if too many stay undecodable.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    if Encoding::for_bom(bytes).is_some() || std::str::from_utf8(bytes).is_ok() {
        return encoding::decode(bytes);
    }
    match labelled(&bytes[..bytes.len().min(HEAD)]) {
        // GB18030 holds GBK and GB2312.
        Some(encoding) => {
            let encoding = if encoding == GBK { GB18030 } else { encoding };
            encoding::accept(encoding, bytes).or_else(|_| encoding::decode(bytes))
        }
        None => encoding::decode(bytes),
    }
}

/// The encoding that `charset=` or an XML declaration names.
fn labelled(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let label = ["charset", "encoding"].iter().find_map(|word| {
        let (_, behind) = head.split_once(word)?;
        let value = behind.trim_start().strip_prefix('=')?.trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        value.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).next()
    });
    Encoding::for_label(label?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_counts_where_the_bytes_do_not_decide() {
        let page = |label: &str| format!("<meta charset='{label}'><p>各設區市人民政府</p>");
        let big5 = encoding_rs::BIG5.encode(&page("big5")).0.into_owned();
        let gb = GB18030.encode(&page("gb2312")).0.into_owned();
        // Saved by a browser: UTF-8 under the old label.
        let saved = page("gb2312").into_bytes();
        let encoding = |bytes: &[u8]| decode(bytes).expect("an encoding we know").encoding;
        assert_eq!(
            [encoding(&big5), encoding(&gb), encoding(&saved)],
            ["big5", "gb18030", "utf-8"]
        );
    }
}
