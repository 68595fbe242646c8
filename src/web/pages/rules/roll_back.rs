//! Putting an earlier text of a rule or a threshold back in force.

use actix_web::HttpResponse;
use serde::Deserialize;

use crate::api::{Problem, Trials};
use crate::application;
use crate::application::RollBack;
use crate::domain::accounts::access::{Lack, Permission};
use crate::domain::bounded_text::RequiredText;
use crate::domain::ids::PublicationNumber;
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;

/// Why somebody whose role allows it may not publish; `None` for those who may, and those who have no such role.
pub(super) fn publishing_bar(context: &PageContext) -> Option<&'static str> {
    let caller = context.caller();
    match caller.lacks(Permission::PublishRules) {
        Some(Lack::Factor) if context.has_provider() => Some(
            "Votre session a été ouverte avec un seul facteur d’authentification. Pour publier des règles ou les rétablir, \
             déconnectez-vous, puis reconnectez-vous avec un second facteur.",
        ),
        Some(Lack::Factor) => Some(
            "Votre session a été ouverte avec un seul facteur d’authentification, et ce service n’en propose pas de second \
             dans le navigateur. Les règles s’y publient et s’y rétablissent par la ligne de commande, avec un jeton.",
        ),
        None if !caller.scope.is_whole() => Some(
            "Votre compte est limité à certains ministères. Les règles valent pour tous : seul un compte qui les voit tous \
             peut les publier.",
        ),
        Some(Lack::Role) | None => None,
    }
}

/// What the form that rolls a rule back sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct RollBackForm {
    reason: RequiredText,
    /// `precedent` or `livre`.
    texte: String,
    /// The last publication that the person saw.
    publication: i64,
}

/// Puts an earlier text of a rule or a threshold back in force, and goes to `address`.
pub(super) async fn rolled_back(
    context: &PageContext,
    trials: &Trials,
    name: &str,
    form: &RollBackForm,
    address: &str,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let to = if form.texte == "livre" { RollBack::Shipped } else { RollBack::Former };
    let seen = Some(PublicationNumber(form.publication));
    let trial = trials.begin_act(context).await?;
    application::roll_back(context, &trial, name, (to, seen), &act).await?;
    Ok(context.done(Confirmation::RuleRolledBack, address))
}
