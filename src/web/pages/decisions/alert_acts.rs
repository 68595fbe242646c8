//! Acts on alerts, one or several at a time: the form of an act, and what became of each alert.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError as _};
use serde::Serialize;

use super::alerts::{QueueLine, queue_line};
use super::filled_form::{FilledForm, FormState, SentForm};
use crate::api::Problem;
use crate::application;
use crate::application::{AlertHandling, ContestableField, QueueOrder, ReadAlert};
use crate::domain::action_bodies::Contestation;
use crate::domain::bounded_text::{OptionalText, RequiredText, SingleLine};
use crate::domain::words::words;
use crate::frame::dictionary::FieldOrigin;
use crate::support::{french, translation};
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};

/// The list to which acts go back that do not say where from.
const QUEUE: &str = "/alertes";

const FIELDS: [&str; 9] =
    ["act", "confirmed", "alert", "back", "to", "reason", "until", "fields", "author"];

words! {
    /// What a form does about the alerts that were chosen.
    enum AlertDeed, "an act on alerts" {
        Acknowledge = "acknowledge" => "Acquitter",
        Assign = "assign" => "Confier",
        Comment = "comment" => "Commenter",
        Silence = "silence" => "Mettre en silence",
        Contest = "contest" => "Contester",
    }
}

/// What was chosen: an act, and alerts as they were read.
#[derive(Debug)]
struct Chosen {
    deed: AlertDeed,
    alerts: Vec<ReadAlert>,
    /// The page to go back to.
    back: String,
    fields: Vec<String>,
}

/// What became of the alerts that were tried.
#[derive(Debug, Default)]
struct Tried {
    done: usize,
    refused: Vec<(ReadAlert, Problem)>,
}

/// The form of an act, with the alerts that it is about.
#[derive(Debug, Serialize)]
struct ActView {
    act: AlertDeed,
    label: &'static str,
    back: String,
    /// The name under which the reader decides.
    me: String,
    alerts: Vec<QueueLine>,
    /// `28 alertes acquittées`
    done: Option<String>,
    refused: Vec<RefusedAct>,
    published: Vec<ContestableField>,
    facts: Vec<ContestableField>,
    lists: Vec<ContestableField>,
    /// The fields that were chosen.
    chosen: Vec<String>,
    form: FormState,
}

/// An alert on which the act was refused.
#[derive(Debug, Serialize)]
struct RefusedAct {
    id: String,
    title: String,
    reason: String,
}

/// Does an act about the alerts that were chosen, or shows the form of one that needs words.
///
/// # Errors
/// If the form is none of this service's pages, or the data cannot be read or written.
pub(in crate::web) async fn act(
    context: PageContext,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let mut form = FilledForm::of("act", &FIELDS, sent)?;
    let chosen = Chosen::of(&form)?;
    if chosen.alerts.is_empty() {
        return show(&context, &chosen, Tried::default(), form.faulty()).await;
    }
    if chosen.deed != AlertDeed::Acknowledge && form.text("confirmed") != "yes" {
        let blank = (StatusCode::OK, FormState::default());
        return show(&context, &chosen, Tried::default(), blank).await;
    }
    let Some((what, reason)) = handling(&mut form, chosen.deed) else {
        return show(&context, &chosen, Tried::default(), form.faulty()).await;
    };
    let act = context.act(&reason)?;
    let terms = context.action_settings().silences;
    let mut tried = Tried::default();
    for read in &chosen.alerts {
        let done = application::handle_alert(&context, read, &what, (&act, terms)).await;
        match done.map_err(Problem::from) {
            Ok(()) => tried.done += 1,
            // What was typed is refused for one alert as for all.
            Err(problem) if is_unfit(&problem) && tried.done == 0 => {
                let refused = form.refused(problem)?;
                return show(&context, &chosen, Tried::default(), refused).await;
            }
            Err(problem) if is_about_one(&problem) => tried.refused.push((read.clone(), problem)),
            Err(problem) => return Err(problem),
        }
    }
    if tried.refused.is_empty() {
        let done = confirmation(chosen.deed, chosen.alerts.len());
        return Ok(context.done(done, &chosen.back));
    }
    let (_, state) = form.faulty();
    show(&context, &chosen, tried, (StatusCode::CONFLICT, state)).await
}

