//! A first profile for an unknown file, and a profile tried on a file: what people see, and that nothing is kept.

use super::{app_with, even};
use crate::intake::as_sent::{Sheet, csv, xlsx};
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const UK: &str = "\"Project Name\",\"Department\",\"Start Date\",\"End Date\",\"Whole Life Cost (£m)\",\"Stage\",\"Narrative\"\n\
    Ajonc,Ministère de la Justice,30.06.08,31.12.14,\"£2,013.02\",Delivery,text\n\
    Genêt,Ministère de la Justice,01.09.10,15.03.16,Exempt under Section 43 of the Act,Closed,text\n\
    Mimosa,Ministère de la Culture,05.02.11,30.11.18,£40.5,Pilot,text\n\
    Total,,,,\"£2,053.52\",,\n";

#[test]
fn a_proposal_says_what_is_sure_and_what_is_not() {
    let app = TestApp::new();
    std::fs::write(app.path("2013-09.uk.csv"), UK).unwrap();
    insta::assert_snapshot!(app.ok(&["profiles", "propose", "2013-09.uk.csv"]));
}

#[test]
fn a_proposal_once_completed_reads_the_file_and_no_profile_is_written_over() {
    let app = TestApp::new();
    std::fs::write(app.path("2013-09.uk.csv"), UK).unwrap();
    app.ok(&["profiles", "propose", "2013-09.uk.csv", "--out", "uk.toml"]);
    let again = app.run(&["profiles", "propose", "2013-09.uk.csv", "--out", "uk.toml"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("« uk.toml » existe déjà"), "{}", again.stderr);

    let wrong = app.run(&["profiles", "try", "uk.toml", "2013-09.uk.csv"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("`uk.toml` : 1\u{a0}erreur dans le profil"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("sans le cours de l’euro"), "{}", wrong.stderr);
    let text = std::fs::read_to_string(app.path("uk.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with("# factor")).unwrap().to_owned();
    std::fs::write(app.path("uk.toml"), text.replace(&line, "factor = 1.17")).unwrap();
    insta::assert_snapshot!(app.ok(&["profiles", "try", "uk.toml", "2013-09.uk.csv"]));
    assert_eq!(app.json(&["imports"])["data"].as_array().map_or(0, Vec::len), 0);
}

#[test]
fn a_file_in_columns_is_seen_to_be_and_dates_of_two_readings_are_left_open() {
    let rows = vec![
        vec!["Nom du projet", "MIMOSA", "GENÊT"],
        vec!["Ministère", "MJ", "MJ"],
        vec!["Date de début", "03/04/2021", "05/06/2021"],
        vec!["Durée (ans)", "2,5", "3"],
        vec!["Coût (k€)", "850", "1 200"],
        vec!["Phase", "Cadrage", "Réalisation"],
    ];
    let book = xlsx(&[Sheet::new("Notice", vec![vec!["x"]]), Sheet::new("Projets", rows.clone())]);
    for (file, bytes) in [("2021-09.csv", csv(&even(&rows))), ("2021-09.xlsx", book)] {
        let app = TestApp::new();
        std::fs::write(app.path(file), bytes).unwrap();
        let proposal = app.json(&["profiles", "propose", file]);
        let text = proposal["profile"].as_str().unwrap();
        assert!(text.contains("transposed = true"), "{text}");
        assert!(text.contains("# date_format = \"%d/%m/%Y\"   # ou \"%m/%d/%Y\""), "{text}");
        assert_eq!(text.contains("sheet = \"Projets\""), file.ends_with("xlsx"), "{text}");
        assert!(proposal["lacking"].as_array().unwrap().is_empty(), "{proposal}");
        std::fs::write(app.path("p.toml"), text).unwrap();
        let open = app.run(&["profiles", "try", "p.toml", file]);
        assert_eq!(open.code, Some(1), "the order of dates is not said: {}", open.stdout);
        assert!(open.stdout.contains("une date dont l’ordre soit dit"), "{}", open.stdout);
        let text = text.replace("# date_format", "date_format").replace("   # ou", " # ou");
        std::fs::write(app.path("p.toml"), text).unwrap();
        let tried = app.json(&["profiles", "try", "p.toml", file]);
        assert_eq!(tried["fault_count"], 0, "{tried}");
        assert_eq!(tried["rows"][0]["values"].to_string().matches("given").count(), 6, "{tried}");
        assert!(tried.to_string().contains("\"0.85\""), "{tried}");
    }
}

#[test]
fn a_follow_up_file_is_told_from_a_panorama() {
    let app = TestApp::new();
    let text = "Projet;Titulaire;Notifié le;Montant maximum (k€);Date de la situation\nMIMOSA;Acme;30/06/2018;850;31/12/2020\n";
    std::fs::write(app.path("marches.csv"), text).unwrap();
    let proposal = app.json(&["profiles", "propose", "marches.csv"]);
    assert_eq!(proposal["dataset"], "contracts", "{proposal}");
    assert!(proposal["lacking"].as_array().unwrap().is_empty(), "{proposal}");
    let said = app.run(&["profiles", "propose", "marches.csv", "--dataset", "marché"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    std::fs::write(app.path("rien.csv"), "1;2\n3;4\n").unwrap();
    let nothing = app.run(&["profiles", "propose", "rien.csv"]);
    let expected = "aucun en-tête qui ressemble à un champ";
    assert!(nothing.stderr.contains(expected), "{}", nothing.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_a_profile_is_proposed_and_tried_and_nothing_is_kept() {
    let app = TestApp::new();
    let analyst = app.token("Claire", &[Role::Analyst], &[]).await;
    let reader = app.token("Rémi", &[Role::Reader], &[]).await;
    let api = TestServer::open(app, "2021-04-01T09:00:00Z").await;
    let proposed = api
        .upload(&analyst, "/api/v1/profiles/propose?file=2013-09.uk.csv", UK.as_bytes().to_vec())
        .await;
    assert_eq!((proposed.status, &proposed.body["dataset"]), (200, &"panorama".into()));
    let profile = proposed.body["profile"].as_str().unwrap().to_owned();
    let tried = |text: &str| {
        let address =
            format!("/api/v1/profiles/try?file=2013-09.uk.csv&profile_bytes={}", text.len());
        (address, [text.as_bytes(), UK.as_bytes()].concat())
    };
    let (unfinished, unread) = tried(&profile);
    let wrong = api.upload(&analyst, &unfinished, unread).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body["errors"][0]["line"].as_u64().is_some(), "{}", wrong.body);
    let complete = profile.replace("# factor = …", "factor = 1.17 #");
    let (path, body) = tried(&complete);
    let read = api.upload(&analyst, &path, body.clone()).await;
    assert_eq!((read.status, &read.body["fault_count"]), (200, &0.into()), "{}", read.body);
    assert_eq!(read.body["rows_read"], 3);
    for operation in ["/api/v1/profiles/propose?file=a.csv", path.as_str()] {
        let refused = api.upload(&reader, operation, body.clone()).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    let short = api
        .upload(&analyst, "/api/v1/profiles/try?file=a.csv&profile_bytes=5000", b"id".to_vec())
        .await;
    assert_eq!(short.status, 400, "{}", short.body);
    let imports = api.get(&analyst, "/api/v1/imports").await;
    assert_eq!(imports.body["data"].as_array().map(Vec::len), Some(0), "{}", imports.body);
}

#[test]
fn what_a_profile_cannot_read_is_grouped_by_kind() {
    let profile = super::places::profile("");
    let app = app_with(&profile);
    std::fs::write(
        app.path("2021-06.csv"),
        "Projet,Début,Durée,Coût\nA,mars 2018,24,dix\nB,mars 2018,24,onze\nC,brumaire,12,3\n",
    )
    .unwrap();
    let tried = app.run(&["profiles", "try", "profils/essai.toml", "2021-06.csv", "--rows", "1"]);
    assert_eq!(tried.code, Some(1));
    for words in ["3\u{a0}erreurs dans le fichier", "✗ dix", "colonne `Coût`, 2 fois"] {
        assert!(tried.stdout.contains(words), "{words}: {}", tried.stdout);
    }
}

#[test]
fn cells_of_several_lines_do_not_break_the_proposal() {
    let app = TestApp::new();
    let text = "Projet,Ministère,Phase,Date de début,Durée (ans),Coût (M€)\n\
        MIMOSA,\"Ministère de\nl’Intérieur extérieur\",Cadrage,13/04/2021,2,\"10\nM€\"\n";
    std::fs::write(app.path("2021-06.csv"), text).unwrap();
    let proposal = app.json(&["profiles", "propose", "2021-06.csv"]);
    let profile = proposal["profile"].as_str().unwrap();
    assert!(
        profile.contains("1\u{a0}ministère à enregistrer : Ministère de l’Intérieur extérieur."),
        "{profile}"
    );
    std::fs::write(app.path("p.toml"), profile).unwrap();
    let tried = app.run(&["profiles", "try", "p.toml", "2021-06.csv"]);
    assert!(!tried.stderr.contains("dans le profil"), "{}", tried.stderr);
    assert!(tried.stdout.contains("MIMOSA"), "{}", tried.stdout);
}

#[test]
fn a_trial_says_each_remark_once() {
    let app = app_with(&super::places::profile(""));
    let rows = "A,mars 2018,24,\"1,234\"\nB,mars 2018,24,\"1,235\"\n";
    std::fs::write(app.path("panorama.csv"), format!("Projet,Début,Durée,Coût\n{rows}")).unwrap();
    let tried = app.json(&["profiles", "try", "profils/essai.toml", "panorama.csv"]);
    let remarks: Vec<String> =
        tried["remarks"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let different: std::collections::BTreeSet<&String> = remarks.iter().collect();
    assert_eq!((remarks.len(), different.len()), (3, 3), "{remarks:?}");
}
