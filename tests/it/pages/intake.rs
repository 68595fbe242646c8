//! Files that come in through pages: simulated before anything is recorded, described where their layout is unknown,
//! confirmed where they wait.

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use crate::intake::as_sent::{Sheet, xlsx};
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T09:00:00Z";

/// What a browser gets.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) html: String,
}

/// A person's visit of the pages, as a browser without scripts.
pub(crate) struct Visit {
    pub(crate) server: TestServer,
    pub(crate) token: String,
    /// Follows no redirect.
    client: Client,
}

impl Visit {
    pub(crate) async fn open(app: TestApp) -> Self {
        let token = app.token("claire.martin@example.org", &[Role::Analyst], &[]).await;
        Self::of(TestServer::open(app, NOW).await, token)
    }

    fn of(server: TestServer, token: String) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { server, token, client }
    }

    async fn send(&self, request: RequestBuilder) -> Shown {
        let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
        let location = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap());
        Shown {
            status: answer.status().as_u16(),
            location: location.unwrap_or_default().to_owned(),
            html: answer.text().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Shown {
        self.get_as(&self.token, path).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Shown {
        self.send(self.client.get(self.server.url(path)).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.client.post(self.server.url(path)).bearer_auth(&self.token);
        self.send(request.form(fields)).await
    }

    /// Sends files as a browser does.
    async fn drop_files(&self, path: &str, files: &[(&str, Vec<u8>)]) -> Shown {
        let request = self.client.post(self.server.url(path)).bearer_auth(&self.token);
        let mut body = Vec::new();
        for (name, content) in files {
            let head = format!(
                "--vigie\r\nContent-Disposition: form-data; name=\"fichiers\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--vigie--\r\n");
        let kind = "multipart/form-data; boundary=vigie";
        self.send(request.header(CONTENT_TYPE, kind).body(body)).await
    }

    /// The address of a simulation of these files.
    pub(crate) async fn simulate(&self, files: &[(&str, Vec<u8>)]) -> String {
        let sent = self.drop_files("/imports/nouveau", files).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        sent.location
    }

    pub(crate) async fn import(&self, simulation: &str) -> Shown {
        let html = self.get(simulation).await.html;
        self.post(&format!("{simulation}/importation"), &[("lu", hidden(&html, "lu"))]).await
    }

    /// How many imports there are.
    pub(crate) async fn count(&self) -> usize {
        let found = self.server.get(&self.token, "/api/v1/imports").await.body;
        found["data"].as_array().unwrap().len()
    }
}

fn hidden<'h>(html: &'h str, name: &str) -> &'h str {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&mark).unwrap();
    rest.split_once('"').unwrap().0
}

fn fixture(name: &str) -> (&str, Vec<u8>) {
    let base = name.rsplit('/').next().unwrap();
    (base, std::fs::read(fixtures().join(name)).unwrap())
}

#[tokio::test]
async fn one_file_is_simulated_then_imported_and_the_history_says_by_whom() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[fixture("2020-06.panorama.csv")]).await;
    let shown = visit.get(&simulation).await;
    for words in
        ["Bon à importer", "45\u{a0}nouveaux", "Première édition", "10 en-têtes reconnus sur 10"]
    {
        assert!(shown.html.contains(words), "{words}\n{}", shown.html);
    }
    assert_eq!(visit.count().await, 0, "a simulation records nothing");
    let imported = visit.import(&simulation).await;
    assert_eq!((imported.status, imported.location.as_str()), (303, simulation.as_str()));
    assert_eq!(visit.count().await, 1);
    let after = visit.get(&simulation).await.html;
    assert!(after.contains("Tous les fichiers sont importés"), "{after}");
    let history = visit.get("/imports").await.html;
    assert!(
        history.contains("2020-06.panorama.csv") && history.contains("claire.martin@example.org")
    );
    let import = visit.get("/imports/1").await.html;
    assert!(import.contains("Panorama, fichier de Vigie") && import.contains("En service"));
    visit.server.close().await;
}

