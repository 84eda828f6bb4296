//! The help of the command and clap's own errors in Chinese: the same verbs and flags, in the words of the glossary.
//! What has no entry here stays English, and a test says so.

use crate::cli::args::{Args, Lang, answered};
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, Command, CommandFactory, FromArgMatches};
use std::error::Error as _;
use std::ffi::OsString;

/// What is typed, read with help and errors in Chinese. A mistyped command ends in here, with 2.
pub fn parse(words: impl Iterator<Item = OsString>) -> Args {
    let matches = command().try_get_matches_from(words);
    matches
        .and_then(|matches| Args::from_arg_matches(&matches))
        .unwrap_or_else(|error| fail(&error))
}

/// The whole command with its help in Chinese.
pub fn command() -> Command {
    let mut command = Args::command();
    // What clap adds on its own, such as --help, is there only then.
    command.build();
    translated(command)
}

/// Says what is mistyped and ends; help and version, which clap answers in the same way, go to standard output.
fn fail(error: &Error) -> ! {
    match said(error) {
        None => answered(error, Lang::Zh),
        Some(what) => {
            eprintln!("错误: {what}\n  查看用法：fubiao --help，或 fubiao 命令 --help");
            std::process::exit(error.exit_code())
        }
    }
}

/// What is wrong, in Chinese; `None` where it is no error, or one of a kind that has no words here.
fn said(error: &Error) -> Option<String> {
    let of = |kind| error.get(kind).map(words);
    let argument = of(ContextKind::InvalidArg);
    let mut what = match error.kind() {
        ErrorKind::UnknownArgument => format!("无法识别参数“{}”", argument?),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令“{}”", of(ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{}", argument?),
        ErrorKind::InvalidValue => match of(ContextKind::InvalidValue).filter(|v| !v.is_empty()) {
            Some(value) => format!("“{}”的值“{value}”无效", argument?),
            None => format!("“{}”后面缺少值", argument?),
        },
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            let why = find(EXPECTED, &why).unwrap_or("，应为整数");
            format!("“{}”的值“{}”无效{why}", argument?, of(ContextKind::InvalidValue)?)
        }
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) => format!("“{}”不能与“{prior}”同用", argument?),
            None => format!("“{}”不能重复使用", argument?),
        },
        ErrorKind::TooManyValues => format!("“{}”的值过多", argument?),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("“{}”的值的个数不对", argument?)
        }
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8".to_owned(),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        _ => return None,
    };
    if let Some(valid) = of(ContextKind::ValidValue).filter(|valid| !valid.is_empty()) {
        what += &format!("，可用的值：{valid}");
    }
    let suggested =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(meant) = suggested.into_iter().find_map(of) {
        what += &format!("；是否想用“{meant}”？");
    }
    Some(what)
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join("、"),
        other => other.to_string(),
    }
}

/// What a value should be, by how it is said in English; whatever else is refused is no whole number.
const EXPECTED: &[(&str, &str)] = &[
    ("expected seconds from 0.01 to 86400", "，应为 0.01 至 86400 之间的秒数"),
    ("expected MiB, a whole number from 64", "，应为不小于 64 的整数（MiB）"),
    ("expected a whole number from 1", "，应为不小于 1 的整数"),
    ("expected I/N with I from 1 to N, such as 2/3", "，应为 I/N，其中 I 从 1 到 N，例如 2/3"),
    ("expected a page such as 3, or pages such as 3-9", "，应为一页（如 3）或几页（如 3-9）"),
];

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

fn translated(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let about = find(VERBS, &name).map(str::to_owned);
    let after = command.get_after_help().map(|after| after_help(&name, &after.to_string()));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[选项]");
    let mut command = command
        .override_usage(usage)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|arg| translated_arg(&name, arg))
        .mut_subcommands(translated);
    if let Some(about) = about {
        command = command.about(about);
    }
    match after {
        Some(after) => command.after_help(after),
        None => command,
    }
}

