//! Access to trial evaluations of rules: a slot, a budget, and cancellation when the client disconnects.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use tokio_util::sync::CancellationToken;

use crate::api::context::RequestContext;
use crate::api::middleware::presence;
use crate::api::problem::kinds::Problem;
use crate::application::{Trial, TrialPlaces};
use crate::store::IdempotentAttempt;

/// Starts trial evaluations for a request. Every function that evaluates rules not in force requires a trial.
#[derive(Debug)]
pub(crate) struct Trials {
    places: web::Data<TrialPlaces>,
    gone: CancellationToken,
    /// Whether the request has an `Idempotency-Key`, with which the client may fetch the response later.
    may_retry: bool,
}

impl Trials {
    /// Waits for a slot. The trial is cancelled when the client disconnects.
    ///
    /// # Errors
    /// If no slot becomes free in time.
    pub(crate) async fn begin(&self, context: &RequestContext) -> Result<Trial, Problem> {
        self.take(context, self.gone.child_token()).await
    }

    /// Waits for a slot, for a request that changes something. The trial is cancelled when the client disconnects, unless it
    /// can fetch the response later.
    ///
    /// # Errors
    /// If no slot becomes free in time.
    pub(crate) async fn begin_act(&self, context: &RequestContext) -> Result<Trial, Problem> {
        let stop = if self.may_retry { CancellationToken::new() } else { self.gone.child_token() };
        self.take(context, stop).await
    }

    /// A trial without a slot, for evaluating one rule in force. It is cancelled when the client disconnects, or when its
    /// budget is used up.
    pub(crate) fn unplaced(&self) -> Trial {
        self.places.unplaced(self.gone.child_token())
    }

    async fn take(
        &self,
        context: &RequestContext,
        stop: CancellationToken,
    ) -> Result<Trial, Problem> {
        Ok(self.places.take(context.caller().account, stop).await?)
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
        let may_retry = request.extensions().get::<IdempotentAttempt>().is_some();
        ready(Ok(Self { places, gone, may_retry }))
    }
}
