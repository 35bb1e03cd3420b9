//! What a fact cannot say, however it came to say it.
//!
//! Each verb refuses these when it makes its event; a correction or resolution changes fields one by one, past the
//! verb, so what the fact then says is looked at here.

use super::Making;
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::change::FieldChange;
use crate::domain::patch;
use crate::domain::period::Period;
use crate::domain::rule::{Length, PLAIN, Roll, Rule};
use crate::domain::vocabulary::MilestoneStatus;

/// Refuses changes after which a fact would say what no verb records.
///
/// # Errors
///
/// A [`Refusal`] that names the field.
pub fn changed(making: &Making<'_>, event: u64, fields: &[FieldChange]) -> Result<(), Refusal> {
    let Some(reading) = making.readings.fact(event) else { return Ok(()) };
    if fields.is_empty() {
        return Ok(());
    }
    check(&patch::apply(&reading.saying, fields.iter()).event, making)
}

fn check(event: &Event, making: &Making<'_>) -> Result<(), Refusal> {
    let wrong = |field, why: &str| Err(Refusal::Field { field, why: why.to_owned() });
    match event {
        Event::MilestoneReported(reported) => {
            if reported.share.is_some_and(|share| share > 100) {
                return wrong("data.share", "more than 100 per cent is more than all of it");
            }
            if reported.closed && reported.status != MilestoneStatus::PartiallyMet {
                return wrong("data.closed", "only a partially_met commitment is closed so");
            }
        }
        Event::DeadlineExtended(extended) if extended.to.is_some() == extended.by.is_some() => {
            return wrong("data.to", "a deadline is moved either to a day or by a period");
        }
        Event::TermSet(term) => {
            if term.length.is_some() == term.end.is_some() {
                return wrong("data.end", "a term has either a length or a last day");
            }
            if term.start.zip(term.end).is_some_and(|(start, end)| end < start) {
                return wrong("data.end", "a term cannot end before it starts");
            }
            if term.length.is_some_and(Period::is_zero) {
                return wrong("data.length", "a term of no days is none");
            }
        }
        Event::TermRenewed(renewed) if renewed.until.is_some() && renewed.length.is_some() => {
            return wrong("data.until", "a term is renewed either until a day or by a length");
        }
        Event::AgreementAmended(amended) if amended.commitment.is_some() != amended.text.is_some() => {
            return wrong("data.text", "a commitment's new words need both the commitment and the text");
        }
        Event::AgreementSuperseded(superseded) if superseded.by == *making.reference => {
            return wrong("data.by", "an agreement cannot supersede itself");
        }
        Event::AgreementLinked(linked) if linked.to == *making.reference => {
            return wrong("data.to", "an agreement cannot be linked to itself");
        }
        // RFC 8785 numbers are exact up to 2^53 - 1; two sizes beyond would be written alike.
        Event::PaperAttached(paper) if paper.size > (1 << 53) - 1 => {
            return wrong("data.size", "more than 2^53 - 1 bytes");
        }
        Event::DeadlineSet(set) => {
            super::recurring::judge(&set.rule, making)?;
            return counted(&set.rule);
        }
        Event::EntryIntoForceSet(entry) if entry.rule.repeat.is_some() => {
            return wrong("data.rule.repeat", "an agreement comes into force once");
        }
        Event::EntryIntoForceSet(entry) => return counted(&entry.rule),
        _ => {}
    }
    Ok(())
}

/// Refuses a rule that this release cannot count; a date that is not counted as stated would be wrong.
fn counted(rule: &Rule) -> Result<(), Refusal> {
    let stated = [
        ("working_days", matches!(rule.length, Some(Length::WorkingDays(_)))),
        ("clear_days", matches!(rule.length, Some(Length::ClearDays(_)))),
        ("calendar", !rule.calendars.is_empty()),
        ("open", rule.open.is_some()),
        ("roll", rule.roll == Some(Roll::Following)),
        ("min_working_days", rule.min_working_days.is_some()),
        ("zone", rule.zone.is_some() || rule.cut_off.is_some()),
        ("counting", rule.profile.as_str() != PLAIN),
    ];
    match stated.into_iter().find(|(_, stated)| *stated) {
        Some((field, _)) => Err(Refusal::NotCounted { field }),
        None => Ok(()),
    }
}
