//! JSON in, verdict out: knows the schema and JSON, not the model. A second opinion on a result,
//! not an echo of the code that wrote it.

mod rules;

use crate::diag::Wording;
use rules::Schema;
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
    pub message: Wording,
}

impl Violation {
    /// The path and the message on one line.
    pub fn line(&self) -> Wording {
        let Wording { en, zh } = &self.message;
        // What is wrong with all of it is at no place in it.
        let path = match self.path.as_str() {
            "" => return self.message.clone(),
            path => path,
        };
        Wording::new(format!("{path}: {en}"), format!("{path}：{zh}"))
    }
}

/// Validates JSON against a schema. Keep one for many texts: it reads its schema once.
#[derive(Debug)]
pub struct Judge {
    schema: Schema,
}

impl Default for Judge {
    fn default() -> Judge {
        Judge::new()
    }
}

impl Judge {
    /// A judge who knows the schema of results.
    pub fn new() -> Judge {
        Judge { schema: Schema::new(SCHEMA) }
    }

    /// A judge who knows the schema of files of corrections.
    pub fn of_corrections() -> Judge {
        Judge { schema: Schema::new(CORRECTIONS_SCHEMA) }
    }

    /// What the schema says of these bytes.
    pub fn judge(&self, bytes: &[u8]) -> Verdict {
        match serde_json::from_slice(bytes) {
            Ok(json) => self.judge_json(&json),
            Err(e) => {
                let message = Wording::new(format!("no JSON: {e}"), format!("不是 JSON：{e}"));
                Verdict { violations: vec![Violation { path: String::new(), message }] }
            }
        }
    }

    /// What the schema says of this JSON.
    pub fn judge_json(&self, json: &Value) -> Verdict {
        Verdict { violations: self.schema.violations(json) }
    }
}
