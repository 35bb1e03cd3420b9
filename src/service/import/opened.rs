//! The agreements that an import put away before the view knows them: some 70 bytes each, with a reference of usual length.

use std::collections::HashMap;

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::id::{AgreementId, Reference};

/// The bytes before a reference: the agreement's identity, where the log ends after its last fact, and the reference's length.
const HEAD_BYTES: usize = 16 + 8 + 1;

/// By how many bytes the room for them grows: doubled, it would be half empty at its largest.
const GROWS_BY: usize = 1024 * 1024;

/// Agreements by their references.
#[derive(Default)]
pub(super) struct Opened {
    /// One behind the other.
    lying: Vec<u8>,
    /// Where each lies, by a hash of its reference: by its first hash that was free when it came.
    places: HashMap<u64, usize>,
}

impl Opened {
    /// Takes an agreement in, in the place of what was known of it.
    pub(super) fn put(&mut self, reference: &Reference, id: AgreementId, end: u64) {
        let at = match self.place(reference) {
            Ok(at) => at,
            Err(hash) => {
                let Ok(length) = u8::try_from(reference.as_str().len()) else { return };
                let at = self.lying.len();
                if self.lying.capacity() - at < HEAD_BYTES + usize::from(length) {
                    self.lying.reserve_exact(GROWS_BY);
                }
                self.lying.extend_from_slice(&[0; HEAD_BYTES - 1]);
                self.lying.push(length);
                self.lying.extend_from_slice(reference.as_str().as_bytes());
                self.places.insert(hash, at);
                at
            }
        };
        self.lying[at..at + 16].copy_from_slice(id.0.as_bytes());
        self.lying[at + 16..at + 24].copy_from_slice(&end.to_be_bytes());
    }

    /// An agreement's identity, and where the log ends after its last fact.
    pub(super) fn get(&self, reference: &Reference) -> Option<(AgreementId, u64)> {
        let lying = &self.lying[self.place(reference).ok()?..];
        let (id, rest) = lying.split_first_chunk::<16>()?;
        let (end, _) = rest.split_first_chunk::<8>()?;
        Some((AgreementId(Uuid::from_bytes(*id)), u64::from_be_bytes(*end)))
    }

    /// Where an agreement lies, or the first of its hashes that is free.
    fn place(&self, reference: &Reference) -> Result<usize, u64> {
        let mut seed = 0;
        loop {
            let hash = xxh3_64_with_seed(reference.as_str().as_bytes(), seed);
            match self.places.get(&hash) {
                None => return Err(hash),
                Some(at) if self.reference_at(*at) == reference.as_str().as_bytes() => return Ok(*at),
                Some(_) => seed += 1,
            }
        }
    }

    fn reference_at(&self, at: usize) -> &[u8] {
        let from = at + HEAD_BYTES;
        let length = self.lying.get(from - 1).copied().map_or(0, usize::from);
        self.lying.get(from..from + length).unwrap_or_default()
    }

    /// The references, in no order.
    pub(super) fn references(&self) -> impl Iterator<Item = Reference> {
        let texts = self.places.values().filter_map(|at| std::str::from_utf8(self.reference_at(*at)).ok());
        texts.filter_map(|text| Reference::parse(text).ok())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_said_last_of_an_agreement_is_found(said in prop::collection::vec(("[a-c]{1,3}", any::<u128>(), any::<u64>()), 0..99)) {
            let mut opened = Opened::default();
            let mut known = BTreeMap::new();
            for (reference, id, end) in said {
                let reference = Reference::parse(&reference).expect("a reference");
                let id = AgreementId(Uuid::from_u128(id));
                prop_assert_eq!(opened.get(&reference), known.get(&reference).copied());
                opened.put(&reference, id, end);
                known.insert(reference, (id, end));
                prop_assert_eq!(opened.len(), known.len());
            }
            for (reference, found) in &known {
                prop_assert_eq!(opened.get(reference), Some(*found));
            }
            let mut references: Vec<Reference> = opened.references().collect();
            references.sort();
            prop_assert!(references.iter().eq(known.keys()));
        }
    }

    #[test]
    fn an_agreement_that_was_put_away_costs_few_bytes() {
        let mut opened = Opened::default();
        for number in 0..100_000_u64 {
            let reference = Reference::parse(&format!("agreement-{number:06}")).expect("a reference");
            opened.put(&reference, AgreementId(Uuid::from_u128(u128::from(number))), number);
        }
        let bytes = opened.lying.capacity() + opened.places.capacity() * (size_of::<(u64, usize)>() + 1);
        assert!(bytes < 70 * 100_000, "{bytes}");
    }
}
