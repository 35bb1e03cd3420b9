//! Room for read models beside the log: they may lag, be thrown away and be rebuilt, and are never ahead of the log.

use async_trait::async_trait;

use super::{AppendError, InvalidAppend, Position, ReadError};

/// The most bytes that a view's name may have.
pub const VIEW_NAME_BYTES_MAX: usize = 48;

/// The most bytes that a key in a view may have; longer keys would make the embedded engine keep its inner pages elsewhere.
pub const VIEW_KEY_BYTES_MAX: usize = 192;

/// The most bytes that a value in a view may have.
pub const VIEW_VALUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One change of a view: a key, and its new value or nothing to take it away.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// Keeps the read models of a log.
///
/// A view's position is the log position up to which it has taken in the events (that of the next event it wants). A view
/// whose position is beyond the log's end, after a crash, is treated as absent, with all its keys.
#[async_trait]
pub trait ViewStore: Send + Sync {
    /// Returns the position of a view, or nothing when it is absent and to be rebuilt.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when the entry is not what was written.
    async fn position(&self, view: &str) -> Result<Option<Position>, ReadError>;

    /// Returns the value of a key.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when the value is not what was written.
    async fn get(&self, view: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError>;

    /// Returns the values of several keys, in the order of the keys; keys that are in order cost least.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a value is not what was written.
    async fn get_many(&self, view: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, ReadError>;

    /// Returns the keys from one on, and before another where one is given, with their values, in the order of their bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a value is not what was written.
    async fn scan_range(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError>;

    /// Returns the first `limit` entries of what [`ViewStore::scan_range`] returns, so that nobody needs a whole view in memory.
    ///
    /// There are fewer only where there are no more; the rest begins at the last key with a zero byte added.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a value is not what was written.
    async fn scan_page(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError>;

    /// Returns the keys that begin with a prefix, with their values, in the order of their bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a value is not what was written.
    async fn scan_prefix(&self, view: &str, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.scan_range(view, prefix, after_prefix(prefix).as_deref()).await
    }

    /// Returns all keys and values of a view, in the order of their keys' bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a value is not what was written.
    async fn scan(&self, view: &str) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.scan_range(view, &[], None).await
    }

    /// Changes a view as [`ViewStore::put`] does, if it stands at a position; returns whether it did.
    ///
    /// For changes that take away what an earlier change left: two that keep the same view up must not mix. Where a store
    /// cannot be open twice, comparing before the write is enough, as long as its one owner keeps its own writes apart.
    ///
    /// # Errors
    ///
    /// As [`ViewStore::put`].
    async fn put_after(
        &self,
        view: &str,
        from: Option<Position>,
        position: Position,
        changes: Vec<Change>,
    ) -> Result<bool, AppendError> {
        if self.position(view).await? != from {
            return Ok(false);
        }
        self.put(view, position, changes).await?;
        Ok(true)
    }

    /// Changes a view and its position in one atomic step; a later change of the same key wins. It is not flushed.
    ///
    /// A few changes cost little wherever they are. Many cost least when their keys lie together: whoever makes a large view
    /// puts it in the order of its keys, some MiB at a time.
    ///
    /// # Errors
    ///
    /// [`AppendError::Invalid`] when the position is beyond the log's end or a bound is passed; else as an append.
    async fn put(&self, view: &str, position: Position, changes: Vec<Change>) -> Result<(), AppendError>;

    /// Takes a view away with its position and all its keys.
    ///
    /// # Errors
    ///
    /// As an append.
    async fn clear(&self, view: &str) -> Result<(), AppendError>;
}

/// The least key behind all that begin with a prefix; nothing when there is none.
#[must_use]
pub fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut after = prefix[..=last].to_vec();
    after[last] += 1;
    Some(after)
}

/// Checks the bounds of a view's write.
pub(super) fn check_put(
    view: &str,
    position: Position,
    end: Position,
    changes: &[Change],
) -> Result<(), InvalidAppend> {
    let refuse = |what: String| Err(InvalidAppend::View { view: view.to_owned(), what });
    if view.is_empty() || view.len() > VIEW_NAME_BYTES_MAX {
        return refuse(format!("its name has {} bytes, not 1 to {VIEW_NAME_BYTES_MAX}", view.len()));
    }
    if position > end {
        return refuse(format!("its position {position} is beyond the log's end {end}"));
    }
    for (key, value) in changes {
        if key.len() > VIEW_KEY_BYTES_MAX {
            return refuse(format!("a key has {} bytes, more than {VIEW_KEY_BYTES_MAX}", key.len()));
        }
        if let Some(value) = value
            && value.len() > VIEW_VALUE_BYTES_MAX
        {
            return refuse(format!("a value has {} bytes, more than {VIEW_VALUE_BYTES_MAX}", value.len()));
        }
    }
    Ok(())
}
