//! Who receives the messages of each ministry on a day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::MinistryCode;
use crate::domain::messages::recipients::{Receipt, RecipientLine, Recipients};
use crate::domain::portfolio::follow_up::Contact;
use crate::domain::portfolio::subject::Subject;
use crate::notify::Directory;

/// The contacts of one ministry, by its code or name, or of all: those who receive its messages on the day, first. The
/// risk team takes the place of a ministry where nobody does.
///
/// # Errors
/// When there is no such ministry, or nothing is known of any.
pub async fn recipients(
    services: &Services,
    ministry: Option<&str>,
    as_of: Option<NaiveDate>,
) -> Result<Vec<RecipientLine>, ApplicationError> {
    services.store.check_whole("who receives the messages of ministries")?;
    let known = view::known_data(services, as_of).await?;
    let (day, portfolio) = (known.as_of, &known.portfolio);
    let directory = Directory::of(portfolio, BTreeMap::new(), day);
    let contacts = &portfolio.contacts;
    let ministries: BTreeSet<&MinistryCode> =
        directory.ministries().chain(contacts.iter().map(|contact| &contact.ministry)).collect();
    let mut lines = Vec::new();
    for code in ministries {
        let name = directory.name(&Subject::Ministry(code.clone()));
        let is_wanted = ministry.is_none_or(|wanted| {
            wanted == code.as_str() || wanted.to_lowercase() == name.to_lowercase()
        });
        if is_wanted {
            let recipients = Recipients::of(contacts, code, day);
            let risk_team = &services.notify.mail.dinum;
            lines.extend(of_ministry((code, &name), &recipients, risk_team, &directory));
        }
    }
    match ministry {
        Some(wanted) if lines.is_empty() => {
            Err(ApplicationError::NoSuchMinistry(wanted.to_owned()))
        }
        _ => Ok(lines),
    }
}

/// `risk_team` is its address, empty when it has none.
fn of_ministry(
    (code, name): (&MinistryCode, &str),
    recipients: &Recipients<'_>,
    risk_team: &str,
    directory: &Directory,
) -> Vec<RecipientLine> {
    let project_name = |contact: &Contact| {
        contact.project.as_ref().map(|project| directory.name(&Subject::Project(project.clone())))
    };
    let mut lines: Vec<RecipientLine> = recipients
        .statuses()
        .map(|(contact, status)| RecipientLine {
            ministry: code.clone(),
            ministry_name: name.to_owned(),
            role: Some(contact.role),
            project: contact.project.clone(),
            name: contact.name.clone(),
            email: Some(contact.email.clone()),
            since: contact.since,
            until: contact.until,
            receives: status.receipt(),
            reason: status.reason(project_name(contact).as_deref()),
        })
        .collect();
    if recipients.is_empty() {
        let address = Some(risk_team.to_owned()).filter(|address| !address.is_empty());
        let nobody = "aucun destinataire en fonction au ministère";
        let (receives, reason) = match address {
            Some(_) => (Receipt::To, nobody.to_owned()),
            None => (Receipt::Nothing, format!("{nobody}, ni adresse de la DINUM (`mail.dinum`)")),
        };
        lines.push(RecipientLine {
            ministry: code.clone(),
            ministry_name: name.to_owned(),
            role: None,
            project: None,
            name: None,
            email: address,
            since: None,
            until: None,
            receives,
            reason,
        });
    }
    lines.sort_by_key(|line| (line.receives, line.role));
    lines
}
