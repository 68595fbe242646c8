//! The addresses that webhooks may reach: public ones, and the private ones that the settings
//! allow.

use std::net::{IpAddr, Ipv6Addr};

use crate::domain::accounts::network::{Network, plain};

/// Whether a resolved address may be reached. Names are not considered: they may resolve to
/// anything.
pub(in crate::notify) fn may_reach(address: IpAddr, allowed: &[Network]) -> bool {
    let address = plain(address);
    is_public(address) || allowed.iter().any(|network| network.holds(address))
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

/// Global unicast only, without the prefixes that embed IPv4 addresses (6to4, Teredo, NAT64).
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
}
