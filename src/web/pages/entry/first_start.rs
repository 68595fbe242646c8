//! First start: a link that the service prints creates the administrator's account, once, and opens its session.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::statement::Statement;
use crate::api::{Problem, SignIn, check_origin};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::store::{Credential, StoreError};
use crate::web::context::Heading;
use crate::web::visitor::{VisitorContext, redirect};

/// Maximum length of an invitation in bytes; longer ones are never valid.
const LONGEST: usize = 200;

/// The form that creates the administrator's account.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct FirstAccount {
    /// Name of the account, as the audit trail shows it.
    name: String,
    /// For sign-in links; empty for none.
    #[serde(default)]
    mail_address: String,
}

#[derive(Debug, Serialize)]
struct FirstStartView {
    typed: FirstAccount,
    /// What to mend, by field.
    name_error: Option<&'static str>,
    mail_error: Option<&'static str>,
    /// Whether the service sends sign-in links.
    sends_links: bool,
}

/// What is wrong with a form.
enum FormFault {
    Name(&'static str),
    MailAddress(&'static str),
}

/// Shows the form that creates the first account.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    invitation: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let presented = Credential::presented(invitation.into_inner());
    let holds = presented.reveal().len() <= LONGEST
        && context.store.is_invited(&presented, context.clock.now()).await?;
    if !holds {
        return refuse(&context, "GET");
    }
    form((&context, &sign_in), (FirstAccount::default(), None), StatusCode::OK)
}

/// Creates the administrator's account, once, opens its session, and leads to the dashboard.
///
/// # Errors
/// If the request comes from a page of another site, or the database cannot be written.
pub(in crate::web) async fn create(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    invitation: web::Path<String>,
    body: web::Form<FirstAccount>,
) -> Result<HttpResponse, Problem> {
    if let Err(problem) = check_origin(&request) {
        note(&context, "POST", &problem.to_string());
        return Err(problem);
    }
    let typed = body.into_inner();
    let (actor, address) = match read(&typed) {
        Ok(read) => read,
        Err(fault) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return form((&context, &sign_in), (typed, Some(fault)), status);
        }
    };
    let act = ActionContext { actor, at: context.clock.now(), reason: "first start".to_owned() };
    let presented = Credential::presented(invitation.into_inner());
    let until = act.at + TimeDelta::hours(sign_in.cookies.hours.into());
    let made = context.store.accept_invitation(&presented, (address, until), &act).await;
    let fault = match made {
        Ok(Some((_, session))) => {
            return Ok(redirect("/").cookie(sign_in.cookies.of_session(&session)).finish());
        }
        Ok(None) => return refuse(&context, "POST"),
        Err(fault) => taken(fault)?,
    };
    form((&context, &sign_in), (typed, Some(fault)), StatusCode::CONFLICT)
}

fn read(typed: &FirstAccount) -> Result<(Actor, Option<MailAddress>), FormFault> {
    let actor = Actor::person(typed.name.trim()).map_err(|_| {
        FormFault::Name(
            "Ce nom ne convient pas\u{a0}: une ligne, de 200 caractères au plus, sans caractère invisible, et pas \
             «\u{a0}vigie\u{a0}».",
        )
    })?;
    let address = match typed.mail_address.trim() {
        "" => None,
        text => {
            let unfit = |_| FormFault::MailAddress(super::sign_in::UNFIT_ADDRESS);
            Some(MailAddress::try_from(text.to_owned()).map_err(unfit)?)
        }
    };
    Ok((actor, address))
}

/// What somebody else has already.
///
/// # Errors
/// Any other fault of the database.
fn taken(fault: StoreError) -> Result<FormFault, Problem> {
    let is_name = matches!(
        fault,
        StoreError::AccountExists { .. }
            | StoreError::AccountAlike { .. }
            | StoreError::FormerName { .. }
    );
    if is_name {
        let text = "Un compte porte ou a porté ce nom, ou un nom qui lui ressemble.";
        return Ok(FormFault::Name(text));
    }
    if matches!(fault, StoreError::MailAddressTaken { .. }) {
        return Ok(FormFault::MailAddress("Un autre compte a cette adresse électronique."));
    }
    Err(fault.into())
}

fn form(
    (context, sign_in): (&VisitorContext, &SignIn),
    (typed, fault): (FirstAccount, Option<FormFault>),
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let (name_error, mail_error) = match fault {
        None => (None, None),
        Some(FormFault::Name(text)) => (Some(text), None),
        Some(FormFault::MailAddress(text)) => (None, Some(text)),
    };
    let view = FirstStartView { typed, name_error, mail_error, sends_links: sign_in.mail_links };
    context.page(status, "pages/first_start.html", &Heading::of("Premier démarrage", ""), &view)
}

fn refuse(context: &VisitorContext, method: &str) -> Result<HttpResponse, Problem> {
    note(context, method, "the setup link is unknown, used or expired");
    let statement = Statement::of_dead_link(&[
        "Il a déjà servi, il a expiré, ou Vigie a déjà un administrateur.",
        "Tant qu’il n’y en a aucun, la commande « vigie accounts invite » en donne un nouveau, de même qu’un \
         redémarrage du service.",
    ]);
    statement.with_link("Se connecter", "/connexion").show(context, StatusCode::GONE)
}

fn note(context: &VisitorContext, method: &str, reason: &str) {
    let subject = format!("route/{method} /setup/{{invitation}}");
    let record = AuditRecord::by(&Actor::vigie(), "request_refused", subject).because(reason);
    context.note_refusal(record);
}
