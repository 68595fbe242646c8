//! Links of mails that work without an account: each serves one purpose, for those to whom the mail went,
//! until it expires. A stored message has no such link: it is made when the message leaves.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::ids::{AlertId, NoticeId};
use crate::domain::messages::notice::{Content, Notice, Receiver};
use crate::domain::portfolio::follow_up::Contact;
use crate::notify::settings::NotifySettings;
use crate::support::fingerprint::Fingerprint;

/// How long a link serves, from when its message was written.
const SERVES: TimeDelta = TimeDelta::days(30);

/// Longest link that is read, in bytes.
const LONGEST: usize = 4000;

/// What is signed before the link itself, so that no other signature of the key stands for one.
const CONTEXT: &[u8] = b"vigie-link-1";

/// After the address of a message, in its stored text: the alerts that a link is to acknowledge.
const ACKNOWLEDGE: &str = "#acknowledge=";

/// After the address of a message, in its stored text: that a link is to answer a questionnaire.
const ANSWER: &str = "#answer";

/// Between two alerts in one link.
const BETWEEN: char = '~';

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkPurpose {
    /// To read the message that the link came with.
    Read,
    /// To acknowledge alerts of that message.
    Acknowledge,
    /// To answer the questionnaire that the message asks for.
    Answer,
}

/// What a link lets its holder do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalLink {
    pub purpose: LinkPurpose,
    pub notice: NoticeId,
    pub receiver: Receiver,
    /// Those to acknowledge.
    pub alerts: Vec<AlertId>,
    /// Fingerprints of the addresses that the message went to: a link of a former one is refused.
    recipients: Vec<String>,
    /// In seconds since 1970.
    expires: i64,
}

/// Makes and reads links with the service's key.
pub struct LinkSigner<'a> {
    key: &'a [u8],
    public_url: &'a str,
}

impl std::fmt::Debug for LinkSigner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkSigner").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

impl PersonalLink {
    pub fn serves(&self, purpose: LinkPurpose, now: DateTime<Utc>) -> bool {
        self.purpose == purpose && now.timestamp() < self.expires
    }

    /// Those of `readers` to whom the message went; `None` when it went to anybody else, or to nobody.
    pub fn holders<'a>(&self, readers: &[&'a Contact]) -> Option<Vec<&'a Contact>> {
        let holds = |contact: &&&Contact| {
            self.recipients.contains(&fingerprint(&self.receiver, &contact.email))
        };
        let holders: Vec<&Contact> = readers.iter().filter(holds).copied().collect();
        (!holders.is_empty() && holders.len() == self.recipients.len()).then_some(holders)
    }
}

impl<'a> LinkSigner<'a> {
    pub fn new(key: &'a [u8], settings: &'a NotifySettings) -> Self {
        Self { key, public_url: &settings.public_url }
    }

    /// The notice with links for `recipients` in place of its own addresses.
    pub fn personal(&self, notice: &Notice, recipients: &[&Contact]) -> Notice {
        let receiver = &notice.receiver;
        let all: BTreeSet<String> =
            recipients.iter().map(|contact| fingerprint(receiver, &contact.email)).collect();
        let link = PersonalLink {
            purpose: LinkPurpose::Read,
            notice: notice.id.clone(),
            receiver: receiver.clone(),
            alerts: vec![],
            recipients: all.into_iter().collect(),
            expires: (notice.created_at + SERVES).timestamp(),
        };
        let content = match &notice.content {
            Content::Message { text, html, page, attachments } => Content::Message {
                text: self.with_links(text, "/", &link),
                html: self.with_links(html, HTML_SLASH, &link),
                page: page.as_ref().map(|page| self.with_links(page, HTML_SLASH, &link)),
                attachments: attachments.clone(),
            },
            Content::Post { .. } => notice.content.clone(),
        };
        Notice { content, ..notice.clone() }
    }

