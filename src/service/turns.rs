//! Who may decide when: so that many commands share one flush, and each still sees the facts that it is decided on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

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
    stamping: Mutex<()>,
    under_way: AtomicUsize,
}

/// A turn that was taken; it ends when this is dropped.
pub(super) struct Turn<'t> {
    under_way: &'t AtomicUsize,
    _held: Held<'t>,
}

/// What a turn keeps others from.
enum Held<'t> {
    Register { _all: RwLockWriteGuard<'t, ()> },
    Agreement { _one: OwnedMutexGuard<()>, _beside: RwLockReadGuard<'t, ()> },
}

impl Turns {
    /// Waits until nobody else decides.
    pub(super) async fn alone(&self) -> Turn<'_> {
        let held = Held::Register { _all: self.register.write().await };
        self.taken(held)
    }

    /// Waits until nobody else decides about an agreement.
    pub(super) async fn about(&self, agreement: &Reference) -> Turn<'_> {
        let one = self.lock_of(agreement).lock_owned().await;
        let held = Held::Agreement { _one: one, _beside: self.register.read().await };
        self.taken(held)
    }

    /// Waits until nobody else is between taking the time and handing a commit to the log, so that times stay in order.
    pub(super) async fn stamping(&self) -> MutexGuard<'_, ()> {
        self.stamping.lock().await
    }

    fn taken<'t>(&'t self, held: Held<'t>) -> Turn<'t> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Turn { under_way: &self.under_way, _held: held }
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

impl Turn<'_> {
    /// Whether no other command is under way.
    pub(super) fn is_last(&self) -> bool {
        self.under_way.load(Ordering::SeqCst) == 1
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}
