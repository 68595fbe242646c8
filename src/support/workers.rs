//! Splits work over as many threads as there are processors.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Stack of a worker thread, in bytes. The limit on call levels stops deep recursion long before it
/// is full.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Applies `work` to each piece. Results are in the order of the pieces, whichever thread did them.
pub fn run_in_parallel<P: Send, R: Send>(
    pieces: impl IntoIterator<Item = P>,
    work: impl Fn(P) -> R + Sync,
) -> Vec<R> {
    let waiting: Mutex<VecDeque<(usize, P)>> = Mutex::new(pieces.into_iter().enumerate().collect());
    let done = Mutex::new(BTreeMap::new());
    let next = || lock(&waiting).pop_front();
    let work_until_empty = || {
        while let Some((number, piece)) = next() {
            let result = work(piece);
            lock(&done).insert(number, result);
        }
    };
    let count = lock(&waiting).len();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..workers.min(count) {
            // If the system refuses another thread, the existing ones do the work.
            let builder = thread::Builder::new().stack_size(STACK_BYTES);
            if builder.spawn_scoped(scope, work_until_empty).is_err() {
                break;
            }
        }
    });
    // Does the remaining work here: all of it if no thread could be started.
    work_until_empty();
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
