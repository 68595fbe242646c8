//! The rules: what they are, what they found, and changing them.

mod catalogue;
mod comparison;
mod drafts;
mod explanation;
mod new_rule;
mod published;
mod reliability;
mod roll_back;
mod rule;
mod score_line;
mod sweep;
mod thresholds;
mod verified;

use actix_web::web::route;

use self::drafts::{dictionary, editor, review};
use crate::api::{Route, own, whole};
use crate::domain::accounts::access::Permission::{PublishRules, Read, WriteRules};

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let mut routes = about_rules();
    routes.extend(about_drafts());
    routes
}

fn about_rules() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/regles", own(Read), || route().to(catalogue::list)),
        get("/regles/nouvelle", whole(WriteRules), || route().to(new_rule::form)),
        post("/regles/nouvelle", whole(WriteRules), || route().to(new_rule::create)),
        get("/regles/{rule}", own(Read), || route().to(rule::show)),
        get("/regles/{rule}/explication", own(Read), || route().to(explanation::show)),
        get("/regles/{rule}/comparaison", own(Read), || route().to(comparison::show)),
        post("/regles/{rule}/retour", whole(PublishRules), || route().to(rule::roll_back)),
        post("/regles/{rule}/brouillon", whole(WriteRules), || route().to(drafts::list::open_rule)),
        get("/fiabilite", whole(Read), || route().to(reliability::show)),
        get("/seuils", own(Read), || route().to(thresholds::list)),
        get("/seuils/{threshold}/balayage", whole(Read), || route().to(sweep::show)),
        post("/seuils/{threshold}/balayage", whole(WriteRules), || route().to(sweep::prepare)),
        post("/seuils/{threshold}/retour", whole(PublishRules), || {
            route().to(thresholds::roll_back)
        }),
        post("/seuils/{threshold}/brouillon", whole(WriteRules), || {
            route().to(drafts::list::open_threshold)
        }),
    ]
}

fn about_drafts() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/brouillons", own(Read), || route().to(drafts::list::list)),
        get("/brouillons/{draft}", own(Read), || route().to(editor::show)),
        post("/brouillons/{draft}", whole(WriteRules), || route().to(editor::save)),
        get("/brouillons/{draft}/dictionnaire", own(WriteRules), || route().to(dictionary::list)),
        post("/brouillons/{draft}/essai", whole(WriteRules), || route().to(editor::try_form)),
        post("/brouillons/{draft}/fichiers", whole(WriteRules), || {
            route().to(drafts::list::add_file)
        }),
        post("/brouillons/{draft}/soumission", whole(WriteRules), || {
            route().to(drafts::list::submit)
        }),
        post("/brouillons/{draft}/retrait", whole(WriteRules), || {
            route().to(drafts::list::withdraw)
        }),
        get("/brouillons/{draft}/relecture", own(Read), || route().to(review::show)),
        post("/brouillons/{draft}/renvoi", whole(PublishRules), || route().to(review::give_back)),
        post("/brouillons/{draft}/publication", whole(PublishRules), || {
            route().to(review::publish)
        }),
    ]
}
