//! Which word means what in notices and their tables: one list a meaning, each with its source.
//!
//! A word that two stages understand differently is two meanings and has two lists here, side by side.
//! Words that only one grammar uses (the modal verbs of deadlines, the slots of a target) stay with it.
//! Texts are compared without white space: who asks takes it out.
//!
//! Sources, where a list names none of its own: the notices of domain lists T1 to T23 (province and
//! prefecture plans for housing, budgets and final accounts, enrolment plans, statistics tables);
//! GB/T 9704-2012 for the document; GB/T 2260 for divisions; GB 3100 to 3102 for units;
//! 政府收支分类科目 for the accounts of budgets.

use crate::pattern::{Beginnings, Steps, digit, numeral};

// ---- Rows ----

/// Names of a row that holds the sum of the whole table.
pub const TOTALS: &[&str] = &[
    "合计",
    "总计",
    "共计",
    "总合计",
    "合计数",
    "总计数",
    "汇总",
    "全国",
    "全省",
    "全区",
    "全市",
    "全州",
    "全盟",
    "全县",
    "全校",
    "全院",
    "全系统",
    "全国合计",
    "全省合计",
    "全区合计",
    "全市合计",
    "全州合计",
    "全盟合计",
    "全县合计",
    "全国总计",
    "全省总计",
    "全区总计",
    "全市总计",
    "全州总计",
    "全县总计",
    "全省小计",
    "全省共计",
    "全市小计",
    "全市共计",
    "全县共计",
];

/// Endings of a row that holds the sum of a part; with nothing before, of the part around it.
pub const SUBTOTALS: &[&str] = &["小计", "合计", "总计", "汇总"];

/// Names of a row that stands for the whole of what spans it: 小计 beside 南昌市.
pub const OWN_ROWS: &[&str] = &["小计", "合计", "计", "总计", "全市", "全州", "市小计", "州小计"];

/// The corps of 新疆, beside prefectures: its divisions and their cities are its own.
pub const CORPS: &[&str] = &["兵团", "新疆兵团", "新疆生产建设兵团"];

/// Names of rows that carry the sum so far from the foot of a page to the head of the next, as account books have them.
pub const CARRIED: &[&str] = &["过次页", "承前页", "转次页", "转下页", "承上页"];

/// The text without 其中： in front, where something is left.
pub fn without_of_which(text: &str) -> &str {
    match text.strip_prefix("其中").map(|rest| rest.trim_start_matches(['：', ':', '，', '、']))
    {
        Some(rest) if !rest.is_empty() => rest,
        _ => text,
    }
}

/// Rows for the rest of a prefecture: no set of districts and no code of their own.
pub const CENTRALS: &[&str] = &[
    "中心城区",
    "主城区",
    "市本级",
    "州本级",
    "盟本级",
    "地本级",
    "地区本级",
    "区本级",
    "县本级",
    "本级",
    "市级",
    "州级",
    "市直",
    "州直",
    "盟直",
    "地直",
    "市直属",
    "市属",
    "市区",
    "城区",
    "市辖区",
    "市中心城区",
    "市直单位",
    "州直单位",
    "市本级及市辖区",
    "市城区",
];

/// Endings of the same behind a prefecture's name, each with what of it belongs to the name:
/// 九江市本级 is 九江市's, 九江中心城区 九江's. 市区 and 城区 alone end too many names of real districts
/// to be read so.
pub const CENTRAL_ENDINGS: &[(&str, &str)] = &[
    ("市本级", "市"),
    ("州本级", "州"),
    ("盟本级", "盟"),
    ("地区本级", "地区"),
    ("市市辖区", "市"),
    ("市辖区", ""),
    ("市中心城区", "市"),
    ("中心城区", ""),
    ("市主城区", "市"),
    ("市直单位", "市"),
    ("市直", "市"),
    ("州直", "州"),
    ("市市区", "市"),
    ("市城区", "市"),
    ("市级", "市"),
    ("州级", "州"),
];

/// Rows of a province for itself.
pub const PROVINCE_OWN: &[&str] = &[
    "省本级",
    "自治区本级",
    "区直",
    "省直",
    "省级",
    "省直单位",
    "省属",
    "省直属",
    "中央本级",
    "自治区直属",
    "省直部门",
    "省属单位",
    "中央单位",
];

