//! `stats`: the register in numbers.

use std::collections::BTreeMap;

use super::{asked_line, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Report, Section};
use crate::cli::session::{Session, asked, filter};

/// Options of `stats`.
#[derive(Clone, Debug, clap::Args)]
pub struct StatsArgs {
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) async fn run(args: StatsArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let stats = service.stats(asked, &filter(&args.filter)?).await?;
    session.answer(&stats, [&stats], || {
        let columns = [Column::word("of", "Of"), Column::word("what", "What"), Column::number("count", "Count")];
        let total = |of: &str, what: &str, count: u64| vec![[Cell::from(of), Cell::from(what), Cell::from(count)]];
        let each = |of: &'static str, counts: &BTreeMap<String, usize>| {
            let rows = counts.iter().map(|(word, count)| [Cell::from(of), Cell::from(spaced(word)), Cell::from(count)]);
            rows.collect::<Vec<_>>()
        };
        let section = Section::table("stats", columns)
            .rows(total("agreements", "in all", stats.agreements as u64))
            .rows(each("agreements by kind", &stats.by_kind))
            .rows(each("agreements by status", &stats.by_status))
            .rows(total("commitments", "in all", stats.commitments as u64))
            .rows(each("commitments by state", &stats.by_state))
            .rows(total("parties", "different names", stats.parties as u64))
            .rows(total("events", "on record", stats.facts));
        Report::new().heading(asked_line(asked)).section(section)
    })
}
