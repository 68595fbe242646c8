//! What a route requires of its caller.

use crate::domain::accounts::access::Permission;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// No authentication; the handler sees no project.
    Anonymous,
    /// An account with this permission, and the data that the response covers.
    Account(Permission, DataScope),
}

/// The data that a response covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataScope {
    /// What the caller's account may see; the store filters out the rest.
    Own,
    /// All ministries; accounts limited to some are refused.
    WholeState,
}

impl Requirement {
    /// The scopes listed in the OpenAPI document for each security scheme: the permission, then the data scope. Empty for
    /// routes open to anonymous callers.
    pub(in crate::api) fn security_scopes(self) -> Vec<&'static str> {
        match self {
            Self::Anonymous => Vec::new(),
            Self::Account(permission, DataScope::Own) => vec![permission.as_str(), "own_data"],
            Self::Account(permission, DataScope::WholeState) => {
                vec![permission.as_str(), "whole_state"]
            }
        }
    }
}

pub(crate) const fn anonymous() -> Requirement {
    Requirement::Anonymous
}

pub(crate) const fn own(permission: Permission) -> Requirement {
    Requirement::Account(permission, DataScope::Own)
}

pub(crate) const fn whole(permission: Permission) -> Requirement {
    Requirement::Account(permission, DataScope::WholeState)
}
