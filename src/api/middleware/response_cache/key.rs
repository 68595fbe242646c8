//! Keys of the response cache: everything that a response depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use chrono::NaiveDate;

use crate::api::context::RequestContext;
use crate::api::extract::query;
use crate::api::route::MatchedRoute;
use crate::application::ApplicationError;
use crate::domain::accounts::access::{Caller, Role, Scope};
use crate::rules::FolderStamp;
use crate::store::DatabaseVersion;
use crate::support::single_flight::SingleFlight;
use crate::{application, rules};

/// What the responses of a route depend on, in addition to the database, the caller's roles and scope, and the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheDependency {
    /// Nothing else.
    Alone,
    /// The folder of rules on disk.
    OnRules,
}

/// The routes whose responses are cached, by path. None of them returns a secret, or data about the caller.
pub const CACHED_ROUTES: &[(&str, CacheDependency)] = &[
    ("/api/v1/portfolio", CacheDependency::OnRules),
    ("/api/v1/exports/{table}", CacheDependency::OnRules),
    ("/api/v1/editions", CacheDependency::Alone),
    ("/api/v1/projects", CacheDependency::OnRules),
    ("/api/v1/projects/{project}", CacheDependency::OnRules),
    ("/api/v1/projects/{project}/history", CacheDependency::OnRules),
    ("/api/v1/projects/{project}/timeline", CacheDependency::OnRules),
    ("/api/v1/projects/{project}/verdicts", CacheDependency::OnRules),
    ("/api/v1/alerts", CacheDependency::OnRules),
    ("/api/v1/alerts/{alert}", CacheDependency::OnRules),
    ("/api/v1/silences", CacheDependency::Alone),
    ("/api/v1/disputes", CacheDependency::Alone),
    ("/api/v1/missions", CacheDependency::OnRules),
    ("/api/v1/missions/ranking", CacheDependency::OnRules),
    ("/api/v1/missions/outcomes", CacheDependency::OnRules),
    ("/api/v1/missions/{mission}", CacheDependency::OnRules),
    ("/api/v1/reviews", CacheDependency::OnRules),
    ("/api/v1/reviews/{review}", CacheDependency::OnRules),
    ("/api/v1/rules", CacheDependency::OnRules),
    ("/api/v1/rules/{rule}", CacheDependency::OnRules),
    ("/api/v1/coverage", CacheDependency::OnRules),
    ("/api/v1/wanted-answers", CacheDependency::OnRules),
    ("/api/v1/feed", CacheDependency::OnRules),
];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    version: DatabaseVersion,
    rules: Option<FolderStamp>,
    /// The current day in Paris.
    day: NaiveDate,
    roles: BTreeSet<Role>,
    scope: Scope,
    path: String,
    query: BTreeMap<String, Vec<String>>,
    is_zipped: bool,
}

impl CacheKey {
    /// The key of a request; `None` if the response is not to be cached, or if a dependency cannot be read, in which case
    /// the handler reports the error.
    pub(super) async fn of(
        request: &mut ServiceRequest,
        stamps: &SingleFlight<FolderStamp>,
    ) -> Option<Self> {
        if request.method() != Method::GET {
            return None;
        }
        let route = MatchedRoute::of(request.request())?;
        let (_, dependency) = CACHED_ROUTES.iter().find(|(path, _)| *path == route.path)?;
        let query = query::parameters(request.query_string()).ok()?;
        let Caller { roles, scope, .. } = request.extensions().get::<Caller>().cloned()?;
        let context = request.extract::<RequestContext>().await.ok()?;
        let seen = request.extensions().get::<DatabaseVersion>().copied();
        let version = match seen {
            Some(seen) => seen,
            None => context.store.version().await.ok()?,
        };
        let rules = match dependency {
            CacheDependency::Alone => None,
            CacheDependency::OnRules => {
                Some(stamps.share(async || stamp(context.rules.clone()).await).await.ok()?)
            }
        };
        let day = application::today(context.clock.now());
        let path = request.path().to_owned();
        Some(Self { version, rules, day, roles, scope, path, query, is_zipped: false })
    }

    pub(super) fn zipped(&self) -> Self {
        Self { is_zipped: true, ..self.clone() }
    }

    /// Approximate size in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts =
            self.query.iter().flat_map(|(name, values)| std::iter::once(name).chain(values));
        self.path.len() + texts.map(|text| text.len() + size_of::<String>()).sum::<usize>()
    }
}

async fn stamp(folder: PathBuf) -> Result<FolderStamp, ApplicationError> {
    Ok(tokio::task::spawn_blocking(move || rules::stamp_folder(&folder)).await??)
}
