//! Looks at a store that need not open, and mends what can be mended without losing anything.
//!
//! A log with missing positions is no log: positions are the leaves of the tree that heads were given out of, and none may move.
//! So the register that is saved is everything up to the first missing event, with every proof of it as it was; what is whole
//! behind that is written beside it, as an export that people can look at and take in again under other positions.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::almanac::REGISTER;
use super::backup::belongings::ASIDE;
use super::backup::line;
use super::clock::Clock;
use super::error::RegisterError;
use super::open::{Opening, PAPERS, open_log};
use super::papers::PAPER_BYTES_MAX;
use super::settings::{FILE, Settings, SettingsError};
use crate::domain::event::Event;
use crate::log::codec::{self, hex};
use crate::log::mending::{Examined, Far, Salvaged, Unopened, make_aside};
use crate::log::{OpenError, Place, Recorded, WitnessFinding};
use crate::views::checkup::{Ailment, Checkup, CheckupFinding, LostView, MendedView, SavedView};
use crate::views::lint::code::Severity;

/// The file in a folder of damaged ones that holds the undamaged events behind the first missing one.
const SALVAGED: &str = "salvaged.jsonl";
/// How many lost events are named of one stretch.
const NAMED_MAX: usize = 1_000;
/// How many files are named that are too open; all of them are restricted.
const OPEN_TOLD_MAX: usize = 20;
/// How deep folders lie in each other at most.
const DEPTH_MAX: usize = 16;

/// What the events that are whole tell of agreements and papers.
#[derive(Default)]
struct Told {
    events: u64,
    references: HashMap<Uuid, String>,
    versions: HashMap<Uuid, u64>,
    /// The hash of each attached paper, with the event that attached it.
    papers: BTreeMap<String, String>,
    unreadable: Vec<(u64, String)>,
    lost: Vec<LostView>,
    /// Streams of which events were seen since the first gap.
    since: HashSet<Uuid>,
}

impl Told {
    fn name(&self, stream: Uuid) -> String {
        if stream == REGISTER.0 {
            return "register".to_owned();
        }
        self.references.get(&stream).cloned().unwrap_or_else(|| stream.to_string())
    }

    fn take(&mut self, events: &[Recorded]) {
        for event in events {
            let stream = event.stream.get();
            self.events += 1;
            match codec::decode(event) {
                Ok(fact) => match &fact.saying.event {
                    Event::PaperAttached(paper) => {
                        let attached = format!("{}@{}", self.name(stream), event.seq);
                        self.papers.entry(paper.sha256.to_string()).or_insert(attached);
                    }
                    other if event.seq == 1 => {
                        let data = other.data().unwrap_or_default();
                        let reference = data.get("reference").and_then(|reference| reference.as_str());
                        self.references.extend(reference.map(|reference| (stream, reference.to_owned())));
                    }
                    _ => {}
                },
                Err(error) => self.unreadable.push((event.position.get(), error.to_string())),
            }
            if !self.lost.is_empty() && self.since.insert(stream) {
                // The first event of a stream behind a gap tells which of its events the gap had.
                let next = self.versions.get(&stream).copied().unwrap_or(0) + 1;
                let name = self.name(stream);
                if let Some(lost) = self.lost.last_mut() {
                    let left = NAMED_MAX.saturating_sub(lost.events.len());
                    lost.events.extend((next..event.seq).take(left).map(|seq| format!("{name}@{seq}")));
                }
            }
            self.versions.insert(stream, event.seq);
        }
    }

    fn lose(&mut self, from: u64, before: u64) {
        self.lost.push(LostView { from, before, events: Vec::new() });
        self.since.clear();
    }
}

fn fault(doing: &'static str) -> impl Fn(io::Error) -> RegisterError {
    move |source| OpenError::Storage { doing, source: source.into() }.into()
}

/// A look at a store, in the making.
struct Looking<'a> {
    store: &'a Path,
    fix: bool,
    /// Whether there is a log that can be opened, once what can be mended is.
    is_lost: bool,
    aside: Option<String>,
    findings: Vec<CheckupFinding>,
}

