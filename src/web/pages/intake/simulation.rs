//! The simulation of an import: what each file would give, why some are refused, and importing those that are good in one
//! act. Nothing is recorded before.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::imports::HISTORY;
use super::preview;
use super::preview::FilePreview;
use super::unknown_names::{NamesForm, UnknownNamesView};
use super::upload::see_other;
use crate::api::{Problem, Uploads};
use crate::application;
use crate::application::{FileToRead, FilesIntake};
use crate::domain::accounts::audit::Actor;
use crate::domain::bounded_text::RequiredText;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::intake::Reader;
use crate::store::Recorded;
use crate::support::fingerprint::Fingerprint;
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext, PageSettings};
use crate::web::staging::{ImportedFile, Simulation, StagedFile, Staging};

#[derive(Debug, Serialize)]
struct SimulationView {
    /// Its address.
    address: String,
    files: Vec<FilePreview>,
    /// `3 fichiers`
    found: String,
    /// How many files would be imported.
    good: usize,
    refused: usize,
    /// What the simulation said, so that nothing else is imported.
    seen: String,
    imported: Vec<ImportedFile>,
    /// Whether names resemble those of known projects.
    has_resembling: bool,
    /// Names that files have and nothing knows.
    unknown: UnknownNamesView,
    /// Whether what the simulation says has changed since it was read.
    is_stale: bool,
}

/// What was sent just before, and refused.
#[derive(Debug, Default)]
struct RefusedForm {
    is_stale: bool,
    names: NamesForm,
}

/// The simulation that an address names, if it is the caller's.
pub(super) fn find(
    context: &PageContext,
    staging: &Staging,
    id: &str,
) -> Result<Simulation, Problem> {
    let found = staging.find((&context.caller().name, id), context.clock.now());
    found.ok_or_else(|| Problem::NotFound { kind: "simulation", id: id.to_owned() })
}

/// One file of a simulation.
pub(super) fn find_file(simulation: &Simulation, number: u32) -> Result<&StagedFile, Problem> {
    let unknown = || Problem::NotFound { kind: "file", id: number.to_string() };
    simulation.file(number).ok_or_else(unknown)
}

/// The bytes of a file that waits, read on a thread that may block.
pub(super) async fn bytes_of(file: &StagedFile) -> Result<Vec<u8>, Problem> {
    let file = file.clone();
    let read = web::block(move || file.bytes()).await;
    let read = read.map_err(|_| Problem::NotReady("the service is busy".to_owned()))?;
    read.map_err(|fault| Problem::NotReady(format!("read the uploaded file: {fault}")))
}

async fn take_in(
    context: &PageContext,
    reader: Reader,
    simulation: &Simulation,
    is_trial: bool,
) -> Result<FilesIntake, Problem> {
    let mut files = Vec::with_capacity(simulation.files.len());
    for file in &simulation.files {
        let options = file.options.clone();
        files.push(FileToRead {
            name: file.name.clone(),
            bytes: bytes_of(file).await?,
            profile: options.profile,
            sheet: options.sheet,
            edition: options.edition,
        });
    }
    let actor: Actor = context.caller().name.clone();
    Ok(application::take_in_files(context, reader, files, (actor, is_trial)).await?)
}

/// Shows a simulation.
///
/// # Errors
/// If there is no such simulation of the caller, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    id: web::Path<String>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
) -> Result<HttpResponse, Problem> {
    let simulation = find(&context, &settings.staging, &id)?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    let taken = take_in(&context, reader.clone(), &simulation, true).await?;
    page(&context, (&id, &simulation), (&reader, &taken), &RefusedForm::default()).await
}

