//! Import: many commands, one a line, each decided in the order of the lines, many made durable at once.
//!
//! Three stages work beside each other, a chunk of lines apart: `lines` reads what a line says, here the lines are decided one after
//! the other, and `writer` makes bytes of what was decided and hands them to the log. The view takes everything in
//! once, at the end; until then `desk` knows the agreements of the import.

mod desk;
mod lines;
mod opened;
mod seen;
mod writer;

use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use super::Service;
use super::almanac::{REGISTER, with};
use super::clock::ClockBehind;
use super::error::ExecuteError;
use super::execute::{Execution, Loaded, points_at};
use super::shelf::FACTS_HELD_MAX;
use crate::domain::command::{Command, Request, RequestError};
use crate::domain::decide::Refusal;
use crate::domain::docket::Docket;
use crate::domain::fact::Fact;
use crate::domain::id::{AgreementId, CommandId, Reference};
use crate::domain::instant::Instant;
use crate::domain::moment::Moment;
use crate::domain::redaction::RedactionError;
use crate::domain::timeline::Register;
use crate::log::{self, AppendError, Position, Receipt};
use crate::views::moves::Moved;
use desk::Desk;
use lines::{Lines, Parsed, parsed};
use seen::Seen;
use writer::Writer;

/// How much of an import is held; less in tests.
#[derive(Clone, Copy)]
struct Bounds {
    /// How many lines a chunk has at most: two chunks and two batches are in memory at a time.
    chunk: usize,
    /// How many commits are made durable at once: some MiB, which the log writes as they are instead of one by one.
    batch: usize,
    /// How many facts the agreements on the desk have.
    facts: usize,
    /// How many agreements are known that were put away, before the view takes in what was recorded about them. Beside them it has
    /// no other to take in than those that lie on the desk.
    away: usize,
}

impl Bounds {
    const USUAL: Self = Self { chunk: 1_024, batch: 4_096, facts: FACTS_HELD_MAX, away: 200_000 };
}

/// After how many bytes of lines a chunk ends early.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// For how many refused lines the references that were perhaps meant are looked up: each goes through all of them.
const MEANT_MAX: usize = 50;

/// How many references are told that were perhaps meant, and how like they are at least.
const MEANT: usize = 3;
const LIKE: f64 = 0.8;

/// How many refused lines are told: beyond them they are only counted, some kilobyte of memory each.
pub const REFUSED_TOLD_MAX: usize = 10_000;

/// After how many commands progress is told.
const TOLD_EVERY: u64 = 256;

/// How an import is to be carried out.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// As for a single command.
    pub execution: Execution,
    /// Whether one refused line keeps all others out.
    pub all_or_nothing: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Far {
    /// So many lines are decided.
    Lines(u64),
    /// The view takes in what was recorded.
    View {
        /// How many events are taken in.
        done: u64,
        /// How many there are to take in, at most.
        all: u64,
    },
}

/// A line that was refused, or a part of a row.
#[derive(Debug)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: u64,
    /// The verb and the agreement, where a row of a table made several commands.
    pub command: Option<String>,
    /// Why.
    pub error: ExecuteError,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// How many lines held a command.
    pub commands: u64,
    /// How many were recorded, or would be.
    pub recorded: u64,
    /// How many had been recorded before.
    pub repeated: u64,
    /// The first lines that were refused, at most [`REFUSED_TOLD_MAX`].
    pub refused: Vec<RefusedLine>,
    /// How many were refused after them.
    pub refused_left_out: u64,
    /// Of a dry run, the dates of agreements on record that changes of the register's own facts would move.
    pub moved: Vec<Moved>,
    /// The clock is behind the last record, whose time bears what was recorded without one of its own.
    pub clock_behind: Option<ClockBehind>,
}

/// Where the commands of an import come from, in their order.
pub trait Commands {
    /// The next command, or what is wrong where one was meant; none at the end.
    ///
    /// # Errors
    ///
    /// The input's own error, after which it is not read on.
    fn next(&mut self) -> std::io::Result<Option<Item>>;
}

