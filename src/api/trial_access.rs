//! How a handler comes to a trial of rules: a place, a budget, and an end once its caller is gone.

use std::future::Ready;
use std::future::ready;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::error::Problem;
use super::presence;
use crate::cycle::Trial;
use crate::cycle::TrialPlaces;
use crate::store::Attempt;

/// What trials of this request are made with. The functions that evaluate rules which are not in force all want one.
#[derive(Debug)]
pub(super) struct Trials {
    places: web::Data<TrialPlaces>,
    gone: CancellationToken,
    /// The caller gave an `Idempotency-Key`, by which they may come back for the answer.
    comes_back: bool,
}

impl Trials {
    /// Waits for a place. The trial ends when the caller hangs up.
    pub(super) async fn begin(&self, desk: &Desk) -> Result<Trial, Problem> {
        self.take(desk, self.gone.child_token()).await
    }

    /// The same for something that is done: whoever hangs up does not cut it short if they may come back for its answer.
    pub(super) async fn begin_act(&self, desk: &Desk) -> Result<Trial, Problem> {
        let stop = if self.comes_back { CancellationToken::new() } else { self.gone.child_token() };
        self.take(desk, stop).await
    }

    /// Without a place, for an evaluation of one rule in force: it ends when the caller hangs up, or over its budget.
    pub(super) fn unplaced(&self) -> Trial {
        self.places.unplaced(self.gone.child_token())
    }

    async fn take(&self, desk: &Desk, stop: CancellationToken) -> Result<Trial, Problem> {
        Ok(self.places.take(desk.caller().account, stop).await?)
    }
}

impl FromRequest for Trials {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(places) = request.app_data::<web::Data<TrialPlaces>>().cloned() else {
            return ready(Err(Problem::Unassembled));
        };
        let gone = presence::client_gone(request);
        let comes_back = request.extensions().get::<Attempt>().is_some();
        ready(Ok(Self { places, gone, comes_back }))
    }
}
