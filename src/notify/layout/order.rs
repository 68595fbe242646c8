//! The order of a digest: decisions, then new facts and critical alerts, then the rest, where what is
//! true of several projects is said once; and its page, which says everything, project by project.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::message::{Group, MessageLine, Section, alert_line, plural, subject_name};
use super::missions::{SortedMissions, in_words, standing};
use crate::domain::ids::AlertId;
use crate::domain::level::Level;
use crate::domain::missions::mission::Mission;
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::digest::{AlertNews, Turn};
use crate::notify::layout::stakes::Stakes;
use crate::notify::links::acknowledgement_of;

/// Most projects that one line names; the others are counted.
const NAMED: usize = 6;

/// Most lines up front of a digest that each have their sentence; beyond, critical alerts of one subject are one line.
pub(in crate::notify) const MOST_DETAILED: usize = 6;

/// What the order depends on, besides the news.
#[derive(Clone, Copy, Debug)]
pub(in crate::notify) struct OrderContext<'a> {
    pub(in crate::notify) directory: &'a Directory,
    pub(in crate::notify) stakes: &'a Stakes,
    /// Whether the receiver never got a message, so that all is new.
    pub(in crate::notify) is_first: bool,
    /// Lines up front that each have their sentence; with more, critical alerts of one subject are one line.
    pub(in crate::notify) most_detailed: usize,
    /// Address of the message, when its lines ask to acknowledge their alerts.
    pub(in crate::notify) acknowledge: Option<&'a str>,
}

/// A line, and what it is sorted and merged by.
struct PlacedLine<'a> {
    subject: &'a Subject,
    level: Level,
    turn: Turn,
    titles: Vec<String>,
    alerts: Vec<AlertId>,
    line: MessageLine,
}

/// Whether an alert comes before the rest: it has worsened, or it is critical and new.
fn is_up_front(news: &AlertNews<'_>) -> bool {
    match news.turn {
        Turn::Worsened | Turn::NewFact => true,
        Turn::Raised | Turn::Reopened | Turn::Woken => news.alert.level == Level::Critical,
        Turn::Eased | Turn::Resolved | Turn::Dormant | Turn::Retired => false,
    }
}

