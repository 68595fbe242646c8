//! Where a backtest is asked for: the command and the API say the same, each time, and refuse what they must.

use super::panel;
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::support::clock::{Clock as _, SystemClock};

const ROUTE: &str = "/api/v1/backtest";

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_and_the_api_give_the_same_bytes() {
    let app = panel::imported();
    let first = app.ok(&["backtest", "--format", "json"]);
    assert_eq!(app.ok(&["backtest", "--format", "json"]), first);
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    // The same day as the command's: the day of the data is in the answer.
    let server = TestServer::open(app, &SystemClock.now().to_rfc3339()).await;
    let bytes = async |path: &str| {
        let answer = server.request(reqwest::Method::GET, path, &reader).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap()
    };
    let answer = bytes(ROUTE).await;
    assert_eq!(bytes(ROUTE).await, answer);
    let of = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).unwrap();
    assert_eq!(of(&answer), of(first.as_bytes()));
    let one = of(&bytes(&format!("{ROUTE}?rule=D1&target=cost&horizon=2")).await);
    assert_eq!(one["rules"].as_array().unwrap().len(), 1);
    assert_eq!(
        one,
        server.app.json(&["backtest", "--rule", "D1", "--target", "cost", "--horizon", "2"])
    );
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_a_ministry_are_refused() {
    let app = panel::imported();
    let justice = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, "2020-01-01T12:00:00Z").await;
    assert_eq!(server.status(ROUTE, &justice).await, 403);
    assert_eq!(server.status(ROUTE, "").await, 401);
    assert_eq!(server.status(ROUTE, &whole).await, 200);
    server.close().await;
}

#[test]
fn what_cannot_be_is_refused_in_french() {
    let app = panel::imported();
    for (arguments, words) in [
        (&["--rule", "D99"][..], "D99"),
        (&["--rule", "D4"], "projet"),
        (&["--from", "2019-01", "--to", "2018-01"], "2019-01"),
        (&["--from", "2018-02"], "2018-02"),
        (&["--horizon", "5"], "attendu de"),
        (&["--target", "benefits"], "any"),
    ] {
        let answer = app.run(&[&["backtest"], arguments].concat());
        assert_ne!(answer.code, Some(0), "{arguments:?}");
        assert!(answer.stderr.contains(words), "{arguments:?}: {}", answer.stderr);
        let english = ["error", "unknown", "invalid", "there is", "the rule", "possible values"];
        for word in english {
            assert!(!answer.stderr.contains(word), "{arguments:?}: {}", answer.stderr);
        }
    }
}

