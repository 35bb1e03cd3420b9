//! The laws once more on one large register in a folder, imported in two parts and opened between them.
//!
//! A thousand events in an ordinary run, as many as `SERVANDA_SIZE` says in others: `./test --soak` has a hundred thousand. The
//! lines are those of the benches.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufReader;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};
use servanda::domain::id::{CommitmentId, Reference};
use servanda::domain::instant::Instant;
use servanda::domain::recurrence::Owed;
use servanda::service::import::{ImportOptions, Imported};
use servanda::views::Asked;
use servanda::views::filter::Filter;
use tempfile::TempDir;

use crate::given::{Register, day, execution, in_folder, in_memory, wait_for};
use crate::register::{self, AS_OF, Lines};

/// How many events the register has.
fn events() -> usize {
    let asked =
        std::env::var("SERVANDA_SIZE").ok().map(|size| size.parse().expect("SERVANDA_SIZE is a number of events"));
    asked.unwrap_or(1_000)
}

fn options() -> ImportOptions {
    ImportOptions { execution: execution(false), all_or_nothing: false }
}

/// How a register stood: every event and every byte of its views, as numbers that tell two of them apart.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    events: usize,
    export: u64,
    views: u64,
}

impl Register {
    async fn imported_lines(&self, count: usize) -> Imported {
        self.service.import(&mut register::reader(count), &options(), |_| ()).await.unwrap()
    }

    async fn standing(&self) -> Standing {
        let (mut events, mut export, mut views) = (0, DefaultHasher::new(), DefaultHasher::new());
        let receive = |line: &str| {
            events += 1;
            line.hash(&mut export);
            Ok::<(), ()>(())
        };
        self.service.export(receive).await.unwrap().unwrap();
        self.service.view_bytes().await.unwrap().hash(&mut views);
        Standing { events, export: export.finish(), views: views.finish() }
    }

    /// What it says about everything together, and about some agreements one by one.
    async fn answers_at_size(&self, asked: Asked) -> Value {
        let (service, every) = (&self.service, Filter { retracted: true, ..Filter::default() });
        let ours = Filter { party: Some(register::party()), ..Filter::default() };
        let mut answers = json!({
            "list": service.list(asked, &every).await.unwrap(),
            "list of a party": service.list(asked, &ours).await.unwrap(),
            "overdue": service.overdue(asked, &Filter::default()).await.unwrap(),
            "due": service.due(asked, day("2030-01-01"), &Filter::default()).await.unwrap(),
            "stats": service.stats(asked, &every).await.unwrap(),
            "parties": service.parties(None, asked, &every).await.unwrap(),
        });
        for number in (1..=events() / 40).step_by(events() / 400) {
            let reference = Reference::parse(&format!("agreement-{number:06}")).unwrap();
            let first = Owed { commitment: CommitmentId::nth(1), instance: None };
            answers[reference.as_str()] = json!({
                "show": service.show(&reference, asked).await.map_or_else(|e| json!(e.to_string()), |a| json!(a)),
                "history": service.history(&reference, asked.known_at).await.map_or_else(|e| json!(e.to_string()), |a| json!(a)),
                "why": service.why(&reference, first, asked).await.map_or_else(|e| json!(e.to_string()), |a| json!(a)),
            });
        }
        answers
    }
}

/// What was answered while the register had half of its events, and when that was.
struct Half {
    asked: [Asked; 2],
    answers: [Value; 2],
}

/// The folder of the register, closed, and what it said when it was half full.
fn whole() -> &'static (TempDir, Half) {
    static WHOLE: OnceLock<(TempDir, Half)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        wait_for(async {
            let folder = tempfile::tempdir().unwrap();
            let register = in_folder(folder.path());
            let half = events() / 2;
            let done = register.imported_lines(half).await;
            assert_eq!((done.recorded, done.refused.len()), (half as u64, 0));
            let known_at = Instant::parse(&register::recorded_at(half as u64 - 1)).unwrap();
            let asked = [AS_OF, "2005-06-30"].map(|on| Asked::on(day(on), known_at));
            let answers = [register.answers_at_size(asked[0]).await, register.answers_at_size(asked[1]).await];
            register.service.close().await.unwrap();
            drop(register);

            let register = in_folder(folder.path());
            let done = register.imported_lines(events()).await;
            assert_eq!(
                (done.recorded, done.repeated),
                ((events() - half) as u64, half as u64),
                "{:?}",
                done.refused.first()
            );
            register.service.close().await.unwrap();
            (folder, Half { asked, answers })
        })
    })
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A copy of the register, open.
fn opened() -> (TempDir, Register) {
    let folder = tempfile::tempdir().unwrap();
    copied(whole().0.path(), folder.path());
    let register = in_folder(folder.path());
    (folder, register)
}

