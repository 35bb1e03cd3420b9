//! Looks after whoever waits for sled too long.
//!
//! sled 0.34.7 writes its buffers on threads of its own. Where one that was sealed in the middle of a batch cannot be written, it
//! notes the error and wakes nobody: whoever waits for that buffer then waits for ever. Another flush finds the error, and wakes
//! all that wait. One thread of the process asks for it when something takes long; on a disk that is slow it changes nothing.

use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use ::sled::Tree;

use super::boundary::guarded;

/// How long something may take before it is looked after: far longer than what a healthy disk needs.
const PATIENCE: Duration = Duration::from_secs(1);

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { is_asleep: false, next: 0, all: Vec::new() });
static BELL: Condvar = Condvar::new();
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// Everything that may be waiting for sled.
struct Waiting {
    /// The thread that looks after them sleeps until there is something.
    is_asleep: bool,
    next: u64,
    all: Vec<Wait>,
}

struct Wait {
    number: u64,
    tree: Tree,
    /// It has been seen before.
    is_long: bool,
}

/// Something that may wait for sled, and is looked after until this is dropped.
pub(super) struct Watched(u64);

impl Watched {
    /// Looks after what may write, and wait until it is written.
    pub(super) fn writing(tree: &Tree) -> Self {
        if !IS_WATCHED.swap(true, Ordering::SeqCst) {
            let started = thread::Builder::new().name("servanda-patience".to_owned()).spawn(watch);
            // Whoever comes next tries again.
            IS_WATCHED.store(started.is_ok(), Ordering::SeqCst);
        }
        Self::among(&mut waiting(), tree)
    }

    /// Looks after what only reads: it waits for nothing where nothing was written in this process.
    pub(super) fn reading(tree: &Tree) -> Option<Self> {
        IS_WATCHED.load(Ordering::SeqCst).then(|| Self::among(&mut waiting(), tree))
    }

    fn among(waiting: &mut Waiting, tree: &Tree) -> Self {
        let number = waiting.next;
        waiting.next += 1;
        waiting.all.push(Wait { number, tree: tree.clone(), is_long: false });
        if waiting.is_asleep {
            BELL.notify_one();
        }
        Self(number)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        waiting().all.retain(|wait| wait.number != self.0);
    }
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch() {
    let mut now = waiting();
    loop {
        if now.all.is_empty() {
            now.is_asleep = true;
            now = BELL.wait(now).unwrap_or_else(PoisonError::into_inner);
            now.is_asleep = false;
        }
        (now, _) = BELL.wait_timeout(now, PATIENCE).unwrap_or_else(PoisonError::into_inner);
        for wait in &mut now.all {
            if std::mem::replace(&mut wait.is_long, true) {
                nudge(&wait.tree);
            }
        }
    }
}

/// Has sled flush on a thread of its own, and does not wait for it.
fn nudge(tree: &Tree) {
    // What comes of it is told to those who wait.
    let _ = guarded(|| pin!(tree.flush_async()).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}
