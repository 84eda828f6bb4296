//! Which format a conversion writes, by the flag and by the ending of the output, and what can't go together.

use crate::cli::args::{Convert, Format};
use crate::diag::Wording;
use crate::name::RelativeName;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Endings of files and the format that each stands for.
const ENDINGS: &[(&str, Format)] = &[
    ("json", Format::Json),
    ("ndjson", Format::Facts),
    ("jsonl", Format::Facts),
    ("csv", Format::Csv),
    ("txt", Format::Text),
    ("zip", Format::Datapackage),
    #[cfg(feature = "parquet")]
    ("parquet", Format::Parquet),
    #[cfg(feature = "xlsx")]
    ("xlsx", Format::Xlsx),
];

/// Endings of notices that no format has.
const NOTICES: &[&str] = &[
    "pdf", "doc", "docx", "wps", "xls", "et", "ods", "odt", "ofd", "html", "htm", "mht", "mhtml",
    "png", "jpg", "jpeg", "tif", "tiff",
];

/// What to refuse, and what to do instead.
pub type Refusal = (Wording, Wording);

/// The format that is asked for.
///
/// # Errors
/// If flags contradict each other, or the ending of the output.
pub fn wanted(args: &Convert) -> Result<Format, Refusal> {
    let file = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = by_ending(file, args.format)?;
    let several = args.inputs.len() > 1 && !args.one_notice;
    if several && args.out.is_none() {
        return Err((
            Wording::new("several inputs need a folder", "多个输入需要一个输出文件夹"),
            Wording::new(
                "give it with --out DIR; if they are one notice, say --one-notice",
                "请用 --out DIR 指定；如果它们是同一份通知，请用 --one-notice",
            ),
        ));
    }
    if args.corrections.is_some() && several {
        return Err((
            Wording::new("corrections are of one notice", "更正只针对一份通知"),
            Wording::new("convert the corrected notice alone", "请单独转换这份通知"),
        ));
    }
    if args.bom && format != Format::Csv {
        return Err((
            Wording::new("--bom goes with --format csv alone", "--bom 只能与 --format csv 同用"),
            Wording::new("leave out --bom, or ask for CSV", "请去掉 --bom，或改用 CSV"),
        ));
    }
    if format == Format::Datapackage && file.is_none() && args.out.is_none() {
        return Err((
            Wording::new("a data package is a folder or a .zip file", "数据包是文件夹或 .zip 文件"),
            Wording::new("give it a name with --output", "请用 --output 指定名称"),
        ));
    }
    let as_printed = matches!(format, Format::Text | Format::Tables);
    if args.corrections.is_some() && as_printed {
        return Err((
            Wording::new(
                "--corrections goes with formats that read a notice; text and tables are as printed",
                "--corrections 只能用于解读通知的格式，text 和 tables 保持原样",
            ),
            Wording::new("choose another --format", "请换一种 --format"),
        ));
    }
    if args.deny.is_some() && as_printed {
        return Err((
            Wording::new(
                "--deny findings goes with formats that read a notice; text and tables do not",
                "--deny findings 只能用于解读通知的格式，text 和 tables 不解读通知",
            ),
            Wording::new("choose another --format", "请换一种 --format"),
        ));
    }
    Ok(format)
}

/// The format of a file with this name, where the flag agrees.
fn by_ending(file: Option<&Path>, typed: Option<Format>) -> Result<Format, Refusal> {
    let ending = file.and_then(Path::extension).map(|e| e.to_string_lossy().to_lowercase());
    let ending = ending.as_deref().unwrap_or_default();
    let meant = ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, format)| *format);
    match (typed, meant) {
        (Some(typed), Some(meant)) if typed != meant && !are_alike(typed, meant) => Err((
            Wording::new(
                format!("--format {} does not match the extension .{ending}", name(typed)),
                format!("--format {} 与扩展名 .{ending} 不一致", name(typed)),
            ),
            Wording::new(
                "leave out --format, or change the extension",
                "请去掉 --format，或改扩展名",
            ),
        )),
        // What notices come in is none of the formats, and may be a notice.
        (Some(typed), None) if NOTICES.contains(&ending) => Err((
            Wording::new(
                format!("--format {} does not match the extension .{ending}", name(typed)),
                format!("--format {} 与扩展名 .{ending} 不一致", name(typed)),
            ),
            Wording::new("change the extension", "请改扩展名"),
        )),
        // JSON under a name that says something else would be opened by what can't read it.
        (None, None) if !ending.is_empty() => Err((
            Wording::new(
                format!("no format has the extension .{ending}"),
                format!("没有扩展名为 .{ending} 的格式"),
            ),
            match ending {
                "html" | "htm" => Wording::new(
                    "`fubiao review` makes an HTML page",
                    "生成网页请用 `fubiao review`",
                ),
                "xls" | "et" | "ods" => Wording::new("use .xlsx", "请用 .xlsx"),
                "tsv" => Wording::new("use .csv", "请用 .csv"),
                _ => Wording::new(
                    "use .json, .ndjson, .csv, .parquet, .xlsx, .zip or .txt, or say --format",
                    "请用 .json、.ndjson、.csv、.parquet、.xlsx、.zip 或 .txt，或用 --format 指定",
                ),
            },
        )),
        (typed, meant) => Ok(typed.or(meant).unwrap_or(Format::Json)),
    }
}

