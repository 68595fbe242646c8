//! The queue of alerts to work through: by project or by rule, what is new marked, and what is left out counted. With no filter, each
//! project has its most serious alert in full, the others and those that are hidden by their titles.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;

use super::tabs;
use super::tabs::Tab;
use crate::api::extract::alert_filter::AlertQuery;
use crate::api::{Listing, Problem, QueryFault};
use crate::application;
use crate::application::{
    AlertLine, AlertQueue, QueueAbsence, QueueOrder, QueueOwner, QueueTerms, today,
};
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::words::Labelled as _;
use crate::rules::Family;
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::decisions::ALERTS;
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain};
use crate::web::wording::labels;

const PATH: &str = "/alertes";

/// Alerts of a page, or projects when each has one alert in full: it stays within 60 KB.
const LIMIT: &str = "30";

const PARAMETERS: &[Parameter] = &[
    labels_of::<AlertState>("etat", "state"),
    labels_of::<Level>("niveau", "level"),
    labels_of::<Family>("famille", "family"),
    plain("regle", "rule"),
    plain("projet", "project"),
    plain("ministere", "ministry"),
    plain("depuis", "since"),
];

/// Parameters that the queue reads by itself.
const OWN: [&str; 6] = ["groupe", "qui", "masquee", "silence", "acquittee", "selection"];

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 11] = [
    ("niveau", "Niveau minimal"),
    ("ministere", "Ministère"),
    ("projet", "Projet"),
    ("regle", "Règle"),
    ("famille", "Famille"),
    ("etat", "État"),
    ("depuis", "Depuis le"),
    ("qui", "Confiée à"),
    ("masquee", "Masquée par une autre alerte"),
    ("silence", "En silence"),
    ("acquittee", "Acquittée"),
];

#[derive(Debug, Serialize)]
struct QueueView {
    query: PageQuery,
    /// The address of this page, to come back to after an act.
    here: String,
    /// The name under which the reader decides.
    me: String,
    tabs: Vec<Tab>,
    groups: Vec<AlertGroup>,
    /// `12 alertes`
    found: String,
    grouping: Vec<Tabbed>,
    left_out: Vec<LeftOut>,
    left_out_count: usize,
    next: Option<String>,
    first: Option<String>,
    filters: Vec<Link>,
    choices: QueueChoices,
    is_default: bool,
    /// Whether each group has one alert in full.
    is_folded: bool,
    /// Whether each alert of the page is chosen.
    select_all: bool,
}

#[derive(Debug, Serialize)]
struct Tabbed {
    label: &'static str,
    href: String,
    current: bool,
}

#[derive(Debug, Serialize)]
struct QueueChoices {
    levels: Vec<Choice>,
    families: Vec<Choice>,
    states: Vec<Choice>,
    ministries: Vec<Choice>,
    rules: Vec<Choice>,
}

/// Alerts of one project or one rule.
#[derive(Debug, Serialize)]
struct AlertGroup {
    title: String,
    href: Option<String>,
    ministry: Option<String>,
    alerts: Vec<QueueLine>,
    /// The others of its project, and those that a more serious alert covers, where one alert stands for them.
    others: Vec<BriefLine>,
    covered: Vec<BriefLine>,
}

/// An alert by its title.
#[derive(Debug, Serialize)]
struct BriefLine {
    id: String,
    title: String,
    level: Level,
}

/// An alert of the queue.
#[derive(Debug, Serialize)]
pub(super) struct QueueLine {
    pub(super) id: String,
    pub(super) revision: String,
    pub(super) level: Level,
    pub(super) rule_title: String,
    pub(super) subject_name: String,
    /// What tells it from the others of its group.
    title: String,
    explanation: Option<String>,
    since: NaiveDate,
    /// `depuis 3 mois`
    age: String,
    state: AlertState,
    assigned_to: Option<String>,
    acknowledged_by: Option<String>,
    /// The last new fact that nobody has seen.
    news: Option<String>,
    silenced: bool,
    disputed: bool,
    stale: bool,
    hidden_by: Option<String>,
}

/// Alerts that the queue leaves out for one reason.
#[derive(Debug, Serialize)]
struct LeftOut {
    text: String,
    href: String,
}

