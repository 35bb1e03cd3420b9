//! A mapping held against the header of a file: every name in it has to mean something.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use super::date::Format;
use super::language::{Mapping, Meaning};
use super::problem::{MappingError, Named, meant};
use super::value::{Condition, Form};
use crate::domain::command::framing::Framing;
use crate::domain::command::{VERBS, VerbSpec, schema_of};

/// The names that are no columns and no values.
const OWN: [&str; 3] = ["@file", "@line", "each"];

/// The fields of commands and of evidence that hold a date.
const DATE_FIELDS: [&str; 13] = [
    "on",
    "published",
    "retrieved",
    "dated",
    "received",
    "date",
    "due",
    "floor",
    "to",
    "until",
    "start",
    "end",
    "after",
];

/// A mapping that fits a file.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The mapping.
    pub mapping: Mapping,
    /// The names of the columns, in their order.
    pub names: Vec<String>,
    /// The columns' places by name.
    pub columns: HashMap<String, usize>,
    /// The columns with dates.
    pub dates: BTreeMap<usize, ReadDates>,
    /// The columns that some rule uses.
    pub used: BTreeSet<usize>,
    /// The columns whose earliest or latest date is wanted.
    pub extremes: BTreeSet<String>,
    /// Whether the file's name or a line stands in a command.
    pub places: bool,
}

/// How a column's dates are read.
#[derive(Clone, Debug)]
pub struct ReadDates {
    /// The format; none until the column's own values decided on one.
    pub format: Option<Format>,
    /// Those that it may be; empty where none was stated.
    pub candidates: Vec<Format>,
    /// What a day means that programs write where they know none.
    pub sentinels: BTreeMap<String, Meaning>,
}

/// What is collected while a mapping is gone through.
struct Walk<'a> {
    mapping: &'a Mapping,
    columns: &'a HashMap<String, usize>,
    /// The named values so far.
    known: Vec<&'a str>,
    used: BTreeSet<usize>,
    extremes: BTreeSet<String>,
    /// Columns that stand in a field for a date.
    undated: BTreeSet<usize>,
    places: bool,
    faults: Vec<String>,
}

impl Plan {
    /// Holds a mapping against the names of a file's columns.
    ///
    /// # Errors
    ///
    /// [`MappingError::Faults`] listing every name that means nothing, with the one that was perhaps meant.
    pub fn new(mapping: Mapping, names: Vec<String>) -> Result<Self, MappingError> {
        let columns: HashMap<String, usize> = names.iter().cloned().zip(0..).collect();
        let mut walk = Walk {
            mapping: &mapping,
            columns: &columns,
            known: Vec::new(),
            used: BTreeSet::new(),
            extremes: BTreeSet::new(),
            undated: BTreeSet::new(),
            places: false,
            faults: Vec::new(),
        };
        let mut dates = walk.dates();
        walk.whole();
        for at in &walk.undated {
            let none = || ReadDates { format: None, candidates: Vec::new(), sentinels: BTreeMap::new() };
            dates.entry(*at).or_insert_with(none);
        }
        for column in &walk.extremes {
            if !columns.get(column).is_some_and(|at| dates.contains_key(at)) {
                walk.faults
                    .push(format!("{} is compared as a date, and \"dates\" states no format for it", Named(column)));
            }
        }
        if !walk.faults.is_empty() {
            return Err(MappingError::Faults(walk.faults));
        }
        let Walk { used, extremes, places, .. } = walk;
        Ok(Self { mapping, names, columns, dates, used, extremes, places })
    }

    /// The columns that no rule uses and that the mapping does not name as ignored.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().enumerate().filter(|(at, _)| !self.used.contains(at));
        names.map(|(_, name)| name.as_str()).filter(|name| !self.mapping.ignored.iter().any(|ignored| ignored == name))
    }
}

impl<'a> Walk<'a> {
    fn fault(&mut self, what: String) {
        if !self.faults.contains(&what) {
            self.faults.push(what);
        }
    }

    fn no_column(&mut self, place: &str, name: &str) {
        let names = self.columns.keys().map(String::as_str).chain(self.known.iter().copied());
        let perhaps = meant(name, names).map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
        self.fault(format!("{place}: the file has no column {}, and no value has that name{perhaps}", Named(name)));
    }

    fn dates(&mut self) -> BTreeMap<usize, ReadDates> {
        let mut dates = BTreeMap::new();
        for (name, stated) in &self.mapping.dates {
            let Some(at) = self.columns.get(name) else {
                self.no_column("dates", name);
                continue;
            };
            let mut candidates = Vec::new();
            for format in &stated.formats {
                match Format::parse(format) {
                    Ok(format) => candidates.push(format),
                    Err(why) => self.fault(format!("dates: {}: {why}", Named(name))),
                }
            }
            let format = if let [one] = candidates.as_slice() { Some(one.clone()) } else { None };
            dates.insert(*at, ReadDates { format, candidates, sentinels: stated.sentinels.clone() });
        }
        dates
    }

