//! One run of the program: its options, its register, its output.

use std::time::Duration;

use serde::Serialize;

use super::args::{AskedArgs, FilterArgs, Globals};
use super::error::{self, Exit, Failure};
use super::output::{Delivery, Format, Listing, Report, Section, Stream, Terminal, closing, emit, emit_error, present};
use super::place;
use crate::domain::command::Request;
use crate::domain::day::Day;
use crate::domain::id::{Actor, Reference};
use crate::domain::instant::Instant;
use crate::domain::spoken;
use crate::domain::status::AgreementStatus;
use crate::domain::vocabulary::AgreementKind;
use crate::domain::zone::Zone;
use crate::log::mending::Far;
use crate::service::Service;
use crate::service::doctor;
use crate::service::execute::Execution;
use crate::service::open::{Opening, in_memory, open};
use crate::service::settings::{self, Settings};
use crate::views::Asked;
use crate::views::checkup::Checkup;
use crate::views::filter::Filter;

/// One run of the program.
pub struct Session {
    globals: Globals,
    command: String,
}

impl Session {
    /// A run of a command with these options.
    #[must_use]
    pub fn new(globals: Globals, command: &str) -> Self {
        Self { globals, command: command.to_owned() }
    }

    /// The same command with other options.
    #[must_use]
    pub fn with(&self, globals: Globals) -> Self {
        Self::new(globals, &self.command)
    }

    /// The options of this run.
    #[must_use]
    pub const fn globals(&self) -> &Globals {
        &self.globals
    }

    /// The form of the answer.
    #[must_use]
    pub fn format(&self) -> Format {
        self.globals.format()
    }

    /// The terminal that the answer goes to.
    #[must_use]
    pub fn terminal(&self) -> Terminal {
        Terminal::of(Stream::Stdout, self.globals.color, place::variable)
    }

    /// The folder of the register.
    #[must_use]
    pub fn folder(&self) -> std::path::PathBuf {
        place::store(self.globals.store.as_deref())
    }

    /// Opens the register; with `create`, makes it where there is none and says so.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it is not there, held, damaged, or the environment is wrong.
    pub fn open(&self, create: bool) -> Result<Service, Failure> {
        self.open_in(create, None)
    }

    /// Opens the register to try something in it; where there is none, an empty one that is gone with the process.
    ///
    /// # Errors
    ///
    /// As for [`Session::open`].
    pub fn open_to_try(&self) -> Result<Service, Failure> {
        match self.open(false) {
            Err(failure) if failure.code == error::NO_REGISTER => {
                let clock = place::clock().map_err(|why| Failure::usage("now", why))?;
                Ok(in_memory(clock, place::ids(), Settings { zone: settings::zone_of_the_machine() }))
            }
            opened => opened,
        }
    }

    /// Decides an opening in an empty register of the mind, where there is none on the disk.
    ///
    /// # Errors
    ///
    /// As the request itself would fail in a new register.
    pub async fn try_first(&self, request: &Request, execution: &Execution) -> Result<(), Failure> {
        if self.folder().join(crate::service::settings::FILE).exists() {
            return Ok(());
        }
        let clock = place::clock().map_err(|why| Failure::usage("now", why))?;
        let service = in_memory(clock, place::ids(), Settings { zone: settings::zone_of_the_machine() });
        service.execute(request, &Execution { dry_run: true, ..execution.clone() }).await?;
        Ok(())
    }

    /// Opens the register as [`Session::open`] does, with the zone of one that is made.
    ///
    /// # Errors
    ///
    /// As for [`Session::open`].
    pub fn open_in(&self, create: bool, zone: Option<Zone>) -> Result<Service, Failure> {
        let folder = self.folder();
        let clock = place::clock().map_err(|why| Failure::usage("now", why))?;
        let new = create && !folder.join(crate::service::settings::FILE).exists();
        let opening = Opening {
            create,
            wait: Duration::from_secs(self.globals.wait),
            holder: place::holder(&self.command),
            zone,
        };
        let service = open(&folder, &opening, clock, place::ids())?;
        service.hear_closing(closing());
        if let Some(events) = service.migrated() {
            self.say(&format!(
                "this register was written by an earlier release; its log was rewritten in today's format, {} events",
                grouped(events)
            ));
        }
        if new {
            self.say(&format!(
                "made a new register in {} (its days are those of {})",
                folder.display(),
                service.settings().zone.name()
            ));
        }
        Ok(service)
    }

