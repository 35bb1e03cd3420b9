//! The questions: one file each, with its options and its report.

pub mod board;
pub mod calendar;
pub mod diff;
pub mod history;
mod instances;
pub mod lint;
pub mod list;
pub mod parties;
mod passed;
pub mod report;
pub mod search;
pub mod show;
pub mod stats;
pub mod status;
pub mod why;
mod why_date;

use super::error::{Exit, Failure};
use super::session::Session;

/// What can be asked.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum Question {
    /// Every agreement in one line
    #[command(after_help = "Example:\n  servanda list --kind mou --party Pakistan --as-of 2025-10-18")]
    List(list::ListArgs),
    /// One agreement in full
    #[command(after_help = "Example:\n  servanda show pk-ps-health-2025 --as-of 2025-10-18")]
    Show(show::ShowArgs),
    /// The chart of signatures and ratifications: who signed, consented, is in, reserved or leaves
    #[command(after_help = "Example:\n  servanda status beijing-treaty --as-of 2020-04-28 --markdown")]
    Status(status::StatusArgs),
    /// What is overdue, due soon, or promised without a date
    #[command(after_help = "Example:\n  servanda overdue --as-of 2025-10-18 --exit-code")]
    Overdue(board::OverdueArgs),
    /// What comes due: commitments, and the notices, renewals and ends of terms
    #[command(after_help = "Example:\n  servanda due --within P30D --party Pakistan")]
    Due(board::DueArgs),
    /// What was recorded about an agreement, in the order of recording
    #[command(after_help = "Example:\n  servanda history pk-ps-health-2025 --known-at 2025-10-01")]
    History(history::HistoryArgs),
    /// What changed between two points, and by which event
    #[command(after_help = "Example:\n  servanda diff pk-ps-health-2025 --known-at 2025-10-01 --known-at 2025-11-01")]
    Diff(diff::DiffArgs),
    /// Why a date lies where it does: each step of the count, and what it rests on
    #[command(
        after_help = "Examples:\n  servanda why pk-ps-health-2025/c1 --as-of 2025-10-18\n  servanda why pk-ps-health-2025 entry-into-force\n  servanda why pk-ps-health-2025"
    )]
    Why(why::WhyArgs),
    /// The parties, with what they owe and are owed
    #[command(after_help = "Example:\n  servanda parties pk-ps-health-2025")]
    Parties(parties::PartiesArgs),
    /// The calendars of days off, and how others' get on record
    #[command(subcommand)]
    Calendar(calendar::CalendarArgs),
    /// The counting profiles, with the law behind each
    #[command(after_help = "Example:\n  servanda profiles eu-1182-71")]
    Profiles(calendar::ProfilesArgs),
    /// Where words stand: in references, titles, subjects, parties, commitments, bodies, statements, notes and evidence
    #[command(
        after_help = "Examples:\n  servanda search health nurses\n  servanda search 卫生合作 --kind mou --as-of 2025-10-18\n\n\
                            Every word has to stand somewhere in the agreement, and counts from the day of the fact that says \
                            it; capitals, accents, vowel signs and kinds of digits do not matter. The agreements in which they \
                            were said last come first. What a correction replaced is not found; a former title or name is."
    )]
    Search(search::SearchArgs),
    /// The register in numbers
    #[command(after_help = "Example:\n  servanda stats --as-of 2025-10-18")]
    Stats(stats::StatsArgs),
    /// What cannot be right in the record: dates that disagree, an impossible order, what is missing
    #[command(after_help = "Example:\n  servanda lint --kind mou --exit-code\n\n\
                            Lint reads the whole record that was known, whatever the day of its facts; --as-of is the day to \
                            which ages are counted.")]
    Lint(lint::LintArgs),
    /// A return that somebody asks for, such as that of all memoranda
    #[command(after_help = "Example:\n  servanda report mou-return --party Pakistan --format csv")]
    Report(report::ReportArgs),
}

impl Question {
    /// Answers the question.
    ///
    /// # Errors
    ///
    /// [`Failure`] when there is no answer.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::List(args) => list::run(args, session).await,
            Self::Show(args) => show::run(args, session).await,
            Self::Status(args) => status::run(args, session).await,
            Self::Overdue(args) => board::run_overdue(args, session).await,
            Self::Due(args) => board::run_due(args, session).await,
            Self::History(args) => history::run(args, session).await,
            Self::Diff(args) => diff::run(args, session).await,
            Self::Why(args) => why::run(args, session).await,
            Self::Parties(args) => parties::run(args, session).await,
            Self::Calendar(args) => calendar::run(args, session).await,
            Self::Profiles(args) => calendar::run_profiles(args, session).await,
            Self::Search(args) => search::run(args, session).await,
            Self::Stats(args) => stats::run(args, session).await,
            Self::Lint(args) => lint::run(args, session).await,
            Self::Report(args) => args.run(session).await,
        }
    }
}

/// A day for people, or a dash.
fn day_or_dash(day: Option<crate::domain::day::Day>) -> String {
    day.map_or_else(|| "–".to_owned(), |day| day.to_string())
}

/// The day on which something happened, or the last on which it can have where that is not one day.
fn by_or_on(earliest: Option<crate::domain::day::Day>, latest: Option<crate::domain::day::Day>) -> String {
    match latest {
        Some(day) if earliest != latest => format!("by {day}"),
        _ => day_or_dash(latest),
    }
}

/// A status or state as people read it: words apart.
pub(super) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// Names joined for people, or a dash.
fn joined<T: ToString>(names: &[T]) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// "As of 2025-10-18, as recorded by …", the line above every report; with the instant where one was asked for.
fn asked_line(asked: crate::views::Asked) -> String {
    let at = asked.at.filter(|_| asked.at_stated).map(|at| format!(" at {}", instant(at))).unwrap_or_default();
    format!("as of {} {}{at}, as recorded by {}", asked.as_of.weekday_name(), asked.as_of, instant(asked.known_at))
}

/// A time for people: exact, without zeros that say nothing, so that it can be given to `--known-at`.
fn instant(at: crate::domain::instant::Instant) -> String {
    at.plain()
}