/// What has worsened, what is critical, and the missions that opened without a decision.
pub(in crate::notify) fn up_front(
    alerts: &[AlertNews<'_>],
    missions: &SortedMissions<'_>,
    context: OrderContext<'_>,
) -> Option<Section> {
    let told = alerts.iter().filter(|news| is_up_front(news));
    let mut placed = place(told, context);
    let is_critical = placed.iter().any(|one| one.level == Level::Critical);
    let is_new = !missions.automatic.is_empty()
        || placed.iter().any(|one| {
            one.level < Level::Critical || matches!(one.turn, Turn::Worsened | Turn::NewFact)
        });
    let title = match (is_new, is_critical) {
        (true, true) => "Faits nouveaux et alertes critiques",
        (true, false) => "Faits nouveaux",
        (false, _) => "Alertes critiques",
    };
    sort_by_subject(&mut placed, context);
    let lines = by_subject(placed, context).into_iter().map(|one| named(one, context)).collect();
    let points = missions.automatic.iter().map(|one| mission_point(one, context.directory));
    let group = Group { name: String::new(), points: points.collect(), lines };
    section(title, vec![group])
}

/// What is left, one line for a fact that is true of several projects.
pub(in crate::notify) fn rest(
    alerts: &[AlertNews<'_>],
    missions: &SortedMissions<'_>,
    (told, is_alone): (usize, bool),
    context: OrderContext<'_>,
) -> Option<Section> {
    let undecided = missions.to_decide.get(told..).unwrap_or_default();
    let (dormant, moved): (Vec<&AlertNews<'_>>, Vec<_>) = alerts
        .iter()
        .filter(|news| !is_up_front(news))
        .partition(|news| news.turn == Turn::Dormant);
    let (worse, better): (Vec<_>, Vec<_>) = moved.into_iter().partition(|news| news.turn.is_bad());
    let others = missions.others.iter().map(|one| mission_point(one, context.directory));
    let new = if context.is_first { "Autres alertes" } else { "Nouvelles alertes" };
    let groups = [
        points("Autres décisions", grouped_missions(undecided, context.directory)),
        lines(new, grouped(&worse, context)),
        lines("Améliorations", grouped(&better, context)),
        points("Alertes en sommeil", dormant_alerts(&dormant, context.directory)),
        points("Suites des missions", others.collect()),
    ];
    let title = if is_alone { "Ce qui a changé" } else { "Le reste" };
    section(title, groups.into_iter().collect())
}

/// Everything, project by project: those with the worst alerts first, then the most money at stake.
pub(in crate::notify) fn by_project(
    alerts: &[AlertNews<'_>],
    missions: &SortedMissions<'_>,
    context: OrderContext<'_>,
) -> Option<Section> {
    let mut subjects: BTreeMap<&Subject, (Vec<PlacedLine<'_>>, Vec<&Mission>)> = BTreeMap::new();
    for one in place(alerts.iter(), context) {
        subjects.entry(one.subject).or_default().0.push(one);
    }
    let SortedMissions { to_decide, automatic, others } = missions;
    for mission in automatic.iter().chain(to_decide).chain(others) {
        subjects.entry(&mission.subject).or_default().1.push(mission);
    }
    let mut groups: Vec<_> = subjects
        .into_iter()
        .map(|(subject, (mut placed, its_missions))| {
            placed.sort_by_cached_key(|one| (!one.turn.is_bad(), Reverse(one.level)));
            let bad = placed.iter().filter(|one| one.turn.is_bad());
            let worst = bad.map(|one| one.level).max();
            let of = |mission: &&Mission| capitalised(&state_of(mission));
            let group = Group {
                name: subject_name(subject, context.directory),
                points: its_missions.iter().map(of).collect(),
                lines: placed.into_iter().map(|one| one.line).collect(),
            };
            ((Reverse(worst), context.stakes.rank(subject), group.name.to_lowercase()), group)
        })
        .collect();
    groups.sort_by(|(a, _), (b, _)| a.cmp(b));
    section("Projet par projet", groups.into_iter().map(|(_, group)| group).collect())
}

/// One line for each alert, in which alerts of one subject that say the same are one.
fn place<'a>(
    alerts: impl Iterator<Item = &'a AlertNews<'a>>,
    context: OrderContext<'_>,
) -> Vec<PlacedLine<'a>> {
    let mut placed: Vec<PlacedLine<'a>> = Vec::new();
    for news in alerts {
        let line = alert_line(news, context.directory, context.is_first);
        let subject = &news.alert.subject;
        let same = placed.iter_mut().find(|one| {
            one.subject == subject && one.turn == news.turn && says_the_same(&one.line, &line)
        });
        if let Some(same) = same {
            if news.alert.level > same.level {
                (same.level, same.line.level) = (news.alert.level, line.level);
                same.line.label = line.label;
            }
            same.titles.push(line.title);
            same.line.title = same.titles.join(" ; ");
            same.alerts.push(news.alert.id.clone());
        } else {
            let titles = vec![line.title.clone()];
            let (level, turn) = (news.alert.level, news.turn);
            let ids = vec![news.alert.id.clone()];
            placed.push(PlacedLine { subject, level, turn, titles, alerts: ids, line });
        }
    }
    placed
}

fn says_the_same(one: &MessageLine, other: &MessageLine) -> bool {
    one.detail.is_some() && one.detail == other.detail && one.turn == other.turn
}

/// The lines as they are, or, when they are too many to read in full, with the new critical alerts of one subject in
/// one line that names them. What has worsened keeps its sentence.
fn by_subject<'a>(placed: Vec<PlacedLine<'a>>, context: OrderContext<'_>) -> Vec<PlacedLine<'a>> {
    if placed.len() <= context.most_detailed {
        return placed;
    }
    let is_plain = |one: &PlacedLine<'_>| matches!(one.turn, Turn::Raised | Turn::Reopened);
    let mut merged: Vec<PlacedLine<'a>> = Vec::new();
    for one in placed {
        let same = merged.iter_mut().find(|it| {
            is_plain(it) && (it.subject, it.level, it.turn) == (one.subject, one.level, one.turn)
        });
        match same {
            Some(same) => {
                same.titles.extend(one.titles);
                same.alerts.extend(one.alerts);
                let count = same.titles.len();
                same.line.title = if same.turn == Turn::Reopened {
                    format!("{count} alertes de retour")
                } else if context.is_first {
                    format!("{count} alertes")
                } else {
                    format!("{count} nouvelles alertes")
                };
                (same.line.turn, same.line.detail) = (None, Some(same.titles.join(" ; ")));
            }
            None => merged.push(one),
        }
    }
    merged
}

/// By the worst level of the subject, then by the money at stake in it; its lines stay together.
fn sort_by_subject(placed: &mut [PlacedLine<'_>], context: OrderContext<'_>) {
    let mut worst: BTreeMap<&Subject, Level> = BTreeMap::new();
    for one in placed.iter() {
        let level = worst.entry(one.subject).or_insert(one.level);
        *level = (*level).max(one.level);
    }
    placed.sort_by_cached_key(|one| {
        let name = subject_name(one.subject, context.directory).to_lowercase();
        let level = worst.get(one.subject).copied();
        (Reverse(level), context.stakes.rank(one.subject), name, Reverse(one.level))
    });
}

/// One line for each fact: with its projects, and its sentence when it is the same for all.
fn grouped(alerts: &[&AlertNews<'_>], context: OrderContext<'_>) -> Vec<MessageLine> {
    let mut placed = place(alerts.iter().copied(), context);
    sort_by_subject(&mut placed, context);
    let mut facts: Vec<Vec<PlacedLine<'_>>> = Vec::new();
    for one in placed {
        let key = |it: &PlacedLine<'_>| (it.level, it.titles.clone(), it.line.turn.clone());
        let same =
            facts.iter_mut().find(|fact| fact.first().is_some_and(|it| key(it) == key(&one)));
        match same {
            Some(fact) => fact.push(one),
            None => facts.push(vec![one]),
        }
    }
    facts.sort_by_key(|fact| Reverse((fact.first().map(|one| one.level), fact.len())));
    facts.into_iter().filter_map(|fact| one_fact(fact, context.directory)).collect()
}

fn one_fact(fact: Vec<PlacedLine<'_>>, directory: &Directory) -> Option<MessageLine> {
    let names = fact.iter().map(|one| subject_name(one.subject, directory)).collect();
    let mut details = fact.iter().map(|one| one.line.detail.clone());
    let first = details.next()?;
    let is_shared = details.all(|detail| detail == first);
    let line = fact.into_iter().next()?.line;
    let detail = line.detail.filter(|_| is_shared);
    Some(MessageLine { about: Some(listed(names)), detail, ..line })
}

/// One line for all the projects that left without a known reason, with their alerts.
fn dormant_alerts(dormant: &[&AlertNews<'_>], directory: &Directory) -> Vec<String> {
    let subjects: BTreeSet<&Subject> = dormant.iter().map(|news| &news.alert.subject).collect();
    if subjects.is_empty() {
        return vec![];
    }
    let (alerts, sleep) = match dormant.len() {
        1 => ("alerte", "est en sommeil"),
        _ => ("alertes", "sont en sommeil"),
    };
    let names = subjects.into_iter().map(|subject| subject_name(subject, directory)).collect();
    vec![format!(
        "{} {alerts} {sleep} jusqu’à ce que la sortie du panorama soit expliquée\u{a0}: {}",
        dormant.len(),
        listed(names)
    )]
}

/// One line for each kind of mission and deadline, with its projects.
fn grouped_missions(missions: &[&Mission], directory: &Directory) -> Vec<String> {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for mission in missions {
        let what = capitalised(&state_of(mission));
        let name = subject_name(&mission.subject, directory);
        match lines.iter_mut().find(|(known, _)| *known == what) {
            Some((_, names)) => names.push(name),
            None => lines.push((what, vec![name])),
        }
    }
    lines.into_iter().map(|(what, names)| format!("{what} : {}", listed(names))).collect()
}

/// Names apart from one another, since some have commas.
fn listed(mut names: Vec<String>) -> String {
    let beyond = names.len().saturating_sub(NAMED);
    if beyond > 0 {
        names.truncate(NAMED);
        names.push(plural(beyond, "autre projet", "autres projets"));
    }
    names.join(" ; ")
}

fn named(placed: PlacedLine<'_>, context: OrderContext<'_>) -> MessageLine {
    let about = Some(subject_name(placed.subject, context.directory));
    let acknowledge_url = context.acknowledge.map(|page| acknowledgement_of(page, &placed.alerts));
    MessageLine { about, acknowledge_url, ..placed.line }
}

fn mission_point(mission: &Mission, directory: &Directory) -> String {
    format!("{} : {}", subject_name(&mission.subject, directory), state_of(mission))
}

fn state_of(mission: &Mission) -> String {
    format!("{}, {}", in_words(mission.kind), standing(mission))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn points(name: &str, points: Vec<String>) -> Group {
    Group { name: name.to_owned(), points, lines: vec![] }
}

fn lines(name: &str, lines: Vec<MessageLine>) -> Group {
    Group { name: name.to_owned(), points: vec![], lines }
}

/// A section without its empty groups; `None` when that leaves nothing.
fn section(title: &str, mut groups: Vec<Group>) -> Option<Section> {
    groups.retain(|group| !(group.points.is_empty() && group.lines.is_empty()));
    (!groups.is_empty()).then(|| Section { title: title.to_owned(), groups })
}
