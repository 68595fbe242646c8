//! Coming in and out: the first start, signing in, one's account, and the links of mails.

mod account;
mod first_start;
mod mail_links;
mod provider;
mod refusal;
mod session_links;
mod sign_in;
mod statement;

use actix_web::web::route;

use crate::api::{Route, anonymous, own};
use crate::domain::accounts::access::Permission::Read;

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/setup/{invitation}", anonymous(), || route().to(first_start::show)),
        post("/setup/{invitation}", anonymous(), || route().to(first_start::create)),
        get("/connexion", anonymous(), || route().to(sign_in::show)),
        post("/connexion", anonymous(), || route().to(sign_in::send_link)),
        get("/connexion/{link}", anonymous(), || route().to(session_links::show_sign_in_link)),
        post("/connexion/{link}", anonymous(), || route().to(session_links::sign_in_by_link)),
        get("/invitation/{invitation}", anonymous(), || route().to(session_links::show_invitation)),
        post("/invitation/{invitation}", anonymous(), || {
            route().to(session_links::accept_invitation)
        }),
        get("/sign-in", anonymous(), || route().to(provider::start_sign_in)),
        get("/sign-in/return", anonymous(), || route().to(provider::end_sign_in)),
        post("/sign-out", anonymous(), || route().to(provider::sign_out)),
        get("/signed-out", anonymous(), || route().to(provider::show_signed_out)),
        get("/account", anonymous(), || route().to(account::move_on)),
        get("/compte", own(Read), || route().to(account::show)),
        post("/compte/jetons", own(Read), || route().to(account::issue_token)),
        post("/compte/jetons/{token}/revocation", own(Read), || route().to(account::revoke_token)),
        post("/compte/sessions/{session}/fin", own(Read), || route().to(account::end_session)),
        get("/messages/{link}", anonymous(), || route().to(mail_links::show_message)),
        get("/acknowledgements/{link}", anonymous(), || {
            route().to(mail_links::show_acknowledgement)
        }),
        post("/acknowledgements/{link}", anonymous(), || {
            route().to(mail_links::acknowledge_by_link)
        }),
    ]
}
