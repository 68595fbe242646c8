//! Who receives the messages of a ministry on a day, or the questionnaire of a project, and why.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::follow_up::{Contact, ContactRole};
use crate::domain::words::words;
use crate::support::french;

words! {
    /// How a contact receives the messages of its ministry.
    pub enum Receipt, "a way to receive messages" {
        To = "to" => "destinataire",
        Copy = "copy" => "en copie",
        /// No message of the ministry, but questionnaires about projects.
        Questionnaire = "questionnaire" => "questionnaire",
        Nothing = "nothing" => "aucun message",
    }
}

/// A contact of a ministry, and whether it receives its messages on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecipientLine {
    pub ministry: MinistryCode,
    pub ministry_name: String,
    /// `null` for the risk team, which receives what nobody at the ministry does.
    pub role: Option<ContactRole>,
    /// The project that its director is asked about.
    pub project: Option<ProjectId>,
    pub name: Option<String>,
    /// `null` when the risk team has no address.
    pub email: Option<String>,
    pub since: Option<NaiveDate>,
    /// The last day, included.
    pub until: Option<NaiveDate>,
    pub receives: Receipt,
    /// Why, in French.
    pub reason: String,
}

/// Why a contact receives messages on a day, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactStatus {
    InOffice,
    /// The last day of the absence.
    Replaces(NaiveDate),
    Additional,
    Copied,
    /// Until this day a delegate receives the messages.
    Absent(NaiveDate),
    NotBefore(NaiveDate),
    EndedOn(NaiveDate),
    /// Somebody took the office later.
    Succeeded,
    /// There is no message to copy.
    NobodyToCopy,
    /// Is asked about the projects whose director is not known.
    Relays,
    /// Is asked about one project.
    DirectsProject,
}

impl ContactStatus {
    pub fn receipt(self) -> Receipt {
        match self {
            Self::InOffice | Self::Replaces(_) | Self::Additional => Receipt::To,
            Self::Copied => Receipt::Copy,
            Self::Relays | Self::DirectsProject => Receipt::Questionnaire,
            Self::Absent(_)
            | Self::NotBefore(_)
            | Self::EndedOn(_)
            | Self::Succeeded
            | Self::NobodyToCopy => Receipt::Nothing,
        }
    }

    /// In French. `project` is the name of the contact's project, if it has one.
    pub fn reason(self, project: Option<&str>) -> String {
        match self {
            Self::InOffice => "en fonction".to_owned(),
            Self::Replaces(until) => {
                format!("remplace le secrétaire général jusqu’au {}", french::date(until))
            }
            Self::Additional => "avec le secrétaire général".to_owned(),
            Self::Copied => "en copie de chaque message".to_owned(),
            Self::Absent(until) => {
                format!("absent jusqu’au {} : son délégué reçoit à sa place", french::date(until))
            }
            Self::NotBefore(since) => format!("à partir du {}", french::date(since)),
            Self::EndedOn(until) => format!("jusqu’au {}", french::date(until)),
            Self::Succeeded => "une autre personne a pris la fonction depuis".to_owned(),
            Self::NobodyToCopy => "aucun destinataire dont recevoir copie".to_owned(),
            Self::Relays => {
                "reçoit le questionnaire des projets dont le directeur n’est pas connu".to_owned()
            }
            Self::DirectsProject => {
                format!("reçoit le questionnaire de {}", project.unwrap_or("son projet"))
            }
        }
    }
}

/// The contacts of a ministry on a day.
#[derive(Clone, Debug)]
pub struct Recipients<'a>(Vec<(&'a Contact, ContactStatus)>);

impl<'a> Recipients<'a> {
    pub fn of(contacts: &'a [Contact], ministry: &MinistryCode, day: NaiveDate) -> Self {
        let own: Vec<&Contact> =
            contacts.iter().filter(|contact| contact.ministry == *ministry).collect();
        let mut all: Vec<_> =
            own.iter().map(|contact| (*contact, status(contact, &own, day))).collect();
        if !all.iter().any(|(_, status)| status.receipt() == Receipt::To) {
            let copied = all.iter_mut().filter(|(_, status)| *status == ContactStatus::Copied);
            copied.for_each(|(_, status)| *status = ContactStatus::NobodyToCopy);
        }
        Self(all)
    }

    /// Whether anybody at the ministry receives its messages.
    pub fn is_empty(&self) -> bool {
        self.receiving(Receipt::To).next().is_none()
    }

