//! The rows of a CSV file as commands, in their order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

use serde_json::{Map, Value as Json};
use xxhash_rust::xxh3::xxh3_128;

use super::language::{At, Mapping, Step};
use super::problem::{MappingError, Problem, ProblemKind, Warned, quoted};
use super::row::Scope;
use super::sheet::{Record, Sheet, Source};
use super::survey::{Group, Survey};
use crate::service::import::{Commands, Item, Made};

/// How many commands that are made once are remembered, at some 100 bytes each.
pub const ONCE_MAX: usize = 4_000_000;

/// The most warnings that are kept one by one.
pub const WARNINGS_MAX: usize = 100_000;

/// A CSV file under a mapping, as the commands that it makes.
pub struct Rows {
    survey: Survey,
    sheet: Sheet,
    file: String,
    queue: VecDeque<Item>,
    made: Once,
    told: Vec<Warned>,
    untold: u64,
}

/// What is made once was made.
#[derive(Default)]
struct Once {
    done: HashSet<u128>,
    /// The parties of agreements, and whose name each first was.
    parties: HashMap<u128, String>,
}

impl Rows {
    /// Reads a file through under a mapping, so that its rows can be made commands of.
    ///
    /// # Errors
    ///
    /// [`MappingError`] where the mapping does not fit the file, a column is ambiguous, or the file cannot be read.
    pub fn open(path: &Path, mapping: Mapping) -> Result<Self, MappingError> {
        let source = Source::new(path, &mapping)?;
        let mut survey = Survey::new(&source, mapping)?;
        let sheet = source.open()?;
        let told = std::mem::take(&mut survey.told);
        let made = Once::default();
        Ok(Self { survey, sheet, file: source.name(), queue: VecDeque::new(), made, told, untold: 0 })
    }

    /// How many rows the file has.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.survey.rows
    }

    /// How many agreements its rows belong to.
    #[must_use]
    pub fn agreements(&self) -> usize {
        self.survey.by_reference.len()
    }

    /// What is worth telling of the rows so far, by their lines; and how many more there were than are kept.
    #[must_use]
    pub fn told(&self) -> (&[Warned], u64) {
        (&self.told, self.untold)
    }

    fn take(&mut self, record: Record) -> Result<(), MappingError> {
        let line = record.line;
        let mut told = Vec::new();
        let mut scope = Scope::new(&self.survey.plan, &self.file, record, &mut told);
        scope.evaluate(None);
        let mut problems: Vec<Problem> = scope.faults().cloned().collect();
        let mut commands = Vec::new();
        match self.survey.group_of(&scope) {
            Err(problem) => note(&mut problems, problem),
            Ok(group) => {
                scope.evaluate(Some(group));
                for (place, step) in self.survey.plan.mapping.commands.iter().enumerate() {
                    match command(&self.survey, &mut self.made, &mut scope, line, group, (place, step)) {
                        Ok(made) => commands.extend(made),
                        Err(problem) => note(&mut problems, problem),
                    }
                }
                if self.made.done.len() > ONCE_MAX {
                    return Err(MappingError::TooMany { what: "commands made once", most: ONCE_MAX });
                }
                for remark in &self.survey.plan.mapping.warnings {
                    match scope
                        .holds(&remark.when)
                        .and_then(|holds| if holds { scope.text(&remark.say) } else { Ok(None) })
                    {
                        Ok(None) => {}
                        Ok(Some(message)) => {
                            let column = remark.column.clone();
                            let value = column.as_ref().and_then(|column| scope.date(column)).map(quoted);
                            told.push(Warned { line, column, value, message });
                        }
                        Err(problem) => note(&mut problems, problem),
                    }
                }
            }
        }
        // What is wrong with a row comes before the commands that are refused because of it.
        self.queue.extend(problems.into_iter().map(|problem| Item { line, made: Err(problem.into()) }));
        self.queue.extend(commands);
        let room = WARNINGS_MAX.saturating_sub(self.told.len());
        self.untold += told.len().saturating_sub(room) as u64;
        self.told.extend(told.into_iter().take(room));
        Ok(())
    }
}

impl Commands for Rows {
    fn next(&mut self) -> std::io::Result<Option<Item>> {
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Ok(Some(item));
            }
            let Some(row) = self.sheet.next_row().map_err(std::io::Error::other)? else { return Ok(None) };
            match row {
                Ok(record) => self.take(record).map_err(std::io::Error::other)?,
                Err((line, problem)) => self.queue.push_back(Item { line, made: Err(problem.into()) }),
            }
        }
    }
}

