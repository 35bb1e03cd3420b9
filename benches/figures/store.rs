//! The register that is measured, in its folder, and the ways to it.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use servanda::domain::id::Actor;
use servanda::domain::instant::Instant;
use servanda::domain::zone::Zone;
use servanda::log::{EventLog as _, OpenOptions, Position, Recorded, SledLog};
use servanda::service::Service;
use servanda::service::clock::FixedClock;
use servanda::service::execute::Execution;
use servanda::service::identity::SystemIds;
use servanda::service::settings::Settings;
use tokio::runtime::Runtime;

use crate::register::NOW;

/// The fewest events of a register: below it the agreement that is asked for is not complete.
pub(crate) const EVENTS_MIN: usize = 1_000;

/// How many events are read at once.
pub(crate) const PAGE: usize = 8_192;

/// The unit in which a file system says what a file takes.
const BLOCK_BYTES: u64 = 512;

/// The folder of the register.
pub(crate) fn folder(dir: &Path) -> PathBuf {
    dir.join("register")
}

/// The register opened in this process.
pub(crate) struct Open {
    pub(crate) log: Arc<SledLog>,
    pub(crate) service: Arc<Service>,
    pub(crate) runtime: Runtime,
}

pub(crate) fn log(folder: &Path) -> Arc<SledLog> {
    let options =
        OpenOptions { wait: Duration::from_secs(5), holder: "bench".to_owned(), since: String::new(), create: true };
    Arc::new(SledLog::open(folder, &options).expect("the store opens"))
}

pub(crate) fn open(folder: &Path) -> Open {
    let log = log(folder);
    let clock = Arc::new(FixedClock(Instant::parse(NOW).expect("a time")));
    let settings = Settings { zone: Zone::utc() };
    let service = Service::new(log.clone(), log.clone(), clock, Arc::new(SystemIds), settings, None);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    Open { log, service: Arc::new(service), runtime }
}

pub(crate) fn execution() -> Execution {
    Execution { actor: Actor::parse("desk").expect("a name"), dry_run: false, asserted_times: true }
}

impl Open {
    /// Hands over every event that the register was made of, page by page.
    pub(crate) fn pages(&self, size: usize, mut receive: impl FnMut(&[Recorded])) {
        let mut from = 0;
        while from < size {
            let limit = PAGE.min(size - from);
            let page = self.runtime.block_on(self.log.read(Position::new(from as u64), limit)).expect("it reads");
            assert!(!page.is_empty(), "the register has {from} events instead of {size}");
            from += page.len();
            receive(&page);
        }
    }

    pub(crate) fn close(self) {
        self.runtime.block_on(self.service.close()).expect("it closes");
    }
}

/// The bytes that the files in a folder take of the disk; what is only reserved is not counted.
pub(crate) fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let of = |entry: std::fs::DirEntry| {
        entry
            .metadata()
            .map_or(0, |meta| if meta.is_dir() { bytes(&entry.path()) } else { meta.blocks() * BLOCK_BYTES })
    };
    entries.flatten().map(of).sum()
}
