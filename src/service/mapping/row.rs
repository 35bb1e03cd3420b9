//! What a mapping makes of one row: texts, lists and objects, or what is wrong.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::date::is_sentinel;
use super::language::{Hidden, Meaning};
use super::problem::{Problem, ProblemKind, Warned, meant, quoted};
use super::sheet::Record;
use super::slug::slug;
use super::survey::Group;
use super::template::{Part, Template};
use super::value::{Condition, Filled, Form};
use super::verify::Plan;
use crate::domain::edtf::Edtf;

/// The most parts that one text is split into.
const PARTS_MAX: usize = 1_000;

/// A row with everything that its values may look at.
pub struct Scope<'a> {
    plan: &'a Plan,
    cells: Vec<Result<String, Problem>>,
    values: HashMap<&'a str, Result<Json, Problem>>,
    group: Option<&'a Group>,
    file: &'a str,
    line: u64,
    /// Whether the file's name and the line are left out, as for what makes a command the same one.
    pub placeless: bool,
}

impl<'a> Scope<'a> {
    /// A row of the file; what was replaced in it is told.
    #[must_use]
    pub fn new(plan: &'a Plan, file: &'a str, record: Record, told: &mut Vec<Warned>) -> Self {
        let line = record.line;
        let cells = record.fields.into_iter().enumerate();
        let cells = cells.map(|(at, field)| cell(plan, at, field?, line, told)).collect();
        Self { plan, cells, values: HashMap::new(), group: None, file, line, placeless: false }
    }

    /// Evaluates the named values; `group` is what is known of all rows of its agreement.
    pub fn evaluate(&mut self, group: Option<&'a Group>) {
        self.group = group;
        self.values.clear();
        for (name, form) in &self.plan.mapping.values.0 {
            let value = self.value(form, None);
            self.values.insert(name, value);
        }
    }

    /// What is wrong with the row's own fields, in the order of the columns; only of those that are used.
    pub fn faults(&self) -> impl Iterator<Item = &Problem> {
        let used = self.cells.iter().enumerate().filter(|(at, _)| self.plan.used.contains(at));
        used.filter_map(|(_, cell)| cell.as_ref().err())
    }

    /// The field of a column that is a date, as EDTF; none where it is empty or wrong.
    pub(super) fn date(&self, column: &str) -> Option<&str> {
        let cell = self.cells.get(*self.plan.columns.get(column)?)?;
        cell.as_deref().ok().filter(|text| !text.is_empty())
    }

    /// A value as one text; none where it is empty.
    ///
    /// # Errors
    ///
    /// The [`Problem`] of something it is made of.
    pub fn text(&self, form: &Form) -> Result<Option<String>, Problem> {
        self.value(form, None).map(|value| as_text(&value))
    }

