// The framework Emmett on PostgreSQL, as a process that does what the bench tells it.
//
// Its arguments, the lines that it reads and its answers are those of ../src/main.rs. It runs where `NODE_MODULES` says that
// its packages are; where the server listens, `PGHOST` and `PGUSER` say.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const packages = createRequire(pathToFileURL(join(process.env.NODE_MODULES, "store.mjs")));
const pg = packages("pg");
const { dumbo } = packages("@event-driven-io/dumbo");
const { getPostgreSQLEventStore, readMessagesBatch } = packages("@event-driven-io/emmett-postgresql");

// An append is about one stream: where there are several, so many connections work at once.
const CONNECTIONS = 16;
// How many events are read at once.
const PAGE = 8192n;
// How the server has to be set for an answer to mean that the disk has it.
const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };

const [, , , , database, only] = process.argv;
const { PGHOST, PGUSER } = process.env;
const connectionString = `postgresql://${PGUSER}@localhost/${database}?host=${encodeURIComponent(PGHOST)}`;

/** What every store's events are put through: counted up by agreement, once they are parsed. */
class Fold {
  events = 0;
  states = new Map();

  take({ header, body }) {
    let of = this.states.get(header.agreement);
    if (of === undefined) this.states.set(header.agreement, (of = { events: 0, kinds: new Map(), last: "" }));
    of.events += 1;
    of.kinds.set(header.type, (of.kinds.get(header.type) ?? 0) + 1);
    const on = body.occurred.on ?? "";
    if (on > of.last) of.last = on;
    this.events += 1;
  }
}

const named = (stream) => `agreement:${stream}`;

class Store {
  static async open() {
    const store = new Store();
    // Connections stay as they are made.
    store.pool = new pg.Pool({ connectionString, max: CONNECTIONS, idleTimeoutMillis: 0 });
    store.events = getPostgreSQLEventStore(connectionString, { connectionOptions: { connectionString, pool: store.pool } });
    store.reader = dumbo({ connectionString, pool: store.pool });
    await store.events.schema.migrate();
    return store;
  }

  prepare(events) {
    const streams = new Map();
    for (const { stream, seq, kind, header, body } of events) {
      if (!streams.has(stream)) streams.set(stream, { first: seq, events: [] });
      const data = { header: JSON.parse(header), body: JSON.parse(body) };
      streams.get(stream).events.push({ type: kind, data });
    }
    this.prepared = [...streams];
  }

  async append() {
    const open = this.prepared;
    const connection = async () => {
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const [stream, { first, events }] = next;
        const expectedStreamVersion = first === 1 ? "STREAM_DOES_NOT_EXIST" : BigInt(first - 1);
        await this.events.appendToStream(named(stream), events, { expectedStreamVersion });
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  }

  // A batch is in the order of transactions, and the next one is asked for by position: going on after the last of a batch hands
  // over events twice, or not at all, where several connections wrote at once. So each batch is all that is between two positions,
  // up to the last; `readLastMessageGlobalPosition` of the framework answers the first.
  async each(fold) {
    const { rows } = await this.pool.query("SELECT coalesce(max(global_position), 0) AS last FROM emt_messages");
    for (let from = 1n; from <= BigInt(rows[0].last); from += PAGE) {
      const { messages } = await readMessagesBatch(this.reader.execute, { from, to: from + PAGE - 1n });
      for (const message of messages) fold.take(message.data);
    }
  }

  async stream(stream, fold) {
    const { events } = await this.events.readStream(named(stream));
    for (const event of events) fold.take(event.data);
  }

  async close() {
    await this.events.close();
    await this.pool.end();
  }
}

/** Makes the database if there is none, and sees to it that what it acknowledges is durable. */
async function make() {
  const server = new pg.Client({ host: PGHOST, user: PGUSER, database: "postgres" });
  await server.connect();
  for (const [name, wanted] of Object.entries(DURABLE)) {
    const { rows } = await server.query(`SHOW ${name}`);
    if (rows[0][name] !== wanted) throw new Error(`${name} of the server is ${rows[0][name]} instead of ${wanted}`);
  }
  const { rowCount } = await server.query("SELECT FROM pg_database WHERE datname = $1", [database]);
  if (rowCount === 0) await server.query(`CREATE DATABASE ${database}`);
  await server.end();
}

/** What the tables and their indexes take of the disk. */
async function bytes(store) {
  const all = `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS held FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
  return (await store.pool.query(all)).rows[0].held;
}

async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return process.hrtime.bigint() - start;
}

if (only !== undefined) {
  const [store, fold] = [await Store.open(), new Fold()];
  await store.stream(only, fold);
  if (fold.events === 0) throw new Error(`${only} is not there`);
  await store.close();
} else {
  await make();
  const store = await Store.open();
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  console.log("ready");
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const [verb, what] = line.value.split(" ");
    const fold = new Fold();
    let nanos = 0n;
    let count = 0;
    if (verb === "append") {
      const events = [];
      while (events.length < Number(what)) events.push(JSON.parse((await lines.next()).value));
      store.prepare(events);
      nanos = await timed(() => store.append());
      count = events.length;
    } else if (verb === "each") {
      nanos = await timed(() => store.each(fold));
      count = fold.events;
    } else if (verb === "stream") {
      nanos = await timed(() => store.stream(what, fold));
      count = fold.events;
    } else if (verb === "bytes") {
      count = await bytes(store);
    } else {
      throw new Error(`there is no verb ${verb}`);
    }
    console.log(`${nanos} ${count}`);
  }
  await store.close();
}
