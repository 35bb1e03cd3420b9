//! `calendar` and `profiles`: by which days off and which rules dates are counted.

use std::path::PathBuf;

use serde_json::Value;

use super::{asked_line, joined};
use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Field, Report, Section};
use crate::cli::session::{Session, asked, day};
use crate::domain::almanac::shipped;
use crate::domain::day::Day;
use crate::domain::id::{Actor, CalendarId, ProfileId};
use crate::domain::text::Line;
use crate::service::calendar_file::{CalendarFileError, Wanted, requests};
use crate::service::execute::Execution;
use crate::service::import::{ImportOptions, Imported};
use crate::service::{Service, error::ExecuteError};
use crate::views::calendar::{CalendarRow, CalendarView, ProfileRow};

/// The most bytes of a file of days off; a century of them is a megabyte.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What can be done with calendars.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum CalendarArgs {
    /// Every calendar in one line
    #[command(after_help = "Example:\n  servanda calendar list")]
    List(ListArgs),
    /// One calendar in full: its weeks and days off, and who says so
    #[command(after_help = "Example:\n  servanda calendar show cn")]
    Show(ShowArgs),
    /// Put the days off of a file on record: iCalendar (.ics) or JSON
    #[command(
        after_help = "Example:\n  servanda calendar import holidays-2026.ics --calendar pk --year 2026 --source \"Cabinet Division\""
    )]
    Import(ImportArgs),
}

/// Options of `calendar list`.
#[derive(Clone, Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    asked: AskedArgs,
}

/// Options of `calendar show`.
#[derive(Clone, Debug, clap::Args)]
pub struct ShowArgs {
    /// The calendar, such as pk
    #[arg(value_name = "CALENDAR")]
    calendar: String,
    #[command(flatten)]
    asked: AskedArgs,
}

/// Options of `calendar import`.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// The file: iCalendar, what calendar show --json wrote, or a year of holiday-cn
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The calendar that it is for, such as pk; one that is not there is made
    #[arg(long, value_name = "CALENDAR")]
    calendar: String,
    /// What a new calendar is called
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// A day of the week that is off: sat, sun …; repeat it
    #[arg(long, value_name = "WEEKDAY")]
    off: Vec<String>,
    /// The year of which the file lists every day off
    #[arg(long, value_name = "YEAR", conflicts_with_all = ["from", "to"])]
    year: Option<u16>,
    /// The first day of the time of which it lists every day off
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<String>,
    /// The last day of that time
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<String>,
    /// Words in a name by which a worked day of the week's rest is known
    #[arg(long, value_name = "WORDS")]
    worked: Option<String>,
    /// Who says so
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Where it can be read
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// How far it can be relied on
    #[arg(long, value_name = "CONFIDENCE",
          value_parser = crate::cli::shape::words(crate::domain::vocabulary::Confidence::ALL.iter().map(|word| word.word())))]
    confidence: Option<String>,
    /// Show what would be recorded, and record nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `profiles`.
#[derive(Clone, Debug, clap::Args)]
pub struct ProfilesArgs {
    /// Only this one, such as eu-1182-71
    #[arg(value_name = "PROFILE")]
    profile: Option<String>,
    #[command(flatten)]
    asked: AskedArgs,
}

pub(super) async fn run(args: CalendarArgs, session: &Session) -> Result<Exit, Failure> {
    match args {
        CalendarArgs::List(args) => list(args, session).await,
        CalendarArgs::Show(args) => show(args, session).await,
        CalendarArgs::Import(args) => import(args, session).await,
    }
}

