//! The table that is shown, as Markdown: a row for each kind of work, a column for each size; and a short one of the rows that
//! say most.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// The figures so far.
pub(crate) struct Table {
    machine: String,
    remarks: Vec<String>,
    sizes: Vec<usize>,
    now: usize,
    rows: Vec<Row>,
}

struct Row {
    work: String,
    /// Whether the short table has it too.
    short: bool,
    against: String,
    cells: BTreeMap<usize, String>,
}

impl Table {
    /// Remarks stand above it, below the machine.
    pub(crate) fn new(folder: &Path, sizes: &[usize], remarks: &[String]) -> Self {
        Self { machine: machine(folder), remarks: remarks.to_vec(), sizes: sizes.to_vec(), now: 0, rows: Vec::new() }
    }

    /// What follows is about registers of this size.
    pub(crate) fn begin(&mut self, size: usize) {
        self.now = size;
    }

    /// Puts a figure into the row of its work, in both tables.
    pub(crate) fn figure(&mut self, work: &str, against: &str, figure: String) {
        self.put(work, against, figure, true);
    }

    /// Puts a figure into the row of its work, in the long table alone.
    pub(crate) fn detail(&mut self, work: &str, against: &str, figure: String) {
        self.put(work, against, figure, false);
    }

    fn put(&mut self, work: &str, against: &str, figure: String, short: bool) {
        eprintln!("{:>9} events | {work} | {against} | {figure}", self.now);
        let at = self.rows.iter().position(|row| row.work == work && row.against == against).unwrap_or_else(|| {
            let row = Row { work: work.to_owned(), short, against: against.to_owned(), cells: BTreeMap::new() };
            self.rows.push(row);
            self.rows.len() - 1
        });
        self.rows[at].cells.insert(self.now, figure);
    }

    /// A row that begins a group of figures.
    pub(crate) fn heading(&mut self, words: &str) {
        self.figure(&format!("**{words}**"), "", String::new());
    }

    pub(crate) fn markdown(&self, short: bool) -> String {
        let mut text = self.machine.clone();
        for remark in &self.remarks {
            let _ = write!(text, "\\\n{remark}");
        }
        text.push_str("\n\n| Work | Measured against |");
        let sizes = self.sizes.iter().map(|size| thousands(*size));
        for size in sizes {
            let _ = write!(text, " {size} events |");
        }
        let _ = write!(text, "\n|---|---|{}", "---|".repeat(self.sizes.len()));
        for row in self.rows.iter().filter(|row| row.short || !short) {
            let _ = write!(text, "\n| {} | {} |", row.work, row.against);
            for size in &self.sizes {
                let _ = write!(text, " {} |", row.cells.get(size).map_or("", String::as_str));
            }
        }
        text.push('\n');
        text
    }
}

/// A number as people read it.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

/// How many a second.
pub(crate) fn rate(count: usize, time: Duration) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "for people"
    )]
    let rate = (count as f64 / time.as_secs_f64()) as usize;
    format!("{}/s", thousands(if rate > 10_000 { rate / 1000 * 1000 } else { rate }))
}

/// How long, in the unit that suits it.
pub(crate) fn long(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..1_000.0 => format!("{micros:.0} µs"),
        ..100_000.0 => format!("{:.1} ms", micros / 1e3),
        ..10_000_000.0 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.1} s", micros / 1e6),
    }
}

/// A name within a sentence: what it is made with is not said again.
pub(crate) fn named(name: &str) -> &str {
    name.split(" on ").next().unwrap_or(name)
}

/// How much of the other.
pub(crate) fn ratio(of: Duration, to: Duration) -> String {
    times(of.as_secs_f64() / to.as_secs_f64())
}

pub(crate) fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2} ×") } else { format!("{ratio:.0} ×") }
}

/// What the figures were measured on.
fn machine(folder: &Path) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory: usize =
        field(&read("/proc/meminfo"), "MemTotal").split(' ').next().and_then(|kib| kib.parse().ok()).unwrap_or(0);
    let kernel = read("/proc/sys/kernel/osrelease");
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    let full = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mounts = read("/proc/mounts");
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        words.next().zip(words.next())
    });
    let system =
        mounted.filter(|(at, _)| full.starts_with(at)).max_by_key(|(at, _)| at.len()).map_or("", |(_, system)| system);
    let build = if cfg!(feature = "peers") { "" } else { "; without other stores" };
    format!(
        "Machine: {processor}, {cores} cores, {} GiB, {system}, Linux {kernel}{build}.",
        memory.div_ceil(1024 * 1024)
    )
}
