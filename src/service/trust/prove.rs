//! Proofs about the log, each under a head that was given out.

use super::TrustError;
use crate::domain::id::Reference;
use crate::log::{StreamId, codec};
use crate::proof::file::{Growth, Inclusion};
use crate::proof::head::Head;
use crate::proof::tree::Question;
use crate::service::Service;
use crate::service::almanac::REGISTER;
use crate::service::error::QueryError;

impl Service {
    /// The newest kept head that a key on record signed and that covers at least so many events.
    async fn head_over(&self, events: u64) -> Result<Head, TrustError> {
        let (keys, end) = (self.keys().await?, self.log.end().await?.get());
        for kept in self.tree_heads()?.into_iter().rev() {
            let Ok(head) = kept.head else { continue };
            let leaves = head.leaves();
            if leaves < events {
                break;
            }
            let counting: Vec<_> =
                keys.all().iter().filter(|key| key.counts_for(leaves)).map(|key| key.key.clone()).collect();
            if leaves <= end && head.signed_by(&counting).is_ok() {
                return Ok(head);
            }
        }
        Err(TrustError::NoHead { events })
    }

    /// Proves that an event is in the log, with its body or without.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where there is no such event or no head over it, or the log is not the one of the head.
    pub async fn prove(&self, reference: &Reference, seq: u64, with_body: bool) -> Result<Inclusion, TrustError> {
        let stream = if reference.is_register() {
            REGISTER
        } else {
            let Some(entry) = self.entry(reference).await? else {
                let meant = self.meant(reference).await?;
                return Err(QueryError::NoSuchAgreement { reference: reference.clone(), meant }.into());
            };
            entry.id
        };
        let stream = StreamId::new(stream.0);
        let has = self.log.version(stream).await?.get();
        let record = match seq.checked_sub(1) {
            Some(before) => self.log.read_stream(stream, before, 1).await?.into_iter().next(),
            None => None,
        };
        let Some(record) = record else {
            return Err(TrustError::NoSuchEvent { reference: reference.clone(), seq, has });
        };
        let index = record.position.get();
        let head = self.head_over(index + 1).await?;
        let path = self.asked_of_tree(Question::Inclusion { index, leaves: head.leaves() }).await?;
        let is_whole = with_body && codec::check_body(&record.header, &record.body).is_ok();
        let body = is_whole.then_some(record.body);
        let proof = Inclusion { header: record.header, body, index, path, head };
        match proof.check() {
            Ok(()) => Ok(proof),
            Err(_) => Err(TrustError::Forked { events: proof.head.leaves() }),
        }
    }

    /// Proves that the log only grew from an earlier head to the newest that is kept.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where there is no later head, or the log is not the one of the earlier head.
    pub async fn prove_growth(&self, earlier: &Head) -> Result<Growth, TrustError> {
        let from = earlier.leaves();
        let head = self.head_over(from.max(1)).await?;
        let path = self.asked_of_tree(Question::Growth { from, leaves: head.leaves() }).await?;
        let proof = Growth { from, path, head };
        match proof.check(earlier) {
            Ok(()) => Ok(proof),
            Err(_) => Err(TrustError::Forked { events: from }),
        }
    }
}
