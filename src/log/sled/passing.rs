//! What sled keeps of its pages in memory, where much is read or written once.
//!
//! sled 0.34.7 counts the uses of its pages in 256 parts, and looks at how much a part holds only when 64 uses were counted in it.
//! Whoever goes through the log from one end to the other, or writes a whole view, uses a page once or twice: nothing would be let
//! go until some ten thousand pages are held, whatever the capacity of the cache. So whoever does that says of each value that it
//! was used some times more; a part then holds little beside the page that was used last in it.

use ::sled::Tree;

/// How many more uses are counted for a segment: three or four fill a page of sled.
const OF_SEGMENT: usize = 16;

/// How many more uses are counted for a value of one chunk: eight or more fill a page of sled.
const OF_CHUNK: usize = 6;

/// From how many values on that are written in one batch their uses are counted: a command's few stay where they are.
const MANY: usize = 16;

/// Says that a segment was read in passing.
pub(super) fn read(tree: &Tree, key: &[u8]) {
    used(tree, key, OF_SEGMENT);
}

/// Says that values were written in passing, where they are many.
pub(super) fn written<K: AsRef<[u8]>>(tree: &Tree, keys: &[K]) {
    if keys.len() >= MANY {
        for key in keys {
            used(tree, key.as_ref(), OF_CHUNK);
        }
    }
}

/// Says that a value was read once, to be written elsewhere.
pub(super) fn copied(tree: &Tree, key: &[u8]) {
    used(tree, key, OF_CHUNK);
}

fn used(tree: &Tree, key: &[u8], times: usize) {
    for _ in 0..times {
        // Whoever needs the value hears of a fault when it is read.
        if tree.contains_key(key).is_err() {
            return;
        }
    }
}