async fn page(
    context: &PageContext,
    (id, simulation): (&str, &Simulation),
    (reader, taken): (&Reader, &FilesIntake),
    refused: &RefusedForm,
) -> Result<HttpResponse, Problem> {
    let address = format!("/imports/simulations/{id}");
    let files = preview::previews(context, reader, (simulation, &address), taken).await?;
    let view = SimulationView {
        found: french::counted(files.len(), "fichier", "fichiers"),
        good: files.iter().filter(|file| file.is_good()).count(),
        refused: files.iter().filter(|file| file.is_refused()).count(),
        has_resembling: files.iter().any(FilePreview::has_resembling),
        seen: seen(taken),
        imported: simulation.imported.clone(),
        unknown: UnknownNamesView::of(context, reader, taken, &refused.names).await?,
        is_stale: refused.is_stale,
        files,
        address,
    };
    let status = match refused {
        RefusedForm { is_stale: true, .. } => StatusCode::CONFLICT,
        RefusedForm { names, .. } if names.is_faulty() => StatusCode::UNPROCESSABLE_ENTITY,
        RefusedForm { .. } => StatusCode::OK,
    };
    let heading = Heading::of("Simulation d’importation", "simulation")
        .under(&[HISTORY, ("Importer des fichiers", "/imports/nouveau")]);
    context.page_with_status(status, "pages/simulation.html", &heading, &view)
}

/// A fingerprint of what a simulation says.
fn seen(taken: &FilesIntake) -> String {
    let refused: Vec<String> =
        taken.refused.iter().map(|(name, fault)| format!("{name} {fault}")).collect();
    let files = serde_json::to_string(&taken.files).unwrap_or_default();
    Fingerprint::of_parts(&[files.as_str(), &refused.join("\n")]).short().to_owned()
}

/// What the form that imports sends: what was read, and which projects are known ones under another name.
#[derive(Debug)]
struct ImportForm {
    seen: String,
    links: Vec<(ProjectId, ProjectId)>,
    reason: String,
}

impl ImportForm {
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut form = Self { seen: String::new(), links: Vec::new(), reason: String::new() };
        for (name, value) in fields {
            match name.as_str() {
                "lu" => form.seen = value,
                "motif" => form.reason = value,
                "rattacher" => {
                    let pair = value.split_once(' ');
                    let ids = pair.map(|(new, known)| (ProjectId::new(new), ProjectId::new(known)));
                    form.links.extend(ids);
                }
                _ => {}
            }
        }
        form
    }
}

/// Imports all good files of a simulation in one act, and shows what became of them.
///
/// # Errors
/// If there is no such simulation of the caller, or the data cannot be written.
pub(in crate::web) async fn import(
    context: PageContext,
    id: web::Path<String>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let form = ImportForm::of(form.into_inner());
    let staging = &settings.staging;
    let simulation = find(&context, staging, &id)?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    let taken = take_in(&context, reader.clone(), &simulation, true).await?;
    if form.seen != seen(&taken) {
        let refused = RefusedForm { is_stale: true, ..RefusedForm::default() };
        return page(&context, (&id, &simulation), (&reader, &taken), &refused).await;
    }
    let recorded = take_in(&context, reader, &simulation, false).await?;
    let imported: Vec<ImportedFile> = recorded.files.iter().map(imported).collect();
    let refused: Vec<&String> = recorded.refused.iter().map(|(name, _)| name).collect();
    // Of an archive, files that are refused have to be mended in it: the archive stays.
    let is_done = |file: &StagedFile| {
        let of_it: Vec<_> =
            recorded.files.iter().filter(|one| one.brought_as == file.name).collect();
        !of_it.is_empty() && !refused.contains(&&file.name)
    };
    staging.change((&context.caller().name, &id), |kept| {
        kept.files.retain(|file| !is_done(file));
        kept.imported.extend(imported);
    });
    link(&context, &form).await?;
    Ok(context.done(Confirmation::FilesImported, &format!("/imports/simulations/{}", *id)))
}

fn imported(file: &application::TakenFile) -> ImportedFile {
    let (number, outcome) = match &file.intake.recorded {
        Recorded::Unchanged { number, .. } => (*number, "déjà connu"),
        Recorded::Held { number, .. } => (*number, "en attente de confirmation"),
        Recorded::Added { number } => (*number, "ajouté"),
        Recorded::Replaced { number, .. } => (*number, "remplace une importation"),
    };
    ImportedFile { name: file.intake.file.clone(), number, outcome }
}

