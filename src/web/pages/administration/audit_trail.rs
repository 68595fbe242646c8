//! The audit trail: who decided what, and whether the trail is still what was written.

use actix_web::HttpResponse;
use serde::Serialize;

use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::resources::people::audit::{AuditQuery, list_audit};
use crate::api::{Page, Problem};
use crate::domain::accounts::audit::AuditEntry;
use crate::store::AuditReport;
use crate::web::context::{Link, PageContext};
use crate::web::lists::administration::AUDIT_TRAIL;
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, plain};
use crate::web::wording::audit_words;

const TRAIL: (&str, &str) = ("Journal", "/administration/journal");

const PARAMETERS: &[Parameter] = &[plain("objet", "subject"), plain("depuis", "since")];

/// Entries of a page: each takes several lines on a narrow screen.
const LISTED: &str = "50";

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 2] = [("objet", "Objet"), ("depuis", "Depuis")];

#[derive(Debug, Serialize)]
struct TrailView {
    tabs: Vec<AdministrationTab>,
    query: PageQuery,
    entries: Page<AuditEntry>,
    subjects: Vec<Choice>,
    filters: Vec<Link>,
}

/// Lists the entries of the trail, newest first.
///
/// # Errors
/// If a parameter is unknown, or the trail cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let mut in_instants = query.clone();
    for day in in_instants.given.get_mut("depuis").into_iter().flatten() {
        // From the first instant of a day.
        if !day.contains('T') {
            day.push_str("T00:00:00Z");
        }
    }
    in_instants.given.entry("limite".to_owned()).or_insert_with(|| vec![LISTED.to_owned()]);
    let listing = in_instants.listing::<AuditQuery>(PARAMETERS)?;
    let entries = list_audit(context.request(), listing).await?;
    if let Some(format) = query.format {
        let (entries, _) = entries.into_parts();
        return list_file(&context, (&AUDIT_TRAIL, format), entries, query.filters(&FILTERS)).await;
    }
    let subjects = audit_words::SUBJECTS.into_iter();
    let view = TrailView {
        tabs: tabs(&context, TRAIL.1),
        entries,
        subjects: subjects
            .map(|(word, label)| Choice { value: word.to_owned(), label: label.to_owned() })
            .collect(),
        filters: query.filters(&FILTERS),
        query,
    };
    context.page("pages/audit_trail.html", &heading("Journal d’audit", "journal", None), &view)
}

#[derive(Debug, Serialize)]
struct VerificationView {
    tabs: Vec<AdministrationTab>,
    report: AuditReport,
    /// What is wrong, if anything is.
    flaw: Option<String>,
}

/// Follows the trail from its first entry, and says where it does not hold.
///
/// # Errors
/// If the trail cannot be read.
pub(super) async fn verify(context: PageContext) -> Result<HttpResponse, Problem> {
    let report = context.store.verify_audit(None).await?;
    let view = VerificationView {
        tabs: tabs(&context, TRAIL.1),
        flaw: report.flaw.as_ref().map(ToString::to_string),
        report,
    };
    let heading = heading("Vérification du journal", "journal", Some(TRAIL));
    context.page("pages/audit_check.html", &heading, &view)
}
