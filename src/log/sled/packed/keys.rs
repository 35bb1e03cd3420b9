//! The keys of pages: in the order of the fences, and never one for two.
//!
//! `prefix of the table | escaped fence | 0 0 | chunk 2`. A zero byte of the fence is followed by 255, so that the end mark
//! sorts before whatever else a fence can go on with.

const END: [u8; 2] = [0, 0];

/// More than every chunk of a page whose fence is the same, less than what any longer fence begins with.
const BEYOND: [u8; 2] = [0, 1];

fn escaped(prefix: &[u8], fence: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + fence.len() + END.len() + 2);
    key.extend_from_slice(prefix);
    for byte in fence {
        key.push(*byte);
        if *byte == 0 {
            key.push(u8::MAX);
        }
    }
    key
}

/// Makes the key of one chunk of the page that begins at a fence.
pub(super) fn chunk_key(prefix: &[u8], fence: &[u8], chunk: u16) -> Vec<u8> {
    let mut key = escaped(prefix, fence);
    key.extend_from_slice(&END);
    key.extend_from_slice(&chunk.to_be_bytes());
    key
}

/// Makes what sorts right behind the pages whose fence is `key` or less.
pub(super) fn beyond(prefix: &[u8], key: &[u8]) -> Vec<u8> {
    let mut key = escaped(prefix, key);
    key.extend_from_slice(&BEYOND);
    key
}

/// Reads the key of a page's chunk, given as what follows the prefix; nothing when it was not made by [`chunk_key`].
pub(super) fn parse(rest: &[u8]) -> Option<(Vec<u8>, u16)> {
    let mut fence = Vec::with_capacity(rest.len());
    let mut bytes = rest.iter();
    loop {
        match *bytes.next()? {
            0 => match *bytes.next()? {
                u8::MAX => fence.push(0),
                0 => break,
                _ => return None,
            },
            byte => fence.push(byte),
        }
    }
    let chunk = bytes.as_slice().try_into().ok()?;
    Some((fence, u16::from_be_bytes(chunk)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_their_fences(
            one in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255), any::<u8>()], 0..6),
            other in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255), any::<u8>()], 0..6),
            chunks in any::<(u16, u16)>(),
        ) {
            let (a, b) = (chunk_key(b"t", &one, chunks.0), chunk_key(b"t", &other, chunks.1));
            prop_assert_eq!(a.cmp(&b), one.cmp(&other).then(chunks.0.cmp(&chunks.1)));
            prop_assert_eq!(parse(&a[1..]), Some((one.clone(), chunks.0)));
            prop_assert_eq!(a < beyond(b"t", &other), one <= other);
        }

        #[test]
        fn no_bytes_break_the_reading_of_a_key(bytes in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..12)) {
            let read = parse(&bytes);
            prop_assert!(read.is_none_or(|(fence, chunk)| chunk_key(b"", &fence, chunk) == bytes));
        }
    }
}
