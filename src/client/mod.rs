//! The API as commands call it, whether a server or this process answers.

mod address;
mod api_client;
mod fault;
mod http;
mod transport;

pub use address::Address;
pub use api_client::ApiClient;
pub use api_client::Tagged;
pub use fault::Problem;
pub use fault::ProblemError;
pub use fault::Refusal;
pub use fault::RemoteFault;
pub use http::HttpTransport;
pub use http::PlainHttp;
pub use transport::Request;
pub use transport::Response;
pub use transport::Sending;
pub use transport::Transport;
