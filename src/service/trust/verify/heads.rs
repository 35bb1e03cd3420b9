//! Every head that was given out, held against the log: who signed it, and whether these are the events that it was for.

use super::events::Passed;
use super::{Against, Found};
use crate::proof::head::{Head, HeadError};
use crate::proof::key::VerifierKey;
use crate::views::trust::Finding;

fn about(code: &'static str, head: &str, position: Option<u64>, message: String) -> Finding {
    Finding { code, position, event: None, head: Some(head.to_owned()), message }
}

/// Whether a head's root is that of the log; unknown where the log cannot be read so far.
fn agrees(head: &Head, passed: &Passed) -> Option<bool> {
    passed.roots.get(&head.leaves()).copied().flatten().map(|root| root == head.root())
}

/// Holds heads against the log.
pub(super) fn hold(heads: &[Against], passed: &Passed, events: u64, found: &mut Found) {
    let keys: Vec<VerifierKey> = passed.keys.all().iter().map(|known| known.key.clone()).collect();
    let readable = || heads.iter().filter_map(|against| against.head.as_ref().ok());
    let agreed = |below: u64| {
        let sizes = readable().filter(|head| head.leaves() < below && agrees(head, passed) == Some(true));
        sizes.map(Head::leaves).max().unwrap_or(0)
    };
    for Against { name, head } in heads {
        let head = match head {
            Ok(head) => head,
            Err(error) => {
                found.add(about("head_unreadable", name, None, error.to_string()));
                continue;
            }
        };
        signature(name, head, &keys, passed, found);
        let leaves = head.leaves();
        let since = agreed(leaves);
        if leaves > events {
            let message = format!(
                "it was given out for {leaves} events, and the log holds {events}: the last {} are gone",
                leaves - events
            );
            found.add(about("head_beyond", name, Some(events), message));
            continue;
        }
        match agrees(head, passed) {
            Some(true) => {}
            Some(false) => {
                let first = if since == 0 { String::new() } else { format!(", and up to #{} they are", since - 1) };
                let message = format!(
                    "it was given out for other events than #0 to #{} are now{first}: the root was {}",
                    leaves.saturating_sub(1),
                    head.root()
                );
                found.add(about("head_root", name, Some(since), message));
            }
            None => {
                let message = format!("it cannot be held against {leaves} events of which some cannot be read");
                found.add(about("head_unchecked", name, None, message));
            }
        }
    }
}

/// Looks at who signed a head, and whether that key counted then.
fn signature(name: &str, head: &Head, keys: &[VerifierKey], passed: &Passed, found: &mut Found) {
    let leaves = head.leaves();
    let key = match head.signed_by(keys) {
        Ok(key) => key,
        Err(HeadError::Signature { by }) => {
            let message = format!("its signature by {by} is not that of its text");
            return found.add(about("head_signature", name, None, message));
        }
        Err(HeadError::Stranger { by }) => {
            return found.add(about(
                "head_key",
                name,
                None,
                format!("it is signed by {by}, which is no key on record"),
            ));
        }
        Err(error @ HeadError::Form) => return found.add(about("head_unreadable", name, None, error.to_string())),
    };
    let known: Vec<_> = passed.keys.all().iter().filter(|known| known.key == *key).collect();
    if known.iter().any(|known| known.counts_for(leaves)) {
        return;
    }
    for known in known {
        let (position, message) = match known.replaced {
            Some(replaced) if leaves > replaced => {
                let message = format!("it is signed by {}, which was replaced at #{replaced}", key.id());
                (replaced, message)
            }
            _ => {
                let message = format!("it is signed by {}, which went on record only at #{}", key.id(), known.position);
                (known.position, message)
            }
        };
        found.add(about("head_key_not_then", name, Some(position), message));
    }
}