#[tokio::test]
async fn of_several_files_the_good_ones_are_imported_and_the_refused_one_stays_with_its_faults() {
    let visit = Visit::open(TestApp::new()).await;
    let files = [
        // An edition comes before what speaks of its projects, whatever the order of the files.
        fixture("2020-11.contacts.csv"),
        fixture("malformed/2020-11.unknown-ministry.csv"),
        fixture("2020-11.panorama.csv"),
    ];
    let simulation = visit.simulate(&files).await;
    let html = visit.get(&simulation).await.html;
    assert!(html.contains("2\u{a0}bons à importer, 1\u{a0}refusé"), "{html}");
    assert!(
        html.contains("Ministère de la Navigation lunaire") && html.contains("ligne 3"),
        "{html}"
    );
    assert_eq!(visit.import(&simulation).await.status, 303);
    assert_eq!(visit.count().await, 2);
    let after = visit.get(&simulation).await.html;
    assert!(
        after.contains("importation n° 2") && after.contains("unknown-ministry.csv"),
        "{after}"
    );
    // Mended and sent again under its name, it takes the place of the refused one.
    let (_, mended) = fixture("2020-06.panorama.csv");
    let name = "2020-11.unknown-ministry.csv";
    let add = format!("{simulation}/fichiers");
    assert_eq!(visit.drop_files(&add, &[(name, mended)]).await.status, 303);
    let again = visit.get(&simulation).await.html;
    assert!(again.contains("1\u{a0}fichier&nbsp;:") && again.contains("0\u{a0}refusé"), "{again}");
    let gone = visit.post(&format!("{simulation}/abandon"), &[]).await;
    assert_eq!(gone.location, "/imports/nouveau");
    assert_eq!(visit.get(&simulation).await.status, 404);
    visit.server.close().await;
}

#[tokio::test]
async fn nothing_is_imported_of_a_simulation_that_no_longer_says_what_was_read() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[fixture("2020-11.panorama.csv")]).await;
    let html = visit.get(&simulation).await.html;
    let (name, bytes) = fixture("2020-06.panorama.csv");
    let address = format!("/api/v1/imports?file={name}");
    assert_eq!(visit.server.upload(&visit.token, &address, bytes).await.status, 201);
    let fields = [("lu", hidden(&html, "lu"))];
    let refused = visit.post(&format!("{simulation}/importation"), &fields).await;
    assert_eq!(refused.status, 409);
    assert!(refused.html.contains("Les données ont changé"), "{}", refused.html);
    assert!(refused.html.contains("Chiffres avant et après"), "{}", refused.html);
    assert_eq!(visit.count().await, 1);
    assert_eq!(visit.import(&simulation).await.status, 303);
    assert_eq!(visit.count().await, 2);
    visit.server.close().await;
}

/// A workbook of a layout that no profile knows, with a title above its headers.
fn unknown_workbook() -> Vec<u8> {
    let rows = vec![
        vec!["Direction du numérique"],
        vec!["Suivi des chantiers au 30 novembre 2020"],
        vec![
            "Intitulé du chantier",
            "Porteur",
            "Avancement",
            "Lancement",
            "Terme prévu",
            "Budget (k€)",
            "Visa",
        ],
        vec!["Mimosa", "Ministère de la Justice", "Travaux", "03/2018", "12/2022", "24 500", "oui"],
        vec!["Genêt", "Ministère de la Justice", "Réflexion", "09/2019", "06/2024", "8 200", "non"],
        vec!["Total", "", "", "", "", "32 700", ""],
    ];
    xlsx(&[Sheet::new("Lisez-moi", vec![vec!["Notice"]]), Sheet::new("Chantiers", rows)])
}

const COLUMNS: [(&str, &str); 12] = [
    ("contenu", "panorama-des-grands-projets"),
    ("feuille", "Chantiers"),
    ("ligne", "3"),
    ("nom", "Suivi du ministère de la Justice"),
    ("champ-0", "Projet"),
    ("champ-1", "Ministère"),
    ("champ-2", "Phase"),
    ("champ-3", "Date de début"),
    ("ecriture-3", "%m/%Y"),
    ("champ-5", "Coût"),
    ("unite-5", "k€"),
    ("ecarter", "Total"),
];

