//! Turns: threads that work on numbered pieces use a value one after the other, in the order of the
//! numbers.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct InOrder<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
}

#[derive(Debug)]
struct State<T> {
    value: T,
    /// The number whose turn it is.
    next: usize,
    stopped: bool,
}

impl<T> InOrder<T> {
    pub(super) fn new(value: T) -> Self {
        Self { state: Mutex::new(State { value, next: 0, stopped: false }), moved: Condvar::new() }
    }

    /// Waits for the turn of this number, then works. After an error nobody has a turn any more; `None`
    /// then.
    pub(super) fn turn<R, E>(
        &self,
        number: usize,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Option<Result<R, E>> {
        let mut state = self.lock();
        while state.next != number && !state.stopped {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped {
            return None;
        }
        let result = work(&mut state.value);
        state.next += 1;
        state.stopped = result.is_err();
        self.moved.notify_all();
        Some(result)
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    pub(super) fn into_inner(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).value
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
