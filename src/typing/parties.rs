//! The authorities and addressees of a notice: where one name ends and the next begins.
//!
//! Names are told by their endings (厅, 局, 委员会, 人民政府 …), a table of the kinds of bodies that
//! write and receive official documents; no list of the bodies themselves.

use crate::lexicon::BODIES;
use crate::place::{Located, PlacedText};
use crate::typing::prose::{located, tight, words};

/// What stands beside the names in the issuing mark: 文件.
const MARK: (char, char) = ('文', '件');

/// The authorities of an issuing mark or a signature, printed one a line, several on a line, or one
/// over several lines; 文件 is left out wherever it landed.
pub fn authorities(lines: &[PlacedText]) -> Vec<Located<String>> {
    let rows: Vec<Vec<PlacedText>> =
        lines.iter().map(names_on_line).filter(|row| !row.is_empty()).collect();
    let mut names: Vec<PlacedText> = Vec::new();
    // The beginning of a name that goes on on the next line.
    let mut open = PlacedText::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(mut row) = rows.next() {
        // Two names side by side, both wrapped: what stands below each belongs to it.
        let wrapped = row.len() > 1 && !row.iter().any(|part| is_body(part.as_str()));
        if wrapped && let Some(below) = rows.next_if(|next| next.len() == row.len()) {
            for (part, rest) in row.iter_mut().zip(&below) {
                part.append(rest);
            }
        }
        for part in row {
            // 委 closed a name whose ending is 委员会.
            if let Some(last) =
                names.last_mut().filter(|last| open.is_empty() && ends_in(last, &part))
            {
                last.append(&part);
                continue;
            }
            open.append(&part);
            if is_body(open.as_str()) {
                names.push(std::mem::take(&mut open));
            }
        }
    }
    names.push(open);
    names.iter().filter_map(located).collect()
}

/// Whether the part is but the rest of the name's ending: 发展和改革委 and 员会.
fn ends_in(name: &PlacedText, part: &PlacedText) -> bool {
    let part = part.as_str();
    BODIES
        .iter()
        .filter_map(|ending| ending.strip_suffix(part))
        .any(|begun| !begun.is_empty() && name.as_str().ends_with(begun))
}

/// The names, or parts of names, that stand on a line.
fn names_on_line(line: &PlacedText) -> Vec<PlacedText> {
    let mut parts = words(line);
    // A name set wide, one character at a time, is one name.
    let singles = parts.iter().filter(|part| part.as_str().chars().count() == 1).count();
    if singles * 2 > parts.len() {
        parts = vec![tight(line)];
    }
    parts.iter().flat_map(split_off_mark).filter(|part| !part.is_empty()).collect()
}