async fn list(args: ListArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open_to_try()?;
    let asked = asked(&service, &args.asked).await?;
    let rows = service.calendars(asked).await?;
    session.answer(&rows, &rows, || {
        let columns = [
            Column::word("calendar", "Calendar"),
            Column::text("title", "Title").priority(3),
            Column::text("off", "Week's rest"),
            Column::text("known", "Days off listed"),
            Column::number("days_off", "Off"),
            Column::number("worked", "Worked"),
            Column::word("confidence", "Relied on"),
            Column::word("on_record", "On record"),
        ];
        let row = |row: &CalendarRow| {
            let known: Vec<String> = row.known.iter().map(|time| time_words(time.from, time.to)).collect();
            let known = if known.is_empty() { "none: weeks only".to_owned() } else { known.join(", ") };
            [
                Cell::from(row.calendar.as_str()),
                Cell::from(&row.title),
                Cell::from(joined(&row.off)),
                Cell::from(known),
                Cell::from(row.days_off),
                Cell::from(row.worked),
                Cell::from(row.confidence.map_or("–", |word| word.word())),
                Cell::from(if row.on_record { "yes" } else { "shipped" }),
            ]
        };
        let section = Section::table("calendars", columns).rows(rows.iter().map(row));
        Report::new().heading(asked_line(asked)).section(section)
    })
}

/// A time for people: whole years as years.
fn time_words(from: Day, to: Day) -> String {
    let whole = (from.month(), from.day_of_month()) == (1, 1) && (to.month(), to.day_of_month()) == (12, 31);
    match (whole, from.year(), to.year()) {
        (true, first, last) if first == last => first.to_string(),
        (true, first, last) => format!("{first} to {last}"),
        _ => format!("{from} to {to}"),
    }
}

async fn show(args: ShowArgs, session: &Session) -> Result<Exit, Failure> {
    let id = CalendarId::parse(&args.calendar).map_err(|e| Failure::usage("calendar", e.to_string()))?;
    let service = session.open_to_try()?;
    let asked = asked(&service, &args.asked).await?;
    let Some(view) = service.calendar(&id, asked).await? else {
        let known: Vec<String> = service.calendars(asked).await?.iter().map(|row| row.calendar.to_string()).collect();
        return Err(Failure::refused(
            "no_such_calendar",
            format!("there is no calendar {id} (there are: {})", known.join(", ")),
        )
        .hinted("servanda calendar import makes one of a file, servanda define-calendar by hand"));
    };
    session.answer(&view, [&view], || shown(&view))
}

fn shown(view: &CalendarView) -> Report {
    let said = |evidence: &[crate::domain::fact::Evidence]| {
        let words: Vec<String> = evidence.iter().map(|one| one.source.to_string()).collect();
        if words.is_empty() { "no source".to_owned() } else { words.join("; ") }
    };
    let open = |day: Option<Day>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    let fields = [
        Field::new("calendar", "Calendar", view.calendar.as_str()),
        Field::new("title", "Title", &view.title),
        Field::new(
            "on_record",
            "On record",
            if view.on_record { "yes" } else { "not yet: it is shipped, and recorded when first counted by" },
        ),
    ];
    let weeks = view.weeks.iter().map(|week| {
        [
            Cell::from(joined(&week.off)),
            Cell::from(open(week.from)),
            Cell::from(open(week.to)),
            Cell::from(week.confidence),
            Cell::from(said(&week.evidence)),
        ]
    });
    let week_columns = [
        Column::text("off", "Off"),
        Column::word("from", "From"),
        Column::word("to", "To"),
        Column::word("confidence", "Relied on"),
        Column::text("source", "Who says so").priority(3),
    ];
    let mut report = Report::new()
        .section(Section::fields("calendar", fields))
        .section(Section::table("weeks", week_columns).titled("The week's rest").rows(weeks));
    let day_columns = || {
        [
            Column::word("day", "Day"),
            Column::word("weekday", ""),
            Column::word("is", "Is"),
            Column::text("name", "Name"),
        ]
    };
    for listing in &view.listings {
        let mut days: Vec<_> = listing.off.iter().map(|listed| (listed, "off")).collect();
        days.extend(listing.worked.iter().map(|listed| (listed, "worked")));
        days.sort_by_key(|(listed, _)| listed.day);
        let rows = days.into_iter().map(|(listed, is)| {
            let name = listed.name.as_ref().map(ToString::to_string).unwrap_or_default();
            [Cell::from(listed.day), Cell::from(listed.day.weekday_name()), Cell::from(is), Cell::from(name)]
        });
        let title = format!("{} to {} ({}; {})", listing.from, listing.to, said(&listing.evidence), listing.confidence);
        report = report.section(Section::table("days", day_columns()).titled(title).rows(rows));
    }
    if view.listings.is_empty() {
        report = report.heading("It lists no days off: public holidays are not in it, only the week's rest.");
    }
    report
}

