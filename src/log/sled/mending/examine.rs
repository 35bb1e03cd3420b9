//! Looks at everything in a store: its files first, then a copy of its log that is opened and read whole.

use std::collections::BTreeSet;
use std::io;

use ::sled::Db;

use super::{Far, Unopened};
use crate::log::sled::boundary::guarded;
use crate::log::sled::folder::has_unfinished_snapshot;
use crate::log::sled::inspect::{Found, inspect};
use crate::log::sled::layout::{parse_run_key, run_key};
use crate::log::sled::open::{look_before_opening, open_sled, storage};
use crate::log::sled::reader::fault;
use crate::log::sled::run::Run;
use crate::log::sled::runs::{Runs, Shelf};
use crate::log::sled::store::panicked;
use crate::log::sled::witness::Reading;
use crate::log::sled::{WitnessFinding, index, views};
use crate::log::{OpenError, Place, Position, ReadError, Recorded};

/// How many places are named one by one; a file with more is lost in any case.
const HARMS_MAX: usize = 10_000;

/// Something in the log that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harm {
    /// Where.
    pub place: Place,
    /// What disagrees.
    pub what: String,
}

/// What a look at a store's log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What is damaged, in the order in which it was found.
    pub harms: Vec<Harm>,
    /// How many events were read.
    pub events: u64,
    /// What the witness said.
    pub witness: WitnessFinding,
    /// How many events were acknowledged, as far as the witness knows.
    pub acknowledged: Option<Position>,
    /// The names of files and folders that work which was interrupted left behind; the next opening ends or undoes it.
    pub leftovers: Vec<String>,
    /// Whether the store is of the format before this program's, and will be rewritten when it is opened.
    pub is_earlier: bool,
}

impl Unopened {
    /// Reads everything in the store, from a copy, so that nothing changes; `each` hears of the events that are whole.
    ///
    /// # Errors
    ///
    /// [`OpenError::NewerFormat`]; [`OpenError::Storage`] when the disk fails or has no room for a copy.
    pub fn examine(&self, far: Far<'_>, each: &mut dyn FnMut(Vec<Recorded>)) -> Result<Examined, OpenError> {
        let witness = match &self.reading {
            Reading::Valid(..) => WitnessFinding::Agrees,
            Reading::Missing => WitnessFinding::Missing,
            Reading::Torn => WitnessFinding::Torn,
        };
        let mut examined = Examined {
            harms: Vec::new(),
            events: 0,
            witness,
            acknowledged: self.witness().map(|witness| witness.end),
            leftovers: self.leftovers().map_err(storage("reading the store's folder"))?,
            is_earlier: false,
        };
        if self.folder.log_old().exists() {
            // Which of the two logs counts is decided, and done, by the next opening; then there is one to look at.
            return Ok(examined);
        }
        match look_before_opening(&self.folder, &self.reading).and_then(|()| self.open_copy(far, each, &mut examined)) {
            Err(OpenError::Damaged { place, what }) => examined.harm(place, what),
            other => other?,
        }
        Ok(examined)
    }

    fn leftovers(&self) -> io::Result<Vec<String>> {
        let folder = &self.folder;
        let mut found = Vec::new();
        for path in [folder.log_new(), folder.log_old(), folder.log_gone(), folder.probe()] {
            if let (true, Some(name)) = (path.exists(), path.file_name()) {
                found.push(name.to_string_lossy().into_owned());
            }
        }
        if let Some(name) = has_unfinished_snapshot(&folder.log())? {
            found.push(format!("log/{name}"));
        }
        Ok(found)
    }

    fn open_copy(
        &self,
        far: Far<'_>,
        each: &mut dyn FnMut(Vec<Recorded>),
        examined: &mut Examined,
    ) -> Result<(), OpenError> {
        if let Err(source) = self.folder.copy_to_probe() {
            // Half a copy only takes the room that there is.
            self.folder.remove_probe().map_err(storage("removing the copy"))?;
            return Err(storage("copying the log, to look at the copy")(source));
        }
        let looked = open_sled(&self.folder.probe()).and_then(|db| {
            let looked = self.look(&db, far, each, examined);
            let closed = guarded(move || drop(db.release())).map_err(|words| panicked(&words).into());
            looked.and(closed)
        });
        self.folder.remove_probe().map_err(storage("removing the copy"))?;
        looked
    }