    /// Looks at the store without opening it, and with `fix` mends it.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it is not there, held, of a newer format, or the disk fails.
    pub fn look(&self, fix: bool, far: Far<'_>) -> Result<Checkup, Failure> {
        let clock = place::clock().map_err(|why| Failure::usage("now", why))?;
        let wait = Duration::from_secs(self.globals.wait);
        let opening = Opening { create: false, wait, holder: place::holder(&self.command), zone: None };
        Ok(doctor::look(&self.folder(), &opening, clock.as_ref(), fix, far)?)
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the name cannot be kept.
    pub fn actor(&self) -> Result<Actor, Failure> {
        Actor::parse(&place::actor()).map_err(|e| Failure::usage("actor", format!("{e}; set SERVANDA_ACTOR")))
    }

    /// Says something to the person, on standard error, beside the answer. Where JSON is asked for nobody listens:
    /// standard error is then empty, or one document that says what went wrong.
    pub fn say(&self, words: &str) {
        if matches!(self.format(), Format::Json | Format::Jsonl) {
            return;
        }
        let terminal = Terminal::of(Stream::Stderr, self.globals.color, place::variable);
        let _ = emit_error(&format!("{}\n", super::output::safe::sentence(words, terminal)));
    }

    /// Writes an answer in the form asked for.
    ///
    /// # Errors
    ///
    /// [`Failure`] when standard output fails; a reader that went away is a polite end.
    pub fn answer<Row: Serialize>(
        &self,
        document: &impl Serialize,
        rows: impl IntoIterator<Item = Row>,
        report: impl FnOnce() -> Report,
    ) -> Result<Exit, Failure> {
        let text = present(self.format(), self.terminal(), document, rows, report)
            .map_err(|e| Failure::storage("output", e.to_string()))?;
        self.write(&text)
    }

    /// Begins an answer of one table in the form asked for, whose rows come one after the other.
    #[must_use]
    pub fn listing(&self, heading: String, section: Section) -> Listing {
        Listing::begin(self.format(), self.terminal(), heading, section, Box::new(emit))
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// As for [`Session::answer`].
    pub fn listed(&self, listing: Listing) -> Result<Exit, Failure> {
        written(listing.finish())
    }

    /// Writes text to standard output.
    ///
    /// # Errors
    ///
    /// [`Failure`] when standard output fails; a reader that went away is a polite end.
    pub fn write(&self, text: &str) -> Result<Exit, Failure> {
        written(emit(text))
    }
}

fn written(delivered: std::io::Result<Delivery>) -> Result<Exit, Failure> {
    match delivered {
        Ok(Delivery::Complete | Delivery::Closed) => Ok(Exit::Done),
        Err(error) => Err(Failure::storage("output", format!("standard output: {error}"))),
    }
}

/// Writes a number with a comma after each thousand.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Reads a day: EDTF, words such as "yesterday", or an instant, whose day in the register's zone is meant.
///
/// # Errors
///
/// [`Failure`] naming the option.
pub fn day(service: &Service, option: &str, text: &str) -> Result<Day, Failure> {
    if let Ok(instant) = Instant::parse(text) {
        return Ok(service.settings().zone.day_of(instant));
    }
    spoken::parse_day_spoken(text, service.today())
        .map_err(|e| Failure::usage("day", format!("--{option}: {e}")).hinted("write a day such as 2025-10-18"))
}

/// Reads a time of knowledge: an instant, or a day, whose end in the register's zone is meant.
///
/// # Errors
///
/// [`Failure`] naming the option.
pub fn knowledge(service: &Service, text: &str) -> Result<Instant, Failure> {
    match Instant::parse(text) {
        Ok(instant) => Ok(instant),
        Err(_) => Ok(service.settings().zone.end_of(day(service, "known-at", text).map_err(|failure| {
            failure.hinted("write a time such as 2025-10-18T09:30:00Z, or a day, whose end is meant")
        })?)),
    }
}

fn as_of_hint(failure: Failure) -> Failure {
    failure.hinted("write a day such as 2025-10-18, a time with its offset such as 2025-10-18T20:00:00Z, or now")
}

/// Reads for which day or instant, and with which knowledge is asked; this very instant where nothing is said.
///
/// # Errors
///
/// [`Failure`] naming the option that cannot be read.
pub async fn asked(service: &Service, args: &AskedArgs) -> Result<Asked, Failure> {
    let known_at = match &args.known_at {
        Some(text) => knowledge(service, text)?,
        None => service.knowledge_now().await?,
    };
    let stated = match args.as_of.as_deref().map(str::trim) {
        Some("now") => Some(service.now()),
        Some(text) => match Instant::parse(text) {
            Ok(at) => Some(at),
            Err(_) => return Ok(Asked::on(day(service, "as-of", text).map_err(as_of_hint)?, known_at)),
        },
        None => None,
    };
    let at = stated.unwrap_or_else(|| service.now());
    let as_of = service.settings().zone.day_of(at);
    Ok(Asked { as_of, at: Some(at), at_stated: stated.is_some(), known_at })
}

/// Reads a reference.
///
/// # Errors
///
/// [`Failure`] when it is not of its form.
pub fn reference(text: &str) -> Result<Reference, Failure> {
    Reference::parse(text).map_err(|e| Failure::usage("agreement", e.to_string()))
}

/// Reads which agreements are wanted.
///
/// # Errors
///
/// [`Failure`] when a reference is not of its form.
pub fn filter(args: &FilterArgs) -> Result<Filter, Failure> {
    Ok(Filter {
        agreement: args.agreement.as_deref().map(reference).transpose()?,
        kind: args.kind.as_deref().and_then(|word| AgreementKind::ALL.iter().copied().find(|kind| kind.word() == word)),
        status: args
            .status
            .as_deref()
            .and_then(|word| AgreementStatus::ALL.iter().copied().find(|status| status.word() == word)),
        party: args.party.clone(),
        subject: args.subject.clone(),
        retracted: false,
    })
}
