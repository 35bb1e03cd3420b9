//! The framework `evento` on the LSM tree `fjall`, through its own trait of stores.

use std::path::Path;

use evento::cursor::Args;
use evento::{EventFilter, Executor as _, Fjall, TenantFilter};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{Event, Store};

/// How many events are read at once.
const PAGE: u16 = 8_192;

/// The type of every stream.
const AGREEMENT: &str = "register/Agreement";

pub(super) struct Evento {
    store: Fjall,
    runtime: Runtime,
}

impl Evento {
    pub(super) fn open(folder: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        Self { store: Fjall::open(folder).expect("it opens"), runtime }
    }

    fn read(&self, filter: &EventFilter, receive: &mut dyn FnMut(&[u8])) {
        let mut after = None;
        loop {
            let (only, args) = (Some([filter.clone()].into()), Args::forward(PAGE, after));
            let page = self.store.read(only, None, TenantFilter::All, args, None);
            let page = self.runtime.block_on(page).expect("it reads");
            for edge in &page.edges {
                receive(&edge.node.data);
            }
            if !page.page_info.has_next_page {
                return;
            }
            after = page.page_info.end_cursor;
        }
    }
}

impl Store for Evento {
    fn append(&mut self, events: &[Event]) {
        let events = events.iter().map(|event| evento::Event {
            id: event.id.as_u128().into(),
            aggregate_id: event.stream.to_string(),
            aggregate_type: AGREEMENT.to_owned(),
            version: event.seq.try_into().expect("some hundred"),
            name: event.kind.clone(),
            data: event.data.clone(),
            ..evento::Event::default()
        });
        self.runtime.block_on(self.store.write(events.collect())).expect("nobody was first");
    }

    fn each(&mut self, receive: &mut dyn FnMut(&[u8])) {
        self.read(&EventFilter::by_type_raw(AGREEMENT), receive);
    }

    fn stream(&mut self, stream: Uuid, receive: &mut dyn FnMut(&[u8])) {
        self.read(&EventFilter::by_id_raw(AGREEMENT, stream.to_string()), receive);
    }
}
