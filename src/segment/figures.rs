//! What looks like a figure in a table, so that its place can tell columns and rows. What the figure
//! means is left to `typing`.

/// Stands for a figure that is not there.
const PLACEHOLDERS: [&str; 12] =
    ["-", "--", "—", "——", "–", "－", "/", "…", "*", "**", "..", "n.a."];

/// Whether the text is a figure as tables print them: digits with separators, a sign, a percent sign
/// or a unit of one character, brackets around, a footnote mark; or a placeholder.
pub(super) fn is_figure(text: &str) -> bool {
    let text = text.trim();
    if PLACEHOLDERS.contains(&text) {
        return true;
    }
    let mut digits = 0usize;
    let mut others = 0usize;
    for c in text.chars() {
        match c {
            '0'..='9' | '０'..='９' => digits += 1,
            '.' | ',' | '%' | '+' | '-' | '−' | '－' | '△' | '▲' | '(' | ')' | '（' | '）'
            | ' ' | '\u{a0}' | '，' | '．' | '％' | '<' | '>' | '*' | '–' | '/' | ':' | '€'
            | '$' | '¥' => {}
            '年' | '月' | '日' | '号' | '期' | '批' | '第' => return false,
            _ => others += 1,
        }
    }
    digits > 0 && others <= 1 && others < digits
}

#[cfg(test)]
mod tests {
    use super::is_figure;

    #[test]
    fn figures_and_words() {
        for figure in ["12", "1,234.50", "-5", "（3）", "88.8%", "—", "2 394 547", "12a"] {
            assert!(is_figure(figure), "{figure}");
        }
        for word in ["", "合计", "3号楼", "附件 1", "第1批", "2023年", "a1"] {
            assert!(!is_figure(word), "{word}");
        }
    }
}
