//! What people ask for now, beside the timetables: begun at once, answered, and carried out meanwhile.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::task::JoinSet;
use tracing::error;

use super::runner::Beginning;
use super::runner::Runner;
use crate::cycle::Order;
use crate::cycle::Ordered;
use crate::domain::job::Call;
use crate::store::StoreError;

/// Until `stop` turns true. What is under way then is let finish, or stops where it may; an order that
/// was not looked at is not answered.
pub async fn take_orders(
    runner: Arc<Runner>,
    mut orders: mpsc::Receiver<Order>,
    stop: watch::Receiver<bool>,
) {
    let mut under_way = JoinSet::new();
    let mut told = stop.clone();
    loop {
        tokio::select! {
            biased;
            () = async { drop(told.wait_for(|told| *told).await) } => break,
            Some(order) = orders.recv() => take(&runner, order, &stop, &mut under_way).await,
            Some(ended) = under_way.join_next() => note(&ended),
        }
    }
    while let Some(ended) = under_way.join_next().await {
        note(&ended);
    }
}

async fn take(
    runner: &Arc<Runner>,
    order: Order,
    stop: &watch::Receiver<bool>,
    under_way: &mut JoinSet<Result<(), StoreError>>,
) {
    let Order { errand, actor, answer } = order;
    let begun = runner.begin(errand, &Call::of(actor)).await.map(|beginning| match beginning {
        Beginning::Granted(begun) => {
            let run = begun.run;
            let (runner, stop) = (Arc::clone(runner), stop.clone());
            under_way.spawn(async move { runner.finish(begun, &stop).await.map(drop) });
            Ordered::Begun(run)
        }
        Beginning::Held { run, .. } => Ordered::Busy(run),
        // Said of firings only.
        Beginning::Already => Ordered::Busy(None),
    });
    // Whoever asked may be gone: what they asked for is done all the same, and can be looked up.
    drop(answer.send(begun));
}

fn note(ended: &Result<Result<(), StoreError>, JoinError>) {
    let fault: Option<&dyn std::error::Error> = match ended {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(fault) => Some(fault),
    };
    if let Some(cause) = fault {
        error!(error = cause, "What came of a run that was asked for cannot be written down");
    }
}
