//! The framework `cqrs-es` with its store `postgres-es`: an append is about one aggregate, and there is no order over all.

use std::collections::HashMap;
use std::fmt::{Display, Formatter};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository as _, SerializedEvent};
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fold::Fold;
use crate::{CONNECTIONS, Event, Store, server};

/// The table as its documentation has it.
const TABLE: &str = "SET client_min_messages = warning;
    CREATE TABLE IF NOT EXISTS events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
        payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

pub(crate) struct Cqrs {
    store: PostgresEventRepository,
    runtime: tokio::runtime::Runtime,
    streams: Vec<Vec<SerializedEvent>>,
}

/// An agreement that is only counted up.
#[derive(Default, Serialize, Deserialize)]
struct Agreement;

/// An event in the framework's form, as typed as its values allow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fact {
    header: Header,
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    id: Uuid,
    agreement: Uuid,
    seq: u64,
    #[serde(rename = "type")]
    kind: String,
    v: u32,
    recorded: Value,
    cause: Uuid,
    body_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Body {
    salt: String,
    occurred: HashMap<String, Option<String>>,
    confidence: String,
    #[serde(default)]
    evidence: Vec<HashMap<String, Option<String>>>,
    #[serde(default)]
    reason: Option<String>,
    data: Value,
}

impl DomainEvent for Fact {
    fn event_type(&self) -> String {
        self.header.kind.clone()
    }

    fn event_version(&self) -> String {
        self.header.v.to_string()
    }
}

/// Nothing is decided here.
#[derive(Debug)]
struct Undecided;

impl Display for Undecided {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing is decided here")
    }
}

impl std::error::Error for Undecided {}

impl Aggregate for Agreement {
    const TYPE: &'static str = "agreement";
    type Command = ();
    type Event = Fact;
    type Error = Undecided;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Undecided> {
        Err(Undecided)
    }

    fn apply(&mut self, _: Fact) {}
}

fn count(fact: &EventEnvelope<Agreement>, fold: &mut Fold) {
    let Fact { header, body } = &fact.payload;
    let on = body.occurred.get("on").and_then(Option::as_deref);
    fold.count(header.agreement, &header.kind, on, body.salt.len());
}

impl Cqrs {
    pub(crate) fn open(database: &str) -> Self {
        server::connect(database).batch_execute(TABLE).expect("the table is made");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
        let store = PostgresEventRepository::new(runtime.block_on(server::pool(database, CONNECTIONS, &[])));
        Self { store, runtime, streams: Vec::new() }
    }
}

impl Store for Cqrs {
    fn prepare(&mut self, events: Vec<Event>) {
        let mut streams: HashMap<Uuid, Vec<SerializedEvent>> = HashMap::new();
        for event in events {
            let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            let payload = json!({ "header": parsed(&event.header), "body": parsed(&event.body) });
            let metadata = json!({ "command": event.command.to_string() });
            streams.entry(event.stream).or_default().push(SerializedEvent {
                aggregate_id: event.stream.to_string(),
                sequence: event.seq as usize,
                aggregate_type: Agreement::TYPE.to_owned(),
                event_type: event.kind,
                event_version: "1".to_owned(),
                payload,
                metadata,
            });
        }
        self.streams = streams.into_values().collect();
    }

    fn append(&mut self) {
        let store = &self.store;
        let appends = std::mem::take(&mut self.streams).into_iter();
        let appends = appends.map(|events| async move { store.persist::<Agreement>(&events, None).await });
        let all = stream::iter(appends).buffer_unordered(CONNECTIONS as usize).try_collect::<Vec<()>>();
        self.runtime.block_on(all).expect("nobody was first");
    }

    fn each(&mut self, fold: &mut Fold) {
        self.runtime.block_on(async {
            let mut events = self.store.stream_all_events::<Agreement>().await.expect("it reads");
            while let Some(event) = events.next::<Agreement>(&[]).await {
                count(&event.expect("it reads"), fold);
            }
        });
    }

    fn stream(&mut self, stream: Uuid, fold: &mut Fold) {
        let events = self.runtime.block_on(self.store.get_events::<Agreement>(&stream.to_string()));
        for event in events.expect("it reads") {
            count(&event.try_into().expect("a fact"), fold);
        }
    }
}
