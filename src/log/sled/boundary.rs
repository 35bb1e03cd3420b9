//! The panic boundary around sled: a damaged store makes sled panic, and a panic becomes an error (MEASURED: 56 of 60 flips).

use std::cell::RefCell;
use std::ops::Deref;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// The words of a panic of this thread; `None` outside of the boundary, where panics are none of our business.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs `work`, and turns a panic into its message.
///
/// The panic prints nothing; panics of other threads, and of this one outside of the boundary, go to the hook that was
/// there before. The caller must not go on using what `work` may have left half-done: a store that panicked is not used again.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let ours = CAUGHT
                .try_with(|caught| match caught.try_borrow_mut() {
                    Ok(mut words) if words.is_some() => {
                        *words = Some(panic.to_string().replace('\n', " "));
                        true
                    }
                    _ => false,
                })
                .unwrap_or(false);
            // sled reads and writes on threads of its own, whose panics reach us as an error on the thread that waits.
            let of_sled = std::thread::current().name().is_some_and(|name| name.starts_with("sled-"));
            if !ours && !of_sled {
                before(panic);
            }
        }));
    });
    let outer = CAUGHT.replace(Some(String::new()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    let words = CAUGHT.replace(outer).unwrap_or_default();
    outcome.map_err(|_| words)
}

/// Something of sled's that may panic when it is dropped, such as an open store on a disk that fails.
///
/// Wherever it is dropped, the panic stays inside; whoever wants to hear of it releases it and drops it inside [`guarded`].
pub(super) struct Caught<T>(Option<T>);

impl<T> Caught<T> {
    pub(super) const fn new(inner: T) -> Self {
        Self(Some(inner))
    }

    /// Hands it out.
    pub(super) fn release(mut self) -> T {
        self.0.take().expect("it is there until it is released, which happens once")
    }
}

impl<T> Deref for Caught<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is there until it is released, which takes it away")
    }
}

impl<T> Drop for Caught<T> {
    fn drop(&mut self) {
        if let Some(inner) = self.0.take() {
            // Something else has failed already, or nobody cares.
            let _ = guarded(move || drop(inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Caught, guarded};

    #[test]
    fn a_panic_becomes_its_words() {
        let words = guarded(|| panic!("page {} is gone", 7)).unwrap_err();
        assert!(words.contains("page 7 is gone"), "{words}");
    }

    #[test]
    fn a_panic_of_what_is_dropped_stays_inside() {
        struct Loud;
        impl Drop for Loud {
            fn drop(&mut self) {
                panic!("the disk is gone");
            }
        }
        drop(Caught::new(Loud));
        let words = guarded(|| drop(Caught::new(Loud).release())).unwrap_err();
        assert!(words.contains("the disk is gone"), "{words}");
    }

    #[test]
    fn what_does_not_panic_passes_through() {
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
