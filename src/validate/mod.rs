//! JSON in, verdict out: knows the schema and JSON, not the model. A second opinion on a result,
//! not an echo of the code that wrote it.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

/// The schema of results (JSON Schema, draft 2020-12), as it stands in the repository.
pub const SCHEMA: &str = include_str!("../../schemas/notice.v1.schema.json");

/// The schema of files of corrections, as it stands in the repository.
pub const CORRECTIONS_SCHEMA: &str = include_str!("../../schemas/corrections.v1.schema.json");

/// What the schema says of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What breaks the schema, in the order of the text; empty for a valid one.
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// Whether nothing breaks the schema.
    pub fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }
}

/// One breach of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole text, and for text that is no JSON.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
}

/// Holds JSON against the schema. Building one costs more than using it: keep it for many texts.
#[derive(Debug)]
pub struct Judge {
    validator: Validator,
}

impl Default for Judge {
    fn default() -> Judge {
        Judge::new()
    }
}

impl Judge {
    /// A judge who knows the schema of results.
    pub fn new() -> Judge {
        Judge::of(SCHEMA)
    }

    /// A judge who knows the schema of files of corrections.
    pub fn of_corrections() -> Judge {
        Judge::of(CORRECTIONS_SCHEMA)
    }

    /// A judge who knows one of the schemas in the repository.
    fn of(schema: &str) -> Judge {
        let schema: Value =
            serde_json::from_str(schema).expect("the schema in the repository is JSON");
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("the schema in the repository is a schema");
        Judge { validator }
    }

    /// What the schema says of these bytes.
    pub fn judge(&self, bytes: &[u8]) -> Verdict {
        match serde_json::from_slice(bytes) {
            Ok(json) => self.judge_json(&json),
            Err(e) => {
                let violation = Violation { path: String::new(), message: format!("no JSON: {e}") };
                Verdict { violations: vec![violation] }
            }
        }
    }

    /// What the schema says of this JSON.
    pub fn judge_json(&self, json: &Value) -> Verdict {
        let mut violations = Vec::new();
        for error in self.validator.iter_errors(json) {
            explain(&error, &mut violations);
        }
        Verdict { violations }
    }
}

/// Says what is wrong where it is wrong. "Not valid under any of the schemas" helps nobody: of the
/// alternatives, the one that the JSON followed furthest down is the one its author meant.
fn explain(error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
    let alternatives = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            context.as_slice()
        }
        _ => &[],
    };
    let depth = |errors: &Vec<ValidationError<'_>>| {
        errors.iter().map(|e| e.instance_path().as_str().matches('/').count()).max().unwrap_or(0)
    };
    let here = error.instance_path().as_str().matches('/').count();
    match alternatives.iter().max_by_key(|errors| depth(errors)) {
        Some(meant) if depth(meant) > here => {
            meant.iter().for_each(|e| explain(e, violations));
        }
        _ => violations.push(Violation {
            path: error.instance_path().as_str().to_owned(),
            message: message(error),
        }),
    }
}

/// The message, without the whole instance in it when that is large.
fn message(error: &ValidationError<'_>) -> String {
    let full = error.to_string();
    if full.chars().count() <= 200 { full } else { error.masked().to_string() }
}