impl Chosen {
    fn of(form: &FilledForm) -> Result<Self, Problem> {
        let deed = form.text("act").parse();
        let deed = deed.map_err(|fault| Problem::BadParameter(format!("`act`: {fault}")))?;
        let back = Some(form.text("back")).filter(|back| back.starts_with(QUEUE));
        Ok(Self {
            deed,
            alerts: form.all("alert").iter().map(|text| read_alert(text)).collect(),
            back: back.unwrap_or(QUEUE).to_owned(),
            fields: form.all("fields").to_vec(),
        })
    }
}

/// `1f2e3d4c5b6a.9a8b7c6d5e4f`: an id, and the revision that was read.
fn read_alert(text: &str) -> ReadAlert {
    match text.split_once('.') {
        Some((id, revision)) => {
            ReadAlert { id: id.to_owned(), revision: Some(revision.to_owned()) }
        }
        None => ReadAlert { id: text.to_owned(), revision: None },
    }
}

/// What the form says to do, and the words of the act; `None` if a field is wrong.
fn handling(form: &mut FilledForm, deed: AlertDeed) -> Option<(AlertHandling, String)> {
    match deed {
        AlertDeed::Acknowledge => {
            let reason = form.optional::<OptionalText>("reason", "Remarque")?;
            Some((AlertHandling::Acknowledge, words_of(reason.filled())))
        }
        AlertDeed::Assign => {
            let whom = form.name("to", "Personne");
            let reason = form.optional::<OptionalText>("reason", "Remarque");
            Some((AlertHandling::Assign(whom?), words_of(reason?.filled())))
        }
        AlertDeed::Comment => {
            let text = form.required::<RequiredText>("reason", "Commentaire")?;
            Some((AlertHandling::Comment, text.into_inner()))
        }
        AlertDeed::Silence => {
            let until = form.date("until", "Dernier jour du silence");
            let reason = form.required::<RequiredText>("reason", "Motif");
            Some((AlertHandling::Silence(until?), reason?.into_inner()))
        }
        AlertDeed::Contest => contestation(form),
    }
}

fn contestation(form: &mut FilledForm) -> Option<(AlertHandling, String)> {
    let fields: Result<Vec<SingleLine>, String> =
        form.all("fields").iter().map(|field| SingleLine::try_from(field.clone())).collect();
    let fields = fields.ok().filter(|fields| !fields.is_empty());
    if fields.is_none() {
        form.refuse("fields", "Chiffres contestés : en choisir un au moins".to_owned());
    }
    let author = form.name("author", "Qui conteste");
    let text = form.required::<RequiredText>("reason", "Ce que dit l’équipe du projet");
    let (fields, author, text) = (fields?, author?, text?);
    let words = text.as_str().to_owned();
    Some((AlertHandling::Contest(Contestation { fields, author, text }), words))
}

fn words_of(text: Option<OptionalText>) -> String {
    text.map(OptionalText::into_inner).unwrap_or_default()
}

fn is_unfit(problem: &Problem) -> bool {
    problem.status_code() == StatusCode::UNPROCESSABLE_ENTITY
}

/// Whether a problem is about one alert, so that the others are not stopped by it.
fn is_about_one(problem: &Problem) -> bool {
    let status = problem.status_code();
    let of_one = [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED];
    of_one.contains(&status) || is_unfit(problem)
}

fn confirmation(deed: AlertDeed, count: usize) -> Confirmation {
    match (deed, count) {
        (AlertDeed::Acknowledge, 1) => Confirmation::Acknowledged,
        (AlertDeed::Acknowledge, _) => Confirmation::AlertsAcknowledged,
        (AlertDeed::Assign, 1) => Confirmation::Assigned,
        (AlertDeed::Assign, _) => Confirmation::AlertsAssigned,
        (AlertDeed::Comment, 1) => Confirmation::Commented,
        (AlertDeed::Comment, _) => Confirmation::AlertsCommented,
        (AlertDeed::Silence, 1) => Confirmation::Silenced,
        (AlertDeed::Silence, _) => Confirmation::AlertsSilenced,
        (AlertDeed::Contest, 1) => Confirmation::Contested,
        (AlertDeed::Contest, _) => Confirmation::AlertsContested,
    }
}

