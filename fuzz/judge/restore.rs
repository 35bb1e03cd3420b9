//! An export from a stranger: restored or refused, whatever it says happened, and what was restored is exported the same.
//!
//! Nobody decided these events, so they say what no command can. Positions, places and hashes are put right first: else
//! every export that was altered would be refused for them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use servanda::domain::instant::Instant;
use servanda::domain::zone::Zone;
use servanda::log::codec;
use servanda::service::clock::FixedClock;
use servanda::service::identity::SeededIds;
use servanda::service::open::in_memory;
use servanda::service::settings::Settings;

/// 2026-11-22T09:00:00Z.
const NOW: i64 = 1_795_338_000_000_000;

/// What of a line is no part of the body.
const HEADER: [&str; 9] = ["position", "id", "agreement", "seq", "type", "v", "recorded", "cause", "body_hash"];

/// The lines as an export has them; those that are no objects stay out.
fn put_right(bytes: &[u8]) -> String {
    let mut places: HashMap<String, u64> = HashMap::new();
    let mut lines = String::new();
    let objects = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    for (position, mut object) in objects.enumerate() {
        let object: &mut Map<String, Value> = &mut object;
        let agreement = object.get("agreement").map(Value::to_string).unwrap_or_default();
        let place = places.entry(agreement).or_default();
        *place += 1;
        object.insert("position".to_owned(), position.into());
        object.insert("seq".to_owned(), (*place).into());
        let mut body = object.clone();
        body.retain(|name, _| !HEADER.contains(&name.as_str()));
        let salt = body.get("salt").and_then(Value::as_str).and_then(codec::unhex).unwrap_or_default();
        if let Ok(body) = codec::canonical(&body) {
            object.insert("body_hash".to_owned(), codec::body_hash(&salt, &body).into());
        }
        lines.push_str(&Value::Object(object.clone()).to_string());
        lines.push('\n');
    }
    lines
}

/// Judges bytes as an export.
pub(crate) fn judge(bytes: &[u8]) {
    let now = Instant::from_micros(NOW);
    let service =
        in_memory(Arc::new(FixedClock(now)), Arc::new(SeededIds::new("fuzz")), Settings { zone: Zone::utc() });
    let lines = put_right(bytes);
    super::finish(async {
        let restored = service.restore(&mut lines.as_bytes()).await;
        let _ = service.verify(Vec::new(), &mut |_, _| ()).await;
        super::questions::ask(&service, now).await;
        // What came before a line that is refused may be there.
        let Ok(_) = restored else { return };
        let mut exported = String::new();
        let receive = |line: &str| -> Result<(), ()> {
            exported.push_str(line);
            exported.push('\n');
            Ok(())
        };
        service.export(receive).await.expect("what was restored is exported").unwrap();
        let objects =
            |lines: &str| -> Vec<Value> { lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
        assert!(objects(&exported) == objects(&lines), "{exported} of {lines}");
    });
}
