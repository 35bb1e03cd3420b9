//! Taking something out of the record on legal duty: decided as any command, and carried out by the log in one act.
//!
//! Beside the log go the attached papers whose hash only the removed body named, and what this process holds in memory of it. What other
//! facts say of the same is looked for and told, and stays.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::Service;
use super::backup::belongings::ASIDE;
use super::error::ExecuteError;
use super::execute::{ATTEMPTS_MAX, Execution, Outcome};
use crate::domain::command::Request;
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::change::Redacted;
use crate::domain::fact::{Fact, Saying};
use crate::domain::id::{CommandId, Reference};
use crate::domain::objection::Objection;
use crate::domain::redaction::{MARK, taken};
use crate::domain::timeline::Timeline;
use crate::log::codec::{self, Salt};
use crate::log::{self, AppendError, Heard, Position, Recorded, Replacement, StreamId};
use crate::views::outcome::ElsewhereView;

/// How many events are read at a time.
const PAGE: usize = 4_096;

/// How many other places are told; more are counted.
pub const ELSEWHERE_MAX: usize = 100;

/// Where else the words stand that a redaction takes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The places, in the order of the log, the first [`ELSEWHERE_MAX`] of them.
    pub places: Vec<ElsewhereView>,
    /// How many there are.
    pub count: u64,
    /// The attached papers, by their hashes, that only the removed body named.
    pub papers: Vec<String>,
}

/// What is taken out of a fact.
struct Taking {
    target: Fact,
    left: Saying,
    body: Vec<u8>,
}

