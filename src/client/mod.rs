//! The API as commands call it, whether a server or this process answers.

mod address;
mod api_client;
mod fault;
mod http;
mod transport;

pub use address::Address;
pub use api_client::{ApiClient, Tagged};
pub use fault::{Refusal, RemoteFault, ServerProblem, ServerProblemError};
pub use http::{HttpTransport, PlainHttp};
pub use transport::{ApiRequest, Response, Sending, Transport};
