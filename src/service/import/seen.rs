//! Which lines of an import stood in it before, at ten bytes a line and what a vector keeps free beside them.
//!
//! A line is known by the first twelve bytes of its SHA-256: among a thousand million lines two of them agree by chance
//! with a probability of some 10⁻¹¹.

use std::collections::HashMap;

/// How many lists the lines are dealt to, by their first two bytes: in a million lines a list has some fifteen.
const LISTS: usize = 1 << 16;

/// The bytes by which a line is known.
pub(super) const KNOWN_BY: usize = 12;

/// The lines of an import so far.
pub(super) struct Seen {
    lists: Vec<Vec<[u8; KNOWN_BY - 2]>>,
    /// How often those stood that stood more than once.
    again: HashMap<[u8; KNOWN_BY], u32>,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { lists: vec![Vec::new(); LISTS], again: HashMap::new() }
    }

    /// Takes a line in; returns how often it has stood by now, this time included.
    pub(super) fn nth(&mut self, line: [u8; KNOWN_BY]) -> u32 {
        let [first, second, rest @ ..] = line;
        let list = &mut self.lists[usize::from(u16::from_be_bytes([first, second]))];
        if let Err(at) = list.binary_search(&rest) {
            list.insert(at, rest);
            return 1;
        }
        let nth = self.again.entry(line).or_insert(1);
        *nth = nth.saturating_add(1);
        *nth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_is_counted_as_often_as_it_stands(lines in proptest::collection::vec((0..3_u8, 0..3_u8, 0..4_u8), 0..80)) {
            let mut seen = Seen::new();
            let mut counts: HashMap<[u8; KNOWN_BY], u32> = HashMap::new();
            for (first, second, last) in lines {
                let mut line = [0; KNOWN_BY];
                (line[0], line[1], line[KNOWN_BY - 1]) = (first, second, last);
                let count = counts.entry(line).or_insert(0);
                *count += 1;
                prop_assert_eq!(seen.nth(line), *count);
            }
        }
    }
}
