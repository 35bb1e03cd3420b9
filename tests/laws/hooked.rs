//! A log in memory on which something else happens beside what it is asked.

use std::sync::Arc;

use async_trait::async_trait;
use servanda::log::{
    Append, AppendError, CommandId, EventLog, Heard, MemoryLog, Position, ReadError, Receipt, Recorded, Replacement,
    StreamId, StreamVersion,
};

/// What a log is asked before it answers.
pub(crate) enum Question {
    /// Where it ends, what it holds from a position on, or how far a stream is.
    Other,
    /// What it holds of a stream.
    Stream(StreamId),
}

/// What happens beside.
#[async_trait]
pub(crate) trait Hook: Send + Sync {
    /// Before a question is answered.
    async fn asked(&self, question: Question);

    /// After a commit was appended, before its receipt is handed out.
    fn appended(&self) -> Result<(), AppendError> {
        Ok(())
    }
}

pub(crate) struct Hooked<H> {
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) hook: H,
}

#[async_trait]
impl<H: Hook> EventLog for Hooked<H> {
    async fn append(&self, commit: Append) -> Result<Receipt, AppendError> {
        let receipt = self.log.append(commit).await?;
        self.hook.appended().map(|()| receipt)
    }

    async fn append_all(&self, commits: Vec<Append>) -> Vec<Result<Receipt, AppendError>> {
        self.log.append_all(commits).await
    }

    async fn append_replacing(
        &self,
        commit: Append,
        replaced: Vec<Replacement>,
        heard: Heard,
    ) -> Result<Receipt, AppendError> {
        self.log.append_replacing(commit, replaced, heard).await
    }

    async fn read(&self, from: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.hook.asked(Question::Other).await;
        self.log.read(from, limit).await
    }

    async fn read_stream(&self, stream: StreamId, after_seq: u64, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.hook.asked(Question::Stream(stream)).await;
        self.log.read_stream(stream, after_seq, limit).await
    }

    async fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError> {
        self.hook.asked(Question::Other).await;
        self.log.version(stream).await
    }

    async fn end(&self) -> Result<Position, ReadError> {
        self.hook.asked(Question::Other).await;
        self.log.end().await
    }

    async fn last_recorded_at(&self) -> Result<Option<i64>, ReadError> {
        self.log.last_recorded_at().await
    }

    async fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError> {
        self.log.find(command).await
    }

    async fn wait_beyond(&self, position: Position) -> Result<Position, ReadError> {
        self.log.wait_beyond(position).await
    }

    async fn close(&self) -> Result<(), AppendError> {
        self.log.close().await
    }
}
