//! The context of pages that are open to people who have not signed in.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::context::{Frame, Heading};
use crate::api::{AnonymousContext, Problem, session_secret};

/// The request context of a page's handler that is open to everybody.
#[derive(Debug)]
pub(super) struct VisitorContext {
    context: AnonymousContext,
    frame: Frame,
}

impl VisitorContext {
    /// The page that `template` makes of `view`, with this status.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn page(
        &self,
        status: StatusCode,
        template: &str,
        heading: &Heading,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.frame.page(status, template, heading, view)
    }
}

impl Deref for VisitorContext {
    type Target = AnonymousContext;

    fn deref(&self) -> &AnonymousContext {
        &self.context
    }
}

impl FromRequest for VisitorContext {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = AnonymousContext::from_request(request, payload).into_inner();
        let request = request.clone();
        Box::pin(async move {
            let context = context?;
            let caller = match session_secret(&request) {
                Some(secret) => {
                    context.store.caller_by_session(&secret, context.clock.now()).await?
                }
                None => None,
            };
            let frame = Frame::of(&request, caller);
            Ok(Self { context, frame })
        })
    }
}
