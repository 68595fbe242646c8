//! Rate limits: per account for authenticated requests, per address for anonymous requests and invalid credentials. Requests
//! from the same address do not count against an authenticated caller, since whole ministries share one address.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::address;
use super::address::ProxyHeader;
use crate::api::problem::kinds::Problem;
use crate::api::route::MatchedRoute;
use crate::api::settings::ApiSettings;
use crate::domain::accounts::access::AccountNumber;
use crate::domain::accounts::network::Network;
use crate::support::clock::Clock;

/// Window of the quotas, in seconds.
const WINDOW_SECONDS: u32 = 60;

/// Paths that are not rate limited.
pub(in crate::api) const ALIVE: [&str; 2] = ["/healthz", "/livez"];

const READY: &str = "/readyz";

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, StateInformationMiddleware>;

#[derive(Debug)]
pub struct RateLimits {
    clock: Ticks,
    accounts: Option<Limiter<AccountNumber>>,
    addresses: Option<Limiter<AddressBucket>>,
    /// Random keys, so that clients cannot choose addresses that share a bucket.
    hasher: RandomState,
    proxies: Vec<Network>,
    proxy_header: ProxyHeader,
}

/// Whose quota a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Who {
    Account(AccountNumber),
    Nobody,
}

/// One of 65 536 buckets of addresses that share a quota, so that memory is bounded. Readiness probes have buckets of their
/// own, so that other requests from their address cannot make them fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct AddressBucket {
    number: u16,
    is_probe: bool,
}

/// The state of a quota, as reported in the response headers.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct RateLimitStatus {
    policy: &'static str,
    quota: u32,
    left: u32,
    /// Seconds until the next request is accepted; 0 if it is accepted now.
    wait_seconds: u32,
}

/// Adapts the service's clock to `governor`.
#[derive(Clone, Debug)]
struct Ticks(Arc<dyn Clock>);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl RateLimits {
    pub fn new(settings: &ApiSettings, clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks(clock);
        Self {
            accounts: limiter(settings.calls_per_minute, &clock),
            addresses: limiter(settings.open_calls_per_minute, &clock),
            clock,
            hasher: RandomState::new(),
            proxies: settings.proxies.clone(),
            proxy_header: settings.proxy_header,
        }
    }

    /// Counts a request. Returns the state of its quota, or `None` if the request is not rate limited.
    pub(in crate::api) fn take(&self, request: &HttpRequest, who: Who) -> Option<RateLimitStatus> {
        match who {
            Who::Account(account) => Some(self.check(self.accounts.as_ref()?, "account", &account)),
            Who::Nobody => {
                let route = MatchedRoute::of(request).map(|route| route.path.as_str());
                if route.is_some_and(|route| ALIVE.contains(&route)) {
                    return None;
                }
                let limiter = self.addresses.as_ref()?;
                let number = self.bucket(request)?;
                let is_probe = route == Some(READY);
                Some(self.check(limiter, "address", &AddressBucket { number, is_probe }))
            }
        }
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &Limiter<K>,
        policy: &'static str,
        key: &K,
    ) -> RateLimitStatus {
        match limiter.check_key(key) {
            Ok(state) => {
                let quota = state.quota().burst_size().get();
                let left = state.remaining_burst_capacity();
                RateLimitStatus { policy, quota, left, wait_seconds: 0 }
            }
            Err(until) => {
                let now = governor::clock::Clock::now(&self.clock);
                let wait = until.wait_time_from(now).as_millis().div_ceil(1000);
                let wait_seconds = u32::try_from(wait).unwrap_or(u32::MAX).max(1);
                let quota = until.quota().burst_size().get();
                RateLimitStatus { policy, quota, left: 0, wait_seconds }
            }
        }
    }

    fn bucket(&self, request: &HttpRequest) -> Option<u16> {
        let peer = request.peer_addr()?.ip();
        let how = (self.proxies.as_slice(), self.proxy_header);
        let address = address::of_caller(peer, request.headers(), how);
        let [low, high, ..] = self.hasher.hash_one(prefix_of_subscriber(address)).to_le_bytes();
        Some(u16::from_le_bytes([low, high]))
    }
}

impl RateLimitStatus {
    pub(in crate::api) fn check(self) -> Result<(), Problem> {
        if self.wait_seconds == 0 {
            return Ok(());
        }
        let Self { policy, quota, wait_seconds, .. } = self;
        Err(Problem::TooMany { policy, quota, wait_seconds })
    }

    pub(in crate::api) fn policy(self) -> &'static str {
        self.policy
    }

    /// Sets the headers `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    pub(in crate::api) fn add_headers(self, headers: &mut HeaderMap) {
        let Self { policy, quota, left, .. } = self;
        // The quota refills evenly over the window.
        let gone = u64::from(quota.saturating_sub(left)) * u64::from(WINDOW_SECONDS);
        let whole_in = gone.div_ceil(u64::from(quota.max(1)));
        let limit = format!("\"{policy}\";r={left};t={whole_in}");
        let terms = format!("\"{policy}\";q={quota};w={WINDOW_SECONDS}");
        for (name, value) in [(LIMIT, limit), (POLICY, terms)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(a_minute: u32, clock: &Ticks) -> Option<Limiter<K>> {
    let quota = Quota::per_minute(NonZeroU32::new(a_minute)?);
    Some(RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()))
}

/// The /64 prefix of an IPv6 address, since one subscriber has all its addresses; an IPv4 address as it is.
fn prefix_of_subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() & (u128::MAX << 64)).into()),
    }
}
