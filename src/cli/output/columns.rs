//! Shares the width of a terminal among the columns of a table.

use super::measure::display_width;
use super::report::{Column, Kind};

/// Columns of nothing between two columns.
pub(super) const GAP: usize = 2;
/// Text narrower than this reads worse than one record below the other.
const TEXT_MIN: usize = 16;

/// Returns the order in which a table shows its columns: people's words last, else as given.
pub(super) fn order(columns: &[Column]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&at| columns.get(at).is_some_and(|column| column.kind == Kind::Text));
    order
}

/// Returns the width of each column so that the table fits, or nothing when it cannot fit and still be read.
///
/// `contents` is the width of each column when nothing is wrapped, its header aside. First columns of text give way:
/// the group with the highest priority number before others, the widest of a group before others, none below
/// [`TEXT_MIN`]. Then headers are wrapped.
pub(super) fn share(columns: &[Column], contents: &[usize], width: Option<usize>) -> Option<Vec<usize>> {
    let with_headers = |header: fn(&str) -> usize| -> Vec<usize> {
        columns.iter().zip(contents).map(|(column, &content)| content.max(header(&column.header))).collect()
    };
    let whole = with_headers(display_width);
    match width {
        None => Some(whole),
        Some(width) => narrowed(columns, whole, width).or_else(|| narrowed(columns, with_headers(widest_word), width)),
    }
}

fn widest_word(header: &str) -> usize {
    header.split(' ').map(display_width).max().unwrap_or(0)
}

fn narrowed(columns: &[Column], mut widths: Vec<usize>, width: usize) -> Option<Vec<usize>> {
    let gaps = GAP * columns.len().saturating_sub(1);
    let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
    let mut priorities: Vec<u8> = columns.iter().map(|column| column.priority).collect();
    priorities.sort_unstable();
    priorities.dedup();
    for priority in priorities.into_iter().rev() {
        while excess > 0 && narrow_widest(columns, &mut widths, priority) {
            excess -= 1;
        }
    }
    (excess == 0).then_some(widths)
}

fn narrow_widest(columns: &[Column], widths: &mut [usize], priority: u8) -> bool {
    let widest = columns
        .iter()
        .zip(widths)
        .filter(|(column, _)| column.kind == Kind::Text && column.priority == priority)
        .filter(|(column, width)| **width > TEXT_MIN.max(widest_word(&column.header)))
        .max_by_key(|(_, width)| **width);
    let Some((_, width)) = widest else { return false };
    *width -= 1;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::text("title", "Title"),
            Column::id("reference", "Reference"),
            Column::text("by", "Owed by").priority(1),
        ]
    }

    #[test]
    fn words_of_people_come_last() {
        assert_eq!(order(&columns()), [1, 0, 2]);
    }

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(share(&columns(), &[30, 9, 30], Some(73)), Some(vec![30, 9, 30]));
    }

    #[test]
    fn the_highest_priority_number_gives_way_first() {
        assert_eq!(share(&columns(), &[30, 9, 30], Some(60)), Some(vec![30, 9, 17]));
        assert_eq!(share(&columns(), &[30, 9, 30], Some(50)), Some(vec![21, 9, 16]));
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused() {
        assert_eq!(share(&columns(), &[30, 9, 30], Some(44)), None);
    }

    #[test]
    fn headers_give_way_after_text() {
        let columns = [Column::number("days", "Days late"), Column::text("title", "Title")];
        assert_eq!(share(&columns, &[2, 40], Some(30)), Some(vec![9, 19]));
        assert_eq!(share(&columns, &[2, 40], Some(24)), Some(vec![4, 18]));
    }

    #[test]
    fn references_never_give_way() {
        assert_eq!(share(&[Column::id("hash", "Hash")], &[64], Some(60)), None);
    }
}
