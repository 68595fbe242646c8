//! The client's address, when requests come through proxies.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::domain::accounts::network::{Network, plain};

/// The header in which proxies pass on the client's address. Only one is read, because a proxy passes on headers that it
/// does not know as the client wrote them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// The nearest address that is not a trusted proxy. Each proxy appends the address it sees, so everything before the first
/// untrusted address may have been forged.
pub(super) fn of_caller(
    peer: IpAddr,
    headers: &HeaderMap,
    (proxies, header): (&[Network], ProxyHeader),
) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.holds(address));
    let mut nearest = plain(peer);
    if !is_proxy(nearest) {
        return nearest;
    }
    let values: Vec<&str> =
        headers.get_all(header.name()).filter_map(|value| value.to_str().ok()).collect();
    let hops = values.iter().rev().flat_map(|value| value.rsplit(','));
    for hop in hops {
        let Some(address) = header.address(hop.trim()) else { break };
        nearest = plain(address);
        if !is_proxy(nearest) {
            break;
        }
    }
    nearest
}

impl ProxyHeader {
    fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    /// The address in one element of the header; `None` if the proxy does not disclose it.
    fn address(self, hop: &str) -> Option<IpAddr> {
        let node = match self {
            Self::XForwardedFor => hop,
            Self::Forwarded => hop.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
            })?,
        };
        let bare = node.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(node);
        let with_port = || node.parse::<SocketAddr>().map(|socket| socket.ip());
        bare.parse().or_else(|_| with_port()).ok()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn seen(peer: &str, header: ProxyHeader, values: &[&str]) -> String {
        let proxies: Vec<Network> =
            ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap()).into();
        let mut headers = HeaderMap::new();
        for value in values {
            let name = HeaderName::from_static(header.name());
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        of_caller(peer.parse().unwrap(), &headers, (&proxies, header)).to_string()
    }

    #[test]
    fn only_addresses_added_by_trusted_proxies_are_used() {
        let plain = ProxyHeader::XForwardedFor;
        for (peer, values, expected) in [
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.7, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.7", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, anything"], "10.0.0.1"),
            ("10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", &["10.3.3.3"], "10.3.3.3"),
        ] {
            assert_eq!(seen(peer, plain, values), expected, "{peer} {values:?}");
        }
        let standard = ProxyHeader::Forwarded;
        for (values, expected) in [
            (&["for=192.0.2.60;proto=http;by=203.0.113.43"][..], "192.0.2.60"),
            (&["for=\"1.1.1.1, For=\"[2001:db8:cafe::17]:4711\";proto=https"], "2001:db8:cafe::17"),
            (&["for=192.0.2.60, for=unknown"], "10.0.0.1"),
            (&["for=192.0.2.60, for=_hidden, for=10.9.9.9"], "10.9.9.9"),
            (&["proto=https"], "10.0.0.1"),
        ] {
            assert_eq!(seen("10.0.0.1", standard, values), expected, "{values:?}");
        }
    }
}
