//! Work in pieces, side by side on as many threads as there are processors.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;

/// Deep recursion is stopped by the limit of call levels long before this stack is full.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// What the work makes of each piece, in the order of the pieces, whoever did them.
pub(super) fn side_by_side<P: Send, R: Send>(
    pieces: impl IntoIterator<Item = P>,
    work: impl Fn(P) -> R + Sync,
) -> Vec<R> {
    let waiting: Mutex<VecDeque<(usize, P)>> = Mutex::new(pieces.into_iter().enumerate().collect());
    let done = Mutex::new(BTreeMap::new());
    let next = || lock(&waiting).pop_front();
    let until_none_is_left = || {
        while let Some((number, piece)) = next() {
            let made = work(piece);
            lock(&done).insert(number, made);
        }
    };
    let count = lock(&waiting).len();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..workers.min(count) {
            // Where the system has no thread left, the others do the work.
            let builder = thread::Builder::new().stack_size(STACK_BYTES);
            if builder.spawn_scoped(scope, until_none_is_left).is_err() {
                break;
            }
        }
    });
    // Nothing is left, unless not one thread could be had.
    until_none_is_left();
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
