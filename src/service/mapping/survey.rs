//! The first reading of a file: how its dates are printed, and what the rows of each agreement have in common.

use std::collections::{BTreeMap, HashMap};

use super::date::{Format, USUAL, is_sentinel};
use super::language::Mapping;
use super::problem::{MappingError, Problem, ProblemKind, Warned, quoted};
use super::row::Scope;
use super::sheet::{Record, Sheet, Source};
use super::verify::{Plan, ReadDates};
use crate::domain::edtf::Edtf;

/// The most agreements of one file; each is remembered with its key, some 200 bytes.
pub const GROUPS_MAX: usize = 1_000_000;

/// How many values of a column are shown as examples.
const EXAMPLES: usize = 2;

/// What all rows of one agreement have in common.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The agreement's reference, as its first row gives it.
    pub reference: String,
    /// The line of its last row.
    pub last_line: u64,
    /// The earliest and latest date of the columns where that is wanted.
    pub extremes: HashMap<String, Extremes>,
}

/// The earliest and the latest date of a column, as EDTF.
#[derive(Clone, Debug, Default)]
pub struct Extremes {
    /// The earliest, by its first day.
    pub earliest: Option<String>,
    /// The latest, by its last day.
    pub latest: Option<String>,
}

/// What is known of a file before a row of it becomes commands.
pub struct Survey {
    /// The mapping, with the formats of all dates.
    pub plan: Plan,
    /// The agreements by what their rows have in common.
    pub groups: HashMap<String, Group>,
    /// Which of them a reference belongs to.
    pub by_reference: HashMap<String, String>,
    /// How many rows there are.
    pub rows: u64,
    /// What is worth telling about the file as a whole.
    pub told: Vec<Warned>,
}

/// What the values of one column say about its format.
struct Evidence {
    candidates: Vec<(Format, Option<(u64, String)>)>,
    examples: Vec<(u64, String)>,
    values: u64,
}

impl Survey {
    /// Reads a file twice: for the formats of its dates, then for its agreements.
    ///
    /// # Errors
    ///
    /// [`MappingError`] where the mapping does not fit the file, the file cannot be read, or a date's format is not known.
    pub fn new(source: &Source, mapping: Mapping) -> Result<Self, MappingError> {
        let mut sheet = source.open()?;
        let mut plan = Plan::new(mapping, sheet.columns.clone())?;
        let told = settle_dates(&mut sheet, &mut plan)?;
        let mut survey = Self { plan, groups: HashMap::new(), by_reference: HashMap::new(), rows: 0, told };
        for name in survey.plan.unused().map(str::to_owned).collect::<Vec<_>>() {
            let message = "the mapping uses this column nowhere, and does not name it as ignored".to_owned();
            survey.told.push(Warned { line: 1, column: Some(name), value: None, message });
        }
        survey.gather(source)?;
        Ok(survey)
    }

    fn gather(&mut self, source: &Source) -> Result<(), MappingError> {
        let mut sheet = source.open()?;
        while let Some(row) = sheet.next_row()? {
            self.rows += 1;
            let Ok(record) = row else { continue };
            let line = record.line;
            let mut unheard = Vec::new();
            let mut scope = Scope::new(&self.plan, "", record, &mut unheard);
            scope.evaluate(None);
            let Ok((key, reference)) = belongs(&scope, &self.plan) else { continue };
            if self.groups.len() == GROUPS_MAX && !self.groups.contains_key(&key) {
                return Err(MappingError::TooMany { what: "agreements", most: GROUPS_MAX });
            }
            self.by_reference.entry(reference.clone()).or_insert_with(|| key.clone());
            let group = self.groups.entry(key).or_insert_with(|| Group { reference, ..Group::default() });
            group.last_line = line;
            for column in &self.plan.extremes {
                if let Some(date) = scope.date(column) {
                    widen(group.extremes.entry(column.clone()).or_default(), date);
                }
            }
        }
        Ok(())
    }

