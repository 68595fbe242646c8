//! Projects that the note proposes for its lists, without deciding.

use serde_json::Value as Json;

use super::figures;
use super::period::Period;
use crate::application::foresight::attention::attention;
use crate::application::foresight::attention_report::ListCandidate;
use crate::application::queries::table_rows::TableRow;
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::follow_up::WatchList;

/// A project that could join a list, and why, in words.
pub(super) struct ProposedProject<'row> {
    pub(super) project: &'row TableRow,
    pub(super) reasons: String,
}

/// The candidates for « clôture à surveiller », « récurrents » and « vigilance accrue », of the projects that the edition lists
/// and that are on no such list yet: those that the order of projects proposes.
///
/// # Errors
/// If what they are found by cannot be read.
pub(super) async fn candidates(
    services: &Services,
    period: &Period,
    listed: &[TableRow],
) -> Result<Datum, ApplicationError> {
    let found = attention(services, Some(period.as_of)).await?;
    let row = |project: &ProjectId| {
        listed
            .iter()
            .find(|row| row.get("project_id").and_then(Json::as_str) == Some(project.as_str()))
    };
    let of_list = |list: WatchList| -> Vec<Option<ProposedProject<'_>>> {
        let proposed = found.candidates.iter().filter(|one| one.list == list && !one.is_listed);
        let candidate = |one: &ListCandidate| {
            let project = row(&one.project)?;
            Some(Some(ProposedProject { project, reasons: one.reason.clone() }))
        };
        proposed.filter_map(candidate).collect()
    };
    let [closing, recurrent, heightened] =
        [WatchList::Closing, WatchList::Recurrent, WatchList::Heightened].map(of_list);
    Ok(candidate_group(&closing, &recurrent, &heightened))
}

/// The candidates of the three lists. `None` stands for a project of which only the names are wanted.
pub(super) fn candidate_group(
    closing: &[Option<ProposedProject<'_>>],
    recurrent: &[Option<ProposedProject<'_>>],
    heightened: &[Option<ProposedProject<'_>>],
) -> Datum {
    let list = |found: &[Option<ProposedProject<'_>>]| {
        Datum::List(found.iter().map(|one| candidate(one.as_ref())).collect())
    };
    Datum::group([
        ("closing", list(closing)),
        ("recurrent", list(recurrent)),
        ("heightened", list(heightened)),
    ])
}

fn candidate(one: Option<&ProposedProject<'_>>) -> Datum {
    let reasons = one.map(|one| Datum::text(one.reasons.as_str())).unwrap_or_default();
    let fields = figures::project_fields(one.map(|one| one.project));
    Datum::Group(fields.into_iter().chain([("reasons", reasons)]).collect())
}
