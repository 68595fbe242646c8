//! Sends webhooks as specified by Standard Webhooks: signed, without following redirections, and
//! not to private addresses.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};
use sha2::Sha256;

use super::address_guard::may_reach;
use crate::domain::accounts::network::Network;
use crate::domain::messages::notice::{Content, Notice};
use crate::notify::fault::ChannelFault;
use crate::notify::retry::{Blame, DeliveryAttempt, FailureReason};
use crate::notify::settings::WebhookSettings;

/// Prefix of a secret in Standard Webhooks.
const SECRET_PREFIX: &str = "whsec_";

/// Size of a decoded secret, in bytes.
const SECRET_SIZE: std::ops::RangeInclusive<usize> = 24..=64;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest body that every receiver accepts, in bytes; a longer explanation is cut, with a link to
/// the rest.
const LARGEST_BODY: usize = 20_000;

pub struct Endpoint {
    url: Url,
    keys: Vec<Vec<u8>>,
    allowed: Arc<[Network]>,
    client: reqwest::Client,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Endpoint {
    pub fn new(settings: &WebhookSettings) -> Result<Self, ChannelFault> {
        let setting = |key: &str| format!("webhooks.{}.{key}", settings.name);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if settings.name.is_empty() || !settings.name.chars().all(plain) {
            let what =
                format!("found `{}`, expected letters, digits, `-`, `_`, `.`", settings.name);
            return Err(ChannelFault::new("webhooks.name", what));
        }
        let url = Url::parse(&settings.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        let url = url.ok_or_else(|| {
            ChannelFault::new(setting("url"), "expected an address such as `https://host/path`")
        })?;
        if settings.secrets.is_empty() {
            let what = "found none, expected one, or two while one replaces the other";
            return Err(ChannelFault::new(setting("secrets"), what));
        }
        let keys = settings
            .secrets
            .iter()
            .map(|secret| key(secret.reveal()))
            .collect::<Result<_, _>>()
            .map_err(|what| ChannelFault::new(setting("secrets"), what))?;
        let allowed: Arc<[Network]> = settings
            .allow
            .iter()
            .map(|network| network.parse())
            .collect::<Result<_, String>>()
            .map_err(|what| ChannelFault::new(setting("allow"), what))?;
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            // A proxy would resolve names itself.
            .no_proxy()
            .dns_resolver(Arc::new(Guard { allowed: Arc::clone(&allowed) }))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(Duration::from_secs(settings.timeout_seconds.max(1)))
            .user_agent(concat!("Vigie/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ChannelFault::new(setting("url"), error.to_string()))?;
        Ok(Self { url, keys, allowed, client })
    }

    pub async fn send(&self, notice: &Notice, now: DateTime<Utc>) -> DeliveryAttempt {
        let Content::Post { media_type, body } = &notice.content else {
            let what = "found a notice for people, expected one for a program";
            return DeliveryAttempt::give_up(FailureReason::Unfit, what);
        };
        if body.len() > LARGEST_BODY {
            let what =
                format!("found a body of {} bytes, expected at most {LARGEST_BODY}", body.len());
            return DeliveryAttempt::give_up(FailureReason::Unfit, what);
        }
        if let Some(address) = literal(&self.url)
            && !may_reach(address, &self.allowed)
        {
            return DeliveryAttempt::channel_failed(FailureReason::Settings, Refused.to_string());
        }
        let timestamp = now.timestamp();
        let id = notice.id.as_str();
        let signatures: Vec<String> =
            self.keys.iter().map(|key| sign(key, id, timestamp, body)).collect();
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", media_type.as_str())
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body(body.clone());
        match request.send().await {
            Ok(answer) => judged(answer.status(), answer.headers(), now),
            Err(error) => failed(&error),
        }
    }
}

/// The `v1` signature of one attempt: HMAC-SHA256 over `id.timestamp.body`, in base64, as Standard
/// Webhooks specifies.
pub fn sign(key: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let signed = Hmac::<Sha256>::new_from_slice(key).map(|mut hmac| {
        hmac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        STANDARD.encode(hmac.finalize().into_bytes())
    });
    // HMAC accepts keys of any length.
    format!("v1,{}", signed.unwrap_or_default())
}

fn key(secret: &str) -> Result<Vec<u8>, &'static str> {
    let expected = "expected `whsec_` and 24 to 64 bytes in base64";
    let encoded = secret.strip_prefix(SECRET_PREFIX).ok_or(expected)?;
    let key = STANDARD.decode(encoded).map_err(|_| expected)?;
    if SECRET_SIZE.contains(&key.len()) { Ok(key) } else { Err(expected) }
}

/// Only a 2xx is a success, so a redirection is a failure. A refusal is attributed to the notice,
/// except those that concern the sender (not authorized, too many requests). A server error may be
/// due to either.
pub(in crate::notify) fn judged(
    status: StatusCode,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> DeliveryAttempt {
    let detail = status.as_u16().to_string();
    let after = retry_after(headers, now);
    let (reason, blame) = match status {
        status if status.is_success() => return DeliveryAttempt::Delivered,
        StatusCode::GONE => {
            return DeliveryAttempt::give_up(FailureReason::Gone, "410: wants nothing more");
        }
        StatusCode::TOO_MANY_REQUESTS => (FailureReason::RateLimited, Blame::Channel),
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            (FailureReason::AuthError, Blame::Channel)
        }
        StatusCode::FORBIDDEN => (FailureReason::AuthError, Blame::Unclear),
        StatusCode::REQUEST_TIMEOUT => (FailureReason::ServerError, Blame::Unclear),
        status if status.is_server_error() => (FailureReason::ServerError, Blame::Unclear),
        _ => return DeliveryAttempt::Retry { after, reason: FailureReason::ClientError, detail },
    };
    DeliveryAttempt::ChannelFailed { after, reason, detail, blame }
}

/// The `Retry-After` header: in seconds, or as a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    (date.to_utc() - now).to_std().ok()
}

pub(in crate::notify) fn failed(error: &reqwest::Error) -> DeliveryAttempt {
    let detail = deepest(error);
    if error.is_builder() {
        DeliveryAttempt::give_up(FailureReason::Unfit, "it cannot be written as a request")
    } else if error.is_connect() {
        // The name does not resolve, nobody answers, or the certificate is not valid.
        DeliveryAttempt::channel_failed(FailureReason::Unreachable, detail)
    } else if error.is_timeout() {
        DeliveryAttempt::perhaps_channel_failed(FailureReason::Timeout, detail)
    } else {
        DeliveryAttempt::perhaps_channel_failed(FailureReason::Interrupted, detail)
    }
}

/// The innermost cause: the outer ones repeat the address, which may hold a secret.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if std::ptr::eq(cause, std::ptr::from_ref(error)) {
        return "the exchange broke down".to_owned();
    }
    cause.to_string()
}

