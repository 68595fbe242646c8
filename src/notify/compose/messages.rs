//! Messages of a cycle to people: the digest, and a separate message for what has just become
//! critical.

use std::collections::BTreeSet;

use super::context::{ComposeContext, Composed, Part, changed, notice_id};
use super::correction::Correction;
use super::datasets::on_hold;
use super::digest::{AlertNews, MissionNews};
use super::silences::SilenceNews;
use super::{digest, silences};
use crate::domain::ids::{AlertId, NoticeId};
use crate::domain::level::Level;
use crate::domain::messages::notice::{Notice, NoticeKind, Receiver};
use crate::domain::portfolio::import::HeldImport;
use crate::domain::portfolio::subject::Subject;
use crate::notify::layout::footer::{footer, page_url};
use crate::notify::layout::message::{Message, plural};
use crate::notify::layout::render::RenderError;
use crate::notify::layout::{message, render};
use crate::support::clock::today;
use crate::support::french;

pub(in crate::notify) fn compose(
    occasion: ComposeContext<'_>,
    receiver: &Receiver,
    parts: Vec<Part<'_>>,
) -> Result<Composed, RenderError> {
    let id = |kind: NoticeKind| {
        notice_id(receiver, &[kind.as_str(), &occasion.cycle.to_string()], occasion.now)
    };
    let corrects = occasion.correction.is_some();
    let mut critical: Vec<AlertNews<'_>> = Vec::new();
    let mut others: Vec<AlertNews<'_>> = Vec::new();
    let mut missions: Vec<MissionNews<'_>> = Vec::new();
    let mut waiting: Vec<HeldImport> = Vec::new();
    for part in &parts {
        let (apart, rest): (Vec<_>, Vec<_>) =
            part.news.alerts.iter().cloned().partition(|one| !corrects && one.is_newly_critical());
        critical.extend(apart);
        others.extend(rest);
        missions.extend(part.news.missions.iter().cloned());
        waiting.extend(part.news.on_hold.iter().cloned());
    }
    let silences = silences::for_receiver(occasion.silences, receiver);
    let letter = Letter { occasion, receiver, parts: &parts };
    let mut notices = Vec::new();
    if !critical.is_empty() {
        notices.push(letter.critical(id(NoticeKind::Critical), &critical)?);
    }
    let rest =
        Rest { alerts: &others, missions: &missions, silences: &silences, on_hold: &waiting };
    if let Some(correction) = occasion.correction {
        let own = id(NoticeKind::Correction);
        notices.push(letter.correction(own, rest, correction)?);
    } else if !rest.is_empty() {
        let digest = id(NoticeKind::Digest);
        notices.push(letter.digest(digest, rest, critical.len())?);
    }
    let apart: BTreeSet<&AlertId> = critical.iter().map(|news| &news.alert.id).collect();
    let teller = |alert: &AlertId| {
        let kind = match (corrects, apart.contains(alert)) {
            (true, _) => NoticeKind::Correction,
            (false, true) => NoticeKind::Critical,
            (false, false) => NoticeKind::Digest,
        };
        Some(id(kind))
    };
    let last = notices.last().map(|notice| notice.id.clone());
    let memories: Vec<_> = parts
        .iter()
        .map(|part| {
            let on = today(occasion.now);
            let mut memory = digest::remember(&part.memory, part.scope, occasion.facts, on, teller);
            if corrects || !(part.news.is_empty() && silences.is_empty()) {
                memory.last = last.clone().or(memory.last);
            }
            memory
        })
        .collect();
    let memories = parts
        .into_iter()
        .zip(memories)
        .filter_map(|(part, memory)| changed(receiver, part, memory))
        .collect();
    Ok(Composed { notices, memories })
}

/// The content of a digest: everything except what has just become critical.
#[derive(Clone, Copy)]
struct Rest<'a> {
    alerts: &'a [AlertNews<'a>],
    missions: &'a [MissionNews<'a>],
    silences: &'a [&'a SilenceNews<'a>],
    on_hold: &'a [HeldImport],
}

impl Rest<'_> {
    fn is_empty(self) -> bool {
        self.alerts.is_empty()
            && self.missions.is_empty()
            && self.silences.is_empty()
            && self.on_hold.is_empty()
    }

    fn counted(self) -> String {
        let counted = message::counted(self.alerts, self.missions);
        let counted = (!counted.is_empty()).then_some(counted);
        let parts: Vec<String> =
            counted.into_iter().chain(silences::counted(self.silences)).collect();
        let parts: Vec<String> = parts.into_iter().chain(on_hold::counted(self.on_hold)).collect();
        parts.join(", ")
    }
}

struct Letter<'a> {
    occasion: ComposeContext<'a>,
    receiver: &'a Receiver,
    parts: &'a [Part<'a>],
}

