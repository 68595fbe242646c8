//! Silencing alerts for a while, and listing what is silenced.

use chrono::NaiveDate;
use vigie::app::config::Config;
use vigie::cycle::Parts;
use vigie::cycle::SilenceRequest;
use vigie::cycle::find_alert;
use vigie::cycle::today;
use vigie::domain::french;
use vigie::domain::ids::MinistryCode;
use vigie::domain::ids::ProjectId;
use vigie::domain::ids::RuleId;
use vigie::domain::ids::SilenceNumber;
use vigie::domain::silence::Silence;
use vigie::domain::silence::SilenceScope;

use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::act;
use crate::cli::print;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

/// As asked on the command line: one alert, or what is given of the three.
pub(super) struct Scope<'a> {
    pub(super) alert: &'a [String],
    pub(super) rule: &'a Option<String>,
    pub(super) project: &'a Option<String>,
    pub(super) ministry: &'a Option<String>,
}

pub(super) async fn silence(
    scope: Scope<'_>,
    (last_day, reason): (NaiveDate, &str),
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let scope = resolved(scope, parts).await?;
    let request = SilenceRequest { scope, last_day };
    let silence = vigie::cycle::silence(parts, request, config.silences, &act).await?;
    tell(&silence);
    Ok(Conclusion::Good)
}

pub(super) fn tell(silence: &Silence) {
    print::message(&format!(
        "silence {} holds until {}; {} alerts that stand are covered",
        silence.number,
        silence.last_day,
        silence.levels.len()
    ));
}

async fn resolved(scope: Scope<'_>, parts: &Parts) -> Result<SilenceScope, CliError> {
    if scope.alert.is_empty() {
        return Ok(SilenceScope {
            rule: scope.rule.as_deref().map(RuleId::new),
            project: scope.project.as_deref().map(ProjectId::new),
            ministry: scope.ministry.as_deref().map(MinistryCode::new),
        });
    }
    let alert = find_alert(parts, scope.alert).await?;
    Ok(SilenceScope {
        project: alert.subject.project().cloned(),
        ministry: alert.subject.ministry().cloned(),
        rule: Some(alert.rule),
    })
}

pub(super) async fn unsilence(
    number: i64,
    reason: &str,
    config: &Config,
    parts: &Parts,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let silence = parts.store.unsilence(SilenceNumber(number), &act).await?;
    print::message(&format!("silence {} ({}) is over", silence.number, silence.scope));
    Ok(Conclusion::Good)
}

pub(super) async fn list(
    all: bool,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let day = today(parts.clock.now());
    show(parts.store.silences().await?, (all, day), printer)
}

pub(super) fn show(
    mut silences: Vec<Silence>,
    (all, day): (bool, NaiveDate),
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    silences.retain(|silence| all || silence.holds_on(day));
    printer.answer(&silences, &[sheet(&silences, day)], 0)?;
    Ok(Conclusion::Good)
}

pub(super) fn sheet(silences: &[Silence], day: NaiveDate) -> Sheet {
    let rows = silences.iter().map(|silence| {
        let (state, word) = state(silence, day);
        vec![
            Cell::count(silence.number.0),
            Cell::text(silence.scope.to_string()),
            Cell::text(silence.author.as_str()),
            Cell::text(&silence.reason),
            Cell::of(french::date(silence.made_at.date_naive()), silence.made_at.to_rfc3339()),
            Cell::of(french::date(silence.last_day), silence.last_day.to_string()),
            Cell::of(state, word),
        ]
    });
    Sheet::new(
        format!("Silences : {}", silences.len()),
        vec![
            ("number", "N°"),
            ("scope", "Portée"),
            ("author", "Auteur"),
            ("reason", "Motif"),
            ("made_at", "Posé le"),
            ("last_day", "Jusqu’au"),
            ("state", "État"),
        ],
        rows.collect(),
    )
}

fn state(silence: &Silence, day: NaiveDate) -> (String, &'static str) {
    if let Some(ended) = &silence.ended {
        let by = if ended.by.is_person() { format!(" par {}", ended.by) } else { String::new() };
        return (format!("terminé{by} : {}", ended.reason), "ended");
    }
    if !silence.holds_on(day) {
        return ("expiré".to_owned(), "expired");
    }
    if !silence.to_review.is_empty() {
        let rules: Vec<&str> = silence.to_review.iter().map(RuleId::as_str).collect();
        return (format!("à revoir : {} a changé", rules.join(", ")), "to_review");
    }
    if day >= silence.announce_on {
        return ("bientôt terminé".to_owned(), "ending");
    }
    ("en cours".to_owned(), "holding")
}
