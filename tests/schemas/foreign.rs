//! The same cases before a validator of another world: `jsonschema` for Python, `Draft202012Validator`.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::cases::{bad, good};
use super::files::folder;

#[test]
fn a_foreign_validator_agrees() {
    // The committed files are looked at, so that what others fetch is what is tested.
    let Some(python) = std::env::var_os("SERVANDA_FOREIGN") else {
        let _ = writeln!(std::io::stderr(), "skipped: SERVANDA_FOREIGN does not name a Python with jsonschema");
        return;
    };
    // The spoiled ones are many and alike; every ninth is enough for a second opinion.
    let cases = good().into_iter().chain(bad().into_iter().step_by(9));
    let mut lines = String::new();
    for case in cases {
        let line = json!({
            "what": case.what, "schema": case.schema, "pointer": case.pointer, "value": case.value, "fits": case.fits,
        });
        lines.extend([line.to_string().as_str(), "\n"]);
    }
    let made = tempfile::tempdir().unwrap();
    let file = made.path().join("cases.jsonl");
    std::fs::write(&file, lines).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new(root.join(python)).arg(root.join("tests/foreign/validate.py")).arg(folder()).arg(file).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let _ = write!(std::io::stderr(), "{told}");
}
