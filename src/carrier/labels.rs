//! Labels of annexes in names: of sheets (附件1), of files (附件2：任务分解表.xlsx).

/// The label that a name holds: 附件1 of 附件1, 附件 1 任务表 or （附件1）; `None` where it holds none.
pub(super) fn label_of(name: &str) -> Option<String> {
    let at = ["附件", "附表"].iter().filter_map(|word| name.find(word)).min()?;
    let word: String = name[at..].chars().take(2).collect();
    let behind = name[at + word.len()..].trim_start();
    let arabic: String = behind.chars().take_while(char::is_ascii_digit).take(3).collect();
    if !arabic.is_empty() {
        return Some(format!("{word}{arabic}"));
    }
    let wide: String = behind.chars().take_while(|c| ('０'..='９').contains(c)).take(3).collect();
    if !wide.is_empty() {
        return Some(format!("{word}{wide}"));
    }
    let chinese: String =
        behind.chars().take_while(|c| "一二三四五六七八九十".contains(*c)).take(3).collect();
    // 附件一览表 is no label.
    if !chinese.is_empty() && !behind[chinese.len()..].starts_with('览') {
        return Some(format!("{word}{chinese}"));
    }
    let is_end =
        behind.is_empty() || behind.starts_with(['：', ':', '.', '-', '_', ' ', '（', '(']);
    is_end.then_some(word)
}

/// Whether a text begins as a label does.
pub(super) fn begins_label(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).take(6).collect();
    ["附件", "附表", "附录", "附图"].iter().any(|word| text.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_in_names() {
        let said = [
            "附件1",
            "附件 2：任务表.xlsx",
            "赣建保1号附件3",
            "附表一",
            "附件.docx",
            "附件一览表",
            "Sheet1",
            "关于附件的说明",
        ];
        let said = said.map(|name| label_of(name).unwrap_or_default());
        assert_eq!(said, ["附件1", "附件2", "附件3", "附表一", "附件", "", "", ""]);
    }
}
