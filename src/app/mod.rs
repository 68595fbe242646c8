//! Settings, logs, and starting and stopping the service.

pub mod config;
mod in_process;
mod patience;
mod service;
mod settings_fault;
mod sockets;
pub mod telemetry;

use thiserror::Error;

use crate::bounded_http::BodyFault;
use crate::cycle::CycleError;
use crate::notify::ChannelFault;
use crate::schedule::TimetableError;
use crate::sign_in::SettingFault;
use crate::sources::SourceError;
use crate::store::StoreError;

pub use in_process::InProcess;
pub use service::INVITED;
pub use service::Running;
pub use service::check;
pub use service::healthcheck;
pub use service::runner;
pub use service::setup_link;
pub use service::start;
pub use service::stop_signal;
pub use settings_fault::SettingsFault;

#[derive(Debug, Error)]
pub enum AppError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Channel(#[from] ChannelFault),
    #[error(transparent)]
    SignIn(#[from] SettingFault),
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    #[error("listen on `{address}`, the setting `listen`")]
    Listen { address: String, source: std::io::Error },
    #[error("serve the API")]
    Serve(#[source] std::io::Error),
    #[error("the application cannot be put together")]
    Unassembled,
    #[error("the service was stopped at once")]
    Stopped(#[from] tokio::task::JoinError),
    #[error("wait for a signal to stop")]
    Signal(#[source] std::io::Error),
    #[error("connect to {url}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("read the response of {url}")]
    Unread { url: String, source: BodyFault },
    #[error("{url} responded {status}: {body}")]
    NotReady { url: String, status: u16, body: String },
}
