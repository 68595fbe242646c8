//! Requests for immediate work, passed from those who make them to the scheduler.

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::application::cycle::run::CycleRequest;
use crate::domain::accounts::audit::Actor;
use crate::domain::operation::job::JobName;
use crate::store::StoreError;

/// Requests that may wait; each takes one write to the database.
const WAITING: usize = 16;

/// The work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobRequest {
    /// A job as its timetable would run it.
    Job(JobName),
    /// A cycle as a person requests it.
    Cycle(CycleRequest),
}

impl JobRequest {
    pub fn job(self) -> JobName {
        match self {
            Self::Job(job) => job,
            Self::Cycle(_) => JobName::Cycle,
        }
    }
}

/// The immediate answer to a request, before the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It begins, as the run with this number.
    Begun(i64),
    /// The same job is already running, as the run with this number.
    Busy(Option<i64>),
}

#[derive(Debug)]
pub struct QueuedJob {
    pub job_request: JobRequest,
    pub actor: Actor,
    pub answer: oneshot::Sender<Result<Enqueued, StoreError>>,
}

#[derive(Debug, Error)]
pub enum EnqueueError {
    #[error("the service stops, and begins nothing more")]
    Stopping,
    #[error("too many requests are waiting: try again later")]
    Overrun,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where requests are queued.
#[derive(Clone, Debug)]
pub struct JobQueue(mpsc::Sender<QueuedJob>);

impl JobQueue {
    pub fn channel() -> (Self, mpsc::Receiver<QueuedJob>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Queues a request, and waits until the work begins, not until it is done.
    pub async fn place(
        &self,
        job_request: JobRequest,
        actor: Actor,
    ) -> Result<Enqueued, EnqueueError> {
        let (answer, answered) = oneshot::channel();
        let order = QueuedJob { job_request, actor, answer };
        self.0.try_send(order).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => EnqueueError::Overrun,
            mpsc::error::TrySendError::Closed(_) => EnqueueError::Stopping,
        })?;
        let ordered = answered.await.map_err(|_| EnqueueError::Stopping)?;
        Ok(ordered?)
    }
}
