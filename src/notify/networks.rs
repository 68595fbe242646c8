//! Which addresses webhooks may reach: public ones, and the private ones that a setting names.

use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// `10.12.0.0/16`, `fd00::/8`, `127.0.0.1`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    base: IpAddr,
    length: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || format!("found `{text}`, expected a network such as `10.12.0.0/16`");
        let (base, length) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let base: IpAddr = base.trim().parse().map_err(|_| refused())?;
        let whole = if base.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.trim().parse().map_err(|_| refused())?,
            None => whole,
        };
        if length > whole { Err(refused()) } else { Ok(Self { base, length }) }
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let (base, address, width) = match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (u128::from(base.to_bits()), u128::from(address.to_bits()), 32)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        let dropped = width - self.length;
        base.checked_shr(dropped).unwrap_or(0) == address.checked_shr(dropped).unwrap_or(0)
    }
}

/// Whether an address may be reached: as it was resolved, never as its name reads.
pub(super) fn may_reach(address: IpAddr, allowed: &[Network]) -> bool {
    let address = plain(address);
    is_public(address) || allowed.iter().any(|network| network.holds(address))
}

/// An IPv4 address dressed as an IPv6 one is an IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [first, second, third, _] = four.octets();
            let shared = first == 100 && (64..128).contains(&second);
            let reserved =
                first == 0 || first >= 240 || (first == 192 && second == 0 && third == 0);
            let benchmark = first == 198 && (18..20).contains(&second);
            !(four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_multicast()
                || four.is_documentation()
                || shared
                || reserved
                || benchmark)
        }
        IpAddr::V6(six) => is_public_v6(six),
    }
}

/// Global unicast only, without the ways that lead back to IPv4 (6to4, Teredo, NAT64).
fn is_public_v6(six: Ipv6Addr) -> bool {
    let [first, second, ..] = six.segments();
    let global = first & 0xe000 == 0x2000;
    let to_ipv4 = first == 0x2002 || (first == 0x2001 && second == 0);
    let documentation = first == 0x2001 && second == 0x0db8;
    global && !to_ipv4 && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_reached_unless_a_network_is_allowed() {
        let reach = |address: &str, allowed: &[&str]| {
            let allowed: Vec<Network> = allowed.iter().map(|one| one.parse().unwrap()).collect();
            may_reach(address.parse().unwrap(), &allowed)
        };
        for public in ["185.24.184.1", "2a01:cb00::1", "::ffff:185.24.184.1"] {
            assert!(reach(public, &[]), "{public}");
        }
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.9",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "2002:0a00:0001::1",
            "64:ff9b::a00:1",
            "::",
        ] {
            assert!(!reach(inner, &[]), "{inner}");
        }
        assert!(reach("10.12.7.7", &["10.12.0.0/16"]));
        assert!(reach("::ffff:10.12.7.7", &["10.12.0.0/16"]));
        assert!(!reach("10.13.7.7", &["10.12.0.0/16"]));
        assert!(reach("10.13.7.7", &["0.0.0.0/0"]));
        assert!(reach("fd00::9", &["fd00::/8"]) && !reach("fe80::9", &["fd00::/8"]));
    }

    #[test]
    fn a_network_that_is_none_is_refused() {
        for text in ["10.0.0.0/33", "ten", "10.0.0.0/x", "fd00::/129"] {
            let fault = text.parse::<Network>().unwrap_err();
            assert!(fault.starts_with(&format!("found `{text}`, expected a network")), "{fault}");
        }
    }
}
