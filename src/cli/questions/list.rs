//! `list`: every agreement in one line.

use super::{asked_line, by_or_on, day_or_dash, joined, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Format, Section, Tone};
use crate::cli::session::{Session, asked, filter};
use crate::domain::text::Line;
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
    // A terminal is narrow: there the next due date is left to `due`, and title and parties share a column.
    let narrow = session.format() == Format::Table;
    let mut columns = vec![
        Column::id("reference", "Reference"),
        Column::word("kind", "Kind").priority(3),
        Column::word("status", "Status"),
        Column::day("signed", "Signed").priority(2),
        Column::number("open", "Open"),
        Column::number("overdue", "Late"),
    ];
    columns.extend(if narrow {
        vec![Column::text("title", "Title and parties").priority(4)]
    } else {
        vec![
            Column::day("next_due", "Next due"),
            Column::day("ends", "Ends"),
            Column::id("superseded_by", "Superseded by"),
            Column::text("title", "Title"),
            Column::text("parties", "Parties"),
        ]
    });
    let section = Section::table("agreements", columns).when_empty("no agreement is on record by then");
    let mut listing = session.listing(asked_line(asked), section);
    let mut each = |row: ListRow| listing.row(&row, || cells(&row, narrow));
    service.each_listed(asked, &wanted, &mut each).await?;
    session.listed(listing)
}

/// How many parties people see of an agreement; the other formats have all.
const PARTIES_SHOWN: usize = 3;

/// The names of the parties for people: the first of them, and how many more there are.
fn some(parties: &[Line]) -> String {
    // One more is named in the room that its number would take.
    if parties.len() <= PARTIES_SHOWN + 1 {
        return joined(parties);
    }
    format!("{} and {} more", joined(&parties[..PARTIES_SHOWN]), parties.len() - PARTIES_SHOWN)
}

fn cells(row: &ListRow, narrow: bool) -> Vec<Cell> {
    let late = if row.overdue > 0 { Tone::Bad } else { Tone::Plain };
    let mut cells = vec![
        Cell::from(&row.reference).tone(Tone::Strong),
        Cell::from(spaced(row.kind.word())),
        Cell::from(spaced(row.status.word())),
        // For people a day that is not known to the day; for spreadsheets its latest possible one, as a day.
        Cell::from(if narrow { by_or_on(row.signed_earliest, row.signed) } else { day_or_dash(row.signed) }),
        Cell::from(row.open),
        Cell::from(row.overdue).tone(late),
    ];
    let parties = if narrow { some(&row.parties) } else { joined(&row.parties) };
    cells.extend(match (&row.title, narrow) {
        (title, true) => {
            let words = title.as_ref().map_or_else(|| parties.clone(), |title| format!("{title} ({parties})"));
            let successor = row.superseded_by.as_ref().map(|by| format!("; superseded by {by}")).unwrap_or_default();
            vec![Cell::from(words + &successor)]
        }
        (title, false) => vec![
            Cell::from(day_or_dash(row.next_due)),
            Cell::from(day_or_dash(row.ends)),
            Cell::from(row.superseded_by.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string)),
            Cell::from(title.as_ref().map(ToString::to_string).unwrap_or_default()),
            Cell::from(parties),
        ],
    });
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_parties_three_are_named_and_the_others_counted() {
        let parties =
            |many: usize| (1..=many).map(|n| Line::parse(&format!("p{n}")).expect("a name")).collect::<Vec<_>>();
        assert_eq!(some(&parties(100)), "p1, p2, p3 and 97 more");
        assert_eq!(some(&parties(4)), "p1, p2, p3, p4");
        assert_eq!(some(&[]), "–");
    }
}
