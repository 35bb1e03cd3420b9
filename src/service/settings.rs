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
    /// The version of the program that wrote it; unknown of registers that were made before it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// The format of the file that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// What every format of the file has.
#[derive(Deserialize)]
struct Outline {
    format: u32,
    #[serde(default)]
    by: Option<String>,
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
    /// The file was written by a newer program.
    #[error(
        "{file} has format {found}{}, but this program ({}) reads formats up to {supported}",
        by.as_deref().map(|by| format!(", written by servanda {by}")).unwrap_or_default(),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The file.
        file: String,
        /// Its format.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
        /// The version of the program that wrote it, where the file says.
        by: Option<String>,
    },
}

impl Default for Settings {
    fn default() -> Self {
        Self { zone: Zone::utc() }
    }
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
        match std::fs::read(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(SettingsError::File { file: path.display().to_string(), source }),
        }
    }

    /// Reads the settings that a file holds.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when they cannot be read.
    pub fn parse(text: &[u8], path: &Path) -> Result<Self, SettingsError> {
        let file = path.display().to_string();
        let damaged = |e: serde_json::Error| SettingsError::Damaged { file: file.clone(), why: e.to_string() };
        let outline: Outline = serde_json::from_slice(text).map_err(damaged)?;
        if outline.format > FORMAT {
            return Err(SettingsError::Newer { file, found: outline.format, supported: FORMAT, by: outline.by });
        }
        let stored: Stored = serde_json::from_slice(text).map_err(damaged)?;
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
        let by = Some(env!("CARGO_PKG_VERSION").to_owned());
        let stored = Stored { format: FORMAT, zone: self.zone.name().to_owned(), by };
        let text = serde_json::to_string(&stored).map_err(|e| fault(e.into()))?;
        super::papers::write_whole(&path, format!("{text}\n").as_bytes()).map_err(fault)
    }
}
