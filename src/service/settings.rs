//! What a register is set to: kept in `register.json` in its folder.

use std::path::Path;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::zone::{Zone, ZoneName};

/// The name of the file.
pub const FILE: &str = "register.json";

/// The machine's own zone, or UTC where it does not say.
#[must_use]
pub fn zone_of_the_machine() -> Zone {
    let zone = TimeZone::system();
    zone.iana_name().and_then(|name| Zone::named(name).ok()).unwrap_or_else(Zone::utc)
}

/// What a register is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The zone in which its days begin and end.
    pub zone: Zone,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    zone: String,
}

/// Why settings cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read or written.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{file} is damaged: {why}")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Settings {
    /// The name of its zone.
    #[must_use]
    pub fn zone_name(&self) -> ZoneName {
        ZoneName::from(&self.zone)
    }

    /// Reads the settings of the register in a folder; UTC where it has none.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when there are some that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, SettingsError> {
        let path = folder.join(FILE);
        let file = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self { zone: Zone::utc() }),
            Err(source) => return Err(SettingsError::File { file, source }),
        };
        let stored: Stored = serde_json::from_str(&text)
            .map_err(|e| SettingsError::Damaged { file: file.clone(), why: e.to_string() })?;
        let zone = Zone::named(&stored.zone).map_err(|e| SettingsError::Damaged { file, why: e.to_string() })?;
        Ok(Self { zone })
    }

    /// Writes the settings into a folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`SettingsError::File`] when the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), SettingsError> {
        let path = folder.join(FILE);
        let fault = |source| SettingsError::File { file: path.display().to_string(), source };
        let stored = Stored { format: 1, zone: self.zone.name().to_owned() };
        let text = serde_json::to_string(&stored).map_err(|e| fault(e.into()))?;
        super::papers::write_whole(&path, format!("{text}\n").as_bytes()).map_err(fault)
    }
}
