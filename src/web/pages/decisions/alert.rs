//! One alert: why it was raised, what became of it, what is done about it, and the acts.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::alerts::{address_of, age};
use super::filled_form::capital;
use crate::api::Problem;
use crate::api::resources::decisions::alerts::find_alert;
use crate::application::{AlertDossier, AlertEvent, MissionLine, today};
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::dispute::Dispute;
use crate::domain::alerts::silence::Silence;
use crate::domain::rules::distance::VerdictDistance;
use crate::domain::rules::verdict::{Comparison, Evidence, Reading, ReadingSource};
use crate::frame::dictionary::Unit;
use crate::rules::Rule;
use crate::store::MissionFilter;
use crate::support::french;
use crate::web::context::{Heading, PageContext};
use crate::{application, rules};

#[derive(Debug, Serialize)]
struct AlertView {
    #[serde(flatten)]
    dossier: AlertDossier,
    revision: String,
    /// The name under which the reader decides.
    me: String,
    href: Option<String>,
    age: String,
    /// The comparisons that led to the level.
    trail: Vec<Comparison>,
    fields: Vec<ReadValue>,
    thresholds: Vec<ReadValue>,
    /// The rule in force, unless it is no longer used.
    rule_head: Option<Rule>,
    hidden_by_title: Option<String>,
    missions: Vec<MissionLine>,
    covering: Vec<CoveringSilence>,
    contested: Vec<ContestedFigures>,
    events: Vec<HistoryLine>,
    /// What would change its level; `None` where nothing single does.
    distance: Option<VerdictDistance>,
}

/// A value that the rule read, in words.
#[derive(Debug, Serialize)]
struct ReadValue {
    label: String,
    /// `None` if nobody gave it.
    value: Option<String>,
}

#[derive(Debug, Serialize)]
struct CoveringSilence {
    #[serde(flatten)]
    silence: Silence,
    holds: bool,
}

#[derive(Debug, Serialize)]
struct ContestedFigures {
    #[serde(flatten)]
    dispute: Dispute,
    labels: Vec<String>,
}

/// An event of a history.
#[derive(Debug, Serialize)]
pub(super) struct HistoryLine {
    pub(super) date: String,
    pub(super) datetime: String,
    pub(super) text: String,
    pub(super) detail: String,
}

/// Shows one alert with its history.
///
/// # Errors
/// If there is no such alert among those that the caller sees, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    alert: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let dossier = find_alert(context.request(), alert).await?.into_inner();
    let view = view(&context, dossier).await?;
    let title = format!("{} : {}", view.dossier.rule_title, view.dossier.subject_name);
    let heading = Heading::of(&title, "alerte").under(&[("Alertes", "/alertes")]);
    context.page("pages/alert.html", &heading, &view)
}

async fn view(context: &PageContext, dossier: AlertDossier) -> Result<AlertView, Problem> {
    let today = today(context.clock.now());
    let alert = &dossier.alert;
    let of_subject =
        MissionFilter { subject: Some(alert.subject.clone()), ..MissionFilter::default() };
    let mut missions = application::mission_lines(context, &of_subject).await?;
    missions.retain(|line| line.mission.alerts.contains(&alert.id));
    let heads = application::rule_heads(context).await?;
    let hidden_by = alert
        .hidden_by
        .as_ref()
        .map(|rule| heads.get(rule).map_or_else(|| rule.to_string(), |rule| rule.title.clone()));
    let dictionary = application::dictionary(context).await?;
    let contested = dossier.disputes.iter().map(|dispute| ContestedFigures {
        labels: dispute
            .fields
            .iter()
            .map(|field| dictionary.label(field).unwrap_or(field).to_owned())
            .collect(),
        dispute: dispute.clone(),
    });
    let covering = dossier.silences.iter().map(|silence| CoveringSilence {
        holds: silence.holds_on(today),
        silence: silence.clone(),
    });
    let Evidence { readings, trail } = alert.evidence.clone().unwrap_or_default();
    let distance = application::alert_distance(context, alert).await?;
    Ok(AlertView {
        distance,
        revision: dossier.handling.revision(alert),
        me: context.caller().name.to_string(),
        href: address_of(&alert.subject),
        age: age(alert.since, today),
        fields: read_values(&readings, ReadingSource::Field),
        thresholds: read_values(&readings, ReadingSource::Threshold),
        trail,
        rule_head: heads.get(&alert.rule).cloned(),
        hidden_by_title: hidden_by,
        missions,
        covering: covering.collect(),
        contested: contested.collect(),
        events: dossier.history.iter().rev().map(event).collect(),
        dossier,
    })
}

fn read_values(readings: &[Reading], source: ReadingSource) -> Vec<ReadValue> {
    let of_source = readings.iter().filter(|reading| reading.source == source);
    let read = |reading: &Reading| {
        let unit = reading.unit.as_deref().and_then(|unit| unit.parse().ok());
        let unit = unit.unwrap_or(Unit::None);
        let value = reading.value.as_ref();
        ReadValue {
            label: reading.label.clone(),
            value: value.map(|value| rules::value_in_words(value, unit)),
        }
    };
    of_source.map(read).collect()
}

/// Who did something: a person, or Vigie where nobody is named.
pub(super) fn by(actor: Option<&Actor>) -> String {
    let person = actor.filter(|actor| **actor != Actor::vigie());
    person.map_or_else(|| "Par Vigie".to_owned(), |person| format!("Par {person}"))
}

fn event(event: &AlertEvent) -> HistoryLine {
    let AlertEvent { at, actor, label, words, whom, known, times, until, .. } = event;
    let whom = whom.as_ref().map_or_else(String::new, |whom| format!(" : {whom}"));
    let said = if words.is_empty() { String::new() } else { format!(" — {words}") };
    let mut details = vec![by(Some(actor))];
    details.extend(
        known.as_ref().map(|known| {
            format!("cycle {}, à la date du {}", known.cycle, french::date(known.as_of))
        }),
    );
    if *times > 1 {
        let until = until.map(french::date).unwrap_or_default();
        details.push(format!("{times} cycles de suite, jusqu’au {until}"));
    }
    HistoryLine {
        date: french::date(today(*at)),
        datetime: at.to_rfc3339(),
        text: format!("{}{whom}{said}", capital(label)),
        detail: details.join(" · "),
    }
}
