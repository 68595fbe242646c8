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
use crate::notify::layout::footer::{document_link, footer, page_url};
use crate::notify::layout::message::{Message, plural};
use crate::notify::layout::missions::{MOST_DECISIONS, SortedMissions};
use crate::notify::layout::order::OrderContext;
use crate::notify::layout::render::RenderError;
use crate::notify::layout::{message, missions, order, render};
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
    let alerts: Vec<AlertNews<'_>> =
        parts.iter().flat_map(|part| part.news.alerts.iter().cloned()).collect();
    let missions: Vec<MissionNews<'_>> =
        parts.iter().flat_map(|part| part.news.missions.iter().cloned()).collect();
    let critical: Vec<AlertNews<'_>> =
        alerts.iter().filter(|one| !corrects && one.is_newly_critical()).cloned().collect();
    let waiting: Vec<HeldImport> =
        parts.iter().flat_map(|part| part.news.on_hold.iter().cloned()).collect();
    let silences = silences::for_receiver(occasion.silences, receiver);
    let letter = Letter { occasion, receiver, parts: &parts };
    let mut notices = Vec::new();
    if !critical.is_empty() {
        notices.push(letter.critical(id(NoticeKind::Critical), &critical)?);
    }
    let is_more = alerts.len() > critical.len()
        || !(missions.is_empty() && silences.is_empty() && waiting.is_empty());
    let news =
        News { alerts: &alerts, missions: &missions, silences: &silences, on_hold: &waiting };
    if let Some(correction) = occasion.correction {
        let own = id(NoticeKind::Correction);
        notices.push(letter.correction(own, news, correction)?);
    } else if is_more {
        notices.push(letter.digest(id(NoticeKind::Digest), news)?);
    }
    let apart: BTreeSet<&AlertId> = critical.iter().map(|one| &one.alert.id).collect();
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

/// All that a digest tells, what a message of its own has told included.
#[derive(Clone, Copy)]
struct News<'a> {
    alerts: &'a [AlertNews<'a>],
    missions: &'a [MissionNews<'a>],
    silences: &'a [&'a SilenceNews<'a>],
    on_hold: &'a [HeldImport],
}