    /// Those to whom messages are addressed, each address once.
    pub fn to(&self) -> Vec<&'a Contact> {
        distinct(self.receiving(Receipt::To))
    }

    /// Those who get a copy and are not among `to`.
    pub fn copies(&self) -> Vec<&'a Contact> {
        let to = self.to();
        let mut all = distinct(to.iter().copied().chain(self.receiving(Receipt::Copy)));
        all.split_off(to.len())
    }

    /// Those who may read the ministry's messages: who receives them, and whoever is absent meanwhile.
    pub fn readers(&self) -> Vec<&'a Contact> {
        let is_absent = |status: ContactStatus| matches!(status, ContactStatus::Absent(_));
        let receives =
            |status: ContactStatus| matches!(status.receipt(), Receipt::To | Receipt::Copy);
        let may_read = self.0.iter().filter(|(_, status)| receives(*status) || is_absent(*status));
        distinct(may_read.map(|(contact, _)| *contact))
    }

    /// Those who are asked about the ministry's projects whose director is not known: its security relay, or else its
    /// digital director.
    pub fn relays(&self) -> Vec<&'a Contact> {
        let with = |wanted: &[ContactStatus]| {
            let those = self.0.iter().filter(|(_, status)| wanted.contains(status));
            distinct(those.map(|(contact, _)| *contact))
        };
        let relays = with(&[ContactStatus::Relays]);
        if relays.is_empty() {
            return with(&[ContactStatus::Copied, ContactStatus::NobodyToCopy]);
        }
        relays
    }

    /// Every contact, and why it receives messages or not.
    pub fn statuses(&self) -> impl Iterator<Item = (&'a Contact, ContactStatus)> + '_ {
        self.0.iter().copied()
    }

    fn receiving(&self, receipt: Receipt) -> impl Iterator<Item = &'a Contact> + '_ {
        let receives = move |status: ContactStatus| status.receipt() == receipt;
        let those = self.0.iter().filter(move |(_, status)| receives(*status));
        those.map(|(contact, _)| *contact)
    }
}

/// Those who direct a project on a day, whichever ministry's file names them.
pub fn project_directors<'a>(
    contacts: &'a [Contact],
    project: &ProjectId,
    day: NaiveDate,
) -> Vec<&'a Contact> {
    let own: Vec<&Contact> =
        contacts.iter().filter(|contact| contact.project.as_ref() == Some(project)).collect();
    let directs = |contact: &&Contact| status(contact, &own, day) == ContactStatus::DirectsProject;
    distinct(own.iter().copied().filter(directs))
}

fn status(contact: &Contact, own: &[&Contact], day: NaiveDate) -> ContactStatus {
    let has_begun = |one: &Contact| one.since.is_none_or(|since| since <= day);
    let has_ended = |one: &Contact| one.until.is_some_and(|until| until < day);
    if let Some(since) = contact.since.filter(|since| *since > day) {
        return ContactStatus::NotBefore(since);
    }
    if let Some(until) = contact.until.filter(|until| *until < day) {
        return ContactStatus::EndedOn(until);
    }
    // An office is of those who took it last, even once they left: no predecessor comes back.
    let holds_the_same = |one: &Contact| one.role == contact.role && one.project == contact.project;
    let colleagues = own.iter().filter(|one| holds_the_same(one) && has_begun(one));
    let is_latest = colleagues.map(|one| one.since).max() == Some(contact.since);
    let delegates = own.iter().filter(|one| one.role == ContactRole::Delegate);
    let absence =
        delegates.filter(|one| has_begun(one) && !has_ended(one)).filter_map(|one| one.until).max();
    match (contact.role, absence) {
        (
            ContactRole::SecretaryGeneral
            | ContactRole::DigitalDirector
            | ContactRole::SecurityRelay
            | ContactRole::ProjectDirector,
            _,
        ) if !is_latest => ContactStatus::Succeeded,
        (ContactRole::SecretaryGeneral, Some(until)) => ContactStatus::Absent(until),
        (ContactRole::SecretaryGeneral, None) => ContactStatus::InOffice,
        (ContactRole::Delegate, _) => ContactStatus::Replaces(contact.until.unwrap_or(day)),
        (ContactRole::Recipient, _) => ContactStatus::Additional,
        (ContactRole::DigitalDirector, _) => ContactStatus::Copied,
        (ContactRole::SecurityRelay, _) => ContactStatus::Relays,
        (ContactRole::ProjectDirector, _) => ContactStatus::DirectsProject,
    }
}