/// A name with 文件 at its end, at its start or in its middle, as joint marks come out flattened.
fn split_off_mark(part: &PlacedText) -> Vec<PlacedText> {
    let mut pieces = vec![PlacedText::new()];
    let mut chars = part.chars().peekable();
    while let Some(c) = chars.next() {
        if c.ch == MARK.0 && chars.next_if(|next| next.ch == MARK.1).is_some() {
            pieces.push(PlacedText::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(c.ch, c.place);
        }
    }
    pieces
}

/// Whether the name is that of a body, by its ending; brackets at its end do not count.
fn is_body(name: &str) -> bool {
    let name = without_end_brackets(name);
    name.chars().nth(1).is_some() && BODIES.iter().any(|ending| name.ends_with(ending))
}

/// 残联（宁波不发） without （宁波不发）.
fn without_end_brackets(name: &str) -> &str {
    if !name.ends_with(['）', ')']) {
        return name;
    }
    name.rfind(['（', '(']).and_then(|at| name.get(..at)).unwrap_or(name)
}

/// Addressees or bodies copied to, one entry each. Outside brackets ， and ； stand between two
/// parties; 、 does only where a whole party stands on both its sides: 各市、县人民政府 is one,
/// 省教育厅、林业局 are two.
pub fn addressees(text: &PlacedText) -> Vec<Located<String>> {
    let text = tight(text);
    let mut found = Vec::new();
    for clause in split_outside_brackets(&text, &['，', ',', '；', ';', '。']) {
        let mut parties: Vec<PlacedText> = Vec::new();
        let mut closed = false;
        for part in split_outside_brackets(&clause, &['、']) {
            let whole = is_body(part.as_str());
            match parties.last_mut() {
                Some(last) if !closed => join_enumerated(last, &part),
                _ => parties.push(part),
            }
            closed = whole;
        }
        // What no ending closes belongs to the party before it.
        if !closed && parties.len() > 1 {
            let rest = parties.pop().unwrap_or_default();
            if let Some(last) = parties.last_mut() {
                join_enumerated(last, &rest);
            }
        }
        found.extend(parties.iter().filter_map(located));
    }
    found
}

fn join_enumerated(text: &mut PlacedText, part: &PlacedText) {
    if let Some(place) = part.place() {
        text.push('、', place);
    }
    text.append(part);
}

/// The parts between the marks, those inside brackets not counted; none of the parts is empty.
fn split_outside_brackets(text: &PlacedText, marks: &[char]) -> Vec<PlacedText> {
    let mut parts = vec![PlacedText::new()];
    let mut depth = 0u32;
    for c in text.chars() {
        match c.ch {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && marks.contains(&c.ch) {
            parts.push(PlacedText::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c.ch, c.place);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The persons after 签发人：, whose two-character names are set with a space between.
pub fn persons(text: &PlacedText) -> Vec<Located<String>> {
    let mut names: Vec<PlacedText> = Vec::new();
    let mut open = false;
    for word in words(text).iter().flat_map(|word| split_outside_brackets(word, &['、', '，', ',']))
    {
        let single = word.as_str().chars().count() == 1;
        match names.last_mut() {
            Some(last) if open && single => {
                last.append(&word);
                open = false;
            }
            _ => {
                names.push(word);
                open = single;
            }
        }
    }
    names.iter().filter_map(located).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typing::prose::placed;

    fn texts(found: Vec<Located<String>>) -> Vec<String> {
        found.into_iter().map(|name| name.value).collect()
    }

    #[test]
    fn authorities_come_apart_however_the_mark_is_printed() {
        let cases: &[(&[&str], &[&str])] = &[
            (
                &["江西省住房和城乡建设厅 江西省发展和改革委员会文件 江西省财政厅"],
                &["江西省住房和城乡建设厅", "江西省发展和改革委员会", "江西省财政厅"],
            ),
            (&["湖南省财政厅文件"], &["湖南省财政厅"]),
            (&["湖南省财政厅", "文件", "湖南省教育厅"], &["湖南省财政厅", "湖南省教育厅"]),
            (&["湖 南 省 财 政 厅 文 件"], &["湖南省财政厅"]),
            (
                &["广西壮族自治区", "住房和城乡建设厅", "广西壮族自治区财政厅"],
                &["广西壮族自治区住房和城乡建设厅", "广西壮族自治区财政厅"],
            ),
            (
                &["广西壮族自治区      广西壮族自治区", "住房和城乡建设厅     财政厅"],
                &["广西壮族自治区住房和城乡建设厅", "广西壮族自治区财政厅"],
            ),
            (&["江西省发展和改革委", "员会"], &["江西省发展和改革委员会"]),
            (&["南昌市人民政府办公室"], &["南昌市人民政府办公室"]),
        ];
        for (lines, expected) in cases {
            let lines: Vec<PlacedText> = lines.iter().map(|line| placed(line)).collect();
            assert_eq!(texts(authorities(&lines)), *expected);
        }
    }

    #[test]
    fn addressees_come_apart_between_whole_parties() {
        for (input, expected) in [
            ("各设区市人民政府，赣江新区管委会", vec!["各设区市人民政府", "赣江新区管委会"]),
            (
                "各市、县（市）及有关区人民政府,省教育厅、林业局、监狱管理局,省农垦集团",
                vec![
                    "各市、县（市）及有关区人民政府",
                    "省教育厅",
                    "林业局",
                    "监狱管理局",
                    "省农垦集团",
                ],
            ),
            (
                "各市、县(市、区)财政局、残联(宁波不发)",
                vec!["各市、县(市、区)财政局", "残联(宁波不发)"],
            ),
            (
                "各省、自治区、直辖市人民政府，国务院各部委、各直属机构",
                vec!["各省、自治区、直辖市人民政府", "国务院各部委", "各直属机构"],
            ),
            ("各市、县", vec!["各市、县"]),
        ] {
            assert_eq!(texts(addressees(&placed(input))), expected);
        }
    }

    #[test]
    fn persons_are_set_with_spaces() {
        assert_eq!(texts(persons(&placed("张 三  李小四"))), ["张三", "李小四"]);
        assert_eq!(texts(persons(&placed("王五、赵六"))), ["王五", "赵六"]);
    }
}
