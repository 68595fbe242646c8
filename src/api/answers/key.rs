//! What an answer rests on: as long as none of it has changed, the answer is the same.

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

/// What the answers of a route are made from, beside the database, the caller's rights and the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rests {
    /// Nothing else.
    Alone,
    /// The folder of rules.
    OnRules,
}

/// The routes whose answers are kept, by their address. Never one that tells a secret, or that tells of
/// whoever asks.
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
    /// In Paris.
    day: NaiveDate,
    roles: BTreeSet<Role>,
    scope: Scope,
    path: String,
    query: BTreeMap<String, Vec<String>>,
    is_zipped: bool,
}

impl Asked {
    /// `None` when the answer is not to be kept, or when what it rests on cannot be told: the handler
    /// then says what is wrong.
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

    /// Of memory, about.
    pub(super) fn bytes(&self) -> usize {
        let texts =
            self.query.iter().flat_map(|(name, values)| std::iter::once(name).chain(values));
        self.path.len() + texts.map(|text| text.len() + size_of::<String>()).sum::<usize>()
    }
}

async fn stamp(folder: PathBuf) -> Result<FolderStamp, CycleError> {
    Ok(tokio::task::spawn_blocking(move || rules::stamp_folder(&folder)).await??)
}
