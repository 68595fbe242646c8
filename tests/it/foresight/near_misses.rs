//! What would change verdicts, and those that are near a more serious level: on the command line, over HTTP and on pages.

use serde_json::Value;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const AT: &str = "2020-11-30T12:00:00Z";
const ROUTE: &str = "/api/v1/near-misses?as_of=2020-11-30";

/// A page's text, unbreakable blanks aside.
async fn page(server: &TestServer, path: &str, token: &str) -> (u16, String) {
    let request = server.request(reqwest::Method::GET, path, token).header("accept", "text/html");
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, text.replace(['\u{a0}', '\u{202f}'], " ").replace("&nbsp;", " "))
}

async fn json(server: &TestServer, path: &str, token: &str) -> Value {
    let answer = server.request(reqwest::Method::GET, path, token).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

#[test]
fn the_command_lists_near_misses_and_explains_what_would_change_a_level() {
    let app = TestApp::with_fixtures();
    let lines = app.json(&["near-misses", "--as-of", "2020-11-30"]);
    let lines = lines.as_array().unwrap();
    assert!(!lines.is_empty());
    for line in lines {
        let compared = &line["next_level"]["compared"];
        let (value, limit) =
            (compared["value"].as_f64().unwrap(), compared["limit"].as_f64().unwrap());
        let gap = (value - limit).abs();
        if compared["is_rate"].as_bool().unwrap() {
            assert!(gap <= 0.02, "{line}");
            assert_eq!(line["distance"], gap, "{line}");
        } else {
            assert!(gap <= 0.1 * limit.abs(), "{line}");
        }
    }
    let wider = app.json(&["near-misses", "--as-of", "2020-11-30", "--within", "30 %"]);
    assert!(wider.as_array().unwrap().len() > lines.len());
    let none = ["near-misses", "--as-of", "2020-11-30", "--within", "0", "--points", "0"];
    let on_the_limit = app.json(&none);
    assert!(on_the_limit.as_array().unwrap().iter().all(|line| line["distance"] == 0.0));
    let refused = app.run(&["near-misses", "--within", "1.5"]);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    for (filter, misspelt) in [("--rule", "RC92"), ("--ministry", "MX")] {
        let answer = app.run(&["near-misses", filter, misspelt]);
        assert_eq!(answer.code, Some(1), "{}", answer.stdout);
        assert!(answer.stderr.contains(misspelt), "{}", answer.stderr);
    }

    let rule = lines[0]["rule"].as_str().unwrap();
    let subject = lines[0]["subject_name"].as_str().unwrap();
    let text = app.ok(&["rules", "explain", rule, subject, "--as-of", "2020-11-30"]);
    assert!(text.contains("Ce qui changerait le niveau"), "{text}");
}

/// The change is published: the next import of the edition has it, and the verdict is what was said.
#[test]
fn a_cost_that_is_said_to_change_the_level_changes_it_when_it_is_published() {
    let app = TestApp::with_fixtures();
    let explained = || app.json(&["rules", "explain", "D1", "SI SAMU", "--as-of", "2020-11-30"]);
    let before = explained();
    let distance = &before["distance"];
    let change = distance["worse"].get(0).or_else(|| distance["better"].get(0)).unwrap();
    assert_eq!(change["field"], "cost_current", "{change}");
    assert_eq!(change["unit"], "meur");
    let (from, to) = (&change["from"]["float"], &change["to"]["float"]);
    let edition = std::fs::read_to_string(app.path("2020-11.panorama.csv"))
        .or_else(|_| {
            std::fs::read_to_string(crate::support::fixtures().join("2020-11.panorama.csv"))
        })
        .unwrap();
    let row = edition.lines().find(|line| line.contains("SI SAMU")).unwrap();
    let replaced = row.replacen(&format!(",{from},"), &format!(",{to},"), 1);
    assert_ne!(row, replaced, "{row}");
    let file = app.path("2020-11.panorama.csv");
    std::fs::write(&file, edition.replacen(row, &replaced, 1)).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
    assert_eq!(explained()["level"], change["level"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_sees_its_own_near_misses_and_nothing_of_the_whole_state() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let justice = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, AT).await;
    let wide = format!("{ROUTE}&within=1&points=0.2");
    let all = json(&server, &wide, &whole).await;
    let own = json(&server, &wide, &justice).await;
    let ministries = |found: &Value| -> Vec<String> {
        let lines = found["data"].as_array().unwrap().iter();
        lines.map(|line| line["ministry"].as_str().unwrap_or("").to_owned()).collect()
    };
    assert!(ministries(&all).iter().any(|code| code != "MJ"));
    assert!(!ministries(&own).is_empty());
    assert!(ministries(&own).iter().all(|code| code == "MJ"), "{own}");
    let of = json(&server, &format!("{wide}&ministry=MJ&level=critical"), &whole).await;
    assert!(ministries(&of).iter().all(|code| code == "MJ"));
    assert_eq!(server.status(&format!("{ROUTE}&within=2"), &whole).await, 400);
    assert_eq!(server.status(ROUTE, "").await, 401);

    let (status, text) = page(&server, "/proches-du-seuil?marge=20&points=5", &whole).await;
    assert_eq!(status, 200, "{text}");
    for words in [
        "<h1>Proches du seuil</h1>",
        "Passerait à « ",
        "/explication?sujet=",
        "Marge en % du seuil : 20",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let (_, of_justice) = page(&server, "/proches-du-seuil?marge=20&points=10", &justice).await;
    assert!(!of_justice.contains("Ministère de l’Intérieur"), "{of_justice}");
    let csv = page(&server, "/proches-du-seuil?format=csv", &whole).await.1;
    assert!(csv.contains("Sujet;Ministère;Règle;Code de la règle;Niveau;Niveau proche"), "{csv}");
    for path in ["/proches-du-seuil?marge=7", "/proches-du-seuil?couleur=1"] {
        assert_eq!(page(&server, path, &whole).await.0, 400, "{path}");
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_alerts_and_explanations_say_what_would_change_their_level() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, AT).await;
    let verdicts = json(&server, "/api/v1/projects/si-samu/verdicts", &whole).await;
    let verdicts = verdicts["data"].as_array().unwrap();
    let d1 = verdicts.iter().find(|one| one["rule"] == "D1").unwrap();
    let changes = ["worse", "better"].map(|side| d1["distance"][side].as_array().unwrap().clone());
    let words = changes.iter().flatten().next().unwrap()["words"].as_str().unwrap().to_owned();
    let words = words.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(verdicts.iter().all(|one| one["level"].is_string() || one.get("distance").is_none()));
    let (_, project) = page(&server, "/projets/si-samu", &whole).await;
    let (_, explained) = page(&server, "/regles/D1/explication?sujet=si-samu", &whole).await;
    assert!(explained.contains(&words) && explained.contains("Ce qui changerait le niveau"));
    if d1["level"] != "clear" {
        assert!(project.contains(&words), "{words}\n{project}");
    }
    let alerts = json(&server, "/api/v1/alerts?rule=D1&state=open", &whole).await;
    for alert in alerts["data"].as_array().unwrap().iter().take(3) {
        let path = format!("/alertes/{}", alert["id"].as_str().unwrap());
        let (status, text) = page(&server, &path, &whole).await;
        assert_eq!(status, 200);
        assert!(text.contains("Ce qui changerait le niveau"), "{text}");
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_has_its_page_and_one_of_its_values_becomes_a_draft() {
    let app = TestApp::with_fixtures();
    let whole = app.token("Claire", &[Role::Reader, Role::RuleAuthor], &[]).await;
    let justice = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, AT).await;
    let path = "/seuils/budget_drift_high/balayage";
    let (_, thresholds) = page(&server, "/seuils", &whole).await;
    assert!(thresholds.contains(path), "{thresholds}");
    let (answered, form) = page(&server, path, &whole).await;
    assert_eq!(answered, 200);
    assert!(form.contains("value=\"10 %\"") && form.contains("value=\"30 %\""), "{form}");
    assert!(!form.contains("<svg viewBox=\"0 0 720"), "nothing is tried before a range is chosen");
    let tried = format!("{path}?de=10%20%25&a=40%20%25&valeurs=4");
    let (status, text) = page(&server, &tried, &whole).await;
    assert_eq!(status, 200, "{text}");
    for words in [
        "Alertes, projets et missions selon la valeur du seuil",
        "vigie-chart__target",
        "En vigueur",
        "Préparer un brouillon avec cette valeur",
        "Ce que valent ces courbes",
        "Dérive budgétaire",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let found = json(
        &server,
        "/api/v1/thresholds/budget_drift_high/sweep?from=0.1&to=0.4&values=4",
        &whole,
    )
    .await;
    let csv = page(&server, &format!("{tried}&format=csv"), &whole).await.1;
    let points = found["points"].as_array().unwrap();
    assert_eq!(csv.lines().filter(|line| line.contains('%')).count(), points.len(), "{csv}");
    for (address, token, expected) in [
        (format!("{path}?de=dix&a=20"), &whole, 400),
        (format!("{path}?de=10%20%25&a=40%20%25&valeurs=99"), &whole, 400),
        (format!("{path}?couleur=1"), &whole, 400),
        ("/seuils/rien/balayage".to_owned(), &whole, 404),
        (path.to_owned(), &justice, 403),
    ] {
        assert_eq!(page(&server, &address, token).await.0, expected, "{address}");
    }
    server.close().await;
}
