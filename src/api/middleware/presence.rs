//! Detects that a client has disconnected, so that work done only for it can be stopped.

use actix_web::HttpRequest;
use tokio_util::sync::CancellationToken;

/// The client of one connection. A client that has closed its end of the connection, or both, no longer waits for
/// responses; proxies and most HTTP servers make the same assumption. Set by the code that reads the connection.
#[derive(Clone, Debug, Default)]
pub struct Presence(CancellationToken);

impl Presence {
    /// Records that the client has disconnected.
    pub fn leave(&self) {
        self.0.cancel();
    }
}

/// A token that is cancelled once the client has disconnected. Cancelling it affects nothing else.
pub(in crate::api) fn client_gone(request: &HttpRequest) -> CancellationToken {
    request
        .conn_data::<Presence>()
        .map_or_else(CancellationToken::new, |presence| presence.0.child_token())
}
