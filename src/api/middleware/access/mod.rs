//! Authentication and authorization.

pub(in crate::api) mod cookies;
mod credentials;
pub(in crate::api) mod denial_throttle;
pub(in crate::api) mod guard;
pub(in crate::api) mod local;
pub(in crate::api) mod own_path;
pub(in crate::api) mod permissions;
pub(in crate::api) mod session_cookie;
pub(in crate::api) mod sign_in;
