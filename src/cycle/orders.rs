//! What people ask to be done now, carried from whoever is asked to whoever does it.

use thiserror::Error;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::run::CycleRequest;
use crate::domain::audit::Actor;
use crate::domain::job::JobName;
use crate::store::StoreError;

/// Orders that wait to be looked at; each takes one write to the database.
const WAITING: usize = 16;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// As its timetable would have it.
    Job(JobName),
    /// As a person asks for it.
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

/// What came of an order, before it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It begins, under that number.
    Begun(i64),
    /// The same job already runs, under that number.
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
    #[error("too much was asked for at once: ask again in a while")]
    Overrun,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where orders are placed.
#[derive(Clone, Debug)]
pub struct Orders(mpsc::Sender<Order>);

impl Orders {
    pub fn channel() -> (Self, mpsc::Receiver<Order>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Waits until it begins, not until it is done.
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