async fn import(args: ImportArgs, session: &Session) -> Result<Exit, Failure> {
    let id = CalendarId::parse(&args.calendar).map_err(|e| Failure::usage("calendar", e.to_string()))?;
    for (option, text) in [("title", &args.title), ("source", &args.source), ("url", &args.url)] {
        if let Some(text) = text {
            Line::parse(text).map_err(|e| Failure::usage("field", format!("--{option}: {e}")))?;
        }
    }
    let text = read(&args.file)?;
    let service = if args.dry_run { session.open_to_try()? } else { session.open(true)? };
    let time = match (args.year, &args.from, &args.to) {
        (Some(year), ..) => Day::new(year.into(), 1, 1).zip(Day::new(year.into(), 12, 31)),
        (None, Some(from), Some(to)) => Some((day(&service, "from", from)?, day(&service, "to", to)?)),
        _ => None,
    };
    let asked = asked(&service, &AskedArgs::default()).await?;
    let known = service.calendar(&id, asked).await?.is_some() || shipped::calendar(&id).is_some();
    let wanted = Wanted {
        calendar: args.calendar,
        title: args.title,
        off: args.off,
        time,
        worked: args.worked,
        source: args.source,
        file: args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        url: args.url,
        confidence: args.confidence,
    };
    let lines = requests(&text, &wanted, known).map_err(|e| unread(&args.file, &e))?;
    let input: Vec<String> = lines.iter().map(Value::to_string).collect();
    let result = tried_then_recorded(&service, &input.join("\n"), session.actor()?, args.dry_run).await;
    let closed = service.close().await;
    let imported = result?;
    closed?;
    if let Some(refused) = imported.refused.first() {
        return Err(Failure::from_execute(&refused.error));
    }
    crate::cli::upkeep::exchange::answer(&imported, args.dry_run, session)
}

/// Tries all, which tells what would move, and records it unless it was only to be tried.
async fn tried_then_recorded(
    service: &Service,
    lines: &str,
    actor: Actor,
    dry_run: bool,
) -> Result<Imported, ExecuteError> {
    let execution = Execution { actor, dry_run: true, asserted_times: false };
    let options = ImportOptions { execution, all_or_nothing: true };
    let tried = service.import(&mut lines.as_bytes(), &options, |_| {}).await?;
    if dry_run || !tried.refused.is_empty() {
        return Ok(tried);
    }
    let execution = Execution { dry_run: false, ..options.execution };
    let options = ImportOptions { execution, ..options };
    let recorded = service.import(&mut lines.as_bytes(), &options, |_| {}).await?;
    Ok(Imported { moved: tried.moved, ..recorded })
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    let wrong = |why: String| Failure::refused("file", format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|e| wrong(e.to_string()))?;
    if size.is_dir() {
        return Err(wrong("it is a folder, not a file".to_owned()));
    }
    if size.len() > FILE_BYTES_MAX {
        return Err(wrong(format!("{} bytes are more than the {FILE_BYTES_MAX} that a calendar can have", size.len())));
    }
    let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))
}

