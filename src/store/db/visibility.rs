//! What a handle shows. A project counts for the ministry that it is at now: links and successions of ministries
//! applied, and as the latest edition that lists it says. Every read asks here, and so does every act of a person.
//!
//! A ministry that took over another sees what was said to it and of it. One whose project went to another by a
//! succession still sees what editions said of it before that day, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::connection::Connection;
use super::error::StoreError;
use super::queries::{query_as, query_scalar};
use crate::domain::accounts::access::Scope;
use crate::domain::alerts::silence::SilenceScope;
use crate::domain::ids::{AlertId, MinistryCode, MissionId, ProjectId, ReviewId};
use crate::domain::messages::notice::Receiver;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::KnownProject;
use crate::domain::portfolio::subject::Subject;
use crate::domain::portfolio::succession::Successions;
use crate::store::imports::project_logs::link_log::Links;
use crate::store::imports::project_logs::{link_log, succession_log};
use crate::store::imports::projects;
use crate::store::imports::projects::{FormerMinistry, ProjectMinistries};

/// What a handle may show. What is not there and what is not shown look the same to the caller.
#[derive(Debug)]
pub(in crate::store) enum Visible {
    All,
    Some(VisibilityFilter),
}

#[derive(Debug)]
pub(in crate::store) struct VisibilityFilter {
    ministries: BTreeSet<MinistryCode>,
    whereabouts: Arc<VisibilityIndex>,
}

impl Visible {
    /// What a scope shows, as of the moment of a transaction. Costs nothing when that is everything.
    pub(in crate::store) async fn of(
        scope: &Scope,
        index: &IndexCache,
        connection: &mut Connection,
    ) -> Result<Self, StoreError> {
        let Scope::Ministries(ministries) = scope else { return Ok(Self::All) };
        let whereabouts = index.current(connection).await?;
        let mut ministries = ministries.clone();
        let heirs = whereabouts.successions.successors().into_iter();
        let inherited = heirs.filter(|(_, heir)| ministries.contains(&heir.into));
        let inherited: Vec<MinistryCode> = inherited.map(|(former, _)| former).collect();
        ministries.extend(inherited);
        Ok(Self::Some(VisibilityFilter { ministries, whereabouts }))
    }

    pub(in crate::store) fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    pub(in crate::store) fn ministry(&self, ministry: &MinistryCode) -> bool {
        match self {
            Self::All => true,
            Self::Some(sight) => sight.ministries.contains(ministry),
        }
    }

