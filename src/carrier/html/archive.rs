//! A web archive in (MHTML, RFC 2557: what Word and Excel save as a single file web page), its page out. Pictures and
//! what else is packed with it are left alone.

use std::borrow::Cow;

/// Messages in messages are followed so deep.
const DEEPEST: usize = 4;
/// The label of a page's encoding is looked for in so many bytes.
const HEAD: usize = 4096;

/// The page of an archive: of several, as a workbook of several sheets has them, the longest. `None` where it has none.
pub(super) fn page(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut pages = Vec::new();
    collect(bytes, DEEPEST, &mut pages);
    pages.into_iter().max_by_key(Vec::len)
}

/// Collects the pages of a message.
fn collect(message: &[u8], depth: usize, pages: &mut Vec<Vec<u8>>) {
    let (head, body) = parted(message);
    let kind = head.field("content-type").unwrap_or_default();
    if kind.starts_with("multipart/") && depth > 0 {
        let Some(boundary) = parameter(&kind, "boundary") else { return };
        let line = [b"--", boundary.as_bytes()].concat();
        // Before the first boundary stand words for programs that know no archives.
        for part in split(body, &line).skip(1) {
            collect(part, depth - 1, pages);
        }
    } else if kind.starts_with("text/html") {
        let coding = head.field("content-transfer-encoding").unwrap_or_default();
        let mut page = match coding.trim().to_ascii_lowercase().as_str() {
            "quoted-printable" => unquoted(body),
            "base64" => from_base64(body),
            _ => body.to_vec(),
        };
        // A page that does not say its encoding has that of its part.
        let start = page[..page.len().min(HEAD)].to_ascii_lowercase();
        let is_said = start.windows(7).any(|word| word == b"charset");
        if let Some(label) = parameter(&kind, "charset").filter(|_| !is_said) {
            page.splice(0..0, format!("<meta charset=\"{label}\">").into_bytes());
        }
        pages.push(page);
    }
}

/// The fields of a message's head, those that go on over several lines as one.
struct Head<'m>(Cow<'m, str>);

impl Head<'_> {
    /// The value of a field, by its name in small letters.
    fn field(&self, name: &str) -> Option<String> {
        let unfolded = self.0.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
        let value = unfolded.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        // Names of kinds and codings may be in capitals; a boundary is as it is.
        value.map(|value| match value.split_once(';') {
            Some((kind, rest)) => format!("{};{rest}", kind.to_ascii_lowercase()),
            None => value.to_ascii_lowercase(),
        })
    }
}

/// Head and body of a message: an empty line parts them.
fn parted(message: &[u8]) -> (Head<'_>, &[u8]) {
    let (mut at, mut begun) = (0, false);
    while at < message.len() {
        let end =
            message[at..].iter().position(|b| *b == b'\n').map_or(message.len(), |n| at + n + 1);
        let is_empty = message[at..end].trim_ascii().is_empty();
        if is_empty && begun {
            return (Head(String::from_utf8_lossy(&message[..at])), &message[end..]);
        }
        begun |= !is_empty;
        at = end;
    }
    (Head(String::from_utf8_lossy(message)), &[])
}

/// The value of a parameter: `boundary="x"`.
fn parameter(field: &str, name: &str) -> Option<String> {
    field.split(';').skip(1).find_map(|parameter| {
        let (own, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (own.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then(|| value.to_owned())
    })
}

/// What stands between lines that begin like this.
fn split<'b>(body: &'b [u8], line: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut at = 0;
        while at < text.len() {
            let end =
                text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n + 1);
            if text[at..].starts_with(line) {
                rest = Some(&text[end..]);
                return Some(&text[..at]);
            }
            at = end;
        }
        rest = None;
        Some(text)
    })
}

/// Quoted-printable (RFC 2045, 6.7): `=3D` is a byte, `=` at the end of a line no line's end.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'=' {
            out.push(first);
            continue;
        }
        let line = behind.strip_prefix(b"\r\n").or_else(|| behind.strip_prefix(b"\n"));
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (line, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (Some(line), _) => rest = line,
            (None, Some(byte)) => {
                out.push(byte);
                rest = &behind[2..];
            }
            (None, None) => out.push(first),
        }
    }
    out
}

/// Base64 (RFC 4648); what is no digit of it is passed over.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page of a message with this body, under these fields.
    fn said(fields: &str, body: &str) -> Option<String> {
        let message = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"--a=b\"\r\n\r\nwords\r\n----a=b\r\n{fields}\r\n\r\n{body}\r\n----a=b--\r\n"
        );
        let page = page(message.as_bytes())?;
        Some(String::from_utf8(page).expect("text").trim_end().to_owned())
    }

    #[test]
    fn the_page_is_unpacked_from_its_coding() {
        let quoted = "Content-Type: TEXT/HTML; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable";
        let page = said(quoted, "<p class=3Da>=E5=B8=82=\r\n12</p>");
        assert_eq!(page.as_deref(), Some("<meta charset=\"utf-8\"><p class=a>市12</p>"));
        let base = "Content-Transfer-Encoding: base64\r\nContent-Type: text/html";
        assert_eq!(said(base, "PHA+MTI8\r\nL3A+").as_deref(), Some("<p>12</p>"));
        assert_eq!(said("Content-Type: image/png", "PHA+"), None);
    }

    #[test]
    fn of_several_pages_the_longest_is_read() {
        let other = "<frameset></frameset>\r\n----a=b\r\nContent-Type: text/html\r\n\r\n<table><tr><td>12</table>";
        let page = said("Content-Type: text/html", other);
        assert_eq!(page.as_deref(), Some("<table><tr><td>12</table>"));
    }
}