/// A problem is told once a row, however many commands it keeps from being made.
fn note(problems: &mut Vec<Problem>, problem: Problem) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The command that a step makes of a row; none where it is not wanted, or was made before.
fn command(
    survey: &Survey,
    once: &mut Once,
    scope: &mut Scope<'_>,
    line: u64,
    group: &Group,
    (place, step): (usize, &Step),
) -> Result<Option<Item>, Problem> {
    if (step.at == At::LastRow && line != group.last_line) || !scope.holds(&step.when)? {
        return Ok(None);
    }
    let key = match &step.once {
        None => None,
        Some(form) => match scope.text(form)? {
            None => return Ok(None),
            Some(key) => Some(key),
        },
    };
    let hash = key.as_ref().map(|key| hashed(&[&group.reference, &place.to_string(), key]));
    if hash.is_some_and(|hash| once.done.contains(&hash)) {
        return Ok(None);
    }
    let object = request(survey, scope, group, step)?;
    if let (Some(key), Some(Json::String(party))) = (&key, object.get("party")) {
        let name =
            once.parties.entry(hashed(&[&group.reference, &place.to_string(), party])).or_insert_with(|| key.clone());
        if name != key {
            let value = Some(quoted(key));
            let kind = ProblemKind::SameParty { one: quoted(name), other: quoted(key), party: party.clone() };
            return Err(Problem { value, ..Problem::from(kind) });
        }
    }
    let identity = if survey.plan.places {
        scope.placeless = true;
        let identity = request(survey, scope, group, step);
        scope.placeless = false;
        Some(identity?)
    } else {
        None
    };
    once.done.extend(hash);
    Ok(Some(Item { line, made: Ok(Made::Row { object, identity }) }))
}

/// The flat JSON object that a line of an import is.
fn request(survey: &Survey, scope: &Scope<'_>, group: &Group, step: &Step) -> Result<Map<String, Json>, Problem> {
    let mut object = Map::new();
    object.insert("command".to_owned(), Json::from(step.command.as_str()));
    object.insert("agreement".to_owned(), Json::from(group.reference.as_str()));
    for (name, form) in &step.fields.0 {
        let value = scope.value(form, None)?;
        if !value.is_null() {
            object.insert(name.clone(), value);
        }
    }
    let mut sources = Vec::new();
    let shared = if step.own_evidence_only { &[][..] } else { survey.plan.mapping.evidence.as_slice() };
    for form in shared.iter().chain(&step.evidence) {
        match scope.value(form, None)? {
            Json::Null => {}
            Json::Array(more) => sources.extend(more),
            one => sources.push(one),
        }
    }
    if !sources.is_empty() {
        object.insert("source".to_owned(), Json::Array(sources));
    }
    Ok(object)
}

fn hashed(parts: &[&str]) -> u128 {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    xxh3_128(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    const MAPPING: &str = r#"{
        "servanda_mapping": 1,
        "dates": { "b": "D/M/YYYY" },
        "group": "{a}",
        "agreement": { "slug": "{a}" },
        "commands": [
            { "command": "record", "once": "agreement", "fields": { "kind": "mou", "on": { "earliest": "b" } } },
            { "command": "note", "fields": { "text": "{a}[ {b}]" } }
        ]
    }"#;

    fn table(bytes: &[u8]) -> (tempfile::NamedTempFile, Result<Rows, MappingError>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let rows = Rows::open(file.path(), Mapping::parse(MAPPING).unwrap());
        (file, rows)
    }

    proptest! {
        #[test]
        fn every_row_is_a_command_or_a_problem_in_the_order_of_lines(
            text in "([a-c]|[ab ]{0,3}|1/2/2020|31/2/2020|[,\"\n\r,,\n]|é|\u{0}){0,40}"
        ) {
            let (_file, rows) = table(format!("a,b\n{text}").as_bytes());
            let mut rows = rows.unwrap();
            let mut lines = Vec::new();
            while let Some(item) = rows.next().unwrap() {
                lines.push(item.line);
            }
            prop_assert!(lines.is_sorted(), "{lines:?}");
            lines.dedup();
            prop_assert_eq!(lines.len() as u64, rows.rows());
        }

        #[test]
        fn any_bytes_are_a_table_or_not(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(mut rows) = table(&[b"a,b\n", bytes.as_slice()].concat()).1 {
                while let Some(item) = rows.next().unwrap() {
                    prop_assert!(item.line > 1);
                }
            }
            let _ = table(&bytes);
        }

        #[test]
        fn a_mapping_with_anything_at_any_place_is_read_or_refused(
            place in 0_usize..200, word in "[{}\\[\\]\",:0-9a-z ]{0,6}"
        ) {
            let at = (0..=place.min(MAPPING.len())).rev().find(|at| MAPPING.is_char_boundary(*at)).unwrap();
            let _ = Mapping::parse(&format!("{}{word}{}", &MAPPING[..at], &MAPPING[at..]));
        }
    }

    #[test]
    fn the_earliest_date_is_that_of_all_rows() {
        let (_file, rows) = table(b"a,b\nx,3/2/2020\ny,1/1/2019\nx,1/2/2020\n");
        let mut rows = rows.unwrap();
        let Ok(Made::Row { object: first, .. }) = rows.next().unwrap().unwrap().made else { unreachable!("a row") };
        assert_eq!(first["on"], "2020-02-01");
    }
}
