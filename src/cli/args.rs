//! The options that every command has.

use std::path::PathBuf;

use super::output::{ColorChoice, Format};

/// Options for every command.
#[derive(Clone, Debug, clap::Args)]
pub struct Globals {
    /// The folder of the register; else `SERVANDA_STORE`, else the nearest .servanda, else the data folder.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Every command")]
    pub store: Option<PathBuf>,
    /// The form of the answer.
    #[arg(long, global = true, value_enum, value_name = "FORMAT", help_heading = "Every command")]
    pub format: Option<Format>,
    /// Short for --format json.
    #[arg(long, global = true, conflicts_with = "format", help_heading = "Every command")]
    pub json: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Every command")]
    pub color: ColorChoice,
    /// How many seconds to wait while another process holds the register.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, help_heading = "Every command",
          value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub wait: u64,
}

impl Globals {
    /// The form of the answer.
    #[must_use]
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format.unwrap_or_default() }
    }
}

/// For which day, and with which knowledge.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct AskedArgs {
    /// What was true on this day, or at this instant (2025-10-17T20:00:00Z, now); now if left out.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// As recorded by this instant, or by the end of this day; now if left out.
    #[arg(long, value_name = "WHEN")]
    pub known_at: Option<String>,
}

/// Which agreements.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FilterArgs {
    /// Only this agreement.
    #[arg(long, value_name = "REF", help_heading = "Which agreements", add = super::place::references())]
    pub agreement: Option<String>,
    /// Only agreements of this kind.
    #[arg(long, value_name = "KIND", help_heading = "Which agreements",
          value_parser = super::shape::words(crate::domain::vocabulary::AgreementKind::ALL.iter().map(|kind| kind.word())))]
    pub kind: Option<String>,
    /// Only agreements of this status.
    #[arg(long, value_name = "STATUS", help_heading = "Which agreements",
          value_parser = super::shape::words(crate::domain::status::AgreementStatus::ALL.iter().map(|status| status.word())))]
    pub status: Option<String>,
    /// Only agreements with a party of this short name, or with these words in a party's name.
    #[arg(long, value_name = "PARTY", help_heading = "Which agreements")]
    pub party: Option<String>,
    /// Only agreements with these words in a subject or in the title.
    #[arg(long, value_name = "WORDS", help_heading = "Which agreements")]
    pub subject: Option<String>,
}