    /// What a link lets its holder do; `None` if this service did not make it.
    pub fn read(&self, text: &str) -> Option<PersonalLink> {
        if text.len() > LONGEST {
            return None;
        }
        let (payload, signature) = text.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.keyed(payload)?.verify_slice(&signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// `slash` is how the text writes `/`.
    fn with_links(&self, text: &str, slash: &str, read: &PersonalLink) -> String {
        let page = format!("{}/notices/{}", self.public_url, read.notice).replace('/', slash);
        let mut parts = text.split(page.as_str());
        let mut all = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (path, link, rest) =
                match (part.strip_prefix(ACKNOWLEDGE), part.strip_prefix(ANSWER)) {
                    (None, None) => ("messages", read.clone(), part),
                    (None, Some(rest)) => {
                        let purpose = LinkPurpose::Answer;
                        ("reponses", PersonalLink { purpose, ..read.clone() }, rest)
                    }
                    (Some(named), _) => {
                        let is_of_id = |one: char| one.is_ascii_alphanumeric() || one == BETWEEN;
                        let end = named.find(|one| !is_of_id(one)).unwrap_or(named.len());
                        let (ids, rest) = named.split_at(end);
                        let alerts = ids.split(BETWEEN).map(AlertId::new).collect();
                        let purpose = LinkPurpose::Acknowledge;
                        ("acknowledgements", PersonalLink { purpose, alerts, ..read.clone() }, rest)
                    }
                };
            let url = format!("{}/{path}/", self.public_url).replace('/', slash);
            all.push_str(&url);
            all.push_str(&self.signed(&link).unwrap_or_default());
            all.push_str(rest);
        }
        all
    }

    fn signed(&self, link: &PersonalLink) -> Option<String> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(link).ok()?);
        let signature = self.keyed(&payload)?.finalize().into_bytes();
        Some(format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// HMAC accepts keys of any length, so this is never `None`.
    fn keyed(&self, payload: &str) -> Option<Hmac<Sha256>> {
        let mut keyed = Hmac::<Sha256>::new_from_slice(self.key).ok()?;
        keyed.update(CONTEXT);
        keyed.update(payload.as_bytes());
        Some(keyed)
    }
}

/// How the templates write `/` in HTML.
const HTML_SLASH: &str = "&#x2f;";

/// The address by which a stored message asks for a link that acknowledges `alerts`.
pub(in crate::notify) fn acknowledgement_of(page: &str, alerts: &[AlertId]) -> String {
    let ids: Vec<&str> = alerts.iter().map(AlertId::as_str).collect();
    format!("{page}{ACKNOWLEDGE}{}", ids.join(&BETWEEN.to_string()))
}

/// The address by which a stored message asks for a link that answers a questionnaire.
pub(in crate::notify) fn answer_of(page: &str) -> String {
    format!("{page}{ANSWER}")
}

fn fingerprint(receiver: &Receiver, address: &str) -> String {
    let (receiver, address) = (receiver.to_string(), address.trim().to_lowercase());
    Fingerprint::of_parts(&["recipient", &receiver, &address]).short().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::MinistryCode;
    use crate::domain::messages::notice::NoticeKind;
    use crate::domain::portfolio::follow_up::ContactRole;

    const SENT: &str = "2020-11-30T09:00:00Z";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn contact(email: &str) -> Contact {
        Contact {
            ministry: MinistryCode::new("MJ"),
            role: ContactRole::SecretaryGeneral,
            project: None,
            name: None,
            email: email.to_owned(),
            since: None,
            until: None,
        }
    }

    fn notice() -> Notice {
        let page = "https://vigie.example/notices/n1";
        let escaped = page.replace('/', HTML_SLASH);
        let html = format!("<a href=\"{escaped}#acknowledge=a1~a2\">Lu</a>");
        Notice {
            id: NoticeId::new("n1"),
            receiver: Receiver::SecretaryGeneral(MinistryCode::new("MJ")),
            kind: NoticeKind::Critical,
            cycle: None,
            thread: String::new(),
            follows: vec![],
            title: String::new(),
            content: Content::Message {
                text: format!("{page}#mission-m1\n"),
                html,
                page: None,
                attachments: vec![],
            },
            created_at: at(SENT),
            not_before: at(SENT),
        }
    }

    fn links(notice: &Notice) -> (String, String) {
        let Content::Message { text, html, .. } = &notice.content else { panic!("a message") };
        let read = text.trim().strip_prefix("https://vigie.example/messages/").unwrap();
        let before = "<a href=\"https:&#x2f;&#x2f;vigie.example&#x2f;acknowledgements&#x2f;";
        let acknowledge = html.strip_prefix(before).unwrap().strip_suffix("\">Lu</a>").unwrap();
        (read.strip_suffix("#mission-m1").unwrap().to_owned(), acknowledge.to_owned())
    }

    #[test]
    fn a_link_serves_one_purpose_for_the_same_recipients_until_it_expires() {
        let public_url = "https://vigie.example".to_owned();
        let settings = NotifySettings { public_url, ..NotifySettings::default() };
        let signer = LinkSigner::new(b"a key", &settings);
        let (read, acknowledge) =
            links(&signer.personal(&notice(), &[&contact("SG@justice.example")]));
        let read = signer.read(&read).unwrap();
        assert!(read.serves(LinkPurpose::Read, at("2020-12-29T09:00:00Z")));
        assert!(!read.serves(LinkPurpose::Read, at("2020-12-30T09:00:00Z")), "it expires");
        assert!(!read.serves(LinkPurpose::Acknowledge, at(SENT)), "it is for reading");
        let (holder, other) = (contact("sg@justice.example"), contact("autre@justice.example"));
        assert_eq!(read.holders(&[&other, &holder]), Some(vec![&holder]), "among those who read");
        assert_eq!(read.holders(&[&other]), None, "another holds the office");
        assert_eq!(read.holders(&[]), None, "nobody does");
        let (shared, _) = links(&signer.personal(&notice(), &[&other, &holder]));
        let shared = signer.read(&shared).unwrap();
        assert_eq!(shared.holders(&[&holder]), None, "one of two has left");
        assert_eq!(shared.holders(&[&holder, &other]), Some(vec![&holder, &other]));
        assert!(read.alerts.is_empty());
        let wanted = signer.read(&acknowledge).unwrap();
        assert!(wanted.serves(LinkPurpose::Acknowledge, at(SENT)));
        assert_eq!(wanted.alerts, [AlertId::new("a1"), AlertId::new("a2")]);
        assert_eq!(links(&signer.personal(&notice(), &[&holder])).1, acknowledge);

        assert_eq!(LinkSigner::new(b"another", &settings).read(&acknowledge), None, "restored");
        let (payload, signature) = acknowledge.split_once('.').unwrap();
        let wider = URL_SAFE_NO_PAD.decode(payload).unwrap();
        let wider = String::from_utf8(wider).unwrap().replace("sg/MJ", "sg/MI");
        let wider = format!("{}.{signature}", URL_SAFE_NO_PAD.encode(wider));
        for forged in ["", ".", payload, &wider, &"A".repeat(LONGEST + 1)] {
            assert_eq!(signer.read(forged), None, "{forged}");
        }
    }
}