/// A page's text, its tags and unbreakable blanks aside.
async fn page(server: &TestServer, path: &str, token: &str) -> (u16, String) {
    let request = server.request(reqwest::Method::GET, path, token).header("accept", "text/html");
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text =
        answer.text().await.unwrap().replace(['\u{a0}', '\u{202f}'], " ").replace("&nbsp;", " ");
    (status, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_the_command_says_and_its_lists_as_files() {
    let app = panel::imported();
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let justice = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, "2020-01-01T12:00:00Z").await;
    let (status, text) = page(&server, "/fiabilite", &whole).await;
    assert_eq!(status, 200, "{text}");
    for words in [
        "<h1>Fiabilité des avertissements</h1>",
        "Dérive du coût ou du calendrier : 4 sur 8 passages d’une édition à la suivante, soit 50,0 %",
        "Aucune règle n’a assez d’avertissements pour être comparée au hasard.",
        "trop peu de cas pour conclure (4 avertissements et 4 dérives, il en faut 10 de chaque)",
        "Règles qu’aucune édition passée ne permet d’éprouver",
        "éditions trop éloignées",
        "/aide#fiabilite",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // Nothing is drawn of what is too small.
    assert!(!text.contains("gain-graphique"), "{text}");
    let (_, cost) = page(&server, "/fiabilite?cible=derive-du-cout&horizon=1", &whole).await;
    assert!(cost.contains("Dérive du coût : 2 sur 7 passages"), "{cost}");

    let csv = page(&server, "/fiabilite?format=csv", &whole).await.1;
    let line = csv.lines().find(|line| line.contains(";D1;")).unwrap();
    assert!(line.starts_with("règle;Dérive budgétaire;D1;4;2;8;4;0,5;"), "{csv}");
    for (path, token, expected) in [
        ("/fiabilite?cible=couleur", &whole, 400),
        ("/fiabilite?horizon=5", &whole, 400),
        ("/fiabilite?couleur=1", &whole, 400),
        ("/fiabilite", &justice, 403),
        ("/regles", &justice, 200),
        ("/regles/D1", &justice, 200),
    ] {
        assert_eq!(page(&server, path, token).await.0, expected, "{path}");
    }

    let (_, rules) = page(&server, "/regles", &whole).await;
    assert!(rules.contains("2 sur 4 suivis d’une dérive"), "{rules}");
    let (_, rule) = page(&server, "/regles/D1", &whole).await;
    for words in [
        "Ses avertissements se vérifient-ils ?",
        "trop peu de cas pour conclure (4 avertissements et 4 dérives, il en faut 10 de chaque)",
        "Niveau Critique seul",
    ] {
        assert!(rule.contains(words), "{words}\n{rule}");
    }
    for path in ["/regles", "/regles/D1"] {
        let (_, own) = page(&server, path, &justice).await;
        for words in ["suivis d’une dérive", "se vérifient-ils", "/fiabilite\""] {
            assert!(!own.contains(words), "{path}: {words}");
        }
    }
    server.close().await;
}

#[test]
fn rules_are_listed_and_documented_with_what_became_of_their_warnings() {
    let app = panel::imported();
    let listed = app.json(&["rules", "list"]);
    let d1 = listed.as_array().unwrap().iter().find(|rule| rule["id"] == "D1").unwrap();
    assert_eq!((&d1["score"]["warnings"], &d1["score"]["hits"]), (&4.into(), &2.into()));
    let table = app.ok(&["rules", "list", "--format", "csv"]);
    assert!(table.lines().next().unwrap().ends_with("warnings,hits,finding"), "{table}");
    let page = app.ok(&["rules", "docs", "--as-of", "2020-01-01"]);
    assert!(
        page.contains("- **Avertissements passés** : 2 sur 4 suivis d’une dérive ; trop peu"),
        "{page}"
    );
    // Without data nothing is said, and no database is made.
    let empty = TestApp::new();
    assert!(!empty.ok(&["rules", "list", "--format", "csv"]).contains("finding"));
    assert!(!empty.ok(&["rules", "docs"]).contains("Avertissements passés"));
    assert!(!empty.path("vigie.db").exists());
}

/// Above 28 % instead of 20 %, CHARLIE's 25 % is no warning any more: ALPHA's two are left, of which the first comes true.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_shows_the_scorecards_that_it_changes_before_and_after() {
    let app = panel::imported();
    app.ok(&[
        "rules",
        "draft",
        "--threshold",
        "budget_drift_high=0.28",
        "--comment",
        "moins d’avertissements",
    ]);
    let found = app.json(&["rules", "diff", "--draft", "1"]);
    let changes = found["scores"].as_array().unwrap();
    let d1 = changes.iter().find(|one| one["rule"] == "D1").unwrap();
    let counts = |when: &str| [d1[when]["warnings"].clone(), d1[when]["hits"].clone()];
    assert_eq!(counts("before"), [4, 2]);
    assert_eq!(counts("after"), [2, 1]);
    // Other rules that do not read the threshold are not listed.
    assert!(changes.iter().all(|one| one["rule"] != "D2"), "{changes:?}");
    let shown = app.ok(&["rules", "diff", "--draft", "1"]);
    assert!(shown.contains("Avertissements passés des règles qui changent"), "{shown}");

    let author = app.token("Claire", &[Role::Reader, Role::RuleAuthor], &[]).await;
    let server = TestServer::open(app, "2020-01-01T12:00:00Z").await;
    let (status, review) = page(&server, "/brouillons/1/relecture", &author).await;
    assert_eq!(status, 200, "{review}");
    for words in ["Sur les éditions passées", "Dérive budgétaire (D1), avant et après"] {
        assert!(review.contains(words), "{words}\n{review}");
    }
    // The page on which one types does not wait for it.
    let (_, editor) = page(&server, "/brouillons/1", &author).await;
    assert!(!editor.contains("Sur les éditions passées"), "{editor}");
    server.close().await;
}
