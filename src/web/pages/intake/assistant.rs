//! The mapping assistant: a person says which column of an unknown file is which field, sees what rows would read, and saves
//! the layout, so that this file and those that come after it are read.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::editions::only;
use super::imports::{FormError, HISTORY};
use super::mapping::{MappingForm, MappingView};
use super::simulation::{bytes_of, find, find_file};
use super::words;
use crate::api::{Problem, QueryFault, Uploads};
use crate::application;
use crate::application::{ApplicationError, LayoutLook, LayoutTrialTerms};
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::Dictionary;
use crate::intake::{FileLook, ProfileTrial, ProposalTerms, Reader, SourceError};
use crate::support::clock::today;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext, PageSettings};
use crate::web::query::{Choice, PageQuery};
use crate::web::staging::StagedFile;
use crate::web::wording::labels;

/// Rows that the preview shows.
const ROWS: u32 = 10;

#[derive(Debug, Serialize)]
struct AssistantView {
    /// Its address.
    address: String,
    /// The address of the simulation.
    back: String,
    file: String,
    look: FileLook,
    sheets: Vec<Choice>,
    datasets: Vec<Choice>,
    /// As the page's address spells them.
    dataset: String,
    sheet: String,
    header_row: Option<u32>,
    /// Why there is no proposal.
    refusal: Option<String>,
    mapping: Option<MappingView>,
    trial: Option<TrialView>,
    /// The text of the profile, once it was tried.
    text: Option<String>,
    errors: Vec<FormError>,
}

/// What the layout makes of the file.
#[derive(Debug, Serialize)]
struct TrialView {
    #[serde(flatten)]
    trial: ProfileTrial,
    /// What the columns are called, in the order of the fields.
    labels: Vec<String>,
    aside: Vec<String>,
    doubts: Vec<String>,
}

/// Where the table of the file is, as a person says.
#[derive(Clone, Debug, Default)]
struct Place {
    dataset: Option<Dataset>,
    sheet: Option<String>,
    header_row: Option<u32>,
}

impl Place {
    /// # Errors
    /// If a value is none of those that there are.
    fn of<'v>(value: impl Fn(&str) -> Option<&'v str>) -> Result<Self, QueryFault> {
        let dataset = value("contenu").map(|spelt| {
            let found =
                Dataset::ALL.into_iter().find(|one| labels::in_address(one.label()) == spelt);
            found.ok_or_else(|| {
                let all = Dataset::ALL.iter().map(|one| labels::in_address(one.label()));
                QueryFault::unknown_value("contenu", spelt, all)
            })
        });
        let header_row = value("ligne").map(|typed| {
            let number =
                typed.parse::<u32>().ok().filter(|number| (1..=1_000_000).contains(number));
            let fault = || format!("found `{typed}`, expected the number of a row");
            number.ok_or_else(|| QueryFault::of("ligne", fault()))
        });
        Ok(Self {
            dataset: dataset.transpose()?,
            sheet: value("feuille").map(str::to_owned),
            header_row: header_row.transpose()?,
        })
    }
}

/// What the page is about.
struct Subject {
    id: String,
    file: StagedFile,
    reader: Reader,
    looked: LayoutLook,
    dictionary: std::sync::Arc<Dictionary>,
}

impl Subject {
    async fn read(
        context: &PageContext,
        (id, number): (String, u32),
        (uploads, settings): (&Uploads, &PageSettings),
        place: &Place,
    ) -> Result<Self, Problem> {
        let file = find_file(&find(context, &settings.staging, &id)?, number)?.clone();
        let _turn = uploads.parsing_permit().await?;
        let reader = context.action_settings().reader(context).await?;
        let terms = ProposalTerms {
            dataset: place.dataset,
            sheet: place.sheet.clone(),
            header_row: place.header_row,
            today: today(context.clock.now()),
        };
        let name_and_bytes = (file.name.clone(), bytes_of(&file).await?);
        let looked = application::look_at_layout(reader.clone(), name_and_bytes, terms).await?;
        let dictionary = application::dictionary(context).await?;
        Ok(Self { id, file, reader, looked, dictionary })
    }

    fn view(&self, place: &Place) -> AssistantView {
        let back = format!("/imports/simulations/{}", self.id);
        let proposal = self.looked.proposal.as_ref().ok();
        let dataset = proposal.map(|one| one.draft.dataset).or(place.dataset);
        let refusal = self.looked.proposal.as_ref().err().map(ToString::to_string);
        let mapping =
            proposal.map(|one| MappingView::of(&one.draft, &one.columns, &self.dictionary));
        AssistantView {
            address: format!("{back}/{}/modele", self.file.number),
            back: format!("{back}#fichier-{}", self.file.number),
            file: self.file.name.clone(),
            sheets: self.looked.look.sheets.iter().cloned().map(Choice::plain).collect(),
            datasets: Choice::of::<Dataset>(),
            dataset: dataset.map(|one| labels::in_address(one.label())).unwrap_or_default(),
            sheet: self.looked.look.sheet.clone().unwrap_or_default(),
            header_row: proposal.map(|one| one.header_row).or(place.header_row),
            look: self.looked.look.clone(),
            refusal,
            mapping,
            trial: None,
            text: None,
            errors: Vec::new(),
        }
    }
}

