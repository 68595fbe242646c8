//! The caller of an application that only a command of this process reaches, without any connection.

use std::collections::BTreeSet;

use crate::domain::accounts::access::{AccountNumber, Caller, ProvedBy, Role, Scope};
use crate::domain::accounts::audit::{Actor, ActorError};

/// The person who runs a command next to the database. They could write the file itself, so every role and the
/// whole scope are theirs; their name is marked as unproved wherever it is stored.
///
/// It is registered with the application that a command calls, and never with the one that listens on a port.
#[derive(Debug)]
pub struct LocalCaller {
    caller: Caller,
    /// Why the command names no person who can decide.
    unnamed: Option<ActorError>,
}

impl LocalCaller {
    /// The caller called `name`, who decides nothing when that is no name of a person: see `Actor::local`.
    pub fn named(name: &str) -> Self {
        let unnamed = Actor::person(name).err();
        let name = Actor::local(name).unwrap_or_else(|_| Actor::local_vigie());
        let roles: BTreeSet<Role> = Role::ALL.into_iter().collect();
        let (account, scope, proof) = (AccountNumber(0), Scope::Whole, ProvedBy::Local);
        Self { caller: Caller { account, name, roles, scope, proof }, unnamed }
    }

    pub(in crate::api) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(in crate::api) fn unnamed(&self) -> Option<&ActorError> {
        self.unnamed.as_ref()
    }
}