    /// By any id that the project ever had.
    pub(in crate::store) fn project(&self, project: &ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Some(sight) => sight
                .whereabouts
                .ministry(project)
                .is_some_and(|ministry| sight.ministries.contains(ministry)),
        }
    }

    /// Whether what an edition says of a project is shown.
    pub(in crate::store) fn listed(&self, project: &ProjectId, edition: EditionId) -> bool {
        self.project(project)
            || self.former_ministries(project).any(|former| edition.as_of() < former.until)
    }

    /// Whether what an edition says of a subject is shown.
    pub(in crate::store) fn row(&self, subject: &Subject, edition: EditionId) -> bool {
        match subject {
            Subject::Project(project) => self.listed(project, edition),
            Subject::Ministry(_) | Subject::Portfolio => self.subject(subject),
        }
    }

    /// A project as it is shown: to a ministry that it left by a succession, as it was.
    pub(in crate::store) fn known(&self, known: &KnownProject) -> Option<KnownProject> {
        if self.project(&known.project) {
            return Some(known.clone());
        }
        let former = self.former_ministries(&known.project).max_by_key(|former| former.until)?;
        Some(KnownProject { names: former.names.clone(), ..known.clone() })
    }

    /// What the ministries that are shown knew of a project that is another's now.
    fn former_ministries(&self, project: &ProjectId) -> impl Iterator<Item = &FormerMinistry> {
        let filter = match self {
            Self::All => None,
            Self::Some(filter) => Some(filter),
        };
        let found = filter.and_then(|one| Some((one, one.whereabouts.of(project)?)));
        found.into_iter().flat_map(|(one, of)| {
            let shown = of.former.iter().filter(|(code, _)| one.ministries.contains(*code));
            shown.map(|(_, former)| former)
        })
    }

    pub(in crate::store) fn subject(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Project(project) => self.project(project),
            Subject::Ministry(ministry) => self.ministry(ministry),
            Subject::Portfolio => self.is_all(),
        }
    }

    /// A ministry reads its own letters; those of the risk team and of programs speak of everybody.
    pub(in crate::store) fn receiver(&self, receiver: &Receiver) -> bool {
        match receiver {
            Receiver::SecretaryGeneral(ministry) | Receiver::SecurityRelay(ministry) => {
                self.ministry(ministry)
            }
            Receiver::ProjectDirector(project) => self.project(project),
            Receiver::Dinum
            | Receiver::Director
            | Receiver::Account(_)
            | Receiver::Webhook(_)
            | Receiver::Tchap => self.is_all(),
        }
    }

    /// Those that are named one by one: none where everything is visible.
    pub(in crate::store) fn ministries(&self) -> impl Iterator<Item = &MinistryCode> {
        let named = match self {
            Self::All => None,
            Self::Some(sight) => Some(&sight.ministries),
        };
        named.into_iter().flatten()
    }

    /// One that covers a rule everywhere is everybody's.
    pub(in crate::store) fn silence(&self, scope: &SilenceScope) -> bool {
        let SilenceScope { rule: _, project, ministry } = scope;
        let bounded = project.is_some() || ministry.is_some();
        self.is_all()
            || bounded
                && project.as_ref().is_none_or(|project| self.project(project))
                && ministry.as_ref().is_none_or(|ministry| self.ministry(ministry))
    }

    /// Whether a sentence of Vigie's own, which quotes ids, names no project but visible ones.
    pub(in crate::store) fn words(&self, text: &str) -> bool {
        let Self::Some(sight) = self else { return true };
        text.split('`').skip(1).step_by(2).all(|quoted| {
            let id = ProjectId::new(quoted.strip_prefix("project/").unwrap_or(quoted));
            !sight.whereabouts.knows(&id) || self.project(&id)
        })
    }

    /// Every id under which a visible project may be stored; `None` means all there are.
    pub(in crate::store) fn ids(&self) -> Option<Vec<&ProjectId>> {
        match self {
            Self::All => None,
            Self::Some(sight) => Some(sight.whereabouts.ids(&sight.ministries)),
        }
    }

    /// Those of some alerts that are visible.
    pub(in crate::store) async fn alerts(
        &self,
        connection: &mut Connection,
    ) -> Result<VisibleAlerts, StoreError> {
        if self.is_all() {
            return Ok(VisibleAlerts::All);
        }
        let rows: Vec<(AlertId, Subject)> =
            query_as("select id, subject from alerts").all(connection, "alerts").await?;
        let visible = rows.into_iter().filter(|(_, subject)| self.subject(subject));
        Ok(VisibleAlerts::Some(visible.map(|(id, _)| id).collect()))
    }

    /// Whether there is such an alert here.
    pub(in crate::store) async fn has_alert(
        &self,
        connection: &mut Connection,
        alert: &AlertId,
    ) -> Result<bool, StoreError> {
        self.has(connection, "select subject from alerts where id = $1", alert.as_str()).await
    }

    pub(in crate::store) async fn has_mission(
        &self,
        connection: &mut Connection,
        mission: &MissionId,
    ) -> Result<bool, StoreError> {
        self.has(connection, "select subject from missions where id = $1", mission.as_str()).await
    }

    pub(in crate::store) async fn has_review(
        &self,
        connection: &mut Connection,
        review: &ReviewId,
    ) -> Result<bool, StoreError> {
        let statement = "select 'project/' || project from reviews where id = $1";
        self.has(connection, statement, review.as_str()).await
    }

    /// The statement gives the subject of what has that id.
    async fn has(
        &self,
        connection: &mut Connection,
        statement: &'static str,
        id: &str,
    ) -> Result<bool, StoreError> {
        let subject: Option<Subject> =
            query_scalar(statement).bind(id).optional(connection, "what a thing is about").await?;
        Ok(subject.is_some_and(|subject| self.subject(&subject)))
    }
}

