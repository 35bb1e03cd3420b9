//! A plain table with an index on the place in the stream and one on the command, by the plain driver.

use std::io::Write as _;

use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{ToSql, Type};
use postgres::{Client, Statement};
use uuid::Uuid;

use crate::fold::Fold;
use crate::{Event, Store, parts, server};

/// Up to how many events one statement with arrays appends; more are copied in.
const ARRAYS_MAX: usize = 16;

/// What a copy in binary begins with: its signature, and no flags and no extension.
const COPY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// How many columns a row has.
const COLUMNS: i16 = 5;

pub(crate) struct Table {
    client: Client,
    one: Statement,
    some: Statement,
    all: Statement,
    stream: Statement,
    rows: Vec<Row>,
}

struct Row {
    stream: [u8; 16],
    seq: i32,
    command: [u8; 16],
    kind: String,
    data: Vec<u8>,
}

impl Table {
    pub(crate) fn open(database: &str) -> Self {
        let mut client = server::connect(database);
        let table = "SET client_min_messages = warning;
            CREATE TABLE IF NOT EXISTS events (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream bytea NOT NULL,
                seq integer NOT NULL, command bytea NOT NULL, kind text NOT NULL, data bytea NOT NULL);
            CREATE UNIQUE INDEX IF NOT EXISTS places ON events (stream, seq);
            CREATE INDEX IF NOT EXISTS commands ON events (command)";
        client.batch_execute(table).expect("the table is made");
        let mut prepared = |text: &str| client.prepare(text).expect("it is understood");
        let one = prepared("INSERT INTO events (stream, seq, command, kind, data) VALUES ($1, $2, $3, $4, $5)");
        let some = prepared(
            "INSERT INTO events (stream, seq, command, kind, data)
            SELECT * FROM unnest($1::bytea[], $2::integer[], $3::bytea[], $4::text[], $5::bytea[])",
        );
        let all = prepared("SELECT data FROM events ORDER BY position");
        let stream = prepared("SELECT data FROM events WHERE stream = $1 ORDER BY seq");
        debug_assert_eq!(one.params(), [Type::BYTEA, Type::INT4, Type::BYTEA, Type::TEXT, Type::BYTEA]);
        Self { client, one, some, all, stream, rows: Vec::new() }
    }

    fn read(client: &mut Client, statement: &Statement, of: &[&(dyn ToSql + Sync)], fold: &mut Fold) {
        let of: Vec<&(dyn ToSql + Sync)> = of.to_vec();
        let mut rows = client.query_raw(statement, of).expect("it reads");
        while let Some(row) = rows.next().expect("it reads") {
            let (header, body) = parts(row.get(0));
            fold.take(header, body);
        }
    }
}

impl Store for Table {
    fn prepare(&mut self, events: Vec<Event>) {
        let row = |event: Event| Row {
            stream: *event.stream.as_bytes(),
            seq: event.seq.try_into().expect("some hundred"),
            command: *event.command.as_bytes(),
            data: event.data(),
            kind: event.kind,
        };
        self.rows = events.into_iter().map(row).collect();
    }

    fn append(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if let [row] = &rows[..] {
            let columns: [&(dyn ToSql + Sync); 5] =
                [&row.stream.as_slice(), &row.seq, &row.command.as_slice(), &row.kind, &row.data];
            self.client.execute(&self.one, &columns).expect("nobody was first");
        } else if rows.len() <= ARRAYS_MAX {
            let streams: Vec<&[u8]> = rows.iter().map(|row| row.stream.as_slice()).collect();
            let seqs: Vec<i32> = rows.iter().map(|row| row.seq).collect();
            let commands: Vec<&[u8]> = rows.iter().map(|row| row.command.as_slice()).collect();
            let kinds: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
            let data: Vec<&[u8]> = rows.iter().map(|row| row.data.as_slice()).collect();
            self.client.execute(&self.some, &[&streams, &seqs, &commands, &kinds, &data]).expect("nobody was first");
        } else {
            let copy = "COPY events (stream, seq, command, kind, data) FROM STDIN BINARY";
            let mut bytes = COPY_HEAD.to_vec();
            for row in &rows {
                bytes.extend(COLUMNS.to_be_bytes());
                let seq = row.seq.to_be_bytes();
                for column in [row.stream.as_slice(), &seq, &row.command, row.kind.as_bytes(), &row.data] {
                    bytes.extend(i32::try_from(column.len()).expect("some kibibytes").to_be_bytes());
                    bytes.extend(column);
                }
            }
            bytes.extend((-1i16).to_be_bytes());
            let mut writer = self.client.copy_in(copy).expect("it begins");
            writer.write_all(&bytes).expect("it is sent");
            writer.finish().expect("nobody was first");
        }
    }

    fn each(&mut self, fold: &mut Fold) {
        Self::read(&mut self.client, &self.all, &[], fold);
    }

    fn stream(&mut self, stream: Uuid, fold: &mut Fold) {
        Self::read(&mut self.client, &self.stream, &[&stream.as_bytes().as_slice()], fold);
    }
}