    /// The agreement of a row.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where its key or reference cannot be made, or is that of other rows.
    pub fn group_of<'a>(&'a self, scope: &Scope<'_>) -> Result<&'a Group, Problem> {
        let (key, reference) = belongs(scope, &self.plan)?;
        let Some(group) = self.groups.get(&key) else {
            return Err(ProblemKind::FileChanged.into());
        };
        if group.reference != reference {
            let earlier = group.reference.clone();
            return Err(ProblemKind::SameGroup { here: reference, earlier }.into());
        }
        match self.by_reference.get(&reference) {
            Some(first) if *first != key => {
                let (one, other) = (quoted(first), quoted(&key));
                Err(ProblemKind::SameReference { one, other, reference }.into())
            }
            _ => Ok(group),
        }
    }
}

fn belongs(scope: &Scope<'_>, plan: &Plan) -> Result<(String, String), Problem> {
    let empty = |what| ProblemKind::NoAgreement { what };
    let key = scope.text(&plan.mapping.group)?.ok_or_else(|| empty("group"))?;
    let reference = scope.text(&plan.mapping.agreement)?.ok_or_else(|| empty("reference"))?;
    Ok((key, reference))
}

fn widen(extremes: &mut Extremes, date: &str) {
    let Ok(edtf) = Edtf::parse(date) else { return };
    let first = |text: &String| Edtf::parse(text).ok().and_then(|edtf| edtf.earliest());
    let last = |text: &String| Edtf::parse(text).ok().and_then(|edtf| edtf.latest());
    if let Some(day) = edtf.earliest()
        && extremes.earliest.as_ref().and_then(first).is_none_or(|earliest| day < earliest)
    {
        extremes.earliest = Some(date.to_owned());
    }
    if let Some(day) = edtf.latest()
        && extremes.latest.as_ref().and_then(last).is_none_or(|latest| day > latest)
    {
        extremes.latest = Some(date.to_owned());
    }
}

/// Decides on the format of every column with dates, by all of its values.
fn settle_dates(sheet: &mut Sheet, plan: &mut Plan) -> Result<Vec<Warned>, MappingError> {
    let mut all: BTreeMap<usize, Evidence> = plan.dates.iter().map(|(at, dates)| (*at, Evidence::of(dates))).collect();
    while let Some(row) = sheet.next_row()? {
        let Ok(Record { line, fields }) = row else { continue };
        for (at, evidence) in &mut all {
            let Some(Ok(field)) = fields.get(*at) else { continue };
            let value = field.trim();
            let explained = plan.dates.get(at).is_some_and(|dates| dates.sentinels.contains_key(value));
            if !value.is_empty() && !explained && !is_sentinel(value, None) {
                evidence.add(line, value);
            }
        }
    }
    let mut told = Vec::new();
    let mut ambiguous = Vec::new();
    for (at, evidence) in all {
        let name = plan.names.get(at).cloned().unwrap_or_default();
        let Some(dates) = plan.dates.get_mut(&at) else { continue };
        if dates.format.is_some() {
            ambiguous.extend(evidence.contradicted(&name));
            told.extend(evidence.doubt(&name));
            continue;
        }
        match evidence.only(dates) {
            Some(format) => dates.format = Some(format),
            None => ambiguous.push(evidence.refused(&name, dates)),
        }
    }
    if ambiguous.is_empty() { Ok(told) } else { Err(MappingError::Ambiguous(ambiguous)) }
}

impl Evidence {
    fn of(dates: &ReadDates) -> Self {
        let candidates = match (&dates.format, dates.candidates.as_slice()) {
            (Some(format), _) => std::iter::once(format.clone()).chain(format.swapped()).collect(),
            (None, []) => USUAL.iter().filter_map(|format| Format::parse(format).ok()).collect(),
            (None, several) => several.to_vec(),
        };
        let candidates = candidates.into_iter().map(|format| (format, None)).collect();
        Self { candidates, examples: Vec::new(), values: 0 }
    }

