//! Pages about Vigie itself, its administration, messages, campaigns and ministries, as people get them.

use std::collections::BTreeSet;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::json;

use crate::support::ministry_data::{MinistryData, told};
use crate::support::test_server::TestServer;
use crate::support::{TestApp, doors, root};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::ids::MinistryCode;
use vigie::support::secret::Secret;

const NOW: &str = "2020-11-30T12:00:00Z";

/// What a browser is answered.
struct Shown {
    status: u16,
    to: String,
    text: String,
}

/// A browser of somebody; of nobody if the token is empty.
struct Reader<'a> {
    server: &'a TestServer,
    token: String,
}

impl Reader<'_> {
    async fn get(&self, path: &str) -> Shown {
        self.send(Method::GET, path, &[]).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Shown {
        self.send(Method::POST, path, form).await
    }

    async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Shown {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let mut request = client.request(method.clone(), self.server.url(path));
        request = request.header(ACCEPT, "text/html, application/json;q=0.9");
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if method == Method::POST {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        let to = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        Shown { status, to: to.unwrap_or_default(), text: answer.text().await.unwrap() }
    }
}

/// A service over the fixtures, judged once.
async fn judged() -> TestServer {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    TestServer::open(app, NOW).await
}

async fn reader<'a>(server: &'a TestServer, roles: &[Role], ministries: &[&str]) -> Reader<'a> {
    let name = format!("{roles:?} {ministries:?}");
    let token = server.app.token(&name, roles, ministries).await;
    Reader { server, token }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_about_vigie_are_open_to_everybody() {
    let server = TestServer::open(TestApp::new(), NOW).await;
    let nobody = Reader { server: &server, token: String::new() };
    for (path, title) in [
        ("/aide", "<h1>Aide</h1>"),
        ("/accessibilite", "non conforme"),
        ("/mentions-legales", "<h1>Mentions légales</h1>"),
        ("/plan-du-site", "Se connecter"),
    ] {
        let shown = nobody.get(path).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(shown.text.contains(title), "{path}: {}", shown.text);
        assert!(shown.text.len() < 61_440, "{path} has {} bytes", shown.text.len());
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_said_in_french_without_a_word_of_programs() {
    let server = TestServer::open(TestApp::new(), NOW).await;
    let nobody = Reader { server: &server, token: String::new() };
    let nowhere = nobody.get("/ailleurs").await;
    let unsuited = nobody.post("/aide", &[]).await;
    for (shown, status, said) in [
        (nowhere, 404, "Aucune page n’est à cette adresse."),
        (unsuited, 405, "Cette adresse ne se demande pas ainsi."),
    ] {
        assert_eq!(shown.status, status, "{said}");
        let main = shown.text.split("<main").nth(1).unwrap();
        assert!(main.contains(said) && main.contains("relevez ce numéro"), "{main}");
        assert!(!main.contains('`') && !main.contains("docs/API.md"), "{main}");
    }
    server.close().await;
}

/// Each page names the part of the help that is about it.
#[test]
fn every_part_of_the_help_that_pages_name_is_there() {
    let help = std::fs::read_to_string(root().join("src/web/templates/pages/help.html")).unwrap();
    let mut missing = BTreeSet::new();
    let mut named = 0;
    for file in sources(&root().join("src/web")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for call in text.split("Heading::of(").skip(1).chain(text.split(" heading(").skip(1)) {
            let Some(anchor) = last_text(call) else { continue };
            named += 1;
            if !anchor.is_empty() && !help.contains(&format!("id=\"{anchor}\"")) {
                missing.insert(format!("{}: `{anchor}`", file.display()));
            }
        }
    }
    assert!(named > 10, "found {named}");
    assert!(missing.is_empty(), "not in the help: {missing:#?}");
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

/// The text that is the second argument of a call.
fn last_text(call: &str) -> Option<&str> {
    let (mut depth, mut is_text, mut arguments, mut start) = (0_i32, false, Vec::new(), 0);
    for (place, letter) in call.char_indices() {
        match letter {
            '"' => is_text = !is_text,
            '(' | '[' if !is_text => depth += 1,
            ')' | ']' if !is_text && depth > 0 => depth -= 1,
            ',' | ')' if !is_text && depth == 0 => {
                arguments.push(&call[start..place]);
                start = place + 1;
                if letter == ')' {
                    break;
                }
            }
            _ => {}
        }
    }
    arguments.get(1)?.trim().strip_prefix('"')?.strip_suffix('"')
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_jobs_and_runs_one() {
    let server = judged().await;
    let chief = reader(&server, &[Role::Administrator], &[]).await;
    let jobs = chief.get("/administration").await;
    assert!(jobs.text.contains("Importation") && jobs.text.contains("Lancer"), "{}", jobs.text);
    let begun = chief.post("/administration/taches/housekeeping/execution", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    assert!(begun.to.starts_with("/administration/executions/"), "{}", begun.to);
    let run = chief.get(&begun.to).await;
    assert!(run.status == 200 && run.text.contains("entretien"), "{}", run.text);
    assert_eq!(chief.get("/administration/taches/rien").await.status, 404);

    // Somebody who only reads sees jobs, and runs none.
    let looker = reader(&server, &[Role::Reader], &[]).await;
    let seen = looker.get("/administration").await;
    assert!(seen.status == 200 && !seen.text.contains("Lancer maintenant"), "{}", seen.text);
    let refused = looker.post("/administration/taches/housekeeping/execution", &[]).await;
    assert_eq!(refused.status, 403);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_is_replayed_and_made_void_with_its_reason() {
    let server = judged().await;
    let chief = reader(&server, &[Role::Administrator, Role::Analyst], &[]).await;
    let cycle = chief.get("/administration/cycles/1").await;
    assert!(cycle.text.contains("Annuler le cycle"), "{}", cycle.text);
    let again = chief.post("/administration/cycles/1/verification", &[]).await;
    assert!(again.text.contains("identiques, à l’octet près"), "{}", again.text);
    let bare = chief.post("/administration/cycles/1/annulation", &[("reason", "")]).await;
    assert_eq!(bare.status, 400, "a reason is needed");
    let form = [("reason", "édition erronée")];
    let void = chief.post("/administration/cycles/1/annulation", &form).await;
    assert_eq!((void.status, void.to.as_str()), (303, "/administration/cycles/1"));
    let after = chief.get("/administration/cycles/1").await;
    assert!(after.text.contains("édition erronée") && !after.text.contains("Annuler le cycle"));
    let trail = chief.get("/administration/journal?objet=cycle").await;
    assert!(trail.text.contains("cycle annulé"), "{}", trail.text);
    let sound = chief.get("/administration/journal/verification").await;
    assert!(sound.text.contains("Le journal est intègre"), "{}", sound.text);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_without_secrets() {
    let app = TestApp::new();
    let hidden = "un-mot-de-passe-de-messagerie";
    let server = TestServer::with(app, NOW, |config| {
        config.mail.host = "courriel.example".to_owned();
        config.mail.from = "Vigie <vigie@dinum.example>".to_owned();
        config.mail.username = "vigie".to_owned();
        config.mail.password = Secret::new(hidden);
    })
    .await;
    let chief = reader(&server, &[Role::Administrator], &[]).await;
    let shown = chief.get("/administration/reglages").await;
    assert!(shown.text.contains("courriel.example"), "{}", shown.text);
    assert!(!shown.text.contains(hidden));
    let analyst = reader(&server, &[Role::Analyst], &[]).await;
    assert_eq!(analyst.get("/administration/reglages").await.status, 403);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_planned_and_called_off() {
    let server = judged().await;
    let analyst = reader(&server, &[Role::Analyst], &[]).await;
    let form = [
        ("edition", "2020-11"),
        ("opens_on", "2020-11-16"),
        ("closes_on", "2020-12-16"),
        ("reason", "panorama de novembre"),
    ];
    let planned = analyst.post("/campagnes/prevision", &form).await;
    assert_eq!((planned.status, planned.to.as_str()), (303, "/campagnes/2020-11"));
    let shown = analyst.get("/campagnes/2020-11").await;
    assert!(shown.text.contains("PORTALIS") && shown.text.contains("ouverte"), "{}", shown.text);
    assert!(shown.text.contains("16 décembre 2020"), "{}", shown.text);
    let report = analyst.get("/api/v1/campaigns/2020-11").await;
    assert!(report.text.contains("\"closes_on\":\"2020-12-16\""), "{}", report.text);
    // What is remembered of it is forgotten when it changes.
    let dates = [("closes_on", "2020-12-18"), ("reason", "calendrier")];
    let other = [&form[..2], &dates].concat();
    assert_eq!(analyst.post("/campagnes/prevision", &other).await.status, 303);
    let moved = analyst.get("/campagnes/2020-11").await;
    assert!(moved.text.contains("18 décembre 2020"), "{}", moved.text);
    let answers = analyst.get("/campagnes/2020-11/reponses?projet=portalis").await;
    assert!(answers.text.contains("sans réponse"), "{}", answers.text);
    let justice = reader(&server, &[Role::Analyst], &["MJ"]).await;
    assert_eq!(justice.post("/campagnes/prevision", &form).await.status, 403);
    let reason = [("reason", "report")];
    let off = analyst.post("/campagnes/2020-11/annulation", &reason).await;
    assert_eq!((off.status, off.to.as_str()), (303, "/campagnes"));
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_answers_page_by_page_and_sends_all_at_once() {
    let server = judged().await;
    let justice = reader(&server, &[Role::Analyst], &["MJ"]).await;
    let themes = justice.get("/questionnaire/portalis").await;
    assert!(themes.status == 200 && themes.text.contains("Thèmes"), "{}", themes.text);
    let (theme, _) = theme_of(&justice, "committees_count").await;

    // What is not acceptable is shown again, with what is expected.
    let wrong = [("committees_count", "beaucoup")];
    let refused = justice.post(&theme, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("beaucoup") && refused.text.contains("Réponse refusée"));

    let kept = justice.post(&theme, &[("committees_count", "4"), ("suite", "oui")]).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    let (other, _) = theme_of(&justice, "spent_to_date").await;
    let withheld = [("spent_to_date.autre", "Non communiqué")];
    assert_eq!(justice.post(&other, &withheld).await.status, 303);
    let before = facts(&server.app);
    assert!(!before.contains("Ada Lovelace"), "nothing is sent yet");

    let signed = [("answered_by", "Ada Lovelace, directrice")];
    let sent = justice.post("/questionnaire/portalis/transmission", &signed).await;
    assert_eq!((sent.status, sent.to.as_str()), (303, "/questionnaire/portalis"), "{}", sent.text);
    let again = justice.post("/questionnaire/portalis/transmission", &signed).await;
    assert_eq!(again.status, 422, "nothing is left to send");

    // Nobody answers for another ministry.
    let interior = reader(&server, &[Role::Analyst], &["MI"]).await;
    assert_eq!(interior.get("/questionnaire/portalis").await.status, 404);
    assert_eq!(interior.post("/questionnaire/portalis/transmission", &signed).await.status, 404);
    let looker = reader(&server, &[Role::Reader], &["MJ"]).await;
    assert_eq!(looker.get("/questionnaire/portalis").await.status, 403);

    let app = server.close().await;
    app.ok(&[
        "campaigns",
        "plan",
        "2020-11",
        "--opens",
        "2020-11-16",
        "--closes",
        "2020-12-16",
        "--reason",
        "essai",
    ]);
    let after = facts(&app);
    assert!(after.contains("Ada Lovelace, directrice"), "{after}");
}

/// The answers of PORTALIS, as the command line lists them.
fn facts(app: &TestApp) -> String {
    let shown = app.run(&[
        "campaigns",
        "answers",
        "2020-11",
        "--project",
        "portalis",
        "--as-of",
        "2020-11-30",
    ]);
    shown.stdout
}

/// The address of the page that asks for a field, and the page.
async fn theme_of(reader: &Reader<'_>, field: &str) -> (String, String) {
    let mut number = 1;
    loop {
        let path = format!("/questionnaire/portalis/{number}");
        let shown = reader.get(&path).await;
        assert_eq!(shown.status, 200, "no page asks for {field}");
        assert!(shown.text.len() < 61_440, "{path} has {} bytes", shown.text.len());
        if shown.text.contains(&format!("name=\"{field}\"")) {
            return (path, shown.text);
        }
        number += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_general_has_a_page_before_the_first_edition_and_an_unknown_ministry_has_none()
{
    let empty = TestServer::open(TestApp::new(), NOW).await;
    let justice = reader(&empty, &[Role::Reader], &["MJ"]).await;
    for path in ["/", "/ministeres/MJ"] {
        let shown = justice.get(path).await;
        assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        for words in ["Rien n’attend votre décision", "Aucun projet de ce ministère ne figure"]
        {
            assert!(shown.text.contains(words), "{path}: {}", shown.text);
        }
    }
    empty.close().await;
    let server = judged().await;
    let chief = reader(&server, &[Role::Reader], &[]).await;
    assert!(chief.get("/ministeres/MJ").await.text.contains("<h1>Ministère de la Justice</h1>"));
    assert_eq!(chief.get("/ministeres/ZZ").await.status, 404);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_general_reads_the_alerts_of_the_ministry_in_one_act_each() {
    let server = judged().await;
    let justice = reader(&server, &[Role::Analyst], &["MJ"]).await;
    let home = justice.get("/").await;
    assert!(home.text.contains("Ce qui attend votre décision"), "{}", home.text);
    let id = home.text.split("name=\"alerts\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let read = justice.post("/ministeres/MJ/acquittement", &[("alerts", &id)]).await;
    assert_eq!((read.status, read.to.as_str()), (303, "/ministeres/MJ"), "{}", read.text);
    let after = justice.get("/ministeres/MJ").await;
    assert!(!after.text.contains(&format!("value=\"{id}\"")), "{}", after.text);
    assert!(after.text.len() < 61_440, "{} bytes", after.text.len());
    let alert = server.get(&justice.token, &format!("/api/v1/alerts/{id}")).await;
    assert!(alert.body["handling"]["acknowledged"].is_object(), "{}", alert.body);

    // Another ministry's page is no page, and its alerts are not there to be read.
    assert_eq!(justice.get("/ministeres/MI").await.status, 404);
    let interior = reader(&server, &[Role::Analyst], &["MI"]).await;
    let stolen = interior.post("/ministeres/MI/acquittement", &[("alerts", &id)]).await;
    assert_eq!(stolen.status, 404);
    let looker = reader(&server, &[Role::Reader], &["MJ"]).await;
    assert_eq!(looker.post("/ministeres/MJ/acquittement", &[("alerts", &id)]).await.status, 403);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_gives_its_opinion_on_a_mission() {
    let server = judged().await;
    let justice = reader(&server, &[Role::Analyst], &["MJ"]).await;
    let page = justice.get("/ministeres/MJ").await;
    let place = page.text.split("action=\"/ministeres/MJ/missions/").nth(1).unwrap();
    let mission = place.split('/').next().unwrap().to_owned();
    let path = format!("/ministeres/MJ/missions/{mission}/avis");
    let form = [("opinion", "favorable"), ("remark", "Dès janvier.")];
    assert_eq!(justice.post(&path, &form).await.status, 303);
    let file = server.get(&justice.token, &format!("/api/v1/missions/{mission}")).await;
    assert!(file.body.to_string().contains("Avis du ministère : favorable. Dès janvier."));
    server.close().await;
}

/// Nothing of another ministry, in any byte of any of these pages.
#[tokio::test(flavor = "multi_thread")]
async fn pages_tell_a_ministry_nothing_of_another() {
    let data = MinistryData::new().await;
    let scope = Scope::of([MinistryCode::new("MJ")]);
    let secrets = data.secrets(&scope).await;
    let token = crate::support::token(&data.store, "justice", &[Role::Analyst], &["MJ"]).await;
    let service = doors::serve(data.database_url()).await;
    let client = Client::new();
    let mut pages = vec!["/".to_owned(), "/messages".to_owned(), "/campagnes".to_owned()];
    pages.extend(["/ministeres/MJ", "/plan-du-site"].map(str::to_owned));
    let notices = doors::samples(&data, "MJ", "notice").await;
    let projects = doors::samples(&data, "MJ", "project").await;
    pages.push(format!("/messages/envois/{}", notices.own));
    pages.push(format!("/questionnaire/{}", projects.own));
    let ask = async |path: &str| {
        doors::call(&client, &service, ("GET", path), (&token, &json!({}))).await
    };
    for id in projects.others {
        assert_eq!(ask(&format!("/questionnaire/{id}")).await.status, 404, "{id}");
    }
    for id in notices.others {
        assert_eq!(ask(&format!("/messages/envois/{id}")).await.status, 404, "{id}");
    }
    assert_eq!(ask("/ministeres/MI").await.status, 404);
    assert_eq!(ask("/administration").await.status, 403);
    for path in pages {
        let reply = ask(&path).await;
        let found = told(&reply.text, &secrets);
        assert!(
            found.is_empty() && reply.status == 200,
            "{path} ({}) tells {found:?}",
            reply.status
        );
    }
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_listed_and_what_was_given_up_is_sent_again() {
    let app = TestApp::with_fixtures();
    let server = TestServer::with(app, NOW, |config| {
        config.mail.host = "127.0.0.1".to_owned();
        config.mail.from = "Vigie <vigie@dinum.example>".to_owned();
        config.mail.dinum = "risques@dinum.example".to_owned();
    })
    .await;
    let chief = reader(&server, &[Role::Administrator, Role::Analyst], &[]).await;
    let previewed = chief.get("/messages/apercu?ministere=MJ").await;
    assert!(previewed.text.contains("Ministère de la Justice"), "{}", previewed.text);
    let recipients = chief.get("/messages/destinataires").await;
    assert!(recipients.text.contains("secrétaire général"), "{}", recipients.text);
    let empty = chief.get("/messages?etat=abandonne").await;
    assert!(empty.text.contains("Aucun message ne répond"), "{}", empty.text);
    assert_eq!(chief.get("/messages/envois/rien").await.status, 404);
    assert_eq!(chief.post("/messages/renvoi", &[]).await.to, "/messages");
    let justice = reader(&server, &[Role::Administrator], &["MJ"]).await;
    assert_eq!(justice.post("/messages/renvoi", &[]).await.status, 403);
    assert_eq!(justice.get("/messages/apercu").await.status, 403);
    server.close().await;
}
