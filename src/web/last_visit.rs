//! When the reader was last here, so that the dashboard says what is new since. A cookie of the reader's browser holds it: the
//! start of this visit, and the one before.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use chrono::{DateTime, TimeDelta, Utc};

pub(super) const COOKIE: &str = "vigie_visit";

/// After so long without a page, another visit begins.
const BETWEEN_VISITS: TimeDelta = TimeDelta::hours(4);

/// How long a visit is remembered.
const REMEMBERED_DAYS: i64 = 400;

/// The visits that a browser remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visits {
    /// When the visit before this one began to end: its last page.
    pub(super) former: Option<DateTime<Utc>>,
    /// The last page of this visit.
    latest: DateTime<Utc>,
}

impl Visits {
    /// The visits as of a page that is asked for at `now`.
    pub(super) fn at(cookie: Option<&Cookie<'_>>, now: DateTime<Utc>) -> Self {
        let known = cookie.and_then(|cookie| cookie.value().split_once('.'));
        let instant = |text: &str| DateTime::from_timestamp(text.parse().ok()?, 0);
        let (former, latest) =
            known.map_or((None, None), |(former, latest)| (instant(former), instant(latest)));
        match latest.filter(|latest| *latest <= now) {
            Some(latest) if now - latest < BETWEEN_VISITS => Self { former, latest: now },
            Some(latest) => Self { former: Some(latest), latest: now },
            None => Self { former: None, latest: now },
        }
    }

    pub(super) fn cookie(self, is_secure: bool) -> Cookie<'static> {
        let former = self.former.map_or(String::new(), |former| former.timestamp().to_string());
        Cookie::build(COOKIE, format!("{former}.{}", self.latest.timestamp()))
            .path("/")
            .secure(is_secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::days(REMEMBERED_DAYS))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_visit_begins_after_hours_without_a_page() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap();
        let first = Visits::at(None, at(10));
        assert_eq!(first.former, None);
        let same = Visits::at(Some(&first.cookie(true)), at(12));
        assert_eq!(same.former, None);
        let second = Visits::at(Some(&same.cookie(true)), at(30));
        assert_eq!(second.former, Some(at(12)));
        assert_eq!(Visits::at(Some(&second.cookie(true)), at(31)).former, Some(at(12)));
        for broken in ["", ".", "x.y", "1.99999999999999999999"] {
            assert_eq!(Visits::at(Some(&Cookie::new(COOKIE, broken)), at(40)).former, None);
        }
    }
}
