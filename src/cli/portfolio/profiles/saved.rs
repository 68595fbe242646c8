//! Saved profiles: which files are read with, what people saved, and saving one.

use reqwest::Method;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use vigie::application::{ProfileFile, ProfileOutline};
use vigie::client::RemoteFault;
use vigie::domain::action_bodies::Reason;
use vigie::domain::bounded_text::RequiredText;
use vigie::domain::portfolio::saved_profile::{ProfileText, ProfileVersion};
use vigie::support::french;

pub(super) async fn list(session: &Session<'_>) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let profiles: Vec<ProfileOutline> = api.all(api.at(&["profiles"])).await?;
    let sheet = Sheet::list(
        french::counted(profiles.len(), "profil", "profils"),
        profiles.iter(),
        &[
            ("id", "Profil", &|one| Cell::text(&one.id)),
            ("title", "Nom", &|one| Cell::text(&one.title)),
            ("dataset", "Contenu", &|one| Cell::text(one.dataset.as_str())),
            ("origin", "Origine", &|one| Cell::of(one.origin.label(), one.origin.as_str())),
        ],
    );
    session.printer.answer(&profiles, &[sheet], 0)
}

pub(super) async fn show(profile: &str, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let file = find(profile, session).await?;
    let mut sheet = versions(&file);
    if let Some(text) = file.versions.last().and_then(|version| version.text.as_ref()) {
        sheet = sheet.with_note(format!("\n{}", text.trim_end()));
    }
    session.printer.answer(&file, &[sheet], 0)
}

/// Saves a profile over its last version.
pub(super) async fn save(
    profile: &str,
    (text, reason): (String, RequiredText),
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let seen = match find(profile, session).await {
        Ok(file) => file.revision(),
        Err(RemoteFault::Refused(refusal)) if refusal.problem.status == 404 => 0,
        Err(fault) => return Err(fault.into()),
    };
    let (place, body) = (api.at(&["profiles", profile]), ProfileText { text, reason });
    let saved: ProfileVersion =
        api.act((Method::PUT, place), &body, Some(&format!("\"{seen}\""))).await?;
    tell(&saved);
    session.printer.answer(&saved, &[], 0)
}

pub(super) async fn withdraw(
    profile: &str,
    reason: RequiredText,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let seen = find(profile, session).await?.revision();
    let place = api.at(&["profiles", profile, "withdrawal"]);
    let withdrawn: ProfileVersion =
        api.act((Method::POST, place), &Reason { reason }, Some(&format!("\"{seen}\""))).await?;
    tell(&withdrawn);
    session.printer.answer(&withdrawn, &[], 0)
}

async fn find(profile: &str, session: &Session<'_>) -> Result<ProfileFile, RemoteFault> {
    session.api.get(session.api.at(&["profiles", profile])).await
}

fn tell(version: &ProfileVersion) {
    let done = if version.text.is_some() { "enregistré" } else { "retiré" };
    print::message(&format!("profil {} {done}, version {}", version.profile, version.number));
}

fn versions(file: &ProfileFile) -> Sheet {
    let count = file.versions.len();
    Sheet::list(
        french::counted(count, "version enregistrée", "versions enregistrées"),
        file.versions.iter(),
        &[
            ("number", "Version", &|one| Cell::count(one.number)),
            ("at", "Date", &|one| Cell::text(one.at.to_rfc3339())),
            ("by", "Auteur", &|one| Cell::text(one.by.to_string())),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
        ],
    )
}
