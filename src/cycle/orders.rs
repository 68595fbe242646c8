//! Requests for immediate work, passed from those who make them to the scheduler.

use thiserror::Error;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::run::CycleRequest;
use crate::domain::audit::Actor;
use crate::domain::job::JobName;
use crate::store::StoreError;

/// Requests that may wait; each takes one write to the database.
const WAITING: usize = 16;

/// The work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A job as its timetable would run it.
    Job(JobName),
    /// A cycle as a person requests it.
    Cycle(CycleRequest),
}

impl Errand {
    pub fn job(self) -> JobName {
        match self {
            Self::Job(job) => job,
            Self::Cycle(_) => JobName::Cycle,
        }
    }
}

/// The immediate answer to a request, before the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It begins, as the run with this number.
    Begun(i64),
    /// The same job is already running, as the run with this number.
    Busy(Option<i64>),
}

#[derive(Debug)]
pub struct Order {
    pub errand: Errand,
    pub actor: Actor,
    pub answer: oneshot::Sender<Result<Ordered, StoreError>>,
}

#[derive(Debug, Error)]
pub enum OrderError {
    #[error("the service stops, and begins nothing more")]
    Stopping,
    #[error("too many requests are waiting: try again later")]
    Overrun,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where requests are queued.
#[derive(Clone, Debug)]
pub struct Orders(mpsc::Sender<Order>);

impl Orders {
    pub fn channel() -> (Self, mpsc::Receiver<Order>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Queues a request, and waits until the work begins, not until it is done.
    pub async fn place(&self, errand: Errand, actor: Actor) -> Result<Ordered, OrderError> {
        let (answer, answered) = oneshot::channel();
        let order = Order { errand, actor, answer };
        self.0.try_send(order).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => OrderError::Overrun,
            mpsc::error::TrySendError::Closed(_) => OrderError::Stopping,
        })?;
        let ordered = answered.await.map_err(|_| OrderError::Stopping)?;
        Ok(ordered?)
    }
}
