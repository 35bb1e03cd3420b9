//! What a look at a store found: what is damaged, what can be saved, what was mended.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::vocabulary::vocabulary;
use crate::views::lint::code::Severity;

vocabulary! {
    /// What can be wrong with a store.
    Ailment {
        /// Events of the log are not what was appended, or missing.
        LogDamaged = "log_damaged",
        /// The log's file cannot be opened, or holds less than was acknowledged.
        StoreDamaged = "store_damaged",
        /// An index of the log is not what was written; nothing is lost by it.
        IndexDamaged = "index_damaged",
        /// A view is not what was written; nothing is lost by it.
        ViewDamaged = "view_damaged",
        /// An event was kept as it was appended, and is no event of this program.
        EventUnreadable = "event_unreadable",
        /// There is no witness: nothing tells whether the end of the log was lost.
        WitnessMissing = "witness_missing",
        /// The witness cannot be read.
        WitnessTorn = "witness_torn",
        /// The last process ended without closing the store; what it wrote is there.
        NotClosed = "not_closed",
        /// Work that was interrupted left files behind.
        Unfinished = "unfinished",
        /// The store is of an earlier format, and is rewritten when it is opened.
        EarlierFormat = "earlier_format",
        /// Others than the owner may read or change something.
        TooOpen = "too_open",
        /// The register's settings cannot be read.
        SettingsDamaged = "settings_damaged",
        /// The register has no settings.
        SettingsMissing = "settings_missing",
        /// The content of an attached paper is not in the store.
        PaperMissing = "paper_missing",
        /// The content of an attached paper is not what its event says.
        PaperAltered = "paper_altered",
        /// Something in the store's folder cannot be read, or is neither a file nor a folder.
        StrangeFile = "strange_file",
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CheckupFinding {
    /// How grave it is: `error` for damage, `warning`, `note`.
    pub severity: Severity,
    /// What it is.
    pub code: Ailment,
    /// Where: events by position, such as `event #1042`, files by their path from the store's folder.
    pub place: String,
    /// What disagrees.
    pub message: String,
    /// Whether it was put right.
    pub mended: bool,
}

/// Events that are lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct LostView {
    /// The position of the first.
    pub from: u64,
    /// The position after the last.
    pub before: u64,
    /// Which they are, `REF@7`, as far as what comes after them tells.
    pub events: Vec<String>,
}

/// What of a damaged log can be saved, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SavedView {
    /// How many events from the beginning on are whole: they are the register that can be saved.
    pub kept: u64,
    /// How many undamaged ones lie behind the first that is missing.
    pub behind: u64,
    /// How many are missing, as far as is known.
    pub missing: u64,
    /// Which.
    pub lost: Vec<LostView>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct MendedView {
    /// The folder that keeps the damaged files, where there were some.
    pub aside: Option<String>,
    /// The file with the undamaged events behind the first missing one, where there are some.
    pub salvaged: Option<String>,
}

/// A look at a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checkup {
    /// Its folder.
    pub store: String,
    /// Whether nothing is damaged or lost; after mending, whether nothing was.
    pub ok: bool,
    /// How many events are whole.
    pub events: u64,
    /// How many were acknowledged, as far as the witness knows.
    pub acknowledged: Option<u64>,
    /// What is wrong, in the order in which it was found.
    pub findings: Vec<CheckupFinding>,
    /// What of the log can be saved, or was; null where the log is whole.
    pub log: Option<SavedView>,
    /// What was done; null where nothing was to be.
    pub mended: Option<MendedView>,
}
