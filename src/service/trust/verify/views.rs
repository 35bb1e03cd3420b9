//! The kept views, held against views that are made anew beside them, in the same store, and thrown away.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Found, TrustError, finding};
use crate::log::{AppendError, Change, Place, Position, ReadError, ViewStore};
use crate::service::Service;
use crate::service::anew::Anew;
use crate::service::error::QueryError;
use crate::service::marks::MARKS;
use crate::service::register::VIEW;
use crate::service::replay::Progress;
use crate::service::search::WORDS;
use crate::views::trust::Finding;

/// What stands before the names of the views that are made to compare with.
const BESIDE: &str = "anew.";

/// How many entries are compared at a time.
const ENTRIES: usize = 1_024;

/// The views of a store under other names.
struct Beside(Arc<dyn ViewStore>);

fn beside(view: &str) -> String {
    format!("{BESIDE}{view}")
}

#[async_trait]
impl ViewStore for Beside {
    async fn position(&self, view: &str) -> Result<Option<Position>, ReadError> {
        self.0.position(&beside(view)).await
    }

    async fn get(&self, view: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(&beside(view), key).await
    }

    async fn get_many(&self, view: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
        self.0.get_many(&beside(view), keys).await
    }

    async fn scan_range(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.0.scan_range(&beside(view), from, before).await
    }

    async fn scan_page(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.0.scan_page(&beside(view), from, before, limit).await
    }

    async fn put(&self, view: &str, position: Position, changes: Vec<Change>) -> Result<(), AppendError> {
        self.0.put(&beside(view), position, changes).await
    }

    async fn clear(&self, view: &str) -> Result<(), AppendError> {
        self.0.clear(&beside(view)).await
    }
}

impl Service {
    /// Makes the views anew beside the kept ones, compares them entry by entry, and throws the new ones away.
    ///
    /// Returns whether that could be done: what of the store it takes and cannot be read is a finding.
    pub(super) async fn compare_views(
        &self,
        found: &mut Found,
        progress: &mut Progress<'_>,
    ) -> Result<bool, TrustError> {
        let of_words = match self.views.position(WORDS).await {
            Ok(at) => at.is_some(),
            Err(error) => {
                found.add(finding("view", None, format!("{error}; rebuild makes it anew")));
                return Ok(false);
            }
        };
        // From here on nothing is recorded: views that lag would look like wrong ones.
        let _alone = self.turns.alone().await;
        let brought = if of_words { self.catch_up_all(progress).await } else { self.catch_up().await };
        if let Err(error) = brought {
            found.add(unread(error)?);
            return Ok(false);
        }
        let anew: Arc<dyn ViewStore> = Arc::new(Beside(Arc::clone(&self.views)));
        let shadow = Self::new(
            Arc::clone(&self.log),
            Arc::clone(&anew),
            Arc::clone(&self.clock),
            Arc::clone(&self.ids),
            self.settings.clone(),
            self.folder.clone(),
        );
        let views: &[&str] = if of_words { &[VIEW, MARKS, WORDS] } else { &[VIEW, MARKS] };
        let compared = self.compare_with(&shadow, views, found, progress).await;
        for view in views {
            anew.clear(view).await.map_err(QueryError::View)?;
        }
        if let Err(error) = compared {
            found.add(unread(error)?);
            return Ok(false);
        }
        Ok(true)
    }

    async fn compare_with(
        &self,
        shadow: &Self,
        views: &[&str],
        found: &mut Found,
        progress: &mut Progress<'_>,
    ) -> Result<(), QueryError> {
        for view in views {
            shadow.views.clear(view).await.map_err(QueryError::View)?;
        }
        if views.contains(&WORDS) {
            shadow.catch_up_all(progress).await?;
        } else {
            shadow.catch_up_with(progress).await?;
        }
        // Marks are brought up when somebody filters: they are compared with those of the log up to where they stand.
        let marked = self.views.position(MARKS).await?;
        if shadow.views.position(MARKS).await? != marked {
            match marked {
                Some(at) if at > Position::START => drop(shadow.make_anew(Anew::MARKS, at, progress).await?),
                _ => shadow.views.clear(MARKS).await.map_err(QueryError::View)?,
            }
        }
        for view in views {
            let mut from = Vec::new();
            loop {
                let made = shadow.views.scan_page(view, &from, None, ENTRIES).await?;
                let kept = match self.views.scan_page(view, &from, None, ENTRIES).await {
                    Ok(kept) => kept,
                    Err(error @ ReadError::Damaged { .. }) => {
                        found.add(finding("view", None, format!("{error}; rebuild makes it anew")));
                        break;
                    }
                    Err(error) => return Err(error.into()),
                };
                if let Some(key) = differing(&made, &kept) {
                    let message = format!(
                        "view {view} is not what the events make of it, from key {:?} on; rebuild makes it anew",
                        key.escape_ascii().to_string()
                    );
                    found.add(finding("view", None, message));
                    break;
                }
                match made.last() {
                    Some((last, _)) => from = [last.as_slice(), &[0]].concat(),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

/// What a failure to make views says of the store; a failure that says nothing of it stays one.
fn unread(error: QueryError) -> Result<Finding, QueryError> {
    match error {
        QueryError::ViewDamaged { .. } | QueryError::Read(ReadError::Damaged { place: Place::View(_), .. }) => {
            Ok(finding("view", None, format!("{error}; rebuild makes it anew")))
        }
        QueryError::Read(ReadError::Damaged { place: place @ (Place::Stream(_) | Place::Command(_)), what }) => {
            Ok(finding("index", None, format!("{place}: {what}")))
        }
        QueryError::Read(ReadError::Damaged { .. }) => Ok(finding("damaged", None, error.to_string())),
        other => Err(other),
    }
}

/// The first key at which two stretches of a view differ.
fn differing<'a>(made: &'a [(Vec<u8>, Vec<u8>)], kept: &'a [(Vec<u8>, Vec<u8>)]) -> Option<&'a [u8]> {
    let same = made.iter().zip(kept).take_while(|(made, kept)| made == kept).count();
    let keys = [made.get(same), kept.get(same)].into_iter().flatten().map(|(key, _)| key.as_slice());
    keys.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::StreamId;
    use crate::service::almanac::REGISTER;

    #[test]
    fn what_keeps_views_from_being_made_is_told_as_what_it_is() {
        let damaged = |place| QueryError::Read(ReadError::Damaged { place, what: "its checksum".to_owned() });
        let code = |place| unread(damaged(place)).map(|finding| finding.code).ok();
        assert_eq!(code(Place::Stream(StreamId::new(REGISTER.0))), Some("index"), "no rebuild mends it");
        assert_eq!(code(Place::View(VIEW.to_owned())), Some("view"));
        assert_eq!(code(Place::Event(Position::START)), Some("damaged"));
        assert!(unread(QueryError::Read(ReadError::Closed)).is_err(), "that says nothing of the store");
    }
}