/// A command of an import.
#[derive(Debug)]
pub struct Item {
    /// The line that it stands on, from 1.
    pub line: u64,
    /// The command, or why there is none.
    pub made: Result<Made, ExecuteError>,
}

/// A command as it comes in.
#[derive(Debug)]
pub enum Made {
    /// A line, which is to be a flat JSON object.
    Line(String),
    /// One of the flat objects that a row of a table makes.
    Row {
        /// The command itself.
        object: Map<String, Value>,
        /// What makes it the same command when it is imported again, where that is not all of it.
        identity: Option<Map<String, Value>>,
    },
}

/// Commands that were read together, and the input's error after them.
struct Chunk {
    parsing: JoinHandle<Vec<Parsed>>,
    broken: Option<std::io::Error>,
}

/// One import under way.
struct Import<'a> {
    service: &'a Service,
    options: &'a ImportOptions,
    bounds: Bounds,
    desk: Desk,
    writer: Writer,
    seen: Seen,
    /// The register's own facts, those too that are not yet durable.
    register: Register,
    /// Whether one of the lines changed the register's own facts, so that others' dates may have moved.
    register_moved: bool,
    end: u64,
    /// How often the view took in what was recorded.
    taken_in: usize,
    last: Option<Instant>,
    asked_what_was_meant: usize,
    done: Imported,
}

impl Service {
    /// Records the commands of an input, one JSON object a line. A second import of the same lines changes nothing.
    ///
    /// A line without a command id gets one from its content (and, for a line that stands several times, from which
    /// of them it is), so a line is the same command wherever and whenever it is imported. `progress` hears
    /// how far it is.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when the input or the store fails; what was recorded until then stays, and the same import
    /// again goes on from there.
    pub async fn import(
        &self,
        input: &mut dyn BufRead,
        options: &ImportOptions,
        progress: impl FnMut(Far) + Send,
    ) -> Result<Imported, ExecuteError> {
        self.import_commands(&mut Lines::new(input), options, progress).await
    }

    /// Records the commands of any origin, in their order, as [`Service::import`] does those of lines.
    ///
    /// # Errors
    ///
    /// As for [`Service::import`].
    pub async fn import_commands(
        &self,
        commands: &mut dyn Commands,
        options: &ImportOptions,
        progress: impl FnMut(Far) + Send,
    ) -> Result<Imported, ExecuteError> {
        self.import_within(Bounds::USUAL, commands, options, progress).await.map(|(imported, _)| imported)
    }

    /// Records the commands, and says how often the view took in what was recorded.
    async fn import_within(
        &self,
        bounds: Bounds,
        commands: &mut dyn Commands,
        options: &ImportOptions,
        mut progress: impl FnMut(Far) + Send,
    ) -> Result<(Imported, usize), ExecuteError> {
        let _alone = self.turns.alone().await;
        // What an import decides about lies on its own desk.
        self.recent().clear();
        self.catch_up().await?;
        let end = self.log.end().await?.get();
        let mut import = Import {
            service: self,
            options,
            bounds,
            desk: Desk::within(bounds.facts),
            writer: Writer::new(Arc::clone(&self.log), end, bounds.batch),
            seen: Seen::new(self.aside(1)),
            register: self.register().await?,
            register_moved: false,
            end,
            taken_in: 0,
            last: self.log.last_recorded_at().await?.map(Instant::from_micros),
            asked_what_was_meant: 0,
            done: Imported::default(),
        };
        let decided = import.all(commands, &mut progress).await;
        let ended = match decided {
            Ok(()) => import.end(&mut progress).await,
            // What the input held before it broke off is recorded.
            Err(error @ ExecuteError::Input { .. }) if !import.keeps_all() => {
                import.record(&mut progress).await.and(Err(error))
            }
            Err(error) => Err(error),
        };
        if ended.is_err() {
            // Nobody else decides before what is on its way has arrived.
            import.writer.give_up().await;
        }
        ended.map(|()| (import.done, import.taken_in))
    }
}

