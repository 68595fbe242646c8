//! Messages about silences: those that end soon, and those whose rules have changed. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::alerts::silence::{Silence, SilenceChange, SilenceChangeKind, SilenceScope};
use crate::domain::ids::{MinistryCode, SilenceNumber};
use crate::domain::messages::notice::Receiver;
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::message::{Group, Section, plural};
use crate::support::clock::today;
use crate::support::french;

/// Most hidden alerts that are named; the others are counted.
const NAMED: usize = 5;

/// A silence that a cycle found close to its end or questionable. Reported once, by the cycle that
/// finds it.
#[derive(Clone, Debug)]
pub struct SilenceNews<'a> {
    /// Its state after the cycle.
    silence: &'a Silence,
    reasons: Vec<&'a str>,
    /// The open alerts that it hides.
    hidden: Vec<&'a Alert>,
    /// The ministries whose alerts it covers.
    ministries: BTreeSet<MinistryCode>,
}

/// The silences to report. `alerts` must be in their state after the cycle.
pub fn silence_news<'a>(
    changes: &'a [SilenceChange],
    alerts: &[&'a Alert],
    directory: &Directory,
    today: NaiveDate,
) -> Vec<SilenceNews<'a>> {
    let mut news: BTreeMap<SilenceNumber, SilenceNews<'a>> = BTreeMap::new();
    for change in changes {
        let is_reported = match change.kind {
            SilenceChangeKind::Announced | SilenceChangeKind::ToReview => true,
            SilenceChangeKind::Expired | SilenceChangeKind::Moved => false,
        };
        let silence = &change.silence;
        let entry = news.entry(silence.number).or_insert_with(|| SilenceNews {
            silence,
            reasons: vec![],
            hidden: vec![],
            ministries: BTreeSet::new(),
        });
        // A later change of the same silence replaces its earlier state.
        entry.silence = silence;
        entry.reasons.extend(is_reported.then_some(change.reason.as_str()));
    }
    let mut news: Vec<SilenceNews<'a>> =
        news.into_values().filter(|one| !one.reasons.is_empty()).collect();
    for one in &mut news {
        one.gather(alerts, directory, today);
    }
    news
}

impl<'a> SilenceNews<'a> {
    fn gather(&mut self, alerts: &[&'a Alert], directory: &Directory, today: NaiveDate) {
        let scope = &self.silence.scope;
        let project = scope.project.as_ref().map(|project| Subject::Project(project.clone()));
        let of_project = project.and_then(|one| directory.home(&one).ministry().cloned());
        self.ministries.extend(scope.ministry.clone().or(of_project));
        for alert in alerts.iter().filter(|alert| alert.state == AlertState::Open) {
            let home = directory.home(&alert.subject);
            let ministry = home.ministry();
            if scope.covers(&alert.rule, &alert.subject, ministry) {
                self.ministries.extend(ministry.cloned());
            }
            if self.silence.hides(alert, ministry, today) {
                self.hidden.push(alert);
            }
        }
        self.hidden.sort_by_key(|alert| (std::cmp::Reverse(alert.level), &alert.id));
    }

    /// Whether its author's text can only be about this ministry.
    fn is_of(&self, ministry: &MinistryCode) -> bool {
        let SilenceScope { project, ministry: whole, .. } = &self.silence.scope;
        (project.is_some() || whole.is_some()) && self.ministries.iter().eq([ministry])
    }

    fn group(&self, receiver: &Receiver, directory: &Directory) -> Group {
        let Silence { number, scope, author, reason, made_at, .. } = self.silence;
        let (hidden, is_theirs) = match receiver {
            // A secretary-general sees no alerts of other ministries, nor text that may name them.
            Receiver::SecretaryGeneral(ministry) => {
                let own =
                    |alert: &&&Alert| directory.home(&alert.subject).ministry() == Some(ministry);
                (self.hidden.iter().filter(own).copied().collect(), self.is_of(ministry))
            }
            Receiver::ProjectDirector(_)
            | Receiver::SecurityRelay(_)
            | Receiver::Dinum
            | Receiver::Director
            | Receiver::Account(_)
            | Receiver::Webhook(_)
            | Receiver::Tchap => (self.hidden.clone(), true),
        };
        let mut points: Vec<String> = self.reasons.iter().map(|&text| text.to_owned()).collect();
        points.push(hidden_in_words(&hidden, directory));
        if is_theirs {
            let on = french::date(today(*made_at));
            points.push(format!("Posé le {on} par {author} : « {reason} »."));
        }
        Group {
            name: format!("Silence n° {number} : {}", scope_in_words(scope, directory)),
            points,
            lines: vec![],
        }
    }
}

/// The silences to report to one receiver.
pub(in crate::notify) fn for_receiver<'a>(
    silences: &'a [SilenceNews<'a>],
    receiver: &Receiver,
) -> Vec<&'a SilenceNews<'a>> {
    let concerns = |news: &&SilenceNews<'_>| match receiver {
        Receiver::SecretaryGeneral(ministry) => news.ministries.contains(ministry),
        Receiver::Dinum => true,
        Receiver::ProjectDirector(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => false,
    };
    silences.iter().filter(concerns).collect()
}

/// The ministries to which silences are reported.
pub(in crate::notify) fn ministries<'a>(
    silences: &'a [SilenceNews<'a>],
) -> impl Iterator<Item = &'a MinistryCode> {
    silences.iter().flat_map(|news| &news.ministries)
}

pub(in crate::notify) fn section(
    news: &[&SilenceNews<'_>],
    receiver: &Receiver,
    directory: &Directory,
) -> Option<Section> {
    let groups: Vec<Group> = news.iter().map(|one| one.group(receiver, directory)).collect();
    (!groups.is_empty()).then(|| Section { title: "Silences à revoir".to_owned(), groups })
}

pub(in crate::notify) fn counted(news: &[&SilenceNews<'_>]) -> Option<String> {
    (!news.is_empty()).then(|| plural(news.len(), "silence à revoir", "silences à revoir"))
}

fn hidden_in_words(hidden: &[&Alert], directory: &Directory) -> String {
    if hidden.is_empty() {
        return "Il ne tait en ce moment aucune alerte ouverte.".to_owned();
    }
    let named = hidden.iter().take(NAMED).map(|alert| {
        let title = directory.rule_title(&alert.rule);
        let (name, level) = (directory.name(&alert.subject), alert.level.label());
        format!("{title}, {name}, « {level} »")
    });
    let mut named: Vec<String> = named.collect();
    let rest = hidden.len().saturating_sub(NAMED);
    if rest > 0 {
        named.push(plural(rest, "autre", "autres"));
    }
    let count = plural(hidden.len(), "alerte ouverte", "alertes ouvertes");
    format!("Il tait {count} : {}.", named.join(" ; "))
}

fn scope_in_words(scope: &SilenceScope, directory: &Directory) -> String {
    let rule = scope.rule.as_ref().map(|rule| directory.rule_title(rule));
    let project = scope.project.as_ref().map(|one| directory.name(&Subject::Project(one.clone())));
    let ministry =
        scope.ministry.as_ref().map(|one| directory.name(&Subject::Ministry(one.clone())));
    let parts: Vec<String> = rule.into_iter().chain(project).chain(ministry).collect();
    parts.join(", ")
}