/// Lists the alerts that await somebody.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let order = order_of(&query)?;
    let terms = terms_of(&context, &query)?;
    let listing = listing_of(&query)?;
    let alerts = listing.choose(&context, context.store.alerts_in_brief().await?).await?;
    let lines = application::alert_lines(&context, alerts).await?;
    let attention = application::attention_order(&context, None).await?;
    let AlertQueue { shown, left_out, covered } =
        application::alert_queue(lines, &terms, order, &attention);
    let is_default =
        query.given.keys().all(|name| ["groupe", "curseur", "selection"].contains(&name.as_str()));
    let is_folded = is_default && order == QueueOrder::Project && query.format.is_none();
    let found = found_in_words(&shown, &covered, is_folded);
    let (groups, cursor) = if is_folded {
        folded(&context, &listing, shown, &covered).await?
    } else {
        let page = listing.page_as_is(shown, |line| line.alert.id.clone())?;
        let (mut on_page, cursor) = page.into_parts();
        context
            .store
            .explain_alerts(on_page.iter_mut().map(|line| &mut line.alert).collect())
            .await?;
        if let Some(format) = query.format {
            return list_file(&context, (&ALERTS, format), on_page, query.filters(&FILTERS)).await;
        }
        (groups(&context, on_page, order), cursor)
    };
    let left_out_count = left_out.values().sum();
    let left_out = left_out.into_iter().map(|(absence, count)| left(&query, absence, count));
    let view = QueueView {
        here: here(&query),
        me: context.caller().name.to_string(),
        tabs: tabs::of_alerts(PATH),
        groups,
        found,
        grouping: grouping(&query, order),
        left_out: left_out.collect(),
        left_out_count,
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        first: query.given.contains_key("curseur").then(|| query.without("curseur")),
        filters: query.filters(&FILTERS),
        choices: choices(&context).await?,
        select_all: query.one("selection") == Some("toutes"),
        is_default,
        is_folded,
        query,
    };
    context.page("pages/alerts.html", &Heading::of("Alertes", "alertes"), &view)
}

/// `36 alertes`, and on how many projects where each has one in full.
fn found_in_words(shown: &[AlertLine], covered: &[AlertLine], is_folded: bool) -> String {
    let found = french::counted(shown.len(), "alerte", "alertes");
    if !is_folded || shown.is_empty() {
        return found;
    }
    let subjects: BTreeSet<&Subject> = shown.iter().map(|line| &line.alert.subject).collect();
    let subjects = french::counted(subjects.len(), "sujet", "sujets");
    match covered.len() {
        0 => format!("{found} sur {subjects}"),
        count => format!("{found} sur {subjects}, qui en masquent {count}"),
    }
}

/// The groups of a page, each with its most serious alert in full and the others by their titles; and the cursor of the next
/// page.
async fn folded(
    context: &PageContext,
    listing: &Listing<AlertQuery>,
    shown: Vec<AlertLine>,
    covered: &[AlertLine],
) -> Result<(Vec<AlertGroup>, Option<String>), Problem> {
    let mut groups: Vec<Vec<AlertLine>> = Vec::new();
    for line in shown {
        match groups.last_mut() {
            Some(last)
                if last.first().is_some_and(|one| one.alert.subject == line.alert.subject) =>
            {
                last.push(line);
            }
            Some(_) | None => groups.push(vec![line]),
        }
    }
    let key = |group: &Vec<AlertLine>| group.first().map(|line| line.alert.subject.to_string());
    let (mut on_page, cursor) = listing.page_as_is(groups, key)?.into_parts();
    let explained = on_page.iter_mut().filter_map(|group| group.first_mut());
    context.store.explain_alerts(explained.map(|line| &mut line.alert).collect()).await?;
    let shortened = on_page.into_iter().filter_map(|lines| {
        let mut lines = lines.into_iter();
        let first = lines.next()?;
        let of_subject = |line: &&AlertLine| line.alert.subject == first.alert.subject;
        let covered = covered.iter().filter(of_subject).map(BriefLine::of).collect();
        let others = lines.map(|line| BriefLine::of(&line)).collect();
        let alone = self::groups(context, vec![first], QueueOrder::Project).pop()?;
        Some(AlertGroup { others, covered, ..alone })
    });
    Ok((shortened.collect(), cursor))
}

