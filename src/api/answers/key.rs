//! Keys of the response cache: everything that a response depends on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use chrono::NaiveDate;

use super::super::desk::Desk;
use super::super::query;
use super::super::routing::MatchedRoute;
use crate::cycle;
use crate::cycle::CycleError;
use crate::domain::access::Caller;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::looks::Looks;
use crate::rules;
use crate::rules::FolderStamp;
use crate::store::Version;

/// What the responses of a route depend on, in addition to the database, the caller's roles and scope, and the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rests {
    /// Nothing else.
    Alone,
    /// The folder of rules on disk.
    OnRules,
}

/// The routes whose responses are cached, by path. None of them returns a secret, or data about the caller.
pub const KEPT: &[(&str, Rests)] = &[
    ("/api/v1/portfolio", Rests::OnRules),
    ("/api/v1/exports/{table}", Rests::OnRules),
    ("/api/v1/editions", Rests::Alone),
    ("/api/v1/projects", Rests::OnRules),
    ("/api/v1/projects/{project}", Rests::OnRules),
    ("/api/v1/projects/{project}/history", Rests::OnRules),
    ("/api/v1/projects/{project}/timeline", Rests::OnRules),
    ("/api/v1/projects/{project}/verdicts", Rests::Alone),
    ("/api/v1/alerts", Rests::Alone),
    ("/api/v1/alerts/{alert}", Rests::OnRules),
    ("/api/v1/silences", Rests::Alone),
    ("/api/v1/disputes", Rests::Alone),
    ("/api/v1/missions", Rests::OnRules),
    ("/api/v1/missions/ranking", Rests::OnRules),
    ("/api/v1/missions/outcomes", Rests::OnRules),
    ("/api/v1/missions/{mission}", Rests::OnRules),
    ("/api/v1/reviews", Rests::OnRules),
    ("/api/v1/reviews/{review}", Rests::OnRules),
    ("/api/v1/rules", Rests::OnRules),
    ("/api/v1/rules/{rule}", Rests::OnRules),
    ("/api/v1/coverage", Rests::OnRules),
    ("/api/v1/feed", Rests::OnRules),
];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    version: Version,
    rules: Option<FolderStamp>,
    /// The current day in Paris.
    day: NaiveDate,
    roles: BTreeSet<Role>,
    scope: Scope,
    path: String,
    query: BTreeMap<String, Vec<String>>,
    is_zipped: bool,
}

impl Asked {
    /// The key of a request; `None` if the response is not to be cached, or if a dependency cannot be read, in which case
    /// the handler reports the error.
    pub(super) async fn of(
        request: &mut ServiceRequest,
        stamps: &Looks<FolderStamp>,
    ) -> Option<Self> {
        if request.method() != Method::GET {
            return None;
        }
        let route = MatchedRoute::of(request.request())?;
        let (_, rests) = KEPT.iter().find(|(path, _)| *path == route.path)?;
        let query = query::parameters(request.query_string()).ok()?;
        let Caller { roles, scope, .. } = request.extensions().get::<Caller>().cloned()?;
        let desk = request.extract::<Desk>().await.ok()?;
        let seen = request.extensions().get::<Version>().copied();
        let version = match seen {
            Some(seen) => seen,
            None => desk.store.version().await.ok()?,
        };
        let rules = match rests {
            Rests::Alone => None,
            Rests::OnRules => {
                Some(stamps.share(async || stamp(desk.rules.clone()).await).await.ok()?)
            }
        };
        let day = cycle::today(desk.clock.now());
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

async fn stamp(folder: PathBuf) -> Result<FolderStamp, CycleError> {
    Ok(tokio::task::spawn_blocking(move || rules::stamp_folder(&folder)).await??)
}
