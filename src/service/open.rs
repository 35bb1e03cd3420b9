//! From a folder to a register: the only file that names a backend.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Service;
use super::clock::Clock;
use super::error::RegisterError;
use super::identity::IdSource;
use super::settings::{Settings, zone_of_the_machine};
use crate::domain::zone::Zone;
use crate::log::{EventLog, MemoryLog, OpenError, OpenOptions, SledLog, ViewStore};

/// How to open a register.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Whether to make it where there is none.
    pub create: bool,
    /// How long to wait while another process holds it.
    pub wait: Duration,
    /// What this process calls itself to others that wait.
    pub holder: String,
    /// The zone of a register that is made; the machine's where left out.
    pub zone: Option<Zone>,
}

/// The folder inside a store that keeps attached documents.
pub(super) const PAPERS: &str = "papers";

/// Opens the register in a folder.
///
/// # Errors
///
/// [`RegisterError`] when it is not there, held by another process, damaged, or of a newer format.
pub fn open(
    folder: &Path,
    opening: &Opening,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Result<Service, RegisterError> {
    let options = OpenOptions {
        wait: opening.wait,
        holder: opening.holder.clone(),
        since: clock.now().to_string(),
        create: opening.create,
    };
    let made = opening.create && !folder.join(super::settings::FILE).exists();
    // Before the log, which an opening changes: a register of a newer format is left as it is.
    let settings = if made { None } else { Some(Settings::read(folder)?) };
    let log = Arc::new(SledLog::open(folder, &options)?);
    let settings = if let Some(settings) = settings {
        settings
    } else {
        let settings = Settings { zone: opening.zone.clone().unwrap_or_else(zone_of_the_machine) };
        settings.write(folder)?;
        settings
    };
    let end = log.ends().map_err(|error| RegisterError::Open(error.into()))?;
    let settling = |source: std::io::Error| OpenError::Storage { doing: "settling the papers", source: source.into() };
    super::papers::settle(&folder.join(PAPERS), end).map_err(settling)?;
    let migrated = log.migrated();
    let views: Arc<dyn ViewStore> = log.clone();
    let log: Arc<dyn EventLog> = log;
    let service = Service::new(log, views, clock, ids, settings, Some(folder.to_owned()));
    Ok(Service { migrated, ..service })
}

/// Opens the log of a store without its register, such as that of a backup.
///
/// # Errors
///
/// As for [`open`].
pub(super) fn open_log(folder: &Path, opening: &Opening, clock: &dyn Clock) -> Result<Arc<dyn EventLog>, OpenError> {
    let options = OpenOptions {
        wait: opening.wait,
        holder: opening.holder.clone(),
        since: clock.now().to_string(),
        create: opening.create,
    };
    Ok(Arc::new(SledLog::open(folder, &options)?))
}

/// A register in memory, gone with the process.
#[must_use]
pub fn in_memory(clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>, settings: Settings) -> Service {
    let log = Arc::new(MemoryLog::new());
    let views: Arc<dyn ViewStore> = log.clone();
    Service::new(log, views, clock, ids, settings, None)
}