    fn look(
        &self,
        db: &Db,
        far: Far<'_>,
        each: &mut dyn FnMut(Vec<Recorded>),
        examined: &mut Examined,
    ) -> Result<(), OpenError> {
        let end = match inspect(db, &self.reading) {
            Ok(Found::Nothing) => return Ok(()),
            Ok(Found::Before(standing)) => {
                examined.is_earlier = true;
                standing.end
            }
            Ok(Found::Store(standing, _)) => standing.end,
            Err(OpenError::Damaged { place, what }) => {
                examined.harm(place, what);
                examined.acknowledged.unwrap_or_default()
            }
            Err(other) => return Err(other),
        };
        if let Some(witness) = examined.acknowledged.filter(|seen| *seen < end) {
            examined.witness = WitnessFinding::Behind { witness };
        }
        let shelves: &[Shelf] = if examined.is_earlier { &[Shelf::Block] } else { &[Shelf::Sealed, Shelf::Tail] };
        let mut next = Position::START;
        for shelf in shelves {
            for first in guarded(|| firsts(db, *shelf)).unwrap_or_else(|words| Err(panicked(&words)))? {
                match guarded(|| whole_run(db, *shelf, first)).unwrap_or_else(|words| Err(panicked(&words))) {
                    Ok(run) => {
                        if run.first > next {
                            let what = format!("the events from {next} up to {} are missing", run.first);
                            examined.harm(Place::Event(next), what);
                        }
                        next = next.max(run.end);
                        examined.events += run.end.get() - run.first.get();
                        each(super::events(&run));
                        far(examined.events, end.get());
                    }
                    Err(ReadError::Damaged { place, what }) => examined.harm(place, what),
                    Err(other) => return Err(other.into()),
                }
            }
        }
        if !examined.is_earlier {
            let names = guarded(|| views::names(db)).unwrap_or_else(|words| Err(panicked(&words)));
            let indexes = guarded(|| index::check(db)).unwrap_or_else(|words| Err(panicked(&words)));
            for checked in [indexes, names.map(|names| look_at_views(db, &names, end, examined))] {
                match checked {
                    Ok(()) => {}
                    Err(ReadError::Damaged { place, what }) => examined.harm(place, what),
                    Err(other) => return Err(other.into()),
                }
            }
        }
        Ok(())
    }
}

fn look_at_views(db: &Db, names: &BTreeSet<String>, end: Position, examined: &mut Examined) {
    for name in names {
        let read = guarded(|| views::check(db, name, end)).unwrap_or_else(|words| Err(panicked(&words)));
        if let Err(error) = read {
            let what = match error {
                ReadError::Damaged { what, .. } => what,
                other => other.to_string(),
            };
            examined.harm(Place::View(name.clone()), what);
        }
    }
}

impl Examined {
    fn harm(&mut self, place: Place, what: String) {
        let harm = Harm { place, what };
        if self.harms.len() < HARMS_MAX && !self.harms.contains(&harm) {
            self.harms.push(harm);
        }
    }
}

/// Where the runs of a shelf begin, by their keys.
fn firsts(db: &Db, shelf: Shelf) -> Result<BTreeSet<Position>, ReadError> {
    let all = run_key(shelf, Position::START, 0)..=run_key(shelf, Position::new(u64::MAX), u16::MAX);
    let mut found = BTreeSet::new();
    for key in db.range(all).keys() {
        let key = key.map_err(|error| fault("reading the keys of events", error))?;
        found.extend(parse_run_key(shelf, &key).map(|(first, _)| first));
    }
    Ok(found)
}

fn whole_run(db: &Db, shelf: Shelf, first: Position) -> Result<Run, ReadError> {
    let run = Runs::from(db, shelf, first)?.next()?;
    run.filter(|run| run.first == first)
        .ok_or_else(|| ReadError::Damaged { place: Place::Event(first), what: "its run is missing".to_owned() })
}
