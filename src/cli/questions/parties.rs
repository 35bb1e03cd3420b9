//! `parties`: who has agreed, and what they owe and are owed.

use super::{asked_line, by_or_on, day_or_dash, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Format, Section, Tone};
use crate::cli::session::{Session, asked, filter, reference};
use crate::views::list::PartyRow;

/// Options of `parties`.
#[derive(Clone, Debug, clap::Args)]
pub struct PartiesArgs {
    /// The agreement's reference; left out: all agreements.
    #[arg(value_name = "REF", add = crate::cli::place::references())]
    only: Option<String>,
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) async fn run(args: PartiesArgs, session: &Session) -> Result<Exit, Failure> {
    let only = args.only.as_deref().map(reference).transpose()?;
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let narrow = session.format() == Format::Table;
    let columns = [
        Column::text("name", "Party").priority(3),
        Column::word("kind", "Kind").priority(3),
        Column::id("agreement", "Agreement"),
        Column::id("party", "As"),
        Column::word("status", "Status"),
        Column::day("signed", "Signed").priority(2),
        Column::number("owes", "Owes"),
        Column::number("overdue", "Late"),
        Column::number("owed", "Owed"),
        Column::text("names", "Also known as").priority(4),
    ];
    let section = Section::table("parties", columns).when_empty("no party is on record by then");
    let mut listing = session.listing(asked_line(asked), section);
    let mut each = |row: PartyRow| listing.row(&row, || cells(&row, narrow));
    service.each_party(only.as_ref(), asked, &filter(&args.filter)?, &mut each).await?;
    session.listed(listing)
}

fn cells(row: &PartyRow, narrow: bool) -> Vec<Cell> {
    let late = if row.overdue > 0 { Tone::Bad } else { Tone::Plain };
    let mut names: Vec<String> = row.names.iter().map(ToString::to_string).collect();
    if let Some(organ) = &row.acting_through {
        names.push(format!("acting through {organ}"));
    }
    vec![
        Cell::from(&row.name).tone(Tone::Strong),
        Cell::from(row.kind),
        Cell::from(&row.agreement),
        Cell::from(&row.party),
        Cell::from(spaced(row.status.word())),
        // For people a day that is not known to the day; for spreadsheets its latest possible one, as a day.
        Cell::from(if narrow { by_or_on(row.signed_earliest, row.signed) } else { day_or_dash(row.signed) }),
        Cell::from(row.owes),
        Cell::from(row.overdue).tone(late),
        Cell::from(row.owed),
        Cell::from(names.join("; ")),
    ]
}
