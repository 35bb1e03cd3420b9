//! The look at everything: each record, the tree, every head that was given out, and the views.
//!
//! One pass over the log reads every record through the checks of the store (frames, checksums, lengths), reads it as a
//! fact, writes that fact again and compares the bytes, and grows the tree beside it. Memory does not grow with the log,
//! save a few bytes for each agreement and each head. What is found is told and the look goes on.

mod events;
mod heads;
mod views;

use std::collections::BTreeMap;

use super::TrustError;
use super::tree::TREE;
use crate::log::Position;
use crate::proof::Hash;
use crate::proof::head::{Head, HeadError};
use crate::service::Service;
use crate::service::error::QueryError;
use crate::service::replay::Progress;
use crate::views::trust::{Finding, Verified};

/// The most findings that are told one by one.
const FINDINGS_MAX: usize = 1_000;

/// A head that the log is held against: what it is called, and what it is.
pub struct Against {
    /// The file, or what else it is called.
    pub name: String,
    /// The head, or why it is none.
    pub head: Result<Head, HeadError>,
}

/// What was found, as far as it is told.
#[derive(Default)]
struct Found {
    told: Vec<Finding>,
    untold: u64,
}

impl Found {
    fn add(&mut self, finding: Finding) {
        if self.told.contains(&finding) {
            return;
        }
        if self.told.len() < FINDINGS_MAX {
            self.told.push(finding);
        } else {
            self.untold += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

/// A finding about a position in the log, if any.
fn finding(code: &'static str, position: Option<u64>, message: impl Into<String>) -> Finding {
    Finding { code, position, event: None, head: None, message: message.into() }
}

impl Service {
    /// Looks at everything, and holds the log against the heads that are kept and against others that are given.
    ///
    /// `progress` hears how many events of how many are done.
    ///
    /// # Errors
    ///
    /// [`TrustError`] only where nothing can be said: the disk fails, or the store is closed.
    pub async fn verify(&self, against: Vec<Against>, progress: &mut Progress<'_>) -> Result<Verified, TrustError> {
        let mut found = Found::default();
        let mut heads = Vec::new();
        for kept in self.tree_heads()? {
            heads.push(Against { name: format!("{}/{}", super::heads::HEADS, kept.file), head: kept.head });
        }
        heads.extend(against);
        let events = self.log.end().await?.get();
        self.tree_as_kept(&mut found).await?;
        let sizes = heads.iter().filter_map(|against| against.head.as_ref().ok()).map(Head::leaves);
        let roots: BTreeMap<u64, Option<Hash>> = sizes.map(|leaves| (leaves, None)).collect();
        let passed = self.pass(events, roots, &mut found, progress).await?;
        heads::hold(&heads, &passed, events, &mut found);
        let views = passed.is_readable && self.compare_views(&mut found, progress).await?;
        self.name_events(&mut found).await;
        Ok(Verified {
            ok: found.is_empty(),
            events,
            root: passed.root.map(|root| root.to_string()),
            heads: heads.len() as u64,
            views,
            findings: found.told,
            findings_left_out: found.untold,
        })
    }

    /// Brings the tree up where it lags, so that all of it can be compared; a damaged one is a finding.
    async fn tree_as_kept(&self, found: &mut Found) -> Result<(), TrustError> {
        match self.catch_up_tree(&mut |_, _| ()).await {
            // The pass over the log tells what cannot be read in it.
            Ok(()) | Err(QueryError::Read(crate::log::ReadError::Damaged { .. })) => Ok(()),
            Err(QueryError::ViewDamaged { key, .. }) => {
                found.add(finding(
                    "tree",
                    None,
                    format!("view {TREE} cannot be read at {key:?}; rebuild makes it anew"),
                ));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Names the events at the positions of the findings, as far as they can be read.
    async fn name_events(&self, found: &mut Found) {
        let mut names: BTreeMap<u64, Option<String>> = BTreeMap::new();
        for finding in &mut found.told {
            let Some(position) = finding.position else { continue };
            let known = names.get(&position).cloned();
            let name = match known {
                Some(name) => name,
                None => self.event_at(position).await,
            };
            names.insert(position, name.clone());
            finding.event = name;
        }
    }

    async fn event_at(&self, position: u64) -> Option<String> {
        let record = self.log.read(Position::new(position), 1).await.ok()?.into_iter().next()?;
        // What cannot be read has its own finding.
        let reference = self.opened_as(record.stream).await.ok().flatten();
        let name = reference.map_or_else(|| record.stream.to_string(), |reference| reference.to_string());
        Some(format!("{name}@{}", record.seq))
    }
}
