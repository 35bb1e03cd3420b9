//! What a register is set to: kept in `register.json` in its folder.

use std::path::Path;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::instant::Instant;

/// The name of the file.
pub const FILE: &str = "register.json";

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a time zone of the IANA database, such as Asia/Karachi or UTC")]
pub struct ZoneError {
    given: String,
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// Looks a zone up in the bundled database.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] when there is no such zone.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name).map_err(|_| ZoneError { given: name.chars().take(80).collect() })?;
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Ok(Self { name, zone })
    }

    /// The machine's own zone, or UTC where it does not say.
    #[must_use]
    pub fn of_the_machine() -> Self {
        let zone = TimeZone::system();
        match zone.iana_name().map(str::to_owned) {
            Some(name) => Self { name, zone },
            None => Self::utc(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The civil day of an instant in this zone.
    #[must_use]
    pub fn day_of(&self, instant: Instant) -> Day {
        let stamp = jiff::Timestamp::from_microsecond(instant.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = stamp.to_zoned(self.zone.clone()).date();
        let day =
            Day::new(i32::from(date.year()), date.month().unsigned_abs().into(), date.day().unsigned_abs().into());
        day.unwrap_or_else(|| instant.utc_day())
    }

    /// The last microsecond of a day in this zone.
    #[must_use]
    pub fn end_of(&self, day: Day) -> Instant {
        let next = day.next().and_then(|next| {
            let date = jiff::civil::Date::new(
                i16::try_from(next.year()).ok()?,
                i8::try_from(next.month()).ok()?,
                i8::try_from(next.day_of_month()).ok()?,
            );
            date.ok()?.to_zoned(self.zone.clone()).ok()
        });
        next.map_or(Instant::MAX, |next| Instant::from_micros(next.timestamp().as_microsecond() - 1))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_of_its_zone() {
        let karachi = Zone::named("Asia/Karachi").expect("bundled");
        let end = karachi.end_of(Day::new(2025, 10, 17).expect("a day"));
        assert_eq!(end.to_string(), "2025-10-17T18:59:59.999999Z");
        assert_eq!(karachi.day_of(end).to_string(), "2025-10-17");
        assert_eq!(karachi.day_of(Instant::from_micros(end.micros() + 1)).to_string(), "2025-10-18");
    }

    #[test]
    fn a_day_of_daylight_saving_ends_when_its_clocks_say() {
        let gaza = Zone::named("America/New_York").expect("bundled");
        let end = gaza.end_of(Day::new(2026, 3, 8).expect("a day"));
        assert_eq!(end.to_string(), "2026-03-09T03:59:59.999999Z");
    }
}