fn page(
    context: &PageContext,
    status: StatusCode,
    view: &AssistantView,
) -> Result<HttpResponse, Problem> {
    let heading = Heading::of("Décrire une disposition", "disposition")
        .under(&[HISTORY, ("Simulation d’importation", view.back.as_str())]);
    context.page_with_status(status, "pages/mapping.html", &heading, view)
}

/// Shows the assistant for a file of a simulation.
///
/// # Errors
/// If there is no such file of the caller, or it cannot be read as a table.
pub(in crate::web) async fn show(
    context: PageContext,
    path: web::Path<(String, u32)>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    only(&query, &["contenu", "feuille", "ligne"])?;
    let last = |name: &str| query.given.get(name)?.last().map(String::as_str);
    let place = Place::of(last)?;
    let subject = Subject::read(&context, path.into_inner(), (&uploads, &settings), &place).await?;
    page(&context, StatusCode::OK, &subject.view(&place))
}

/// Tries the layout that a person describes on the file, or saves it.
///
/// # Errors
/// If there is no such file of the caller, or the layout cannot be saved.
pub(in crate::web) async fn submit(
    context: PageContext,
    path: web::Path<(String, u32)>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let form = MappingForm::of(fields.into_inner());
    let place = Place::of(|name| form.text(name))?;
    let subject = Subject::read(&context, path.into_inner(), (&uploads, &settings), &place).await?;
    let mut view = subject.view(&place);
    let Ok(proposal) = &subject.looked.proposal else {
        return page(&context, StatusCode::UNPROCESSABLE_ENTITY, &view);
    };
    let (draft, mut errors) = form.draft(proposal, &subject.dictionary);
    view.mapping = Some(MappingView::of(&draft, &proposal.columns, &subject.dictionary));
    let is_saved = form.text("acte") == Some("enregistrer");
    if is_saved && subject.reader.profiles().find(&draft.id).is_some() {
        let text = "Une disposition porte déjà ce nom : donnez-en un autre.".to_owned();
        errors.push(FormError { anchor: "nom".to_owned(), text });
    }
    if !errors.is_empty() {
        view.errors = errors;
        return page(&context, StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    let text = draft.to_text(&subject.dictionary);
    if is_saved {
        let reason = format!("disposition de {}, décrite dans l’assistant", subject.file.name);
        let act = context.act(&reason)?;
        let saved = application::save_profile(&context, (&draft.id, text), Some(0), &act).await;
        return match saved {
            Ok(_) => Ok(context.done(Confirmation::ProfileSaved, &view.back)),
            Err(ApplicationError::Source(fault)) => {
                view.errors = wrong(&fault);
                page(&context, StatusCode::UNPROCESSABLE_ENTITY, &view)
            }
            Err(other) => Err(other.into()),
        };
    }
    match tried(&context, &subject, text.clone()).await? {
        Ok(trial) => view.trial = Some(trial),
        Err(fault) => {
            view.errors = wrong(&fault);
            return page(&context, StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
    }
    view.text = Some(text);
    page(&context, StatusCode::OK, &view)
}

/// What the layout makes of the file, or what is wrong with it.
async fn tried(
    context: &PageContext,
    subject: &Subject,
    text: String,
) -> Result<Result<TrialView, SourceError>, Problem> {
    let dictionary = std::sync::Arc::clone(&subject.dictionary);
    let profile = match application::parse_profile(text, dictionary).await? {
        Ok(profile) => profile,
        Err(fault) => return Ok(Err(fault)),
    };
    let options = &subject.file.options;
    let sheet = subject.looked.look.sheet.clone();
    let terms = LayoutTrialTerms { sheet, edition: options.edition, rows: ROWS };
    let layout_and_file = (profile, subject.file.name.clone(), bytes_of(&subject.file).await?);
    let trial =
        match application::try_profile(context, subject.reader.clone(), layout_and_file, terms)
            .await
        {
            Ok(trial) => trial,
            Err(ApplicationError::Source(fault)) => return Ok(Err(fault)),
            Err(other) => return Err(other.into()),
        };
    let label = |name: &str| words::field_label(name, &subject.dictionary);
    Ok(Ok(TrialView {
        labels: trial.fields.iter().map(|field| label(&field.name)).collect(),
        aside: trial.set_aside.iter().map(words::set_aside).collect(),
        doubts: trial.remarks.iter().map(words::remark).collect(),
        trial,
    }))
}

/// What is wrong with a layout, for the top of its form.
fn wrong(fault: &SourceError) -> Vec<FormError> {
    let anchor = "colonnes".to_owned();
    let SourceError::Profile(wrong) = fault else {
        return vec![FormError { anchor, text: fault.to_string().replace('`', "") }];
    };
    let faults = wrong.faults.iter();
    let text = |found: &str, expected: &str| {
        format!("Trouvé {found}, attendu {expected}.").replace('`', "")
    };
    faults
        .map(|one| FormError {
            anchor: anchor.clone(),
            text: format!("{} ({})", text(&one.found, &one.expected), one.key),
        })
        .collect()
}
