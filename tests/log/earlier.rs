//! Stores as earlier releases wrote them, unpacked from the files beside these tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Far above what a packed file holds.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The stores of format 1.
pub(crate) const FORMAT_1: [&str; 2] = ["closed", "killed"];

fn packed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log/stores/format-1").join(name)
}

fn unpacked(file: &Path) -> Vec<u8> {
    let packed = fs::read(file).expect("the file is beside the tests");
    zstd::bulk::decompress(&packed, UNPACKED_BYTES_MAX).expect("it was packed with zstd")
}

/// Puts a store of format 1 into a folder that is not there yet.
pub(crate) fn unpack(name: &str, store: &Path) {
    let packed = packed(name);
    let written = "a temporary folder can be written to";
    fs::create_dir_all(store.join("log/blobs")).expect(written);
    for file in ["register.json", "witness"] {
        fs::copy(packed.join(file), store.join(file)).expect(written);
    }
    for entry in fs::read_dir(packed.join("log")).expect("the folder is beside the tests") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("its files have plain names");
        match name.strip_suffix(".zst") {
            Some(name) => fs::write(store.join("log").join(name), unpacked(&path)).expect(written),
            None => drop(fs::copy(&path, store.join("log").join(name)).expect(written)),
        }
    }
}

/// What the program of that time exported of the store.
pub(crate) fn exported(name: &str) -> String {
    String::from_utf8(unpacked(&packed(name).join("events.jsonl.zst"))).expect("an export is text")
}
