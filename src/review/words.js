// What the page itself says, in both languages. What the notice and the checks say comes with the data.

"use strict";

const WORDS = {
  zh: {
    lang: "zh-CN",
    doubts: "疑点", repairs: "修复记录", remarks: "读取说明", tables: "附表", pages: "原件", targets: "正文数字",
    noDoubts: "没有疑点：核对过的合计均相符。", noSums: "没有可核对的合计，数字未经核对。",
    annexesCounted: "{} 个附表", figuresCounted: "{} 个数字", sumsCounted: "核对 {} 处合计", uncoveredCounted: "{} 列无合计可核对", noPages: "此页由结果文件生成，没有原件页面；对原件运行 fubiao review 可见页面。",
    next: "下一处", previous: "上一处", help: "帮助", save: "保存更正", other: "English", otherLabel: "Switch to English",
    open: "未处理", of: "共", error: "错误", warning: "警告", note: "提示",
    mended: "已相符", answered: "已确认", ticked: "已核对", broken: "不符", rounded: "四舍五入", exact: "相符", unknown: "无法核对",
    stated: "原件所载", computed: "各项相加", difference: "相差", suspects: "可疑之处", printed: "原文", blank: "空",
    perhaps: "可能应为", confirm: "确认无误", correct: "更正", take: "采纳", undo: "撤销", value: "数值", comment: "说明",
    by: "审核人", byMissing: "请先填写审核人姓名。", nothing: "还没有确认或更正任何单元格。", saved: "已保存", corrections: "处更正或确认",
    notFigure: "应为数字，如 278.90；留空表示空白。", cellPanel: "单元格", noCell: "在表中选一个单元格，这里显示其原文，可确认或更正。",
    annex: "附件", row: "第{}行", total: "合计", region: "地区", unit: "单位", notes: "注", page: "第{}页", line: "第{}行",
    newBreak: "更正后不符", unsent: "未能保存", moreSuspects: "另有 {} 处，见结果文件。", before: "原文", after: "处理后", removed: "（去除）", corrected: "已更正", confirmed: "已确认",
    allDone: "所有疑点均已处理。", level: { error: "错误", warning: "警告", note: "提示" },
    skip: "跳到附表", bodyTable: "正文中的表", noTitle: "（无标题）", keys: [
      ["n  p", "下一处、上一处未处理的疑点"], ["↑ ↓ ← →", "在表中移动"], ["Enter", "更正当前单元格"], ["c", "确认当前单元格无误"],
      ["1 … 9", "采用扫描件存疑单元格的某个识别结果"],
      ["Esc", "放弃，回到表中"], ["s", "保存更正"], ["?", "显示或关闭本说明"],
    ],
    readings: "识别结果存疑",
    causes: {
      touches_edge: "触及单元格边缘", low_confidence: "识别把握低", form: "写法与同列不一致", under_seal: "被印章遮盖",
      readings_differ: "两次识别不一致", handwriting: "手写或笔迹划过", faint: "墨迹很淡", ink_left: "有未识别的墨迹",
    },
    rules: {
      doubled_glyphs: "重影字", joined_halves: "左右两半合并", joined_name: "折行名称合并", joined_page_break: "跨页段落合并",
      joined_title: "折行标题合并", of_which_prefix: "其中", page_number: "页码", printed_twice: "重复印出", repeated_element: "重复要素",
      running_line: "页眉页脚", shifted_total_row: "合计行移位", span_over_page: "跨页合并单元格", torn_row: "跨页断行",
    },
    helpText: "指向表中单元格，原件相应位置亮起；反之亦然。红色为可疑数字，带建议值。更正只记在更正文件里，原文始终保留；用 fubiao convert --corrections 应用。",
  },
  en: {
    lang: "en",
    doubts: "Doubts", repairs: "Repairs", remarks: "Remarks on the reading", tables: "Annex tables", pages: "The notice", targets: "Figures of the body",
    noDoubts: "No doubts: every sum that was checked holds.", noSums: "There are no sums to check; the figures are unchecked.",
    annexesCounted: "annexes: {}", figuresCounted: "figures: {}", sumsCounted: "sums checked: {}", uncoveredCounted: "columns in no sum: {}", noPages: "Made from a result: it has no pages. Run fubiao review on the notice itself to see them.",
    next: "Next", previous: "Previous", help: "Help", save: "Save corrections", other: "中文", otherLabel: "切换到中文",
    open: "open", of: "of", error: "error", warning: "warning", note: "note",
    mended: "holds now", answered: "confirmed", ticked: "looked at", broken: "broken", rounded: "rounding", exact: "holds", unknown: "can't be checked",
    stated: "stated", computed: "adds up to", difference: "difference", suspects: "Suspects", printed: "printed", blank: "blank",
    perhaps: "perhaps", confirm: "Confirm", correct: "Correct", take: "Take", undo: "Undo", value: "Value", comment: "Comment",
    by: "Reviewer", byMissing: "Say who you are first.", nothing: "No cell was confirmed or corrected yet.", saved: "Saved", corrections: "corrections or confirmations",
    notFigure: "Expected a figure such as 278.90, or nothing for a blank.", cellPanel: "Cell", noCell: "Choose a cell of a table: what is printed there stands here, to be confirmed or corrected.",
    annex: "Annex ", row: "row {}", total: "total", region: "Region", unit: "unit", notes: "Note", page: "page {}", line: "line {}",
    newBreak: "broken by a correction", unsent: "Not saved", moreSuspects: "{} more cells, all in the result.", before: "printed", after: "went on as", removed: "(taken out)", corrected: "corrected", confirmed: "confirmed",
    allDone: "All doubts are dealt with.", level: { error: "error", warning: "warning", note: "note" },
    skip: "Skip to the tables", bodyTable: "Table in the body", noTitle: "(no title)", keys: [
      ["n  p", "next, previous open doubt"], ["↑ ↓ ← →", "move in a table"], ["Enter", "correct the cell"], ["c", "confirm the cell"],
      ["1 … 9", "take a reading of a doubtful cell of a scan"],
      ["Esc", "give up, back to the table"], ["s", "save the corrections"], ["?", "show or close this help"],
    ],
    readings: "Doubtful reading",
    causes: {
      touches_edge: "touches the edge of its cell", low_confidence: "low confidence", form: "written unlike its column",
      under_seal: "under a seal", readings_differ: "read twice, differently", handwriting: "handwriting", faint: "faint",
      ink_left: "ink left over",
    },
    rules: {},
    helpText: "Point at a cell and its place lights up on the page, and the other way round. Red figures are suspect and bear a proposal. Corrections go to a file of their own, what is printed stays; fubiao convert --corrections applies them.",
  },
};