/// Links the projects that the person ticked. Those of an edition on hold are not known yet: the page of the import offers
/// it again.
async fn link(context: &PageContext, form: &ImportForm) -> Result<(), Problem> {
    if form.links.is_empty() {
        return Ok(());
    }
    let given = RequiredText::try_from(form.reason.clone()).map(RequiredText::into_inner);
    let reason = given.unwrap_or_else(|_| "même projet, constaté à l’importation".to_owned());
    let known = context.store.known_projects().await?;
    let is_known = |id: &ProjectId| known.iter().any(|project| project.project == *id);
    for (new, near) in form.links.iter().filter(|(new, near)| is_known(new) && is_known(near)) {
        context.store.link(new, near, &context.act(&reason)?).await?;
    }
    Ok(())
}

/// Records what unknown names designate, and shows the simulation again, whose files are read with them.
///
/// # Errors
/// If there is no such simulation of the caller, or the data cannot be written.
pub(in crate::web) async fn settle_names(
    context: PageContext,
    id: web::Path<String>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let mut names = NamesForm::of(form.into_inner());
    let simulation = find(&context, &settings.staging, &id)?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    names.record(&context, &reader).await?;
    if names.is_faulty() {
        let taken = take_in(&context, reader.clone(), &simulation, true).await?;
        let refused = RefusedForm { names, ..RefusedForm::default() };
        return page(&context, (&id, &simulation), (&reader, &taken), &refused).await;
    }
    Ok(context.done(Confirmation::NamesRecorded, &format!("/imports/simulations/{}", *id)))
}

/// How a file is to be read where it does not say itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct OptionsForm {
    edition: Option<String>,
    feuille: Option<String>,
    disposition: Option<String>,
}

/// Says how a file is to be read, and shows the simulation again.
///
/// # Errors
/// If there is no such file of the caller, or the edition is none.
pub(in crate::web) async fn set_options(
    context: PageContext,
    path: web::Path<(String, u32)>,
    settings: web::Data<PageSettings>,
    form: web::Form<OptionsForm>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let simulation = find(&context, &settings.staging, &id)?;
    find_file(&simulation, number)?;
    let OptionsForm { edition, feuille, disposition } = form.into_inner();
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let edition = given(edition).map(|text| text.parse::<EditionId>()).transpose();
    let edition = edition.map_err(|fault| Problem::Unfit(fault.to_string()))?;
    let (sheet, profile) = (given(feuille), given(disposition));
    settings.staging.change((&context.caller().name, &id), |kept| {
        let file = kept.files.iter_mut().find(|file| file.number == number);
        if let Some(file) = file {
            file.options.edition = edition.or(file.options.edition);
            file.options.sheet = sheet.or_else(|| file.options.sheet.take());
            file.options.profile = profile.or_else(|| file.options.profile.take());
        }
    });
    Ok(see_other(&format!("/imports/simulations/{id}#fichier-{number}")))
}

/// Takes a file out of a simulation.
///
/// # Errors
/// If there is no such simulation of the caller.
pub(in crate::web) async fn remove(
    context: PageContext,
    path: web::Path<(String, u32)>,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    find(&context, &settings.staging, &id)?;
    settings.staging.change((&context.caller().name, &id), |kept| {
        kept.files.retain(|file| file.number != number);
    });
    Ok(see_other(&format!("/imports/simulations/{id}")))
}

/// Forgets a simulation.
///
/// # Errors
/// If there is no such simulation of the caller.
pub(in crate::web) async fn forget(
    context: PageContext,
    id: web::Path<String>,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, Problem> {
    find(&context, &settings.staging, &id)?;
    settings.staging.forget((&context.caller().name, &id));
    Ok(context.done(Confirmation::SimulationForgotten, "/imports/nouveau"))
}
