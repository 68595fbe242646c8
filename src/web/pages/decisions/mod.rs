//! What follows from verdicts, for those who act: alerts and what is done about them, missions, reviews.

mod alert;
mod alert_acts;
mod alerts;
mod disputes;
mod documents;
mod filled_form;
mod mission;
mod mission_acts;
mod missions;
mod review;
mod review_acts;
mod reviews;
mod silences;
mod tabs;

use actix_web::web::route;

use crate::api::{Route, own, whole};
use crate::domain::accounts::access::Permission::{Act, Read};

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let mut routes = about_alerts();
    routes.extend(about_missions());
    routes.extend(about_reviews());
    routes.extend(about_documents());
    routes
}

fn about_documents() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/documents", own(Read), || route().to(documents::list)),
        get("/documents/cosinum/{edition}", whole(Read), || route().to(documents::note)),
        post("/documents/cosinum/{edition}/textes/{section}", whole(Act), || {
            route().to(documents::write)
        }),
        get("/documents/ministeres/{ministry}", own(Read), || route().to(documents::ministry)),
        get("/documents/projets/{project}", own(Read), || route().to(documents::project)),
    ]
}

fn about_alerts() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/alertes", own(Read), || route().to(alerts::list)),
        post("/alertes/actes", own(Act), || route().to(alert_acts::act)),
        get("/alertes/{alert}", own(Read), || route().to(alert::show)),
        get("/silences", own(Read), || route().to(silences::list)),
        post("/silences", own(Act), || route().to(silences::make)),
        post("/silences/{silence}/fin", own(Act), || route().to(silences::end)),
        get("/contestations", own(Read), || route().to(disputes::list)),
        post("/contestations/{dispute}/reponse", own(Act), || route().to(disputes::answer)),
    ]
}

fn about_missions() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/missions", own(Read), || route().to(missions::list)),
        get("/missions/classement", own(Read), || route().to(missions::ranking)),
        get("/missions/bilan", own(Read), || route().to(missions::outcomes)),
        get("/missions/{mission}", own(Read), || route().to(mission::show)),
        post("/missions/{mission}/decision", own(Act), || route().to(mission_acts::decide)),
        post("/missions/{mission}/demarrage", own(Act), || route().to(mission_acts::start)),
        post("/missions/{mission}/jalons", own(Act), || route().to(mission_acts::add_milestone)),
        post("/missions/{mission}/jalons/franchis", own(Act), || {
            route().to(mission_acts::finish_milestone)
        }),
        post("/missions/{mission}/notes", own(Act), || route().to(mission_acts::note)),
        post("/missions/{mission}/reponses", own(Act), || {
            route().to(mission_acts::keep_vendor_reply)
        }),
        post("/missions/{mission}/citations", own(Act), || route().to(mission_acts::name_vendor)),
        post("/missions/{mission}/cloture", own(Act), || route().to(mission_acts::close)),
    ]
}

fn about_reviews() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/revues", own(Read), || route().to(reviews::list)),
        get("/revues/actions", own(Read), || route().to(reviews::actions)),
        post("/revues/planification", whole(Act), || route().to(reviews::plan)),
        get("/revues/{review}", own(Read), || route().to(review::show)),
        post("/revues/{review}/compte-rendu", own(Act), || route().to(review_acts::hold)),
        post("/revues/{review}/report", own(Act), || route().to(review_acts::move_to)),
        post("/revues/{review}/annulation", own(Act), || route().to(review_acts::cancel)),
        post("/revues/{review}/actions/{action}", own(Act), || route().to(review_acts::tick)),
    ]
}
