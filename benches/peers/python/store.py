"""The Python framework `eventsourcing` on SQLite, as a process that does what the bench tells it.

Its arguments, the lines that it reads and its answers are those of ../src/main.rs. Events go through the framework's recorder
for applications with their JSON as their state, without its mapper and its transcoder, which would cost it more.
"""

import json
import sys
from time import perf_counter_ns
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

# How many events are read at once.
PAGE = 8192
# What SQLite calls FULL: a commit is synced.
FULL = 2


class Fold:
    """What every store's events are put through: parsed, and counted up by agreement."""

    def __init__(self):
        self.events = 0
        self.states = {}

    def take(self, state):
        event = json.loads(state)
        header, body = event["header"], event["body"]
        of = self.states.get(header["agreement"])
        if of is None:
            of = self.states[header["agreement"]] = {"events": 0, "kinds": {}, "last": ""}
        of["events"] += 1
        kind = header["type"]
        of["kinds"][kind] = of["kinds"].get(kind, 0) + 1
        on = body["occurred"].get("on")
        if on is not None and on > of["last"]:
            of["last"] = on
        self.events += 1


class Store:
    def __init__(self, folder):
        self.datastore = SQLiteDatastore(folder + "/events.db")
        self.recorder = SQLiteApplicationRecorder(self.datastore)
        self.recorder.create_table()
        self.prepared = []

    def is_durable(self):
        """Whether its own way to write is: it sets the journal itself, and leaves `synchronous` as SQLite has it."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("PRAGMA synchronous")
            synchronous = cursor.fetchone()[0]
            cursor.execute("PRAGMA journal_mode")
            return synchronous >= FULL and cursor.fetchone()[0] == "wal"

    def prepare(self, events):
        self.prepared = [
            StoredEvent(
                originator_id=UUID(event["stream"]),
                originator_version=event["seq"],
                topic=event["kind"],
                state=b'{"header":' + event["header"].encode() + b',"body":' + event["body"].encode() + b"}",
            )
            for event in events
        ]

    def append(self):
        """In one transaction; a place that is taken is refused by the table's key."""
        self.recorder.insert_events(self.prepared)

    def each(self, fold):
        after = 0
        while page := self.recorder.select_notifications(start=after, limit=PAGE, inclusive_of_start=False):
            for event in page:
                fold.take(event.state)
            after = page[-1].id

    def stream(self, stream, fold):
        for event in self.recorder.select_events(UUID(stream)):
            fold.take(event.state)


def timed(work, *about):
    start = perf_counter_ns()
    work(*about)
    return perf_counter_ns() - start


def main():
    folder, only = sys.argv[2], sys.argv[4:]
    store, fold = Store(folder), Fold()
    if only:
        store.stream(only[0], fold)
        assert fold.events > 0, f"{only[0]} is not there"
        return
    assert store.is_durable(), "a commit would not be durable"
    print("ready", flush=True)
    for line in sys.stdin:
        verb, _, what = line.strip().partition(" ")
        fold = Fold()
        if verb == "append":
            store.prepare([json.loads(sys.stdin.readline()) for _ in range(int(what))])
            nanos, count = timed(store.append), int(what)
        elif verb == "each":
            nanos = timed(store.each, fold)
            count = fold.events
        elif verb == "stream":
            nanos = timed(store.stream, what, fold)
            count = fold.events
        elif verb == "bytes":
            # The bench counts the files itself.
            nanos, count = 0, 0
        else:
            raise ValueError(f"there is no verb {verb!r}")
        print(nanos, count, flush=True)


main()
