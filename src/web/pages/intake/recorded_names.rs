//! The names of ministries and projects that people recorded, with who did so and why, and withdrawing one.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::imports::{FormError, HISTORY};
use super::words;
use crate::api::Problem;
use crate::api::resources::portfolio::recorded_names::{NameQuery, list_names};
use crate::application;
use crate::application::{ApplicationError, ExportColumn, ListTable};
use crate::domain::bounded_text::RequiredText;
use crate::domain::portfolio::recorded_name::{NameKind, RecordedName};
use crate::support::{french, translation};
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, sorted_by, yes_no};
use crate::web::wording::problem_words::for_people;

const PATH: &str = "/imports/noms";

const PARAMETERS: &[Parameter] = &[
    labels_of::<NameKind>("nature", "kind"),
    yes_no("retire", "withdrawn"),
    sorted_by(&[("numero", "number"), ("date", "at"), ("nom", "name")]),
];

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 2] = [("nature", "Nature"), ("retire", "Retiré")];

/// The latest first, unless the address says otherwise.
const ORDER: &str = "-numero";

/// Names of a page: each has its form.
const LIMIT: &str = "30";

#[derive(Debug, Serialize)]
struct RecordedNamesView {
    query: PageQuery,
    names: Vec<NameLine>,
    /// `12 noms`
    found: String,
    /// The address of the next page.
    next: Option<String>,
    filters: Vec<Link>,
    kinds: Vec<Choice>,
    errors: Vec<FormError>,
    reason: String,
}

/// A recorded name, and what it designates as people call it.
#[derive(Debug, Serialize)]
struct NameLine {
    #[serde(flatten)]
    name: RecordedName,
    called: String,
    /// The page of the project.
    href: Option<String>,
}

const LIST: ListTable<NameLine> = ListTable {
    name: "noms",
    title: "Noms retenus",
    meaning: "Les noms de ministères et de projets retenus, et ceux qui ont été retirés.",
    columns: &[
        ExportColumn::count("N°", |line| Some(line.name.number)),
        ExportColumn::text("Nom", |line| line.name.name.clone()),
        ExportColumn::text("Nature", |line| line.name.kind.label().to_owned()),
        ExportColumn::text("Code ou identifiant", |line| line.name.designates.clone()),
        ExportColumn::text("Désigne", |line| line.called.clone()),
        ExportColumn::text("Motif", |line| line.name.reason.clone()),
        ExportColumn::text("Par", |line| line.name.by.to_string()),
        ExportColumn::moment("Retenu le", |line| Some(line.name.at)),
        ExportColumn::moment("Retiré le", |line| line.name.withdrawn.as_ref().map(|gone| gone.at)),
        ExportColumn::text("Retiré par", |line| {
            line.name.withdrawn.as_ref().map(|gone| gone.by.to_string()).unwrap_or_default()
        }),
        ExportColumn::text("Motif du retrait", |line| {
            line.name.withdrawn.as_ref().map(|gone| gone.reason.clone()).unwrap_or_default()
        }),
    ],
};

/// Lists the recorded names, or gives them as a file.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    page(&context, query.of_list()?, StatusCode::OK, (Vec::new(), String::new())).await
}

async fn page(
    context: &PageContext,
    query: PageQuery,
    status: StatusCode,
    (errors, reason): (Vec<FormError>, String),
) -> Result<HttpResponse, Problem> {
    let mut ordered = query.clone();
    ordered.given.entry("tri".to_owned()).or_insert_with(|| vec![ORDER.to_owned()]);
    if query.format.is_none() {
        ordered.given.entry("limite".to_owned()).or_insert_with(|| vec![LIMIT.to_owned()]);
    }
    let listing = ordered.listing::<NameQuery>(PARAMETERS)?;
    let (names, cursor) = list_names(context.request(), listing).await?.into_parts();
    let names = lines(context, names).await?;
    let filters = query.filters(&FILTERS);
    if let Some(format) = query.format {
        return list_file(context, (&LIST, format), names, filters).await;
    }
    let view = RecordedNamesView {
        found: french::counted(names.len(), "nom", "noms"),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        kinds: Choice::of::<NameKind>(),
        names,
        filters,
        errors,
        reason,
        query,
    };
    let heading = Heading::of("Noms retenus", "noms").under(&[HISTORY]);
    context.page_with_status(status, "pages/recorded_names.html", &heading, &view)
}

/// Names with what each designates, as people call it.
async fn lines(context: &PageContext, names: Vec<RecordedName>) -> Result<Vec<NameLine>, Problem> {
    let reader = context.action_settings().reader(context).await?;
    let ministries = reader.aliases().ministries();
    let ministries: BTreeMap<&str, &str> =
        ministries.map(|(code, name)| (code.as_str(), name)).collect();
    let projects = words::project_names(context).await?;
    let line = |name: RecordedName| {
        let designates = name.designates.as_str();
        let (called, href) = match name.kind {
            NameKind::Ministry => {
                let own = name.new_ministry.as_deref();
                let called = own.or_else(|| ministries.get(designates).copied());
                (called.unwrap_or(designates).to_owned(), None)
            }
            NameKind::Project => match projects.get(designates) {
                Some(called) => (called.clone(), Some(format!("/projets/{designates}"))),
                None => (designates.to_owned(), None),
            },
        };
        NameLine { name, called, href }
    };
    Ok(names.into_iter().map(line).collect())
}

/// Why a name is withdrawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct WithdrawalForm {
    motif: String,
}

/// Withdraws a recorded name.
///
/// # Errors
/// If there is no such name, or the data cannot be written.
pub(in crate::web) async fn withdraw(
    context: PageContext,
    number: web::Path<i64>,
    form: web::Form<WithdrawalForm>,
) -> Result<HttpResponse, Problem> {
    let anchor = format!("motif-{number}");
    let typed = form.into_inner().motif;
    let Ok(reason) = RequiredText::try_from(typed.clone()) else {
        let text = "Indiquez le motif, en 4 000 caractères au plus.".to_owned();
        let errors = vec![FormError { anchor, text }];
        let query = PageQuery::of_path(PATH);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&context, query, status, (errors, typed)).await;
    };
    let act = context.act(reason.as_str())?;
    match application::withdraw_name(&context, *number, &act).await {
        Ok(_) => Ok(context.done(Confirmation::NameWithdrawn, PATH)),
        Err(ApplicationError::Reading(refusal)) => {
            let text = for_people(&translation::into_french(&refusal.to_string()));
            let errors = vec![FormError { anchor, text }];
            let query = PageQuery::of_path(PATH);
            page(&context, query, StatusCode::CONFLICT, (errors, typed)).await
        }
        Err(other) => Err(other.into()),
    }
}
