//! Who answers the questionnaire of a project: somebody who has signed in, or who follows the link of a campaign's mail.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::{ActionSettings, Problem};
use crate::application::Services;
use crate::domain::accounts::audit::Actor;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Frame, Heading, PageContext};

/// Somebody who answers, and what they may see and record.
#[derive(Debug)]
pub(super) struct Respondent {
    /// Of what they see.
    pub(super) services: Services,
    /// Those that record their answers: imports are of the whole State. Nothing that these read is shown.
    pub(super) recording: Services,
    pub(super) settings: ActionSettings,
    pub(super) actor: Actor,
    /// Whose draft their answers are.
    pub(super) author: String,
    /// The address under which the pages of their project are.
    pub(super) base: String,
    pub(super) frame: Frame,
}

impl Respondent {
    /// Somebody who has signed in.
    ///
    /// # Errors
    /// If the caller is no person with a name.
    pub(super) fn of_account(
        context: &PageContext,
        request: &HttpRequest,
        project: &str,
    ) -> Result<Self, Problem> {
        let caller = context.caller().clone();
        Ok(Self {
            services: Services::clone(context),
            recording: context.recording_services(),
            settings: context.action_settings().clone(),
            actor: context.person()?.clone(),
            author: format!("account/{}", caller.account.0),
            base: format!("/questionnaire/{project}"),
            frame: Frame::of(request, Some(caller)),
        })
    }

    pub(super) fn page(
        &self,
        status: StatusCode,
        template: &str,
        heading: &Heading,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.frame.page(status, template, heading, view)
    }

    /// Leads to a page below the base, which says what was done.
    pub(super) fn done(&self, done: Confirmation, below: &str) -> HttpResponse {
        self.frame.done(done, &format!("{}{below}", self.base))
    }
}
