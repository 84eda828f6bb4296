//! JSON against one of our own schemas: the keywords of JSON Schema (draft 2020-12) that they use, no others.
//!
//! A validator for any schema brings 32 packages and a tenth of the build. What ours need is below; a keyword that
//! is not is refused when the schema is read, not passed over. The tests hold the answers against another
//! implementation's.

use super::Violation;
use crate::diag::Wording;
use jiff::civil::Date;
use regex_lite::Regex;
use serde_json::Value;
use std::collections::HashMap;

/// A schema, with what takes long done once.
#[derive(Debug)]
pub struct Schema {
    root: Value,
    /// Each `pattern`, as it stands in the schema.
    patterns: HashMap<String, Regex>,
}

/// Where a value stands: a key or index after those above it. Written out only where something is wrong.
#[derive(Clone, Copy)]
enum At<'a> {
    Top,
    Key(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl At<'_> {
    /// As a JSON Pointer (RFC 6901).
    fn pointer(&self) -> String {
        match self {
            At::Top => String::new(),
            At::Key(above, key) => {
                above.pointer() + "/" + &key.replace('~', "~0").replace('/', "~1")
            }
            At::Index(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

/// One breach, not yet in words.
struct Breach {
    /// The path of what is wrong.
    path: String,
    found: String,
    expected: Wording,
}

impl Breach {
    fn new(at: &At<'_>, json: &Value, expected: Wording) -> Breach {
        Breach { path: at.pointer(), found: shown(json), expected }
    }

    fn depth(&self) -> usize {
        self.path.matches('/').count()
    }
}

impl From<Breach> for Violation {
    fn from(Breach { path, found, expected: Wording { en, zh } }: Breach) -> Violation {
        let message = Wording::new(
            format!("found {found}, expected {en}"),
            format!("实际为 {found}，应为{zh}"),
        );
        Violation { path, message }
    }
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Panics
    /// If it is none, or holds a keyword that is not known here: both are faults of the repository.
    pub fn new(text: &str) -> Schema {
        let root = serde_json::from_str(text).expect("a schema in the repository is JSON");
        let mut patterns = HashMap::new();
        learn(&root, &mut patterns);
        Schema { root, patterns }
    }

    /// What in this JSON breaks the schema.
    pub fn violations(&self, json: &Value) -> Vec<Violation> {
        let mut breaches = Vec::new();
        self.judge(&self.root, json, At::Top, &mut breaches);
        breaches.into_iter().map(Violation::from).collect()
    }

    fn breaches(&self, rule: &Value, json: &Value, at: At<'_>) -> Vec<Breach> {
        let mut breaches = Vec::new();
        self.judge(rule, json, at, &mut breaches);
        breaches
    }

    /// Every keyword of a rule that speaks of values of this kind; the others hold.
    fn judge(&self, rule: &Value, json: &Value, at: At<'_>, breaches: &mut Vec<Breach>) {
        let expected = |en: String, zh: String| Breach::new(&at, json, Wording::new(en, zh));
        let Value::Object(rule) = rule else {
            if *rule == Value::Bool(false) {
                breaches.push(expected("nothing here".into(), "无此项".into()));
            }
            return;
        };
        for (keyword, wanted) in rule {
            match (keyword.as_str(), json) {
                ("$ref", _) => self.judge(self.definition(wanted), json, at, breaches),
                ("anyOf" | "oneOf", _) => {
                    self.alternatives(keyword, items(wanted), json, at, breaches);
                }
                ("if", _) => {
                    let holds = self.breaches(wanted, json, at).is_empty();
                    if let Some(then) = rule.get(if holds { "then" } else { "else" }) {
                        self.judge(then, json, at, breaches);
                    }
                }
                ("type", _) if !each(wanted).any(|kind| is_of(json, kind)) => {
                    breaches.push(Breach::new(&at, json, any(each(wanted).map(kind_name))));
                }
                ("enum" | "const", _) if !items(wanted).contains(json) => {
                    let words = items(wanted).iter().map(shown);
                    let words = words.map(|word| Wording::new(word.clone(), format!(" {word} ")));
                    breaches.push(Breach::new(&at, json, any(words)));
                }
                ("pattern", Value::String(text)) => {
                    let pattern = wanted.as_str().expect("seen when it was read");
                    if !self.patterns[pattern].is_match(text) {
                        let (en, zh) = ("a text that matches", "文本，格式须匹配");
                        breaches
                            .push(expected(format!("{en} {pattern}"), format!("{zh} {pattern}")));
                    }
                }
                ("format", Value::String(text)) => {
                    let (is_one, en, zh, example) = match wanted.as_str() {
                        Some("date") => (is_date(text), "a date", "日期", "2023-01-31"),
                        _ => (is_moment(text), "a moment", "时刻", "2023-01-31T09:00:00Z"),
                    };
                    if !is_one {
                        let (en, zh) = (format!("{en} such as"), format!("{zh}，例如"));
                        breaches
                            .push(expected(format!("{en} {example}"), format!("{zh} {example}")));
                    }
                }
                ("minLength", Value::String(text)) if text.chars().count() < count(wanted) => {
                    breaches.push(expected("a text that is not empty".into(), "非空文本".into()));
                }
                ("minimum", Value::Number(number)) if number.as_f64() < wanted.as_f64() => {
                    breaches
                        .push(expected(format!("{wanted} or more"), format!("不小于 {wanted}")));
                }
                ("maximum", Value::Number(number)) if number.as_f64() > wanted.as_f64() => {
                    breaches
                        .push(expected(format!("{wanted} or less"), format!("不大于 {wanted}")));
                }
                ("minItems", Value::Array(list)) if list.len() < count(wanted) => {
                    let (en, zh) = (format!("{wanted} items or more"), format!("至少 {wanted} 项"));
                    breaches.push(expected(en, zh));
                }
                ("maxItems", Value::Array(list)) if list.len() > count(wanted) => {
                    let (en, zh) =
                        (format!("{wanted} items or fewer"), format!("至多 {wanted} 项"));
                    breaches.push(expected(en, zh));
                }
                ("uniqueItems", Value::Array(list)) if *wanted == true && has_twins(list) => {
                    breaches.push(expected("no item twice".into(), "各项互不相同".into()));
                }
                ("items", Value::Array(list)) => {
                    for (index, item) in list.iter().enumerate() {
                        self.judge(wanted, item, At::Index(&at, index), breaches);
                    }
                }
                ("required", Value::Object(object)) => {
                    for key in each(wanted).filter(|key| !object.contains_key(*key)) {
                        breaches
                            .push(expected(format!("the key {key:?}"), format!("含有键 {key:?}")));
                    }
                }
                ("properties", Value::Object(object)) => {
                    let rules = wanted.as_object().expect("seen when it was read");
                    for (key, value) in object {
                        if let Some(rule) = rules.get(key) {
                            self.judge(rule, value, At::Key(&at, key), breaches);
                        }
                    }
                }
                ("additionalProperties", Value::Object(object)) => {
                    let known = rule.get("properties").and_then(Value::as_object);
                    let is_known = |key: &str| known.is_some_and(|known| known.contains_key(key));
                    for (key, value) in object.iter().filter(|(key, _)| !is_known(key)) {
                        match wanted {
                            Value::Bool(false) => {
                                let no_key = (format!("no key {key:?}"), format!("没有键 {key:?}"));
                                breaches.push(expected(no_key.0, no_key.1));
                            }
                            _ => self.judge(wanted, value, At::Key(&at, key), breaches),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Where `#/$defs/name` points.
    fn definition(&self, pointer: &Value) -> &Value {
        let pointer = pointer.as_str().and_then(|pointer| pointer.strip_prefix('#'));
        pointer.and_then(|pointer| self.root.pointer(pointer)).expect("seen when it was read")
    }

    /// "Not valid under any of the schemas" helps nobody: of the alternatives, the one that the JSON followed
    /// furthest down is the one its author meant.
    fn alternatives(
        &self,
        keyword: &str,
        rules: &[Value],
        json: &Value,
        at: At<'_>,
        breaches: &mut Vec<Breach>,
    ) {
        let answers = rules.iter().map(|rule| self.breaches(rule, json, at));
        let answers: Vec<Vec<Breach>> = answers.collect();
        match answers.iter().filter(|breaches| breaches.is_empty()).count() {
            0 => {}
            1 => return,
            _ if keyword == "anyOf" => return,
            _ => {
                let expected = Wording::new("one of several forms alone", "几种形式之一，不可并用");
                breaches.push(Breach::new(&at, json, expected));
                return;
            }
        }
        let depth = |of: &Vec<Breach>| of.iter().map(Breach::depth).max().unwrap_or_default();
        let here = at.pointer().matches('/').count();
        if let Some(deepest) = answers.iter().map(depth).max()
            && deepest > here
        {
            breaches
                .extend(answers.into_iter().find(|of| depth(of) == deepest).unwrap_or_default());
            return;
        }
        let expected = answers.into_iter().filter_map(|of| of.into_iter().next());
        breaches.push(Breach::new(&at, json, any(expected.map(|breach| breach.expected))));
    }
}

/// Whether an item stands twice.
fn has_twins(list: &[Value]) -> bool {
    list.iter().enumerate().any(|(index, item)| list[..index].contains(item))
}

/// Keywords with nothing in them to learn.
const PLAIN: &[&str] = &[
    "$schema",
    "$id",
    "title",
    "description",
    "type",
    "required",
    "minLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
];

/// Learns the patterns of a schema, and refuses what is not known here.
fn learn(rule: &Value, patterns: &mut HashMap<String, Regex>) {
    let Value::Object(rule) = rule else {
        assert!(rule.is_boolean(), "a schema is an object or a boolean, not {rule}");
        return;
    };
    for (keyword, wanted) in rule {
        match keyword.as_str() {
            // Numbers would be compared as they are written: 1 is 1.0 in a schema.
            "const" | "enum" => {
                assert!(items(wanted).iter().all(|w| !w.is_number()), "{wanted}");
            }
            "format" => {
                assert!(["date", "date-time"].contains(&wanted.as_str().unwrap_or_default()))
            }
            "$ref" => assert!(wanted.as_str().is_some_and(|to| to.starts_with("#/$defs/"))),
            "pattern" => {
                let pattern = wanted.as_str().expect("a pattern is a text");
                let regex = Regex::new(pattern).expect("a fixed pattern");
                patterns.insert(pattern.to_owned(), regex);
            }
            "properties" | "$defs" => {
                let rules = wanted.as_object().expect("schemas by name");
                rules.values().for_each(|rule| learn(rule, patterns));
            }
            "anyOf" | "oneOf" => items(wanted).iter().for_each(|rule| learn(rule, patterns)),
            "items" | "additionalProperties" | "if" | "then" | "else" => learn(wanted, patterns),
            other => assert!(PLAIN.contains(&other), "the keyword {other} is not known here"),
        }
    }
}

/// The items of a list, or the one value that stands for them.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The words of a list, or the one word that stands for them.
fn each(value: &Value) -> impl Iterator<Item = &str> {
    items(value).iter().filter_map(Value::as_str)
}

fn count(value: &Value) -> usize {
    value.as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count in a schema")
}

/// Any of what is expected.
fn any(expected: impl Iterator<Item = Wording>) -> Wording {
    let (en, zh): (Vec<_>, Vec<_>) = expected.map(|Wording { en, zh }| (en, zh)).unzip();
    Wording::new(en.join(" or "), zh.join("或"))
}

fn is_of(json: &Value, kind: &str) -> bool {
    match (json, kind) {
        (Value::Null, "null")
        | (Value::Bool(_), "boolean")
        | (Value::String(_), "string")
        | (Value::Array(_), "array")
        | (Value::Object(_), "object")
        | (Value::Number(_), "number") => true,
        // 1.0 is an integer too.
        (Value::Number(number), "integer") => number.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => false,
    }
}

fn kind_name(kind: &str) -> Wording {
    match kind {
        "string" => Wording::new("a text", "文本"),
        "integer" => Wording::new("a whole number", "整数"),
        "number" => Wording::new("a number", "数字"),
        "boolean" => Wording::new("true or false", " true 或 false"),
        "array" => Wording::new("a list", "列表"),
        "object" => Wording::new("an object", "对象"),
        _ => Wording::new("null", " null"),
    }
}

/// A value as messages show it: what is large or nested by its kind alone.
fn shown(json: &Value) -> String {
    match json {
        Value::Array(list) => format!("[…] ({})", list.len()),
        Value::Object(object) => format!("{{…}} ({})", object.len()),
        Value::String(text) if text.chars().count() > 80 => {
            Value::String(text.chars().take(80).chain(['…']).collect()).to_string()
        }
        _ => json.to_string(),
    }
}

/// A full date of RFC 3339.
fn is_date(text: &str) -> bool {
    let is_written = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10
        && text.bytes().enumerate().all(is_written)
        && text.parse::<Date>().is_ok_and(|date| date.year() >= 0)
}

/// A date and time of RFC 3339, whose 60th second stands at the end of a day in UTC alone.
fn is_moment(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let Some(time) = time.strip_prefix(['T', 't']) else { return false };
    let parts = time.find(['Z', 'z', '+', '-']).and_then(|at| time.split_at_checked(at));
    let Some((clock, zone)) = parts else { return false };
    let two = |text: &str| match text.as_bytes() {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i32::from(a - b'0') * 10 + i32::from(b - b'0')),
        _ => None,
    };
    let hour_and_minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let minutes = two(hour)? * 60 + two(minute).filter(|minute| *minute < 60)?;
        (minutes < 24 * 60).then_some(minutes)
    };
    let offset = match zone.as_bytes() {
        [b'Z' | b'z'] => Some(0),
        [b'+', ..] => hour_and_minute(&zone[1..]),
        [b'-', ..] => hour_and_minute(&zone[1..]).map(|minutes| -minutes),
        _ => None,
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let Some((clock, second)) = clock.rsplit_once(':') else { return false };
    let (Some(minutes), Some(second), Some(offset)) = (hour_and_minute(clock), two(second), offset)
    else {
        return false;
    };
    let is_last_of_day = (minutes - offset).rem_euclid(24 * 60) == 24 * 60 - 1;
    is_date(date)
        && fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()))
        && (second < 60 || second == 60 && is_last_of_day)
}
