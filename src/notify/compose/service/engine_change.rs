//! The message to the risk team after an upgrade of the engine: what it changed on the same data.

use std::collections::BTreeMap;

use crate::domain::alerts::alert::{AlertChange, AlertChangeKind};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{Notice, NoticeKind, Receiver};
use crate::notify::compose::context::{ComposeContext, notice_id};
use crate::notify::layout::footer::{footer, page_url};
use crate::notify::layout::message::{Message, plural};
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;
use crate::support::french;

/// Most changes listed one by one; the others are counted.
const NAMED: usize = 20;

/// None when nothing but wording changed, or when the risk team has no address or no open channel.
///
/// # Errors
///
/// Fails when the message cannot be laid out.
pub fn engine_notice(
    occasion: ComposeContext<'_>,
    engine: u32,
    changes: &[AlertChange],
) -> Result<Option<Notice>, RenderError> {
    let settings = occasion.settings;
    let is_open =
        occasion.lanes.iter().any(|one| one.lane == Channel::Mail && one.closed_at.is_none());
    let changes: Vec<&AlertChange> = changes.iter().filter(|change| is_listed(change)).collect();
    if changes.is_empty() || settings.mail.dinum.is_empty() || !is_open {
        return Ok(None);
    }
    let receiver = Receiver::Dinum;
    let id = notice_id(&receiver, &["engine", &occasion.cycle.to_string()], occasion.now);
    let place = "Panorama des grands projets".to_owned();
    let counted = plural(changes.len(), "alerte change", "alertes changent");
    let message = Message {
        title: format!("[RISQUE] Nouveau moteur d’évaluation : {counted}"),
        heading: place.clone(),
        intro: paragraphs(occasion, engine, &changes),
        more_url: page_url(settings, &id),
        footer: footer(&receiver, &place, settings),
        ..Message::default()
    };
    let content = render::content(&message, None, usize::MAX)?;
    Ok(Some(Notice {
        thread: format!("engine/{receiver}"),
        id,
        receiver,
        kind: NoticeKind::Digest,
        cycle: Some(occasion.cycle),
        follows: vec![],
        title: message.title,
        content,
        created_at: occasion.now,
        not_before: settings.calendar.office_hours_from(occasion.now),
    }))
}

fn is_listed(change: &AlertChange) -> bool {
    !matches!(change.kind, AlertChangeKind::Persisted | AlertChangeKind::Pending)
}

fn paragraphs(occasion: ComposeContext<'_>, engine: u32, changes: &[&AlertChange]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.kind.label()).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(label, count)| format!("{label} : {count}")).collect();
    let mut paragraphs = vec![
        format!(
            "Vigie a été mise à jour (moteur {engine}). Les données et les règles de l’évaluation au {} \
             ont été évaluées de nouveau : ce qui suit vient du moteur, et d’aucun projet. Les secrétaires \
             généraux n’en sont pas informés.",
            french::date(occasion.as_of)
        ),
        format!("Par nature : {}.", counts.join(" ; ")),
    ];
    let directory = occasion.directory;
    paragraphs.extend(changes.iter().take(NAMED).map(|change| {
        let alert = &change.alert;
        format!(
            "{}, {} : alerte {}. {}",
            directory.name(&alert.subject),
            directory.rule_title(&alert.rule),
            change.kind.label(),
            change.reason
        )
    }));
    let beyond = changes.len().saturating_sub(NAMED);
    if beyond > 0 {
        paragraphs.push(format!("Et {}.", plural(beyond, "autre alerte", "autres alertes")));
    }
    paragraphs
}
