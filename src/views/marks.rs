//! What filters look for in agreements, as it is kept: for each mark the agreements that ever bore it, in blocks of the log.
//!
//! ```text
//! n <position 8>                       the reference of the agreement whose first event has this position
//! k <kind> 0 <block 4>                 the agreements of a block that were ever of this kind
//! i <short name> 0 <block 4>           … that ever had a party of this short name
//! p <character 3> × 3 <block 4>        … in a name of one of whose parties these characters ever followed each other
//! t <character 3> × 3 <block 4>        … in whose title, or in a subject of which, they did
//! ```
//!
//! A filter wants words anywhere in a name, whatever its script, in lower case. So every character of a name begins a *gram*:
//! itself and the two that follow it, nothing where the name ends. Words of three characters and more can only be where all
//! their own grams are; shorter ones where a gram begins with them. The gram of nothing is in every name. So whatever
//! [`Filter::wants`](super::filter::Filter::wants) on any day is found, and perhaps more: the agreements themselves are asked then.
//!
//! An agreement goes by the position of its first event, as in the view of words. In a list positions are differences to the one
//! before, in as few bytes as they need. A list has no days: names seldom change.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use super::entry::Entry;
use super::postings::{AGREEMENT, put, take};
use super::tables::Range;
use crate::log::{Change, after_prefix};

/// How many positions of the log one block spans: a new agreement rewrites lists of some kilobytes, and reading a common one
/// through takes few of them.
const BLOCK: u64 = 65_536;

/// What stands where a text has ended; no line has it in it.
const NOTHING: char = '\0';

/// The characters of a gram.
pub type Gram = [char; 3];

/// The gram that is in every text.
const OF_ALL: Gram = [NOTHING; 3];

/// What is looked at in an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// Its kind, as a whole.
    Kind,
    /// The short names of its parties, as wholes.
    Party,
    /// The names of its parties, by their grams.
    Name,
    /// Its title and subjects, by their grams.
    Title,
}

impl Aspect {
    /// Every aspect, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Kind, Self::Party, Self::Name, Self::Title];

    const fn letter(self) -> u8 {
        match self {
            Self::Kind => b'k',
            Self::Party => b'i',
            Self::Name => b'p',
            Self::Title => b't',
        }
    }
}

/// Something by which agreements are found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A word as it is.
    Whole(Aspect, String),
    /// A gram.
    Part(Aspect, Gram),
}

impl Hash for Mark {
    /// A gram is one number: millions of them are looked up while the view is made.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Whole(aspect, word) => (aspect.letter(), word).hash(state),
            Self::Part(aspect, gram) => {
                // A character has 21 bits.
                let number = gram.iter().fold(0, |number, character| number << 21 | u64::from(*character));
                state.write_u64(number << 1 | u64::from(*aspect == Aspect::Title));
            }
        }
    }
}

impl Mark {
    /// What the keys of its lists begin with, and no others.
    #[must_use]
    pub fn stem(&self) -> Vec<u8> {
        match self {
            Self::Whole(aspect, word) => [&[aspect.letter()], word.as_bytes(), &[0]].concat(),
            Self::Part(aspect, gram) => beginning(*aspect, gram),
        }
    }
}

/// What the keys of all grams begin with that begin so.
fn beginning(aspect: Aspect, characters: &[char]) -> Vec<u8> {
    let mut stem = Vec::with_capacity(10);
    stem.push(aspect.letter());
    for character in characters {
        stem.extend_from_slice(&u32::from(*character).to_be_bytes()[1..]);
    }
    stem
}

/// Hands over the gram that each character of a text begins.
fn each_gram(text: &str, mut each: impl FnMut(Gram)) {
    let mut ahead = text.chars().chain([NOTHING; 2]);
    let (Some(mut first), Some(mut second)) = (ahead.next(), ahead.next()) else { return };
    for third in ahead {
        each([first, second, third]);
        (first, second) = (second, third);
    }
}

/// Hands over the marks of a text; of a long one some more than once.
pub fn each_mark(aspect: Aspect, text: &str, mut each: impl FnMut(Mark)) {
    match aspect {
        Aspect::Kind | Aspect::Party => each(Mark::Whole(aspect, text.to_owned())),
        Aspect::Name | Aspect::Title => {
            each(Mark::Part(aspect, OF_ALL));
            each_gram(&text.to_lowercase(), |gram| each(Mark::Part(aspect, gram)));
        }
    }
}

