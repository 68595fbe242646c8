//! Silencing alerts for a while, and listing what is silenced.

use chrono::NaiveDate;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::domain::alerts::silence::Silence;
use vigie::domain::ids::RuleId;
use vigie::support::french;

pub(super) fn tell(silence: &Silence) {
    print::message(&format!(
        "silence {} jusqu’au {} ; {}",
        silence.number,
        french::date(silence.last_day),
        french::counted(
            silence.levels.len(),
            "alerte ouverte concernée",
            "alertes ouvertes concernées"
        )
    ));
}

pub(super) fn show(
    mut silences: Vec<Silence>,
    (all, day): (bool, NaiveDate),
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    silences.retain(|silence| all || silence.holds_on(day));
    printer.answer(&silences, &[sheet(&silences, day)], 0)
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
            Cell::date(silence.last_day),
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
