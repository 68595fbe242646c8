//! The names of ministries and projects that people recorded, with who did so and why, and withdrawing one.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::imports::{FormError, HISTORY};
use super::words;
use crate::api::Problem;
use crate::application;
use crate::application::{ApplicationError, ExportColumn, ListTable};
use crate::domain::bounded_text::RequiredText;
use crate::domain::portfolio::recorded_name::{NameKind, RecordedName};
use crate::support::translation;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;
use crate::web::wording::problem_words::for_people;

const PATH: &str = "/imports/noms";

#[derive(Debug, Serialize)]
struct RecordedNamesView {
    query: PageQuery,
    in_force: Vec<NameLine>,
    withdrawn: Vec<NameLine>,
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
    meaning: "Les noms de ministères et de projets retenus, puis ceux qui ont été retirés.",
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
/// If the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    if let Some(format) = query.format {
        let (mut lines, withdrawn) = lines(&context).await?;
        lines.extend(withdrawn);
        return list_file(&context, (&LIST, format), lines, Vec::new()).await;
    }
    page(&context, StatusCode::OK, (Vec::new(), String::new())).await
}

async fn page(
    context: &PageContext,
    status: StatusCode,
    (errors, reason): (Vec<FormError>, String),
) -> Result<HttpResponse, Problem> {
    let (in_force, withdrawn) = lines(context).await?;
    let query = PageQuery::of_path(PATH);
    let view = RecordedNamesView { query, in_force, withdrawn, errors, reason };
    let heading = Heading::of("Noms retenus", "noms").under(&[HISTORY]);
    context.page_with_status(status, "pages/recorded_names.html", &heading, &view)
}

/// Those that files are read with, and those that were withdrawn, the latest first.
async fn lines(context: &PageContext) -> Result<(Vec<NameLine>, Vec<NameLine>), Problem> {
    let names = context.store.recorded_names().await?;
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
    let all = names.into_iter().rev().map(line);
    Ok(all.partition(|one| one.name.withdrawn.is_none()))
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
        return page(&context, StatusCode::UNPROCESSABLE_ENTITY, (errors, typed)).await;
    };
    let act = context.act(reason.as_str())?;
    match application::withdraw_name(&context, *number, &act).await {
        Ok(_) => Ok(context.done(Confirmation::NameWithdrawn, PATH)),
        Err(ApplicationError::Reading(refusal)) => {
            let text = for_people(&translation::into_french(&refusal.to_string()));
            let errors = vec![FormError { anchor, text }];
            page(&context, StatusCode::CONFLICT, (errors, typed)).await
        }
        Err(other) => Err(other.into()),
    }
}
