//! The table of pages: each address with its handlers and what they require of the caller.

use std::sync::LazyLock;

use actix_web::web::{ServiceConfig, route};

use super::assets;
use super::pages::rules::drafts::{dictionary, editor, list as drafts, review};
use super::pages::rules::{catalogue, comparison, explanation, new_rule, rule, thresholds};
use super::pages::{alerts, dashboard, project, projects};
use crate::api;
use crate::api::{Resource, Route, anonymous, own, whole};
use crate::domain::accounts::access::Permission::{Act, PublishRules, Read, WriteRules};

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let get = Route::page;
    let post = Route::form;
    vec![
        get(assets::PATH, anonymous(), || route().to(assets::serve)),
        get("/", own(Read), || route().to(dashboard::show)),
        get("/projets", own(Read), || route().to(projects::list)),
        get("/projets/{project}", own(Read), || route().to(project::show)),
        get("/alertes", own(Read), || route().to(alerts::list)),
        get("/alertes/{alert}", own(Read), || route().to(alerts::show)),
        post("/alertes/{alert}/acquittement", own(Act), || route().to(alerts::acknowledge)),
        get("/regles", own(Read), || route().to(catalogue::list)),
        get("/regles/nouvelle", whole(WriteRules), || route().to(new_rule::form)),
        post("/regles/nouvelle", whole(WriteRules), || route().to(new_rule::create)),
        get("/regles/{rule}", own(Read), || route().to(rule::show)),
        get("/regles/{rule}/explication", own(Read), || route().to(explanation::show)),
        get("/regles/{rule}/comparaison", own(Read), || route().to(comparison::show)),
        post("/regles/{rule}/retour", whole(PublishRules), || route().to(rule::roll_back)),
        post("/regles/{rule}/brouillon", whole(WriteRules), || route().to(drafts::open_rule)),
        get("/seuils", own(Read), || route().to(thresholds::list)),
        post("/seuils/{threshold}/retour", whole(PublishRules), || {
            route().to(thresholds::roll_back)
        }),
        post("/seuils/{threshold}/brouillon", whole(WriteRules), || {
            route().to(drafts::open_threshold)
        }),
        get("/brouillons", own(Read), || route().to(drafts::list)),
        get("/brouillons/{draft}", own(Read), || route().to(editor::show)),
        post("/brouillons/{draft}", whole(WriteRules), || route().to(editor::save)),
        get("/brouillons/{draft}/dictionnaire", own(WriteRules), || route().to(dictionary::list)),
        post("/brouillons/{draft}/essai", whole(WriteRules), || route().to(editor::try_form)),
        post("/brouillons/{draft}/fichiers", whole(WriteRules), || route().to(drafts::add_file)),
        post("/brouillons/{draft}/soumission", whole(WriteRules), || route().to(drafts::submit)),
        post("/brouillons/{draft}/retrait", whole(WriteRules), || route().to(drafts::withdraw)),
        get("/brouillons/{draft}/relecture", own(Read), || route().to(review::show)),
        post("/brouillons/{draft}/renvoi", whole(PublishRules), || route().to(review::give_back)),
        post("/brouillons/{draft}/publication", whole(PublishRules), || {
            route().to(review::publish)
        }),
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
