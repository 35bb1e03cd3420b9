//! Who may decide when: so that many commands share one flush, and each still sees the facts that it is decided on.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard, oneshot};

use crate::domain::id::Reference;

/// How many agreements may have a turn of their own before those that nobody takes any more are forgotten.
const KEPT_MAX: usize = 1024;

/// The turns of a register's commands.
///
/// Commands about different agreements are under way beside each other, those about one agreement one after the other, and
/// what depends on the whole register (a new reference, a calendar, an import) alone.
#[derive(Default)]
pub(super) struct Turns {
    register: RwLock<()>,
    agreements: std::sync::Mutex<HashMap<Reference, Weak<Mutex<()>>>>,
    stamping: Mutex<Line>,
}

/// Where commands stand from taking the time until they hand a commit to the log, so that times stay in order there.
#[derive(Default)]
pub(super) struct Line {
    /// Ends when the last of them has left.
    last: Option<oneshot::Receiver<Infallible>>,
}

/// A place in the line; who drops it leaves.
pub(super) struct Place {
    before: Option<oneshot::Receiver<Infallible>>,
    _next: oneshot::Sender<Infallible>,
}

/// A turn that was taken, with what it keeps others from; it ends when this is dropped.
pub(super) enum Turn<'t> {
    Register { _all: RwLockWriteGuard<'t, ()> },
    Agreement { _one: OwnedMutexGuard<()>, _beside: RwLockReadGuard<'t, ()> },
}

impl Turns {
    /// Waits until nobody else decides.
    pub(super) async fn alone(&self) -> Turn<'_> {
        Turn::Register { _all: self.register.write().await }
    }

    /// Waits until nobody else decides about an agreement.
    pub(super) async fn about(&self, agreement: &Reference) -> Turn<'_> {
        let one = self.lock_of(agreement).lock_owned().await;
        Turn::Agreement { _one: one, _beside: self.register.read().await }
    }

    /// Waits until nobody else is taking the time; then that is taken, and after it the next place in the line.
    pub(super) async fn stamping(&self) -> MutexGuard<'_, Line> {
        self.stamping.lock().await
    }

    fn lock_of(&self, agreement: &Reference) -> Arc<Mutex<()>> {
        let mut agreements = self.agreements.lock().unwrap_or_else(PoisonError::into_inner);
        if agreements.len() >= KEPT_MAX {
            agreements.retain(|_, lock| lock.strong_count() > 0);
        }
        if let Some(lock) = agreements.get(agreement).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::new(Mutex::new(()));
        agreements.insert(agreement.clone(), Arc::downgrade(&lock));
        lock
    }
}

impl Line {
    /// The next place.
    pub(super) fn place(&mut self) -> Place {
        let (next, behind) = oneshot::channel();
        Place { before: self.last.replace(behind), _next: next }
    }
}

impl Place {
    /// Waits until everybody before it has left.
    pub(super) async fn reached(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: whoever leaves drops the other end.
            let _ = before.await;
        }
    }
}
