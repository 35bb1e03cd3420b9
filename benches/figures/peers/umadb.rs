//! The core of `UmaDB`: a stream is a tag; nobody was first while no later event has it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use umadb_core::db::UmaDb;
use umadb_core::mvcc::{Mvcc, StorageOptions};
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreSync as _, DcbQuery, DcbQueryItem};
use uuid::Uuid;

use super::{Event, Store};

/// How many events are read at once.
const PAGE: u32 = 8_192;

/// Up to how many events of an append the condition is checked; an import goes without.
const CHECKED_MAX: usize = 16;

pub(super) struct Uma(UmaDb);

fn of_streams(streams: impl IntoIterator<Item = Uuid>) -> DcbQuery {
    let item = |stream: Uuid| DcbQueryItem { types: Vec::new(), tags: vec![stream.to_string()] };
    DcbQuery { items: streams.into_iter().map(item).collect() }
}

impl Uma {
    pub(super) fn open(folder: &Path) -> Self {
        let options = StorageOptions::default().db_path(folder.join("uma.db"));
        Self(UmaDb::from_arc(Arc::new(Mvcc::new(false, options).expect("it opens"))))
    }
}

impl Store for Uma {
    fn append(&mut self, events: &[Event]) {
        let condition = (events.len() <= CHECKED_MAX).then(|| {
            let streams: HashMap<Uuid, ()> = events.iter().map(|event| (event.stream, ())).collect();
            let after = self.0.head().expect("it reads");
            DcbAppendCondition { fail_if_events_match: of_streams(streams.into_keys()), after }
        });
        let events = events.iter().map(|event| DcbEvent {
            event_type: event.kind.clone(),
            tags: vec![event.stream.to_string()],
            data: event.data.clone(),
            uuid: Some(event.id),
            metadata: Vec::new(),
        });
        self.0.append(events.collect(), condition, None).expect("nobody was first");
    }

    fn each(&mut self, receive: &mut dyn FnMut(&[u8])) {
        let mut from = None;
        loop {
            let (page, head) = self.0.read_with_head(None, from, false, Some(PAGE)).expect("it reads");
            for event in &page {
                receive(&event.event.data);
            }
            match head.filter(|_| !page.is_empty()) {
                Some(last) => from = Some(last + 1),
                None => return,
            }
        }
    }

    fn stream(&mut self, stream: Uuid, receive: &mut dyn FnMut(&[u8])) {
        let (events, _) = self.0.read_with_head(Some(of_streams([stream])), None, false, None).expect("it reads");
        for event in &events {
            receive(&event.event.data);
        }
    }
}
