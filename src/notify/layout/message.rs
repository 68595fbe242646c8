//! A message for people: what to report on each project, sorted by what needs a decision, with a
//! bounded number of lines.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::alerts::alert::Alert;
use crate::domain::level::Level;
use crate::domain::missions::mission::{Mission, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::digest::{AlertNews, MissionNews, Turn};
use crate::support::french;

/// A message, ready for the templates.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Message {
    pub(in crate::notify) title: String,
    pub(in crate::notify) heading: String,
    pub(in crate::notify) intro: Vec<String>,
    pub(in crate::notify) sections: Vec<Section>,
    /// Number of lines left out.
    pub(in crate::notify) more: usize,
    /// Address where the lines left out can be read, if Vigie has an address for readers.
    pub(in crate::notify) more_url: Option<String>,
    /// Why the reader receives this, and whom to contact.
    pub(in crate::notify) footer: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Section {
    pub(in crate::notify) title: String,
    pub(in crate::notify) groups: Vec<Group>,
}

/// The lines about one project, or about a ministry as a whole.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Group {
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
    pub(in crate::notify) title: String,
    pub(in crate::notify) turn: String,
    pub(in crate::notify) detail: Option<String>,
}

/// Counts for a chat room. Many people may read the room, and it is not encrypted: it names no project.
#[derive(Debug, Serialize)]
pub(in crate::notify) struct Chat {
    pub(in crate::notify) heading: String,
    pub(in crate::notify) lines: Vec<String>,
    pub(in crate::notify) url: Option<String>,
}

/// The order of sections: what needs a decision first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Decide,
    Watch,
    Better,
}

impl Rank {
    fn title(self) -> &'static str {
        match self {
            Self::Decide => "À décider",
            Self::Watch => "Nouvelles alertes et aggravations",
            Self::Better => "Améliorations",
        }
    }
}

/// Sorted by what needs a decision, then by decreasing level, then by name.
pub(in crate::notify) fn sections(
    alerts: &[AlertNews<'_>],
    missions: &[MissionNews<'_>],
    directory: &Directory,
) -> Vec<Section> {
    let mut subjects: BTreeMap<&Subject, SubjectNews<'_>> = BTreeMap::new();
    for one in alerts {
        subjects.entry(&one.alert.subject).or_default().alerts.push(one);
    }
    for one in missions {
        subjects.entry(&one.mission.subject).or_default().missions.push(one);
    }
    let mut ranked: Vec<(Rank, Reverse<Level>, Group)> =
        subjects.into_iter().map(|(subject, said)| said.of(subject, directory)).collect();
    ranked.sort_by_cached_key(|(rank, worst, group)| (*rank, *worst, group.name.to_lowercase()));
    let mut sections: BTreeMap<Rank, Section> = BTreeMap::new();
    for (rank, _, group) in ranked {
        let section = sections.entry(rank).or_default();
        rank.title().clone_into(&mut section.title);
        section.groups.push(group);
    }
    sections.into_values().collect()
}

/// The news of one subject.
#[derive(Default)]
struct SubjectNews<'a> {
    alerts: Vec<&'a AlertNews<'a>>,
    missions: Vec<&'a MissionNews<'a>>,
}

impl SubjectNews<'_> {
    fn of(mut self, subject: &Subject, directory: &Directory) -> (Rank, Reverse<Level>, Group) {
        self.alerts.sort_by(|a, b| {
            let key = |one: &AlertNews<'_>| (!one.turn.is_bad(), Reverse(one.alert.level));
            (key(a), &a.alert.rule).cmp(&(key(b), &b.alert.rule))
        });
        let bad = self.alerts.iter().filter(|one| one.turn.is_bad());
        let worst = bad.map(|one| one.alert.level).max().unwrap_or(Level::Clear);
        let decided = self.missions.iter().any(|one| one.mission.state.is_live());
        let rank = if decided || worst >= Level::High {
            Rank::Decide
        } else if worst > Level::Clear {
            Rank::Watch
        } else {
            Rank::Better
        };
        let group = Group {
            name: group_name(subject, directory),
            points: self.missions.iter().map(|one| mission_line(one)).collect(),
            lines: self.alerts.iter().map(|one| alert_line(one, directory)).collect(),
        };
        (rank, Reverse(worst), group)
    }
}

fn group_name(subject: &Subject, directory: &Directory) -> String {
    match subject {
        Subject::Ministry(_) => format!("{}, dans son ensemble", directory.name(subject)),
        Subject::Project(_) | Subject::Portfolio => directory.name(subject),
    }
}

