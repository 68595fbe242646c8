//! Values that are worked out once: for good, or for the last state of what they depend on.

use std::sync::{Mutex, PoisonError};

/// The last value, with the state that it is of.
#[derive(Debug)]
pub(in crate::application) struct Latest<S, V>(Mutex<Option<(S, V)>>);

impl<S, V> Default for Latest<S, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<S: Clone + PartialEq, V: Clone> Latest<S, V> {
    /// The value, if it is of this state.
    pub(in crate::application) fn of(&self, state: &S) -> Option<V> {
        let last = self.last()?;
        (last.0 == *state).then_some(last.1)
    }

    /// The last value, with its state.
    pub(in crate::application) fn last(&self) -> Option<(S, V)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::application) fn set(&self, state: S, value: V) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((state, value));
    }
}

/// A value that is worked out once; those who come meanwhile wait for it. To be used on threads that may block.
#[derive(Debug)]
pub(in crate::application) struct Once<V>(Mutex<Option<V>>);

impl<V> Default for Once<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Once<V> {
    /// A copy of the value, if it has been worked out.
    pub(in crate::application) fn at_hand(&self) -> Option<V> {
        self.0.try_lock().ok()?.clone()
    }

    /// A copy of the value. Where it cannot be worked out, the next call tries again.
    pub(in crate::application) fn get<E>(
        &self,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = place.as_ref() {
            return Ok(value.clone());
        }
        let value = make()?;
        *place = Some(value.clone());
        Ok(value)
    }
}
