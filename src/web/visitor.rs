//! The context of pages that are open to people who have not signed in.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::context::{Frame, Heading};
use crate::api::{AnonymousContext, Problem, session_secret};
use crate::domain::accounts::access::Caller;

/// The request context of a page's handler that is open to everybody.
#[derive(Debug)]
pub(super) struct VisitorContext {
    context: AnonymousContext,
    caller: Option<Caller>,
    frame: Frame,
}

impl VisitorContext {
    /// Who has signed in in this browser, if anybody has.
    pub(super) fn caller(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    /// The context of a handler of the API that is open to everybody.
    pub(super) fn request(&self) -> AnonymousContext {
        self.context.clone()
    }

    /// What pages show around their own content.
    pub(super) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The same for somebody whose session has just ended.
    pub(super) fn without_caller(&self, request: &HttpRequest) -> Self {
        let frame = Frame::of(request, None);
        Self { context: self.context.clone(), caller: None, frame }
    }

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
            let frame = Frame::of(&request, caller.clone());
            Ok(Self { context, caller, frame })
        })
    }
}

/// A response that leads the browser to another address.
pub(super) fn redirect(address: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, address));
    response
}
