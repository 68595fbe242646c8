//! Addresses of mail, by the parser that sends: what it takes can be sent to.

use std::str::FromStr as _;

/// Why a text is no address that mail can be sent to. It does not repeat the text, which is personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// Not of the form `user@domain`.
    Malformed,
    /// Accents before the `@`: hardly any server takes them.
    AccentedUser,
    /// A domain that has no form for mail servers.
    Domain,
}

/// The address as mail servers take it, with its domain in ASCII: `sg@préfecture.example` is
/// `sg@xn--prfecture-c4a.example`.
pub fn sendable(text: &str) -> Result<String, AddressFault> {
    let (user, domain) = text.trim().rsplit_once('@').ok_or(AddressFault::Malformed)?;
    if user.is_empty() || !domain.contains('.') {
        return Err(AddressFault::Malformed);
    }
    if !user.is_ascii() {
        return Err(AddressFault::AccentedUser);
    }
    let domain = idna::domain_to_ascii_strict(domain).map_err(|_| AddressFault::Domain)?;
    let address = format!("{user}@{domain}");
    match lettre::Address::from_str(&address) {
        Ok(_) => Ok(address),
        Err(_) => Err(AddressFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sendable_is_what_the_sender_takes() {
        for (text, expected) in [
            ("sg@justice.example", Ok("sg@justice.example")),
            (" SG.Adjoint+x@Justice.Example ", Ok("SG.Adjoint+x@justice.example")),
            ("sg@préfecture.example", Ok("sg@xn--prfecture-c4a.example")),
            ("secrétaire@justice.example", Err(AddressFault::AccentedUser)),
            ("<sg@justice.example>", Err(AddressFault::Malformed)),
            ("a@justice.example,b@justice.example", Err(AddressFault::Malformed)),
            ("a b@justice.example", Err(AddressFault::Malformed)),
            ("sg@localhost", Err(AddressFault::Malformed)),
            ("sg", Err(AddressFault::Malformed)),
            ("@justice.example", Err(AddressFault::Malformed)),
        ] {
            let found = sendable(text);
            let found = found.as_deref().map_err(|fault| *fault);
            let is_same =
                found == expected || (found.is_err() && expected == Err(AddressFault::Malformed));
            assert!(is_same, "{text}: {found:?}");
        }
    }
}
