//! Putting a log with other bodies in the place of the one that is open.

use std::fs::File;
use std::sync::PoisonError;

use super::{Answer, Engine, Store, Writer, dropped, panicked, synced};
use crate::log::judgement::{Replaced, check_replaced};
use crate::log::sled::boundary::guarded;
use crate::log::sled::inspect::{Found, inspect};
use crate::log::sled::open::open_sled;
use crate::log::sled::replace::{self, failed, opening};
use crate::log::sled::witness::{self, Reading, WitnessFile};
use crate::log::sled::writer::Group;
use crate::log::{Append, AppendError, Heard, Place, Replacement};

impl Store {
    /// Appends a commit and replaces bodies, both or neither.
    ///
    /// Nobody else writes meanwhile; who reads waits only while the files change places.
    pub(in crate::log::sled) fn append_replacing(
        &self,
        commit: &Append,
        replaced: Vec<Replacement>,
        heard: &Heard,
    ) -> Answer {
        let mut writer = self.writer();
        let receipt = {
            let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
            let engine = self.usable(engine.as_ref())?;
            let receipt = self.judged(engine, &writer, commit)?;
            if receipt.repeated {
                return Ok(receipt);
            }
            let replaced: Replaced = check_replaced(replaced, writer.standing.end)?;
            let (end, turn) = (writer.standing.end, writer.witness.turn());
            let written = replace::write(&self.folder, &engine.db, end, (commit, &replaced), turn, heard);
            written.inspect_err(|_| replace::give_up(&self.folder))?
        };
        let swapped = self.swap(&mut writer);
        swapped.inspect_err(|error| self.fail(error))?;
        Ok(receipt)
    }

    /// Judges a commit on what lies in the log now, and writes nothing.
    fn judged(&self, engine: &Engine, writer: &Writer, commit: &Append) -> Answer {
        let mut answers: Vec<Answer> = Vec::new();
        let mut group = Group::new(self.reader(&engine.db), writer.standing);
        guarded(|| group.take_all(std::slice::from_ref(commit), &mut answers))
            .unwrap_or_else(|words| Err(panicked(&words)))?;
        answers.pop().unwrap_or(Err(AppendError::Closed))
    }

    /// Puts the new files in the place of the old ones, and goes on with them.
    fn swap(&self, writer: &mut Writer) -> Result<(), AppendError> {
        // Waits for those who read; close waits for the writer, which we are.
        let mut held = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        replace::decide(&self.folder).map_err(failed("deciding for the new log"))?;
        let Some(Engine { db, file, lock }) = held.take() else { return Err(AppendError::Closed) };
        dropped(db)?;
        drop(file);
        replace::settled(&self.folder).map_err(failed("putting the new log in its place"))?;
        let db = open_sled(&self.folder.log()).map_err(|error| opening(error, "opening the new log"))?;
        let file = File::options().write(true).open(self.folder.log().join("db"));
        let file = file.map_err(failed("opening the new log for syncing"))?;
        let reading = witness::read(&self.folder.witness()).map_err(failed("reading the new witness"))?;
        let found = inspect(&db, &reading).map_err(|error| opening(error, "reading the new log"))?;
        let (Found::Store(standing, recent), Reading::Valid(_, turn)) = (found, reading) else {
            let what = "the log with other bodies is not what was written".to_owned();
            return Err(AppendError::Damaged { place: Place::Store, what });
        };
        writer.witness = WitnessFile::open(&self.folder.witness(), turn).map_err(failed("opening the new witness"))?;
        self.folder.restrict().map_err(failed("restricting the store's files"))?;
        let length = synced(&file).map_err(failed("syncing the new log"))?;
        *held = Some(Engine { db, file, lock });
        (writer.standing, writer.untouched) = (standing, None);
        *self.recent.write().unwrap_or_else(PoisonError::into_inner) = recent;
        self.cache.clear();
        self.publish(standing);
        drop(held);
        self.bear_witness(writer, length, false);
        match self.failure.get() {
            Some(cause) => Err(AppendError::AfterFailure { cause: cause.clone() }),
            None => Ok(()),
        }
    }
}
