//! Pages about Vigie itself, and those about whom it asks and tells: messages, campaigns, secretaries-general.

mod about;
mod answer_links;
mod campaigns;
mod display;
mod message_previews;
mod messages;
pub(in crate::web) mod ministry;
mod questionnaire;
mod respondent;

use actix_web::web::route;

use crate::api::{Route, anonymous, own, whole};
use crate::domain::accounts::access::Permission::{Act, Administer, Operate, Read};

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let mut routes = about_vigie();
    routes.extend(about_messages());
    routes.extend(about_campaigns());
    routes.extend(about_ministries());
    routes.extend(by_links());
    routes
}

fn about_vigie() -> Vec<Route> {
    let get = Route::page;
    vec![
        get("/aide", anonymous(), || route().to(about::help)),
        get("/accessibilite", anonymous(), || route().to(about::accessibility)),
        get("/mentions-legales", anonymous(), || route().to(about::legal_notice)),
        get("/plan-du-site", anonymous(), || route().to(about::site_map)),
        get("/affichage", anonymous(), || route().to(display::show)),
        Route::form("/affichage", anonymous(), || route().to(display::choose)),
    ]
}

fn about_messages() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/messages", own(Read), || route().to(messages::list)),
        post("/messages/renvoi", whole(Administer), || route().to(messages::send_all_again)),
        get("/messages/apercu", whole(Read), || route().to(message_previews::preview)),
        get("/messages/destinataires", whole(Operate), || route().to(message_previews::recipients)),
        get("/messages/envois/{notice}", own(Read), || route().to(messages::show)),
        post("/messages/envois/{notice}/renvoi", whole(Administer), || {
            route().to(messages::send_again)
        }),
        post("/messages/envois/{notice}/revocation", whole(Administer), || {
            route().to(messages::revoke_links)
        }),
    ]
}

fn about_campaigns() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/campagnes", own(Read), || route().to(campaigns::list)),
        post("/campagnes/prevision", whole(Operate), || route().to(campaigns::plan)),
        get("/campagnes/{edition}", own(Read), || route().to(campaigns::show)),
        get("/campagnes/{edition}/reponses", own(Read), || route().to(campaigns::answers)),
        post("/campagnes/{edition}/annulation", whole(Operate), || route().to(campaigns::cancel)),
        get("/questionnaire/{project}", own(Act), || route().to(questionnaire::show)),
        post("/questionnaire/{project}/transmission", own(Act), || route().to(questionnaire::send)),
        get("/questionnaire/{project}/{theme}", own(Act), || route().to(questionnaire::show_theme)),
        post("/questionnaire/{project}/{theme}", own(Act), || route().to(questionnaire::keep)),
    ]
}

fn about_ministries() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/ministeres/{ministry}", own(Read), || route().to(ministry::show)),
        post("/ministeres/{ministry}/acquittement", own(Act), || route().to(ministry::acknowledge)),
        post("/ministeres/{ministry}/missions/{mission}/avis", own(Act), || {
            route().to(ministry::give_opinion)
        }),
    ]
}

/// What the links of campaigns' mails lead to.
fn by_links() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/reponses/{link}", anonymous(), || route().to(answer_links::show)),
        get("/reponses/{link}/{project}", anonymous(), || route().to(answer_links::show_project)),
        post("/reponses/{link}/{project}/transmission", anonymous(), || {
            route().to(answer_links::send)
        }),
        get("/reponses/{link}/{project}/{theme}", anonymous(), || {
            route().to(answer_links::show_theme)
        }),
        post("/reponses/{link}/{project}/{theme}", anonymous(), || route().to(answer_links::keep)),
    ]
}
