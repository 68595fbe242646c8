//! What a handler works with. It never meets the store but through here.

use std::future::Ready;
use std::future::ready;
use std::ops::Deref;

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;

use super::error::Problem;
use crate::cycle::Parts;

/// The parts as the service has them: only a desk opens it.
#[derive(Debug)]
pub struct Workshop(Parts);

impl Workshop {
    pub fn new(parts: Parts) -> Self {
        Self(parts)
    }
}

/// The parts, with a store that shows what the caller may see.
#[derive(Debug)]
pub(super) struct Desk(Parts);

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let workshop = request.app_data::<web::Data<Workshop>>();
        ready(workshop.map(|workshop| Self(workshop.0.clone())).ok_or(Problem::Unassembled))
    }
}
