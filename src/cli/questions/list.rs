//! `list`: every agreement in one line.

use super::{asked_line, by_or_on, day_or_dash, joined, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Report, Section, Tone};
use crate::cli::session::{Session, asked, filter};
use crate::views::list::ListRow;

/// Options of `list`.
#[derive(Clone, Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Also agreements that were retracted.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(args: ListArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let mut wanted = filter(&args.filter)?;
    wanted.retracted = args.all;
    let rows = service.list(asked, &wanted).await?;
    session.answer(&rows, &rows, || {
        let columns = [
            Column::id("reference", "Reference"),
            Column::word("kind", "Kind").priority(3),
            Column::word("status", "Status"),
            Column::day("signed", "Signed").priority(2),
            Column::number("open", "Open"),
            Column::number("overdue", "Late"),
            Column::day("next_due", "Next due").priority(2),
            Column::text("title", "Title").priority(4),
            Column::text("parties", "Parties").priority(3),
        ];
        let section = Section::table("agreements", columns)
            .when_empty("no agreement is on record by then")
            .rows(rows.iter().map(cells));
        Report::new().heading(asked_line(asked)).section(section)
    })
}

fn cells(row: &ListRow) -> [Cell; 9] {
    let late = if row.overdue > 0 { Tone::Bad } else { Tone::Plain };
    [
        Cell::from(&row.reference).tone(Tone::Strong),
        Cell::from(spaced(row.kind.word())),
        Cell::from(spaced(row.status.word())),
        Cell::from(by_or_on(row.signed_earliest, row.signed)),
        Cell::from(row.open),
        Cell::from(row.overdue).tone(late),
        Cell::from(day_or_dash(row.next_due)),
        Cell::from(row.title.as_ref().map(ToString::to_string).unwrap_or_default()),
        Cell::from(joined(&row.parties)),
    ]
}