/// The address of the page, its cursor included, with nothing chosen.
fn here(query: &PageQuery) -> String {
    query.without("selection")
}

/// The part of the query that the API's list of alerts knows.
fn listing_of(query: &PageQuery) -> Result<Listing<AlertQuery>, Problem> {
    let mut known = query.clone();
    known.given.retain(|name, _| !OWN.contains(&name.as_str()));
    known.given.entry("limite".to_owned()).or_insert_with(|| vec![LIMIT.to_owned()]);
    known.listing::<AlertQuery>(PARAMETERS)
}

fn order_of(query: &PageQuery) -> Result<QueueOrder, QueryFault> {
    match query.one("groupe") {
        None | Some("projet") => Ok(QueueOrder::Project),
        Some("regle") => Ok(QueueOrder::Rule),
        Some(other) => Err(QueryFault::unknown_value("groupe", other, ["projet", "regle"])),
    }
}

fn terms_of(context: &PageContext, query: &PageQuery) -> Result<QueueTerms, QueryFault> {
    let owner = query.one("qui").map(|whom| match whom {
        "moi" => QueueOwner::Person(context.caller().name.to_string()),
        "personne" => QueueOwner::Nobody,
        name => QueueOwner::Person(name.to_owned()),
    });
    let mut terms = QueueTerms {
        owner,
        states_asked: query.given.contains_key("etat"),
        ..QueueTerms::default()
    };
    for (name, absence) in [
        ("masquee", QueueAbsence::Hidden),
        ("silence", QueueAbsence::Silenced),
        ("acquittee", QueueAbsence::Acknowledged),
    ] {
        match query.one(name) {
            None => {}
            Some("oui") => {
                terms.wanted.insert(absence, true);
            }
            Some("non") => {
                terms.wanted.insert(absence, false);
            }
            Some(other) => return Err(QueryFault::unknown_value(name, other, ["oui", "non"])),
        }
    }
    Ok(terms)
}

fn grouping(query: &PageQuery, order: QueueOrder) -> Vec<Tabbed> {
    let tabbed = |label, value: &str, of: QueueOrder| {
        let mut first_page = query.clone();
        first_page.given.remove("curseur");
        Tabbed { label, href: first_page.with("groupe", value), current: of == order }
    };
    vec![
        tabbed("Par projet", "projet", QueueOrder::Project),
        tabbed("Par règle", "regle", QueueOrder::Rule),
    ]
}

/// How many alerts are left out for a reason, and where they are listed.
fn left(query: &PageQuery, absence: QueueAbsence, count: usize) -> LeftOut {
    let (one, many, parameter, value) = match absence {
        QueueAbsence::Hidden => (
            "masquée par une autre alerte du même projet",
            "masquées par une autre alerte du même projet",
            "masquee",
            "oui",
        ),
        QueueAbsence::Silenced => ("en silence", "en silence", "silence", "oui"),
        QueueAbsence::Acknowledged => ("déjà acquittée", "déjà acquittées", "acquittee", "oui"),
        QueueAbsence::Pending => {
            ("en attente de confirmation", "en attente de confirmation", "etat", "en-attente")
        }
        QueueAbsence::Dormant => ("en sommeil", "en sommeil", "etat", "en-sommeil"),
        QueueAbsence::Resolved => ("close", "closes", "etat", "close"),
    };
    let mut first_page = query.clone();
    first_page.given.remove("curseur");
    LeftOut { text: french::counted(count, one, many), href: first_page.with(parameter, value) }
}

async fn choices(context: &PageContext) -> Result<QueueChoices, Problem> {
    let known = context.store.known_projects().await?;
    let ministries: BTreeSet<String> =
        known.iter().map(|project| project.ministry.to_string()).collect();
    let titles = application::rule_titles(context).await?;
    let rule = |(id, title): (RuleId, String)| Choice {
        label: format!("{title} ({id})"),
        value: id.to_string(),
    };
    let levels = Level::labels().into_iter().zip(Level::ALL);
    let levels = levels.filter(|(_, level)| level.is_alerting());
    let levels = levels.map(|((_, label), _)| Choice {
        value: labels::in_address(label),
        label: label.to_owned(),
    });
    Ok(QueueChoices {
        levels: levels.collect(),
        families: Choice::of::<Family>(),
        states: Choice::of::<AlertState>(),
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        rules: titles.into_iter().map(rule).collect(),
    })
}