impl News<'_> {
    fn counted(self, is_first: bool) -> String {
        let counted = message::counted(self.alerts, self.missions, is_first);
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
        let ComposeContext { terms, settings, now, as_of, .. } = self.occasion;
        let count = plural(alerts.len(), "alerte critique", "alertes critiques");
        let none = SortedMissions::default();
        let page = page_url(settings, &id).filter(|_| self.receiver.is_of_ministry());
        let acknowledge = page.as_deref();
        let order = OrderContext { acknowledge, most_detailed: usize::MAX, ..self.order() };
        let sections = order::up_front(alerts, &none, order).into_iter().collect();
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
            sections,
            ..self.blank(&id)
        };
        let not_before =
            if terms.critical.at_night { now } else { settings.calendar.end_of_night_from(now) };
        self.notice(id, NoticeKind::Critical, (message, None), not_before)
    }

    /// Sent in office hours.
    fn digest(&self, id: NoticeId, news: News<'_>) -> Result<Notice, RenderError> {
        let ComposeContext { settings, now, as_of, .. } = self.occasion;
        let place = place(self.receiver, self.occasion);
        let is_first = self.is_first();
        let counted = news.counted(is_first);
        let level = message::worst(news.alerts)
            .map_or(String::new(), |level| format!("[{}]", level.label()));
        let since = if is_first { "Premier message" } else { "Depuis le message précédent" };
        let on = french::date(as_of);
        let mut intro = vec![format!("Situation au {on}. {since} : {counted}.")];
        // A first message counts all that is open.
        intro.extend(self.standing().filter(|_| !is_first));
        intro.extend(self.vacancies());
        let first = if is_first { ", premier message" } else { "" };
        let message = Message {
            title: format!("[RISQUE]{level} {place}{first} : {counted}"),
            heading: place,
            intro,
            document: document_link(self.receiver, settings),
            ..self.blank(&id)
        };
        let laid_out = self.lay_out(message, &id, news);
        self.notice(id, NoticeKind::Digest, laid_out, settings.calendar.office_hours_from(now))
    }

    /// Corrects the messages of a voided cycle. Sent at once, unless it is night.
    fn correction(
        &self,
        id: NoticeId,
        news: News<'_>,
        correction: Correction<'_>,
    ) -> Result<Notice, RenderError> {
        let ComposeContext { settings, now, .. } = self.occasion;
        let place = place(self.receiver, self.occasion);
        let mut intro = correction.intro();
        let counted = news.counted(false);
        if !counted.is_empty() {
            intro.push(format!("Ce qui change de ce fait : {counted}."));
        }
        intro.extend(self.standing());
        let message = Message {
            title: format!("[RISQUE][Rectificatif] {place} : {}", correction.title()),
            heading: place,
            intro,
            ..self.blank(&id)
        };
        let laid_out = self.lay_out(message, &id, news);
        let not_before = settings.calendar.end_of_night_from(now);
        self.notice(id, NoticeKind::Correction, laid_out, not_before)
    }

    /// The message in the order of a digest, and its page, which says everything.
    fn lay_out(
        &self,
        message: Message,
        id: &NoticeId,
        news: News<'_>,
    ) -> (Message, Option<Message>) {
        let ComposeContext { directory, stakes, settings, .. } = self.occasion;
        let order = self.order();
        let missions = SortedMissions::of(news.missions, directory, stakes);
        let url = page_url(settings, id);
        let decide = |most, page| {
            let reader = (self.receiver, settings.mail.contact.as_str(), page);
            missions::decisions(&missions.to_decide, most, reader, (directory, stakes))
        };
        let decisions = decide(MOST_DECISIONS, url.as_deref());
        let told = decisions.as_ref().map_or(0, |decisions| decisions.items.len());
        let up_front = order::up_front(news.alerts, &missions, order);
        let silences = silences::section(news.silences, self.receiver, directory);
        let on_hold = on_hold::section(news.on_hold);
        let is_alone =
            decisions.is_none() && up_front.is_none() && silences.is_none() && on_hold.is_none();
        let rest = order::rest(news.alerts, &missions, (told, is_alone), order);
        let all = order::by_project(news.alerts, &missions, order);
        let page = all.map(|all| Message {
            decisions: decide(usize::MAX, None),
            sections: on_hold.clone().into_iter().chain(silences.clone()).chain([all]).collect(),
            ..message.clone()
        });
        let sections = on_hold.into_iter().chain(up_front).chain(silences).chain(rest).collect();
        (Message { decisions, sections, ..message }, page)
    }

    fn order(&self) -> OrderContext<'_> {
        let ComposeContext { directory, stakes, .. } = self.occasion;
        let (is_first, most_detailed) = (self.is_first(), order::MOST_DETAILED);
        OrderContext { directory, stakes, is_first, most_detailed, acknowledge: None }
    }

    /// Whether nothing was sent before.
    fn is_first(&self) -> bool {
        self.occasion.correction.is_none()
            && self.parts.iter().all(|part| part.memory.last.is_none())
    }

    fn notice(
        &self,
        id: NoticeId,
        kind: NoticeKind,
        (message, page): (Message, Option<Message>),
        not_before: chrono::DateTime<chrono::Utc>,
    ) -> Result<Notice, RenderError> {
        let content = render::content(&message, page.as_ref(), self.occasion.terms.digest.lines)?;
        let follows = match kind {
            NoticeKind::Digest | NoticeKind::Correction => {
                self.parts.iter().find_map(|part| part.memory.last.clone())
            }
            NoticeKind::Critical
            | NoticeKind::Reminder
            | NoticeKind::Escalation
            | NoticeKind::Event
            | NoticeKind::Account
            | NoticeKind::Questionnaire
            | NoticeKind::QuestionnaireReminder
            | NoticeKind::QuestionnaireClosing => None,
        };
        // A correction follows the message that it corrects.
        let thread = match kind {
            NoticeKind::Correction => NoticeKind::Digest,
            NoticeKind::Digest
            | NoticeKind::Critical
            | NoticeKind::Reminder
            | NoticeKind::Escalation
            | NoticeKind::Event
            | NoticeKind::Account
            | NoticeKind::Questionnaire
            | NoticeKind::QuestionnaireReminder
            | NoticeKind::QuestionnaireClosing => kind,
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
        let open = plural(open.len(), "alerte est ouverte", "alertes sont ouvertes");
        if critical == 0 {
            return Some(format!("Au total, {open}."));
        }
        let critical = plural(critical, "critique", "critiques");
        Some(format!("Au total, {open}, dont {critical}."))
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
        Receiver::ProjectDirector(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Dinum
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => "Panorama des grands projets".to_owned(),
    }
}
