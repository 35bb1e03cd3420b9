//! The rows of parties while they are put in the order of their names: as bytes, since a register has far more of them than of
//! agreements, and most of a row in memory would be the room between its texts.

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::{PartyId, Reference};
use crate::domain::status::PartyStatus;
use crate::domain::text::Line;
use crate::domain::vocabulary::PartyKind;
use crate::views::list::PartyRow;

/// Rows of parties, to be put in order.
#[derive(Default)]
pub(super) struct ByName {
    /// For each row its name, agreement and party, a zero byte behind each, then the rest of it.
    bytes: Vec<u8>,
    /// Where each row begins, and where it ends.
    rows: Vec<(usize, usize)>,
}

/// What a row holds besides its key.
#[derive(Serialize, Deserialize)]
struct Rest(PartyKind, PartyStatus, Option<Day>, Option<Day>, Option<Line>, Vec<Line>, usize, usize, usize);

impl ByName {
    /// Takes a row in.
    pub(super) fn push(&mut self, row: PartyRow) {
        let from = self.bytes.len();
        // No text of a row has a zero byte in it, so keys are in the order of their texts.
        for text in [row.name.as_str(), row.agreement.as_str(), row.party.as_str()] {
            self.bytes.extend_from_slice(text.as_bytes());
            self.bytes.push(0);
        }
        let PartyRow { kind, status, signed, signed_earliest, acting_through, names, owes, overdue, owed, .. } = row;
        let rest = Rest(kind, status, signed, signed_earliest, acting_through, names, owes, overdue, owed);
        serde_json::to_writer(&mut self.bytes, &rest).expect("memory takes it");
        self.rows.push((from, self.bytes.len()));
    }

    /// The rows by name, then by agreement and party.
    pub(super) fn in_order(self) -> impl Iterator<Item = PartyRow> {
        let Self { bytes, mut rows } = self;
        rows.sort_by(|a, b| bytes[a.0..a.1].splitn(4, is_zero).take(3).cmp(bytes[b.0..b.1].splitn(4, is_zero).take(3)));
        rows.into_iter().map(move |(from, to)| read(&bytes[from..to]).expect("it was written by push"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as slices are split")]
const fn is_zero(byte: &u8) -> bool {
    *byte == 0
}

fn read(row: &[u8]) -> Option<PartyRow> {
    let mut pieces = row.splitn(4, is_zero);
    let mut text = || std::str::from_utf8(pieces.next()?).ok();
    let (name, agreement, party) = (Line::parse(text()?), Reference::parse(text()?), PartyId::parse(text()?));
    let rest: Rest = serde_json::from_slice(pieces.next()?).ok()?;
    Some(PartyRow {
        name: name.ok()?,
        kind: rest.0,
        agreement: agreement.ok()?,
        party: party.ok()?,
        status: rest.1,
        signed: rest.2,
        signed_earliest: rest.3,
        acting_through: rest.4,
        names: rest.5,
        owes: rest.6,
        overdue: rest.7,
        owed: rest.8,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(name: &str, agreement: &str, party: &str, owes: usize) -> PartyRow {
        PartyRow {
            name: Line::parse(name).expect("a name"),
            kind: PartyKind::State,
            agreement: Reference::parse(agreement).expect("a reference"),
            party: PartyId::parse(party).expect("a short name"),
            status: PartyStatus::Signatory,
            signed: Day::parse("2025-01-02").ok(),
            signed_earliest: None,
            acting_through: Line::parse("وزارة الصحة").ok(),
            names: vec![Line::parse("a \"name\", \\ too").expect("a name")],
            owes,
            overdue: 0,
            owed: 7,
        }
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were_in_the_order_of_their_names(
            given in prop::collection::vec(("[ab ]{0,2}[abé]", "[ab]{1,2}", "[ab]{1,2}", 0_usize..300), 0..40),
        ) {
            let rows: Vec<PartyRow> = given.iter().map(|(n, a, p, owes)| row(n, a, p, *owes)).collect();
            let mut by_name = ByName::default();
            for row in &rows {
                by_name.push(row.clone());
            }
            let mut sorted = rows;
            sorted.sort_by(|a, b| (&a.name, &a.agreement, &a.party).cmp(&(&b.name, &b.agreement, &b.party)));
            prop_assert_eq!(by_name.in_order().collect::<Vec<_>>(), sorted);
        }
    }
}
