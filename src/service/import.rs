//! Import: many commands, one a line, each decided, many made durable at once.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Service;
use super::almanac::{REGISTER, with};
use super::error::ExecuteError;
use super::exchange::{read_line, without_mark};
use super::execute::{Execution, Loaded, points_at};
use crate::domain::command::Request;
use crate::domain::decide::{Refusal, decide};
use crate::domain::fact::Fact;
use crate::domain::id::{AgreementId, CommandId, Reference};
use crate::domain::instant::Instant;
use crate::domain::moment::Moment;
use crate::domain::timeline::{Register, Timeline};
use crate::log::{self, Append, Position};
use crate::views::entry::Entry;
use crate::views::moves::Moved;

/// How many commands are made durable at once.
const BATCH: usize = 512;

/// How many facts are held between batches, so that an agreement of many lines is loaded and folded once; some 40 MB.
const FACTS_HELD_MAX: usize = 20_000;

/// For how many refused lines the references that were perhaps meant are looked up: each goes through all of them.
const MEANT_MAX: usize = 50;

/// How an import is to be carried out.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// As for a single command.
    pub execution: Execution,
    /// Whether one refused line keeps all others out.
    pub all_or_nothing: bool,
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
    /// The lines that were refused.
    pub refused: Vec<RefusedLine>,
    /// Of a dry run, the dates of agreements on record that changes of the register's own facts would move.
    pub moved: Vec<Moved>,
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

/// A command as its flat JSON object.
#[derive(Debug)]
pub struct Made {
    /// The command itself.
    pub object: Map<String, Value>,
    /// What makes it the same command when it is imported again, where that is not all of it.
    pub identity: Option<Map<String, Value>>,
    /// Whether it is one of those that a row of a table makes.
    pub of_row: bool,
}

/// The lines of a file, each a JSON object.
struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
}

impl Commands for Lines<'_> {
    fn next(&mut self) -> std::io::Result<Option<Item>> {
        loop {
            let line = match read_line(self.input) {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(None),
                // A line that is too long or no text is passed over.
                Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                    self.number += 1;
                    let error = Refusal::Field { field: "line", why: e.to_string() }.into();
                    return Ok(Some(Item { line: self.number, made: Err(error) }));
                }
                Err(source) => return Err(source),
            };
            self.number += 1;
            let text = if self.number == 1 { without_mark(&line) } else { &line };
            if text.trim().is_empty() {
                continue;
            }
            let made = match serde_json::from_str(text) {
                Ok(super::line::Object(object)) => Ok(Made { object, identity: None, of_row: false }),
                Err(e) => Err(Refusal::Field { field: "line", why: format!("it is not a JSON object: {e}") }.into()),
            };
            return Ok(Some(Item { line: self.number, made }));
        }
    }
}

/// What is decided on, and what is decided and not yet durable.
struct Batch {
    /// Agreements with their facts, those of earlier batches too.
    loaded: HashMap<Reference, Loaded>,
    /// How many facts these have.
    facts: usize,
    /// The agreements with facts that the view has not taken in.
    unkept: HashSet<Reference>,
    /// Up to where the view has taken the log in.
    kept_to: u64,
    commits: Vec<Append>,
    commands: HashSet<CommandId>,
    /// The register's own facts, those too that are not yet durable.
    register: Register,
    /// Whether one of the lines changed the register's own facts, so that others' dates may have moved.
    register_moved: bool,
    end: u64,
    last: Option<Instant>,
    meant: usize,
}

impl Batch {
    /// Has everything that is loaded counted by the register as it is by now.
    fn enter(&mut self, register: Register) {
        for loaded in self.loaded.values_mut() {
            if loaded.id == REGISTER {
                *loaded = Loaded::register(register.clone());
            } else {
                loaded.timeline.enter(register.clone());
            }
        }
        self.register = register;
    }
}