/// How many alerts the act was done on.
fn counted(deed: AlertDeed, count: usize) -> String {
    let (one, many) = match deed {
        AlertDeed::Acknowledge => ("alerte acquittée", "alertes acquittées"),
        AlertDeed::Assign => ("alerte confiée", "alertes confiées"),
        AlertDeed::Comment => ("alerte commentée", "alertes commentées"),
        AlertDeed::Silence => ("alerte mise en silence", "alertes mises en silence"),
        AlertDeed::Contest => ("alerte contestée", "alertes contestées"),
    };
    french::counted(count, one, many)
}

async fn show(
    context: &PageContext,
    chosen: &Chosen,
    tried: Tried,
    (status, form): (StatusCode, FormState),
) -> Result<HttpResponse, Problem> {
    let is_tried = !tried.refused.is_empty();
    let left: Vec<&ReadAlert> = if is_tried {
        tried.refused.iter().map(|(read, _)| read).collect()
    } else {
        chosen.alerts.iter().collect()
    };
    let mut alerts = lines(context, &left).await?;
    if !is_tried {
        // The revision that was read, so that what changed in between is seen when the form comes back.
        for line in &mut alerts {
            let read = left.iter().find(|read| read.id == line.id);
            if let Some(revision) = read.and_then(|read| read.revision.as_ref()) {
                line.revision.clone_from(revision);
            }
        }
    }
    let fields = match chosen.deed {
        AlertDeed::Contest => application::contestable_fields(context).await?,
        AlertDeed::Acknowledge | AlertDeed::Assign | AlertDeed::Comment | AlertDeed::Silence => {
            Vec::new()
        }
    };
    let of = |origin: FieldOrigin| {
        fields.iter().filter(|field| field.origin == origin).cloned().collect()
    };
    let view = ActView {
        act: chosen.deed,
        label: chosen.deed.label(),
        back: chosen.back.clone(),
        me: context.caller().name.to_string(),
        done: is_tried.then(|| counted(chosen.deed, tried.done)),
        refused: refused(&tried, &alerts),
        alerts,
        published: of(FieldOrigin::Published),
        facts: of(FieldOrigin::Fact),
        lists: of(FieldOrigin::List),
        chosen: chosen.fields.clone(),
        form,
    };
    let is_empty = view.alerts.is_empty() && !is_tried;
    let status = if is_empty { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    let title = format!("{} des alertes", chosen.deed.label());
    let title = if view.alerts.len() == 1 { chosen.title_of_one() } else { title };
    let heading = Heading::of(&title, "alertes").under(&[("Alertes", QUEUE)]);
    context.page_with_status(status, "pages/alert_act.html", &heading, &view)
}

impl Chosen {
    fn title_of_one(&self) -> String {
        format!("{} l’alerte", self.deed.label())
    }
}

/// The chosen alerts as they are now.
async fn lines(context: &PageContext, chosen: &[&ReadAlert]) -> Result<Vec<QueueLine>, Problem> {
    let mut alerts = Vec::with_capacity(chosen.len());
    for read in chosen {
        match application::find_alert(context, &read.id).await.map_err(Problem::from) {
            Ok(alert) => alerts.push(alert),
            Err(Problem::Unknown(_)) => {}
            Err(problem) => return Err(problem),
        }
    }
    let lines = application::alert_lines(context, alerts).await?;
    Ok(lines.into_iter().map(|line| queue_line(context, line, QueueOrder::Project)).collect())
}

/// Why each alert was refused, with what became of it.
fn refused(tried: &Tried, alerts: &[QueueLine]) -> Vec<RefusedAct> {
    let said = |(read, problem): &(ReadAlert, Problem)| {
        let line = alerts.iter().find(|line| line.id == read.id);
        let title = line.map_or_else(
            || format!("Alerte {}", read.id),
            |line| format!("{}, {}", line.rule_title, line.subject_name),
        );
        let changed = line.filter(|_| problem.status_code() == StatusCode::PRECONDITION_FAILED);
        let reason = changed.map_or_else(
            || translation::into_french(&problem.to_string()).into_owned(),
            QueueLine::what_changed,
        );
        RefusedAct { id: read.id.clone(), title, reason }
    };
    tried.refused.iter().map(said).collect()
}
