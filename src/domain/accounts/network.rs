//! Networks of addresses, in CIDR.

use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `10.12.0.0/16`, `fd00::/8`, `127.0.0.1`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
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
    pub fn holds(self, address: IpAddr) -> bool {
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

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(Network { base, length }: Network) -> Self {
        format!("{base}/{length}")
    }
}

/// An IPv4 address dressed as an IPv6 one is an IPv4 address.
pub fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_is_none_is_refused() {
        for text in ["10.0.0.0/33", "ten", "10.0.0.0/x", "fd00::/129"] {
            let fault = text.parse::<Network>().unwrap_err();
            assert!(fault.starts_with(&format!("found `{text}`, expected a network")), "{fault}");
        }
    }
}
