//! Everything known at a moment, loaded again: the same for ever, whatever was imported since.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::import_index::Filed;
use super::project_logs::link_log::Links;
use super::project_logs::{campaign_log, exit_log, link_log, succession_log};
use super::{import_decisions, import_index, import_rows, snapshots};
use crate::domain::ids::{ImportNumber, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{
    Contact, Contract, DeclaredCause, Fact, Milestone, Rebaseline, Recommendation, WatchEntry,
};
use crate::domain::portfolio::import::{Dataset, KnownProject};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::Subject;
use crate::domain::portfolio::succession::Successions;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::missions::reviews;

/// A moment of what was known: imports, identity log, reviews, decisions on imports, explanations of exits,
/// successions of ministries and campaigns up to these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KnownUpTo {
    pub last_import: ImportNumber,
    pub last_link: i64,
    pub last_review: i64,
    pub last_confirmation: i64,
    pub last_exit: i64,
    pub last_succession: i64,
    pub last_campaign: i64,
}

impl Store {
    pub async fn latest_known(&self) -> Result<KnownUpTo, StoreError> {
        let mut transaction = self.begin_read().await?;
        Ok(KnownUpTo {
            last_import: import_index::last_import(&mut transaction).await?,
            last_link: link_log::last_link(&mut transaction).await?,
            last_review: reviews::last_review(&mut transaction).await?,
            last_confirmation: import_decisions::last_decision(&mut transaction).await?,
            last_exit: exit_log::last_exit(&mut transaction).await?,
            last_succession: succession_log::last_succession(&mut transaction).await?,
            last_campaign: campaign_log::last_campaign(&mut transaction).await?,
        })
    }

    /// What was known then of the editions up to `as_of`, links applied. Within an edition the newest
    /// import wins: whole for a panorama, subject by subject for follow-up data. Of lists and
    /// contacts, each subject has those of the latest edition that speaks of it; of facts, all. Of a
    /// past moment too, a project counts for the ministry that it is at now; successions of ministries that had taken
    /// effect are applied to every edition, so that totals of two editions are of the same projects.
    pub async fn portfolio(
        &self,
        upto: &KnownUpTo,
        as_of: NaiveDate,
    ) -> Result<Portfolio, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let links = link_log::links(&mut transaction, upto.last_link).await?;
        let known_imports = (upto.last_import.0, upto.last_confirmation);
        let mut filed = import_index::filed(&mut transaction, known_imports).await?;
        let campaigns = campaign_log::standing(&mut transaction, upto.last_campaign).await?;
        // Answers to a campaign count from their own day, before the edition that they serve; frames look at no later one.
        let asked = campaign_log::editions(&mut transaction, upto.last_campaign).await?;
        filed.retain(|import| {
            let is_ahead = import.dataset.answers_by_field() && asked.contains(&import.edition);
            import.edition.as_of() <= as_of || is_ahead
        });
        let recorded =
            succession_log::known(&mut transaction, upto.last_succession, &links).await?;

        let successions = recorded.up_to(as_of);
        let mut portfolio = Portfolio { successions, campaigns, ..Portfolio::default() };
        for (edition, import) in import_index::panoramas(&filed) {
            let of = (import, edition);
            let mut of_edition =
                snapshots::visible_of_import(&mut transaction, of, &links, &visible).await?;
            rehome(&mut of_edition, &portfolio.successions);
            portfolio.snapshots.extend(of_edition);
            if !visible.is_all() {
                portfolio.editions.push(edition);
            }
        }
        for dataset in Dataset::ALL {
            if dataset != Dataset::Panorama {
                let mut rows = standing(&mut transaction, &filed, dataset, &links).await?;
                rows.retain(|row| visible.row(&row.subject, row.edition));
                add(&mut portfolio, dataset, rows, &links)?;
            }
        }
        let mut exits =
            exit_log::facts(&mut transaction, upto.last_exit, &links, &portfolio).await?;
        exits.retain(|fact| visible.project(&fact.project));
        portfolio.facts.extend(exits);
        sort_facts(&mut portfolio);
        let known = (upto.last_review, as_of);
        portfolio.reviews = reviews::standing(&mut transaction, known, &links).await?;
        portfolio.reviews.retain(|review| visible.project(&review.project));
        Ok(portfolio)
    }

    /// By id, links applied. Names come oldest first, those of replaced files included; the
    /// ministry is that of the latest edition. Of a project that a succession took to another ministry, the former one
    /// has the names until then.
    pub async fn known_projects(&self) -> Result<Vec<KnownProject>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let index = self.remembered.current(&mut transaction).await?;
        Ok(index.projects().filter_map(|known| visible.known(known)).collect())
    }

    /// Whom to tell at each ministry, as last said.
    pub async fn contacts(&self, as_of: NaiveDate) -> Result<Vec<Contact>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let last = link_log::last_link(&mut transaction).await?;
        let links = link_log::links(&mut transaction, last).await?;
        let mut filed = import_index::in_use(&mut transaction).await?;
        filed.retain(|import| import.edition.as_of() <= as_of);
        let mut rows = standing(&mut transaction, &filed, Dataset::Contacts, &links).await?;
        rows.retain(|row| visible.subject(&row.subject));
        contacts_of(&rows, &links)
    }
}

