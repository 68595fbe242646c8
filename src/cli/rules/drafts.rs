//! Drafts of rules at the command line: saved, listed, reviewed, published; and rolling back.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::args::{DraftArgs, OfArgs, StepArgs};
use super::compare::names;
use super::shelf::tried;
use super::{compare, shelf};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::person::act;
use crate::cli::session::Session;
use crate::cli::values::text;
use vigie::application;
use vigie::application::{CatalogueSource, DraftOutline, DraftView, OverrideLine};
use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::action_bodies::Reason;
use vigie::domain::bounded_text::RequiredText;
use vigie::domain::rules::draft::{DraftStep, Meanwhile};
use vigie::domain::rules::overlay::{Overlay, Publication, PublishedFile, RulePath};
use vigie::domain::rules::rule::RuleStatus;
use vigie::rules::{FileNames, ScriptLimits};
use vigie::support::{french, text_diff};

pub(super) async fn save(
    request: &DraftArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let saved = with_meanwhile(save_files(request, session).await);
    show_saved(&saved?, session.printer)
}

/// The files are those of this machine, so the whole draft is put together here.
async fn save_files(request: &DraftArgs, session: &Session<'_>) -> Result<DraftView, CliError> {
    let api = &session.api;
    let shipped = shelf::files(OfArgs::default(), api).await?;
    let source =
        CatalogueSource { shipped, file_names: FileNames::default(), overlay: Overlay::none() };
    let limits = session.database().map_or_else(ScriptLimits::default, |services| services.limits);
    let (mut files, before) = match request.over {
        Some(draft) => {
            let DraftView { outline, texts } = find(draft, api).await?;
            (texts, outline.comment)
        }
        None => (BTreeMap::new(), String::new()),
    };
    let comment: RequiredText = text("--comment", request.comment.as_ref().unwrap_or(&before))?;
    for argument in &request.files {
        let (place, file) = place(argument)?;
        let path = of_draft(&files, place).map_or_else(|| source.file_named(place), Ok)?;
        files.insert(path, read(Path::new(file), limits.text_size)?);
    }
    for name in &request.dropped {
        files.remove(&source.file_named(name)?);
    }
    let thresholds = request.thresholds.iter().map(|argument| threshold(argument));
    let thresholds = thresholds.collect::<Result<Vec<_>, _>>()?;
    let files = application::with_thresholds(files, &source.shipped, &thresholds)?;
    let body = json!({ "comment": comment, "files": files });
    let Some((draft, revision)) = request.over.zip(request.revision) else {
        return Ok(api.post(api.at(&["drafts"]), &body).await?);
    };
    let place = api.at(&["drafts", &draft.to_string()]);
    Ok(api.act((Method::PUT, place), &body, Some(&seen(revision))).await?)
}

/// The file of a draft that has this name, which the catalogue need not have yet.
fn of_draft(files: &BTreeMap<RulePath, String>, name: &str) -> Option<RulePath> {
    files.keys().find(|path| name.contains('.') && path.is_called(name)).cloned()
}

pub(super) async fn find(draft: i64, api: &ApiClient) -> Result<DraftView, RemoteFault> {
    api.get(api.at(&["drafts", &draft.to_string()])).await
}

fn seen(revision: i64) -> String {
    format!("\"{revision}\"")
}

pub(super) fn show_saved(shown: &DraftView, printer: &Printer) -> Result<Conclusion, CliError> {
    tell("enregistré", &shown.outline);
    printer.answer(shown, &[files_of(shown)], 0)
}

/// Where a file goes: its own name, unless it is said.
fn place(argument: &str) -> Result<(&str, &str), CliError> {
    if let Some((place, file)) = argument.split_once('=') {
        return Ok((place, file));
    }
    let name = Path::new(argument).file_name().and_then(|name| name.to_str());
    name.map(|name| (name, argument)).ok_or_else(|| CliError::RuleArgument {
        found: argument.to_owned(),
        expected: "un fichier, ou `process/X1.rhai=FICHIER`",
    })
}

fn threshold(argument: &str) -> Result<(String, String), CliError> {
    let pair = argument.split_once('=');
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| {
        CliError::RuleArgument { found: argument.to_owned(), expected: "NOM=VALEUR" }
    })
}

