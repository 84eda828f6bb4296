//! Encrypted PDFs: a sample under every encryption that PDF knows, opened by its password from each
//! place where one may stand, and by no other; and the password is left nowhere.
#![cfg(all(feature = "cli", feature = "pdf"))]

use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use tempfile::TempDir;

const SAMPLE: &str = "samples/housing-2023/notice.pdf";

#[derive(Debug, Clone, Copy)]
enum Cipher {
    Rc4With40Bits,
    Rc4With128Bits,
    Aes128,
    Aes256,
}

const CIPHERS: [Cipher; 4] =
    [Cipher::Rc4With40Bits, Cipher::Rc4With128Bits, Cipher::Aes128, Cipher::Aes256];

/// The sample, encrypted.
fn encrypted(cipher: Cipher, user_password: &str) -> Vec<u8> {
    let mut pdf = Document::load(SAMPLE).expect("the sample is a PDF");
    pdf.trailer.set("ID", vec![Object::string_literal("0123456789abcdef"); 2]);
    let (owner_password, permissions) = ("owner", Permissions::all());
    let name = || b"StdCF".to_vec();
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(name(), filter)]);
    let version = match cipher {
        Cipher::Rc4With40Bits => {
            EncryptionVersion::V1 { document: &pdf, owner_password, user_password, permissions }
        }
        Cipher::Rc4With128Bits => EncryptionVersion::V2 {
            document: &pdf,
            owner_password,
            user_password,
            key_length: 128,
            permissions,
        },
        Cipher::Aes128 => EncryptionVersion::V4 {
            document: &pdf,
            encrypt_metadata: true,
            crypt_filters: filters(Arc::new(Aes128CryptFilter)),
            stream_filter: name(),
            string_filter: name(),
            owner_password,
            user_password,
            permissions,
        },
        Cipher::Aes256 => EncryptionVersion::V5 {
            encrypt_metadata: true,
            crypt_filters: filters(Arc::new(Aes256CryptFilter)),
            file_encryption_key: &[7; 32],
            stream_filter: name(),
            string_filter: name(),
            owner_password,
            user_password,
            permissions,
        },
    };
    let state = EncryptionState::try_from(version).expect("an encryption that is known");
    pdf.encrypt(&state).expect("encrypted in memory");
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("written to memory");
    bytes
}

fn folder_with(cipher: Cipher, password: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("notice.pdf"), encrypted(cipher, password)).expect("writable");
    folder
}

fn fubiao(folder: &Path, args: &[&str], environment: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
    command.args(args).current_dir(folder).env_remove("FUBIAO_PASSWORD").env("LC_ALL", "C");
    command.envs(environment.map(|password| ("FUBIAO_PASSWORD", password)));
    command.output().expect("the command runs")
}

/// What the sample says, without what differs with its bytes.
fn text(folder: &Path, args: &[&str], environment: Option<&str>) -> Vec<u8> {
    let output = fubiao(
        folder,
        &[&["convert", "notice.pdf", "--format", "text"], args].concat(),
        environment,
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn refusal(folder: &Path, args: &[&str], environment: Option<&str>) -> String {
    let output = fubiao(folder, &[&["convert", "notice.pdf"], args].concat(), environment);
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("a message is text")
}

#[test]
fn every_encryption_opens_with_its_password() {
    let plain = fs::canonicalize(SAMPLE).expect("the sample is there");
    let plain = fubiao(
        Path::new("."),
        &["convert", &plain.display().to_string(), "--format", "text"],
        None,
    );
    for cipher in CIPHERS {
        let folder = folder_with(cipher, "s3cret");
        assert_eq!(
            text(folder.path(), &["--password", "s3cret"], None),
            plain.stdout,
            "{cipher:?}"
        );
        let said = refusal(folder.path(), &[], None);
        assert!(said.contains("wants a password") && said.contains("--password-file"), "{said}");
        let said = refusal(folder.path(), &["--password", "other"], None);
        assert!(said.contains("the password does not open the PDF"), "{said}");
        assert!(!said.contains("other"), "{said}");
    }
}

#[test]
fn a_pdf_with_an_empty_password_opens_whatever_is_given() {
    for cipher in CIPHERS {
        let folder = folder_with(cipher, "");
        assert_eq!(text(folder.path(), &[], None), text(folder.path(), &["--password", "x"], None));
    }
}

#[test]
fn a_chinese_password_opens() {
    let folder = folder_with(Cipher::Aes256, "江西２０２３");
    let whole = text(folder.path(), &["--password", "江西２０２３"], None);
    // Full-width figures and others are the same to it (SASLprep).
    assert_eq!(text(folder.path(), &["--password", "江西2023"], None), whole);
    refusal(folder.path(), &["--password", "江西2024"], None);
}

#[test]
fn a_password_comes_from_a_file_or_the_environment() {
    let folder = folder_with(Cipher::Aes128, "s3cret");
    let path = folder.path();
    let whole = text(path, &[], Some("s3cret"));
    for content in ["s3cret", "s3cret\n", "\u{FEFF}s3cret\r\nanother line\n"] {
        fs::write(path.join("password.txt"), content).expect("writable");
        assert_eq!(text(path, &["--password-file", "password.txt"], Some("wrong")), whole);
    }
    assert!(refusal(path, &[], Some("wrong")).contains("does not open"));
    let missing = fubiao(path, &["convert", "notice.pdf", "--password-file", "none.txt"], None);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("none.txt: no such file"));
}

#[test]
fn check_inspect_and_batch_take_it_and_it_is_left_nowhere() {
    let folder = folder_with(Cipher::Aes256, "pa55word-of-ours");
    let path = folder.path();
    let password = Some("pa55word-of-ours");
    for args in [
        &["check", "notice.pdf"][..],
        &["inspect", "notice.pdf", "--until", "normalize"],
        &["batch", "notice.pdf", "--out", "results"],
        &["batch", "notice.pdf", "--out", "alone", "--no-isolate"],
    ] {
        let output = fubiao(path, args, password);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {said}");
        assert!(!said.contains("pa55word") && !contains(&output.stdout, b"pa55word"), "{args:?}");
    }
    let written = files_below(&path.join("results"));
    assert!(written.len() >= 3, "a result, a ledger, a report");
    for (name, bytes) in written.into_iter().chain(files_below(&path.join("alone"))) {
        assert!(!contains(&bytes, b"pa55word"), "{name} holds the password");
    }
    let output = fubiao(path, &["batch", "notice.pdf", "--out", "results"], None);
    assert_eq!(output.status.code(), Some(3), "without the password it is read anew, and fails");
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|w| w == word)
}

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    files
}