fn unread(path: &std::path::Path, error: &CalendarFileError) -> Failure {
    let failure = Failure::refused("calendar_file", format!("{}: {error}", path.display()));
    match error {
        CalendarFileError::NoTime { .. } => failure.hinted("say so: --year 2026, or --from DAY --to DAY"),
        CalendarFileError::Form { .. } => failure
            .hinted("an iCalendar file begins with BEGIN:VCALENDAR; servanda calendar show cn --json shows the JSON"),
        CalendarFileError::Entry { .. } | CalendarFileError::Empty => {
            failure.hinted("mend the file, or take the entry out of it")
        }
    }
}

pub(super) async fn run_profiles(args: ProfilesArgs, session: &Session) -> Result<Exit, Failure> {
    let only = args.profile.as_deref().map(ProfileId::parse).transpose();
    let only = only.map_err(|e| Failure::usage("profile", e.to_string()))?;
    let service = session.open_to_try()?;
    let asked = asked(&service, &args.asked).await?;
    let rows = service.profiles(only.as_ref(), asked).await?;
    if let Some(only) = only.filter(|_| rows.is_empty()) {
        return Err(Failure::refused("no_such_profile", format!("there is no counting profile {only}"))
            .hinted("servanda profiles lists those there are; servanda define-profile makes one"));
    }
    session.answer(&rows, &rows, || if args.profile.is_some() { in_full(&rows) } else { in_lines(&rows) })
}

fn in_lines(rows: &[ProfileRow]) -> Report {
    let columns = [
        Column::word("profile", "Profile"),
        Column::text("title", "Title").priority(2),
        Column::word("first_day", "First day"),
        Column::word("days_off", "Days off"),
        Column::word("act", "Last day off: acts"),
        Column::word("effect", "effects"),
        Column::text("source", "Source").priority(3),
    ];
    let row = |row: &ProfileRow| {
        let says = row;
        [
            Cell::from(says.profile.as_str()),
            Cell::from(&says.title),
            Cell::from(says.first_day),
            Cell::from(says.days_off),
            Cell::from(says.act.forward),
            Cell::from(says.effect.forward),
            Cell::from(&says.source),
        ]
    };
    Report::new().section(Section::table("profiles", columns).rows(rows.iter().map(row)))
}

fn in_full(rows: &[ProfileRow]) -> Report {
    rows.iter().fold(Report::new(), |report, row| {
        let says = row;
        let mut fields = vec![
            Field::new("profile", "Profile", says.profile.as_str()),
            Field::new("title", "Title", &says.title),
            Field::new("source", "Source", &says.source),
        ];
        fields.extend(says.url.as_ref().map(|url| Field::new("url", "To be read at", url)));
        let more = [
            ("first_day", "First day", format!("{}d", says.first_day)),
            ("last_day", "Last day", format!("{}d", says.last_day)),
            ("days_off", "Days off inside", says.days_off.to_string()),
            ("act", "Last day off, acts", format!("{} forward, {} back", says.act.forward, says.act.backward)),
            (
                "effect",
                "Last day off, effects",
                format!("{} forward, {} back", says.effect.forward, says.effect.backward),
            ),
            ("landing", "Ends on", says.landing.to_string()),
        ];
        fields.extend(more.into_iter().map(|(name, label, words)| Field::new(name, label, words)));
        if let Some(fewest) = says.fewest {
            let words = format!("at least {} in periods of {} days or more", fewest.working_days, fewest.from_days);
            fields.push(Field::new("fewest", "Working days", words));
        }
        fields.extend(says.floor.map(|floor| Field::new("floor", "Not before", floor)));
        fields.extend(says.cut_off.map(|time| Field::new("cut_off", "Ends at", time.to_string())));
        fields.extend(says.calendar_of.map(|place| Field::new("calendar_of", "Days off of", place)));
        fields.extend(says.zone_of.map(|place| Field::new("zone_of", "Time zone of", place)));
        if !says.calendars.is_empty() {
            fields.push(Field::new("calendars", "Calendars", joined(&says.calendars)));
        }
        fields.extend(says.notes.iter().map(|note| Field::new("note", "It says", note)));
        report.section(Section::fields("profile", fields))
    })
}