fn translated_arg(verb: &str, arg: Arg) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    let heading = match (arg.is_positional(), arg.get_help_heading()) {
        (true, _) => "参数",
        (_, Some("Limits")) => "限制",
        _ => "选项",
    };
    let Some(help) = find(FLAGS, &format!("{verb}.{id}")).or_else(|| find(FLAGS, &id)) else {
        return arg.help_heading(heading);
    };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    let has_default = arg.get_action().takes_values() && !arg.is_hide_default_value_set();
    let help = match has_default && !defaults.is_empty() {
        true => format!("{help}［默认：{}］", defaults.join(",")),
        false => help.to_owned(),
    };
    arg.help(help)
        .long_help(None::<&str>)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// Examples stay, under a Chinese heading; what is said besides has its own words.
fn after_help(verb: &str, english: &str) -> String {
    let blocks = english.split("\n\n").filter(|block| block.trim_start().starts_with("Example"));
    let examples = blocks.map(|block| {
        let (_, rest) = block.split_once(':').unwrap_or(("", block));
        format!("示例：{rest}")
    });
    let said = find(AFTER, verb).map(str::to_owned);
    said.into_iter().chain(examples).collect::<Vec<_>>().join("\n\n")
}

fn find(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}

/// What each verb does.
const VERBS: &[(&str, &str)] = &[
    ("fubiao", "把中文公文通知及其附表转换为可信的结构化数据"),
    ("convert", "把通知转换为 JSON、Excel、CSV 或 Parquet"),
    ("check", "核对通知自身的数字，列出不一致之处"),
    ("review", "生成审核页：原文页面与表格并列，标出疑点"),
    ("serve", "在浏览器中打开页面，读取、审核和下载通知；内容不离开本机"),
    ("validate", "按 JSON Schema 验证结果"),
    ("schema", "输出 JSON Schema"),
    ("inspect", "显示某一处理阶段的结果"),
    ("explain", "解释提示中的代码"),
    ("models", "安装识别扫描件和照片的模型，只需一次（27 MB，来自 Python 软件包索引）"),
    ("completions", "输出命令行补全脚本"),
    ("man", "写出手册页，每个命令一页"),
    ("batch", "转换一批通知；中断后可继续"),
    ("report", "比较多份结果的数字：按年份、地区和项目，附目标完成率和疑点"),
    ("diff", "逐格比较两个结果或两个结果文件夹"),
    ("accept", "采用新结果，替换原结果"),
    ("merge", "合并几台机器分别完成的各部分"),
    ("worker", "供 fubiao batch 使用的读取进程"),
    ("help", "显示帮助，或某个命令的帮助"),
];

/// What is said below the flags of a verb.
const AFTER: &[(&str, &str)] = &[
    (
        "fubiao",
        "退出状态：0 完成；1 完成，但用了 --deny findings 且有问题，或结果无效；2 用法有误，或指定的位置无法写入；3 有输入无法读取，或磁盘已满；130 已中断。",
    ),
    (
        "check",
        "同一机关相邻年份的通知会互相核对：今年完成的是否与去年开工的一致；同一通知的两次印发也会核对。",
    ),
    (
        "review",
        "用浏览器打开文件即可，不需要其他东西。在页面上作的更正存为文件，供 fubiao convert --corrections 使用。\n输入为文件夹时输出也是文件夹：index.html 列出各通知的疑点，更正文件供 fubiao batch --corrections 使用。",
    ),
    (
        "models",
        "模型存放在 FUBIAO_MODELS 指定的文件夹，或用户缓存中的 fubiao/models，并按 SHA-256 核对。其他命令都不联网。",
    ),
    ("batch", "中断的运行可以接着做；是否已完成按内容判断，不看日期。"),
    ("report", "报告是一个文件，不加载任何外部内容。改名的地区前后相连；不作加总，不换算单位。"),
    ("diff", "退出状态：0 相同；1 有差异；3 有一个无法读取。"),
    ("serve", "显示的网址中含有密钥：知道网址的人可以使用该页面，但只限本机。"),
];

