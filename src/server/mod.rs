//! Settings, logs, and starting and stopping the service.

mod app_error;
pub mod config;
mod idle_timeout;
mod in_process;
mod service;
mod settings_fault;
mod sockets;
pub mod telemetry;

pub use app_error::AppError;
pub use in_process::InProcess;
pub use service::{
    INVITED, Running, check, healthcheck, home, runner, setup_link, start, stop_signal,
};
pub use settings_fault::SettingsFault;