/// Keeps the first `lines` lines and returns how many are left out.
pub(in crate::notify) fn cap(sections: &mut Vec<Section>, lines: usize) -> usize {
    let mut left = lines;
    let mut dropped = 0;
    for section in sections.iter_mut() {
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
    sections.retain(|section| !section.groups.is_empty());
    dropped
}

/// For example `3 nouvelles alertes, 1 aggravée, 2 levées`, or `2 missions` when there are only
/// missions.
pub(in crate::notify) fn counted(alerts: &[AlertNews<'_>], missions: &[MissionNews<'_>]) -> String {
    let of = |wanted: fn(Turn) -> bool| alerts.iter().filter(|one| wanted(one.turn)).count();
    let counts = [
        (of(|turn| matches!(turn, Turn::Raised | Turn::Reopened)), "nouvelle", "nouvelles"),
        (of(|turn| turn == Turn::Worsened), "aggravée", "aggravées"),
        (of(|turn| turn == Turn::NewFact), "avec un fait nouveau", "avec un fait nouveau"),
        (of(|turn| turn == Turn::Eased), "atténuée", "atténuées"),
        (of(|turn| matches!(turn, Turn::Resolved | Turn::Retired)), "levée", "levées"),
    ];
    let mut words: Vec<String> = Vec::new();
    for (count, one, several) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let noun = match (words.is_empty(), count) {
            (true, 1) => " alerte",
            (true, _) => " alertes",
            (false, _) => "",
        };
        let word = if count == 1 { one } else { several };
        // French puts `nouvelle` before the noun, and the other adjectives after it.
        words.push(if one == "nouvelle" {
            format!("{count} {word}{noun}")
        } else {
            format!("{count}{noun} {word}")
        });
    }
    if !missions.is_empty() {
        words.push(plural(missions.len(), "mission", "missions"));
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

fn alert_line(news: &AlertNews<'_>, directory: &Directory) -> MessageLine {
    let alert = news.alert;
    let before = news.from.map_or("", Level::label);
    let turn = match news.turn {
        Turn::Raised => "nouvelle".to_owned(),
        Turn::Reopened => "de retour".to_owned(),
        Turn::Worsened => format!("aggravée, auparavant « {before} »"),
        Turn::NewFact => "fait nouveau".to_owned(),
        Turn::Eased => format!("atténuée, auparavant « {before} »"),
        Turn::Resolved => format!("levée, auparavant « {before} »"),
        Turn::Retired => format!("n’est plus suivie, auparavant « {before} »"),
    };
    let detail = match news.turn {
        Turn::Resolved | Turn::Retired => news.reason.map(str::to_owned),
        Turn::NewFact => Some(news.facts().collect::<Vec<_>>().join(" ")),
        Turn::Raised | Turn::Reopened | Turn::Worsened | Turn::Eased => alert.explanation.clone(),
    };
    MessageLine {
        level: alert.level.as_str(),
        label: alert.level.label().to_owned(),
        title: format!("{} ({})", directory.rule_title(&alert.rule), alert.rule),
        turn,
        detail,
    }
}

/// The line of a reminder: an alert that was sent and that nobody acknowledged.
pub(in crate::notify) fn waiting_line(
    alert: &Alert,
    sent_on: NaiveDate,
    today: NaiveDate,
    directory: &Directory,
) -> MessageLine {
    let days = usize::try_from((today - sent_on).num_days()).unwrap_or(0);
    let ago = plural(days, "jour", "jours");
    MessageLine {
        level: alert.level.as_str(),
        label: alert.level.label().to_owned(),
        title: format!("{} ({})", directory.rule_title(&alert.rule), alert.rule),
        turn: format!("signalée le {}, il y a {ago}", french::date(sent_on)),
        detail: alert.explanation.clone(),
    }
}

fn mission_line(news: &MissionNews<'_>) -> String {
    let Mission { kind, state, automatic, due_on, .. } = news.mission;
    let due = french::date(*due_on);
    let what = match state {
        MissionState::Proposed => format!("proposée, à décider avant le {due}"),
        MissionState::Open if *automatic => format!("ouverte d’office, à engager avant le {due}"),
        MissionState::Open => "décidée".to_owned(),
        MissionState::Declined => "écartée".to_owned(),
        MissionState::Withdrawn => "proposition retirée".to_owned(),
        MissionState::Closed => "close".to_owned(),
    };
    format!("{} : {what}", kind.label())
}