#[tokio::test]
async fn an_unknown_layout_is_described_in_the_assistant_and_its_file_imported() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[("2020-11.justice.xlsx", unknown_workbook())]).await;
    let html = visit.get(&simulation).await.html;
    assert!(html.contains("Décrire sa disposition"), "{html}");
    let assistant = format!("{simulation}/1/modele");
    let offered = visit.get(&format!("{assistant}?feuille=Chantiers&ligne=3")).await.html;
    for words in ["Intitulé du chantier", "% de ressemblance", "Suivi des chantiers", "24 500"] {
        assert!(offered.contains(words), "{words}\n{offered}");
    }
    // What is lacking is said at the top, with a link to its field, and what was typed stays.
    let lacking = visit.post(&assistant, &[&COLUMNS[..], &[("acte", "essayer")]].concat()).await;
    assert_eq!(lacking.status, 422);
    assert!(lacking.html.contains("href=\"#constante-duration_months\""), "{}", lacking.html);
    assert!(lacking.html.contains("value=\"Suivi du ministère de la Justice\""));
    let dates = [
        ("champ-4", "Date de fin (la durée en est calculée)"),
        ("ecriture-4", "%m/%Y"),
        ("acte", "essayer"),
    ];
    let described = [&COLUMNS[..], &dates].concat();
    let tried = visit.post(&assistant, &described).await;
    assert_eq!(tried.status, 200, "{}", tried.html);
    assert!(tried.html.contains("erreurs dans le fichier"), "{}", tried.html);
    let phases = [
        ("mot-0", "Travaux"),
        ("phase-0", "build"),
        ("mot-1", "Réflexion"),
        ("phase-1", "scoping"),
    ];
    let described = [&described[..], &phases].concat();
    let read = visit.post(&assistant, &described).await.html;
    assert!(read.contains("2\u{a0}lignes se liraient sans erreur"), "{read}");
    assert!(read.contains("<td>24.5</td>"), "{read}");
    let described: Vec<_> = described.into_iter().filter(|(name, _)| *name != "acte").collect();
    let save = [&described[..], &[("acte", "enregistrer")]].concat();
    let saved = visit.post(&assistant, &save).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let recognised = visit.get(&simulation).await.html;
    assert!(recognised.contains("Suivi du ministère de la Justice"), "{recognised}");
    assert!(recognised.contains("Bon à importer"), "{recognised}");
    assert_eq!(visit.import(&simulation).await.status, 303);
    let report = visit.server.get(&visit.token, "/api/v1/imports/1").await.body;
    assert_eq!(report["rows_kept"], json!(2));
    assert_eq!(report["profile"], json!("suivi-du-ministere-de-la-justice"));
    let aside = visit.get("/imports/1?format=csv&liste=lignes-ecartees").await.html;
    assert!(aside.contains("\n6;"), "{aside}");
    let trail = visit.server.get(&visit.token, "/api/v1/profiles/suivi-du-ministere-de-la-justice");
    assert_eq!(trail.await.body["versions"][0]["by"], json!("claire.martin@example.org"));
    // The next file of the layout is recognised.
    let next = visit.simulate(&[("2021-02.justice.xlsx", unknown_workbook())]).await;
    assert!(!visit.get(&next).await.html.contains("Décrire sa disposition"));
    visit.server.close().await;
}

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";

