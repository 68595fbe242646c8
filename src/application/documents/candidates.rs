//! Projects that the note proposes for its lists, without deciding.

use super::figures;
use super::period::Period;
use crate::application::queries::table_rows::TableRow;
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;

/// A project that could join a list, and why, in words.
pub(super) struct ListCandidate<'row> {
    pub(super) project: &'row TableRow,
    pub(super) reasons: String,
}

/// The candidates for « clôture à surveiller », « récurrents » and « vigilance accrue », of the projects that the edition lists:
/// the one place where what is found of them elsewhere enters the note. None are found yet.
///
/// # Errors
/// If what they are found by cannot be read.
pub(super) async fn candidates(
    _services: &Services,
    _period: &Period,
    _listed: &[TableRow],
) -> Result<Datum, ApplicationError> {
    Ok(candidate_group(&[], &[], &[]))
}

/// The candidates of the three lists. `None` stands for a project of which only the names are wanted.
pub(super) fn candidate_group(
    closing: &[Option<ListCandidate<'_>>],
    recurrent: &[Option<ListCandidate<'_>>],
    heightened: &[Option<ListCandidate<'_>>],
) -> Datum {
    let list = |found: &[Option<ListCandidate<'_>>]| {
        Datum::List(found.iter().map(|one| candidate(one.as_ref())).collect())
    };
    Datum::group([
        ("closing", list(closing)),
        ("recurrent", list(recurrent)),
        ("heightened", list(heightened)),
    ])
}

fn candidate(one: Option<&ListCandidate<'_>>) -> Datum {
    let reasons = one.map(|one| Datum::text(one.reasons.as_str())).unwrap_or_default();
    let fields = figures::project_fields(one.map(|one| one.project));
    Datum::Group(fields.into_iter().chain([("reasons", reasons)]).collect())
}