/// Hands over every text of an agreement, of all its days, that a filter looks at; some more than once.
pub fn each_text<'a>(entry: &'a Entry, mut each: impl FnMut(Aspect, &'a str)) {
    for (_, naming) in &entry.namings {
        each(Aspect::Kind, naming.kind.word());
        naming.subjects.iter().chain(&naming.title).for_each(|words| each(Aspect::Title, words.as_str()));
    }
    for party in entry.parties.iter().flat_map(|(_, parties)| parties) {
        each(Aspect::Party, party.id.as_str());
        [&party.name].into_iter().chain(&party.names).for_each(|name| each(Aspect::Name, name.as_str()));
    }
}

/// The marks of an agreement.
#[must_use]
pub fn marks(entry: &Entry) -> BTreeSet<Mark> {
    let mut all = BTreeSet::new();
    each_text(entry, |aspect, text| {
        each_mark(aspect, text, |mark| {
            all.insert(mark);
        });
    });
    all
}

/// Where texts are found that have some words in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// In all of these lists at the same time.
    All(Vec<Mark>),
    /// In any of the lists of these keys.
    Any(Range),
}

/// Where the agreements are found in which a name, or a title or subject, has these words in it.
#[must_use]
pub fn sought(aspect: Aspect, words: &str) -> Sought {
    let lower = words.to_lowercase();
    let few: Vec<char> = lower.chars().take(3).collect();
    if few.is_empty() {
        return Sought::All(vec![Mark::Part(aspect, OF_ALL)]);
    }
    if few.len() < 3 {
        return Sought::Any(beginning_with(&beginning(aspect, &few)));
    }
    let mut all = BTreeSet::new();
    each_gram(&lower, |gram| {
        // What follows the words is not known.
        if gram[2] != NOTHING {
            all.insert(Mark::Part(aspect, gram));
        }
    });
    if all.is_empty() {
        all.insert(Mark::Part(aspect, OF_ALL));
    }
    Sought::All(all.into_iter().collect())
}

/// The keys that begin with a stem. It begins with a letter, so there is one behind them all.
fn beginning_with(stem: &[u8]) -> Range {
    (stem.to_vec(), after_prefix(stem).unwrap_or_default())
}

/// The block of an agreement.
#[must_use]
pub const fn block_of(position: u64) -> u64 {
    position / BLOCK
}

/// The key of a list.
#[must_use]
pub fn list_key(stem: &[u8], block: u64) -> Vec<u8> {
    [stem, &u32::try_from(block).unwrap_or(u32::MAX).to_be_bytes()].concat()
}

/// The lists of a mark, one for each block.
#[must_use]
pub fn lists_of(stem: &[u8]) -> Range {
    beginning_with(stem)
}

/// A list that is being written, of agreements in the order of their positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    last: u64,
    bytes: Vec<u8>,
}

impl List {
    /// Adds an agreement, unless it is the last one already.
    pub fn push(&mut self, position: u64) {
        if self.bytes.is_empty() || self.last < position {
            put(&mut self.bytes, position - self.last);
            self.last = position;
        }
    }

    /// The list as it is kept; nothing for an empty one.
    #[must_use]
    pub fn written(self) -> Option<Vec<u8>> {
        (!self.bytes.is_empty()).then_some(self.bytes)
    }
}

/// Writes the agreements of a list, which are in order; nothing where there are none.
#[must_use]
pub fn written(positions: &[u64]) -> Option<Vec<u8>> {
    let mut list = List::default();
    for position in positions {
        list.push(*position);
    }
    list.written()
}

/// Reads a list onto others; none where it is not one.
#[must_use]
pub fn read_onto(all: &mut Vec<u64>, mut bytes: &[u8]) -> Option<()> {
    let mut position = 0_u64;
    while !bytes.is_empty() {
        position = position.checked_add(take(&mut bytes)?)?;
        all.push(position);
    }
    Some(())
}

