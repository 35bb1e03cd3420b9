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
    zstd::bulk::decompress(&fs::read(file).unwrap(), UNPACKED_BYTES_MAX).unwrap()
}

/// Puts a store of format 1 into a folder that is not there yet.
pub(crate) fn unpack(name: &str, store: &Path) {
    let packed = packed(name);
    fs::create_dir_all(store.join("log/blobs")).unwrap();
    for file in ["register.json", "witness"] {
        fs::copy(packed.join(file), store.join(file)).unwrap();
    }
    for entry in fs::read_dir(packed.join("log")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        match name.strip_suffix(".zst") {
            Some(name) => fs::write(store.join("log").join(name), unpacked(&path)).unwrap(),
            None => drop(fs::copy(&path, store.join("log").join(name)).unwrap()),
        }
    }
}

/// What the program of that time exported of the store.
pub(crate) fn exported(name: &str) -> String {
    String::from_utf8(unpacked(&packed(name).join("events.jsonl.zst"))).unwrap()
}
