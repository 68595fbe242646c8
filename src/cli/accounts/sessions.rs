//! Invitations to accounts, and the sessions that they opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lookup::{find, numbered};
use crate::cli::outcome::CliError;
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::text;
use vigie::domain::accounts::sessions::OpenSession;
use vigie::domain::action_bodies::InvitationBody;
use vigie::server;
use vigie::support::french;

/// An invitation, as the API gives it.
#[derive(Deserialize)]
struct Invited {
    expires_at: DateTime<Utc>,
    path: Option<String>,
    url: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    expires_at: DateTime<Utc>,
    link: Option<String>,
}

/// Invites the person of the account called `name`.
pub(super) async fn invite(
    name: &str,
    (show, reason): (bool, &str),
    session: &Session<'_>,
) -> Result<(), CliError> {
    let api = &session.api;
    let (number, _) = numbered(&find(name, api).await?);
    let body = InvitationBody { show, reason: text("--reason", reason)? };
    let place = api.at(&["accounts", &number, "invitation"]);
    let Invited { expires_at, path, url } = api.post(place, &body).await?;
    let home = match session.database() {
        Some(_) => server::home(session.config, &session.config.listen),
        None => api.base().as_str().trim_end_matches('/').to_owned(),
    };
    let link = url.or_else(|| path.map(|path| format!("{home}{path}")));
    let until = french::moment(expires_at);
    match &link {
        Some(_) => print::message(&format!(
            "valable une fois, jusqu’au {until} ; les invitations précédentes de ce compte ne valent plus"
        )),
        None => {
            print::message(&format!("invitation envoyée par courriel, valable jusqu’au {until}"));
        }
    }
    let shown = Shown { expires_at, link };
    match &shown.link {
        Some(secret) => session.printer.secret(&shown, secret),
        None => session.printer.answer(&shown, &[], 0).map(drop),
    }
}

/// Lists the open sessions of the account called `name`.
pub(super) async fn list_sessions(name: &str, session: &Session<'_>) -> Result<(), CliError> {
    let api = &session.api;
    let (number, _) = numbered(&find(name, api).await?);
    let sessions: Vec<OpenSession> = api.all(api.at(&["accounts", &number, "sessions"])).await?;
    let sheet = Sheet::list(
        french::counted(sessions.len(), "session", "sessions"),
        sessions.iter(),
        &[
            ("id", "Session", &|one| Cell::text(one.id.as_str())),
            ("begun_at", "Ouverte le", &|one| Cell::moment(one.begun_at)),
            ("last_seen_at", "Dernière activité", &|one| {
                one.last_seen_at.map_or_else(Cell::nothing, Cell::moment)
            }),
            ("opened_by", "Ouverte par", &|one| {
                Cell::of(one.opened_by.label(), one.opened_by.as_str())
            }),
            ("multi_factor", "Second facteur", &|one| {
                Cell::of(if one.multi_factor { "oui" } else { "non" }, one.multi_factor)
            }),
            ("expires_at", "Expire le", &|one| Cell::moment(one.expires_at)),
        ],
    );
    session.printer.answer(&sessions, &[sheet], 0).map(drop)
}