impl Service {
    /// Records the commands of an input, one JSON object a line. A second import of the same lines changes nothing.
    ///
    /// A line without a command id gets one from its content (and, for a line that stands several times, from which
    /// of them it is), so a line is the same command wherever and whenever it is imported. `progress` is called with
    /// the number of lines read.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when the input or the store fails; what was recorded until then stays, and the same import
    /// again goes on from there.
    pub async fn import(
        &self,
        input: &mut dyn BufRead,
        options: &ImportOptions,
        progress: impl FnMut(u64),
    ) -> Result<Imported, ExecuteError> {
        self.import_commands(&mut Lines { input, number: 0 }, options, progress).await
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
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, ExecuteError> {
        let _deciding = self.deciding.lock().await;
        self.catch_up().await?;
        let mut imported = Imported::default();
        let mut seen: HashMap<[u8; 16], u32> = HashMap::new();
        let mut batch = self.new_batch().await?;
        let whole = options.all_or_nothing || options.execution.dry_run;
        let mut number = 0;
        loop {
            let item = match commands.next() {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(source) => {
                    if !whole {
                        self.append_batch(&mut batch).await?;
                        self.keep_batch(&mut batch).await?;
                    }
                    return Err(ExecuteError::Input { lines: number, source });
                }
            };
            number = item.line;
            imported.commands += 1;
            let (command, decided) = match item.made {
                Ok(made) => {
                    let command = made.of_row.then(|| named(&made.object));
                    (command, self.import_one(made, options, &mut seen, &mut batch).await)
                }
                Err(error) => (None, Err(error)),
            };
            match decided {
                Ok(true) => imported.recorded += 1,
                Ok(false) => imported.repeated += 1,
                Err(error) if is_about_the_line(&error) => {
                    imported.refused.push(RefusedLine { line: number, command, error });
                }
                Err(error) => return Err(error),
            }
            if batch.commits.len() >= BATCH && !whole {
                self.append_batch(&mut batch).await?;
                if batch.facts > FACTS_HELD_MAX {
                    self.keep_batch(&mut batch).await?;
                }
            }
            if imported.commands.is_multiple_of(256) {
                progress(number);
            }
        }
        progress(number);
        if options.execution.dry_run {
            imported.moved = self.moved_in_all(&batch).await?;
            return Ok(imported);
        }
        if options.all_or_nothing && !imported.refused.is_empty() {
            imported.recorded = 0;
            return Ok(imported);
        }
        self.append_batch(&mut batch).await?;
        self.keep_batch(&mut batch).await?;
        Ok(imported)
    }

    async fn new_batch(&self) -> Result<Batch, ExecuteError> {
        let end = self.log.end().await?.get();
        Ok(Batch {
            loaded: HashMap::new(),
            facts: 0,
            unkept: HashSet::new(),
            kept_to: end,
            commits: Vec::new(),
            commands: HashSet::new(),
            register: self.register().await?,
            register_moved: false,
            end,
            last: self.log.last_recorded_at().await?.map(Instant::from_micros),
            meant: 0,
        })
    }

    /// Makes what is decided durable.
    async fn append_batch(&self, batch: &mut Batch) -> Result<(), ExecuteError> {
        batch.commands.clear();
        for result in self.log.append_all(std::mem::take(&mut batch.commits)).await {
            result?;
        }
        Ok(())
    }

    /// What the register's own facts that are not yet durable move, each after the one before it.
    async fn moved_in_all(&self, batch: &Batch) -> Result<Vec<Moved>, ExecuteError> {
        let mut moved = Vec::new();
        if !batch.register_moved {
            return Ok(moved);
        }
        let mut register = self.register().await?;
        for fact in batch.register.facts().iter().skip(register.facts().len()) {
            let now = Moment { day: self.settings.zone.day_of(fact.recorded.at), at: Some(fact.recorded.at) };
            moved.extend(self.moved_by(&Loaded::register(register.clone()).timeline, fact, now).await?);
            register = with(&register, std::slice::from_ref(fact));
        }
        Ok(moved)
    }

    /// Brings the view up to what was made durable, and lets go of what was loaded.
    async fn keep_batch(&self, batch: &mut Batch) -> Result<(), ExecuteError> {
        let entry = |reference: &Reference| {
            let loaded = batch.loaded.get(reference)?;
            Entry::of(loaded.id, &loaded.timeline)
        };
        if batch.register_moved {
            self.catch_up().await?;
        } else {
            let entries = batch.unkept.iter().filter_map(entry).collect();
            self.keep(Position::new(batch.kept_to), Position::new(batch.end), entries).await?;
        }
        *batch = Batch { meant: batch.meant, ..self.new_batch().await? };
        Ok(())
    }

    /// Decides one command; true when it is to be recorded, false when it was before.
    async fn import_one(
        &self,
        made: Made,
        options: &ImportOptions,
        seen: &mut HashMap<[u8; 16], u32>,
        batch: &mut Batch,
    ) -> Result<bool, ExecuteError> {
        let Made { object, identity, .. } = made;
        let derived = derived_id(identity.as_ref().unwrap_or(&object), seen);
        let request = Request::from_json(object)?;
        let given = request.framing.command_id;
        let command = given.unwrap_or(derived);
        let pending = batch.commands.contains(&command);
        if pending || self.log.find(log::CommandId::new(command.0)).await?.is_some() {
            // An identity made of the content needs no comparison; one that was given does.
            if let Some(given) = given {
                if pending {
                    let recorded = "an earlier line".to_owned();
                    return Err(Refusal::CommandReused { command: given, recorded }.into());
                }
                self.repeated(&request, given, &options.execution).await?;
            }
            return Ok(false);
        }
        self.load_into(batch, &request).await?;
        let context = self.context_after(&request, &options.execution, batch.last)?;
        let none = Timeline::default().within(batch.register.clone());
        let timeline = batch.loaded.get(&request.agreement).map_or(&none, |loaded| &loaded.timeline);
        let decision = match decide(&request, timeline, &context) {
            Ok(decision) => decision,
            Err(Refusal::NoSuchAgreement { reference, .. }) => {
                return Err(self.not_there(&reference, batch).await?.into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let adopted = self.adopted(&batch.register, timeline, &decision.saying, &context, batch.end);
        self.adopt(batch, &adopted)?;
        let register = batch.register.clone();
        let loaded = batch
            .loaded
            .entry(request.agreement.clone())
            .or_insert_with(|| Loaded::opening(AgreementId(self.ids.uuid(context.now)), register));
        let fact = self.fact(loaded, command, &context, &decision, batch.end);
        // As for a single command: a reference stays unique because nobody else wrote since it was looked up.
        let only_here = request.command.opens() || !adopted.is_empty();
        let expected_end = only_here.then(|| Position::new(batch.end));
        batch.commits.push(self.written(loaded.id, std::slice::from_ref(&fact), expected_end)?);
        batch.commands.insert(command);
        batch.end += 1;
        batch.facts += 1;
        batch.last = Some(context.now);
        if request.agreement.is_register() {
            batch.register_moved = true;
            batch.enter(with(&batch.register, &[fact]));
            return Ok(true);
        }
        loaded.timeline.push(fact);
        batch.unkept.insert(request.agreement);
        Ok(true)
    }

    /// Takes in the facts that put shipped calendars on record, before the one that counts by them.
    fn adopt(&self, batch: &mut Batch, adopted: &[Fact]) -> Result<(), ExecuteError> {
        if adopted.is_empty() {
            return Ok(());
        }
        let end = Position::new(batch.end);
        batch.commits.push(self.written(REGISTER, adopted, Some(end))?);
        batch.end += adopted.len() as u64;
        batch.enter(with(&batch.register, adopted));
        Ok(())
    }

    /// The refusal of a line that names an agreement that is not there.
    async fn not_there(&self, reference: &Reference, batch: &mut Batch) -> Result<Refusal, ExecuteError> {
        batch.meant += 1;
        let meant = if batch.meant > MEANT_MAX { Vec::new() } else { self.meant(reference).await? };
        Ok(Refusal::NoSuchAgreement { reference: reference.clone(), meant })
    }

    /// Loads what a line is decided on, unless an earlier line did.
    async fn load_into(&self, batch: &mut Batch, request: &Request) -> Result<(), ExecuteError> {
        if let Some(other) = points_at(&request.command)
            && !batch.loaded.contains_key(other)
            && self.kept_entry(other).await?.is_none()
        {
            return Err(self.not_there(other, batch).await?.into());
        }
        if request.agreement.is_register() {
            let register = batch.register.clone();
            batch.loaded.entry(request.agreement.clone()).or_insert_with(|| Loaded::register(register));
        } else if !batch.loaded.contains_key(&request.agreement)
            && let Some(entry) = self.kept_entry(&request.agreement).await?
        {
            let timeline = self.timeline_of(entry.id).await?.within(batch.register.clone());
            batch.facts += timeline.facts().len();
            let loaded = Loaded { id: entry.id, timeline };
            batch.loaded.insert(request.agreement.clone(), loaded);
        }
        Ok(())
    }
}

/// What a command is called where a row made several.
fn named(object: &Map<String, Value>) -> String {
    let word = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", word("command"), word("agreement"))
}

/// An identity made of a line's content and, where it stands several times, of which of them it is.
fn derived_id(object: &Map<String, Value>, seen: &mut HashMap<[u8; 16], u32>) -> CommandId {
    let canonical = serde_json_canonicalizer::to_vec(object).unwrap_or_default();
    let mut hash = [0; 16];
    hash.copy_from_slice(&Sha256::digest(&canonical)[..16]);
    let nth = seen.entry(hash).or_insert(0);
    *nth += 1;
    let digest =
        Sha256::new().chain_update(b"servanda import\0").chain_update(&canonical).chain_update(nth.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    CommandId(Uuid::new_v8(bytes))
}

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