fn now() -> Asked {
    Asked::on(day(AS_OF), Instant::MAX)
}

#[test]
fn at_size_a_rebuilt_view_equals_the_one_kept_up_byte_for_byte() {
    let (_folder, register) = opened();
    wait_for(async {
        let (kept_up, answers) = (register.standing().await, register.answers_at_size(now()).await);
        register.service.rebuild().await.unwrap();
        assert_eq!(register.standing().await, kept_up);
        assert_eq!(register.answers_at_size(now()).await, answers);
        assert!(kept_up.events >= events());
    });
}

#[test]
fn at_size_a_report_can_be_made_again_as_it_was() {
    let (_folder, register) = opened();
    let half = &whole().1;
    wait_for(async {
        for (asked, then) in half.asked.into_iter().zip(&half.answers) {
            assert_eq!(&register.answers_at_size(asked).await, then);
            let later = Asked { known_at: Instant::MAX, ..asked };
            assert_ne!(&register.answers_at_size(later).await, then);
        }
    });
}

#[test]
fn at_size_a_second_import_changes_nothing() {
    let (_folder, register) = opened();
    wait_for(async {
        let before = register.standing().await;
        let done = register.imported_lines(events()).await;
        assert_eq!((done.recorded, done.repeated), (0, events() as u64));
        assert_eq!(register.standing().await, before);
    });
}

#[test]
fn at_size_a_restored_export_is_the_same_register() {
    let (_folder, register) = opened();
    let other = tempfile::tempdir().unwrap();
    let restored = in_folder(other.path());
    wait_for(async {
        let file = tempfile::tempfile().unwrap();
        let mut lines = std::io::BufWriter::new(&file);
        let receive = |line: &str| std::io::Write::write_all(&mut lines, format!("{line}\n").as_bytes());
        register.service.export(receive).await.unwrap().unwrap();
        drop(lines);
        std::io::Seek::rewind(&mut &file).unwrap();
        restored.service.restore(&mut BufReader::new(&file)).await.unwrap();
        assert_eq!(restored.standing().await, register.standing().await);
        assert_eq!(restored.answers_at_size(now()).await, register.answers_at_size(now()).await);
    });
}

#[test]
fn at_size_reopening_changes_no_answer() {
    let (folder, register) = opened();
    let (before, answers) = wait_for(async {
        let seen = (register.standing().await, register.answers_at_size(now()).await);
        register.service.close().await.unwrap();
        seen
    });
    drop(register);
    let register = in_folder(folder.path());
    wait_for(async {
        assert_eq!(register.answers_at_size(now()).await, answers);
        assert_eq!(register.standing().await, before);
    });
}

#[test]
fn the_made_up_register_is_accepted_and_is_what_its_head_says() {
    let lines = 3_000;
    let (mut lengths, mut corrections, mut sourced) = (BTreeMap::<String, usize>::new(), 0, 0);
    for line in Lines::new(1).take(100_000) {
        let reference = line["agreement"].as_str().unwrap().split(['/', '@']).next().unwrap().to_owned();
        *lengths.entry(reference).or_default() += 1;
        corrections += usize::from(line["command"] == "correct");
        sourced += usize::from(line.get("source").is_some());
    }
    assert!((2_500..=3_500).contains(&corrections), "{corrections} corrections in 100,000 lines");
    assert!((45_000..=55_000).contains(&sourced), "{sourced} lines with evidence");
    assert!(lengths.values().all(|length| *length <= 200), "{lengths:?}");
    assert!((10..=22).contains(&(100_000 / lengths.len())), "{} agreements", lengths.len());

    let register = in_memory();
    wait_for(async {
        let done = register.imported_lines(lines).await;
        assert!(done.refused.is_empty(), "{:?}", done.refused.first());
        let overdue = register.service.overdue(now(), &Filter::default()).await.unwrap();
        let rows = overdue.overdue.len();
        assert!((20..=140).contains(&rows), "{rows} commitments are overdue");
        assert_eq!((overdue.possibly_overdue.len(), overdue.undated.len()), (0, 0));
        let ours = Filter { party: Some(register::party()), ..Filter::default() };
        let listed = register.service.list(now(), &ours).await.unwrap();
        assert_eq!(listed.len(), 6);
    });
}
