//! The service, its jobs and settings, and the command line against a server.

pub(super) mod clients;
pub(super) mod command_line;
mod examples;
pub(super) mod exports;
mod figures_ready;
mod hosting;
pub(crate) mod jobs;
pub(super) mod logs;
mod manual;
mod package;
pub(super) mod readme;
mod remote;
pub(super) mod service;
pub(super) mod settings;
pub(super) mod telemetry;
