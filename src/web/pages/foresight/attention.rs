//! Which projects to look at first, and why.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::api::Problem;
use crate::application;
use crate::application::{Attention, AttentionLine, ExportColumn, ListCandidate, ListTable};
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::WatchList;
use crate::frame::dictionary::Unit;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

const PARAMETERS: [&str; 2] = ["date", "tous"];

/// Projects shown at first.
const SHOWN: usize = 10;

/// Most projects shown in one page.
const MOST_SHOWN: usize = 200;

#[derive(Debug, Serialize)]
struct AttentionPage {
    query: PageQuery,
    attention: Arc<Attention>,
    sureness: String,
    projects: Vec<AttentionLine>,
    /// Projects that are not shown.
    hidden: usize,
    lists: Vec<CandidateList>,
}

#[derive(Debug, Serialize)]
struct CandidateList {
    label: &'static str,
    candidates: Vec<ListCandidate>,
}

const LIST: ListTable<AttentionLine> = ListTable {
    name: "priorites",
    title: "Projets à regarder d’abord",
    meaning: "Les projets en cours, du plus au moins exposé : chance d’une dérive, multipliée par ce qu’elle coûterait.",
    columns: &[
        ExportColumn::count("Rang", |line| i64::try_from(line.rank).ok()),
        ExportColumn::text("Projet", |line| line.name.clone()),
        ExportColumn::text("Ministère", |line| line.ministry.to_string()),
        ExportColumn::number("Chance de dérive", Unit::Ratio, |line| {
            line.chance.map(|chance| chance.value)
        }),
        ExportColumn::number("Enjeu", Unit::Meur, |line| Some(line.stake.meur)),
        ExportColumn::number("Chance × enjeu", Unit::Meur, |line| line.expected_meur),
        ExportColumn::text("Niveau", |line| {
            line.level.map_or_else(String::new, |level| Level::label(level).to_owned())
        }),
        ExportColumn::text("Raisons", |line| line.reasons.join(" ")),
    ],
};

/// Shows the projects in the order in which to look at them.
///
/// # Errors
/// If a parameter is unknown, no edition is known, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    query.only(&PARAMETERS)?;
    let attention = application::attention(&context, query.date("date")?).await?;
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), attention.projects.clone(), vec![]).await;
    }
    let most = if query.one("tous").is_some() { MOST_SHOWN } else { SHOWN };
    let of_list = |list: WatchList| CandidateList {
        label: list.label(),
        candidates: attention.candidates.iter().filter(|one| one.list == list).cloned().collect(),
    };
    let page = AttentionPage {
        sureness: attention.sureness(),
        projects: attention.projects.iter().take(most).cloned().collect(),
        hidden: attention.projects.len().saturating_sub(most),
        lists: WatchList::ALL.into_iter().map(of_list).collect(),
        query,
        attention,
    };
    context.page("pages/attention.html", &Heading::of(LIST.title, "priorites"), &page)
}
