//! The table of pages: each address with its handlers and what they require of the caller.

use std::sync::LazyLock;

use actix_web::web::{ServiceConfig, route};

use super::assets;
use super::pages::decisions::{
    alert, alert_acts, alerts, disputes, mission, mission_acts, missions, review, review_acts,
    reviews, silences,
};
use super::pages::{comparison, dashboard, project, projects};
use crate::api;
use crate::api::{Resource, Route, anonymous, own, whole};
use crate::domain::accounts::access::Permission::{Act, Read};

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let get = Route::page;
    let post = Route::form;
    vec![
        get(assets::PATH, anonymous(), || route().to(assets::serve)),
        get("/", own(Read), || route().to(dashboard::show)),
        get("/projets", own(Read), || route().to(projects::list)),
        get("/projets/{project}", own(Read), || route().to(project::show)),
        get("/projets/{project}/comparaison", own(Read), || route().to(comparison::show)),
        get("/alertes", own(Read), || route().to(alerts::list)),
        post("/alertes/actes", own(Act), || route().to(alert_acts::act)),
        get("/alertes/{alert}", own(Read), || route().to(alert::show)),
        get("/silences", own(Read), || route().to(silences::list)),
        post("/silences", own(Act), || route().to(silences::make)),
        post("/silences/{silence}/fin", own(Act), || route().to(silences::end)),
        get("/contestations", own(Read), || route().to(disputes::list)),
        post("/contestations/{dispute}/reponse", own(Act), || route().to(disputes::answer)),
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
        get("/revues", own(Read), || route().to(reviews::list)),
        get("/revues/actions", own(Read), || route().to(reviews::actions)),
        post("/revues/planification", whole(Act), || route().to(reviews::plan)),
        get("/revues/{review}", own(Read), || route().to(review::show)),
        post("/revues/{review}/compte-rendu", own(Act), || route().to(review_acts::hold)),
        post("/revues/{review}/report", own(Act), || route().to(review_acts::move_to)),
        post("/revues/{review}/annulation", own(Act), || route().to(review_acts::cancel)),
        post("/revues/{review}/actions/{action}", own(Act), || route().to(review_acts::tick)),
    ]
});

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| Resource::all(&ROUTES));

/// All pages, and what their forms post to, in the order of the table.
pub fn routes() -> &'static [Route] {
    &ROUTES
}

/// Registers the pages, behind the guard that protects the API.
pub fn configure(service: &mut ServiceConfig) {
    api::register(service, &RESOURCES);
}