    fn whole(&mut self) {
        let mapping = self.mapping;
        for name in &mapping.ignored {
            if !self.columns.contains_key(name) {
                self.no_column("ignored", name);
            }
        }
        for (name, form) in &mapping.values.0 {
            if self.columns.contains_key(name) || OWN.contains(&name.as_str()) {
                self.fault(format!("values: {} is the name of a column", Named(name)));
            }
            self.form(&format!("values.{name}"), form);
            self.known.push(name);
        }
        self.form("group", &mapping.group);
        self.form("agreement", &mapping.agreement);
        self.evidence("evidence", &mapping.evidence);
        for (at, step) in mapping.commands.iter().enumerate() {
            let place = format!("commands[{at}] ({})", step.command);
            self.conditions(&place, &step.when);
            step.once.iter().for_each(|once| self.form(&place, once));
            if step.once.is_none() && step.at == super::language::At::LastRow {
                self.fault(format!("{place}: \"at\" is for a command that is made \"once\""));
            }
            self.evidence(&place, &step.evidence);
            let Some(verb) = VERBS.iter().find(|verb| verb.name == step.command) else {
                let perhaps = meant(&step.command, VERBS.iter().map(|verb| verb.name));
                let perhaps = perhaps.map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
                self.fault(format!("commands[{at}]: there is no command {}{perhaps}", Named(&step.command)));
                continue;
            };
            let known = fields_of(verb);
            for (name, form) in &step.fields.0 {
                let place = format!("{place}: {name}");
                if name == "source" {
                    self.fault(format!("{place}: sources are given as \"evidence\""));
                } else if !known.contains(name) {
                    let perhaps = meant(name, known.iter().map(String::as_str));
                    let perhaps = perhaps.map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
                    self.fault(format!("{place}: {} has no such field{perhaps}", verb.name));
                }
                self.field(&place, name, form);
            }
        }
        for (at, remark) in mapping.warnings.iter().enumerate() {
            let place = format!("warnings[{at}]");
            self.conditions(&place, &remark.when);
            self.form(&place, &remark.say);
            remark.column.iter().for_each(|column| self.name(&place, column, false));
        }
    }

    fn evidence(&mut self, place: &str, evidence: &'a [Form]) {
        const KNOWN: [&str; 7] = ["source", "url", "published", "quote", "sha256", "lang", "retrieved"];
        for form in evidence {
            let place = format!("{place}: evidence");
            form.each_form(&mut |inner| {
                let Form::Object(fields) = inner else { return };
                for (name, form) in fields {
                    if !KNOWN.contains(&name.as_str()) {
                        let perhaps = meant(name, KNOWN).map(|word| format!(" (did you mean {word:?}?)"));
                        self.fault(format!("{place} has no {}{}", Named(name), perhaps.unwrap_or_default()));
                    }
                    self.field(&place, name, form);
                }
            });
            self.form(&place, form);
        }
    }

    /// A field of a command or of evidence: a column that alone fills one for a date has to state its format.
    fn field(&mut self, place: &str, name: &str, form: &'a Form) {
        if DATE_FIELDS.contains(&name)
            && let Form::Text(template) = form
            && let Some(at) = template.only_name().and_then(|name| self.columns.get(name))
        {
            self.undated.insert(*at);
        }
        self.form(place, form);
    }

    fn form(&mut self, place: &str, form: &'a Form) {
        form.each_name(&mut |name, dated| self.name(place, name, dated));
        form.each_form(&mut |inner| match inner {
            Form::Table { table, .. } if !self.mapping.tables.contains_key(table) => {
                let perhaps = meant(table, self.mapping.tables.keys().map(String::as_str));
                let perhaps = perhaps.map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
                self.fault(format!("{place}: there is no table {}{perhaps}", Named(table)));
            }
            Form::Earliest(column) | Form::Latest(column) => {
                self.extremes.insert(column.clone());
            }
            Form::Choice { when, .. } => self.tested(place, when),
            _ => {}
        });
    }

    fn conditions(&mut self, place: &str, conditions: &'a [Condition]) {
        for condition in conditions {
            condition.each_name(&mut |name, dated| self.name(place, name, dated));
        }
        self.tested(place, conditions);
    }

    /// A condition that tests nothing always holds, which nobody means.
    fn tested(&mut self, place: &str, conditions: &[Condition]) {
        for condition in conditions {
            let bare = Condition {
                of: condition.of.clone(),
                is: None,
                equals: None,
                one_of: None,
                none_of: None,
                contains: None,
                before: None,
                after: None,
            };
            if *condition == bare {
                self.fault(format!("{place}: the condition of {} tests nothing", Named(&condition.of)));
            }
        }
    }

    fn name(&mut self, place: &str, name: &str, dated: bool) {
        if let Some(at) = self.columns.get(name) {
            self.used.insert(*at);
            if dated {
                self.undated.insert(*at);
            }
        } else if OWN.contains(&name) {
            if name.starts_with('@') && !place.starts_with("commands[") && !place.starts_with("evidence") {
                self.fault(format!("{place}: {} is for commands and evidence only", Named(name)));
            }
            self.places = self.places || name.starts_with('@');
        } else if !self.known.contains(&name) {
            self.no_column(place, name);
        }
    }
}

/// The fields that a command can have.
fn fields_of(verb: &VerbSpec) -> Vec<String> {
    let own = (verb.schema)();
    let shared = schema_of::<Framing>();
    let mut names = Vec::new();
    for schema in [own, shared] {
        for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
            names.push(name.clone());
            let aliases = property.get("x-aliases").and_then(Json::as_array).into_iter().flatten();
            names.extend(aliases.filter_map(Json::as_str).map(str::to_owned));
        }
    }
    names
}