/// Headings over counties that the province governs directly.
pub const DIRECT: &[&str] = &[
    "省直管县",
    "省直管县市",
    "省直管",
    "省管县",
    "省直管市",
    "省直辖县",
    "省财政直管县",
    "直管县",
];

/// Heads of blocks of rows that name a kind of division.
pub const BLOCK_HEADS: &[&str] = &[
    "设区市",
    "设区的市",
    "地级市",
    "市州",
    "各市",
    "市本级和区",
    "县级市",
    "县市",
    "市县",
    "扩权县",
    "扩权县市",
];

/// Headers over names of divisions of one kind, brackets and commas left out.
const DIVISION_HEADERS: &[&str] =
    &["市", "县", "区", "地区", "县区", "区县", "市县区", "县市区", "市区", "县级单位", "市级单位"];

/// Whether a text names a kind of division: 设区市, 省直管县（市）, 县（市、区）.
pub fn is_kind_of_division(text: &str) -> bool {
    let is_mark = |c: char| c.is_whitespace() || "（）()、，,".contains(c);
    let name: String = text.chars().filter(|&c| !is_mark(c)).collect();
    [DIVISION_HEADERS, BLOCK_HEADS, DIRECT].iter().any(|words| words.contains(&name.as_str()))
}

/// Endings of names below the county.
pub const TOWNSHIPS: &[&str] =
    &["街道", "街道办事处", "街道办", "办事处", "镇", "乡", "苏木", "农场", "社区", "村"];

/// What names of divisions end with, none of which is a name.
const TAILS_OF_NAMES: [&str; 6] = ["自治县", "自治州", "自治旗", "市", "区", "盟"];

/// Whether a text is the end of the name of a division and no name: 市, 治县.
pub fn is_tail_of_name(text: &str) -> bool {
    !text.is_empty() && TAILS_OF_NAMES.iter().any(|tail| tail.ends_with(text))
}

/// Endings of names of regions and of rows that stand for several.
pub const REGION_ENDINGS: &[&str] = &[
    "省",
    "市",
    "县",
    "区",
    "州",
    "盟",
    "旗",
    "自治区",
    "兵团",
    "街道",
    "镇",
    "乡",
    "师",
    "合计",
    "总计",
    "小计",
    "全省",
    "全区",
    "全市",
    "全国",
    "本级",
    "市直",
    "省直",
    "开发区",
    "新区",
    "地区",
    "园区",
    "管委会",
    "林区",
];

/// What names of prefectures end in.
const PREFECTURES: &[&str] = &["市", "州", "盟", "地区"];

/// Whether a text without white space may be the name of a prefecture alone, by its end: 南昌市, not 地市.
pub fn ends_as_prefecture(name: &str) -> bool {
    const LONGEST: usize = 12;
    let before_end = PREFECTURES.iter().find_map(|end| name.strip_suffix(end));
    before_end.is_some_and(|before| before.chars().nth(1).is_some())
        && name.chars().count() <= LONGEST
        && name.chars().all(is_han)
}

/// What names of areas end in that no table of divisions knows: 赣江新区, 市本级.
pub const AREAS: &[&str] =
    &["新区", "开发区", "高新区", "经开区", "管委会", "本级", "兵团", "农垦", "农场"];

// ---- Columns ----

/// Headers of a column that numbers its rows; 行次 in the forms of final accounts (财政部部门决算报表).
pub const SERIAL_HEADERS: &[&str] =
    &["序号", "编号", "顺序号", "行次", "序", "No", "No.", "NO", "NO.", "№"];

/// Whether the header, without white space, is one over serial numbers: 序号, 总序号, 市内序号.
pub fn is_serial_header(header: &str) -> bool {
    SERIAL_HEADERS.contains(&header) || header.ends_with("序号") && header.chars().count() <= 5
}

/// Whether the text, without white space, fills in the head of a form: 编制单位：省教育厅, 填报日期：2020年5月.
pub fn is_of_form(text: &str) -> bool {
    const FILLED: &[&str] = &[
        "编制",
        "填报",
        "填表",
        "制表",
        "报送",
        "编报",
        "上报",
        "综合机关",
        "制定机关",
        "批准机关",
    ];
    const BY: &[&str] = &["单位", "部门", "日期", "时间", "人", "名称", "机关"];
    let label = text.split_once(['：', ':']).map(|(label, _)| label);
    label.is_some_and(|label| {
        let label =
            label.strip_suffix("（盖章）").or(label.strip_suffix("(盖章)")).unwrap_or(label);
        FILLED.iter().any(|word| {
            let by = label.strip_prefix(word);
            by.is_some_and(|by| by.is_empty() || BY.iter().any(|word| by.starts_with(word)))
        })
    })
}

