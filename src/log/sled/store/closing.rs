//! Closing the store, so that the next opening finds it whole and its files without gaps.

use std::fs::File;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::{Engine, Store, Writer, dropped, synced};
use crate::log::sled::compact;
use crate::log::sled::open::open_sled;
use crate::log::sled::recent::LAG_COMMITS;
use crate::log::sled::replace::{self, failed};
use crate::log::sled::witness::{Reading, WitnessFile};
use crate::log::{AppendError, Heard, Place};

/// How much `db` may grow in one opening without sled making its index of it anew when the store is closed.
const GROWN_BYTES: u64 = 16 * 1024 * 1024;

impl Store {
    /// Has the store written anew when it is closed, however little it has grown.
    pub(in crate::log::sled) fn compact(&self) {
        self.compacts.store(true, Ordering::SeqCst);
    }

    /// Has somebody hear how far closing is where it writes the store anew.
    pub(in crate::log::sled) fn hear_closing(&self, heard: Heard) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
    }

    /// Notes that a view was taken away of which there was something: where it is made anew it lies elsewhere.
    pub(in crate::log::sled) fn leaves_gaps(&self, there_was_something: bool) {
        self.has_gaps.fetch_or(there_was_something, Ordering::SeqCst);
    }

    /// Closes the store: what sled still holds is written, the witness says so, the lock is let go.
    pub(in crate::log::sled) fn close(&self) -> Result<(), AppendError> {
        self.closing.store(true, Ordering::SeqCst);
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut writer = self.writer();
        let engine = self.engine.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Engine { db, mut file, lock }) = engine else {
            return Ok(());
        };
        self.durable.send_modify(|durable| durable.closed = true);
        if self.failure.get().is_none() && self.lag() > LAG_COMMITS {
            writer.untouched = None;
            self.index(&db, writer.standing.end);
        }
        let failed = self.failure.get().is_some();
        let asked = self.compacts.load(Ordering::SeqCst);
        let anew = (!failed && (asked || self.has_many_gaps(&file))).then(|| {
            let most = file.metadata().map_or(0, |file| file.len());
            let hear = |bytes| heard.iter().for_each(|heard| heard(bytes, most));
            compact::write(&self.folder, &db, writer.standing, writer.witness.turn(), &hear)
                .inspect_err(|_| replace::give_up(&self.folder))
        });
        let closed = dropped(db).map_err(AppendError::from);
        let sync = |file: &File| {
            synced(file).map_err(|source| AppendError::Storage {
                doing: "syncing the log while closing",
                source: source.into(),
            })
        };
        // What sled does to a file of the same length when it opens it is done again at the next opening, should it be lost.
        let as_it_was = writer.untouched.filter(|length| file.metadata().is_ok_and(|file| file.len() == *length));
        writer.untouched = as_it_was;
        let mut outcome = closed.and_then(|()| as_it_was.map_or_else(|| sync(&file), Ok));
        // Until the files have changed places, the old ones are the store, whatever becomes of the new ones.
        let mut told = Ok(());
        match (anew, &outcome) {
            (Some(Ok(())), Ok(_)) => {
                outcome = self.put_dense(&mut writer).and_then(|dense| {
                    file = dense;
                    sync(&file)
                });
            }
            (Some(Ok(())), Err(_)) => replace::give_up(&self.folder),
            (anew, Ok(length)) => {
                if !failed && *length > self.opened_length.saturating_add(GROWN_BYTES) {
                    // sled makes its index of `db` when it opens: whoever wrote much waits for it, not whoever asks next.
                    outcome = open_sled(&self.folder.log())
                        .map_err(|error| AppendError::Storage {
                            doing: "opening the log once more",
                            source: error.into(),
                        })
                        .and_then(|db| dropped(db).map_err(AppendError::from))
                        .and_then(|()| sync(&file));
                }
                told = anew.filter(|_| asked).unwrap_or(Ok(()));
            }
            (_, Err(_)) => {}
        }
        if let (Ok(length), false) = (&outcome, failed) {
            self.bear_witness(&mut writer, *length, true);
        }
        drop(file);
        // sled makes files with the rights that the umask leaves; the next opening restricts them where this fails.
        let _ = self.folder.restrict();
        drop(lock);
        outcome.and(told)
    }

    /// Tells whether `db` is worth writing anew: much of it was written in this opening, or a view was taken away.
    ///
    /// More than half: then it takes a small part of the time that writing it took, and however a store grows, each of its bytes
    /// is written anew once or twice. Views are only taken away to be made anew, which takes several times as long.
    fn has_many_gaps(&self, file: &File) -> bool {
        let grown = self.opened_length.saturating_mul(2).max(self.opened_length.saturating_add(GROWN_BYTES));
        let least = if self.has_gaps.load(Ordering::SeqCst) { GROWN_BYTES } else { grown };
        file.metadata().is_ok_and(|file| file.len() > least)
    }

    /// Puts the dense files in the place of the old ones; returns the handle that syncs them.
    fn put_dense(&self, writer: &mut Writer) -> Result<File, AppendError> {
        replace::decide(&self.folder).map_err(failed("deciding for the dense log"))?;
        let reading = replace::settled(&self.folder).map_err(failed("putting the dense log in its place"))?;
        let Reading::Valid(_, turn) = reading else {
            let what = "the witness of the dense log is not what was written".to_owned();
            return Err(AppendError::Damaged { place: Place::Store, what });
        };
        let found = WitnessFile::open(&self.folder.witness(), turn);
        writer.witness = found.map_err(failed("opening the witness of the dense log"))?;
        writer.untouched = None;
        let file = File::options().write(true).open(self.folder.log().join("db"));
        file.map_err(failed("opening the dense log for syncing"))
    }
}