/// The first contact of each address.
fn distinct<'a>(contacts: impl Iterator<Item = &'a Contact>) -> Vec<&'a Contact> {
    let mut seen = BTreeSet::new();
    contacts.filter(|contact| seen.insert(contact.email.trim().to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn contact(role: ContactRole, email: &str, (since, until): (&str, &str)) -> Contact {
        Contact {
            ministry: MinistryCode::new("MJ"),
            role,
            project: None,
            name: None,
            email: email.to_owned(),
            since: since.parse().ok(),
            until: until.parse().ok(),
        }
    }

    fn emails(contacts: &[&Contact]) -> String {
        contacts.iter().map(|contact| contact.email.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// To whom, in copy, and who may read.
    fn on(contacts: &[Contact], text: &str) -> String {
        let found = Recipients::of(contacts, &MinistryCode::new("MJ"), day(text));
        let parts = [emails(&found.to()), emails(&found.copies()), emails(&found.readers())];
        parts.join(" | ")
    }

    #[test]
    fn a_delegate_receives_in_place_of_the_secretary_general_until_the_absence_ends() {
        let contacts = [
            contact(ContactRole::SecretaryGeneral, "before", ("2017-01-01", "")),
            contact(ContactRole::SecretaryGeneral, "sg", ("2019-01-01", "")),
            contact(ContactRole::Delegate, "delegate", ("2020-08-01", "2020-08-21")),
            contact(ContactRole::Recipient, "cabinet", ("", "")),
            contact(ContactRole::DigitalDirector, "dnum", ("2018-01-01", "")),
            contact(ContactRole::SecurityRelay, "relay", ("", "")),
        ];
        assert_eq!(on(&contacts, "2018-06-01"), "before cabinet | dnum | before cabinet dnum");
        assert_eq!(on(&contacts, "2020-07-31"), "sg cabinet | dnum | sg cabinet dnum");
        let absent = "delegate cabinet | dnum | sg delegate cabinet dnum";
        assert_eq!(on(&contacts, "2020-08-01"), absent);
        assert_eq!(on(&contacts, "2020-08-21"), absent);
        assert_eq!(on(&contacts, "2020-08-22"), "sg cabinet | dnum | sg cabinet dnum");
    }

    #[test]
    fn whoever_left_brings_no_predecessor_back_and_a_copy_needs_a_message() {
        let contacts = [
            contact(ContactRole::SecretaryGeneral, "before", ("2017-01-01", "")),
            contact(ContactRole::SecretaryGeneral, "sg", ("2019-01-01", "2020-06-30")),
            contact(ContactRole::DigitalDirector, "dnum", ("", "")),
        ];
        assert_eq!(on(&contacts, "2020-06-30"), "sg | dnum | sg dnum");
        assert_eq!(on(&contacts, "2020-07-01"), " |  | ");
    }

    #[test]
    fn an_address_gets_one_message() {
        let contacts = [
            contact(ContactRole::SecretaryGeneral, "SG", ("", "")),
            contact(ContactRole::Recipient, "sg", ("", "")),
            contact(ContactRole::DigitalDirector, "sg", ("", "")),
        ];
        assert_eq!(on(&contacts, "2020-07-01"), "SG |  | SG");
    }

    #[test]
    fn a_relay_is_asked_about_projects_or_else_the_digital_director() {
        let justice = MinistryCode::new("MJ");
        let asked = |contacts: &[Contact]| {
            emails(&Recipients::of(contacts, &justice, day("2020-07-01")).relays())
        };
        let dnum = contact(ContactRole::DigitalDirector, "dnum", ("", ""));
        let relay = contact(ContactRole::SecurityRelay, "relay", ("2019-01-01", ""));
        let former = contact(ContactRole::SecurityRelay, "before", ("2018-01-01", ""));
        let left = contact(ContactRole::SecurityRelay, "left", ("2019-01-01", "2020-06-30"));
        assert_eq!(asked(&[dnum.clone(), former.clone(), relay]), "relay");
        assert_eq!(asked(&[dnum, former, left]), "dnum", "though there is no message to copy");
        assert_eq!(asked(&[]), "");
    }

    #[test]
    fn a_director_is_of_one_project_and_receives_no_message_of_the_ministry() {
        let directs = |project: &str, email: &str, dates| Contact {
            project: Some(ProjectId::new(project)),
            ..contact(ContactRole::ProjectDirector, email, dates)
        };
        let contacts = [
            directs("ned", "before", ("2017-01-01", "")),
            directs("ned", "ned", ("2019-01-01", "")),
            directs("portalis", "portalis", ("", "2020-06-30")),
            contact(ContactRole::SecretaryGeneral, "sg", ("", "")),
        ];
        let asked = |project: &str, on: &str| {
            emails(&project_directors(&contacts, &ProjectId::new(project), day(on)))
        };
        assert_eq!(asked("ned", "2020-07-01"), "ned");
        assert_eq!(asked("ned", "2018-07-01"), "before");
        assert_eq!(asked("portalis", "2020-06-30"), "portalis");
        assert_eq!(asked("portalis", "2020-07-01"), "");
        assert_eq!(on(&contacts, "2020-06-30"), "sg |  | sg");
    }
}