/// Whether a row of this name holds rates of the rows around it: 增长（%）, 占比, 完成率. Nothing adds up across or below it.
pub fn is_row_of_rates(name: &str) -> bool {
    const RATES: &[&str] = &["率", "占比", "比重", "比例", "百分比", "增幅", "增速", "同比"];
    let bare = name.trim_end_matches(['）', ')', '%', '％', '（', '(']);
    name[bare.len()..].contains(['%', '％']) || RATES.iter().any(|word| bare.ends_with(word))
}

/// Whether a table of this title holds indices: 居民消费价格指数（上年=100）.
pub fn is_of_indices(title: &str) -> bool {
    let bare = title.split(['（', '(']).next().unwrap_or(title).trim_end_matches('表');
    bare.ends_with("指数") || title.contains("=100") || title.contains("＝100")
}

/// Whom a total leaves out by its own words: 青岛市 of 全省合计（不含青岛市）.
pub fn left_out(name: &str) -> Vec<&str> {
    let said = ["不含", "不包括", "不包含", "未含", "未包括"];
    let Some((_, rest)) = said.iter().find_map(|word| name.split_once(word)) else {
        return Vec::new();
    };
    let list = rest.split(['）', ')', '，', ',', '。']).next().unwrap_or(rest);
    list.split(['、', '和', '及']).map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// Marks that stand for what is printed above them.
pub const DITTOS: &[&str] = &["〃", "″", "〞", "”", "＂", "\"", "''", "同上"];

/// Names of a row that numbers the columns: 栏次 1 2 3.
pub const COLUMN_NUMBERS: &[&str] =
    &["栏次", "列次", "栏目", "行次", "甲", "乙", "丙", "丁", "戊", "己"];

/// Words that make a header one over regions.
pub const REGION_HEADERS: &[&str] = &[
    "市",
    "县",
    "区",
    "州",
    "盟",
    "旗",
    "地区",
    "省",
    "单位",
    "城市",
    "地方",
    "地市",
    "市县",
    "县区",
    "行政区",
    "街道",
    "乡镇",
    "镇街",
    "师",
];

/// Words in a header that speak of something in or about a region, not of it.
pub const NOT_REGION_HEADERS: &[&str] = &[
    "小区", "项目", "建设", "社区", "地点", "地址", "片区", "面积", "数", "责任", "施工", "实施",
    "牵头", "备注", "比例", "占比", "标准",
];

/// Words before that of a region in the header of a column that says where the region of the row belongs: 所属市.
pub const BELONGS_TO: &[&str] = &["所属", "隶属", "所在", "归属", "上级"];

/// Headers of a column that gives each row its unit, and that may be one of organisations as well.
pub const UNIT_HEADERS: &[&str] = &["单位", "规格单位"];
/// Headers of a column that gives each row its unit, whatever that looks like.
pub const MEASURE_HEADERS: &[&str] = &[
    "计量单位",
    "数量单位",
    "计算单位",
    "度量单位",
    "指标单位",
    "定额单位",
    "价格单位",
    "用量单位",
];
/// Headers of a column that says for how much of something a price is: 次, 曝光次数. It is no unit of the price.
pub const PRICED_BY_HEADERS: &[&str] = &["计价单位", "计费单位"];

/// Words of a header over a rate.
pub const RATE_HEADERS: &[&str] =
    &["率", "占比", "比例", "比重", "百分比", "增幅", "增速", "同比", "%", "％"];
/// Words that stand in a column of rates for a figure.
const CHANGES: &[&str] =
    &["持平", "基本持平", "由负转正", "由正转负", "扭亏为盈", "由盈转亏", "±0", "±0.0"];

/// Whether a text says in words how a rate has changed: 持平, 由负转正, 提高0.5个百分点.
pub fn is_change(text: &str) -> bool {
    const TURNS: &[&str] =
        &["提高", "上升", "增长", "增加", "回升", "下降", "回落", "降低", "减少"];
    let points = || {
        let figure = text.after_word(TURNS)?.strip_suffix("个百分点")?;
        let is_digit = |c: char| digit(c) || c == '.';
        Some(!figure.is_empty() && figure.chars().all(is_digit))
    };
    CHANGES.contains(&text) || points() == Some(true)
}

/// Words of a header over a rank.
pub const RANK_HEADERS: &[&str] = &["名次", "排名", "排序", "位次"];
/// Words of a header over a stock at a date.
pub const STOCK_HEADERS: &[&str] =
    &["年末", "年底", "期末", "月末", "季末", "存量", "累计", "保有量", "在保"];
/// Words of a header over text, whatever its cells hold.
pub const TEXT_HEADERS: &[&str] = &[
    "备注",
    "名称",
    "地点",
    "地址",
    "位置",
    "联系人",
    "电话",
    "文号",
    "说明",
    "邮编",
    "证号",
    "账号",
    "年份",
    "年代",
    "时间",
    "时限",
    "期限",
    "日期",
];
/// Words of a header over codes: their digits are no figure.
pub const CODE_HEADERS: &[&str] =
    &["代码", "编码", "编号", "代号", "标识码", "识别码", "区划码", "证号", "账号", "帐号"];
/// The tiers of an account's code (政府收支分类科目), each a column where the code is split.
pub const CODE_TIERS: &[&str] = &["类", "款", "项", "目"];
/// Words in the header of a column whose figures do not add up.
pub const NO_SUM_HEADERS: &[&str] = &[
    "标准", "率", "比例", "占比", "比重", "均", "单价", "得分", "评分", "分值", "系数", "排名",
    "名次", "位次", "编号", "代码", "代号", "电话", "邮编", "序号", "层数", "幅度", "期限",
];
/// Words at the end of the header of a column of years. 年度计划 and 年度任务 are of one.
pub const YEAR_HEADERS: &[&str] = &["年份", "年度"];
/// Words in a header that announce a sum.
pub const SUM_HEADERS: &[&str] =
    &["合计", "总计", "小计", "共计", "总数", "总额", "总量", "调整后"];

// ---- What stands around a table ----

/// Words that open a note.
pub const NOTES: &[&str] = &["备注", "附注", "注释", "填表说明", "说明", "注"];

/// Words before a colon, below a table, of those who filled it in and answer for it.
pub const SIGNED_BY: &[&str] = &[
    "制表",
    "制表人",
    "制单",
    "填表",
    "填表人",
    "填报人",
    "编制",
    "复核",
    "复核人",
    "审核",
    "审核人",
    "审批",
    "审批人",
    "审定",
    "经办",
    "经办人",
    "会计",
    "出纳",
    "主管",
    "负责人",
    "单位负责人",
    "分管领导",
    "联系人",
    "联系电话",
    "大写",
    "人民币大写",
    "金额大写",
];

/// Whether the text, without white space, says who answers for a table: 制表：, 审核人：王芳.
pub fn is_signed_by(text: &str) -> bool {
    text.split_once(['：', ':'])
        .is_some_and(|(word, _)| SIGNED_BY.contains(&word.trim_matches(['（', '('])))
}

/// Whether the text, without white space, announces itself as a note: 注：…, 备注1.…, 注1….
pub fn is_note(text: &str) -> bool {
    let numbered = |text: &str| text.strip_prefix('注')?.after_run(digit, 1..=2).map(str::len);
    if numbered(text).is_some() {
        return true;
    }
    let text = text.skip(['（', '(']);
    NOTES.iter().any(|word| {
        let circled = |c: char| ('①'..='⑳').contains(&c);
        let rest = text.strip_prefix(word).and_then(|rest| rest.after_run(digit, 0..=2));
        rest.is_some_and(|rest| rest.starts_with(|c| "：:.．、".contains(c) || circled(c)))
    })
}

/// Whether the text, without white space, says that nothing follows in a table: （以下空白）.
pub fn is_blank_below(text: &str) -> bool {
    let around = |c: char| matches!(c, '（' | '(' | '）' | ')' | '—' | '-' | '…' | '。');
    text.trim_matches(around) == "以下空白"
}

/// Whether the text, without white space, says that a table goes on: 续表, 任务表（续）.
pub fn is_continued(text: &str) -> bool {
    if text.starts_with("续表") || text.ends_with("续表") {
        return true;
    }
    let is_alone = || {
        let rest = text.skip(['（', '(']);
        let rest = rest
            .after_word(&["接上页", "续上表"])
            .or_else(|| Some(rest.after_word(&["续表", "续"])?.trim_start_matches(digit)))?;
        Some(rest.skip(['）', ')']).skip(['：', ':']))
    };
    let in_brackets = || {
        let inner = text.strip_suffix(['）', ')'])?;
        let inner = inner.trim_end_matches(|c| numeral(c) || digit(c));
        inner.strip_suffix('表').unwrap_or(inner).strip_suffix('续')
    };
    is_alone() == Some("") || in_brackets().is_some_and(|before| before.ends_with(['（', '(']))
}

/// Whether the text, without white space, is the number of a table and its name: 表2 监督检查安排.
pub fn is_table_caption(text: &str) -> bool {
    is_numbered_caption(text, '表')
}

/// Whether the text, without white space, is the number of a chart and its name: 图1-2 各市对比.
pub fn is_chart_caption(text: &str) -> bool {
    is_numbered_caption(text, '图')
}

fn is_numbered_caption(text: &str, kind: char) -> bool {
    let Some(rest) = text.strip_prefix(kind) else { return false };
    let name = rest.trim_start_matches(|c| digit(c) || "-－—.．".contains(c));
    rest.starts_with(digit)
        && name.starts_with(|c| is_han(c) || c == '：')
        && name.chars().nth(2).is_some()
}

/// What may stand before 单位 in the caption of a unit.
const UNIT_LABELS: &[&str] = &["金额", "计量", "面积", "数量", "资金", "人数"];

/// What follows 单位： and the like at the start of a text without white space.
pub fn named_unit(text: &str) -> Option<&str> {
    let text = text.skip(['（', '(']).skip_word(UNIT_LABELS);
    text.strip_prefix("单位")?.strip_prefix(['：', ':'])
}

// ---- Units ----

/// Units of things that are counted one by one. Longer ones first.
pub const COUNTED: &[&str] = &[
    "套（间）",
    "套(间)",
    "套/间",
    "人次",
    "户次",
    "台套",
    "台次",
    "床位",
    "户",
    "套",
    "间",
    "栋",
    "幢",
    "座",
    "个",
    "人",
    "名",
    "件",
    "项",
    "处",
    "所",
    "家",
    "台",
    "辆",
    "张",
    "宗",
    "笔",
    "条",
    "头",
    "只",
    "株",
    "口",
    "眼",
    "孔",
    "部",
    "艘",
    "架",
    "份",
    "块",
    "片",
    "支",
    "对",
    "村",
    "床",
    "次",
    "盏",
    "棵",
];

/// Units of what is measured. Longer ones first.
pub const MEASURED: &[&str] = &[
    "个百分点",
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "千瓦时",
    "百分点",
    "平米",
    "公里",
    "千米",
    "公顷",
    "公斤",
    "千克",
    "千瓦",
    "兆瓦",
    "美元",
    "㎡",
    "m²",
    "m2",
    "㎥",
    "m³",
    "m3",
    "km²",
    "km",
    "kW",
    "kg",
    "亩",
    "吨",
    "元",
    "米",
    "%",
    "％",
    "‰",
];

/// Powers of ten that are written out. Longer ones first.
pub const MULTIPLIERS: &[(&str, u32)] = &[
    ("十万", 5),
    ("百万", 6),
    ("千万", 7),
    ("万", 4),
    ("十亿", 9),
    ("百亿", 10),
    ("千亿", 11),
    ("亿", 8),
    ("千", 3),
];

/// What a rate is by: 1.4万元/户.
pub const RATES: &[&str] =
    &["/户", "/套", "/人", "/间", "/亩", "/个", "/平方米", "/公里", "/年", "/月"];

/// A unit as it begins a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit<'t> {
    /// 万, or nothing.
    pub multiplier: &'t str,
    /// The power of ten that the multiplier is.
    pub power: u32,
    /// 平方米, 套; empty where only a multiplier stands.
    pub name: &'t str,
    /// Whether it counts things one by one.
    pub counts: bool,
    /// /户, or nothing.
    pub rate: &'t str,
}

