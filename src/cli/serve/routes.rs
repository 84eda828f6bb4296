//! What can be asked, all of it below the token.

use super::Office;
use super::guard::{Guard, watch};
use super::shelf::{Id, Part};
use crate::archive::disk;
use crate::diag::Wording;
use crate::emit::record::NoticeRecord;
#[cfg(feature = "xlsx")]
use crate::emit::xlsx;
use crate::emit::{csv, facts, json};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{delete, get, post, put};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The most bytes of what a reviewer says of one notice.
const LARGEST_SAID: usize = 16 << 20;

type Shared = State<Arc<Office>>;

/// All routes, each watched by the guard.
pub fn routes(office: Arc<Office>, guard: Guard) -> Router {
    let root = guard.root();
    let at = |path: &str| format!("{root}{path}");
    let to = at("/");
    Router::new()
        .route(&at("/"), get(page))
        // An address copied without its last character leads there too.
        .route(&root, get(|| async move { Redirect::to(&to) }))
        .route(&at("/state"), get(state))
        .route(&at("/files"), put(upload))
        .route(&at("/files/{id}"), delete(remove))
        .route(&at("/files/{id}/again"), post(again))
        .route(&at("/files/{id}/review"), get(review))
        .route(&at("/files/{id}/draft"), get(draft).put(keep_draft))
        .route(&at("/files/{id}/corrections"), post(correct))
        .route(&at("/files/{id}/as/{form}"), get(download))
        .layer(DefaultBodyLimit::max(LARGEST_SAID))
        .with_state(office)
        .layer(from_fn(move |request, next| watch(guard.clone(), request, next)))
}

/// A fault in words that the page shows.
struct Fault(StatusCode, String);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::NotFound => Fault(StatusCode::NOT_FOUND, String::new()),
            _ => Fault::told(StatusCode::INTERNAL_SERVER_ERROR, &disk::what(&error)),
        }
    }
}

impl Fault {
    /// A fault in both languages: the page may be in either.
    fn told(status: StatusCode, Wording { en, zh }: &Wording) -> Fault {
        Fault(status, if en == zh { en.clone() } else { format!("{zh} / {en}") })
    }
}

fn id_of(text: &str) -> Result<Id, Fault> {
    Id::parse(text).ok_or(Fault(StatusCode::NOT_FOUND, String::new()))
}

async fn page(State(office): Shared) -> Response {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let html = PAGE
        .replace("{{lang}}", office.lang.unwrap_or_default())
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT);
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

async fn state(State(office): Shared) -> Response {
    let notices: Vec<_> = office.shelf.all().iter().map(|id| office.shelf.describe(id)).collect();
    as_json(json!({"notices": notices, "largest": office.largest}).to_string())
}

fn as_json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Takes a file as it comes, no more of it than may be, onto the disk and never into memory.
async fn upload(
    State(office): Shared,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Response, Fault> {
    let too_large = || {
        let mib = office.largest >> 20;
        let what = Wording::new(format!("larger than {mib} MiB"), format!("文件超过 {mib} MiB"));
        Fault::told(StatusCode::PAYLOAD_TOO_LARGE, &what)
    };
    let promised = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if promised.is_some_and(|promised: u64| promised > office.largest) {
        return Err(too_large());
    }
    let mut arriving = office.shelf.arriving()?;
    let (mut hasher, mut length) = (Sha256::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Fault(StatusCode::BAD_REQUEST, e.to_string()))?;
        let Some(piece) = frame.data_ref() else { continue };
        length += piece.len() as u64;
        if length > office.largest {
            return Err(too_large());
        }
        hasher.update(piece);
        arriving.write_all(piece)?;
    }
    let hash: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let id = id_of(&hash)?;
    let is_new = office.shelf.read(&id, Part::About).is_err();
    office.shelf.take_in(&id, asked.get("name").map_or("", String::as_str), arriving)?;
    if is_new {
        office.desk.read(id);
    }
    Ok((StatusCode::CREATED, as_json(json!({"id": hash}).to_string())).into_response())
}

async fn remove(State(office): Shared, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    office.shelf.remove(&id_of(&id)?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a notice read again that could not be.
async fn again(State(office): Shared, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    let id = id_of(&id)?;
    office.shelf.forget_failure(&id)?;
    office.desk.read(id);
    Ok(StatusCode::NO_CONTENT)
}

async fn review(State(office): Shared, Path(id): Path<String>) -> Result<Response, Fault> {
    let html = office.shelf.read(&id_of(&id)?, Part::Review)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

async fn draft(State(office): Shared, Path(id): Path<String>) -> Result<Response, Fault> {
    let bytes = office.shelf.read(&id_of(&id)?, Part::Draft)?;
    Ok(as_json(String::from_utf8_lossy(&bytes).into_owned()))
}

async fn keep_draft(
    State(office): Shared,
    Path(id): Path<String>,
    said: String,
) -> Result<StatusCode, Fault> {
    let is_json = serde_json::from_str::<serde_json::Value>(&said).is_ok_and(|v| v.is_object());
    if !is_json {
        return Err(Fault(StatusCode::BAD_REQUEST, "no JSON".to_owned()));
    }
    office.shelf.write(&id_of(&id)?, Part::Draft, said.as_bytes())?;
    Ok(StatusCode::NO_CONTENT)
}

async fn correct(
    State(office): Shared,
    Path(id): Path<String>,
    said: String,
) -> Result<StatusCode, Fault> {
    let correct = office.shelf.correct(&id_of(&id)?, said.as_bytes());
    correct.map_err(|what| Fault::told(StatusCode::UNPROCESSABLE_ENTITY, &what))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The result in a form that a person keeps.
async fn download(
    State(office): Shared,
    Path((id, form)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let none = || Fault(StatusCode::NOT_FOUND, String::new());
    let form = FORMS.iter().find(|known| known.ending == form).ok_or_else(none)?;
    let gone = |what| Fault::told(StatusCode::NOT_FOUND, &what);
    let record = office.shelf.record(&id).map_err(gone)?;
    let mut bytes = Vec::new();
    (form.write)(&mut bytes, &record)?;
    let name = office.shelf.name(&id);
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let encoded: String = format!("{stem}.{}", form.ending)
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' => (byte as char).into(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    let headers = [
        (header::CONTENT_TYPE, form.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

/// A form of a result.
struct Form {
    ending: &'static str,
    media_type: &'static str,
    write: fn(&mut Vec<u8>, &NoticeRecord) -> io::Result<()>,
}

const FORMS: &[Form] = &[
    #[cfg(feature = "xlsx")]
    Form {
        ending: "xlsx",
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write: |out, record| xlsx::write(out, record),
    },
    Form {
        ending: "json",
        media_type: "application/json",
        write: |out, record| json::write(out, record),
    },
    Form {
        ending: "csv",
        media_type: "text/csv; charset=utf-8",
        write: |out, record| csv::write(out, record, csv::Mark::With),
    },
    Form {
        ending: "ndjson",
        media_type: "application/x-ndjson",
        write: |out, record| facts::write(out, record),
    },
];
