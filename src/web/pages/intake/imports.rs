//! The history of imports, one import with what it changed, and what people decide on it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::changes::{CHANGES, ChangeLine, ChangesView, change_lines};
use super::editions::only;
use super::words;
use crate::api::resources::portfolio::links::link_project;
use crate::api::resources::portfolio::panorama::{ImportQuery, list_imports};
use crate::api::{Problem, QueryFault};
use crate::domain::accounts::audit::Actor;
use crate::domain::action_bodies::NewLink;
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::import::{Dataset, SightingKind};
use crate::domain::portfolio::import_decision::{ImportAction, ImportState};
use crate::store::{ImportChanges, ImportReport, ImportSummary};
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::intake::{IMPORTS, REJECTED_ROWS, RejectedRow};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain, sorted_by, yes_no};

const PARAMETERS: &[Parameter] = &[
    labels_of::<ImportState>("etat", "state"),
    labels_of::<Dataset>("contenu", "dataset"),
    plain("edition", "edition"),
    yes_no("remplacee", "replaced"),
    sorted_by(&[
        ("numero", "number"),
        ("date", "imported_at"),
        ("edition", "edition"),
        ("contenu", "dataset"),
    ]),
];

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 4] =
    [("etat", "État"), ("contenu", "Contenu"), ("edition", "Édition"), ("remplacee", "Remplacée")];

/// The newest first, unless the address says otherwise.
const ORDER: &str = "-numero";

/// The page that all of them are under.
pub(super) const HISTORY: (&str, &str) = ("Importations", "/imports");

#[derive(Debug, Serialize)]
struct ImportsView {
    query: PageQuery,
    imports: Vec<ImportLine>,
    /// `12 importations`
    found: String,
    /// The address of the next page.
    next: Option<String>,
    filters: Vec<Link>,
    states: Vec<Choice>,
    datasets: Vec<Choice>,
    editions: Vec<Choice>,
}

/// An import in the history.
#[derive(Debug, Serialize)]
struct ImportLine {
    #[serde(flatten)]
    import: ImportSummary,
    /// Who brought the file; unknown of those whose trail is not kept.
    by: Option<Actor>,
    /// Whether a person must decide.
    is_waiting: bool,
}

/// Lists the imports.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let mut ordered = query.clone();
    ordered.given.entry("tri".to_owned()).or_insert_with(|| vec![ORDER.to_owned()]);
    let listing = ordered.listing::<ImportQuery>(PARAMETERS)?;
    let (imports, cursor) = list_imports(context.request(), listing).await?.into_parts();
    let mut authors = context.store.import_authors().await?;
    if let Some(format) = query.format {
        let brought = imports.into_iter().map(|import| {
            let by = authors.remove(&import.number);
            (import, by)
        });
        let brought = brought.collect();
        return list_file(&context, (&IMPORTS, format), brought, query.filters(&FILTERS)).await;
    }
    let line = |import: ImportSummary| ImportLine {
        by: authors.remove(&import.number),
        is_waiting: import.is_waiting(),
        import,
    };
    let imports: Vec<ImportLine> = imports.into_iter().map(line).collect();
    let all = context.store.imports().await?;
    let mut editions: Vec<_> = all.iter().map(|import| import.edition).collect();
    editions.sort_unstable();
    editions.dedup();
    let view = ImportsView {
        found: french::counted(imports.len(), "importation", "importations"),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        filters: query.filters(&FILTERS),
        states: Choice::of::<ImportState>(),
        datasets: Choice::of::<Dataset>(),
        editions: editions
            .into_iter()
            .rev()
            .map(|edition| Choice::plain(edition.to_string()))
            .collect(),
        imports,
        query,
    };
    context.page("pages/imports.html", &Heading::of("Importations", "importations"), &view)
}

