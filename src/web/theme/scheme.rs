//! The colours in which somebody reads pages. A cookie of the reader's browser holds the choice, and nothing about the reader.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::words::words;

const COOKIE: &str = "vigie_scheme";

/// How long a choice is remembered.
const REMEMBERED_DAYS: i64 = 400;

words! {
    /// A colour scheme, in the words of the DSFR's attribute `data-fr-scheme`.
    pub(in crate::web) enum ColourScheme, "a colour scheme" {
        System = "system" => "Celui du système",
        Light = "light" => "Clair",
        Dark = "dark" => "Sombre",
    }
}

impl ColourScheme {
    /// Name of the cookie, for requests.
    pub(in crate::web) const fn cookie_name() -> &'static str {
        COOKIE
    }

    /// The choice that a browser remembers; that of the system where it remembers none.
    pub(in crate::web) fn of(cookie: Option<&Cookie<'_>>) -> Self {
        cookie.and_then(|cookie| cookie.value().parse().ok()).unwrap_or(Self::System)
    }

    /// The cookie that remembers the choice, or that forgets the one before.
    pub(in crate::web) fn cookie(self, is_secure: bool) -> Cookie<'static> {
        let days = if self == Self::System { 0 } else { REMEMBERED_DAYS };
        Cookie::build(COOKIE, self.as_str())
            .path("/")
            .secure(is_secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::days(days))
            .finish()
    }

    /// What browsers draw themselves, such as scroll bars: the content of `<meta name="color-scheme">`.
    pub(in crate::web) const fn of_controls(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
