//! Why the service, or the application within the process, does not start or stop.

use thiserror::Error;

use crate::application::ApplicationError;
use crate::auth::SettingFault;
use crate::intake::SourceError;
use crate::notify::ChannelFault;
use crate::schedule::JobTimetableError;
use crate::store::StoreError;
use crate::support::bounded_http::BodyFault;
use crate::web::DsfrFault;

#[derive(Debug, Error)]
pub enum AppError {
    #[error(transparent)]
    Settings(#[from] super::config::ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Cycle(#[from] ApplicationError),
    #[error(transparent)]
    Channel(#[from] ChannelFault),
    #[error(transparent)]
    SignIn(#[from] SettingFault),
    #[error(transparent)]
    Dsfr(#[from] DsfrFault),
    #[error(transparent)]
    Timetable(#[from] JobTimetableError),
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
