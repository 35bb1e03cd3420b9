//! Where the days of a term fall that renews itself without an end, in the round from one renewal to the next.
//!
//! In a round of whole months a day has the place of its month and day, each month counted as 31 days; in one of whole days, its
//! number. From one round to the next a day keeps its place but for the lengths of months, for which there is room on both
//! sides. A round of months and days keeps no places: what has one lies in a cell of its own that every list reads.

use super::span::number;
use crate::domain::day::Day;
use crate::domain::period::Period;
use crate::views::tables::Range;

/// How many places a month has, and a cell.
const MONTH: u32 = 31;

/// How many cells something lies in at most; what would lie in more lies in one that every list reads.
const TOUCHED_MAX: u32 = 12;

/// The cell that every list reads.
const EVERY: u32 = u32::MAX;

/// How far the first day of a period moves at most, and the day before it: from the end of a month to that of a shorter one.
const PERIOD_ROOM: u32 = 6;

/// How far a day moves at most that is counted back from such a day: the end of a month three days, and what lies some days
/// before it by the lengths of the months between, six.
const COUNTED_ROOM: u32 = 10;

/// How many bytes a key has before the reference: the table, the round, the cell, the first and the last place, and the day from which on.
const STEM_BYTES: usize = 1 + ROUND_BYTES + 4 * 4;

/// How many bytes a round has in a key: of what, and how many of them.
const ROUND_BYTES: usize = 1 + 4;

/// No period has more days or months.
const MANY_MAX: u32 = 10_000_000;

/// From one renewal to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// So many months.
    Months(u32),
    /// So many days.
    Days(u32),
    /// Something in which days keep no place.
    Other,
}

impl Round {
    /// The round of a period.
    #[must_use]
    pub fn of(period: Option<Period>) -> Self {
        let months = period.map_or(0, |period| period.years() * 12 + period.months());
        let days = period.map_or(0, |period| period.weeks() * 7 + period.days());
        match (months, days) {
            (0, 1..) => Self::Days(days),
            (1.., 0) => Self::Months(months),
            _ => Self::Other,
        }
    }

    /// How many places it has.
    fn places(self) -> u32 {
        match self {
            Self::Months(months) => months * MONTH,
            Self::Days(days) => days,
            Self::Other => 1,
        }
    }

    /// A day's number among the places of all rounds.
    fn place(self, day: Day) -> u32 {
        match self {
            Self::Months(_) => {
                let months = day.year().unsigned_abs() * 12 + day.month() - 1;
                months * MONTH + day.day_of_month() - 1
            }
            Self::Days(_) | Self::Other => number(Some(day)),
        }
    }

    /// What the keys of its cells begin with, in a table.
    fn stem(self, table: u8) -> Vec<u8> {
        let (of, many) = match self {
            Self::Days(days) => (b'd', days),
            Self::Months(months) => (b'm', months),
            Self::Other => (b'o', 0),
        };
        [&[table, of][..], &many.to_be_bytes()].concat()
    }

    /// The round that a key is about.
    fn in_key(key: &[u8]) -> Option<Self> {
        let (round, _) = key.get(1..)?.split_first_chunk::<ROUND_BYTES>()?;
        let [of, many @ ..] = *round;
        let many = u32::from_be_bytes(many);
        match of {
            b'd' if (1..=MANY_MAX).contains(&many) => Some(Self::Days(many)),
            b'm' if (1..=MANY_MAX).contains(&many) => Some(Self::Months(many)),
            b'o' => Some(Self::Other),
            _ => None,
        }
    }
}

/// Places of a round, from the first to the last, in which something falls from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    round: Round,
    first: u32,
    /// Beyond the round where the places go over its end.
    last: u32,
    from: u32,
}

impl Cycle {
    /// The places of some days and of what they become in later rounds, where they are counted back so often from a period's
    /// last day.
    pub(super) fn new(round: Round, (first, last): (Day, Day), counted: u32, from: Day) -> Self {
        let room = PERIOD_ROOM + counted * COUNTED_ROOM;
        let (places, begins) = (round.places(), round.place(first));
        let wide = round.place(last).saturating_sub(begins) + 2 * room;
        let first = (begins % places + places - room % places) % places;
        Self { round, first, last: first + wide, from: number(Some(from)) }
    }

    /// The beginnings of its keys in a table: one for each cell that it lies in.
    pub(in crate::views) fn stems(self, table: u8) -> impl Iterator<Item = Vec<u8>> {
        let Self { round, first, last, from } = self;
        self.cells().into_iter().map(move |cell| {
            let numbers = [cell, first, last, from].map(u32::to_be_bytes).concat();
            [round.stem(table), numbers].concat()
        })
    }

    /// The cells that it lies in, in order.
    fn cells(self) -> Vec<u32> {
        let Self { round, first, last, .. } = self;
        let places = round.places();
        let most = TOUCHED_MAX.min(places / MONTH) * MONTH;
        if matches!(round, Round::Other) || last - first >= most {
            return vec![EVERY];
        }
        // The last cell of a round may be a short one.
        let ahead = |place: &u32| place + (MONTH - place % places % MONTH).min(places - place % places);
        let begun = std::iter::successors(Some(first), |place| Some(ahead(place)).filter(|place| *place <= last));
        let mut cells: Vec<u32> = begun.map(|place| place % places / MONTH).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }
}

/// The ranges of the round that a key is about, in which everything lies that can fall into a window, and where the next
/// round begins; none where it is no such key.
pub(in crate::views) fn ranges((on, until): (Day, Day), key: &[u8]) -> Option<(Vec<Range>, Vec<u8>)> {
    let round = Round::in_key(key)?;
    let stem = round.stem(*key.first()?);
    let next = [&stem[..], &[u8::MAX; 5]].concat();
    let cell = |cell: u32| [&stem[..], &cell.to_be_bytes()].concat();
    let (first, last) = (round.place(on), round.place(until.max(on)));
    let places = round.places();
    let mut ranges = if last - first >= places {
        vec![(cell(0), cell(EVERY))]
    } else {
        let over = first % places > last % places;
        let (first, last) = (first % places / MONTH, last % places / MONTH);
        if over {
            vec![(cell(0), cell(last + 1)), (cell(first), cell(EVERY))]
        } else {
            vec![(cell(first), cell(last + 1))]
        }
    };
    ranges.push((cell(EVERY), next.clone()));
    Some((ranges, next))
}

/// Whether a key is about something that can fall into a window, and the reference in it; none where it is no such key.
pub(in crate::views) fn meets((on, until): (Day, Day), key: &[u8]) -> Option<(bool, &str)> {
    let round = Round::in_key(key)?;
    let (stem, reference) = key.split_at_checked(STEM_BYTES)?;
    let (numbers, _) = stem.get(1 + ROUND_BYTES + 4..)?.as_chunks::<4>();
    let [first, last, from] = *numbers else { return None };
    let [first, last, from] = [first, last, from].map(u32::from_be_bytes);
    let places = round.places();
    // A round is added, since what goes over the end of one may have begun before all days.
    let (begins, ends) = (round.place(on) + places, round.place(until.max(on)) + places);
    let last_begun = first + ends.checked_sub(first)? / places * places;
    let meets = last_begun.saturating_add(last.checked_sub(first)?) >= begins;
    let known = number(Some(on)) >= from;
    Some((known && (meets || matches!(round, Round::Other)), std::str::from_utf8(reference).ok()?))
}