#[derive(Debug, Serialize)]
struct ImportView {
    import: ImportSummary,
    is_waiting: bool,
    by: Option<Actor>,
    report: ImportReport,
    profile_title: Option<String>,
    set_aside: Vec<String>,
    remarks: Vec<String>,
    /// What it says otherwise than what stood before it.
    changes: ChangesView,
    query: PageQuery,
    resembling: Vec<Resembling>,
    /// Names of projects that came with it.
    new: Vec<Link>,
    known: usize,
    /// Figures that the publisher withholds.
    withheld: Vec<String>,
    errors: Vec<FormError>,
    reason: String,
}

/// A project of the file whose name is like that of another.
#[derive(Debug, Serialize)]
struct Resembling {
    project: String,
    name: String,
    near_project: String,
    near_name: String,
    likeness: f64,
    /// Whether both still are two projects.
    is_open: bool,
}

/// A field to mend.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FormError {
    pub(super) anchor: String,
    pub(super) text: String,
}

/// The list of an import that is wanted as a file.
const WANTED: &str = "liste";

/// Shows one import, or gives one of its lists as a file: what it changes, or the rows that were set aside.
///
/// # Errors
/// If there is no such import or list, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    number: web::Path<i64>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let number = ImportNumber(*number);
    let Some(format) = query.format else {
        only(&query, &[])?;
        let view = view(&context, number).await?;
        return page(&context, StatusCode::OK, &view);
    };
    only(&query, &[WANTED])?;
    let label = format!("Importation : n° {number}");
    let filters = vec![Link { label, href: String::new() }];
    let unknown = || Problem::NotFound { kind: "import", id: number.to_string() };
    match query.one(WANTED) {
        Some("differences") => {
            let (_, lines) = changes(&context, number).await?;
            list_file(&context, (&CHANGES, format), lines, filters).await
        }
        Some("lignes-ecartees") => {
            let report = context.store.import_report(number).await?.ok_or_else(unknown)?;
            let rows = RejectedRow::of_all(&report.set_aside);
            list_file(&context, (&REJECTED_ROWS, format), rows, filters).await
        }
        other => {
            let found = other.unwrap_or_default();
            let fault =
                QueryFault::unknown_value(WANTED, found, ["differences", "lignes-ecartees"]);
            Err(fault.into())
        }
    }
}

/// What an import changed or would change, and the same in words.
async fn changes(
    context: &PageContext,
    number: ImportNumber,
) -> Result<(ImportChanges, Vec<ChangeLine>), Problem> {
    let unknown = || Problem::NotFound { kind: "import", id: number.to_string() };
    let found = context.store.import_changes(number).await?.ok_or_else(unknown)?;
    let lines = change_lines(context, &found).await?;
    Ok((found, lines))
}

fn page(
    context: &PageContext,
    status: StatusCode,
    view: &ImportView,
) -> Result<HttpResponse, Problem> {
    let title = format!("Importation n° {}", view.import.number);
    let heading = Heading::of(&title, "importation").under(&[HISTORY]);
    context.page_with_status(status, "pages/import.html", &heading, view)
}

