//! Drafts of rules at the command line: saved, listed, reviewed, published; and rolling back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::args::{DraftArgs, StepArgs};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::person::act;
use vigie::application;
use vigie::application::{ApplicationError, DraftOutline, DraftView, RollBack, Services};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::ids::DraftNumber;
use vigie::domain::rules::draft::{DraftStep, Meanwhile};
use vigie::domain::rules::overlay::{Publication, PublishedFile, RulePath};
use vigie::server::config::Config;
use vigie::store::StoreError;
use vigie::support::french;

pub(super) async fn save(
    request: &DraftArgs,
    config: &Config,
    parts: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, &request.comment)?;
    let source = application::source(&parts.rules, Some(&parts.store)).await?;
    let mut put = BTreeMap::new();
    for argument in &request.files {
        let (place, file) = place(argument)?;
        put.insert(source.file_named(place)?, read(Path::new(file), parts.limits.text_size)?);
    }
    let mut dropped = BTreeSet::new();
    for name in &request.dropped {
        dropped.insert(source.file_named(name)?);
    }
    let thresholds = request.thresholds.iter().map(|argument| threshold(argument));
    let thresholds = thresholds.collect::<Result<Vec<_>, _>>()?;
    let number = request.over.map(DraftNumber);
    let files = application::amended(parts, number, put, &dropped, &thresholds).await?;
    let over = number.zip(request.revision);
    show_saved(&with_meanwhile(application::save_draft(parts, over, files, &act).await)?, printer)
}

pub(super) fn show_saved(shown: &DraftView, printer: &Printer) -> Result<Conclusion, CliError> {
    tell("saved", &shown.outline);
    printer.answer(shown, &[files_of(shown)], 0)?;
    Ok(Conclusion::Good)
}

/// Where a file goes: its own name, unless it is said.
pub(super) fn place(argument: &str) -> Result<(&str, &str), CliError> {
    if let Some((place, file)) = argument.split_once('=') {
        return Ok((place, file));
    }
    let name = Path::new(argument).file_name().and_then(|name| name.to_str());
    name.map(|name| (name, argument)).ok_or_else(|| CliError::RuleArgument {
        found: argument.to_owned(),
        expected: "a file, or `process/X1.rhai=FILE`",
    })
}

pub(super) fn threshold(argument: &str) -> Result<(String, String), CliError> {
    let parts = argument.split_once('=');
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| {
        CliError::RuleArgument { found: argument.to_owned(), expected: "NAME=VALUE" }
    })
}

/// Of what is longer than a draft takes, no more is read than shows it.
pub(super) fn read(path: &Path, most: usize) -> Result<String, CliError> {
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
    config: &Config,
    parts: &Services,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, &request.reason)?;
    let about = (DraftNumber(request.draft), request.revision);
    let draft = with_meanwhile(application::step_draft(parts, about, step, &act).await)?;
    tell(step.as_str(), &draft.outline);
    Ok(Conclusion::Good)
}

pub(super) fn tell(how: &str, draft: &DraftOutline) {
    let (number, revision, state) = (draft.number, draft.revision, draft.state.as_str());
    print::message(&format!("draft {number} is {how}: revision {revision}, {state}"));
}

pub(super) async fn publish(
    request: &StepArgs,
    config: &Config,
    parts: &Services,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, &request.reason)?;
    let about = (DraftNumber(request.draft), request.revision);
    let published = if config.publication.over_http_only {
        let refused = ("rule_publication_refused", &*format!("draft/{}", request.draft));
        application::refuse_local_publication(parts, refused, &act).await
    } else {
        application::publish(parts, &config.trials.of_command(), about, &act).await
    };
    let publication = with_meanwhile(published)?;
    tell_publication(&publication);
    Ok(Conclusion::Good)
}

pub(super) async fn roll_back(
    name: &str,
    to_shipped: bool,
    reason: &str,
    config: &Config,
    parts: &Services,
) -> Result<Conclusion, CliError> {
    let act = act(config, parts, reason)?;
    let to = if to_shipped { RollBack::Shipped } else { RollBack::Former };
    let trial = config.trials.of_command();
    let rolled_back = if config.publication.over_http_only {
        let refused = ("rule_roll_back_refused", &*format!("rules/{name}"));
        application::refuse_local_publication(parts, refused, &act).await
    } else {
        application::roll_back(parts, &trial, name, (to, None), &act).await
    };
    let publication = with_meanwhile(rolled_back)?;
    tell_publication(&publication);
    Ok(Conclusion::Good)
}

pub(super) fn tell_publication(publication: &Publication) {
    for PublishedFile { path, version, .. } in &publication.files {
        let what =
            version.map_or_else(|| "the shipped text".to_owned(), |n| format!("version {n}"));
        print::message(&format!("{path}: {what} is in force"));
    }
}

/// What others changed meanwhile is shown before the refusal.
fn with_meanwhile<T>(outcome: Result<T, ApplicationError>) -> Result<T, CliError> {
    if let Err(ApplicationError::Store(StoreError::DraftMoved(meanwhile))) = &outcome {
        tell_meanwhile(meanwhile);
    }
    Ok(outcome?)
}

pub(super) fn tell_meanwhile(meanwhile: &Meanwhile) {
    for (path, changes) in &meanwhile.changes {
        print::message(&format!("{path}\n{}", changes.trim_end()));
    }
}

pub(super) async fn list(
    all: bool,
    parts: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let drafts: Vec<DraftOutline> =
        parts.store.drafts(all).await?.iter().map(DraftOutline::of).collect();
    show_list(&drafts, printer)
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
    printer.answer(&drafts, &[sheet], 0)?;
    Ok(Conclusion::Good)
}

pub(super) async fn show(
    number: DraftNumber,
    parts: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    show_draft(&application::draft(parts, number).await?, printer)
}

pub(super) fn show_draft(draft: &DraftView, printer: &Printer) -> Result<Conclusion, CliError> {
    let outline = &draft.outline;
    let rows = outline.steps.iter().map(|step| {
        vec![
            Cell::count(step.revision),
            Cell::text(step.step.as_str()),
            Cell::text(step.by.as_str()),
            Cell::of(french::date(step.at.date_naive()), step.at.to_rfc3339()),
            Cell::text(&step.words),
        ]
    });
    let columns = vec![
        ("revision", "Révision"),
        ("step", "Étape"),
        ("by", "Par"),
        ("at", "Le"),
        ("words", "Motif"),
    ];
    let title =
        format!("Brouillon {}, {} : {}", outline.number, outline.state.label(), outline.comment);
    let mut sheets = vec![Sheet::new(title, columns, rows.collect()), files_of(draft)];
    sheets.extend(draft.texts.iter().map(|(path, text)| {
        Sheet::new(path.as_str(), vec![], vec![]).with_note(text.trim_end().to_owned())
    }));
    printer.answer(draft, &sheets, 0)?;
    Ok(Conclusion::Good)
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

pub(super) fn names(actors: &[Actor]) -> String {
    actors.iter().map(Actor::as_str).collect::<Vec<_>>().join(", ")
}