impl Service {
    /// Takes something out of the record: what a request of `redact` names is gone from the store when this returns.
    ///
    /// `heard` hears how far the copying of the log is, and then how far its views are made anew.
    ///
    /// # Errors
    ///
    /// As [`Service::execute`].
    pub async fn redact(
        &self,
        request: &Request,
        execution: &Execution,
        heard: &Heard,
    ) -> Result<Outcome, ExecuteError> {
        let given = request.framing.command_id;
        let command = given.unwrap_or_else(|| CommandId(self.ids.uuid(self.now())));
        for _ in 0..ATTEMPTS_MAX {
            // Nobody else decides meanwhile: what they hold in their hands may say what is to go.
            let turn = self.turns.alone().await;
            if given.is_some()
                && let Some(receipt) = self.log.find(log::CommandId::new(command.0)).await?
            {
                let meant = self.known_entry(&request.agreement).await?.map(|entry| entry.id);
                return self.repeated(request, &receipt, meant, execution).await;
            }
            let mut loaded = self.load(request).await?;
            let end = self.log.end().await?;
            let context = self.context(request, execution).await?;
            let mut decision = self.decided(request, &mut loaded.docket, &context).await?;
            let salt: Salt = self.ids.bytes();
            let (taking, saying) = taking(loaded.docket.timeline(), &decision.saying, &salt)?;
            decision.saying = Arc::new(saying);
            let elsewhere = self.elsewhere(&taking).await?;
            let fact = self.fact(&loaded, command, &context, &decision, end.get());
            if execution.dry_run {
                let outcome = self.outcome(request, &mut loaded, fact, decision, &[], true).await?;
                return Ok(Outcome { elsewhere, ..outcome });
            }
            if let Some(folder) = self.put_aside_by_a_repair()? {
                return Err(ExecuteError::Aside { folder });
            }
            let commit = self.salted(loaded.id, vec![fact.clone()], Some(end)).written()?;
            let replaced = vec![Replacement { position: Position::new(taking.target.position), body: taking.body }];
            let appended = {
                // Whoever makes a view of what was read before must not put it where the new one goes.
                let _viewing = self.viewing.write().await;
                self.forget_waiting();
                let aside = self.put_aside(&elsewhere.papers, end).map_err(papers)?;
                let appended = self.log.append_replacing(commit, replaced, Arc::clone(heard)).await;
                match &appended {
                    Ok(_) => aside.remove().map_err(papers)?,
                    // It is not known whether it was done: that is settled when the register is opened.
                    Err(AppendError::Storage { .. } | AppendError::AfterFailure { .. }) => {}
                    Err(_) => aside.bring_back().map_err(papers)?,
                }
                appended
            };
            match appended {
                Ok(receipt) => {
                    self.forget();
                    let fact = Fact { position: receipt.first.get(), ..fact };
                    let outcome = self.outcome(request, &mut loaded, fact, decision, &[], false).await?;
                    drop((loaded, turn));
                    // It is recorded whatever becomes of the views: a question makes them anew, or says what is wrong.
                    let _ = self.catch_up_with(&mut |done, all| heard(done, all)).await;
                    return Ok(Outcome { elsewhere, ..outcome });
                }
                Err(AppendError::Conflict { .. } | AppendError::EndMoved { .. } | AppendError::ClockBehind { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Contended { attempts: ATTEMPTS_MAX })
    }

    /// Lets go of everything in memory that was made of facts.
    fn forget(&self) {
        self.recent().clear();
        self.forget_waiting();
        if let Ok(mut register) = self.register.lock() {
            *register = crate::domain::timeline::Register::default().in_zone(self.settings.zone_name());
        }
    }

    /// What a repair put aside in the store's folder, if anything.
    fn put_aside_by_a_repair(&self) -> Result<Option<String>, ExecuteError> {
        let Some(store) = self.folder() else { return Ok(None) };
        let unread = |source: std::io::Error| AppendError::Storage {
            doing: "reading the store's folder",
            source: source.into(),
        };
        for entry in std::fs::read_dir(store).map_err(unread)? {
            let name = entry.map_err(unread)?.file_name().to_string_lossy().into_owned();
            if name.starts_with(ASIDE) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Looks through the log for the words that are taken out, and for the papers that nothing else names.
    async fn elsewhere(&self, taking: &Taking) -> Result<Elsewhere, ExecuteError> {
        let words = words_of(taking);
        let needles: Vec<String> = words.iter().map(|word| inside(word)).collect();
        let mut papers = hashes_of(taking);
        let mut found = Elsewhere::default();
        let mut references: HashMap<StreamId, Option<Reference>> = HashMap::new();
        let mut from = Position::START;
        loop {
            let records = self.log.read(from, PAGE).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            for record in &records {
                if record.position.get() == taking.target.position {
                    continue;
                }
                let body = String::from_utf8_lossy(&record.body);
                papers.retain(|hash| !body.contains(hash.as_str()));
                let header = String::from_utf8_lossy(&record.header);
                if !needles.iter().any(|needle| body.contains(needle.as_str()) || header.contains(needle.as_str())) {
                    continue;
                }
                let fields = fields_with(record, &words)?;
                if fields.is_empty() {
                    continue;
                }
                found.count += 1;
                if found.places.len() < ELSEWHERE_MAX {
                    let agreement = if let Some(agreement) = references.get(&record.stream) {
                        agreement.clone()
                    } else {
                        let agreement = self.opened_as(record.stream).await?;
                        references.insert(record.stream, agreement.clone());
                        agreement
                    };
                    found.places.push(ElsewhereView {
                        agreement,
                        event: record.seq,
                        position: record.position.get(),
                        fields,
                    });
                }
            }
        }
        found.papers = papers.into_iter().collect();
        Ok(found)
    }
}

fn papers(source: std::io::Error) -> ExecuteError {
    AppendError::Storage { doing: "removing attached papers", source: source.into() }.into()
}

/// What the decided redaction takes, as bytes; and what it says itself, with the hash of what it leaves.
fn taking(timeline: &Timeline, decided: &Arc<Saying>, salt: &Salt) -> Result<(Taking, Saying), ExecuteError> {
    let by = timeline.facts().len() as u64 + 1;
    let Event::RecordRedacted(redacted) = &decided.event else {
        return Err(Refusal::Field { field: "command", why: "it is no redaction".to_owned() }.into());
    };
    let event = redacted.event;
    let target = timeline.fact(event).ok_or_else(|| Refusal::against(event, Objection::NoSuchFact { event }))?;
    let left = taken(target, &redacted.fields).map_err(Refusal::from)?;
    let (body, remains) = codec::remaining(by, salt, &left)?;
    let saying =
        Saying { event: Event::RecordRedacted(Redacted { remains, ..redacted.clone() }), ..decided.as_ref().clone() };
    Ok((Taking { target: target.clone(), left, body }, saying))
}

/// Every text in a saying, with its field.
fn texts(saying: &Saying) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(String::new(), &crate::domain::patch::spread(saying), &mut |field, text| {
        found.push((field, text.to_owned()));
    });
    found
}

fn walk(field: String, value: &Value, each: &mut impl FnMut(String, &str)) {
    let inner = |step: &str| if field.is_empty() { step.to_owned() } else { format!("{field}.{step}") };
    match value {
        Value::String(text) => each(field, text),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, value)| walk(inner(&at.to_string()), value, each)),
        Value::Object(map) => map.iter().for_each(|(name, value)| walk(inner(name), value, each)),
        _ => {}
    }
}

/// The texts that are in a fact and not in what is left of it.
fn removed(taking: &Taking) -> BTreeSet<String> {
    let left: BTreeSet<(String, String)> = texts(&taking.left).into_iter().collect();
    let all = texts(&taking.target.saying).into_iter();
    all.filter(|text| !left.contains(text)).map(|(_, text)| text).filter(|text| text != MARK).collect()
}

/// The words that are looked for: not those that look like the program's own, such as days, short names and states.
fn words_of(taking: &Taking) -> Vec<String> {
    let own = |text: &str| {
        text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/' | ':'))
    };
    removed(taking).into_iter().filter(|text| text.chars().count() > 1 && !own(text)).collect()
}

/// The hashes that are taken out.
fn hashes_of(taking: &Taking) -> BTreeSet<String> {
    let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    removed(taking).into_iter().filter(is_hash).collect()
}

/// A text as it stands inside a JSON string.
fn inside(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// The fields of a record in which one of some words stands.
fn fields_with(record: &Recorded, words: &[String]) -> Result<Vec<String>, ExecuteError> {
    let mut fields = Vec::new();
    for (name, value) in &codec::flat(record)? {
        walk(name.clone(), value, &mut |field, text| {
            if words.iter().any(|word| text.contains(word.as_str())) {
                fields.push(field);
            }
        });
    }
    Ok(fields)
}
