//! Calendars of days off as others keep them, read into the requests that put them on record.
//!
//! Three forms: iCalendar (RFC 5545), where each all-day event is a day off; the answer of `calendar show --json`; and
//! the year files of holiday-cn, which say of each day whether it is off or worked. What cannot be read as a whole day
//! is refused with its name: a day off that is passed over makes a confident wrong date.

use icalendar::parser::{Component, read_calendar, unfold};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::day::Day;
use crate::domain::fact::Evidence;
use crate::domain::id::Reference;

/// The most days that one entry of a calendar can span; the longest holidays are some weeks.
const SPAN_DAYS_MAX: i64 = 92;

/// What is wanted of a file.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The calendar that it is for.
    pub calendar: String,
    /// What the calendar is called, where it is new.
    pub title: Option<String>,
    /// The days of the week that are off, where the calendar has no week yet.
    pub off: Vec<String>,
    /// The time for which the file lists every day off; the file's own, where it says.
    pub time: Option<(Day, Day)>,
    /// The words in a name by which a worked day of the week's rest is known.
    pub worked: Option<String>,
    /// Who says so, where the file does not.
    pub source: Option<String>,
    /// The file's name, which is the source where nobody names another.
    pub file: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// How far it can be relied on.
    pub confidence: Option<String>,
}

/// Why a file cannot be read as a calendar of days off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFileError {
    /// It is none of the forms that are read.
    #[error("it is neither iCalendar nor one of the JSON forms that are read: {why}")]
    Form {
        /// What does not fit.
        why: String,
    },
    /// One entry cannot be a day off.
    #[error("{entry}: {why}")]
    Entry {
        /// Its name.
        entry: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody says for which time every day off is listed.
    #[error("the file lists {days} days from {first} to {last}, and does not say for which time that is all of them")]
    NoTime {
        /// How many.
        days: usize,
        /// The first.
        first: Day,
        /// The last.
        last: Day,
    },
    /// There is nothing in it.
    #[error("it lists no day")]
    Empty,
}

/// A listed day with its name, and whether it is worked.
struct Listed {
    day: Day,
    name: String,
    worked: bool,
}

#[derive(Deserialize)]
struct YearFile {
    year: i32,
    #[serde(default)]
    papers: Vec<String>,
    days: Vec<YearDay>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct YearDay {
    name: String,
    date: Day,
    is_off_day: bool,
}

/// The part of `calendar show --json` that is put on record elsewhere.
#[derive(Deserialize)]
struct Shown {
    title: String,
    weeks: Vec<ShownWeek>,
    listings: Vec<ShownListing>,
}

#[derive(Deserialize)]
struct ShownWeek {
    off: Vec<String>,
    from: Option<Day>,
    to: Option<Day>,
    confidence: String,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct ShownListing {
    from: Day,
    to: Day,
    off: Vec<ShownDay>,
    worked: Vec<ShownDay>,
    confidence: String,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct ShownDay {
    day: Day,
    #[serde(default)]
    name: Option<String>,
}

/// Reads a file into requests, in the order in which they are to be carried out.
///
/// `known` says whether the calendar is there already; then it keeps its name and weeks.
///
/// # Errors
///
/// [`CalendarFileError`] naming the entry that cannot be a day off, or what the file does not say.
pub fn requests(text: &str, wanted: &Wanted, known: bool) -> Result<Vec<Value>, CalendarFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        let form = |e: serde_json::Error| CalendarFileError::Form { why: e.to_string() };
        let value: Value = serde_json::from_str(text).map_err(form)?;
        if value.get("listings").is_some() {
            return Ok(of_shown(&serde_json::from_value(value).map_err(form)?, wanted, known));
        }
        let file: YearFile = serde_json::from_value(value).map_err(form)?;
        return of_year(file, wanted, known);
    }
    let days = of_icalendar(text, wanted)?;
    listing(&days, wanted.time, wanted, known)
}

fn of_year(file: YearFile, wanted: &Wanted, known: bool) -> Result<Vec<Value>, CalendarFileError> {
    let year = Day::new(file.year, 1, 1).zip(Day::new(file.year, 12, 31));
    let listed = |day: YearDay| Listed { day: day.date, name: day.name, worked: !day.is_off_day };
    // Such a file also names days of the years beside its own, which it does not list in full.
    let within = |day: &Listed| year.is_some_and(|(from, to)| from <= day.day && day.day <= to);
    let days: Vec<Listed> = file.days.into_iter().map(listed).filter(within).collect();
    let url = wanted.url.clone().or_else(|| file.papers.first().cloned());
    let source = wanted.source.clone().or_else(|| Some(format!("holiday-cn, {}", file.year)));
    listing(&days, wanted.time.or(year), &Wanted { source, url, ..wanted.clone() }, known)
}

/// The requests that define a calendar that is not there yet.
fn definition(wanted: &Wanted, title: Option<&str>) -> Value {
    let title = wanted.title.as_deref().or(title).unwrap_or(&wanted.calendar);
    json!({
        "command": "define-calendar", "agreement": Reference::REGISTER, "calendar": wanted.calendar, "title": title,
    })
}

fn listing(
    days: &[Listed],
    time: Option<(Day, Day)>,
    wanted: &Wanted,
    known: bool,
) -> Result<Vec<Value>, CalendarFileError> {
    let first = days.iter().map(|listed| listed.day).min().ok_or(CalendarFileError::Empty)?;
    let last = days.iter().map(|listed| listed.day).max().ok_or(CalendarFileError::Empty)?;
    let Some((from, to)) = time else { return Err(CalendarFileError::NoTime { days: days.len(), first, last }) };
    let mut all = Vec::new();
    if !known {
        all.push(definition(wanted, None));
    }
    if !wanted.off.is_empty() {
        all.push(said(
            json!({
                "command": "set-week", "agreement": Reference::REGISTER, "calendar": wanted.calendar, "off": wanted.off,
            }),
            wanted,
        ));
    }
    let mut lines = [Vec::new(), Vec::new()];
    for listed in days.iter().filter(|listed| from <= listed.day && listed.day <= to) {
        let of_its_kind = &mut lines[usize::from(listed.worked)];
        let line = format!("{} {}", listed.day, listed.name);
        // Two names of one day off are one day off.
        let again = |line: &String| line.starts_with(&listed.day.to_string());
        if !of_its_kind.iter().any(again) {
            of_its_kind.push(line);
        }
    }
    let [off, worked] = lines;
    all.push(said(
        json!({
            "command": "list-days-off", "agreement": Reference::REGISTER, "calendar": wanted.calendar,
            "from": from, "to": to, "off": off, "worked": worked,
        }),
        wanted,
    ));
    Ok(all)
}

fn said(mut request: Value, wanted: &Wanted) -> Value {
    let source = Some(wanted.source.clone().unwrap_or_else(|| wanted.file.clone()));
    let fields = [("source", &source), ("url", &wanted.url), ("confidence", &wanted.confidence)];
    for (name, value) in fields {
        if let Some(value) = value {
            request[name] = json!(value);
        }
    }
    request
}

fn of_shown(shown: &Shown, wanted: &Wanted, known: bool) -> Vec<Value> {
    let evidence = |request: Value, evidence: &[Evidence], confidence: &str| {
        let first = evidence.first();
        let own = Wanted {
            source: wanted.source.clone().or_else(|| first.map(|e| e.source.as_str().to_owned())),
            url: wanted.url.clone().or_else(|| first.and_then(|e| e.url.as_ref()).map(|url| url.as_str().to_owned())),
            confidence: wanted.confidence.clone().or_else(|| Some(confidence.to_owned())),
            file: wanted.file.clone(),
            ..Wanted::default()
        };
        said(request, &own)
    };
    let line = |listed: &ShownDay| format!("{} {}", listed.day, listed.name.as_deref().unwrap_or_default());
    let mut all = Vec::new();
    if !known {
        all.push(definition(wanted, Some(&shown.title)));
    }
    all.extend(shown.weeks.iter().map(|week| {
        let request = json!({
            "command": "set-week", "agreement": Reference::REGISTER, "calendar": wanted.calendar,
            "off": week.off, "from": week.from, "to": week.to,
        });
        evidence(request, &week.evidence, &week.confidence)
    }));
    all.extend(shown.listings.iter().map(|listing| {
        let request = json!({
            "command": "list-days-off", "agreement": Reference::REGISTER, "calendar": wanted.calendar,
            "from": listing.from, "to": listing.to,
            "off": listing.off.iter().map(line).collect::<Vec<_>>(),
            "worked": listing.worked.iter().map(line).collect::<Vec<_>>(),
        });
        evidence(request, &listing.evidence, &listing.confidence)
    }));
    all
}

fn of_icalendar(text: &str, wanted: &Wanted) -> Result<Vec<Listed>, CalendarFileError> {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|e| CalendarFileError::Form {
        why: e.lines().next().unwrap_or("it cannot be read").chars().take(200).collect(),
    })?;
    let mut days = Vec::new();
    for event in calendar.components.iter().filter(|component| component.name.as_ref().eq_ignore_ascii_case("VEVENT")) {
        days.extend(of_event(event, wanted)?);
    }
    Ok(days)
}

