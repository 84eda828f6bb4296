//! Who may ask: only one who knows the address, from a page that this server itself sent.
//!
//! Other programs of the machine and other pages in the same browser reach the port too. They do not know the
//! token; a page elsewhere is told by its `Origin` and by `Sec-Fetch-Site`, a name that was made to point here by the
//! `Host` it asks for.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::io;

/// What a request is held against.
#[derive(Debug, Clone)]
pub struct Guard {
    hosts: [String; 2],
    token: String,
}

/// Bytes of the token: 2^128 are not guessed.
const TOKEN: usize = 16;

impl Guard {
    /// A guard with a new token, for a server at this port.
    pub fn new(port: u16) -> io::Result<Guard> {
        let mut bytes = [0; TOKEN];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Guard { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")], token })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("http://{}/{}/", self.hosts[0], self.token)
    }

    /// The path below which everything is.
    pub fn root(&self) -> String {
        format!("/{}", self.token)
    }

    /// Whether a request comes from where it may.
    fn admits(&self, path: &str, headers: &HeaderMap) -> bool {
        let text = |name: header::HeaderName| headers.get(name).map(HeaderValue::as_bytes);
        let is_host = |said: &[u8]| self.hosts.iter().any(|host| host.as_bytes() == said);
        let is_own = |origin: &[u8]| origin.strip_prefix(b"http://").is_some_and(is_host);
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let token = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        // `none`: the user typed the address.
        text(header::HOST).is_some_and(is_host)
            && text(header::ORIGIN).is_none_or(is_own)
            && site.is_none_or(|site| matches!(site, b"same-origin" | b"none"))
            && same(token.as_bytes(), self.token.as_bytes())
    }
}

/// Whether two texts are one, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |off, (a, b)| off | (a ^ b)) == 0
}

/// Turns away who may not ask, and tells the browser to keep to this server what it was sent.
pub async fn watch(guard: Guard, request: Request, next: Next) -> Response {
    let mut response = match guard.admits(request.uri().path(), request.headers()) {
        true => next.run(request).await,
        // As for what is not there: nothing is said of the token.
        false => StatusCode::NOT_FOUND.into_response(),
    };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_may_ask() {
        let guard = Guard::new(4711).unwrap();
        let root = guard.root();
        let ask = |path: &str, headers: &[(&'static str, &str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())
            });
            guard.admits(path, &headers.collect())
        };
        let host = ("host", "127.0.0.1:4711");
        assert!(ask(&root, &[host]));
        assert!(ask(&format!("{root}/state"), &[host, ("origin", "http://127.0.0.1:4711")]));
        assert!(ask(&root, &[("host", "localhost:4711"), ("sec-fetch-site", "none")]));
        assert!(!ask(&root, &[]), "no host");
        assert!(!ask(&root, &[("host", "evil.example:4711")]), "a name made to point here");
        assert!(!ask(&root, &[host, ("origin", "http://evil.example")]), "another page");
        assert!(!ask(&root, &[host, ("origin", "null")]), "a page without an origin");
        assert!(!ask(&root, &[host, ("sec-fetch-site", "cross-site")]));
        for path in ["/", "/state", "/00000000000000000000000000000000/", &root[..root.len() - 1]] {
            assert!(!ask(path, &[host]), "{path}");
        }
    }
}
