//! What is decided and not yet durable, on its way into the log.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::domain::id::CommandId;
use crate::log::{AppendError, EventLog};
use crate::service::almanac::Salted;
use crate::service::error::ExecuteError;

/// Writes commits in their order while others are being decided: one batch is on its way, one is being filled.
pub(super) struct Writer {
    log: Arc<dyn EventLog>,
    /// How many commits are made durable at once.
    batch: usize,
    /// What waits for the next batch.
    waiting: Vec<Salted>,
    /// The batch that is on its way, and where the log ends after it.
    under_way: Option<(JoinHandle<Result<(), ExecuteError>>, u64)>,
    /// Where the log ends that is durable, as far as was waited for.
    durable: u64,
    /// The commands that were decided and perhaps cannot be found in the log yet, with the end of the log after them.
    decided: Vec<(u64, HashSet<CommandId>)>,
}

impl Writer {
    /// A writer to a log that ends here, of so many commits at once.
    pub(super) fn new(log: Arc<dyn EventLog>, end: u64, batch: usize) -> Self {
        Self { log, batch, waiting: Vec::new(), under_way: None, durable: end, decided: vec![(end, HashSet::new())] }
    }

    /// Where the log ends that is durable, as far as is known.
    pub(super) const fn durable(&self) -> u64 {
        self.durable
    }

    /// Whether there is enough for a batch.
    pub(super) const fn is_full(&self) -> bool {
        self.waiting.len() >= self.batch
    }

    /// Takes a commit after which the log will end here.
    pub(super) fn take(&mut self, commit: Salted, command: Option<CommandId>, end: u64) {
        self.waiting.push(commit);
        if let Some((until, commands)) = self.decided.last_mut() {
            *until = end;
            commands.extend(command);
        }
    }

    /// Whether a command was decided that the log may not know yet.
    pub(super) fn holds(&self, command: CommandId) -> bool {
        self.decided.iter().any(|(_, commands)| commands.contains(&command))
    }

    /// Lets go of the commands that whoever asks the log from now on finds there.
    pub(super) fn forget_durable(&mut self) {
        let (durable, end) = (self.durable, self.decided.last().map_or(0, |(end, _)| *end));
        self.decided.retain(|(end, _)| *end > durable);
        self.decided.push((end, HashSet::new()));
    }

    /// Sends what waits on its way, after the batch before it has arrived.
    ///
    /// # Errors
    ///
    /// What became of the batch before.
    pub(super) async fn send(&mut self) -> Result<(), ExecuteError> {
        self.arrived().await?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let commits = std::mem::replace(&mut self.waiting, Vec::with_capacity(self.batch));
        let end = self.decided.last().map_or(self.durable, |(end, _)| *end);
        let log = Arc::clone(&self.log);
        let handle = Handle::current();
        let write = move || {
            let appends = commits.iter().map(Salted::written).collect::<Result<Vec<_>, _>>()?;
            drop(commits);
            for receipt in handle.block_on(log.append_all(appends)) {
                receipt?;
            }
            Ok(())
        };
        self.under_way = Some((tokio::task::spawn_blocking(write), end));
        Ok(())
    }

    /// Waits until the batch that is on its way is durable.
    async fn arrived(&mut self) -> Result<(), ExecuteError> {
        let Some((batch, end)) = self.under_way.take() else { return Ok(()) };
        let doing = "writing a batch of an import on another thread";
        batch.await.unwrap_or_else(|source| Err(AppendError::Storage { doing, source: source.into() }.into()))?;
        self.durable = end;
        Ok(())
    }

    /// Makes everything durable that was taken.
    ///
    /// # Errors
    ///
    /// What the log did not take; what was durable before stays.
    pub(super) async fn finish(&mut self) -> Result<(), ExecuteError> {
        self.send().await?;
        self.arrived().await
    }

    /// Waits for what is on its way, and lets go of what waits.
    pub(super) async fn give_up(&mut self) {
        self.waiting.clear();
        // Why it is given up is told already.
        let _ = self.arrived().await;
    }
}
