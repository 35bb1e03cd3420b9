//! The lines of an import: each is recorded or refused with a reason, and the second import changes nothing.

use std::sync::Arc;

use servanda::domain::id::Actor;
use servanda::domain::instant::Instant;
use servanda::domain::zone::Zone;
use servanda::service::clock::FixedClock;
use servanda::service::execute::Execution;
use servanda::service::identity::SeededIds;
use servanda::service::import::ImportOptions;
use servanda::service::open::in_memory;
use servanda::service::settings::Settings;

/// 2026-11-22T09:00:00Z.
const NOW: i64 = 1_795_338_000_000_000;

/// Judges bytes as a file of lines, of which the view knows the first half before the second is recorded.
pub(crate) fn judge(bytes: &[u8]) {
    let now = Instant::from_micros(NOW);
    let service =
        in_memory(Arc::new(FixedClock(now)), Arc::new(SeededIds::new("fuzz")), Settings { zone: Zone::utc() });
    let execution = Execution { actor: Actor::parse("fuzz").unwrap(), dry_run: false, asserted_times: true };
    let options = ImportOptions { execution, all_or_nothing: false };
    let middle = bytes.len() / 2 + bytes[bytes.len() / 2..].iter().position(|byte| *byte == b'\n').unwrap_or_default();
    super::finish(async {
        let Ok(_) = service.import(&mut &bytes[..middle], &options, |_| ()).await else { return };
        let Ok(()) = service.catch_up_all(&mut |_, _| ()).await else { return };
        let Ok(first) = service.import(&mut &bytes[..], &options, |_| ()).await else { return };
        let second = service.import(&mut &bytes[..], &options, |_| ()).await.expect("a second import ends");
        // A line that was refused may be taken now: what came after it may be what it lacked.
        assert!(second.recorded <= first.refused.len() as u64, "{first:?} {second:?}");
        super::questions::ask(&service, now).await;
    });
}