/// Looks at everything in a store, and with `fix` mends it.
///
/// Nothing is changed without `fix`, and nothing is ever deleted: damaged files are moved to a folder of their own.
///
/// # Errors
///
/// [`RegisterError`] when there is no store, another process has it, it is of a newer format, or the disk fails.
pub fn look(
    store: &Path,
    opening: &Opening,
    clock: &dyn Clock,
    fix: bool,
    far: Far<'_>,
) -> Result<Checkup, RegisterError> {
    let mut looking = Looking { store, fix, is_lost: false, aside: None, findings: Vec::new() };
    // A store of a newer format is not looked at: what is right in it is not known here.
    let settings = match Settings::read(store) {
        Err(newer @ SettingsError::Newer { .. }) => return Err(newer.into()),
        other => other,
    };
    let options = crate::log::OpenOptions {
        wait: opening.wait,
        holder: opening.holder.clone(),
        since: clock.now().to_string(),
        create: false,
    };
    let unopened = Unopened::hold(store, &options)?;
    looking.look_at_settings(settings.err());
    let mut told = Told::default();
    let examined = unopened.examine(far, &mut |events| told.take(&events))?;
    looking.tell(&examined);
    let mut log = None;
    if !examined.harms.is_empty() {
        told = Told::default();
        log = Some(looking.save(&unopened, &mut told, far)?);
    }
    let unreadable = std::mem::take(&mut told.unreadable);
    for (position, why) in unreadable {
        looking.find(Severity::Error, Ailment::EventUnreadable, format!("event #{position}"), why, false);
    }
    looking.look_at_papers(&told.papers)?;
    looking.look_at_rights()?;
    drop(unopened);
    if fix && !looking.is_lost {
        // Opening ends what was interrupted, and makes the witness anew.
        let opening = Opening { create: false, ..opening.clone() };
        let log = open_log(store, &opening, clock)?;
        drop(log);
    }
    let is_lost = looking.is_lost || log.as_ref().is_some_and(|log| log.missing > 0 || log.behind > 0);
    let is_damaged = looking.findings.iter().any(|found| found.severity == Severity::Error && !found.mended);
    let salvaged = looking.aside.as_ref().filter(|_| log.as_ref().is_some_and(|log| log.behind > 0));
    let salvaged = salvaged.map(|aside| store.join(aside).join(SALVAGED).display().to_string());
    let aside = looking.aside.as_ref().map(|aside| store.join(aside).display().to_string());
    let has_mended = looking.findings.iter().any(|found| found.mended);
    Ok(Checkup {
        store: store.display().to_string(),
        ok: !is_lost && !is_damaged,
        events: told.events,
        acknowledged: examined.acknowledged.map(crate::log::Position::get),
        findings: looking.findings,
        log,
        mended: has_mended.then_some(MendedView { aside, salvaged }),
    })
}