/// The unit that the text begins with, and what follows it: a multiplier, a unit and a rate, of
/// which the first or the second must be there.
pub fn unit_at_start(text: &str) -> Option<(Unit<'_>, &str)> {
    const OF_MULTIPLIERS: &[&str] = &["十", "百", "千", "万", "亿"];
    const BEGINNINGS: &Beginnings = &Beginnings::of(&[COUNTED, MEASURED, OF_MULTIPLIERS]);
    // Most texts that are asked about are names.
    if !BEGINNINGS.may_begin(text) {
        return None;
    }
    let before = |text: &'_ str, rest: &str| text.len() - rest.len();
    let found = MULTIPLIERS.iter().find_map(|&(w, p)| Some((text.strip_prefix(w)?, p)));
    // 千 begins other units, too: 千瓦.
    let is_part = |power| power == 3 && text.after_word(MEASURED).is_some();
    let (unit, power) = found.filter(|(_, power)| !is_part(*power)).unwrap_or((text, 0));
    let multiplier = &text[..before(text, unit)];
    let measured = unit.after_word(MEASURED).map(|rest| (rest, false));
    let (rest, counts) = match measured.or_else(|| Some((unit.after_word(COUNTED)?, true))) {
        Some(found) => found,
        None if !multiplier.is_empty() => (unit, false),
        None => return None,
    };
    let name = &unit[..before(unit, rest)];
    let behind = rest.skip_word(RATES);
    let rate = &rest[..before(rest, behind)];
    Some((Unit { multiplier, power, name, counts, rate }, behind))
}