#[tokio::test]
async fn an_import_on_hold_is_confirmed_with_a_reason() {
    let visit = Visit::open(TestApp::new()).await;
    let row = "Mimosa,MJ,build,2018-03,60,24500,false,Justice,P310,";
    let file = format!("{HEADER}\n{row}\n").into_bytes();
    let simulation = visit.simulate(&[("2020-11.csv", file)]).await;
    let html = visit.get(&simulation).await.html;
    assert!(html.contains("Elle serait mise en attente"), "{html}");
    assert!(html.contains("Coût hors de proportion"), "{html}");
    visit.import(&simulation).await;
    let waiting = visit.get("/imports?etat=en-attente-de-confirmation").await.html;
    assert!(waiting.contains("href=\"/imports/1\""), "{waiting}");
    let refused = visit.post("/imports/1/confirmation", &[("motif", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("href=\"#motif-confirm\""), "{}", refused.html);
    let reason = [("motif", "Coût vérifié avec le ministère.")];
    assert_eq!(visit.post("/imports/1/confirmation", &reason).await.status, 303);
    let confirmed = visit.get("/imports/1").await.html;
    assert!(
        confirmed.contains("En service") && confirmed.contains("Coût vérifié avec le ministère."),
        "{confirmed}"
    );
    let again = visit.post("/imports/1/confirmation", &reason).await;
    assert_eq!(again.status, 409);
    assert_eq!(visit.post("/imports/1/retrait", &[("motif", "Erreur.")]).await.status, 303);
    assert!(visit.get("/imports/1").await.html.contains("Remettre cette importation en service"));
    visit.server.close().await;
}

#[tokio::test]
async fn only_those_who_operate_on_the_whole_state_import_and_none_sees_the_files_of_another() {
    let app = TestApp::with_fixtures();
    let reader = app.token("paul.durand@example.org", &[Role::Reader], &[]).await;
    let of_ministry = app.token("nour.haddad@example.org", &[Role::Analyst], &["MJ"]).await;
    let other = app.token("anne.roy@example.org", &[Role::Analyst], &[]).await;
    let visit = Visit::open(app).await;
    let simulation = visit.simulate(&[fixture("2020-06.panorama.csv")]).await;
    let assistant = format!("{simulation}/1/modele");
    for (token, path, status) in [
        (&reader, "/imports", 200),
        (&reader, "/imports/nouveau", 403),
        (&reader, simulation.as_str(), 403),
        (&of_ministry, "/imports", 403),
        (&of_ministry, "/imports/1", 403),
        (&of_ministry, "/imports/nouveau", 403),
        (&of_ministry, "/editions", 200),
        (&other, "/imports/nouveau", 200),
        (&other, simulation.as_str(), 404),
        (&other, assistant.as_str(), 404),
    ] {
        assert_eq!(visit.get_as(token, path).await.status, status, "{path}");
    }
    let page = visit.get_as(&other, "/imports/nouveau").await.html;
    assert!(!page.contains("2020-06.panorama.csv"), "{page}");
    visit.server.close().await;
}

#[tokio::test]
async fn files_that_are_too_large_or_too_many_or_none_are_refused_in_words() {
    let app = TestApp::new();
    let token = app.token("claire.martin@example.org", &[Role::Analyst], &[]).await;
    let server = TestServer::with(app, NOW, |config| config.api.upload_bytes = 64 * 1024).await;
    let visit = Visit::of(server, token);
    for (files, status, words) in [
        (vec![], 422, "Choisissez au moins un fichier"),
        (vec![("a.csv".to_owned(), vec![b'a'; 70_000])], 413, "dépassent ensemble"),
        ((0..51).map(|n| (format!("{n}.csv"), vec![b'a'])).collect(), 422, "50 fichiers au plus"),
    ] {
        let files: Vec<(&str, Vec<u8>)> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        let refused = visit.drop_files("/imports/nouveau", &files).await;
        assert_eq!(refused.status, status, "{words}");
        assert!(refused.html.contains(words), "{words}\n{}", refused.html);
    }
    assert!(!visit.get("/imports/nouveau").await.html.contains("Vos simulations en cours"));
    visit.server.close().await;
}

#[tokio::test]
async fn editions_are_listed_shown_as_known_then_and_compared() {
    let visit = Visit::open(TestApp::with_fixtures()).await;
    let list = visit.get("/editions").await.html;
    assert!(
        list.contains("novembre 2020") && list.contains("comparaison?de=2020-06&amp;a=2020-11"),
        "{list}"
    );
    let edition = visit.get("/editions/2020-06").await.html;
    assert!(edition.contains("30 juin 2020") && edition.contains("as_of=2020-06-30"), "{edition}");
    assert_eq!(visit.get("/editions/2019-01").await.status, 404);
    let compared = "/editions/comparaison?de=2020-06&a=2020-11";
    let all = visit.get(compared).await.html;
    let entered = visit.get(&format!("{compared}&mouvement=entrant")).await.html;
    let rows = |html: &str| html.matches("<th scope=\"row\">").count();
    assert!(rows(&entered) > 0 && rows(&entered) < rows(&all), "{} {}", rows(&entered), rows(&all));
    assert!(entered.contains("Retirer le filtre"), "{entered}");
    assert_eq!(visit.get(&format!("{compared}&mouvement=parti")).await.status, 400);
    visit.server.close().await;
}