impl Looking<'_> {
    fn find(&mut self, severity: Severity, code: Ailment, place: String, message: String, mended: bool) {
        self.findings.push(CheckupFinding { severity, code, place, message, mended });
    }

    /// The folder for what is damaged, made when it is needed first.
    fn aside(&mut self) -> Result<String, RegisterError> {
        if let Some(aside) = &self.aside {
            return Ok(aside.clone());
        }
        let aside = make_aside(self.store, ASIDE).map_err(fault("making a folder for what is damaged"))?;
        self.aside = Some(aside.clone());
        Ok(aside)
    }

    fn look_at_settings(&mut self, wrong: Option<SettingsError>) {
        if let Some(wrong) = wrong {
            self.find(Severity::Error, Ailment::SettingsDamaged, FILE.to_owned(), wrong.to_string(), false);
        } else if !self.store.join(FILE).exists() {
            let what = "it is missing; the register's days are taken to be those of UTC".to_owned();
            self.find(Severity::Warning, Ailment::SettingsMissing, FILE.to_owned(), what, false);
        }
    }

    fn tell(&mut self, examined: &Examined) {
        let fix = self.fix;
        for harm in &examined.harms {
            let code = match harm.place {
                Place::Event(_) => Ailment::LogDamaged,
                Place::Stream(_) | Place::Command(_) => Ailment::IndexDamaged,
                Place::View(_) => Ailment::ViewDamaged,
                Place::Store => Ailment::StoreDamaged,
            };
            self.find(Severity::Error, code, harm.place.to_string(), harm.what.clone(), fix);
        }
        let witness = "witness".to_owned();
        match examined.witness {
            WitnessFinding::Agrees => {}
            WitnessFinding::Behind { witness: seen } => {
                let what = format!(
                    "the last process ended without closing the store; its witness saw {} events, and all of these and {} \
                     more are there",
                    seen.get(),
                    examined.events.saturating_sub(seen.get())
                );
                self.find(Severity::Note, Ailment::NotClosed, witness, what, fix);
            }
            WitnessFinding::Missing => {
                let what = "it is missing: nothing tells whether the end of the log was lost".to_owned();
                self.find(Severity::Warning, Ailment::WitnessMissing, witness, what, fix);
            }
            WitnessFinding::Torn => {
                let what = "it cannot be read: nothing tells whether the end of the log was lost".to_owned();
                self.find(Severity::Warning, Ailment::WitnessTorn, witness, what, fix);
            }
        }
        for name in &examined.leftovers {
            let what = "work that was interrupted left it behind".to_owned();
            self.find(Severity::Note, Ailment::Unfinished, name.clone(), what, fix);
        }
        if examined.is_earlier {
            let what = "the log is of an earlier format, and is rewritten when the register is opened".to_owned();
            self.find(Severity::Note, Ailment::EarlierFormat, "log".to_owned(), what, fix);
        }
    }

    /// Finds what can be saved of a damaged log, and with `fix` saves it.
    fn save(&mut self, unopened: &Unopened, told: &mut Told, far: Far<'_>) -> Result<SavedView, RegisterError> {
        let (mut kept, mut behind, mut missing) = (0, 0, 0);
        let mut is_behind = false;
        let saved = unopened.save(far, &mut |saved| {
            match saved {
                Salvaged::Events(events) => {
                    told.take(&events);
                    *(if is_behind { &mut behind } else { &mut kept }) += events.len() as u64;
                }
                Salvaged::Missing(from, before) => {
                    is_behind = true;
                    missing += before.get() - from.get();
                    told.lose(from.get(), before.get());
                }
            }
            Ok(())
        });
        let is_other = match saved {
            // There is no file: everything that the witness knows of is lost.
            Err(OpenError::Damaged { .. }) => {
                for finding in &mut self.findings {
                    finding.mended = false;
                }
                self.is_lost = true;
                false
            }
            saved => saved?,
        };
        if is_other {
            let what = "the event that was acknowledged last is another than the one that was found in its place";
            self.find(Severity::Error, Ailment::LogDamaged, Place::Store.to_string(), what.to_owned(), false);
        }
        for lost in &told.lost {
            let what = match lost.events.len() {
                0 => format!("{} events are lost", lost.before - lost.from),
                _ => format!("{} events are lost; among them {}", lost.before - lost.from, told_of(&lost.events)),
            };
            let place = format!("event #{}", lost.from);
            let found = CheckupFinding {
                severity: Severity::Error,
                code: Ailment::LogDamaged,
                place,
                message: what,
                mended: false,
            };
            self.findings.push(found);
        }
        let saved = SavedView { kept, behind, missing, lost: std::mem::take(&mut told.lost) };
        if self.fix && !self.is_lost {
            let aside = self.aside()?;
            let path = self.store.join(&aside).join(SALVAGED);
            let mut out = Salvaging { path, out: None };
            unopened.mend(&aside, far, &mut |saved| match saved {
                Salvaged::Events(events) => out.write(&events),
                Salvaged::Missing(..) => Ok(()),
            })?;
            out.end().map_err(fault("writing the events behind the first missing one"))?;
        }
        Ok(saved)
    }

    fn look_at_papers(&mut self, papers: &BTreeMap<String, String>) -> Result<(), RegisterError> {
        for (sha256, attached) in papers {
            let place = format!("{PAPERS}/{sha256}");
            let path = self.store.join(&place);
            match hash_of(&path) {
                Ok(found) if found == *sha256 => {}
                Ok(found) => {
                    let what = format!("it was attached by {attached}, and its content has the SHA-256 {found}");
                    if self.fix {
                        let folder = self.store.join(self.aside()?).join(PAPERS);
                        super::papers::private_folders(&folder).map_err(fault("putting a paper aside"))?;
                        fs::rename(&path, folder.join(sha256)).map_err(fault("putting a paper aside"))?;
                    }
                    self.find(Severity::Error, Ailment::PaperAltered, place, what, false);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let what = format!("it was attached by {attached}, and is not in the store");
                    self.find(Severity::Warning, Ailment::PaperMissing, place, what, false);
                }
                Err(error) => {
                    let what = format!("it was attached by {attached}, and cannot be read: {error}");
                    self.find(Severity::Error, Ailment::PaperAltered, place, what, false);
                }
            }
        }
        Ok(())
    }

    /// Finds what others than the owner may read or change.
    fn look_at_rights(&mut self) -> Result<(), RegisterError> {
        let mut too_open: Vec<(PathBuf, u32)> = Vec::new();
        let mut waiting = vec![(self.store.to_owned(), 0)];
        while let Some((path, depth)) = waiting.pop() {
            let metadata = fs::symlink_metadata(&path).map_err(fault("looking at the rights of files"))?;
            let place = path.strip_prefix(self.store).unwrap_or(&path).display().to_string();
            if metadata.is_dir() && depth < DEPTH_MAX {
                for entry in fs::read_dir(&path).map_err(fault("looking at the rights of files"))? {
                    waiting.push((entry.map_err(fault("looking at the rights of files"))?.path(), depth + 1));
                }
            } else if !metadata.is_file() {
                let what = "it is neither a file nor a folder, and is in no backup".to_owned();
                self.find(Severity::Warning, Ailment::StrangeFile, place, what, false);
                continue;
            }
            too_open.extend(rights_of_others(&metadata).map(|rights| (path, rights)));
        }
        too_open.sort();
        let more = too_open.len().saturating_sub(OPEN_TOLD_MAX);
        for (number, (path, rights)) in too_open.into_iter().enumerate() {
            if self.fix {
                restrict(&path).map_err(fault("restricting the rights of a file"))?;
            }
            if number < OPEN_TOLD_MAX {
                let place = path.strip_prefix(self.store).unwrap_or(&path).display().to_string();
                let place = if place.is_empty() { ".".to_owned() } else { place };
                let more = if number + 1 == OPEN_TOLD_MAX && more > 0 {
                    format!("; so it is with {more} more files and folders")
                } else {
                    String::new()
                };
                let what = format!("others than its owner have rights to it (mode {rights:o}){more}");
                self.find(Severity::Warning, Ailment::TooOpen, place, what, self.fix);
            }
        }
        Ok(())
    }
}

