//! Every page of the site with something on it: the addresses that the table of routes leads to, and others beside it.

use std::path::PathBuf;

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::browser::Stage;
use crate::support::ministry_data::MinistryData;
use crate::support::{doors, fixtures};
use vigie::domain::accounts::access::Role;
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::bounded_text::SingleLine;
use vigie::domain::portfolio::recorded_name::{NameKind, NewName};
use vigie::server::Running;
use vigie::web;

/// Who sees everything, and acts on all of it.
pub(super) const CHIEF: &str = "Claire Martin";

/// Who sees one ministry, and only reads.
pub(super) const READER: &str = "Paul Durand";

/// Pages that the table of routes does not lead to: an address, who reads it (nobody, when empty), and the status.
const BESIDE: &[(&str, &str, u16)] = &[
    ("/rien", CHIEF, 404),
    ("/projets/rien", CHIEF, 404),
    ("/projets?recherche=rien", CHIEF, 200),
    ("/alertes?ministere=MI", CHIEF, 200),
    ("/alertes?qui=moi", CHIEF, 200),
    ("/alertes?groupe=couleur", CHIEF, 400),
    ("/alertes/actes", CHIEF, 405),
    ("/administration/comptes", READER, 403),
    ("/imports", READER, 403),
    ("/proches-du-seuil?marge=20&points=5", READER, 200),
    ("/proches-du-seuil?marge=7", CHIEF, 400),
    ("/seuils/budget_drift_high/balayage", CHIEF, 200),
    ("/seuils/budget_drift_high/balayage?de=dix&a=40", CHIEF, 400),
    ("/", READER, 200),
    ("/projets", READER, 200),
    ("/connexion", "", 200),
    ("/signed-out", "", 200),
    ("/aide", "", 200),
];

/// Routes whose page says that there is nothing: links that are worth something serve once, and scenarios follow them; no
/// provider of identities is set, no campaign planned, no job run.
const ENDED: &[(&str, u16)] = &[
    ("/setup/{invitation}", 410),
    ("/connexion/{link}", 410),
    ("/invitation/{invitation}", 410),
    ("/sign-in", 404),
    ("/sign-in/return", 404),
    ("/administration/executions/{run}", 404),
    ("/campagnes/{edition}", 404),
    ("/campagnes/{edition}/reponses", 404),
    ("/reponses/{link}", 410),
    ("/reponses/{link}/{project}", 410),
    ("/reponses/{link}/{project}/{theme}", 410),
    ("/messages/{link}", 410),
    ("/acknowledgements/{link}", 410),
];

/// Somebody's view of one page.
pub(super) struct View {
    pub(super) path: String,
    /// Nobody, when empty.
    person: &'static str,
    status: u16,
}

/// A service with eleven ministries and something of everything.
pub(super) struct Site {
    /// Whose database the service writes to, too: it is gone with them.
    data: MinistryData,
    service: Running,
    pub(super) stage: Stage,
    pub(super) views: Vec<View>,
    client: Client,
}

impl View {
    pub(super) fn of(path: &str, person: &'static str, status: u16) -> Self {
        Self { path: path.to_owned(), person, status }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// As `tests/browser/scenarios/axe.mjs` reads it.
    pub(super) fn given(&self) -> Value {
        let person = (!self.person.is_empty()).then_some(self.person);
        json!({ "path": self.path, "as": person, "status": self.status })
    }
}

impl Site {
    pub(super) async fn open() -> Self {
        Self::with_dsfr(PathBuf::new()).await
    }

    /// With the files of the DSFR in this folder; none in the neutral theme.
    pub(super) async fn with_dsfr(dist: PathBuf) -> Self {
        let data = MinistryData::new().await;
        let service = doors::serve_with(data.database_url(), |config| config.web.dsfr = dist).await;
        let base = format!("http://{}", service.address());
        let stage = Stage::at(&base, data.database_url())
            .with(CHIEF, &Role::ALL, &[])
            .await
            .with(READER, &[Role::Reader], &["MJ"])
            .await;
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let mut site = Self { data, service, stage, views: Vec::new(), client };
        site.record_names().await;
        let simulation = site.simulation().await;
        for (path, status) in addresses(&site.data, &simulation).await {
            if is_page(&site.get(CHIEF, &path).await) {
                site.views.push(View { path, person: CHIEF, status });
            }
        }
        assert!(site.views.len() > 3, "the table of routes leads to few pages");
        let beside = BESIDE.iter();
        site.views.extend(beside.map(|(path, person, status)| View::of(path, person, *status)));
        site
    }

    /// As a browser asks for a page.
    pub(super) async fn get(&self, person: &str, path: &str) -> Response {
        let mut request =
            self.client.get(self.stage.url(path)).header(ACCEPT, "text/html,*/*;q=0.8");
        if !person.is_empty() {
            request =
                request.header(COOKIE, format!("vigie_session={}", self.stage.session(person)));
        }
        request.send().await.unwrap()
    }

