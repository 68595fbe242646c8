//! Refuses to take away, or to give another type to, a field that rules read or of which facts are recorded.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::draft_bounds::refusal;
use crate::application::{ApplicationError, Services};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::frame::dictionary::Field;
use crate::rules;
use crate::rules::dictionary_of;

/// Compares the fields of two catalogues, `before` being the one in force.
pub(super) async fn refuse(
    services: &Services,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Result<(), ApplicationError> {
    let (known, next) = (dictionary_of(before), dictionary_of(after));
    let lost: Vec<(&'static Field, &'static str)> = known
        .fields()
        .filter_map(|field| Some((field, change(field, next.field(field.name))?)))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let (texts, limits) = (before.clone(), services.limits);
    let compile = move || rules::compile_catalogue(&texts, &limits).0;
    let catalogue = tokio::task::spawn_blocking(compile).await?;
    let upto = services.store.latest_known().await?;
    let portfolio = services.store.portfolio(&upto, NaiveDate::MAX).await?;
    for (field, change) in lost {
        let name = field.name;
        let reads = |rule: &&rules::Rule| catalogue.fields_of(&rule.id).any(|read| read == name);
        let readers: Vec<_> = catalogue.rules().filter(reads).map(|rule| rule.id.clone()).collect();
        let facts = facts_of(name, &portfolio);
        if !readers.is_empty() || facts > 0 {
            let refused =
                DraftRefusal::FieldInUse { field: name.to_owned(), change, readers, facts };
            return Err(refusal(refused));
        }
    }
    Ok(())
}

/// How many facts are recorded under a name.
fn facts_of(name: &str, portfolio: &Portfolio) -> usize {
    let of_projects = portfolio.facts.iter().filter(|fact| fact.field == name).count();
    let of_contracts = portfolio.contracts.iter().map(|contract| &contract.facts);
    let of_milestones = portfolio.milestones.iter().map(|milestone| &milestone.facts);
    let of_records = of_contracts.chain(of_milestones).filter(|facts| facts.contains_key(name));
    of_projects + of_records.count()
}

/// What becomes of a field that is not what it was.
fn change(field: &Field, next: Option<&'static Field>) -> Option<&'static str> {
    let Some(next) = next else { return Some("removed") };
    if (next.kind, next.of, next.gathered) != (field.kind, field.of, field.gathered) {
        return Some("of another type");
    }
    (next.unit != field.unit).then_some("in another unit")
}