/// Makes the rows of a mark from lists of all blocks, whose keys are its stem; an agreement's row stays as it is. None where
/// something is not a list.
pub fn parted(stem: Vec<u8>, mut values: Vec<Vec<u8>>, rows: &mut Vec<Change>) -> Option<()> {
    if stem.first() == Some(&AGREEMENT) {
        rows.push((stem, values.pop()));
        return Some(());
    }
    let mut positions = Vec::new();
    for list in &values {
        read_onto(&mut positions, list)?;
    }
    // Lists are in order: a stable sort takes them as they come.
    positions.sort_by_key(|position| *position);
    for of_block in positions.chunk_by(|a, b| block_of(*a) == block_of(*b)) {
        let block = of_block.first().map_or(0, |position| block_of(*position));
        rows.push((list_key(&stem, block), written(of_block)));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a text is where words are looked for.
    fn is_found(text: &str, words: &str) -> bool {
        let mut of_text = BTreeSet::new();
        each_mark(Aspect::Name, text, |mark| {
            of_text.insert(mark);
        });
        match sought(Aspect::Name, words) {
            Sought::All(marks) => marks.iter().all(|mark| of_text.contains(mark)),
            Sought::Any((from, before)) => {
                of_text.iter().map(|mark| list_key(&mark.stem(), 7)).any(|key| from <= key && key < before)
            }
        }
    }

    /// Characters of several scripts, among them such as have a longer lower case, or another one at the end of a word.
    fn texts() -> impl Strategy<Value = String> {
        let usual = "[aAbB İıẞßΣσς中华人民共和国دولةفلسطين\u{301}\u{307}\u{ff}\u{ffff}𐐀𐐨]{0,12}";
        prop_oneof![usual, "\\PC{0,20}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn words_are_found_wherever_a_text_has_them_in_it(
            (before, words, behind) in (texts(), texts(), texts()),
        ) {
            let text = format!("{before}{words}{behind}");
            for words in [&words, &before, &behind, &words.to_uppercase(), &words.to_lowercase(), &text] {
                if text.to_lowercase().contains(&words.to_lowercase()) {
                    prop_assert!(is_found(&text, words), "{words:?} in {text:?}");
                }
            }
            for (at, c) in text.char_indices() {
                for end in (at + c.len_utf8()..=text.len()).filter(|end| text.is_char_boundary(*end)).take(4) {
                    // Not every piece is in it: a sigma at the end of a word has a lower case of its own.
                    let has = text.to_lowercase().contains(&text[at..end].to_lowercase());
                    prop_assert!(!has || is_found(&text, &text[at..end]));
                }
            }
        }

        #[test]
        fn lists_are_parted_into_blocks_whatever_lists_they_came_in(
            all in prop::collection::btree_set(0_u64..400_000, 0..60),
            parts in prop::collection::vec(0_usize..3, 60),
        ) {
            let mut lists = vec![Vec::new(); 3];
            for (position, part) in all.iter().zip(parts) {
                lists[part].push(*position);
            }
            let values = lists.iter().filter_map(|list| written(list)).collect();
            let (stem, mut rows) = (Mark::Whole(Aspect::Kind, "mou".to_owned()).stem(), Vec::new());
            prop_assert!(parted(stem.clone(), values, &mut rows).is_some());
            let (from, before) = lists_of(&stem);
            let mut read = Vec::new();
            for (key, list) in rows {
                prop_assert!(from <= key && key < before);
                let first = read.len();
                prop_assert!(read_onto(&mut read, &list.expect("a list")).is_some());
                prop_assert!(read[first..].iter().all(|position| list_key(&stem, block_of(*position)) == key));
            }
            prop_assert!(all.iter().eq(&read));
        }

        #[test]
        fn no_bytes_lead_to_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read_onto(&mut Vec::new(), &bytes);
        }
    }

    #[test]
    fn words_are_found_only_where_their_grams_are() {
        assert!(is_found("Government of Pakistan", "PAKISTAN") && is_found("中华人民共和国", "共和"));
        assert!(is_found("x", "") && is_found("x", "X"), "nothing is in every name");
        assert!(!is_found("Government of Pakistan", "palestine") && !is_found("中华人民共和国", "国共"));
        assert!(!is_found("ab", "abc") && !is_found("ab", "c"));
    }

    #[test]
    fn the_longest_key_stays_within_the_bound_of_the_store() {
        let whole = Mark::Whole(Aspect::Party, "p".repeat(40)).stem();
        let part = Mark::Part(Aspect::Name, [char::MAX; 3]).stem();
        for stem in [whole, part] {
            assert!(list_key(&stem, u64::MAX).len() <= crate::log::VIEW_KEY_BYTES_MAX);
        }
    }
}
