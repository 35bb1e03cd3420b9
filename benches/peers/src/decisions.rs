//! The framework `disintegrate` with its store `disintegrate-postgres`: an append is checked by a query over identities.

use std::collections::HashSet;

use disintegrate::serde::{Deserializer, Error, Serializer};
use disintegrate::{Event as _, EventStore as _, StreamItem, StreamQuery, query};
use disintegrate_postgres::{PgEventId, PgEventStore};
use futures::StreamExt as _;
use uuid::Uuid;

use crate::fold::Fold;
use crate::{Event, Store, parts, server};

/// Up to how many events of an append are checked; an import goes without, and in writes of as many as one statement can take.
const CHECKED_MAX: usize = 16;
const WRITE_EVENTS: usize = 8_192;

/// An event in the framework's form.
#[derive(Clone, Debug, disintegrate::Event)]
enum Fact {
    Recorded {
        #[id]
        agreement: String,
        data: Vec<u8>,
    },
}

/// The bytes as they are, since the fold reads them.
#[derive(Clone, Copy)]
struct Bytes;

impl Serializer<Fact> for Bytes {
    fn serialize(&self, Fact::Recorded { data, .. }: Fact) -> Vec<u8> {
        data
    }
}

impl Deserializer<Fact> for Bytes {
    fn deserialize(&self, data: Vec<u8>) -> Result<Fact, Error> {
        Ok(Fact::Recorded { agreement: String::new(), data })
    }
}

/// The first server that reads a number which the framework has in a function of its own.
const READS_HEX: i32 = 160_000;
/// For servers before it, that function with the same meaning: the write that is under way is seen by its locks.
const BEGIN_EPOCH: &str = "CREATE OR REPLACE FUNCTION event_store_begin_epoch() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        reached bigint;
        here integer;
    BEGIN
        SELECT last_value INTO reached FROM seq_event_event_id;
        SELECT oid INTO here FROM pg_database WHERE datname = current_database();
        PERFORM pg_try_advisory_xact_lock_shared(here, 0);
        PERFORM pg_try_advisory_xact_lock_shared(1, (reached & 4294967295)::bit(32)::integer);
        PERFORM pg_try_advisory_xact_lock_shared(2, (reached >> 32)::bit(32)::integer);
    END $$";

pub(crate) struct Decisions {
    store: PgEventStore<Fact, Bytes>,
    runtime: tokio::runtime::Runtime,
    facts: Vec<Fact>,
    /// Up to where the state is known that a decision rests on.
    known: PgEventId,
}

/// What a decision about some agreements rests on.
fn about(agreements: impl IntoIterator<Item = String>) -> StreamQuery<PgEventId, Fact> {
    let one = |agreement: String| query!(Fact; agreement == agreement);
    let queries = agreements.into_iter().map(one);
    queries.reduce(|all, one| all.union(&one)).expect("there is one")
}

impl Decisions {
    pub(crate) fn open(database: &str) -> Self {
        debug_assert_eq!(Fact::SCHEMA.events.len(), 1);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
        let store = runtime.block_on(async {
            // Else the function would be refused before it can be replaced.
            let pool = server::pool(database, 1, &[("check_function_bodies", "off")]).await;
            PgEventStore::try_new(pool, Bytes).await.expect("its tables are made")
        });
        if server::version(database) < READS_HEX {
            server::connect(database).batch_execute(BEGIN_EPOCH).expect("it is made");
        }
        Self { store, runtime, facts: Vec::new(), known: 0 }
    }

    fn read(&self, query: &StreamQuery<PgEventId, Fact>, fold: &mut Fold) -> PgEventId {
        let mut last = 0;
        self.runtime.block_on(self.store.stream(query).for_each(|item| {
            let item = item.expect("it reads");
            last = last.max(item.id());
            if let StreamItem::Event(event) = item {
                let Fact::Recorded { data, .. } = event.into_inner();
                let (header, body) = parts(&data);
                fold.take(header, body);
            }
            std::future::ready(())
        }));
        last
    }
}

impl Store for Decisions {
    fn prepare(&mut self, events: Vec<Event>) {
        let fact = |event: Event| Fact::Recorded { agreement: event.stream.to_string(), data: event.data() };
        self.facts = events.into_iter().map(fact).collect();
    }

    fn append(&mut self) {
        let facts = std::mem::take(&mut self.facts);
        let appended = |facts: Result<Vec<disintegrate::PersistedEvent<PgEventId, Fact>>, _>| {
            let facts =
                facts.map_err(|error: disintegrate_postgres::Error| error.to_string()).expect("nobody was first");
            facts.iter().map(disintegrate::PersistedEvent::id).max().expect("it is appended")
        };
        if facts.len() <= CHECKED_MAX {
            let name = |Fact::Recorded { agreement, .. }: &Fact| agreement.clone();
            let agreements: HashSet<String> = facts.iter().map(name).collect();
            self.known = appended(self.runtime.block_on(self.store.append(facts, about(agreements), self.known)));
        } else {
            for facts in facts.chunks(WRITE_EVENTS) {
                self.known = appended(self.runtime.block_on(self.store.append_without_validation(facts.to_vec())));
            }
        }
    }

    fn each(&mut self, fold: &mut Fold) {
        self.known = self.read(&query!(Fact), fold);
    }

    fn stream(&mut self, stream: Uuid, fold: &mut Fold) {
        self.read(&about([stream.to_string()]), fold);
    }
}