/// Of what is longer than a draft takes, no more is read than shows it.
fn read(path: &Path, most: usize) -> Result<String, CliError> {
    let unread = |source| CliError::RuleFile { path: path.to_owned(), source };
    let mut text = String::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(unread)?.take(limit).read_to_end(&mut bytes).map_err(unread)?;
    text.push_str(&String::from_utf8_lossy(&bytes));
    Ok(text)
}

pub(super) async fn step(
    request: &StepArgs,
    step: DraftStep,
    api: &ApiClient,
) -> Result<Conclusion, CliError> {
    let resource = match step {
        DraftStep::Submitted => "submission",
        DraftStep::Returned => "return",
        DraftStep::Withdrawn => "withdrawal",
        // Other commands request these.
        DraftStep::Saved | DraftStep::Published => return Ok(Conclusion::Bad),
    };
    let reason = text("--reason", &request.reason)?;
    let draft: DraftView = with_meanwhile(advance(request, resource, reason, api).await)?;
    tell(done(step), &draft.outline);
    Ok(Conclusion::Good)
}

/// Of the revision that is given, else of the draft as it is now.
async fn advance<T: DeserializeOwned>(
    request: &StepArgs,
    resource: &str,
    reason: RequiredText,
    api: &ApiClient,
) -> Result<T, RemoteFault> {
    let revision = match request.revision {
        Some(revision) => revision,
        None => find(request.draft, api).await?.outline.revision,
    };
    let place = api.at(&["drafts", &request.draft.to_string(), resource]);
    api.act((Method::POST, place), &Reason { reason }, Some(&seen(revision))).await
}

fn done(step: DraftStep) -> &'static str {
    match step {
        DraftStep::Saved => "enregistré",
        DraftStep::Submitted => "soumis",
        DraftStep::Returned => "renvoyé",
        DraftStep::Published => "publié",
        DraftStep::Withdrawn => "retiré",
    }
}

fn tell(how: &str, draft: &DraftOutline) {
    let (number, revision, state) = (draft.number, draft.revision, draft.state.label());
    print::message(&format!("brouillon {number} {how} : révision {revision}, {state}"));
}

pub(super) async fn publish(
    request: &StepArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let refused = ("rule_publication_refused", &*format!("draft/{}", request.draft));
    refuse_where_over_http_only(refused, &request.reason, session).await?;
    let reason = text("--reason", &request.reason)?;
    let published = advance(request, "publication", reason, &session.api).await;
    let publication = with_meanwhile(tried(published, session))?;
    tell_publication(&publication);
    tell_silent_rules(&publication, &session.api).await?;
    Ok(Conclusion::Good)
}

/// Published rules that open no alert, each with its status.
async fn tell_silent_rules(publication: &Publication, api: &ApiClient) -> Result<(), CliError> {
    #[derive(Deserialize)]
    struct Published {
        title: String,
        status: RuleStatus,
    }
    for rule in publication.files.iter().filter_map(|file| file.path.rule()) {
        let address = api.at(&["rules", rule]);
        let Published { title, status } = api.get(address).await.map_err(CliError::from)?;
        if !status.opens_alerts() {
            print::message(&format!(
                "{title} ({rule}) est {} : ses verdicts sont montrés, sans ouvrir d’alerte. Pour en ouvrir : \
                 status = \"stable\".",
                status.label()
            ));
        }
    }
    Ok(())
}

pub(super) async fn roll_back(
    name: &str,
    to_shipped: bool,
    reason: &str,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let refused = ("rule_roll_back_refused", &*format!("rules/{name}"));
    refuse_where_over_http_only(refused, reason, session).await?;
    let api = &session.api;
    let reason: RequiredText = text("--reason", reason)?;
    let seen = api.whole::<OverrideLine>(api.at(&["overrides"])).await?.etag;
    let place = api.at(&["rules", name, "rollback"]);
    let body = json!({ "reason": reason, "to_shipped": to_shipped });
    let rolled_back = api.act((Method::POST, place), &body, seen.as_deref()).await;
    tell_publication(&with_meanwhile(tried(rolled_back, session))?);
    Ok(Conclusion::Good)
}