    /// The HTML of a view, which has the status that it should have.
    pub(super) async fn html(&self, view: &View) -> String {
        let answer = self.get(view.person, &view.path).await;
        assert_eq!(answer.status().as_u16(), view.status, "{} as {}", view.path, view.person);
        answer.text().await.unwrap()
    }

    /// The status and HTML of what a link of a view leads to.
    pub(super) async fn linked(&self, view: &View, path: &str) -> (u16, String) {
        let answer = self.get(view.person, path).await;
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    pub(super) async fn close(self) {
        self.service.stop().await.unwrap();
    }

    /// Records two names, and withdraws one of them.
    async fn record_names(&self) {
        let line = |text: &str| SingleLine::try_from(text.to_owned()).unwrap();
        let name = |name: &str, new: Option<&str>| NewName {
            kind: NameKind::Ministry,
            name: line(name),
            designates: line(if new.is_some() { "MNL" } else { "MJ" }),
            new_ministry: new.map(line),
        };
        let names = [name("Garde des Sceaux", None), name("La Lune", Some("Navigation lunaire"))];
        let (actor, at) = (Actor::vigie(), "2020-12-01T09:00:00Z".parse().unwrap());
        let act = ActionContext { actor, at, reason: "décret".to_owned() };
        self.data.store.record_names(&names, 0, &act).await.unwrap();
        self.data.store.withdraw_name(1, 2, &act).await.unwrap();
    }

    /// Sends files as the page of imports does: one of an unknown layout, one that would change an edition, and two with names
    /// that nothing knows. Gives the id of their simulation.
    async fn simulation(&self) -> String {
        let edition = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
        let changed = edition.replacen("rollout,2012-09,108", "rollout,2012-09,120", 1);
        assert_ne!(edition, changed);
        let unknown = "Chantier;Budget prévu\nTilleul;8 200\n".to_owned();
        let unnamed = edition.replacen("Ministère de la Culture", "Ministère de la Lune", 1);
        assert_ne!(edition, unnamed);
        let follow_up = "project,axis,severity,text,issued_on,due_on,closed_on\n\
                         Système du SAMU central,finance,high,,2020-10-01,,\n";
        let mut body = String::new();
        for (name, text) in [
            ("chantiers.csv", unknown),
            ("2020-11.panorama.csv", changed),
            ("2021-02.panorama.csv", unnamed),
            ("2020-11.recommendations.csv", follow_up.to_owned()),
        ] {
            let head = format!(
                "--vigie\r\nContent-Disposition: form-data; name=\"fichiers\"; filename=\"{name}\"\r\n\
                 Content-Type: text/csv\r\n\r\n"
            );
            body.extend([head.as_str(), text.as_str(), "\r\n"]);
        }
        body += "--vigie--\r\n";
        let request = self.client.post(self.stage.url("/imports/nouveau")).body(body);
        let answer = request
            .header(ACCEPT, "text/html")
            .header(ORIGIN, self.stage.url(""))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=vigie")
            .header(COOKIE, format!("vigie_session={}", self.stage.session(CHIEF)))
            .send()
            .await
            .unwrap();
        let to = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let to = to.unwrap_or_default();
        to.strip_prefix("/imports/simulations/").unwrap().to_owned()
    }
}

/// What each `GET` of the table of pages leads to, with something of a ministry in place of each parameter, and the status.
async fn addresses(data: &MinistryData, simulation: &str) -> Vec<(String, u16)> {
    let mut addresses = Vec::new();
    let is_address = |path: &str| !path.starts_with("/assets/");
    for route in web::routes().iter().filter(|one| one.method == "GET" && is_address(&one.path)) {
        let mut path = route.path.clone();
        for parameter in doors::parameters(&route.path) {
            let value = match parameter {
                "file" | "theme" => "1".to_owned(),
                "simulation" => simulation.to_owned(),
                _ => doors::samples(data, "MJ", parameter).await.own,
            };
            path = path.replace(&format!("{{{parameter}}}"), &value);
        }
        let ended = ENDED.iter().find(|(ended, _)| *ended == route.path);
        let status = ended.map_or(200, |(_, status)| *status);
        addresses.push((path + asked(&route.path), status));
    }
    addresses
}

/// What a page is asked that is of something beside.
fn asked(address: &str) -> &'static str {
    match address {
        "/editions/comparaison" => "?de=2020-06&a=2020-11",
        "/projets/{project}/comparaison" => "?avec=si-samu",
        "/regles/{rule}/explication" => "?sujet=france-visas",
        "/seuils/{threshold}/balayage" => "?de=10%20%25&a=40%20%25&valeurs=3",
        _ => "",
    }
}

/// A file that a page leads to is none, nor is a way to another page; whatever is refused is, so that the browser says why.
pub(super) fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    let is_html = kind.is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
    is_html || answer.status().is_client_error() || answer.status().is_server_error()
}