/// The IP address in a URL, which is never resolved and so never reaches the guard.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// A resolver that only returns allowed addresses, at each lookup.
struct Guard {
    allowed: Arc<[Network]>,
}

#[derive(Debug, thiserror::Error)]
#[error("leads to a private address, which no setting `allow` lets in")]
struct Refused;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> =
                found.filter(|address| may_reach(address.ip(), &allowed)).collect();
            if found.is_empty() {
                return Err(Refused.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::secret::Secret;

    /// The example given in the specification of Standard Webhooks.
    #[test]
    fn a_signature_is_that_of_the_specifications_example() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn an_endpoint_that_cannot_be_used_is_refused_with_what_was_expected() {
        let fault = |url: &str, secret: &str, allow: &str| {
            let settings = WebhookSettings {
                name: "supervision".to_owned(),
                url: url.to_owned(),
                secrets: vec![Secret::new(secret)],
                format: crate::notify::settings::WebhookFormat::Standard,
                events: vec![],
                ministries: vec![],
                allow: vec![allow.to_owned()],
                timeout_seconds: 20,
            };
            Endpoint::new(&settings).err().map_or(String::new(), |fault| fault.to_string())
        };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(fault("https://example.fr/x", secret, "10.0.0.0/8"), "");
        let url = fault("ftp://example.fr", secret, "10.0.0.0/8");
        assert!(url.starts_with("read the setting `webhooks.supervision.url`: expected"), "{url}");
        let short = fault("https://example.fr", "whsec_c2hvcnQ=", "10.0.0.0/8");
        assert!(short.contains("secrets`: expected `whsec_` and 24 to 64 bytes"), "{short}");
        let network = fault("https://example.fr", secret, "ten");
        assert!(network.contains("allow`: found `ten`, expected a network"), "{network}");
    }

    #[test]
    fn answers_are_judged_as_standard_webhooks_asks() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let judge = |status: u16, header: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(text) = header {
                headers.insert(RETRY_AFTER, text.parse().unwrap());
            }
            match judged(StatusCode::from_u16(status).unwrap(), &headers, now) {
                DeliveryAttempt::Delivered => "delivered".to_owned(),
                DeliveryAttempt::Retry { after, reason, .. } => {
                    format!("retry {} {:?}", reason.as_str(), after.map(|after| after.as_secs()))
                }
                DeliveryAttempt::ChannelFailed { after, reason, blame, .. } => {
                    let after = after.map(|after| after.as_secs());
                    format!("{blame:?} {} {after:?}", reason.as_str())
                }
                DeliveryAttempt::GiveUp { reason, .. } => format!("give up {}", reason.as_str()),
            }
        };
        assert_eq!(judge(204, None), "delivered");
        assert_eq!(judge(302, None), "retry clientError None");
        assert_eq!(judge(410, None), "give up gone");
        assert_eq!(judge(404, None), "retry clientError None");
        assert_eq!(judge(422, Some("30")), "retry clientError Some(30)");
        assert_eq!(judge(401, None), "Channel authError None");
        assert_eq!(judge(403, None), "Unclear authError None");
        assert_eq!(judge(429, Some("30")), "Channel rateLimited Some(30)");
        assert_eq!(
            judge(503, Some("Tue, 24 Nov 2026 10:05:00 GMT")),
            "Unclear serverError Some(300)"
        );
        assert_eq!(judge(502, Some("soon")), "Unclear serverError None");
    }
}
