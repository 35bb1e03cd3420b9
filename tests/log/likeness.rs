//! On any history the embedded backend answers as the memory backend does, also when it is reopened in between.

use proptest::prelude::*;
use servanda::log::{Append, Position, StreamVersion};

use crate::given::{Backend, Bench, command, commit, everything, stream};

#[derive(Clone, Debug)]
enum Step {
    Append(Attempt),
    Group(Vec<Attempt>),
    Put { view: bool, back: u64, key: u8, length: usize },
    Take { view: bool, key: u8 },
    Clear { view: bool },
    Reopen,
}

/// A commit that is mostly in order.
#[derive(Clone, Debug)]
struct Attempt {
    to: u8,
    /// How far the expected version is off.
    off: u64,
    count: usize,
    /// Which command id to take: mostly a new one.
    command: Option<u8>,
    time: i64,
    body: usize,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let off = prop_oneof![9 => Just(0_u64), 1 => 1..3_u64];
    let command = prop_oneof![4 => Just(None), 1 => (0..30_u8).prop_map(Some)];
    let body = prop_oneof![8 => 0..600_usize, 1 => 4000..40_000_usize];
    (0..4_u8, off, 0..5_usize, command, 0..4_i64, body).prop_map(|(to, off, count, command, time, body)| Attempt {
        to,
        off,
        count,
        command,
        time,
        body,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => attempt().prop_map(Step::Append),
        3 => prop::collection::vec(attempt(), 0..90).prop_map(Step::Group),
        2 => (any::<bool>(), 0..4_u64, 0..6_u8, 0..30_000_usize)
            .prop_map(|(view, back, key, length)| Step::Put { view, back, key, length }),
        1 => (any::<bool>(), 0..6_u8).prop_map(|(view, key)| Step::Take { view, key }),
        1 => any::<bool>().prop_map(|view| Step::Clear { view }),
        1 => Just(Step::Reopen),
    ]
}

/// What both backends are asked, and with which numbers the next commits are made.
struct Both {
    memory: Bench,
    sled: Bench,
    made: u128,
    versions: [u64; 4],
    time: i64,
}

impl Both {
    fn make(&mut self, attempt: &Attempt) -> Append {
        self.made += 1;
        let version = &mut self.versions[usize::from(attempt.to)];
        let mut one = commit(u128::from(attempt.to), *version, attempt.count);
        one.expected = StreamVersion::new(*version + attempt.off);
        one.command = command(attempt.command.map_or(1000 + self.made, u128::from));
        one.recorded_at = self.time + attempt.time - 1;
        for draft in &mut one.events {
            draft.body = vec![u8::try_from(self.made % 256).unwrap(); attempt.body];
        }
        if attempt.off == 0 && attempt.command.is_none() && one.recorded_at >= self.time {
            *version += attempt.count as u64;
            self.time = one.recorded_at;
        }
        one
    }

    async fn resynchronise(&mut self) {
        for to in 0..4_u8 {
            let version = self.memory.log.version(stream(u128::from(to))).await.unwrap();
            self.versions[usize::from(to)] = version.get();
        }
        self.time = self.memory.log.last_recorded_at().await.unwrap().unwrap_or(0);
    }

    async fn play(&mut self, step: Step) {
        let view = |view: bool| if view { "first" } else { "second" };
        match step {
            Step::Append(attempt) => {
                let one = self.make(&attempt);
                let memory = self.memory.log.append(one.clone()).await;
                let sled = self.sled.log.append(one).await;
                assert_eq!(format!("{memory:?}"), format!("{sled:?}"));
            }
            Step::Group(attempts) => {
                let group: Vec<_> = attempts.iter().map(|attempt| self.make(attempt)).collect();
                let memory = self.memory.log.append_all(group.clone()).await;
                let sled = self.sled.log.append_all(group).await;
                assert_eq!(format!("{memory:?}"), format!("{sled:?}"));
            }
            Step::Put { view: of, back, key, length } => {
                let end = self.memory.log.end().await.unwrap().get();
                let position = Position::new((end + 1).saturating_sub(back));
                let changes = vec![(vec![0, key], Some(vec![key; length])), (vec![key], Some(vec![]))];
                let memory = self.memory.log.put(view(of), position, changes.clone()).await;
                let sled = self.sled.log.put(view(of), position, changes).await;
                assert_eq!(format!("{memory:?}"), format!("{sled:?}"));
            }
            Step::Take { view: of, key } => {
                let changes = vec![(vec![0, key], None)];
                for log in [&self.memory.log, &self.sled.log] {
                    log.put(view(of), Position::START, changes.clone()).await.unwrap();
                }
            }
            Step::Clear { view: of } => {
                for log in [&self.memory.log, &self.sled.log] {
                    log.clear(view(of)).await.unwrap();
                }
            }
            Step::Reopen => self.sled.reopen().await,
        }
        self.resynchronise().await;
    }
}

/// All that a log tells, in words.
async fn told(bench: &Bench) -> String {
    let log: &dyn Backend = &*bench.log;
    let mut words = format!("{:?} {:?}", log.end().await, log.last_recorded_at().await);
    for event in everything(&*bench.events()).await {
        words += &format!("{event:?}\n{:?}\n", log.find(event.command).await);
    }
    for to in 0..5_u8 {
        let to = stream(u128::from(to));
        for after in [0, 1, 7, 70] {
            words += &format!("{:?}\n", log.read_stream(to, after, 90).await);
        }
        words += &format!("{:?}\n", log.version(to).await);
    }
    for view in ["first", "second", "third"] {
        words += &format!("{:?} {:?}\n", log.position(view).await, log.scan(view).await);
        words += &format!("{:?}\n", log.scan_prefix(view, &[0]).await);
        words += &format!("{:?}\n", log.get(view, &[0, 3]).await);
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn sled_answers_as_memory_does(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut both = Both {
                memory: Bench::memory(),
                sled: Bench::sled(),
                made: 0,
                versions: [0; 4],
                time: 0,
            };
            for step in steps {
                both.play(step).await;
            }
            assert!(told(&both.memory).await == told(&both.sled).await);
            both.sled.reopen().await;
            assert!(told(&both.memory).await == told(&both.sled).await);
        });
    }
}