#[derive(Debug)]
pub(in crate::store) enum VisibleAlerts {
    All,
    Some(BTreeSet<AlertId>),
}

impl VisibleAlerts {
    pub(in crate::store) fn contains(&self, alert: &AlertId) -> bool {
        match self {
            Self::All => true,
            Self::Some(alerts) => alerts.contains(alert),
        }
    }
}

/// Where every project is, as of a moment of the logs that say so.
#[derive(Debug)]
pub(in crate::store) struct VisibilityIndex {
    moment: LogPosition,
    links: Links,
    successions: Successions,
    projects: BTreeMap<ProjectId, ProjectMinistries>,
}

/// The last import, link, decision on an import and table of successions: these logs are only ever added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LogPosition(i64, i64, i64, i64);

impl VisibilityIndex {
    async fn load(connection: &mut Connection, moment: LogPosition) -> Result<Self, StoreError> {
        let links = link_log::links(connection, moment.1).await?;
        let successions = succession_log::known(connection, moment.3, &links).await?;
        let projects = projects::known(connection, &links, &successions).await?;
        Ok(Self { moment, links, successions, projects })
    }

    /// By id.
    pub(in crate::store) fn projects(&self) -> impl Iterator<Item = &KnownProject> {
        self.projects.values().map(|whereabouts| &whereabouts.known)
    }

    fn of(&self, project: &ProjectId) -> Option<&ProjectMinistries> {
        self.projects.get(self.links.resolve(project))
    }

    fn knows(&self, project: &ProjectId) -> bool {
        self.of(project).is_some()
    }

    fn ministry(&self, project: &ProjectId) -> Option<&MinistryCode> {
        self.of(project).map(|whereabouts| &whereabouts.known.ministry)
    }

    fn ids(&self, ministries: &BTreeSet<MinistryCode>) -> Vec<&ProjectId> {
        let ids = self.projects.keys().chain(self.links.linked());
        ids.filter(|id| self.ministry(id).is_some_and(|ministry| ministries.contains(ministry)))
            .collect()
    }
}

async fn moment(connection: &mut Connection) -> Result<LogPosition, StoreError> {
    let (import, link, decision, succession): (i64, i64, i64, i64) = query_as(
        "select (select coalesce(max(number), 0) from imports),
                (select coalesce(max(number), 0) from identity_log),
                (select coalesce(max(number), 0) from import_decisions),
                (select coalesce(max(number), 0) from successions)",
    )
    .one(connection, "the last import")
    .await?;
    Ok(LogPosition(import, link, decision, succession))
}

/// The last whereabouts that were loaded, shared by the handles of one pool.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct IndexCache(Arc<Mutex<Option<Arc<VisibilityIndex>>>>);

impl IndexCache {
    /// Loaded once for each import and link. A transaction that wrote one and may yet be undone must
    /// not ask.
    pub(in crate::store) async fn current(
        &self,
        connection: &mut Connection,
    ) -> Result<Arc<VisibilityIndex>, StoreError> {
        let moment = moment(connection).await?;
        if let Some(known) = self.get().filter(|known| known.moment == moment) {
            return Ok(known);
        }
        Ok(self.put(VisibilityIndex::load(connection, moment).await?))
    }

    fn get(&self) -> Option<Arc<VisibilityIndex>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, whereabouts: VisibilityIndex) -> Arc<VisibilityIndex> {
        let whereabouts = Arc::new(whereabouts);
        let remembered = Arc::clone(&whereabouts);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(remembered);
        whereabouts
    }
}
