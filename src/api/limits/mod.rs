//! How often one may ask: an account, however it proves itself; an address, for what nobody signs and
//! for proofs that are none. A proof that holds is never held up by what others do from its address: whole
//! ministries share one.

mod address;

use std::hash::BuildHasher as _;
use std::hash::Hash;
use std::hash::RandomState;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use governor::Quota;
use governor::RateLimiter;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;

use super::error::Problem;
use super::routing::MatchedRoute;
use super::settings::Settings;
use crate::clock::Clock;
use crate::domain::access::AccountNumber;
use crate::domain::network::Network;

pub use address::ProxyHeader;

/// Quotas are by the minute.
const WINDOW_SECONDS: u32 = 60;

/// Never counted.
pub(super) const ALIVE: [&str; 2] = ["/healthz", "/livez"];

const READY: &str = "/readyz";

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, StateInformationMiddleware>;

#[derive(Debug)]
pub struct Limits {
    clock: Ticks,
    accounts: Option<Limiter<AccountNumber>>,
    addresses: Option<Limiter<Crowd>>,
    /// Nobody can choose addresses that fall together.
    hasher: RandomState,
    proxies: Vec<Network>,
    proxy_header: ProxyHeader,
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Account(AccountNumber),
    Nobody,
}

/// Addresses that count as one: one of 65 536 crowds, so that memory is bounded whoever asks. Probes of
/// readiness are apart, so that what else comes from their address does not make us look unwell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Crowd {
    number: u16,
    is_probe: bool,
}

/// What is left to somebody, as the headers tell it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    policy: &'static str,
    quota: u32,
    left: u32,
    /// How long until a request is taken again; 0 when one is.
    wait_seconds: u32,
}

/// Our clock, as `governor` reads it.
#[derive(Clone, Debug)]
struct Ticks(Arc<dyn Clock>);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl Limits {
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
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

    /// `None` for what is not counted.
    pub(super) fn take(&self, request: &HttpRequest, who: Who) -> Option<Allowance> {
        match who {
            Who::Account(account) => Some(self.check(self.accounts.as_ref()?, "account", &account)),
            Who::Nobody => {
                let route = MatchedRoute::of(request).map(|route| route.path.as_str());
                if route.is_some_and(|route| ALIVE.contains(&route)) {
                    return None;
                }
                let limiter = self.addresses.as_ref()?;
                let number = self.crowd(request)?;
                let is_probe = route == Some(READY);
                Some(self.check(limiter, "address", &Crowd { number, is_probe }))
            }
        }
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &Limiter<K>,
        policy: &'static str,
        key: &K,
    ) -> Allowance {
        match limiter.check_key(key) {
            Ok(state) => {
                let quota = state.quota().burst_size().get();
                let left = state.remaining_burst_capacity();
                Allowance { policy, quota, left, wait_seconds: 0 }
            }
            Err(until) => {
                let now = governor::clock::Clock::now(&self.clock);
                let wait = until.wait_time_from(now).as_millis().div_ceil(1000);
                let wait_seconds = u32::try_from(wait).unwrap_or(u32::MAX).max(1);
                let quota = until.quota().burst_size().get();
                Allowance { policy, quota, left: 0, wait_seconds }
            }
        }
    }

    fn crowd(&self, request: &HttpRequest) -> Option<u16> {
        let peer = request.peer_addr()?.ip();
        let how = (self.proxies.as_slice(), self.proxy_header);
        let address = address::of_caller(peer, request.headers(), how);
        let [low, high, ..] = self.hasher.hash_one(household(address)).to_le_bytes();
        Some(u16::from_le_bytes([low, high]))
    }
}

impl Allowance {
    pub(super) fn check(self) -> Result<(), Problem> {
        if self.wait_seconds == 0 {
            return Ok(());
        }
        let Self { policy, quota, wait_seconds, .. } = self;
        Err(Problem::TooMany { policy, quota, wait_seconds })
    }

    pub(super) fn policy(self) -> &'static str {
        self.policy
    }

    /// As draft-ietf-httpapi-ratelimit-headers has them.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let Self { policy, quota, left, .. } = self;
        // A request comes back every so often, until all of them are there.
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

/// A subscriber of IPv6 has 2⁶⁴ addresses.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() & (u128::MAX << 64)).into()),
    }
}