/// Many events in few words: those that follow each other together, and how many more there are.
fn told_of(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let parts =
        |name: &String| name.rsplit_once('@').and_then(|(of, seq)| Some((of.to_owned(), seq.parse::<u64>().ok()?)));
    let mut stretches: Vec<(String, u64, u64)> = Vec::new();
    for (of, seq) in names.iter().filter_map(parts) {
        match stretches.last_mut().filter(|(last, _, to)| *last == of && *to + 1 == seq) {
            Some((_, _, to)) => *to = seq,
            None => stretches.push((of, seq, seq)),
        }
    }
    let words = stretches.iter().take(SHOWN).map(|(of, from, to)| match to - from {
        0 => format!("{of}@{from}"),
        1 => format!("{of}@{from} and @{to}"),
        _ => format!("{of}@{from} to @{to}"),
    });
    let words = words.collect::<Vec<_>>().join(", ");
    let more: u64 = stretches.iter().skip(SHOWN).map(|(_, from, to)| to - from + 1).sum();
    if more > 0 { format!("{words}, and {more} more") } else { words }
}

/// The file of events behind the first missing one, made with the first of them.
struct Salvaging {
    path: PathBuf,
    out: Option<BufWriter<File>>,
}

impl Salvaging {
    fn write(&mut self, events: &[Recorded]) -> io::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            none => {
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                none.insert(BufWriter::new(options.open(&self.path)?))
            }
        };
        for event in events {
            if let Ok(flat) = codec::flat(event) {
                writeln!(out, "{}", serde_json::Value::Object(flat))?;
            } else {
                // What is no event of this program is kept for a person as it is.
                let mut text = Vec::new();
                line::write(event, &mut text);
                out.write_all(&text)?;
            }
        }
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        let Some(mut out) = self.out else { return Ok(()) };
        out.flush()?;
        out.get_ref().sync_all()
    }
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let file = File::open(path)?;
    if file.metadata()?.len() > PAPER_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than the {PAPER_BYTES_MAX} bytes of the largest paper")));
    }
    io::copy(&mut io::BufReader::new(file), &mut hash)?;
    Ok(hex(&hash.finalize()))
}

/// The rights of a file, where others than its owner have some.
#[cfg(unix)]
fn rights_of_others(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o777).filter(|mode| mode & 0o077 != 0)
}

#[cfg(not(unix))]
fn rights_of_others(_metadata: &fs::Metadata) -> Option<u32> {
    None
}

/// Takes everyone else's rights away.
#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if fs::metadata(path)?.is_dir() { 0o700 } else { 0o600 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the unix twin can fail")]
fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}
