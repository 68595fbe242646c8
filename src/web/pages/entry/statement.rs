//! A page that says what happened and what to do.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use crate::api::Problem;
use crate::support::french;
use crate::web::context::{Heading, Link};
use crate::web::visitor::VisitorContext;

#[derive(Debug, Serialize)]
pub(super) struct Statement {
    #[serde(skip)]
    title: &'static str,
    paragraphs: Vec<String>,
    /// Where to go on.
    link: Option<Link>,
}

impl Statement {
    pub(super) fn of(title: &'static str, paragraphs: &[&str]) -> Self {
        let paragraphs = paragraphs.iter().map(|text| french::unbroken(text)).collect();
        Self { title, paragraphs, link: None }
    }

    /// What a link that opens nothing leads to, with status 410 whether it is unknown, used, expired or revoked: nobody
    /// finds out which links there were.
    pub(super) fn of_dead_link(paragraphs: &[&str]) -> Self {
        Self::of("Ce lien ne sert plus", paragraphs)
    }

    pub(super) fn with_link(self, label: &str, href: &str) -> Self {
        let link = Link { label: label.to_owned(), href: href.to_owned() };
        Self { link: Some(link), ..self }
    }

    /// The page, with this status.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn show(
        &self,
        context: &VisitorContext,
        status: StatusCode,
    ) -> Result<HttpResponse, Problem> {
        context.page(status, "pages/statement.html", &Heading::of(self.title, ""), self)
    }
}
