//! `why` of a date that is no commitment's, and the list of the dates that can be asked for.

use super::why::{counting_fields, fact_fields, others, step_items, told};
use crate::cli::output::{Cell, Column, Field, Item, Kind, Report, Section, Tone};
use crate::domain::id::Reference;
use crate::views::derivation::dates::{ConditionView, ConsentView, DateDerivation, DateRow, DayRange};

/// The most consents that are told one by one: the last of them.
const CONSENTS_TOLD_MAX: usize = 200;

/// The dates of an agreement.
pub(super) fn list(reference: &Reference, rows: &[DateRow]) -> Report {
    let columns = [
        Column::id("date", "Date"),
        Column::new(Kind::Day, "day", "Day"),
        Column::text("hangs_on", "Rests on"),
        Column::text("what", "What"),
    ];
    let cells = |row: &DateRow| {
        let day = match (row.day_earliest, row.day) {
            (None, None) => "not yet".to_owned(),
            (earliest, latest) => told(earliest, latest),
        };
        let facts: Vec<String> = row.hangs_on.iter().map(|seq| format!("@{seq}")).collect();
        let date = Cell::from(&row.date).tone(Tone::Strong);
        [date, Cell::from(day), Cell::from(facts.join(" ")), Cell::from(&row.what)]
    };
    let table = Section::table("dates", columns).when_empty("no date is computed in it by then");
    let report = Report::new().section(table.rows(rows.iter().map(cells)));
    match rows.first() {
        Some(first) => report.footing(format!("ask for one of them: servanda why {reference} {}", first.date)),
        None => report,
    }
}

pub(super) fn report(why: &DateDerivation) -> Report {
    let mut fields = vec![
        Field::new("agreement", "Agreement", Cell::from(&why.agreement).tone(Tone::Strong)),
        Field::new("date", "Date", Cell::from(format!("{}: {}", why.date, why.what)).tone(Tone::Strong)),
        Field::new("day", "Day", told(why.day_earliest, why.day)),
        Field::new("because", "Because", &why.because),
    ];
    let range = |range: &DayRange| {
        let fact = range.fact.map(|fact| format!(" (@{fact})")).unwrap_or_default();
        format!("{}{fact}", told(range.day_earliest, range.day))
    };
    if let Some(declared) = &why.declared {
        fields.push(Field::new("declared", "Declared", range(declared)));
        let computed = why.computed.as_ref().map_or_else(|| "no date".to_owned(), range);
        fields.push(Field::new("computed", "Computed", computed));
    }
    if let Some(words) = &why.rule_words {
        let clause = why.clause.as_ref().map(|clause| format!("{clause}, ")).unwrap_or_default();
        let fact = why.rule_fact.map(|fact| format!(" ({clause}@{fact})")).unwrap_or_default();
        fields.push(Field::new("rule", "Rule", format!("{words}{fact}")));
    }
    if let Some(authority) = why.authority {
        fields.push(Field::new("authority", "Counted as", authority));
    }
    let mut report = Report::new()
        .section(Section::fields("date", fields))
        .section(Section::text("conditions", why.conditions.iter().map(condition)).titled("Conditions"))
        .section(Section::text("consents", consents(&why.consents)).titled("Consents, in their order"));
    if let Some(profile) = &why.profile {
        let counting = counting_fields(profile, &why.calendars);
        report = report.section(Section::fields("counting", counting).titled("Counted by"));
    }
    let lines = |words: &[String]| words.iter().map(|words| Item::bullet(0, words)).collect::<Vec<_>>();
    let remarks = why.remarks.iter().map(|remark| Item::bullet(0, Cell::from(&remark.message).tone(Tone::Warn)));
    let report = report
        .section(Section::text("steps", why.steps.iter().flat_map(step_items)).titled("Steps"))
        .section(Section::text("remarks", remarks).titled("To be known"))
        .section(Section::text("stated", lines(&why.stated)).titled("Stated"))
        .section(Section::text("by_profile", lines(&why.by_profile)).titled("By the profile, because nobody stated it"))
        .section(Section::text("assumed", lines(&why.assumed)).titled("Assumed, because nobody stated it"));
    let report = why.rests_on.iter().fold(report, |report, fact| {
        let title = format!("It rests on: {}", fact.anchor);
        report.section(Section::fields("rests_on", fact_fields(fact, &why.agreement)).titled(title))
    });
    report.section(others(&why.other_profiles, "Day")).section(super::history::redacted(&why.redacted))
}

fn condition(condition: &ConditionView) -> Item {
    let since = match (condition.met, condition.since, condition.fact) {
        (false, ..) => "not met".to_owned(),
        (true, Some(day), Some(fact)) => format!("met since {day} (@{fact})"),
        (true, Some(day), None) => format!("met since {day}"),
        (true, None, _) => "met".to_owned(),
    };
    let tone = if condition.met { Tone::Good } else { Tone::Warn };
    Item::bullet(0, Cell::from(format!("{}: {since}; {}", condition.words, condition.reached)).tone(tone))
}

fn consents(consents: &[ConsentView]) -> Vec<Item> {
    let left_out = consents.len().saturating_sub(CONSENTS_TOLD_MAX);
    let mut items = Vec::new();
    if left_out > 0 {
        items.push(Item::bullet(0, format!("{left_out} earlier ones, all of them with --json")));
    }
    items.extend(consents[left_out..].iter().map(|consent| {
        let day = told(consent.day_earliest, consent.day);
        let weight = consent.weight.map(|weight| format!(", weight {weight}")).unwrap_or_default();
        let what = if consent.ended { " left" } else { "" };
        let share = consent.share.map(|share| format!(", {share} %")).unwrap_or_default();
        let reached =
            if consent.counted { format!(": {}{share}", consent.consents) } else { ": not counted".to_owned() };
        Item::bullet(0, format!("{day} {}{what}{weight} (@{}){reached}", consent.party, consent.fact))
    }));
    items
}
