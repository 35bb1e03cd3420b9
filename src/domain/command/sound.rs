//! What a fact cannot say, however it came to say it.
//!
//! Each verb refuses these when it makes its event; a correction or resolution changes fields one by one, past the
//! verb, so what the fact then says is looked at here.

use super::Making;
use super::countable::countable;
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::change::FieldChange;
use crate::domain::patch;
use crate::domain::period::Period;
use crate::domain::rule::{Anchor, DeadlineNature, Direction, Floor, WhileSuspended};
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
    check(&patch::apply(&reading.saying, fields.iter()).event, event, making)
}

fn check(event: &Event, of: u64, making: &Making<'_>) -> Result<(), Refusal> {
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
        Event::TermSet(set) => {
            if let Some((field, why)) = super::term::cannot_be(set) {
                let field = match field {
                    "length" => "data.length",
                    "renewal_length" => "data.renewal_length",
                    "notice_period" => "data.notice_period",
                    "prepare" => "data.prepare",
                    _ => "data.end",
                };
                return wrong(field, &why);
            }
        }
        Event::TermRenewed(renewed) if renewed.length.is_some_and(Period::is_zero) => {
            return wrong("data.length", "a renewal by no days renews nothing");
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
        Event::WeekSet(week) => return super::register::sound_week(week),
        Event::DaysListed(days) => return super::register::sound_days(days),
        Event::NoticeGiven(notice) => {
            if notice.takes_effect.is_some() && notice.effect.is_some() {
                return wrong("data.takes_effect", "a notice takes effect on a stated day or on a counted one");
            }
            if let Some(rule) = &notice.effect {
                if rule.anchor != Anchor::Event(of) {
                    return wrong("data.effect", "the effect of a notice is counted from the notice itself");
                }
                if rule.floor == Some(Floor::EntryIntoForce) {
                    return wrong("data.effect", "the effect of a notice does not wait for entry into force");
                }
                return countable(rule, DeadlineNature::Effect, making);
            }
        }
        Event::DeadlineSet(set) => {
            super::recurring::judge(&set.rule, making)?;
            let stops = set.rule.while_suspended == Some(WhileSuspended::Stops);
            if stops && set.rule.direction == Direction::Before {
                return wrong("data.rule.while_suspended", "a deadline counted back has no clock that could stop");
            }
            return countable(&set.rule, DeadlineNature::Act, making);
        }
        Event::EntryIntoForceSet(entry) if entry.rule.repeat.is_some() => {
            return wrong("data.rule.repeat", "an agreement comes into force once");
        }
        Event::EntryIntoForceSet(entry) => {
            super::force::possible(entry)?;
            return countable(&entry.rule, DeadlineNature::Effect, making);
        }
        _ => {}
    }
    Ok(())
}
