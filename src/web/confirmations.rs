//! What a page says once, after an act: it was done. The redirect that follows an act carries it in a cookie, as a word of a
//! fixed list, so that no address and no other site can make a page say anything else.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::words::words;

const COOKIE: &str = "vigie_done";

/// Maximum time between an act and the page that confirms it.
const SECONDS: i64 = 60;

words! {
    /// An act that a page confirms.
    pub(super) enum Confirmation, "an act" {
        Acknowledged = "acknowledged" => "L’alerte est acquittée.",
        ImportConfirmed = "import_confirmed" => "L’importation est confirmée : elle est en service.",
        ImportWithdrawn = "import_withdrawn" => "L’importation est retirée : ce qui valait avant elle vaut de nouveau.",
        FilesImported = "files_imported" => "Les fichiers sont importés.",
        SimulationForgotten = "simulation_forgotten" => "La simulation est abandonnée : rien n’a été enregistré.",
        ProfileSaved = "profile_saved" => "La disposition est enregistrée : le fichier est lu avec elle.",
        ProjectsLinked = "projects_linked" => "Les deux noms désignent désormais un seul projet.",
    }
}

impl Confirmation {
    /// The cookie that makes the next page say it.
    pub(super) fn cookie(self) -> Cookie<'static> {
        Cookie::build(COOKIE, self.as_str())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .max_age(Duration::seconds(SECONDS))
            .finish()
    }

    /// The act that this request's page has to confirm.
    pub(super) fn of(cookie: Option<&Cookie<'_>>) -> Option<Self> {
        cookie?.value().parse().ok()
    }
}

/// Name of the cookie, for requests.
pub(super) const fn cookie_name() -> &'static str {
    COOKIE
}

/// A cookie that makes the browser forget what was confirmed.
pub(super) fn said() -> Cookie<'static> {
    Cookie::build(COOKIE, "").path("/").max_age(Duration::ZERO).finish()
}