/// The text, without white space, as one unit and nothing else.
pub fn unit(text: &str) -> Option<Unit<'_>> {
    let (unit, rest) = unit_at_start(text)?;
    (rest.is_empty() && !unit.name.is_empty()).then_some(unit)
}

/// The text, without white space, as a unit or a multiplier alone, and nothing else: 万元, 万.
pub fn measure(text: &str) -> Option<Unit<'_>> {
    let (unit, rest) = unit_at_start(text)?;
    rest.is_empty().then_some(unit)
}

/// Ideographs, and the circle that stands for zero among them (二○一○年).
pub fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3005..=0x3007 | 0x25CB | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether the text, without white space, is a unit or several: 套, 万元, 套、间, 元/户.
pub fn is_unit(text: &str) -> bool {
    const BETWEEN: [char; 4] = ['、', '/', '，', ','];
    unit(text).is_some()
        || text.contains(BETWEEN) && text.split(BETWEEN).all(|part| unit(part).is_some())
}

/// Whether the text, without white space, is a unit, or one for each of something: 元/500克, m³/(MW·h), L/(床·d).
pub fn is_unit_of_row(text: &str) -> bool {
    /// Units that are none where nothing says for each of what: a figure's letter may be anything.
    const LETTERS: [&str; 5] = ["L", "mL", "g", "t", "kWh"];
    /// Longer texts are no units.
    const LONGEST: usize = 8;
    let is_rate = |(of, each): (&str, &str)| {
        let is_short = !each.is_empty() && each.chars().count() <= LONGEST;
        (is_unit(of) || LETTERS.contains(&of)) && is_short
    };
    is_unit(text) || text.split_once(['/', '／']).is_some_and(is_rate)
}