/// Each snapshot under the ministry that its project is at, by the successions in effect.
fn rehome(snapshots: &mut [Snapshot], successions: &Successions) {
    for snapshot in snapshots {
        let Snapshot { project, ministry, edition, .. } = &*snapshot;
        let step = successions.steps(project, ministry, *edition).pop().cloned();
        if let Some(step) = step {
            snapshot.ministry = step.into;
            snapshot.ministry_label = step.into_name;
        }
    }
}

/// A row of follow-up data that holds, and where it comes from.
struct StandingRow {
    subject: Subject,
    edition: EditionId,
    import: ImportNumber,
    payload: String,
}

/// By subject, then edition, then import, then as in the file.
async fn standing(
    connection: &mut Connection,
    filed: &[Filed],
    dataset: Dataset,
    links: &Links,
) -> Result<Vec<StandingRow>, StoreError> {
    let mut newest_first: Vec<&Filed> =
        filed.iter().filter(|import| import.dataset == dataset).collect();
    newest_first.sort_by_key(|import| std::cmp::Reverse((import.edition, import.number)));
    // The first import met that speaks of a subject (in an edition, for facts) is the one that holds: for the fields that
    // it answers, where older ones may answer others.
    let mut holders: BTreeMap<(Subject, Option<EditionId>), ImportNumber> = BTreeMap::new();
    // Of one day: an answer of an earlier day, imported later, hides none of a later day.
    let mut answers: BTreeMap<(Subject, EditionId, (String, NaiveDate)), ImportNumber> =
        BTreeMap::new();
    let mut standing = Vec::new();
    for import in newest_first {
        for row in import_rows::of_import(connection, import.number, links).await? {
            let edition = dataset.is_facts().then_some(import.edition);
            let subject = (row.subject.clone(), edition);
            let whole = if import.by_field {
                holders.get(&subject).copied().unwrap_or(import.number)
            } else {
                *holders.entry(subject).or_insert(import.number)
            };
            let answer = if dataset.answers_by_field() {
                let field = import_rows::dated_field(&row.payload)?;
                let answer = (row.subject.clone(), import.edition, field);
                *answers.entry(answer).or_insert(import.number)
            } else {
                import.number
            };
            if whole == import.number && answer == import.number {
                standing.push(StandingRow {
                    subject: row.subject,
                    edition: import.edition,
                    import: import.number,
                    payload: row.payload,
                });
            }
        }
    }
    standing
        .sort_by(|a, b| (&a.subject, a.edition, a.import).cmp(&(&b.subject, b.edition, b.import)));
    Ok(standing)
}

fn add(
    portfolio: &mut Portfolio,
    dataset: Dataset,
    rows: Vec<StandingRow>,
    links: &Links,
) -> Result<(), StoreError> {
    match dataset {
        Dataset::Panorama => {}
        Dataset::Baselines
        | Dataset::Article3
        | Dataset::Questionnaire
        | Dataset::Audits
        | Dataset::Exits => {
            let facts = of_projects(rows, |row: &mut Fact, to| row.project = to)?;
            portfolio.facts.extend(facts);
        }
        Dataset::Rebaselines => {
            portfolio.rebaselines = of_projects(rows, |row: &mut Rebaseline, to| row.project = to)?;
        }
        Dataset::Milestones => {
            portfolio.milestones = of_projects(rows, |row: &mut Milestone, to| row.project = to)?;
        }
        Dataset::Contracts => {
            portfolio.contracts = of_projects(rows, |row: &mut Contract, to| row.project = to)?;
        }
        Dataset::Recommendations => {
            portfolio.recommendations =
                of_projects(rows, |row: &mut Recommendation, to| row.project = to)?;
        }
        Dataset::DeclaredCauses => {
            portfolio.declared_causes =
                of_projects(rows, |row: &mut DeclaredCause, to| row.project = to)?;
        }
        Dataset::WatchLists => {
            portfolio.watches = of_projects(rows, |row: &mut WatchEntry, to| row.project = to)?;
        }
        Dataset::Contacts => portfolio.contacts = contacts_of(&rows, links)?,
    }
    Ok(())
}

/// A project's director under the id that the project has now.
fn contacts_of(rows: &[StandingRow], links: &Links) -> Result<Vec<Contact>, StoreError> {
    let contact = |row: &StandingRow| {
        let contact: Contact = columns::from_json("follow_up.payload", &row.payload)?;
        let project = contact.project.as_ref().map(|project| links.resolve(project).clone());
        Ok(Contact { project, ..contact })
    };
    rows.iter().map(contact).collect()
}

/// Rows come out under the project that they now count for.
fn of_projects<T: DeserializeOwned>(
    rows: Vec<StandingRow>,
    rename: impl Fn(&mut T, ProjectId),
) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let mut value: T = columns::from_json("follow_up.payload", &row.payload)?;
            if let Subject::Project(project) = row.subject {
                rename(&mut value, project);
            }
            Ok(value)
        })
        .collect()
}

/// By project, field and date; of two that say the same field at the same date, the one of the later
/// edition comes last, and what a person explained after what was imported.
fn sort_facts(portfolio: &mut Portfolio) {
    portfolio.facts.sort_by(|a, b| {
        (&a.project, &a.field, a.reported_on).cmp(&(&b.project, &b.field, b.reported_on))
    });
}