fn groups(context: &PageContext, lines: Vec<AlertLine>, order: QueueOrder) -> Vec<AlertGroup> {
    let mut groups: Vec<(String, AlertGroup)> = Vec::new();
    for line in lines {
        let (key, title, href) = match order {
            QueueOrder::Project => {
                let subject = &line.alert.subject;
                (subject.to_string(), line.subject_name.clone(), address_of(subject))
            }
            QueueOrder::Rule => {
                let rule = line.alert.rule.to_string();
                (rule.clone(), line.rule_title.clone(), Some(format!("/regles/{rule}")))
            }
        };
        let ministry = line.ministry.as_ref().filter(|_| order == QueueOrder::Project);
        let ministry = ministry.map(ToString::to_string);
        let shown = queue_line(context, line, order);
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.alerts.push(shown),
            Some(_) | None => {
                let alerts = vec![shown];
                let (others, covered) = (vec![], vec![]);
                let group = AlertGroup { title, href, ministry, alerts, others, covered };
                groups.push((key, group));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The page of a subject, if it is a project.
pub(super) fn address_of(subject: &Subject) -> Option<String> {
    subject.project().map(|project| format!("/projets/{project}"))
}

/// An alert as the queue shows it.
pub(super) fn queue_line(context: &PageContext, line: AlertLine, order: QueueOrder) -> QueueLine {
    let unseen = line.has_unseen_facts();
    let AlertLine { alert, rule_title, subject_name, handling, silenced_by, disputed_in, .. } =
        line;
    let title = match order {
        QueueOrder::Project => rule_title.clone(),
        QueueOrder::Rule => subject_name.clone(),
    };
    let news = alert.facts.last().filter(|_| unseen).map(|fact| fact.text.clone());
    let acknowledged = handling.acknowledged.as_ref();
    QueueLine {
        id: alert.id.to_string(),
        revision: handling.revision(&alert),
        level: alert.level,
        title,
        rule_title,
        subject_name,
        age: age(alert.since, today(context.clock.now())),
        explanation: alert.explanation,
        since: alert.since,
        state: alert.state,
        acknowledged_by: acknowledged.map(|acknowledged| acknowledged.by.to_string()),
        assigned_to: handling.assigned_to,
        news,
        silenced: silenced_by.is_some(),
        disputed: disputed_in.is_some(),
        stale: alert.stale,
        hidden_by: alert.hidden_by.map(|rule| rule.to_string()),
    }
}

impl BriefLine {
    fn of(line: &AlertLine) -> Self {
        Self {
            id: line.alert.id.to_string(),
            title: line.rule_title.clone(),
            level: line.alert.level,
        }
    }
}

impl QueueLine {
    /// What is to be seen of an alert that changed after somebody had read it.
    pub(super) fn what_changed(&self) -> String {
        let mut found = vec![format!("niveau « {} », {}", self.level.label(), self.state.label())];
        found.extend(self.acknowledged_by.as_ref().map(|by| format!("acquittée par {by}")));
        found.extend(self.assigned_to.as_ref().map(|to| format!("confiée à {to}")));
        found.extend(self.news.as_ref().map(|news| format!("fait nouveau : {news}")));
        format!("a changé depuis que vous l’avez lue. Elle est maintenant : {}.", found.join(" ; "))
    }
}

/// How long ago a day was: `aujourd’hui`, `depuis 3 jours`, then in months, then in years.
pub(super) fn age(since: NaiveDate, today: NaiveDate) -> String {
    let days = usize::try_from((today - since).num_days()).unwrap_or(0);
    match days {
        0 => "aujourd’hui".to_owned(),
        1..60 => format!("depuis {}", french::counted(days, "jour", "jours")),
        60..730 => format!("depuis {}", french::counted(days / 30, "mois", "mois")),
        _ => format!("depuis {}", french::counted(days / 365, "an", "ans")),
    }
}