/// Whether a unit counts things: 套、间 and 套（间） do, 万套, 万元 and 平方米 do not.
pub fn is_count(text: &str) -> bool {
    let counts =
        |part: &str| unit(part).is_some_and(|u| u.counts && u.power == 0 && u.rate.is_empty());
    let mut parts = text
        .split(['、', '（', '(', '）', ')', '/', '，', ','])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .peekable();
    parts.peek().is_some() && parts.all(counts)
}

// ---- Figures that are none ----

/// Words that stand where a figure is due and say that there is none.
pub const NO_FIGURE: &[&str] = &[
    "无",
    "暂无",
    "未公布",
    "暂未公布",
    "尚未公布",
    "待公布",
    "待定",
    "待核",
    "待核实",
    "不详",
    "暂缺",
    "缺",
    "不适用",
    "未统计",
    "暂未统计",
    "未报",
    "未上报",
    "N/A",
    "n/a",
    "NA",
    "n.a.",
    "null",
    "nil",
];

/// Characters that, alone or repeated, are drawn where there is no figure. ⸺ and ⸻ stand for —— in
/// what browsers print.
pub const PLACEHOLDER_MARKS: &str = "-－−‒–—―⸺⸻─━‐‑﹣﹘⁃ー/／∕⁄⧸\\＼∖⧵﹨…⋯*＊·.×~～〜∼_＿";

/// Characters that, alone, say of a row that something holds for it or does not: a matrix of √ and ×.
pub const TICKS: &str = "√✓✔☑✅○〇◯●◎□■☐☒△▲☆★×✕✖✗✘╳⨯∨";