    fn add(&mut self, line: u64, value: &str) {
        self.values += 1;
        if self.examples.len() < EXAMPLES && self.examples.iter().all(|(_, seen)| seen != value) {
            self.examples.push((line, value.to_owned()));
        }
        for (format, against) in &mut self.candidates {
            if against.is_none() && format.read(value).is_none() {
                *against = Some((line, value.to_owned()));
            }
        }
    }

    fn fitting(&self) -> Vec<&Format> {
        self.candidates.iter().filter(|(_, against)| against.is_none()).map(|(format, _)| format).collect()
    }

    /// The one of several stated formats that all values fit.
    fn only(&self, dates: &ReadDates) -> Option<Format> {
        match self.fitting().as_slice() {
            [one] if !dates.candidates.is_empty() => Some((*one).clone()),
            // Without values, nothing is read wrongly.
            [first, ..] if !dates.candidates.is_empty() && self.values == 0 => Some((*first).clone()),
            _ => None,
        }
    }

    /// What is told of a stated format that no value confirms.
    fn doubt(&self, name: &str) -> Option<Warned> {
        let [stated, swapped] = self.candidates.as_slice() else { return None };
        if self.values == 0 || stated.1.is_some() || swapped.1.is_some() {
            return None;
        }
        let message = format!(
            "every value would be a date as {} too; the mapping's {} is taken at its word",
            swapped.0.written(),
            stated.0.written()
        );
        let (line, value) = self.examples.first().map_or((1, None), |(line, value)| (*line, Some(quoted(value))));
        Some(Warned { line, column: Some(name.to_owned()), value, message })
    }

    /// Why a column is refused whose stated format a value contradicts, while all of them fit it with day and month
    /// swapped: the values that fit both would be read wrongly, each on its own.
    fn contradicted(&self, name: &str) -> Option<String> {
        let [(stated, Some((line, value))), (swapped, None)] = self.candidates.as_slice() else { return None };
        let (stated, swapped) = (stated.written(), swapped.written());
        let value = quoted(value);
        Some(format!(
            "column {name:?}: {value:?} on line {line} is no date as {stated}, which the mapping states, and every value is one as {swapped}; write \"dates\": {{{name:?}: {swapped:?}}}, or correct line {line}"
        ))
    }

    /// Why the column is refused, and what to write.
    fn refused(&self, name: &str, dates: &ReadDates) -> String {
        let examples: Vec<String> =
            self.examples.iter().map(|(line, value)| format!("{:?} on line {line}", quoted(value))).collect();
        let examples =
            if examples.is_empty() { String::new() } else { format!(" (such as {})", examples.join(" and ")) };
        let fitting: Vec<&str> = self.fitting().iter().map(|format| format.written()).collect();
        let write = |format: &str| format!("\"dates\": {{{name:?}: {format:?}}}");
        let stated = if dates.candidates.is_empty() { "states no format" } else { "leaves several formats open" };
        match fitting.as_slice() {
            [] => {
                let against = self.candidates.first().and_then(|(format, against)| Some((format, against.as_ref()?)));
                let against = against.map_or_else(String::new, |(format, (line, value))| {
                    format!(", not even {}, against which stands {:?} on line {line}", format.written(), quoted(value))
                });
                format!("column {name:?} holds dates{examples}, and the mapping {stated}; none fits them all{against}")
            }
            [one] => format!(
                "column {name:?} holds dates{examples}, and the mapping {stated}: only {one} fits them all; write {}",
                write(one)
            ),
            [first, .., last] => format!(
                "column {name:?} is ambiguous{examples}: the mapping {stated}, and no value decides between {}; write {} or {}, whichever the source uses",
                fitting.join(", "),
                write(first),
                write(last)
            ),
        }
    }
}
