//! How often the warnings of the rules came true on past editions, for the commands that list rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::backtest;
use crate::cli::outcome::CliError;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{Backtest, CatalogueDiff, CatalogueTexts, ScoreChange};
use vigie::client::{ApiClient, HttpTransport, RemoteFault};
use vigie::domain::ids::DraftNumber;
use vigie::server::config::Config;
use vigie::store::Store;

/// What a change of the rules gives: now, and on past editions.
#[derive(Serialize)]
pub(in crate::cli) struct DiffWithScores {
    #[serde(flatten)]
    pub(in crate::cli) diff: CatalogueDiff,
    /// Of the rules of which past warnings differ; `None` where there are no scorecards.
    pub(in crate::cli) scores: Option<Vec<ScoreChange>>,
}

/// The scorecards of the rules in force. `None` where there is no database or no past edition, and where the caller may not see
/// them.
pub(in crate::cli) async fn of_rules(
    config: &Config,
    server: Option<HttpTransport>,
) -> Result<Option<Backtest>, CliError> {
    if let Some(server) = server {
        let api = ApiClient::new(server);
        return at_hand(api.get(api.at(&["backtest"])).await);
    }
    let Some(store) = Store::open_existing(&config.database_url).await? else { return Ok(None) };
    store.close().await;
    let services = config.services(config.clock()).await?;
    let found = application::scorecards(&services).await;
    services.store.close().await;
    Ok(found?.map(|found| found.as_ref().clone()))
}

/// How a draft changes the scorecards.
pub(in crate::cli) async fn of_draft(
    draft: i64,
    session: &Session<'_>,
) -> Result<Option<Vec<ScoreChange>>, CliError> {
    if let Some(services) = session.database() {
        let files = application::draft(services, DraftNumber(draft)).await?.texts;
        let trial = session.config.trials.of_command();
        return Ok(application::score_changes(services, &trial, files).await?);
    }
    let api = &session.api;
    let before = at_hand(api.get(api.at(&["backtest"])).await)?;
    let after = api.get(api.at(&["backtest"]).with("draft", Some(draft))).await;
    let both = before.zip(at_hand(after)?);
    Ok(both.map(|(was, is)| application::compared_scores(&was, &is)))
}

/// How the scorecards of two folders of rules differ.
pub(in crate::cli) async fn of_folders(
    folders: (CatalogueTexts, CatalogueTexts),
    session: &Session<'_>,
) -> Result<Option<Vec<ScoreChange>>, CliError> {
    let services = session.database_for("rules diff FOLDER_A FOLDER_B")?;
    let trial = session.config.trials.of_command();
    Ok(application::score_changes_of_texts(services, &trial, folders).await?)
}

/// What a server said; nothing where it refused.
fn at_hand(found: Result<Backtest, RemoteFault>) -> Result<Option<Backtest>, CliError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(RemoteFault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// What the catalogue as one page says of each rule.
pub(in crate::cli) fn notes(found: &Backtest) -> BTreeMap<String, String> {
    let note = |rule: &application::RuleScore| {
        let score = &rule.score;
        let words = if score.is_testable() {
            format!(
                "{} sur {} suivis d’une dérive ; {}",
                score.hits,
                score.warnings,
                score.in_words()
            )
        } else {
            score.in_words()
        };
        (rule.rule.to_string(), words)
    };
    found.rules.iter().map(note).collect()
}

/// Before and after, rule by rule.
pub(in crate::cli) fn sheet(changes: &[ScoreChange]) -> Sheet {
    let rows = changes.iter().flat_map(|change| {
        let times = [("avant", &change.before), ("après", &change.after)];
        let row = |(when, score): (&str, &Option<_>)| {
            let score = score.as_ref()?;
            Some(backtest::row(change.rule.as_str(), when, score))
        };
        times.map(row).into_iter().flatten().collect::<Vec<Vec<Cell>>>()
    });
    let title = match changes.len() {
        0 => "Avertissements passés : aucun changement",
        _ => "Avertissements passés des règles qui changent, avant et après",
    };
    Sheet::new(title, backtest::columns(), rows.collect())
}
