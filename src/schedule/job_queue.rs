//! Handles requests for immediate work, outside the timetables: each begins at once, is answered,
//! and then runs.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tracing::error;

use super::runner::{JobStart, Runner};
use crate::application::{Enqueued, QueuedJob};
use crate::domain::operation::job::Call;
use crate::store::StoreError;

/// Handles requests until `stop` is true. A job that is running then finishes, or stops where it
/// can; a request that was not yet handled gets no answer.
pub async fn run_job_queue(
    runner: Arc<Runner>,
    mut queue: mpsc::Receiver<QueuedJob>,
    stop: watch::Receiver<bool>,
) {
    let mut under_way = JoinSet::new();
    let mut stopped = stop.clone();
    loop {
        tokio::select! {
            biased;
            () = async { drop(stopped.wait_for(|stopped| *stopped).await) } => break,
            Some(queued) = queue.recv() => take(&runner, queued, &stop, &mut under_way).await,
            Some(ended) = under_way.join_next() => note(&ended),
        }
    }
    while let Some(ended) = under_way.join_next().await {
        note(&ended);
    }
}

async fn take(
    runner: &Arc<Runner>,
    queued: QueuedJob,
    stop: &watch::Receiver<bool>,
    under_way: &mut JoinSet<Result<(), StoreError>>,
) {
    let QueuedJob { job_request, actor, answer } = queued;
    let begun =
        runner.begin(job_request, &Call::of(actor)).await.map(|beginning| match beginning {
            JobStart::Granted(begun) => {
                let run = begun.run;
                let (runner, stop) = (Arc::clone(runner), stop.clone());
                under_way
                    .spawn(async move { runner.finish_and_follow(begun, &stop).await.map(drop) });
                Enqueued::Begun(run)
            }
            JobStart::Held { run, .. } => Enqueued::Busy(run),
            // Only happens to firings.
            JobStart::Already => Enqueued::Busy(None),
        });
    // The caller may be gone: the work is done all the same, and its result can be read.
    drop(answer.send(begun));
}

fn note(ended: &Result<Result<(), StoreError>, JoinError>) {
    let fault: Option<&dyn std::error::Error> = match ended {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(fault) => Some(fault),
    };
    if let Some(cause) = fault {
        error!(error = cause, "The result of a requested run cannot be recorded");
    }
}
