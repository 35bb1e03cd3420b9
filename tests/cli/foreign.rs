//! What programs that are not ours say of our heads and proofs: `tests/foreign/proofs.py`.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use servanda::log::codec::canonical;
use servanda::proof::file::base64;

use crate::harness::Desk;

const OF_THE_HEADER: [&str; 8] = ["id", "agreement", "seq", "type", "v", "recorded", "cause", "body_hash"];

/// A register of 333 events with heads over 2, 130, 256, 257 and all of them.
fn desk() -> (Desk, Vec<String>) {
    let desk = Desk::new();
    let mut heads = Vec::new();
    desk.done(&["propose a --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-01-01"]);
    desk.done(&["key new --name example.com/register"]);
    let mut events = 2;
    for size in [2, 130, 256, 257, 333] {
        let notes: Vec<String> = (events..size)
            .map(|number| format!("{{\"command\":\"note\",\"agreement\":\"a\",\"text\":\"note {number}\"}}"))
            .collect();
        let _ = desk.piped("import -", notes.join("\n").as_bytes()).ok();
        events = size;
        heads.push(desk.run("tree-head").ok().stdout);
    }
    (desk, heads)
}

#[test]
fn a_foreign_program_agrees_with_every_head_and_proof() {
    let Some(python) = std::env::var_os("SERVANDA_FOREIGN") else {
        let _ = writeln!(std::io::stderr(), "skipped: SERVANDA_FOREIGN does not name a Python with pymerkle");
        return;
    };
    let (desk, heads) = desk();
    let key = desk.json("key list")[0]["key"].clone();
    let header = |event: &Value| {
        let fields = OF_THE_HEADER.iter().map(|name| ((*name).to_owned(), event[*name].clone()));
        base64(&canonical(&fields.collect::<serde_json::Map<_, _>>()).expect("it has a canonical form"))
    };
    let headers: Vec<String> = desk.events().iter().map(header).collect();
    let mut cases = Vec::new();
    for (number, head) in heads.iter().enumerate() {
        cases.push(json!({ "what": format!("head {number}"), "headers": headers, "head": head, "holds": true }));
        let spoiled = head.replacen("time 2026", "time 2025", 1);
        cases.push(
            json!({ "what": format!("spoiled head {number}"), "headers": headers, "head": spoiled, "holds": false }),
        );
        let file = desk.home().join(format!("{number}.note"));
        std::fs::write(&file, head).expect("the home can be written to");
        let proof = desk.run(&format!("prove --consistency {number}.note")).ok().stdout;
        let what = format!("growth from head {number}");
        cases.push(json!({ "what": what, "proof": proof, "earlier": head, "holds": true }));
        let other = &heads[(number + 1) % heads.len()];
        cases.push(json!({ "what": format!("{what} with another"), "proof": proof, "earlier": other, "holds": false }));
    }
    for seq in [1, 2, 3, 128, 200, 254, 255, 256, 300, 332] {
        for option in ["", " --without-body"] {
            let proof = desk.run(&format!("prove a@{seq}{option}")).ok().stdout;
            let what = format!("a@{seq}{option}");
            cases.push(json!({ "what": what, "proof": proof, "holds": true }));
            // The key went on record as #1.
            let index = format!("\nindex {}\n", if seq == 1 { 0 } else { seq });
            let elsewhere = proof.replacen(&index, "\nindex 77\n", 1);
            assert_ne!(elsewhere, proof);
            cases.push(json!({ "what": format!("{what} elsewhere"), "proof": elsewhere, "holds": false }));
        }
    }
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    for mut case in cases {
        case["key"] = key.clone();
        writeln!(file, "{case}").expect("it can be written");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("tests/foreign/proofs.py");
    let output = Command::new(root.join(python)).arg(script).arg(file.path()).output().expect("it starts");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("30 proofs and heads hold, 30 spoiled ones do not"), "{said}");
}