impl Letter<'_> {
    /// Sent at once, unless it is night.
    fn critical(&self, id: NoticeId, alerts: &[AlertNews<'_>]) -> Result<Notice, RenderError> {
        let ComposeContext { directory, terms, settings, now, as_of, .. } = self.occasion;
        let count = plural(alerts.len(), "alerte critique", "alertes critiques");
        let place = place(self.receiver, self.occasion);
        let passes = if alerts.len() == 1 { "vient de passer" } else { "viennent de passer" };
        let message = Message {
            title: format!("[RISQUE][{}] {place} : {count}", Level::Critical.label()),
            heading: format!("{place} : {count}"),
            intro: vec![format!(
                "{} {passes} au niveau « {} », d’après les données au {}.",
                plural(alerts.len(), "alerte", "alertes"),
                Level::Critical.label(),
                french::date(as_of)
            )],
            sections: message::sections(alerts, &[], directory),
            ..self.blank(&id)
        };
        let not_before =
            if terms.critical.at_night { now } else { settings.calendar.end_of_night_from(now) };
        self.notice(id, NoticeKind::Critical, message, not_before)
    }

    /// Sent in office hours.
    fn digest(&self, id: NoticeId, rest: Rest<'_>, apart: usize) -> Result<Notice, RenderError> {
        let ComposeContext { directory, settings, now, as_of, .. } = self.occasion;
        let place = place(self.receiver, self.occasion);
        let counted = rest.counted();
        let level = message::worst(rest.alerts)
            .map_or(String::new(), |level| format!("[{}]", level.label()));
        let mut intro = vec![format!(
            "Situation au {}. Depuis le message précédent : {counted}.",
            french::date(as_of)
        )];
        intro.extend(self.standing());
        if apart > 0 {
            let verb = if apart == 1 { "fait" } else { "font" };
            let them = plural(apart, "nouvelle alerte critique", "nouvelles alertes critiques");
            intro.push(format!("{them} {verb} l’objet d’un message à part."));
        }
        intro.extend(self.vacancies());
        let silences = silences::section(rest.silences, self.receiver, directory);
        let said = message::sections(rest.alerts, rest.missions, directory);
        let message = Message {
            title: format!("[RISQUE]{level} {place} : {counted}"),
            heading: place,
            intro,
            sections: on_hold::section(rest.on_hold)
                .into_iter()
                .chain(silences)
                .chain(said)
                .collect(),
            ..self.blank(&id)
        };
        let not_before = settings.calendar.office_hours_from(now);
        self.notice(id, NoticeKind::Digest, message, not_before)
    }

    /// Corrects the messages of a voided cycle. Sent at once, unless it is night.
    fn correction(
        &self,
        id: NoticeId,
        rest: Rest<'_>,
        correction: Correction<'_>,
    ) -> Result<Notice, RenderError> {
        let ComposeContext { directory, settings, now, .. } = self.occasion;
        let place = place(self.receiver, self.occasion);
        let mut intro = correction.intro();
        let counted = rest.counted();
        if !counted.is_empty() {
            intro.push(format!("Ce qui change de ce fait : {counted}."));
        }
        intro.extend(self.standing());
        let message = Message {
            title: format!("[RISQUE][Rectificatif] {place} : {}", correction.title()),
            heading: place,
            intro,
            sections: message::sections(rest.alerts, rest.missions, directory),
            ..self.blank(&id)
        };
        let not_before = settings.calendar.end_of_night_from(now);
        self.notice(id, NoticeKind::Correction, message, not_before)
    }

    fn notice(
        &self,
        id: NoticeId,
        kind: NoticeKind,
        message: Message,
        not_before: chrono::DateTime<chrono::Utc>,
    ) -> Result<Notice, RenderError> {
        let content = render::content(&message, self.occasion.terms.digest.lines)?;
        let follows = match kind {
            NoticeKind::Digest | NoticeKind::Correction => {
                self.parts.iter().find_map(|part| part.memory.last.clone())
            }
            NoticeKind::Critical
            | NoticeKind::Reminder
            | NoticeKind::Escalation
            | NoticeKind::Event
            | NoticeKind::Account => None,
        };
        // A correction follows the message that it corrects.
        let thread = match kind {
            NoticeKind::Correction => NoticeKind::Digest,
            NoticeKind::Digest
            | NoticeKind::Critical
            | NoticeKind::Reminder
            | NoticeKind::Escalation
            | NoticeKind::Event
            | NoticeKind::Account => kind,
        };
        Ok(Notice {
            thread: format!("{}/{}", thread.as_str(), self.receiver),
            id,
            receiver: self.receiver.clone(),
            kind,
            cycle: Some(self.occasion.cycle),
            follows: follows.into_iter().collect(),
            title: message.title,
            content,
            created_at: self.occasion.now,
            not_before,
        })
    }

    fn blank(&self, id: &NoticeId) -> Message {
        let settings = self.occasion.settings;
        Message {
            more_url: page_url(settings, id),
            footer: footer(self.receiver, &place(self.receiver, self.occasion), settings),
            ..Message::default()
        }
    }

    /// How much is open in all, sent before or not, within what the receiver may see.
    fn standing(&self) -> Option<String> {
        if self.parts.is_empty() {
            return None;
        }
        let open: Vec<Level> =
            self.parts.iter().flat_map(|part| &part.scope.alerts).map(|one| one.level).collect();
        let critical = open.iter().filter(|level| **level == Level::Critical).count();
        let open = plural(open.len(), "alerte ouverte", "alertes ouvertes");
        if critical == 0 {
            return Some(format!("En tout : {open}."));
        }
        let critical = plural(critical, "critique", "critiques");
        Some(format!("En tout : {open}, dont {critical}."))
    }

    /// Ministries whose alerts go to the risk team because they have no secretary-general.
    fn vacancies(&self) -> Option<String> {
        let vacant: Vec<String> = self
            .parts
            .iter()
            .filter(|part| *self.receiver == Receiver::Dinum && part.about != Subject::Portfolio)
            .filter(|part| !part.news.is_empty())
            .map(|part| self.occasion.directory.name(&part.about))
            .collect();
        (!vacant.is_empty()).then(|| {
            format!("Sans secrétaire général connu, et donc adressé ici : {}.", vacant.join(", "))
        })
    }
}

fn place(receiver: &Receiver, occasion: ComposeContext<'_>) -> String {
    match receiver {
        Receiver::SecretaryGeneral(ministry) => {
            occasion.directory.name(&Subject::Ministry(ministry.clone()))
        }
        Receiver::Dinum
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => "Panorama des grands projets".to_owned(),
    }
}
