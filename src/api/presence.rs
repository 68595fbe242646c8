//! Whether the client of a connection is still there, so that work which only they wait for can stop.

use actix_web::HttpRequest;
use tokio_util::sync::CancellationToken;

/// Of one connection, told by whoever reads it: a client that has sent the end of its stream, or whose connection is
/// over, waits for nothing more. That is how proxies and most HTTP servers take it too.
#[derive(Clone, Debug, Default)]
pub struct Presence(CancellationToken);

impl Presence {
    /// The client is gone.
    pub fn leave(&self) {
        self.0.cancel();
    }
}

/// Cancelled once the client is gone, and by nothing that is done to the token itself beyond it.
pub(super) fn client_gone(request: &HttpRequest) -> CancellationToken {
    request
        .conn_data::<Presence>()
        .map_or_else(CancellationToken::new, |presence| presence.0.child_token())
}
