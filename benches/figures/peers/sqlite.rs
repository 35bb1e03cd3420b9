//! A plain table in `SQLite`, with an index on the place in the stream and one on the command.

use std::path::Path;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{Event, Store};

/// What `SQLite` answers for `synchronous = FULL`.
const FULL: i64 = 2;

pub(super) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("events.db")).expect("it opens");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, stream BLOB NOT NULL, seq INTEGER NOT NULL,
                    command BLOB NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL);
                CREATE UNIQUE INDEX IF NOT EXISTS places ON events (stream, seq);
                CREATE INDEX IF NOT EXISTS commands ON events (command);",
            )
            .expect("the table is made");
        let is = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        assert_eq!(is("journal_mode"), Ok("wal".to_owned().into()), "the journal");
        assert_eq!(is("synchronous"), Ok(FULL.into()), "a commit has to be synced");
        Self(connection)
    }
}

impl Store for Sqlite {
    fn append(&mut self, events: &[Event]) {
        let transaction = self.0.transaction().expect("it begins");
        {
            let insert = "INSERT INTO events (stream, seq, command, kind, data) VALUES (?, ?, ?, ?, ?)";
            let mut insert = transaction.prepare_cached(insert).expect("it is understood");
            for event in events {
                let seq = i64::try_from(event.seq).expect("some hundred");
                let row = params![event.stream.as_bytes(), seq, event.command.as_bytes(), event.kind, event.data];
                insert.execute(row).expect("nobody was first");
            }
        }
        transaction.commit().expect("it is durable");
    }

    fn each(&mut self, receive: &mut dyn FnMut(&[u8])) {
        let mut all = self.0.prepare_cached("SELECT data FROM events ORDER BY position").expect("it is understood");
        let mut rows = all.query([]).expect("it reads");
        while let Some(row) = rows.next().expect("it reads") {
            receive(row.get_ref(0).and_then(|data| Ok(data.as_blob()?)).expect("bytes"));
        }
    }

    fn stream(&mut self, stream: Uuid, receive: &mut dyn FnMut(&[u8])) {
        let one = "SELECT data FROM events WHERE stream = ? ORDER BY seq";
        let mut one = self.0.prepare_cached(one).expect("it is understood");
        let mut rows = one.query([stream.as_bytes()]).expect("it reads");
        while let Some(row) = rows.next().expect("it reads") {
            receive(row.get_ref(0).and_then(|data| Ok(data.as_blob()?)).expect("bytes"));
        }
    }
}
