//! Shares one query of changing state between all the callers that wait for it at the same time.

use std::sync::{Arc, Mutex as Held, PoisonError};

use tokio::sync::{Mutex, OnceCell};

/// One query serves all the callers that came before it began; while it runs, later callers wait
/// for the next one. So nobody gets a result older than their call.
#[derive(Debug)]
pub struct SingleFlight<T> {
    turn: Mutex<()>,
    gathering: Held<Arc<OnceCell<T>>>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { turn: Mutex::default(), gathering: Held::default() }
    }
}

impl<T: Clone> SingleFlight<T> {
    /// The result of this caller's query, or of another caller's. A failure is only returned to the
    /// caller whose query failed: the others query again.
    pub async fn share<E>(&self, look: impl AsyncFnOnce() -> Result<T, E>) -> Result<T, E> {
        let mine = Arc::clone(&self.gathering());
        let found = mine.get_or_try_init(async || {
            let _turn = self.turn.lock().await;
            // Callers that come from now on wait for the next query.
            *self.gathering() = Arc::default();
            look().await
        });
        found.await.cloned()
    }

    fn gathering(&self) -> std::sync::MutexGuard<'_, Arc<OnceCell<T>>> {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn a_query_serves_the_callers_that_came_before_it_began_and_no_later_one() {
        let (looks, begun, go) = (SingleFlight::default(), Notify::new(), Notify::new());
        let taken = AtomicU32::new(0);
        let look = async || {
            let number = taken.fetch_add(1, Ordering::Relaxed);
            begun.notify_one();
            go.notified().await;
            Ok::<u32, Infallible>(number)
        };
        let ask = || looks.share(look);
        let (first, later) = (ask(), async {
            begun.notified().await;
            let both = async { tokio::join!(ask(), ask(), ask()) };
            let let_go = async {
                go.notify_one();
                begun.notified().await;
                go.notify_one();
            };
            tokio::join!(both, let_go).0
        });
        let (first, later) = tokio::join!(first, later);
        assert_eq!(first, Ok(0));
        assert_eq!(later, (Ok(1), Ok(1), Ok(1)));
    }

    #[tokio::test]
    async fn a_look_that_fails_or_is_broken_off_is_taken_again() {
        let looks: Arc<SingleFlight<u32>> = Arc::default();
        assert_eq!(looks.share(async || Err("lost")).await, Err("lost"));
        let (begun, shared) = (Arc::new(Notify::new()), Arc::clone(&looks));
        let mut cut = JoinSet::new();
        let begun_by_first = Arc::clone(&begun);
        cut.spawn(async move {
            let never = async || {
                begun_by_first.notify_one();
                std::future::pending::<Result<u32, &str>>().await
            };
            shared.share(never).await
        });
        begun.notified().await;
        cut.shutdown().await;
        assert_eq!(looks.share(async || Ok::<u32, &str>(1)).await, Ok(1));
    }
}
