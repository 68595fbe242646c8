//! The service's cookies, and how the one of a session is signed.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieBuilder, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::store::Credential;

pub(super) const SESSION: &str = "vigie_session";

/// Settings of the service's cookies.
#[derive(Debug)]
pub struct Cookies {
    /// Whether Vigie is served over https; cookies then carry the attribute `Secure`.
    pub secure: bool,
    /// Lifetime of a session, in hours.
    pub hours: u32,
    /// Key that signs session cookies, so that a forged one is refused before the database is read.
    pub key: Credential,
}

impl Cookies {
    /// The session cookie. Browsers send it when a link on another site or in a mail is followed, but not with changes
    /// that another site submits.
    pub(crate) fn of_session(&self, secret: &Credential) -> Cookie<'static> {
        own_cookie(SESSION, self.signed(secret.reveal()), "/")
            .secure(self.secure)
            .max_age(Duration::hours(self.hours.into()))
            .finish()
    }

    fn signed(&self, text: &str) -> String {
        let signature = self.keyed(text).map(|keyed| keyed.finalize().into_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
    }

    /// The session secret, if the cookie's signature is valid. Signatures are compared in constant time.
    pub(super) fn read(&self, value: &str) -> Option<Credential> {
        let (text, signature) = value.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.keyed(text)?.verify_slice(&signature).ok()?;
        Some(Credential::presented(text))
    }

    /// HMAC of the cookie's name and `text`. HMAC accepts keys of any length, so this is never `None`.
    fn keyed(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut keyed = Hmac::<Sha256>::new_from_slice(self.key.reveal().as_bytes()).ok()?;
        keyed.update(SESSION.as_bytes());
        keyed.update(text.as_bytes());
        Some(keyed)
    }
}

/// A cookie that makes the browser delete its session cookie.
pub(crate) fn no_session_cookie() -> Cookie<'static> {
    expired_cookie(SESSION, "/")
}

/// A cookie that scripts cannot read.
pub(crate) fn own_cookie(
    name: &'static str,
    value: String,
    path: &'static str,
) -> CookieBuilder<'static> {
    Cookie::build(name, value).path(path).http_only(true).same_site(SameSite::Lax)
}

pub(crate) fn expired_cookie(name: &'static str, path: &'static str) -> Cookie<'static> {
    own_cookie(name, String::new(), path).max_age(Duration::ZERO).finish()
}