    /// Whether all of these hold.
    ///
    /// # Errors
    ///
    /// The [`Problem`] of something that is looked at.
    pub fn holds(&self, conditions: &[Condition]) -> Result<bool, Problem> {
        for condition in conditions {
            if !self.one_holds(condition)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn one_holds(&self, condition: &Condition) -> Result<bool, Problem> {
        let value = as_text(&self.named(&condition.of, None)?);
        let text = value.as_deref().unwrap_or_default();
        let in_list = |list: &[String]| list.iter().any(|word| word == text);
        let mut holds = condition.is.is_none_or(|is| (is == Filled::Filled) == value.is_some())
            && condition.equals.as_ref().is_none_or(|word| word == text)
            && condition.one_of.as_ref().is_none_or(|list| in_list(list))
            && condition.none_of.as_ref().is_none_or(|list| !in_list(list))
            && condition.contains.as_ref().is_none_or(|part| text.contains(part.as_str()));
        if let Some(other) = &condition.before {
            holds = holds && self.lies_before(&condition.of, other)?;
        }
        if let Some(other) = &condition.after {
            holds = holds && self.lies_before(other, &condition.of)?;
        }
        Ok(holds)
    }

    /// Whether one date lies before another for certain; false where one of them is not there.
    fn lies_before(&self, one: &str, other: &str) -> Result<bool, Problem> {
        let edtf = |name: &str| -> Result<Option<_>, Problem> {
            let Some(text) = as_text(&self.named(name, None)?) else { return Ok(None) };
            let wrong = |_| {
                let kind = ProblemKind::Date { value: quoted(&text), format: "EDTF".to_owned() };
                Problem::from(kind).within(name, &text)
            };
            Edtf::parse(&text).map(Some).map_err(wrong)
        };
        let (Some(one), Some(other)) = (edtf(one)?, edtf(other)?) else { return Ok(false) };
        Ok(matches!((one.latest(), other.earliest()), (Some(latest), Some(earliest)) if latest < earliest))
    }

    /// What a name stands for.
    fn named(&self, name: &str, each: Option<&str>) -> Result<Json, Problem> {
        if let Some(at) = self.plan.columns.get(name) {
            let cell = self.cells.get(*at).cloned().unwrap_or_else(|| Ok(String::new()))?;
            return Ok(if cell.is_empty() { Json::Null } else { Json::String(cell) });
        }
        match name {
            "@file" if self.placeless => Ok(Json::from("-")),
            "@line" if self.placeless => Ok(Json::from("0")),
            "@file" => Ok(Json::from(self.file)),
            "@line" => Ok(Json::from(self.line.to_string())),
            "each" => Ok(each.map_or(Json::Null, Json::from)),
            _ => self.values.get(name).cloned().unwrap_or(Ok(Json::Null)),
        }
    }

    /// A value of the row; null where it is empty.
    ///
    /// # Errors
    ///
    /// The [`Problem`] of something it is made of.
    pub fn value(&self, form: &Form, each: Option<&str>) -> Result<Json, Problem> {
        match form {
            Form::Text(template) => self.filled(template, each),
            Form::Constant(constant) => Ok(constant.clone()),
            Form::List(list) => {
                let mut all = Vec::new();
                for inner in list {
                    match self.value(inner, each)? {
                        Json::Null => {}
                        Json::Array(more) => all.extend(more),
                        one => all.push(one),
                    }
                }
                Ok(listed(all))
            }
            Form::Table { table, of, otherwise } => {
                let Some(text) = as_text(&self.value(of, each)?) else { return Ok(Json::Null) };
                let known = self.plan.mapping.tables.get(table);
                if let Some(found) = known.and_then(|known| known.get(&text)) {
                    return Ok(if found.is_empty() { Json::Null } else { Json::from(found.as_str()) });
                }
                if let Some(otherwise) = otherwise {
                    return self.value(otherwise, each);
                }
                let perhaps = meant(&text, known.into_iter().flat_map(|known| known.keys().map(String::as_str)));
                let kind = ProblemKind::NotInTable {
                    value: quoted(&text),
                    table: table.clone(),
                    meant: perhaps.map(str::to_owned),
                };
                Err(self.blamed(kind, of, &text))
            }
            Form::Slug(of) => {
                let Some(text) = as_text(&self.value(of, each)?) else { return Ok(Json::Null) };
                slug(&text).map(Json::from).map_err(|kind| self.blamed(kind, of, &text))
            }
            Form::Split { split, by, except, each: inner } => {
                let Some(text) = as_text(&self.value(split, each)?) else { return Ok(Json::Null) };
                let mut all = Vec::new();
                let parts = text.split(by.as_str()).map(str::trim);
                for part in parts.filter(|part| !part.is_empty() && !except.iter().any(|word| word == part)) {
                    if all.len() == PARTS_MAX {
                        return Err(self.blamed(ProblemKind::TooManyParts { most: PARTS_MAX }, split, &text));
                    }
                    match inner {
                        None => all.push(Json::from(part)),
                        Some(inner) => match self.value(inner, Some(part))? {
                            Json::Null => {}
                            one => all.push(one),
                        },
                    }
                }
                Ok(listed(all))
            }
            Form::Earliest(column) => Ok(self.extreme(column, |extremes| extremes.earliest.as_deref())),
            Form::Latest(column) => Ok(self.extreme(column, |extremes| extremes.latest.as_deref())),
            Form::FirstOf(list) => {
                for inner in list {
                    let value = self.value(inner, each)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Json::Null)
            }
            Form::Choice { when, then, otherwise } => match (self.holds(when)?, otherwise) {
                (true, _) => self.value(then, each),
                (false, Some(otherwise)) => self.value(otherwise, each),
                (false, None) => Ok(Json::Null),
            },
            Form::Object(fields) => {
                let mut object = Map::new();
                for (name, inner) in fields {
                    let value = self.value(inner, each)?;
                    if !value.is_null() {
                        object.insert(name.clone(), value);
                    }
                }
                Ok(if object.is_empty() { Json::Null } else { Json::Object(object) })
            }
        }
    }

    fn extreme(&self, column: &str, pick: fn(&super::survey::Extremes) -> Option<&str>) -> Json {
        let extremes = self.group.and_then(|group| group.extremes.get(column));
        extremes.and_then(pick).map_or(Json::Null, Json::from)
    }

    fn filled(&self, template: &Template, each: Option<&str>) -> Result<Json, Problem> {
        if let Some(name) = template.only_name() {
            return self.named(name, each);
        }
        Ok(self.joined(&template.parts, each)?.map_or(Json::Null, Json::from))
    }

    /// The parts as one text; none where a name in them is empty, or nothing is left.
    fn joined(&self, parts: &[Part], each: Option<&str>) -> Result<Option<String>, Problem> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Name(name) => match as_text(&self.named(name, each)?) {
                    Some(value) => text.push_str(&value),
                    None => return Ok(None),
                },
                Part::Optional(parts) => text.push_str(&self.joined(parts, each)?.unwrap_or_default()),
            }
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The problem with the column and value that are to blame, where it is one column.
    fn blamed(&self, kind: ProblemKind, of: &Form, text: &str) -> Problem {
        let problem = Problem::from(kind);
        match of {
            Form::Text(template) => match template.names().find(|name| self.plan.columns.contains_key(*name)) {
                Some(column) => problem.within(column, text),
                None => Problem { value: Some(quoted(text)), ..problem },
            },
            _ => Problem { value: Some(quoted(text)), ..problem },
        }
    }
}

fn listed(all: Vec<Json>) -> Json {
    if all.is_empty() { Json::Null } else { Json::Array(all) }
}

/// A value as one text: lists are joined; none where it is empty.
fn as_text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Array(list) => Some(list.iter().filter_map(as_text).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

/// A field as it is used: trimmed, a date as EDTF, hidden characters replaced where the mapping says so.
fn cell(plan: &Plan, at: usize, field: String, line: u64, told: &mut Vec<Warned>) -> Result<String, Problem> {
    let trimmed = field.trim();
    let mut text = if trimmed.len() == field.len() { field } else { trimmed.to_owned() };
    let name = plan.names.get(at).map_or("", String::as_str);
    if let Some(dates) = plan.dates.get(&at).filter(|_| !text.is_empty()) {
        let meaning = dates.sentinels.get(&text);
        if meaning == Some(&Meaning::Unknown) {
            return Ok(String::new());
        }
        let Some(format) = &dates.format else { return Ok(text) };
        let edtf = format.read(&text);
        if meaning.is_none() && is_sentinel(&text, edtf.as_deref()) {
            let kind = ProblemKind::SentinelDate { value: quoted(&text) };
            return Err(Problem::from(kind).within(name, &text));
        }
        return edtf.ok_or_else(|| {
            let kind = ProblemKind::Date { value: quoted(&text), format: format.written().to_owned() };
            Problem::from(kind).within(name, &text)
        });
    }
    if plan.mapping.hidden_characters == Hidden::Replace && plan.used.contains(&at) && text.contains(is_hidden) {
        let codes: Vec<String> =
            text.chars().filter(|c| is_hidden(*c)).map(|c| format!("U+{:04X}", u32::from(c))).collect();
        let mut shown: Vec<&str> = codes.iter().map(String::as_str).take(3).collect();
        if codes.len() > shown.len() {
            shown.push("…");
        }
        text = text.chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect();
        told.push(Warned {
            line,
            column: Some(name.to_owned()),
            value: Some(quoted(&text)),
            message: format!("characters that cannot be shown safely ({}) became U+FFFD", shown.join(", ")),
        });
    }
    Ok(text)
}

/// What a register refuses in a text: control characters but line ends and tabs, and what reorders or hides text.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}
