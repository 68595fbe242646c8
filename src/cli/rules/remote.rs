//! Rule commands run against a server: drafts, publications and comparisons. Files are those of this machine.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::args::{DraftArgs, OfArgs, RulesCommand, StepArgs};
use super::shelf::Shelf;
use super::{check, compare, diff, docs, drafts, explain, list, test};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::Printer;
use vigie::application::{CatalogueDiff, CatalogueSource, DraftView, today};
use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::rules::draft::DraftStep;
use vigie::domain::rules::overlay::{Overlay, Publication};
use vigie::rules::ScriptLimits;
use vigie::server::config::Config;
use vigie::support::clock::{Clock as _, SystemClock};

/// What a server sends about a catalogue.
#[derive(Deserialize)]
struct CatalogueFiles {
    files: BTreeMap<String, String>,
}

pub(in crate::cli) async fn run(
    command: &RulesCommand,
    config: &Config,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        RulesCommand::Diff { draft: Some(draft), as_of, .. } => {
            let place = api.at(&["drafts", &draft.to_string(), "diff"]).with("as_of", *as_of);
            diff::show(&api.get::<CatalogueDiff>(place).await?, printer)
        }
        RulesCommand::Overrides => {
            let found = api.whole(api.at(&["overrides"])).await?.value;
            compare::show_overrides(&found, printer)
        }
        RulesCommand::Drafts { draft: None, all } => {
            let listed = api.at(&["drafts"]).with("all", Some(all));
            drafts::show_list(&api.all(listed).await?, printer)
        }
        RulesCommand::Drafts { draft: Some(draft), .. } => {
            drafts::show_draft(&find(*draft, api).await?, printer)
        }
        RulesCommand::Versions { name } => {
            let found = api.all(api.at(&["rules", name, "versions"])).await?;
            compare::show_versions(name, &found, printer)
        }
        RulesCommand::Compare { name, from: Some(from), to: Some(to) } => {
            let place = api
                .at(&["rules", name, "comparison"])
                .with("from", Some(from.word()))
                .with("to", Some(to.word()));
            compare::show_two(&api.whole(place).await?.value, (*from, *to), printer)
        }
        RulesCommand::Compare { name, .. } => {
            let found = api.whole(api.at(&["overrides", name])).await?.value;
            compare::show_three(&found, printer)
        }
        RulesCommand::List { of } => list::run(&shelf(*of, config, api).await?, printer),
        RulesCommand::Check { lint_fatal, of } => {
            check::run(*lint_fatal, &shelf(*of, config, api).await?, printer)
        }
        RulesCommand::Test(request) => {
            test::run(request, &shelf(request.of, config, api).await?, printer)
        }
        RulesCommand::Docs { out, as_of, of } => {
            let as_of = as_of.unwrap_or_else(|| today(SystemClock.now()));
            docs::run(out.as_deref(), as_of, &shelf(*of, config, api).await?)
        }
        RulesCommand::Explain { rule, subject, as_of, draft } => {
            let place = api
                .at(&["rules", rule, "explanation"])
                .with("subject", Some(subject))
                .with("as_of", *as_of)
                .with("draft", *draft);
            explain::show(&api.get(place).await?, printer)
        }
        RulesCommand::Diff { .. } => Err(CliError::HereOnly("rules diff FOLDER_A FOLDER_B")),
        RulesCommand::Draft(_)
        | RulesCommand::Submit(_)
        | RulesCommand::Return(_)
        | RulesCommand::Withdraw(_)
        | RulesCommand::Publish(_)
        | RulesCommand::Rollback { .. } => change(command, api, printer).await,
    }
}

async fn change(
    command: &RulesCommand,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        RulesCommand::Draft(request) => {
            drafts::show_saved(&with_meanwhile(save(request, api).await)?, printer)
        }
        RulesCommand::Submit(request) => step(request, DraftStep::Submitted, api).await,
        RulesCommand::Return(request) => step(request, DraftStep::Returned, api).await,
        RulesCommand::Withdraw(request) => step(request, DraftStep::Withdrawn, api).await,
        RulesCommand::Publish(request) => {
            let publication: Publication =
                with_meanwhile(advance(request, "publication", api).await)?;
            drafts::tell_publication(&publication);
            Ok(Conclusion::Good)
        }
        RulesCommand::Rollback { name, to_shipped, reason } => {
            let seen = api.whole::<serde_json::Value>(api.at(&["overrides"])).await?.etag;
            let place = api.at(&["rules", name, "rollback"]);
            let body = json!({ "reason": reason, "to_shipped": to_shipped });
            let publication: Publication =
                api.act((Method::POST, place), &body, seen.as_deref()).await?;
            drafts::tell_publication(&publication);
            Ok(Conclusion::Good)
        }
        // Those that only look were answered before.
        RulesCommand::List { .. }
        | RulesCommand::Check { .. }
        | RulesCommand::Test(_)
        | RulesCommand::Explain { .. }
        | RulesCommand::Docs { .. }
        | RulesCommand::Diff { .. }
        | RulesCommand::Overrides
        | RulesCommand::Drafts { .. }
        | RulesCommand::Versions { .. }
        | RulesCommand::Compare { .. } => Ok(Conclusion::Good),
    }
}