/// Reads commands until there is a chunk of them; none at the end.
fn chunk(commands: &mut dyn Commands, most: usize) -> Option<Chunk> {
    let mut items = Vec::with_capacity(most);
    let mut bytes = 0;
    let mut broken = None;
    while items.len() < most && bytes < CHUNK_BYTES {
        match commands.next() {
            Ok(Some(item)) => {
                if let Ok(Made::Line(line)) = &item.made {
                    bytes += line.len();
                }
                items.push(item);
            }
            Ok(None) => break,
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
    }
    if items.is_empty() && broken.is_none() {
        return None;
    }
    let parse = move || items.into_iter().map(parsed).collect();
    Some(Chunk { parsing: tokio::task::spawn_blocking(parse), broken })
}

impl Import<'_> {
    /// Whether everything is held back until the last line is decided.
    const fn keeps_all(&self) -> bool {
        self.options.all_or_nothing || self.options.execution.dry_run
    }

    /// Decides all commands, each chunk while the next one is parsed and the one before is written.
    async fn all(
        &mut self,
        commands: &mut dyn Commands,
        progress: &mut (impl FnMut(Far) + Send),
    ) -> Result<(), ExecuteError> {
        let mut number = 0;
        let mut next = chunk(commands, self.bounds.chunk);
        while let Some(Chunk { parsing, broken }) = next {
            next = if broken.is_none() { chunk(commands, self.bounds.chunk) } else { None };
            let doing = "reading lines on another thread";
            let failed = |source: tokio::task::JoinError| AppendError::Storage { doing, source: source.into() };
            let parsed = parsing.await.map_err(failed)?;
            self.chunk(parsed, &mut number, progress).await?;
            if let Some(source) = broken {
                return Err(ExecuteError::Input { lines: number, source });
            }
        }
        progress(Far::Lines(number));
        Ok(())
    }

    async fn chunk(
        &mut self,
        chunk: Vec<Parsed>,
        number: &mut u64,
        progress: &mut (impl FnMut(Far) + Send),
    ) -> Result<(), ExecuteError> {
        self.writer.forget_durable();
        let named = chunk.into_iter().map(|parsed| self.named(parsed)).collect::<Result<Vec<_>, _>>()?;
        let asked = named.iter().filter_map(|(_, _, made)| made.as_ref().ok());
        let asked = asked.map(|(command, _)| log::CommandId::new(command.0)).collect();
        let mut receipts = self.service.log.find_many(asked).await?.into_iter();
        for (line, told, made) in named {
            *number = line;
            self.done.commands += 1;
            let decided = match made {
                Ok((command, request)) => self.one(command, request, receipts.next().flatten()).await,
                Err(error) => Err(error),
            };
            match decided {
                Ok(true) => self.done.recorded += 1,
                Ok(false) => self.done.repeated += 1,
                Err(error) if is_about_the_line(&error) => {
                    if self.done.refused.len() < REFUSED_TOLD_MAX {
                        self.done.refused.push(RefusedLine { line, command: told, error });
                    } else {
                        self.done.refused_left_out += 1;
                    }
                }
                Err(error) => return Err(error),
            }
            if self.writer.is_full() && !self.keeps_all() {
                self.writer.send().await?;
            }
            if self.done.commands.is_multiple_of(TOLD_EVERY) {
                progress(Far::Lines(line));
            }
        }
        if !self.keeps_all() {
            self.desk.make_room(self.writer.durable());
            if self.desk.away() > self.bounds.away {
                self.record(progress).await?;
            }
        }
        Ok(())
    }

    /// Gives a line the identity of its command: the one that it names, else one made of its content.
    fn named(&mut self, parsed: Parsed) -> Result<NamedLine, ExecuteError> {
        let Parsed { line, command, made } = parsed;
        let (identity, request) = match made {
            Ok(made) => made,
            Err(error) => return Ok((line, command, Err(error))),
        };
        let nth = self.seen.nth(identity.known_by)?;
        let given = request.as_ref().ok().and_then(|request| request.framing.command_id);
        Ok((line, command, Ok((given.unwrap_or_else(|| identity.nth(nth)), request))))
    }

    /// Makes everything durable that was decided, and has the view take it in.
    async fn record(&mut self, progress: &mut (impl FnMut(Far) + Send)) -> Result<(), ExecuteError> {
        self.writer.finish().await?;
        // All of it can be read again, and nothing is decided before the view knows it: the view is given the room.
        self.desk = Desk::within(self.bounds.facts);
        self.service.catch_up_with(&mut |done, all| progress(Far::View { done, all })).await?;
        self.taken_in += 1;
        Ok(())
    }

    /// Ends the import as its options have it.
    async fn end(&mut self, progress: &mut (impl FnMut(Far) + Send)) -> Result<(), ExecuteError> {
        if self.options.execution.dry_run {
            self.done.moved = self.moved_in_all().await?;
            return Ok(());
        }
        if self.options.all_or_nothing && !self.done.refused.is_empty() {
            self.done.recorded = 0;
            return Ok(());
        }
        // No line is counted any more.
        self.seen = Seen::new(self.service.aside(1));
        self.record(progress).await
    }

    /// What the register's own facts that are not yet durable move, each after the one before it.
    async fn moved_in_all(&self) -> Result<Vec<Moved>, ExecuteError> {
        let mut moved = Vec::new();
        if !self.register_moved {
            return Ok(moved);
        }
        let mut register = self.service.register().await?;
        for fact in self.register.facts().iter().skip(register.facts().len()) {
            let zone = &self.service.settings.zone;
            let now = Moment { day: zone.day_of(fact.recorded.at), at: Some(fact.recorded.at) };
            let own = Loaded::register(register.clone()).docket.into_timeline();
            moved.extend(self.service.moved_by(&own, fact, now).await?);
            register = with(&register, std::slice::from_ref(fact));
        }
        Ok(moved)
    }

    /// Decides one command; true when it is to be recorded, false when it was before.
    async fn one(
        &mut self,
        command: CommandId,
        request: Result<Request, RequestError>,
        receipt: Option<Receipt>,
    ) -> Result<bool, ExecuteError> {
        let request = request?;
        if matches!(request.command, Command::Redact(_)) {
            return Err(Refusal::from(RedactionError::InImport).into());
        }
        let held_back = self.writer.holds(command);
        if held_back || receipt.is_some() {
            // An identity made of the content needs no comparison; one that was given does.
            if request.framing.command_id.is_some() {
                self.compare(command, &request, receipt).await?;
            }
            return Ok(false);
        }
        self.load(&request).await?;
        let context = self.service.context_after(&request, &self.options.execution, self.last)?;
        if self.done.clock_behind.is_none() {
            self.done.clock_behind = self.service.clock_behind(context.now, context.asserted);
        }
        let mut none = Docket::default();
        none.enter(self.register.clone());
        let held = self.desk.held(&request.agreement, &self.register);
        let docket = held.map_or(&mut none, |held| &mut held.loaded.docket);
        let decision = match docket.decide(&request, &context) {
            Ok(decision) => decision,
            Err(Refusal::NoSuchAgreement { reference, .. }) => return Err(self.not_there(&reference).await?.into()),
            Err(refusal) => return Err(refusal.into()),
        };
        let adopted = self.service.adopted(&self.register, docket, &decision.saying, &context, self.end);
        // As for a single command: a reference stays unique because nobody else wrote since it was looked up.
        let only_here = request.command.opens() || !adopted.is_empty();
        self.adopt(adopted);
        if self.desk.known(&request.agreement).is_none() {
            let id = AgreementId(self.service.ids.uuid(context.now));
            let loaded = Loaded::of(id, none);
            self.desk.hold(request.agreement.clone(), loaded, self.end);
        }
        let Some(held) = self.desk.held(&request.agreement, &self.register) else { return Ok(false) };
        let fact = self.service.fact(&held.loaded, command, &context, &decision, self.end);
        let expected_end = only_here.then(|| Position::new(self.end));
        self.end += 1;
        let commit = self.service.salted(held.loaded.id, vec![fact.clone()], expected_end);
        self.writer.take(commit, Some(command), self.end);
        self.last = Some(context.now);
        held.end = self.end;
        if request.agreement.is_register() {
            self.register_moved = true;
            self.register = with(&self.register, &[fact]);
        } else {
            held.loaded.docket.put(fact);
        }
        self.desk.grew();
        Ok(true)
    }

    /// Compares a command that names an identity with the one that has it.
    async fn compare(
        &mut self,
        command: CommandId,
        request: &Request,
        receipt: Option<Receipt>,
    ) -> Result<(), ExecuteError> {
        let receipt = match receipt {
            Some(receipt) => Some(receipt),
            None if self.keeps_all() => None,
            None => {
                self.writer.finish().await?;
                self.service.log.find(log::CommandId::new(command.0)).await?
            }
        };
        let Some(receipt) = receipt else {
            return Err(Refusal::CommandReused { command, recorded: "an earlier line".to_owned() }.into());
        };
        let meant = self.id_of(&request.agreement).await?;
        self.service.repeated(request, &receipt, meant, &self.options.execution).await?;
        Ok(())
    }

    /// Takes in the facts that put shipped calendars on record, before the one that counts by them.
    fn adopt(&mut self, adopted: Vec<Fact>) {
        if adopted.is_empty() {
            return;
        }
        let expected_end = Some(Position::new(self.end));
        self.end += adopted.len() as u64;
        self.register = with(&self.register, &adopted);
        self.writer.take(self.service.salted(REGISTER, adopted, expected_end), None, self.end);
    }

    /// The refusal of a line that names an agreement that is not there.
    async fn not_there(&mut self, reference: &Reference) -> Result<Refusal, ExecuteError> {
        self.asked_what_was_meant += 1;
        let meant = if self.asked_what_was_meant > MEANT_MAX { Vec::new() } else { self.meant(reference).await? };
        Ok(Refusal::NoSuchAgreement { reference: reference.clone(), meant })
    }

    /// The references that were perhaps meant, those of this import among them.
    async fn meant(&self, given: &Reference) -> Result<Vec<Reference>, ExecuteError> {
        let likeness = |one: &Reference| strsim::jaro_winkler(one.as_str(), given.as_str());
        let mut meant = self.service.meant(given).await?;
        meant.extend(self.desk.references().filter(|one| likeness(one) > LIKE));
        meant.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)).then_with(|| one.cmp(other)));
        meant.dedup();
        meant.truncate(MEANT);
        Ok(meant)
    }

    /// The identity of an agreement, of this import or from before it.
    async fn id_of(&self, reference: &Reference) -> Result<Option<AgreementId>, ExecuteError> {
        match self.desk.known(reference) {
            Some(id) => Ok(Some(id)),
            None => Ok(self.service.kept_entry(reference).await?.map(|entry| entry.id)),
        }
    }

    /// Puts on the desk what a line is decided on, unless it lies there.
    async fn load(&mut self, request: &Request) -> Result<(), ExecuteError> {
        if let Some(other) = points_at(&request.command)
            && self.id_of(other).await?.is_none()
        {
            return Err(self.not_there(other).await?.into());
        }
        let reference = &request.agreement;
        if self.desk.held(reference, &self.register).is_some() {
            return Ok(());
        }
        if reference.is_register() {
            let loaded = Loaded::register(self.register.clone());
            self.desk.hold(reference.clone(), loaded, self.end);
            return Ok(());
        }
        let (id, end) = match self.desk.put_away(reference) {
            Some(put_away) => put_away,
            None => match self.service.kept_entry(reference).await? {
                Some(entry) => (entry.id, 0),
                None => return Ok(()),
            },
        };
        let timeline = self.service.timeline_of(id).await?.within(self.register.clone());
        self.desk.hold(reference.clone(), Loaded::of(id, Docket::new(timeline)), end);
        Ok(())
    }
}

/// A command with its identity.
type Named = (CommandId, Result<Request, RequestError>);

/// A line's number, what it is called where a row made several, and its command or why there is none.
type NamedLine = (u64, Option<String>, Result<Named, ExecuteError>);

/// Whether an error speaks about the line, not about the store.
const fn is_about_the_line(error: &ExecuteError) -> bool {
    matches!(
        error,
        ExecuteError::Request(_)
            | ExecuteError::Refused(_)
            | ExecuteError::Row(_)
            | ExecuteError::AssertedTime
            | ExecuteError::TimeRunsBackwards { .. }
    )
}
