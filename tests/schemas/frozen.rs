//! What was released is never changed: `schemas/FROZEN` lists it with its SHA-256.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::files::folder;

/// Each row of a list: a path inside `schemas/`, and the SHA-256 of the file.
fn read(list: &str) -> Result<BTreeMap<String, String>, String> {
    let rows = list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let mut all = BTreeMap::new();
    for row in rows {
        let (hash, path) = row.split_once("  ").ok_or_else(|| format!("{row:?} is not of the form SHA256  PATH"))?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_hash {
            return Err(format!("{hash:?} is not a SHA-256"));
        }
        if all.insert(path.to_owned(), hash.to_owned()).is_some() {
            return Err(format!("{path} stands there twice"));
        }
    }
    Ok(all)
}

/// The rows of `schemas/FROZEN`.
pub(crate) fn rows() -> BTreeMap<String, String> {
    read(&std::fs::read_to_string(folder().join("FROZEN")).unwrap()).unwrap()
}

fn hash(bytes: &[u8]) -> String {
    servanda::log::codec::hex(&Sha256::digest(bytes))
}

/// What is wrong with a folder, by its list.
fn broken(folder: &Path, rows: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, frozen) in rows {
        match std::fs::read(folder.join(path)) {
            Ok(bytes) if hash(&bytes) == *frozen => {}
            Ok(_) => wrong.push(format!("{path} was released and has changed: restore it, and make a new version")),
            Err(_) => wrong.push(format!("{path} was released and is gone: restore it")),
        }
    }
    wrong
}

#[test]
fn what_was_released_is_as_it_was() {
    assert_eq!(broken(&folder(), &rows()), Vec::<String>::new());
}

#[test]
fn a_frozen_file_that_changes_or_vanishes_is_noticed() {
    let made = tempfile::tempdir().unwrap();
    let path = "events/sample.made.v1.json";
    std::fs::create_dir(made.path().join("events")).unwrap();
    std::fs::write(made.path().join(path), "{}\n").unwrap();
    let rows = read(&format!("# a comment\n\n{}  {path}\n", hash(b"{}\n"))).unwrap();
    assert_eq!(broken(made.path(), &rows), Vec::<String>::new());

    std::fs::write(made.path().join(path), "{ }\n").unwrap();
    assert!(broken(made.path(), &rows)[0].contains("has changed"));
    std::fs::remove_file(made.path().join(path)).unwrap();
    assert!(broken(made.path(), &rows)[0].contains("is gone"));
}

#[test]
fn a_row_that_cannot_be_read_is_an_error() {
    assert!(read("events/sample.made.v1.json\n").is_err());
    assert!(read("ABC  events/sample.made.v1.json\n").is_err());
    let row = format!("{}  a.json\n", hash(b""));
    assert!(read(&row.repeat(2)).is_err());
}
