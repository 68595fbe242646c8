//! Seeing, giving, commenting and contesting alerts; answering those who contest.

use serde::Serialize;

use super::args::{AlertsCommand, DisputeVerdictArg};
use super::find::find;
use super::silences;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::values::{optional, text};
use vigie::application::AlertDossier;
use vigie::client::ApiClient;
use vigie::domain::action_bodies::{
    Assignment, Comment, Contestation, DisputeAnswer, DisputeVerdict, NewAcknowledgement,
    NewSilence, Reason,
};
use vigie::domain::alerts::dispute::{Dispute, DisputeState};
use vigie::domain::alerts::silence::Silence;
use vigie::domain::bounded_text::SingleLine;
use vigie::support::french;

pub(super) async fn run(command: &AlertsCommand, api: &ApiClient) -> Result<Conclusion, CliError> {
    use AlertsCommand as Command;
    match command {
        Command::Ack { alert, reason } => {
            let body = NewAcknowledgement { reason: text("--reason", reason)? };
            let dossier = post(alert, "acknowledgement", &body, api).await?;
            let by = dossier.handling.acknowledged.map(|seen| seen.by.to_string());
            let by = by.unwrap_or_default();
            print::message(&format!("alerte {} prise en compte par {by}", dossier.alert.id));
        }
        Command::Assign { alert, to, reason } => {
            let body = Assignment { to: text("--to", to)?, reason: text("--reason", reason)? };
            let dossier = post(alert, "assignment", &body, api).await?;
            print::message(&format!("alerte {} confiée à {to}", dossier.alert.id));
        }
        Command::Comment { alert, text: comment } => {
            let body = Comment { text: text("--text", comment)? };
            let dossier = post(alert, "comments", &body, api).await?;
            print::message(&format!("commentaire ajouté à l’alerte {}", dossier.alert.id));
        }
        Command::Dispute { alert, fields, author, text: statement } => {
            contest(alert, fields, (author, statement), api).await?;
        }
        Command::Answer { dispute, verdict, reason } => {
            let verdict = match verdict {
                DisputeVerdictArg::Upheld => DisputeVerdict::Upheld,
                DisputeVerdictArg::Rejected => DisputeVerdict::Rejected,
            };
            let body = DisputeAnswer { verdict, reason: text("--reason", reason)? };
            let place = api.at(&["disputes", &dispute.to_string(), "answer"]);
            let answered: Dispute = api.post(place, &body).await?;
            print::message(&format!(
                "contestation {} : {}",
                answered.number,
                answered.state.label()
            ));
        }
        Command::Silence { alert, rule, project, ministry, until, reason } => {
            let alert = if alert.is_empty() { None } else { Some(find(alert, api).await?) };
            let body = NewSilence {
                alert: optional("ALERT", alert.as_deref())?,
                rule: optional("--rule", rule.as_deref())?,
                project: optional("--project", project.as_deref())?,
                ministry: optional("--ministry", ministry.as_deref())?,
                until: *until,
                reason: text("--reason", reason)?,
            };
            silences::tell(&api.post(api.at(&["silences"]), &body).await?);
        }
        Command::Unsilence { silence, reason } => {
            let body = Reason { reason: text("--reason", reason)? };
            let place = api.at(&["silences", &silence.to_string(), "end"]);
            let ended: Silence = api.post(place, &body).await?;
            print::message(&format!("silence {} ({}) terminé", ended.number, ended.scope));
        }
        // Those that only look were answered before.
        Command::Show { .. } | Command::Load | Command::Disputes | Command::Silences { .. } => {}
    }
    Ok(Conclusion::Good)
}

async fn contest(
    alert: &[String],
    fields: &[String],
    (author, statement): (&str, &str),
    api: &ApiClient,
) -> Result<(), CliError> {
    let fields = fields.iter().map(|field| text("--field", field));
    let body = Contestation {
        fields: fields.collect::<Result<Vec<SingleLine>, _>>()?,
        author: text("--author", author)?,
        text: text("--text", statement)?,
    };
    let id = find(alert, api).await?;
    tell_dispute(&api.post(api.at(&["alerts", &id, "disputes"]), &body).await?);
    Ok(())
}

/// Does something to an alert, and gives back all there is to know of it.
async fn post(
    alert: &[String],
    resource: &str,
    body: &impl Serialize,
    api: &ApiClient,
) -> Result<AlertDossier, CliError> {
    let id = find(alert, api).await?;
    Ok(api.post(api.at(&["alerts", &id, resource]), body).await?)
}

fn tell_dispute(dispute: &Dispute) {
    let import =
        dispute.import.map(|import| format!(" ; elle met en cause l’importation {import}"));
    print::message(&format!(
        "contestation {} ouverte{}",
        dispute.number,
        import.unwrap_or_default()
    ));
}

pub(super) fn show(disputes: &[Dispute], printer: &Printer) -> Result<Conclusion, CliError> {
    let open = disputes.iter().filter(|dispute| dispute.is_pending()).count();
    let title = format!("Contestations : {}, dont {open} en cours", disputes.len());
    printer.answer(&disputes, &[sheet(title, disputes)], 0)
}

pub(super) fn sheet(title: String, disputes: &[Dispute]) -> Sheet {
    let rows = disputes.iter().map(|dispute| {
        let waits = dispute.state == DisputeState::Upheld && dispute.is_pending();
        let state = if waits { "admise, à corriger" } else { dispute.state.label() };
        let answer = dispute.answer.as_ref();
        vec![
            Cell::count(dispute.number.0),
            Cell::text(dispute.project.as_str()),
            Cell::text(dispute.fields.join(", ")),
            Cell::optional(dispute.import.map(|import| import.to_string())),
            Cell::text(&dispute.author),
            Cell::of(french::date(dispute.at.date_naive()), dispute.at.to_rfc3339()),
            Cell::text(&dispute.statement),
            Cell::of(state, dispute.state.as_str()),
            Cell::optional(answer.map(|answer| format!("{} : {}", answer.by, answer.words))),
            Cell::optional(dispute.settled_by.map(|import| import.to_string())),
            Cell::text(dispute.alert.as_str()),
        ]
    });
    Sheet::new(
        title,
        vec![
            ("number", "N°"),
            ("project", "Projet"),
            ("fields", "Champs"),
            ("import", "Import"),
            ("author", "Auteur"),
            ("at", "Le"),
            ("statement", "Dit"),
            ("state", "État"),
            ("answer", "Réponse"),
            ("settled_by", "Corrigé par"),
            ("alert", ""),
        ],
        rows.collect(),
    )
}