/// What Excel draws where a formula has no answer.
pub const SHEET_ERRORS: &[&str] =
    &["#REF!", "#DIV/0!", "#VALUE!", "#N/A", "#NAME?", "#NUM!", "#NULL!"];

/// What the title of a table ends in, and of no other text.
pub const TABLE_TITLES: &[&str] = &["表", "清单", "名单", "一览", "台账", "明细"];

// ---- The document ----

/// Words that head the box of metadata that web sites put above a notice.
pub const METADATA: &[&str] = &[
    "索引号",
    "主题分类",
    "体裁分类",
    "发布机构",
    "发文机关",
    "信息索引",
    "公开方式",
    "公开类别",
    "信息分类",
    "效力状态",
    "有效性",
];

/// Of the same box, words that head it only before a colon: anywhere else they are common.
pub const METADATA_BEFORE_COLON: &[&str] = &[
    "成文日期",
    "发文日期",
    "发布日期",
    "生成日期",
    "主题词",
    "关键词",
    "名称",
    "标题",
    "来源",
    "字号",
    "浏览次数",
    "时间",
    "分享",
];

/// The 15 kinds of official document (党政机关公文处理工作条例, article 8), as titles end in them; 令 as
/// 命令（令） is written.
pub const DOCUMENT_TYPES: &[&str] = &[
    "决议", "决定", "命令", "令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示",
    "批复", "议案", "函", "纪要",
];

/// Kinds of text that a title may end in besides: what such documents issue or pass on.
pub const OTHER_TYPES: &[&str] = &["办法", "细则", "方案", "规定", "要点"];

/// What the name of a body ends in that writes or receives official documents. A part of a name
/// (广西壮族自治区, 各市) ends in none of them.
pub const BODIES: &[&str] = &[
    "厅",
    "局",
    "委",
    "委员会",
    "部",
    "院",
    "会",
    "政府",
    "办",
    "办公室",
    "署",
    "银行",
    "支行",
    "分行",
    "公司",
    "集团",
    "中心",
    "处",
    "组",
    "总队",
    "支队",
    "大队",
    "部门",
    "机构",
    "单位",
    "企业",
    "联",
    "兵团",
    "站",
    "所",
    "校",
    "学",
    "社",
    "团",
    "馆",
    "党组",
    "军区",
    "法庭",
    "院所",
    "协",
    "台",
    "队",
    "库",
    "科",
    "行",
    "府",
];

/// Of these, the endings that tell an authority where a whole line is nothing else: 办, 校 or 行 end
/// too many other lines.
pub const AUTHORITIES: &[&str] = &[
    "厅",
    "局",
    "委",
    "部",
    "院",
    "会",
    "处",
    "署",
    "站",
    "团",
    "社",
    "所",
    "政府",
    "办公室",
    "中心",
    "银行",
    "分行",
    "支行",
    "公司",
    "小组",
    "指挥部",
    "党组",
    "支队",
    "总队",
    "大学",
    "学校",
    "集团",
];

// ---- What a notice of this kind is about ----

/// Programmes, each with the words for it; the first word found in a text names it, so narrower
/// programmes stand before wider ones.
pub const PROGRAMMES: &[(&str, &[&str])] = &[
    ("保障性租赁住房", &["保障性租赁住房", "保租房"]),
    ("公共租赁住房", &["公共租赁住房", "公租房"]),
    ("租赁补贴", &["租赁补贴", "住房补贴"]),
    ("廉租住房", &["廉租住房", "廉租房"]),
    ("经济适用住房", &["经济适用住房", "经济适用房", "经适房"]),
    ("限价商品住房", &["限价商品住房", "限价商品房", "两限房"]),
    ("共有产权住房", &["共有产权住房", "共有产权房"]),
    ("配售型保障性住房", &["配售型保障性住房"]),
    ("城市棚户区", &["城市棚户区"]),
    ("国有工矿棚户区", &["国有工矿"]),
    ("林区棚户区", &["林区"]),
    ("垦区棚户区", &["垦区"]),
    ("棚户区", &["棚户区", "棚改"]),
    ("城中村", &["城中村"]),
    ("老旧小区", &["老旧小区"]),
    ("农村危房", &["农村危房", "危房改造", "危旧房"]),
];

/// Programmes that are parts of a wider one.
pub const PARTS: &[(&str, &[&str])] =
    &[("棚户区", &["城市棚户区", "国有工矿棚户区", "林区棚户区", "垦区棚户区"])];