/// What each flag means; `verb.flag` where a verb has its own words.
const FLAGS: &[(&str, &str)] = &[
    ("help", "显示帮助"),
    ("version", "显示版本"),
    ("subcommand", "要显示帮助的命令"),
    ("quiet", "只输出错误"),
    ("verbose", "同时输出说明、修复、涉及的行和全部可疑单元格"),
    ("lang", "提示的语言：zh 或 en；结果不受影响［默认：依 LC_ALL、LC_MESSAGES、LANG］"),
    (
        "messages",
        "提示的长度：short 每条一行，full 附原文的行［默认：每条两行，--verbose 时为 full］",
    ),
    (
        "inputs",
        "通知（PDF、Word、Excel、WPS、OFD、HTML、ZIP、文本）、以前的结果，或 - 表示标准输入；按内容识别",
    ),
    ("output", "结果写到何处；扩展名决定格式［默认：标准输出］"),
    ("convert.out", "多个输入的结果所在文件夹，每个输入一个文件"),
    ("one_notice", "把全部输入或文件夹中的文件作为一份通知：正文及其附件"),
    (
        "convert.format",
        "结果的格式：json、facts（每行一格）、tables 和 text（原样的表格和文字）、csv、parquet、xlsx、datapackage［默认：按 --output 的扩展名，否则 json］",
    ),
    ("convert.corrections", "审核页保存的更正文件：采用并记录"),
    ("review.one_notice", "把文件夹中的文件作为一份通知：正文及其附件"),
    ("deny", "findings：有问题时以状态 1 退出"),
    ("bom", "CSV 以字节顺序标记开头，便于 Excel 识别"),
    ("timings", "在标准错误上显示各阶段用时"),
    ("password_file", "首行为加密 PDF 密码的文件；也可设置 FUBIAO_PASSWORD"),
    ("password", "密码本身；本机其他用户可能看到"),
    ("max_input_bytes", "输入的大小（字节）"),
    ("max_stream_bytes", "PDF 中单个流解压后的大小（字节）"),
    ("max_decoded_bytes", "PDF 中读取的全部流解压后的大小（字节）"),
    ("max_objects", "PDF 的对象数"),
    ("max_nesting", "页面上表单的嵌套层数，最多 200"),
    ("max_depth", "HTML 或 XML 元素的嵌套层数"),
    ("max_entries", "压缩包或压缩格式文档中的文件数"),
    ("max_pages", "PDF 的页数、工作簿的工作表数或文本的换页数"),
    ("max_glyphs", "全部页面的字符数"),
    ("max_page_glyphs", "一页的字符数"),
    ("max_page_rules", "一页的表格线数"),
    ("max_table_cells", "一页中一张表的单元格数"),
    ("max_page_pixels", "图片页面的像素数"),
    ("max_time", "读取一份通知的时间（秒）［默认：7 秒，每 MiB 另加半秒］"),
    ("max_memory", "整个命令可用的内存（MiB）"),
    ("check.inputs", "通知、以前的结果、它们所在的文件夹，或 - 表示标准输入"),
    ("input", "通知，或 - 表示标准输入"),
    ("review.input", "通知、以前的结果、它们所在的文件夹，或 - 表示标准输入"),
    ("review.output", "审核页写到何处；输入为文件夹时为文件夹［默认：标准输出］"),
    ("pages", "需要图片的 PDF 页，例如 3-9［默认：全部，直到文件写满］"),
    ("files", "JSON 结果，或 - 表示标准输入"),
    ("of", "描述对象：notice 结果，corrections 更正文件"),
    ("until", "停在哪个阶段之后：extract、normalize、segment、repair、typing、check"),
    ("svg", "把每页的线条、单元格和表格画到此文件夹，文件名为 page-0001.svg 等"),
    ("code", "提示末尾方括号中的代码；不给则列出全部"),
    ("from", "从这个 wheel 文件或文件夹取模型，不用 pip 或 uv 下载"),
    ("models.check", "只说明模型在何处、是否正确，不安装"),
    ("shell", "命令行环境：bash、elvish、fish、powershell、zsh"),
    ("man.folder", "写到哪个文件夹"),
    ("batch.one_notice", "每个给出的文件夹是一份通知（正文及其附件）；给出的几个文件合为一份"),
    ("batch.inputs", "文件、文件夹、通配符，或 - 表示从标准输入读取文件列表，每行一个"),
    ("out", "结果文件夹"),
    ("jobs", "同时读取的通知数［默认：每核一份］"),
    ("resume", "接着以前的运行继续（默认如此）"),
    ("fresh", "全部重新读取"),
    ("only_failed", "只读取以前失败的"),
    ("keep", "以前的结果在本次没有原件的，仍计入汇总"),
    ("prune", "以前的结果在本次没有原件的，予以删除"),
    ("batch.corrections", "采用审核人保存的更正：更正文件所在的文件夹，按通知内容的哈希对应"),
    (
        "format",
        "除每份通知的 JSON 外还生成什么，以逗号分隔：json、facts、csv、parquet、xlsx、datapackage",
    ),
    (
        "partition",
        "plan_year：按年份拆分 facts.parquet，写成 facts/plan_year=2023/part-0.parquet；没有年份的归入 0",
    ),
    ("timeout", "读取一份通知的时间（秒）"),
    ("memory", "读取一份通知可用的内存（MiB）"),
    ("no_isolate", "在本进程中读取：稍快，但崩溃会中止运行"),
    ("shard", "只做第 I 份，共 N 份，按内容划分；用 fubiao merge 合并"),
    ("serve.folder", "保存一切内容的文件夹：通知、结果和更正"),
    ("open", "在浏览器中打开页面"),
    ("port", "监听的端口［默认：任一空闲端口］"),
    ("parts", "fubiao batch --shard 写出的文件夹"),
    ("results", "fubiao batch 写出的结果文件夹，或单个结果"),
    ("report.output", "报告写到何处：.html，或供 Excel 使用的 .xlsx"),
    ("old", "结果或结果文件夹"),
    ("new", "另一个结果或结果文件夹"),
    ("diff.format", "比较结果的格式：text 供人阅读，json 供程序使用"),
    ("diff.accept", "采用新结果，替换原结果"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_flag_has_chinese_help() {
        let has_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let mut missing = Vec::new();
        let whole = command();
        let verbs = whole.get_subcommands().filter(|verb| !verb.is_hide_set());
        for verb in verbs.chain([&whole]) {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            if !has_chinese(&about) {
                missing.push(verb.get_name().to_owned());
            }
            for arg in verb.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                if !has_chinese(&help) {
                    missing.push(format!("{}.{}", verb.get_name(), arg.get_id()));
                }
            }
            let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            if after.contains("Example") || (!after.is_empty() && !has_chinese(&after)) {
                missing.push(format!("{}: {after}", verb.get_name()));
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[cfg(feature = "review")]
    #[test]
    fn every_reason_why_a_value_is_refused_is_said_in_chinese() {
        for typed in [
            "fubiao batch x --out y --jobs 0",
            "fubiao batch x --out y --shard 0/3",
            "fubiao convert x --max-time x",
            "fubiao convert x --max-memory 63",
            "fubiao review x --pages 3-1",
        ] {
            let error = Args::command().try_get_matches_from(typed.split(' ')).unwrap_err();
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            assert!(find(EXPECTED, &why).is_some(), "{typed}: {why}");
        }
    }

    #[test]
    fn what_is_mistyped_is_said_in_chinese() {
        let said = |typed: &str| {
            let words = typed.split(' ').map(OsString::from);
            said(&command().try_get_matches_from(words).unwrap_err()).unwrap_or_default()
        };
        for (typed, expected) in [
            ("fubiao convert --frmat csv x.pdf", "无法识别参数“--frmat”；是否想用“--format”？"),
            ("fubiao convrt x.pdf", "没有命令“convrt”；是否想用“convert”？"),
            ("fubiao convert", "缺少必需的参数：<INPUTS>..."),
            (
                "fubiao convert x --format doc",
                "“--format <FORMAT>”的值“doc”无效，可用的值：json、facts",
            ),
            ("fubiao convert x -q -v", "“--quiet”不能与“--verbose”同用"),
            ("fubiao batch x --out y --jobs 0", "“--jobs <N>”的值“0”无效，应为不小于 1 的整数"),
            ("fubiao batch x --out y --shard 4/3", "“--shard <I/N>”的值“4/3”无效，应为 I/N"),
            (
                "fubiao convert x --max-time 0",
                "“--max-time <SECONDS>”的值“0”无效，应为 0.01 至 86400",
            ),
            ("fubiao convert x --max-memory 1", "“--max-memory <MIB>”的值“1”无效，应为不小于 64"),
            ("fubiao convert x --max-pages x", "“--max-pages <COUNT>”的值“x”无效，应为整数"),
        ] {
            let text = said(typed);
            assert!(text.starts_with(expected), "{typed}: {text}");
        }
        assert_eq!(said("fubiao --help"), "", "help is no error");
    }
}
