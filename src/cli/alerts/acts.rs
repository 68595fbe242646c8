//! Seeing, giving, commenting and contesting alerts; answering those who contest.

use clap::ValueEnum;
use vigie::app::config::Config;
use vigie::cycle::Contest;
use vigie::cycle::Parts;
use vigie::cycle::contest;
use vigie::cycle::find_alert;
use vigie::domain::dispute::Dispute;
use vigie::domain::dispute::DisputeState;
use vigie::domain::french;
use vigie::domain::ids::DisputeNumber;

use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::act;
use crate::cli::print;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verdict {
    /// The team is right: the data are to be corrected
    Upheld,
    Rejected,
}

pub(super) async fn acknowledge(
    asked: &[String],
    reason: &str,
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let alert = find_alert(parts, asked).await?;
    vigie::cycle::acknowledge(parts, &alert, &act).await?;
    print::message(&format!("alert {} acknowledged by {}", alert.id, act.actor));
    Ok(Conclusion::Good)
}

pub(super) async fn assign(
    asked: &[String],
    (whom, reason): (&str, &str),
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let alert = find_alert(parts, asked).await?;
    parts.store.assign(&alert.id, whom, &act).await?;
    print::message(&format!("alert {} assigned to {whom}", alert.id));
    Ok(Conclusion::Good)
}

pub(super) async fn comment(
    asked: &[String],
    text: &str,
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, text)?;
    let alert = find_alert(parts, asked).await?;
    parts.store.comment(&alert.id, &act).await?;
    print::message(&format!("commented alert {}", alert.id));
    Ok(Conclusion::Good)
}

pub(super) async fn dispute(
    asked: &[String],
    (fields, author, text): (&[String], &str, &str),
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, text)?;
    let alert = find_alert(parts, asked).await?;
    let contested = Contest { fields: fields.to_vec(), author: author.to_owned() };
    let dispute = contest(parts, &alert, contested, &act).await?;
    tell_dispute(&dispute);
    Ok(Conclusion::Good)
}

pub(super) fn tell_dispute(dispute: &Dispute) {
    let import = dispute.import.map(|import| format!(", it puts import {import} in question"));
    print::message(&format!("dispute {} is open{}", dispute.number, import.unwrap_or_default()));
}

pub(super) async fn answer(
    number: i64,
    (verdict, reason): (Verdict, &str),
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let state = match verdict {
        Verdict::Upheld => DisputeState::Upheld,
        Verdict::Rejected => DisputeState::Rejected,
    };
    let dispute = parts.store.answer_dispute(DisputeNumber(number), state, &act).await?;
    print::message(&format!("dispute {} is {}", dispute.number, dispute.state.as_str()));
    Ok(Conclusion::Good)
}

pub(super) async fn disputes(parts: &Parts, printer: &Printer) -> Result<Conclusion, CliError> {
    show(&parts.store.disputes().await?, printer)
}

pub(super) fn show(disputes: &[Dispute], printer: &Printer) -> Result<Conclusion, CliError> {
    let open = disputes.iter().filter(|dispute| dispute.is_pending()).count();
    let title = format!("Contestations : {}, dont {open} en cours", disputes.len());
    printer.answer(&disputes, &[sheet(title, disputes)], 0)?;
    Ok(Conclusion::Good)
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
