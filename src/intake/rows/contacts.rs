//! Reads the contacts of ministries: who receives their messages, from when until when.

use super::panorama::known_ministry;
use super::row::{RowContext, RowReader};
use super::table::FileRow;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::follow_up::{Contact, ContactRole};
use crate::intake::error::{FileFault, ticked};
use crate::intake::identity::names::key;
use crate::support::french;
use crate::support::mail_address::{AddressFault, sendable};

/// One contact for each address of each row. A row without any has added a fault.
pub(in crate::intake) fn contacts(
    context: RowContext<'_>,
    rows: &[&FileRow],
    faults: &mut Vec<FileFault>,
) -> Vec<Contact> {
    let mut read: Vec<(&FileRow, Vec<Contact>)> = Vec::new();
    for row in rows {
        let of_row = contacts_of(&mut RowReader::new(row, context, faults));
        read.extend(of_row.map(|contacts| (*row, contacts)));
    }
    // Of a row that could not be read nobody knows whom it names.
    if read.len() == rows.len() {
        let all: Vec<&Contact> = read.iter().flat_map(|(_, contacts)| contacts).collect();
        for (row, own) in &read {
            if own.first().is_some_and(|one| has_nobody_to_replace(one, &all)) {
                RowReader::new(row, context, faults).fault(
                    "role",
                    "un délégué qui ne remplace personne",
                    "dans le même fichier, le secrétaire général de ce ministère, en fonction pendant l’absence",
                );
            }
        }
    }
    read.into_iter().flat_map(|(_, contacts)| contacts).collect()
}

/// Whether it is a delegate and no secretary-general of its ministry holds office during the absence.
fn has_nobody_to_replace(delegate: &Contact, all: &[&Contact]) -> bool {
    let overlaps = |other: &Contact| {
        let ends_before = |one: &Contact, next: &Contact| {
            one.until.zip(next.since).is_some_and(|(until, since)| until < since)
        };
        !ends_before(other, delegate) && !ends_before(delegate, other)
    };
    let is_principal = |other: &Contact| {
        other.ministry == delegate.ministry
            && other.role == ContactRole::SecretaryGeneral
            && overlaps(other)
    };
    delegate.role == ContactRole::Delegate && !all.iter().any(|other| is_principal(other))
}

/// One for each address, which `;` parts.
fn contacts_of(reader: &mut RowReader<'_, '_>) -> Option<Vec<Contact>> {
    reader.needed("ministry");
    let ministry = known_ministry(reader, "ministry");
    let role = role(reader);
    let (project, is_of_role) = project(reader, role, ministry.as_ref());
    let addresses = addresses(reader);
    let since = reader.date("since");
    let until = reader.date("until");
    let is_dated = is_dated(reader, role);
    if let Some((since, until)) = since.zip(until)
        && until < since
    {
        let expected = format!("une date à partir du {}", french::date(since));
        reader.fault("until", format!("le {}", french::date(until)), expected);
        return None;
    }
    let name = reader.name("name");
    let (ministry, role) = (ministry?, role?);
    let contact = |email| Contact {
        ministry: ministry.clone(),
        role,
        project: project.clone(),
        name: name.clone(),
        email,
        since,
        until,
    };
    let contacts = addresses?.into_iter().map(contact).collect();
    (is_dated && is_of_role).then_some(contacts)
}

/// By its word, or by its French name however it is accented.
fn role(reader: &mut RowReader<'_, '_>) -> Option<ContactRole> {
    let cell = reader.needed("role")?;
    let is_called = |role: &ContactRole| cell == role.as_str() || key(cell) == key(role.label());
    let role = ContactRole::ALL.into_iter().find(is_called);
    if role.is_none() {
        let words = ContactRole::ALL.map(|one| one.as_str().to_owned());
        let expected = format!("l’un de {}", ticked(&words));
        reader.fault("role", FileFault::quote(cell), expected);
    }
    role
}

/// The project that a director directs, and whether the cell is what the role asks for: no other has a project.
fn project(
    reader: &mut RowReader<'_, '_>,
    role: Option<ContactRole>,
    ministry: Option<&MinistryCode>,
) -> (Option<ProjectId>, bool) {
    if role == Some(ContactRole::ProjectDirector) {
        let Some(project) = reader.known_project() else { return (None, false) };
        let home = reader.context.identities.ministry_of(&project);
        // Its questions and last answers go to this person.
        if let Some((home, ministry)) = home.zip(ministry).filter(|(home, own)| home != own) {
            let found = format!("un projet du ministère `{home}`");
            reader.fault("project", found, format!("un projet du ministère `{ministry}`"));
            return (None, false);
        }
        return (Some(project), true);
    }
    let (Some(cell), Some(_)) = (reader.text("project"), role) else { return (None, true) };
    let expected = format!(
        "rien\u{a0}: seul le rôle `{}` est celui d’un projet",
        ContactRole::ProjectDirector.as_str()
    );
    reader.fault("project", FileFault::quote(cell), expected);
    (None, false)
}

/// Whether a delegate has both dates: an absence ends by itself.
fn is_dated(reader: &mut RowReader<'_, '_>, role: Option<ContactRole>) -> bool {
    if role != Some(ContactRole::Delegate) {
        return true;
    }
    let days =
        [("since", "le premier jour de l’absence"), ("until", "le dernier jour de l’absence")];
    let missing: Vec<_> =
        days.into_iter().filter(|(field, _)| reader.text(field).is_none()).collect();
    for (field, expected) in &missing {
        reader.fault(field, "rien", *expected);
    }
    missing.is_empty()
}

/// An address is personal data: what is said of a wrong one does not repeat it.
fn addresses(reader: &mut RowReader<'_, '_>) -> Option<Vec<String>> {
    let cell = reader.needed("email")?;
    let mut addresses: Vec<String> = Vec::new();
    for text in cell.split(';').map(str::trim).filter(|text| !text.is_empty()) {
        match sendable(text) {
            Ok(address) if addresses.contains(&address) => {}
            Ok(address) => addresses.push(address),
            Err(fault) => {
                let (found, expected) = fault_in_words(fault);
                reader.fault("email", found, expected);
                return None;
            }
        }
    }
    if addresses.is_empty() {
        let (found, expected) = fault_in_words(AddressFault::Malformed);
        reader.fault("email", found, expected);
        return None;
    }
    Some(addresses)
}

fn fault_in_words(fault: AddressFault) -> (&'static str, &'static str) {
    match fault {
        AddressFault::Malformed => (
            "un texte qui n’est pas une adresse",
            "une adresse telle que `sg@example.gouv.fr`, ou plusieurs séparées par `;`",
        ),
        AddressFault::AccentedUser => (
            "une adresse avec un accent avant `@`",
            "une adresse sans accent avant `@` : les serveurs de messagerie n’en acceptent pas",
        ),
        AddressFault::Domain => (
            "une adresse dont le domaine ne peut exister",
            "une adresse telle que `sg@example.gouv.fr`",
        ),
    }
}
