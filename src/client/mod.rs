//! A server of Vigie, spoken to over its API: with a token, over a line that nobody else reads, and within
//! bounds.

mod address;
mod fault;
mod remote;

pub use address::Address;
pub use fault::Problem;
pub use fault::ProblemError;
pub use fault::Refusal;
pub use fault::RemoteFault;
pub use remote::Answered;
pub use remote::PlainHttp;
pub use remote::Remote;
