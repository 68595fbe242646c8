//! Servers that tests run: mail, webhooks, identity provider.

pub(crate) mod flaky_smtp;
pub(crate) mod mail;
pub(crate) mod provider;
pub(crate) mod raw_http;
pub(crate) mod reception;
pub(crate) mod wire;