/// Stages, each with the words for it; the first found names it.
pub const STAGES: &[(&str, &[&str])] = &[
    ("基本建成", &["基本建成", "建成", "竣工"]),
    ("完工", &["完工", "完成"]),
    ("开工", &["新开工", "开工", "筹集", "新建", "新增"]),
    ("发放", &["发放"]),
];

/// Words for a stage as they are printed; the first that is found counts, so the plainer come last.
pub const STAGE_WORDS: &[&str] = &[
    "基本建成",
    "新开工",
    "开工",
    "竣工",
    "完工",
    "交付",
    "发放",
    "新建",
    "筹集",
    "续建",
    "拆迁",
    "签约",
    "入住",
];

/// Words for a task, which say nothing of which one it is.
pub const TASK_WORDS: &[&str] =
    &["目标任务", "年度任务", "计划任务", "任务", "目标", "计划", "指标", "总数", "总量", "数量"];

/// Words before a figure of running text that say that it is a sum.
pub const SUMS_IN_PROSE: &[&str] = &["共计", "合计"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn captions_are_those_of_the_expressions() {
        agrees(
            "^[（(]?(金额|计量|面积|数量|资金|人数)?单位[：:]",
            "（ ( 金额 计量 单位 单位 ： : 套",
            |regex, text| regex.find(text).map(|found| &text[found.end()..]).map(str::len),
            |text| named_unit(text).map(str::len),
        );
        agrees(
            "^[（(]?(接上页|续上表|续表[0-9]*|续[0-9]*)[）)]?[：:]?$|[（(]续(表)?[一二三四五六七八九十0-9]*[）)]$|^续表|续表$",
            "（ ( ） ) 续 续 表 上 续上表 接上页 一 1 ：",
            |regex, text| regex.is_match(text),
            is_continued,
        );
        agrees(
            "^[（(]?(填表说明|注|备注|说明|附注|注释)[0-9]{0,2}[：:.．、①-⑳]|^注[0-9]{1,2}",
            "（ 注 备注 附注 注释 释 说明 填表 12 3 ： . 、 ①",
            |regex, text| regex.is_match(text),
            is_note,
        );
    }

    #[test]
    fn changes_of_rates_are_said_in_words() {
        let said = ["持平", "由负转正", "提高0.5个百分点", "±0"];
        let others = ["提高", "提高0.5", "个百分点", "0.5个百分点", "建设中"];
        assert!(said.into_iter().all(is_change) && !others.into_iter().any(is_change));
    }

    #[test]
    fn units_come_apart() {
        let parts = |text| {
            let (unit, rest) = unit_at_start(text)?;
            Some((unit.multiplier, unit.name, unit.counts, unit.rate, rest))
        };
        for (text, expected) in [
            ("套", Some(("", "套", true, "", ""))),
            ("万平方米", Some(("万", "平方米", false, "", ""))),
            ("亿元", Some(("亿", "元", false, "", ""))),
            ("万", Some(("万", "", false, "", ""))),
            ("万元/户，", Some(("万", "元", false, "/户", "，"))),
            ("个小区", Some(("", "个", true, "", "小区"))),
            ("千米", Some(("", "千米", false, "", ""))),
            ("年", None),
            ("", None),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        for (text, counts) in
            [("套、间", true), ("套（间）", true), ("万套", false), ("元/户", false), ("", false)]
        {
            assert_eq!(is_count(text), counts, "{text}");
        }
        assert!(
            ["m³/亩", "元/500克", "L/(床·d)", "m³/(MW·h)", "套"].into_iter().all(is_unit_of_row)
        );
        assert!(["南昌市/九江市", "/亩", "合计"].into_iter().all(|text| !is_unit_of_row(text)));
        assert!(is_unit("套、间") && is_unit("万元/户") && !is_unit("南昌市") && !is_unit("万"));
    }

    #[test]
    fn each_unit_is_known_by_its_beginning() {
        let multipliers = MULTIPLIERS.iter().map(|(word, _)| word);
        for word in COUNTED.iter().chain(MEASURED).chain(multipliers) {
            assert!(unit_at_start(word).is_some(), "{word}");
        }
    }

    #[test]
    fn longer_words_stand_before_those_they_begin_with() {
        for words in [COUNTED, MEASURED] {
            for (at, word) in words.iter().enumerate() {
                let hidden = words[..at].iter().find(|earlier| word.starts_with(**earlier));
                assert_eq!(hidden, None, "hides {word}");
            }
        }
    }
}
