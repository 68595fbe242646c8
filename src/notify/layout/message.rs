//! A message for people: its parts, the lines about alerts, and counts in words.

use chrono::NaiveDate;
use serde::Serialize;

use super::missions::Decisions;
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionState;
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::digest::{AlertNews, MissionNews, Turn};
use crate::notify::links::acknowledgement_of;
use crate::support::french;

/// A message, ready for the templates.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Message {
    pub(in crate::notify) title: String,
    pub(in crate::notify) heading: String,
    pub(in crate::notify) intro: Vec<String>,
    /// The one link that the message is sent for.
    pub(in crate::notify) action: Option<MessageAction>,
    /// What the reader is to decide, before anything else.
    pub(in crate::notify) decisions: Option<Decisions>,
    pub(in crate::notify) sections: Vec<Section>,
    /// Number of lines left out.
    pub(in crate::notify) more: usize,
    /// Whether the page of the message says more than the message.
    pub(in crate::notify) has_page: bool,
    /// Address of that page, if Vigie has an address for readers.
    pub(in crate::notify) more_url: Option<String>,
    /// The document that the reader prints.
    pub(in crate::notify) document: Option<MessageAction>,
    /// Why the reader receives this, and whom to contact.
    pub(in crate::notify) footer: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct MessageAction {
    pub(in crate::notify) label: String,
    pub(in crate::notify) url: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Section {
    pub(in crate::notify) title: String,
    pub(in crate::notify) groups: Vec<Group>,
}

/// Lines that belong together: about one project, or of one kind.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Group {
    /// Empty when the section's title says enough.
    pub(in crate::notify) name: String,
    /// Sentences about the subject as a whole.
    pub(in crate::notify) points: Vec<String>,
    pub(in crate::notify) lines: Vec<MessageLine>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct MessageLine {
    /// Name of the level; the template chooses its colour.
    pub(in crate::notify) level: &'static str,
    pub(in crate::notify) label: String,
    /// The projects, where the group does not say which.
    pub(in crate::notify) about: Option<String>,
    pub(in crate::notify) title: String,
    /// What has happened to the alert, if that needs saying.
    pub(in crate::notify) turn: Option<String>,
    pub(in crate::notify) detail: Option<String>,
    /// Where the reader acknowledges the alerts, when the message asks for that.
    pub(in crate::notify) acknowledge_url: Option<String>,
}

/// Counts for a chat room. Many people may read the room, and it is not encrypted: it names no project.
#[derive(Debug, Serialize)]
pub(in crate::notify) struct Chat {
    pub(in crate::notify) heading: String,
    pub(in crate::notify) lines: Vec<String>,
    pub(in crate::notify) url: Option<String>,
}

/// Keeps the first `lines` lines, decisions included, and returns how many are left out.
pub(in crate::notify) fn cap(message: &mut Message, lines: usize) -> usize {
    let decisions = message.decisions.as_ref().map_or(0, |decisions| decisions.items.len());
    let mut left = lines.saturating_sub(decisions);
    let mut dropped = 0;
    for section in &mut message.sections {
        for group in &mut section.groups {
            let points = group.points.len();
            group.points.truncate(left);
            left -= group.points.len();
            dropped += points - group.points.len();
            let alerts = group.lines.len();
            group.lines.truncate(left);
            left -= group.lines.len();
            dropped += alerts - group.lines.len();
        }
        section.groups.retain(|group| !(group.lines.is_empty() && group.points.is_empty()));
    }
    message.sections.retain(|section| !section.groups.is_empty());
    dropped
}

/// For example `2 décisions, 3 nouvelles alertes, 1 aggravée, 2 levées`; in a first message, where all
/// is new, `2 décisions, 3 alertes`.
pub(in crate::notify) fn counted(
    alerts: &[AlertNews<'_>],
    missions: &[MissionNews<'_>],
    is_first: bool,
) -> String {
    let states = missions.iter().map(|one| (one.mission.state, one.mission.automatic));
    let (mut decisions, mut automatic, mut others) = (0, 0, 0);
    for state in states {
        match state {
            (MissionState::Proposed, _) => decisions += 1,
            (MissionState::Open, true) => automatic += 1,
            (
                MissionState::Open
                | MissionState::Declined
                | MissionState::Withdrawn
                | MissionState::Closed,
                _,
            ) => others += 1,
        }
    }
    let mut words: Vec<String> = Vec::new();
    if decisions > 0 {
        words.push(plural(decisions, "décision", "décisions"));
    }
    let of = |wanted: fn(Turn) -> bool| alerts.iter().filter(|one| wanted(one.turn)).count();
    let new = if is_first { ("", "") } else { ("nouvelle", "nouvelles") };
    let counts = [
        (of(|turn| matches!(turn, Turn::Raised | Turn::Reopened | Turn::Woken)), new.0, new.1),
        (of(|turn| turn == Turn::Worsened), "aggravée", "aggravées"),
        (of(|turn| turn == Turn::NewFact), "avec un fait nouveau", "avec un fait nouveau"),
        (of(|turn| turn == Turn::Eased), "atténuée", "atténuées"),
        (of(|turn| matches!(turn, Turn::Resolved | Turn::Retired)), "levée", "levées"),
        (of(|turn| turn == Turn::Dormant), "en sommeil", "en sommeil"),
    ];
    let mut is_named = false;
    for (count, one, several) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let noun = match (is_named, count) {
            (true, _) => "",
            (false, 1) => "alerte",
            (false, _) => "alertes",
        };
        is_named = true;
        let word = if count == 1 { one } else { several };
        // French puts `nouvelle` before the noun, and the other adjectives after it.
        let said = if one == "nouvelle" { [word, noun] } else { [noun, word] };
        let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
        words.push(format!("{count} {}", said.join(" ")));
    }
    let critical = alerts.iter().filter(|one| one.is_newly_critical()).count();
    if is_named && is_first && critical > 0 {
        let all = words.pop().unwrap_or_default();
        words.push(format!("{all} (dont {})", plural(critical, "critique", "critiques")));
    }
    if automatic > 0 {
        words.push(plural(automatic, "mission ouverte d’office", "missions ouvertes d’office"));
    }
    if others > 0 {
        words.push(plural(others, "suite de mission", "suites de missions"));
    }
    words.join(", ")
}

/// The plural begins at two in French.
pub(in crate::notify) fn plural(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count < 2 { one } else { several })
}

pub(in crate::notify) fn worst(alerts: &[AlertNews<'_>]) -> Option<Level> {
    alerts.iter().filter(|one| one.turn.is_bad()).map(|one| one.alert.level).max()
}

/// One line about an alert. `is_first`: in a message where all is new, so that nothing is said to be.
pub(in crate::notify) fn alert_line(
    news: &AlertNews<'_>,
    directory: &Directory,
    is_first: bool,
) -> MessageLine {
    let alert = news.alert;
    let before = news.from.map_or("", Level::label);
    let turn = match news.turn {
        Turn::Raised if is_first => None,
        Turn::Raised => Some("nouvelle".to_owned()),
        Turn::Reopened => Some("de retour".to_owned()),
        Turn::Woken => Some("de retour avec le projet".to_owned()),
        Turn::Worsened => Some(format!("aggravée, auparavant « {before} »")),
        Turn::NewFact => Some("fait nouveau".to_owned()),
        Turn::Eased => Some(format!("atténuée, auparavant « {before} »")),
        Turn::Resolved => Some(format!("levée, auparavant « {before} »")),
        Turn::Dormant => Some(format!("en sommeil, auparavant « {before} »")),
        Turn::Retired => Some(format!("n’est plus suivie, auparavant « {before} »")),
    };
    let detail = match news.turn {
        Turn::Resolved | Turn::Dormant | Turn::Retired => {
            news.reason.map(|reason| of_its_ministry(reason, &alert.subject, directory))
        }
        Turn::NewFact => Some(news.facts().collect::<Vec<_>>().join(" ")),
        Turn::Raised | Turn::Reopened | Turn::Woken | Turn::Worsened | Turn::Eased => {
            alert.explanation.clone()
        }
    };
    MessageLine { turn, detail, ..blank_line(alert, directory) }
}

/// A reason without the sentences that name a project of another ministry, such as one that this project was
/// told apart from.
fn of_its_ministry(reason: &str, subject: &Subject, directory: &Directory) -> String {
    let home = directory.home(subject);
    let is_of_home = |sentence: &&str| {
        sentence.split('`').skip(1).step_by(2).all(|quoted| {
            let id = ProjectId::new(quoted.strip_prefix("project/").unwrap_or(quoted));
            directory.home(&Subject::Project(id)) == home
        })
    };
    let sentences = reason.split_inclusive(". ").filter(is_of_home);
    sentences.collect::<String>().trim_end().to_owned()
}

/// The line of a reminder: an alert that was sent and that nobody acknowledged.
pub(in crate::notify) fn waiting_line(
    alert: &Alert,
    sent_on: NaiveDate,
    today: NaiveDate,
    (directory, page): (&Directory, Option<&str>),
) -> MessageLine {
    let days = usize::try_from((today - sent_on).num_days()).unwrap_or(0);
    let ago = plural(days, "jour", "jours");
    MessageLine {
        turn: Some(format!("signalée le {}, il y a {ago}", french::date(sent_on))),
        detail: alert.explanation.clone(),
        acknowledge_url: page.map(|page| acknowledgement_of(page, std::slice::from_ref(&alert.id))),
        ..blank_line(alert, directory)
    }
}

/// The level and the rule's title; readers need no knowledge of its code.
fn blank_line(alert: &Alert, directory: &Directory) -> MessageLine {
    MessageLine {
        level: alert.level.as_str(),
        label: alert.level.label().to_owned(),
        title: directory.rule_title(&alert.rule),
        ..MessageLine::default()
    }
}

/// The name of what an alert or a mission is about.
pub(in crate::notify) fn subject_name(subject: &Subject, directory: &Directory) -> String {
    match subject {
        Subject::Ministry(_) => format!("{}, dans son ensemble", directory.name(subject)),
        Subject::Project(_) | Subject::Portfolio => directory.name(subject),
    }
}
