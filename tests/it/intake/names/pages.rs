//! Unknown names settled on the page of a simulation, without scripts, and the page that lists them.

use serde_json::json;

use super::{HEADER, lunar_edition};
use crate::pages::intake::Visit;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;

const LUNAR: &str = "Ministère de la Navigation lunaire";

/// What the form of the page sends of the two unknown ministries of the edition.
fn settled<'f>(first: [&'f str; 3], second: &'f str, reason: &'f str) -> Vec<(&'f str, &'f str)> {
    let [designates, code, official] = first;
    vec![
        ("genre-1", "ministry"),
        ("nom-1", LUNAR),
        ("designe-1", designates),
        ("code-1", code),
        ("officiel-1", official),
        ("genre-2", "ministry"),
        ("nom-2", "Ministère de l’Interieure"),
        ("designe-2", second),
        ("motif", reason),
    ]
}

#[tokio::test]
async fn a_file_with_two_unknown_ministries_is_settled_read_and_imported() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[("2020-12.lunar.csv", lunar_edition())]).await;
    let html = visit.get(&simulation).await.html;
    for words in [
        "Ministère inconnu",
        LUNAR,
        "2\u{a0}fois&nbsp;: 2020-12.lunar.csv, lignes 3, 5.",
        "Ressemble à «&nbsp;Ministère de l&#x27;Intérieur&nbsp;» (MI).",
        "un ministère connu",
        "href=\"#noms\"",
        "Retenir ces noms",
    ] {
        assert!(html.contains(words), "{words}\n{html}");
    }
    assert_eq!(html.matches("Ministère inconnu").count(), 2, "one block for each name");
    assert!(!html.contains("option value=\"MI\" selected"), "the nearest is only suggested");
    let settle = format!("{simulation}/noms");
    let new = ["", "MNL", "Ministère de la Lune"];
    let done = visit.post(&settle, &settled(new, "MI", "décret du 20 mai")).await;
    assert_eq!((done.status, done.location.as_str()), (303, simulation.as_str()), "{}", done.html);
    let read = visit.get(&simulation).await.html;
    assert!(read.contains("Bon à importer") && !read.contains("Noms inconnus"), "{read}");
    assert_eq!(visit.import(&simulation).await.status, 303);
    assert_eq!(visit.count().await, 1);
    let list = visit.get("/imports/noms").await.html;
    for words in
        [LUNAR, "Ministère de la Lune", "nouveau ministère", "décret du 20 mai", "claire.martin"]
    {
        assert!(list.contains(words), "{words}\n{list}");
    }
    // Withdrawn, the next file that has it is refused again, and what was imported stays.
    let refused = visit.post("/imports/noms/2/retrait", &[("motif", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("href=\"#motif-2\""), "{}", refused.html);
    let withdrawn = visit.post("/imports/noms/2/retrait", &[("motif", "faute de frappe")]).await;
    assert_eq!((withdrawn.status, withdrawn.location.as_str()), (303, "/imports/noms"));
    let after = visit.get("/imports/noms").await.html;
    assert!(after.contains("Retiré le 01/12/2020") && after.contains("faute de frappe"), "{after}");
    let again = visit.simulate(&[("2021-02.lunar.csv", lunar_edition())]).await;
    let again = visit.get(&again).await.html;
    assert_eq!(again.matches("Ministère inconnu").count(), 1, "{again}");
    assert_eq!(visit.count().await, 1);
    visit.server.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_at_its_field_and_what_was_typed_stays() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[("2020-12.lunar.csv", lunar_edition())]).await;
    let settle = format!("{simulation}/noms");
    for (first, second, reason, anchor, words) in [
        (["", "", ""], "", "décret", "noms", "Dites ce que désigne"),
        (["MJ", "", ""], "", " ", "motif-des-noms", "Indiquez le motif"),
        (["", "MNL", ""], "MI", "décret", "officiel-1", "donnez aussi le nom officiel"),
        (["", "", "Lune"], "MI", "décret", "code-1", "donnez aussi le code"),
        (["MJ", "MNL", "Lune"], "MI", "décret", "designe-1", "pas les deux"),
        (["", "mnl", "Lune"], "MI", "décret", "code-1", "de 2 à 20 capitales"),
        (["", "MJ", "Lune"], "MI", "décret", "code-1", "est déjà un nom du ministère MJ"),
        (["", "MNL", "Chancellerie, Justice"], "ZZZ", "décret", "designe-2", "aucun ministère"),
    ] {
        let refused = visit.post(&settle, &settled(first, second, reason)).await;
        assert_eq!(refused.status, 422, "{words}");
        let link = format!("<a href=\"#{anchor}\">");
        assert!(refused.html.contains(&link), "{anchor}\n{}", refused.html);
        let text = refused.html.to_lowercase();
        assert!(text.contains(&words.to_lowercase()), "{words}\n{}", refused.html);
        assert!(refused.html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        if first[1] == "MNL" {
            assert!(refused.html.contains("value=\"MNL\""), "{}", refused.html);
        }
    }
    let names = visit.server.get(&visit.token, "/api/v1/names").await.body;
    assert_eq!(names["data"], json!([]));
    visit.server.close().await;
}

#[tokio::test]
async fn a_new_ministry_under_two_names_and_a_project_are_settled_at_once() {
    let visit = Visit::open(TestApp::with_fixtures()).await;
    let edition = format!(
        "{HEADER}\nSAPIN,{LUNAR},build,2018-03,60,24.5,false,X,P310,\n\
         IF,Secrétariat à la Lune,build,2018-03,60,24.5,false,X,P310,\n"
    );
    let follow_up = "project,axis,severity,text,issued_on,due_on,closed_on\n\
                     Système du SAMU central,finance,high,,2020-10-01,,\n";
    let files = [
        ("2021-02.lune.csv", edition.into_bytes()),
        ("2020-11.recommendations.csv", follow_up.as_bytes().to_vec()),
        ("2020-06.panorama.csv", std::fs::read(fixtures().join("2020-06.panorama.csv")).unwrap()),
    ];
    let simulation = visit.simulate(&files).await;
    let html = visit.get(&simulation).await.html;
    assert!(html.contains("Projet inconnu&nbsp;: «\u{a0}Système du SAMU central\u{a0}»"), "{html}");
    assert!(html.contains("<option value=\"SI SAMU\">"), "{html}");
    let fields = [
        ("genre-1", "ministry"),
        ("nom-1", LUNAR),
        ("designe-1", ""),
        ("code-1", "MNL"),
        ("officiel-1", LUNAR),
        ("genre-2", "ministry"),
        ("nom-2", "Secrétariat à la Lune"),
        ("designe-2", ""),
        ("code-2", "MNL"),
        ("officiel-2", LUNAR),
        ("genre-3", "project"),
        ("nom-3", "Système du SAMU central"),
        ("designe-3", "si samu"),
        ("motif", "vérifié avec les ministères"),
    ];
    let done = visit.post(&format!("{simulation}/noms"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.html);
    let read = visit.get(&simulation).await.html;
    assert!(read.contains("0\u{a0}refusé"), "{read}");
    let trail = visit.server.get(&visit.token, "/api/v1/names").await.body;
    let designated: Vec<&str> = trail["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["designates"].as_str().unwrap())
        .collect();
    assert_eq!(designated, ["MNL", "MNL", "si-samu"]);
    visit.server.close().await;
}

#[tokio::test]
async fn a_name_that_somebody_else_recorded_meanwhile_is_said_to_be_known() {
    let visit = Visit::open(TestApp::new()).await;
    let simulation = visit.simulate(&[("2020-12.lunar.csv", lunar_edition())]).await;
    let name = json!({ "kind": "ministry", "name": LUNAR, "designates": "MTE" });
    let body = json!({ "names": [name], "reason": "rattachement" });
    assert_eq!(visit.server.post(&visit.token, "/api/v1/names", body).await.status, 201);
    let fields = settled(["MJ", "", ""], "MI", "décret");
    let refused = visit.post(&format!("{simulation}/noms"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("est déjà un nom du ministère MTE"), "{}", refused.html);
    assert!(refused.html.contains("<a href=\"#noms\">"), "{}", refused.html);
    visit.server.close().await;
}

#[tokio::test]
async fn a_reader_sees_the_names_and_no_button_and_one_ministry_sees_none() {
    let app = TestApp::new();
    let reader = app.token("paul.durand@example.org", &[Role::Reader], &[]).await;
    let of_ministry = app.token("nour.haddad@example.org", &[Role::Analyst], &["MJ"]).await;
    let visit = Visit::open(app).await;
    let name = json!({ "kind": "ministry", "name": LUNAR, "designates": "MTE" });
    let body = json!({ "names": [name], "reason": "rattachement" });
    assert_eq!(visit.server.post(&visit.token, "/api/v1/names", body).await.status, 201);
    let shown = visit.get_as(&reader, "/imports/noms").await;
    assert_eq!(shown.status, 200);
    assert!(shown.html.contains(LUNAR) && !shown.html.contains("Retirer ce nom"), "{}", shown.html);
    assert!(shown.html.contains("comme les analystes, retiennent et retirent"), "{}", shown.html);
    assert_eq!(visit.get_as(&of_ministry, "/imports/noms").await.status, 403);
    assert!(visit.get("/imports").await.html.contains("href=\"/imports/noms\""));
    visit.server.close().await;
}

#[tokio::test]
async fn names_are_filtered_and_shown_in_pages() {
    let visit = Visit::open(TestApp::with_fixtures()).await;
    let name = |number: u32| {
        let (kind, name) = if number == 1 { ("ministry", "Lune") } else { ("project", "Samu") };
        let designates = if number == 1 { "MTE" } else { "si-samu" };
        json!({ "kind": kind, "name": format!("{name} {number}"), "designates": designates })
    };
    let names: Vec<_> = (1..=31).map(name).collect();
    let body = json!({ "names": names, "reason": "rattachement" });
    assert_eq!(visit.server.post(&visit.token, "/api/v1/names", body).await.status, 201);
    let first = visit.get("/imports/noms").await.html;
    assert!(first.contains("Samu 31") && !first.contains("Lune 1<"), "{first}");
    let (_, rest) = first.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let last = visit.get(&next).await.html;
    assert!(last.contains("Lune 1<") && !last.contains("Samu 31"), "{last}");
    let ministries = visit.get("/imports/noms?nature=ministere").await.html;
    assert!(ministries.contains("Lune 1<") && !ministries.contains("Samu"), "{ministries}");
    let withdrawn = visit.get("/imports/noms?retire=oui").await.html;
    assert!(withdrawn.contains("Aucun nom ne répond à ces filtres"), "{withdrawn}");
    visit.server.close().await;
}