/// Next to a database whose rules are put in force over HTTP only, the attempt is recorded as `about` and refused.
async fn refuse_where_over_http_only(
    about: (&'static str, &str),
    reason: &str,
    session: &Session<'_>,
) -> Result<(), CliError> {
    let is_bound = session.config.publication.over_http_only;
    let Some(services) = session.database().filter(|_| is_bound) else { return Ok(()) };
    let act = act(session.config, services, reason)?;
    application::refuse_local_publication(services, about, &act).await?;
    Ok(())
}

fn tell_publication(publication: &Publication) {
    for PublishedFile { path, version, .. } in &publication.files {
        match version {
            Some(number) => print::message(&format!("{path} : version {number} en vigueur")),
            None => print::message(&format!(
                "{path} : plus rien de publié, le texte livré s’il y en a un"
            )),
        }
    }
}

/// What others changed meanwhile is shown before the refusal.
fn with_meanwhile<T, E: Into<CliError>>(outcome: Result<T, E>) -> Result<T, CliError> {
    let outcome = outcome.map_err(Into::into);
    if let Err(CliError::Remote(RemoteFault::Refused(refusal))) = &outcome
        && let Some(meanwhile) = &refusal.problem.meanwhile
    {
        tell_meanwhile(meanwhile);
    }
    outcome
}

fn tell_meanwhile(meanwhile: &Meanwhile) {
    for (path, changes) in &meanwhile.changes {
        print::message(&format!("{path}\n{}", changes.trim_end()));
    }
}

pub(super) fn show_list(
    drafts: &[DraftOutline],
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let rows = drafts.iter().map(|draft| {
        let paths: Vec<&str> = draft.files.iter().map(RulePath::as_str).collect();
        let saved = draft.steps.last().map(|last| last.at);
        vec![
            Cell::count(draft.number.0),
            Cell::of(draft.state.label(), draft.state.as_str()),
            Cell::count(draft.revision),
            Cell::text(names(&draft.authors)),
            Cell::of(
                saved.map_or_else(String::new, |at| french::date(at.date_naive())),
                saved.map(|at| at.to_rfc3339()),
            ),
            Cell::text(paths.join("\n")),
            Cell::text(&draft.comment),
        ]
    });
    let columns = vec![
        ("number", "N°"),
        ("state", "État"),
        ("revision", "Révision"),
        ("authors", "Auteurs"),
        ("at", "Le"),
        ("files", "Fichiers"),
        ("comment", "Commentaire"),
    ];
    let sheet = Sheet::new(format!("Brouillons : {}", drafts.len()), columns, rows.collect());
    printer.answer(&drafts, &[sheet], 0)
}

/// What the texts of a draft change in what is in force, or the texts themselves.
pub(super) async fn show(
    number: i64,
    whole: bool,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let draft = find(number, &session.api).await?;
    let in_force =
        if whole { None } else { Some(shelf::files(OfArgs::default(), &session.api).await?) };
    show_draft(&draft, in_force.as_ref(), session.printer)
}

fn show_draft(
    draft: &DraftView,
    in_force: Option<&BTreeMap<String, String>>,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let outline = &draft.outline;
    let title =
        format!("Brouillon {}, {} : {}", outline.number, outline.state.label(), outline.comment);
    let mut sheets = vec![
        Sheet::list(
            title,
            outline.steps.iter(),
            &[
                ("revision", "Révision", &|one| Cell::count(one.revision)),
                ("step", "Étape", &|one| Cell::of(one.step.label(), one.step.as_str())),
                ("by", "Par", &|one| Cell::text(one.by.as_str())),
                ("at", "Le", &|one| {
                    Cell::of(french::date(one.at.date_naive()), one.at.to_rfc3339())
                }),
                ("words", "Motif", &|one| Cell::text(&one.words)),
            ],
        ),
        files_of(draft),
    ];
    sheets.extend(draft.texts.iter().map(|(path, text)| {
        let known = in_force.and_then(|texts| application::text_in_force(texts, path));
        match known {
            Some(known) => compare::changes(
                format!("{path} : du texte en vigueur à ce brouillon"),
                &text_diff::written(&known, text),
            ),
            None => Sheet::new(path.as_str(), vec![], vec![]).with_note(text.trim_end().to_owned()),
        }
    }));
    printer.answer(draft, &sheets, 0)
}

fn files_of(draft: &DraftView) -> Sheet {
    let rows = draft.texts.iter().map(|(path, text)| {
        let lines = i64::try_from(text.lines().count()).unwrap_or(i64::MAX);
        vec![Cell::text(path.as_str()), Cell::count(lines)]
    });
    Sheet::new(
        format!("Brouillon {}, révision {}", draft.outline.number, draft.outline.revision),
        vec![("path", "Fichier"), ("lines", "Lignes")],
        rows.collect(),
    )
}
