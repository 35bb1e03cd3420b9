//! `search`: where words stand in the register.

use super::{asked_line, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, EVENTS, Format, Progress, Report, Section, Tone};
use crate::cli::session::{Session, asked, filter};
use crate::views::search::SearchRow;

/// Options of `search`.
#[derive(Clone, Debug, clap::Args)]
pub struct SearchArgs {
    /// The words; each has to stand somewhere in the agreement, of the last one its beginning is enough.
    #[arg(value_name = "WORDS", required = true)]
    words: Vec<String>,
    /// How many agreements to show at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) async fn run(args: SearchArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let most = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let wanted = filter(&args.filter)?;
    let mut bar = Progress::when_long();
    let mut progress = |done, all| bar.of(done, all, EVENTS);
    let found = service.search(&args.words.join(" "), asked, &wanted, most, &mut progress).await;
    bar.end();
    let found = found?;
    let narrow = session.format() == Format::Table;
    session.answer(&found, &found.found, || {
        let columns = [
            Column::id("reference", "Reference"),
            Column::word("kind", "Kind").priority(3),
            Column::word("status", "Status").priority(2),
            Column::day("since", "Since"),
            Column::text("title", "Title").priority(3),
            Column::text("found", "Found").priority(4),
        ];
        let section = Section::table("found", columns)
            .when_empty("in no agreement do all of these words stand by then")
            .rows(found.found.iter().map(|row| cells(row, narrow)));
        let report = Report::new().heading(asked_line(asked)).section(section);
        if found.more {
            report.heading(format!("there are more than {most}: give another word, or a larger --limit"))
        } else {
            report
        }
    })
}

fn cells(row: &SearchRow, narrow: bool) -> [Cell; 6] {
    let place = |found: &crate::views::search::Found| {
        format!("{} @{}: {}", spaced(found.place.word()), found.fact, found.words)
    };
    let mut places: Vec<String> = row.found.iter().map(place).collect();
    if row.cut {
        places.push("it has more words than are kept: not all of them are found".to_owned());
    }
    // A title in which the words stand is shown once where there is little room.
    let repeated = |title: &&_| narrow && row.found.iter().any(|found| found.words == *ToString::to_string(title));
    let title = row.title.as_ref().filter(|title| !repeated(title));
    [
        Cell::from(&row.reference).tone(Tone::Strong),
        Cell::from(spaced(row.kind.word())),
        Cell::from(spaced(row.status.word())),
        Cell::from(row.since.to_string()),
        Cell::from(title.map(ToString::to_string).unwrap_or_default()),
        Cell::from(places.join("; ")),
    ]
}