/// Compiled here, from the server's files.
async fn shelf(of: OfArgs, config: &Config, api: &ApiClient) -> Result<Shelf, CliError> {
    Shelf::of(files(of, api).await?, config)
}

async fn files(of: OfArgs, api: &ApiClient) -> Result<BTreeMap<String, String>, CliError> {
    let place =
        api.at(&["catalogue"]).with("draft", of.draft).with("shipped", of.shipped.then_some(true));
    let CatalogueFiles { files } = api.get(place).await?;
    Ok(files)
}

async fn find(draft: i64, api: &ApiClient) -> Result<DraftView, RemoteFault> {
    api.get(api.at(&["drafts", &draft.to_string()])).await
}

/// What others changed meanwhile is shown before the refusal.
fn with_meanwhile<T>(outcome: Result<T, CliError>) -> Result<T, CliError> {
    if let Err(CliError::Remote(RemoteFault::Refused(refusal))) = &outcome
        && let Some(meanwhile) = &refusal.problem.meanwhile
    {
        drafts::tell_meanwhile(meanwhile);
    }
    outcome
}

async fn save(request: &DraftArgs, api: &ApiClient) -> Result<DraftView, CliError> {
    let mut files = match request.over {
        Some(draft) => find(draft, api).await?.texts,
        None => BTreeMap::new(),
    };
    let shipped = self::files(OfArgs::default(), api).await?;
    let source = CatalogueSource { shipped, overlay: Overlay::none() };
    for argument in &request.files {
        let (place, file) = drafts::place(argument)?;
        let text = drafts::read(Path::new(file), ScriptLimits::default().text_size)?;
        files.insert(source.file_named(place)?, text);
    }
    for name in &request.dropped {
        files.remove(&source.file_named(name)?);
    }
    let mut thresholds: BTreeMap<String, f64> = BTreeMap::new();
    for argument in &request.thresholds {
        let (name, value) = drafts::threshold(argument)?;
        let odd = |_| CliError::RuleArgument { found: argument.clone(), expected: "NAME=NUMBER" };
        thresholds.insert(name, value.parse().map_err(odd)?);
    }
    let body = json!({ "comment": request.comment, "files": files, "thresholds": thresholds });
    let Some((draft, revision)) = request.over.zip(request.revision) else {
        return Ok(api.post(api.at(&["drafts"]), &body).await?);
    };
    let place = api.at(&["drafts", &draft.to_string()]);
    Ok(api.act((Method::PUT, place), &body, Some(&seen(revision))).await?)
}

fn seen(revision: i64) -> String {
    format!("\"{revision}\"")
}

async fn step(
    request: &StepArgs,
    step: DraftStep,
    api: &ApiClient,
) -> Result<Conclusion, CliError> {
    let what = match step {
        DraftStep::Submitted => "submission",
        DraftStep::Returned => "return",
        DraftStep::Withdrawn => "withdrawal",
        // Other commands request these.
        DraftStep::Saved | DraftStep::Published => return Ok(Conclusion::Bad),
    };
    let draft: DraftView = with_meanwhile(advance(request, what, api).await)?;
    drafts::tell(step.as_str(), &draft.outline);
    Ok(Conclusion::Good)
}

/// Of the revision that is given, else of the draft as it is now.
async fn advance<T: serde::de::DeserializeOwned>(
    request: &StepArgs,
    what: &str,
    api: &ApiClient,
) -> Result<T, CliError> {
    let revision = match request.revision {
        Some(revision) => revision,
        None => find(request.draft, api).await?.outline.revision,
    };
    let place = api.at(&["drafts", &request.draft.to_string(), what]);
    let body = json!({ "reason": request.reason });
    Ok(api.act((Method::POST, place), &body, Some(&seen(revision))).await?)
}