/// Whether two formats share an ending: tables as printed are JSON too.
fn are_alike(typed: Format, meant: Format) -> bool {
    matches!((typed, meant), (Format::Tables, Format::Json))
}

/// The format as it is typed.
fn name(format: Format) -> String {
    use clap::ValueEnum;
    format.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
}

/// Names for the results of several inputs: the input's own, with the ending of the format, and a number where
/// two would bear one.
pub fn names(inputs: &[PathBuf], format: Format) -> Vec<(&Path, RelativeName)> {
    let ending = match format {
        Format::Tables => "tables.json",
        _ => ENDINGS.iter().find(|(_, of)| *of == format).map_or("json", |(ending, _)| ending),
    };
    let mut taken = BTreeSet::new();
    let name = |input: &PathBuf| {
        let stem = match input.file_stem() {
            Some(stem) if input != Path::new("-") => stem.to_string_lossy().into_owned(),
            _ => "notice".to_owned(),
        };
        let numbered = (2..).map(|n| format!("{stem}-{n}.{ending}"));
        // What is no name that every file system takes is called by what it is.
        let names = std::iter::once(format!("{stem}.{ending}")).chain(numbered);
        let others = (1..).map(|n| format!("notice-{n}.{ending}"));
        let mut names =
            names.take(inputs.len()).chain(others).filter_map(|n| RelativeName::new(n).ok());
        names.find(|name| taken.insert(name.folded())).expect("there are more numbers than inputs")
    };
    let names: Vec<RelativeName> = inputs.iter().map(name).collect();
    inputs.iter().map(PathBuf::as_path).zip(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_chooses_the_format_and_contradictions_are_refused() {
        let of = |file: &str, typed| {
            by_ending(Some(Path::new(file)), typed).map_err(|(what, _)| what.en)
        };
        assert_eq!(of("a.csv", None), Ok(Format::Csv));
        assert_eq!(of("a.NDJSON", None), Ok(Format::Facts));
        assert_eq!(of("a.zip", None), Ok(Format::Datapackage));
        assert_eq!(of("a", None), Ok(Format::Json));
        assert_eq!(of("a.out", Some(Format::Csv)), Ok(Format::Csv));
        assert_eq!(of("a.json", Some(Format::Tables)), Ok(Format::Tables));
        assert_eq!(of("package.v1", Some(Format::Datapackage)), Ok(Format::Datapackage));
        let refused = of("a.csv", Some(Format::Json)).unwrap_err();
        assert_eq!(refused, "--format json does not match the extension .csv");
        let refused = of("a.PDF", Some(Format::Json)).unwrap_err();
        assert_eq!(refused, "--format json does not match the extension .pdf");
        assert_eq!(of("a.html", None).unwrap_err(), "no format has the extension .html");
        assert_eq!(of("a.yaml", None).unwrap_err(), "no format has the extension .yaml");
    }

    #[test]
    fn results_of_several_inputs_bear_their_names() {
        let inputs = ["a/x.pdf", "b/X.pdf", "-", "y.tar.pdf"].map(PathBuf::from);
        let names = names(&inputs, Format::Facts).into_iter().map(|(_, name)| name.to_string());
        let names: Vec<String> = names.collect();
        assert_eq!(names, ["x.ndjson", "X-2.ndjson", "notice.ndjson", "y.tar.ndjson"]);
    }
}