async fn view(context: &PageContext, number: ImportNumber) -> Result<ImportView, Problem> {
    let unknown = || Problem::NotFound { kind: "import", id: number.to_string() };
    let imports = context.store.imports().await?;
    let import = imports.into_iter().find(|import| import.number == number).ok_or_else(unknown)?;
    let report = context.store.import_report(number).await?.ok_or_else(unknown)?;
    let by = context.store.import_authors().await?.remove(&number);
    let names = words::project_names(context).await?;
    let reader = context.action_settings().reader(context).await?;
    let profile_title = reader.profiles().find(&import.profile).map(|found| found.title.clone());
    let (found, lines) = changes(context, number).await?;
    let mut new = Vec::new();
    let mut resembling = Vec::new();
    let mut known = 0;
    for sighting in &report.sightings {
        let (project, name) = (sighting.project.to_string(), sighting.name.clone());
        match &sighting.kind {
            SightingKind::Known => known += 1,
            SightingKind::New => {
                new.push(Link { label: name, href: format!("/projets/{project}") });
            }
            SightingKind::Resembles { project: near, name: near_name, likeness } => {
                // Linked projects are known under one of both ids only.
                let is_open = names.contains_key(&project) && names.contains_key(near.as_str());
                let (near_project, near_name) = (near.to_string(), near_name.clone());
                let likeness = *likeness;
                resembling.push(Resembling {
                    project,
                    name,
                    near_project,
                    near_name,
                    likeness,
                    is_open,
                });
            }
        }
    }
    Ok(ImportView {
        is_waiting: import.is_waiting(),
        by,
        set_aside: report.set_aside.iter().map(words::set_aside).collect(),
        remarks: report.remarks.iter().map(words::remark).collect(),
        profile_title,
        changes: ChangesView::of(&found, lines),
        query: PageQuery::of_path(&format!("/imports/{number}")),
        resembling,
        withheld: words::withheld_lines(context, &report.withheld, &names).await?,
        new,
        known,
        errors: Vec::new(),
        reason: String::new(),
        import,
        report,
    })
}

/// Why a person decides so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct DecisionForm {
    motif: String,
}

/// Confirms an import, and goes back to it.
///
/// # Errors
/// If there is no such import, it is in use already, or the change cannot be written.
pub(in crate::web) async fn confirm(
    context: PageContext,
    number: web::Path<i64>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, Problem> {
    decide(&context, ImportNumber(*number), ImportAction::Confirm, &form.motif).await
}

/// Withdraws an import, and goes back to it.
///
/// # Errors
/// If there is no such import, it is withdrawn already, or the change cannot be written.
pub(in crate::web) async fn withdraw(
    context: PageContext,
    number: web::Path<i64>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, Problem> {
    decide(&context, ImportNumber(*number), ImportAction::Withdraw, &form.motif).await
}

async fn decide(
    context: &PageContext,
    number: ImportNumber,
    action: ImportAction,
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let Ok(reason) = RequiredText::try_from(reason.to_owned()) else {
        return refused(context, number, (action.as_str(), reason)).await;
    };
    let act = context.act(reason.as_str())?;
    context.store.decide_on_import(number, action, &act).await?;
    let done = match action {
        ImportAction::Confirm => Confirmation::ImportConfirmed,
        ImportAction::Withdraw => Confirmation::ImportWithdrawn,
    };
    Ok(context.done(done, &format!("/imports/{number}")))
}

/// The page again, with the field to mend and what was typed.
async fn refused(
    context: &PageContext,
    number: ImportNumber,
    (form, typed): (&str, &str),
) -> Result<HttpResponse, Problem> {
    let text = "Indiquez le motif, en 4 000 caractères au plus.".to_owned();
    let mut view = view(context, number).await?;
    view.errors = vec![FormError { anchor: format!("motif-{form}"), text }];
    typed.clone_into(&mut view.reason);
    page(context, StatusCode::UNPROCESSABLE_ENTITY, &view)
}

/// Two projects that are one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct LinkForm {
    projet: String,
    vers: SingleLine,
    motif: String,
}

/// Says that a project of the import is one that was known, and goes back to the import.
///
/// # Errors
/// If one of the projects is unknown, they are linked already, or the change cannot be written.
pub(in crate::web) async fn link(
    context: PageContext,
    number: web::Path<i64>,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Problem> {
    let number = ImportNumber(*number);
    let LinkForm { projet, vers, motif } = form.into_inner();
    let Ok(reason) = RequiredText::try_from(motif.clone()) else {
        return refused(&context, number, (&format!("rattacher-{projet}"), &motif)).await;
    };
    let body = web::Json(NewLink { into: vers, reason });
    link_project(context.request(), web::Path::from(projet), body).await?;
    Ok(context.done(Confirmation::ProjectsLinked, &format!("/imports/{number}")))
}
