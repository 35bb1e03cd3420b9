//! The server: a database for each store, and what it says of its durability.

use std::time::Duration;

use postgres::{Client, Config, NoTls};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Pool, Postgres};

/// How it has to be set for an answer to mean that the disk has it.
const DURABLE: [(&str, &str); 3] = [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")];

/// After how long a server that does not answer is given up.
const WAIT: Duration = Duration::from_secs(10);

/// A connection to a database.
pub(crate) fn connect(database: &str) -> Client {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} says where the server is"));
    Config::new()
        .host(&variable("PGHOST"))
        .user(&variable("PGUSER"))
        .dbname(database)
        .connect_timeout(WAIT)
        .connect(NoTls)
        .expect("the server answers")
}

/// Makes a database if there is none of the name, and sees to it that what it acknowledges is durable.
pub(crate) fn make(database: &str) {
    let mut client = connect("postgres");
    for (name, wanted) in DURABLE {
        let row = client.query_one(&format!("SHOW {name}"), &[]).expect("it says so");
        let is: String = row.get(0);
        assert_eq!(is, wanted, "{name} of the server");
    }
    if client.query("SELECT FROM pg_database WHERE datname = $1", &[&database]).expect("it reads").is_empty() {
        client.batch_execute(&format!("CREATE DATABASE {database}")).expect("it is made");
    }
}

/// The server's version as a number.
pub(crate) fn version(database: &str) -> i32 {
    let asked = "SELECT current_setting('server_version_num')::integer";
    connect(database).query_one(asked, &[]).expect("it says so").get(0)
}

/// What the tables of a database and their indexes take of the disk.
pub(crate) fn bytes(database: &str) -> u64 {
    let all = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let held: i64 = connect(database).query_one(all, &[]).expect("it reads").get(0);
    held.try_into().expect("a size")
}

/// Connections of the frameworks, all of them made.
pub(crate) async fn pool(database: &str, connections: u32, settings: &[(&str, &str)]) -> Pool<Postgres> {
    // What it is not told it takes from PGHOST and PGUSER.
    let options = PgConnectOptions::new_without_pgpass().database(database).options(settings.iter().copied());
    let pool = PgPoolOptions::new().min_connections(connections).max_connections(connections);
    pool.acquire_timeout(WAIT).connect_with(options).await.expect("the server answers")
}
