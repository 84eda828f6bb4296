//! How names of divisions are written: padded, noted, shortened.

/// What names of autonomous divisions end in, behind those of their peoples.
const AUTONOMOUS: &[&str] = &["自治区", "自治州", "自治县", "自治旗", "自治盟"];

/// What other names may end in, the longest first.
const SUFFIXES: &[&str] =
    &["特别行政区", "林区", "特区", "地区", "省", "市", "县", "区", "盟", "旗", "州"];

/// The peoples that stand in names of autonomous divisions, 各族 among them, without 族.
const PEOPLES: &[&str] = &[
    "土家",
    "仡佬",
    "布依",
    "傈僳",
    "拉祜",
    "哈尼",
    "景颇",
    "普米",
    "布朗",
    "毛南",
    "仫佬",
    "裕固",
    "保安",
    "东乡",
    "撒拉",
    "独龙",
    "纳西",
    "朝鲜",
    "蒙古",
    "哈萨克",
    "维吾尔",
    "塔吉克",
    "锡伯",
    "柯尔克孜",
    "达斡尔",
    "鄂温克",
    "鄂伦春",
    "各",
    "回",
    "藏",
    "苗",
    "彝",
    "壮",
    "满",
    "侗",
    "瑶",
    "白",
    "傣",
    "黎",
    "畲",
    "水",
    "土",
    "羌",
    "佤",
    "怒",
];

/// The name as one would say it: without spaces, marks for notes and remarks in brackets.
/// `睢 县` is 睢县, `滑县（省直管）` 滑县, `兰考县*` 兰考县.
pub fn spoken(printed: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(printed.len());
    for ch in printed.chars() {
        match ch {
            '(' | '（' | '[' | '〔' => depth += 1,
            ')' | '）' | ']' | '〕' => depth = depth.saturating_sub(1),
            '*' | '＊' | '★' | '☆' | '※' | '△' | '▲' | '#' | '①'..='⑳' => {}
            _ if depth > 0 || ch.is_whitespace() => {}
            _ => out.push(ch),
        }
    }
    out
}

/// The short form of a full name: 广州市 is 广州, 恭城瑶族自治县 恭城, 内蒙古自治区 内蒙古. A name
/// that would be left with one character, as 睢县, has none.
///
/// The compiler asks it of all names (`table`), hence a `const fn` with its loops.
pub const fn short_form(name: &str) -> Option<&str> {
    let stem = match without_first(name, AUTONOMOUS) {
        Some(stem) => without_peoples(stem),
        None => match without_first(name, SUFFIXES) {
            Some(stem) => stem,
            None => return None,
        },
    };
    if has_two_characters(stem) { Some(stem) } else { None }
}

/// The class of a name by its last character, 自治县 being a 县; `None` for a short form.
pub(super) fn class(name: &str) -> Option<char> {
    name.chars().next_back().filter(|c| matches!(c, '省' | '市' | '县' | '区' | '州' | '盟' | '旗'))
}

/// The stem without the peoples it ends in: 双江拉祜族佤族布朗族傣族 is 双江.
const fn without_peoples(stem: &str) -> &str {
    let mut stem = stem;
    loop {
        let bare = match without(stem, "族") {
            Some(bare) => bare,
            None => stem,
        };
        match without_people(bare) {
            Some(rest) => stem = rest,
            // 东乡族自治县 has a people's name and nothing else.
            None if has_two_characters(bare) => return bare,
            None => return stem,
        }
    }
}

/// The stem without a people's name at its end. 内蒙古 and 西藏 are themselves: two characters stay.
const fn without_people(stem: &str) -> Option<&str> {
    let mut at = 0;
    while at < PEOPLES.len() {
        if let Some(rest) = without(stem, PEOPLES[at])
            && has_two_characters(rest)
        {
            return Some(rest);
        }
        at += 1;
    }
    None
}

/// What stands before the first of these that the text ends in.
const fn without_first<'a>(text: &'a str, ends: &[&str]) -> Option<&'a str> {
    let mut at = 0;
    while at < ends.len() {
        if let Some(stem) = without(text, ends[at]) {
            return Some(stem);
        }
        at += 1;
    }
    None
}

/// What stands before this end of a text.
const fn without<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let (bytes, end) = (text.as_bytes(), end.as_bytes());
    if bytes.len() < end.len() {
        return None;
    }
    let stem = bytes.len() - end.len();
    let mut at = end.len();
    while at > 0 {
        at -= 1;
        if bytes[stem + at] != end[at] {
            return None;
        }
    }
    Some(text.split_at(stem).0)
}

/// Whether the text has two characters or more.
const fn has_two_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        // A byte that goes on a character has the bits 10 at its head.
        if bytes[at] & 0b1100_0000 != 0b1000_0000 {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        for (full, short) in [
            ("广州市", Some("广州")),
            ("睢县", None),
            ("赣县区", Some("赣县")),
            ("恭城瑶族自治县", Some("恭城")),
            ("双江拉祜族佤族布朗族傣族自治县", Some("双江")),
            ("黔西南布依族苗族自治州", Some("黔西南")),
            ("积石山保安族东乡族撒拉族自治县", Some("积石山")),
            ("克孜勒苏柯尔克孜自治州", Some("克孜勒苏")),
            ("龙胜各族自治县", Some("龙胜")),
            ("东乡族自治县", Some("东乡")),
            ("内蒙古自治区", Some("内蒙古")),
            ("新疆维吾尔自治区", Some("新疆")),
            ("西藏自治区", Some("西藏")),
            ("宁夏回族自治区", Some("宁夏")),
            ("神农架林区", Some("神农架")),
            ("毕节地区", Some("毕节")),
        ] {
            assert_eq!(short_form(full), short, "{full}");
        }
    }

    #[test]
    fn names_as_printed_are_read_as_spoken() {
        for (printed, name) in [
            ("睢 县", "睢县"),
            ("合　 计", "合计"),
            ("滑县（省直管县）", "滑县"),
            ("兰考县*", "兰考县"),
        ] {
            assert_eq!(spoken(printed), name);
        }
    }
}