/// The days of one event: whole days, whose end is the day after the last (RFC 5545, 3.6.1).
fn of_event(event: &Component<'_>, wanted: &Wanted) -> Result<Vec<Listed>, CalendarFileError> {
    let text = |name: &str| event.find_prop(name).map(|property| property.val.as_ref().to_owned());
    let name = text("SUMMARY").unwrap_or_default();
    let wrong = |why: String| CalendarFileError::Entry {
        entry: if name.is_empty() { "an event without a name".to_owned() } else { format!("{name:?}") },
        why,
    };
    if text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return Ok(Vec::new());
    }
    for rule in ["RRULE", "RDATE"] {
        if event.find_prop(rule).is_some() {
            return Err(wrong(format!("it repeats ({rule}); export the calendar with each day of its own")));
        }
    }
    let day = |property: &str| -> Result<Option<Day>, CalendarFileError> {
        let Some(given) = text(property) else { return Ok(None) };
        let whole = given.len() == 8 && given.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = whole
            .then(|| Day::parse(&format!("{}-{}-{}", &given[..4], &given[4..6], &given[6..])))
            .and_then(Result::ok);
        match parsed {
            Some(day) => Ok(Some(day)),
            None => Err(wrong(format!("{property} is {given:?}, not a whole day such as 20260323"))),
        }
    };
    let first = day("DTSTART")?.ok_or_else(|| wrong("it has no DTSTART".to_owned()))?;
    let end = day("DTEND")?;
    // Some programs write the same day twice for an event of one day.
    let last = match end {
        Some(end) if end > first => end.previous().unwrap_or(first),
        Some(end) if end < first => return Err(wrong(format!("it ends on {end}, before it begins on {first}"))),
        _ => first,
    };
    let span = first.days_until(last) + 1;
    if span > SPAN_DAYS_MAX {
        return Err(wrong(format!("it lasts {span} days, more than the {SPAN_DAYS_MAX} that a holiday can last")));
    }
    let worked = wanted.worked.as_deref().is_some_and(|word| name.contains(word));
    let days = (0..span).filter_map(|offset| first.plus_days(offset));
    Ok(days.map(|day| Listed { day, name: name.clone(), worked }).collect())
}
