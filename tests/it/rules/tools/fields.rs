//! A fact that people add to the data dictionary: supplied by files, read by rules, shown, kept while it is in use.

use serde_json::{Value, json};

use super::super::overlay::{app, by, done, refused};
use crate::support::{Answer, TestApp, rule_file};

const AS_OF: &str = "2020-11-30";

const TURNOVER: [&str; 16] = [
    "rules",
    "new-field",
    "team_turnover",
    "--kind",
    "float",
    "--unit",
    "ratio",
    "--label",
    "Rotation de l’équipe",
    "--meaning",
    "Part de l’équipe partie depuis un an.",
    "--supplier",
    "questionnaire",
    "--max",
    "1",
    "--worse=higher",
];

fn new_field(app: &TestApp) -> Answer {
    let arguments: Vec<&str> = TURNOVER.into_iter().chain(["--step", "0.1"]).collect();
    by(app, "Ada", &arguments)
}

fn published(app: &TestApp, draft: &str) -> Answer {
    done(&by(app, "Ada", &["rules", "submit", draft, "--reason", "prêt"]));
    by(app, "Paul", &["rules", "publish", draft, "--reason", "vu"])
}

fn answers(app: &TestApp, turnover: &str) -> Answer {
    let file = app.path("2020-11.rotation.csv");
    let text = format!("project;reported_on;team_turnover\nSI SAMU;2020-11-12;{turnover}\n");
    std::fs::write(&file, text).unwrap();
    app.run(&["import", file.to_str().unwrap()])
}

/// A rule on the new field, completed, in draft `number`.
fn publish_rule(app: &TestApp, number: &str) {
    let folder = app.path("new");
    let out = folder.to_str().unwrap();
    let title = "Équipe qui se renouvelle trop";
    let new =
        ["rules", "new", "X1", "--title", title, "--when", "team_turnover > 0.30", "--out", out];
    done(&by(app, "Ada", &new));
    let mut files = Vec::new();
    for path in ["drift/X1.rhai", "thresholds/x1_team_turnover.toml"] {
        let file = rule_file(&folder, path);
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("À compléter", "Écrit").replace("à compléter", "écrit"))
            .unwrap();
        files.push(format!("{path}={}", file.display()));
    }
    let baseline = app.path("rules/cases/baseline.toml");
    let healthy = std::fs::read_to_string(&baseline).unwrap();
    let own = app.path("baseline.toml");
    std::fs::write(
        &own,
        healthy.replace("delivery_confidence = 4", "delivery_confidence = 4\nteam_turnover = 0.1"),
    )
    .unwrap();
    let own = own.to_str().unwrap();
    let [rule, threshold] = [files[0].as_str(), files[1].as_str()];
    let over = ["--over", number, "--revision", "1", "--comment", "complétée"];
    let save: Vec<&str> =
        ["rules", "draft", rule, threshold, own].into_iter().chain(over).collect();
    done(&by(app, "Ada", &save));
    done(&published(app, number));
}

#[test]
fn a_new_field_is_supplied_read_shown_and_replayed() {
    let app = app();
    let before = app.json(&["cycle", "--as-of", AS_OF]);
    let too_early = answers(&app, "0,45");
    assert!(refused(&too_early).contains("team_turnover"), "{}", too_early.stderr);

    done(&new_field(&app));
    let fields = || app.json(&["dictionary"]);
    let is_known = |known: &Value| {
        known.as_array().unwrap().iter().any(|field| field["name"] == "team_turnover")
    };
    assert!(!is_known(&fields()), "before its publication");
    done(&published(&app, "1"));
    let known = fields();
    let field =
        known.as_array().unwrap().iter().find(|field| field["name"] == "team_turnover").unwrap();
    assert_eq!(
        *field,
        json!({
            "name": "team_turnover", "kind": "float", "unit": "ratio",
            "label": "Rotation de l’équipe", "meaning": "Part de l’équipe partie depuis un an.",
            "supplier": "questionnaire", "origin": "fact", "scopes": ["project"],
            "worsening": { "worse": "higher", "step": 0.1 }, "max": 1.0,
        })
    );

    let beyond = answers(&app, "45");
    assert!(refused(&beyond).contains("un nombre de 0 à 1"), "{}", beyond.stderr);
    done(&answers(&app, "0,45"));
    let table = app.ok(&["export", "projects", "--as-of", AS_OF, "--for", "excel"]);
    assert!(table.lines().next().unwrap().contains("Rotation de l’équipe"), "{table}");

    publish_rule(&app, "2");
    let cycle = app.json(&["cycle", "--as-of", AS_OF]);
    assert_eq!(cycle["outcome"], "committed");
    let explained = app.ok(&["rules", "explain", "X1", "SI SAMU", "--as-of", AS_OF]);
    assert!(
        explained.replace(['\u{a0}', '\u{202f}'], " ").contains("Rotation de l’équipe"),
        "{explained}"
    );
    assert!(explained.contains("Modéré"), "{explained}");
    let unknown = app.ok(&["rules", "explain", "X1", "ANCOLIE", "--as-of", AS_OF]);
    assert!(unknown.contains("Donnée manquante : rotation de l’équipe"), "{unknown}");
    let coverage = app.ok(&["coverage"]);
    assert!(coverage.contains("Rotation de l’équipe"), "{coverage}");
    for number in [&before["cycle"], &cycle["cycle"]] {
        let replay = app.json(&["replay", &number.to_string()]);
        assert_eq!(replay["identical"], true, "{replay}");
    }
}

#[test]
fn a_field_in_use_is_neither_removed_nor_of_another_type() {
    let app = app();
    done(&new_field(&app));
    done(&published(&app, "1"));
    publish_rule(&app, "2");
    let remove = ["rules", "rollback", "team_turnover", "--reason", "inutile"];
    let refusal = by(&app, "Paul", &remove);
    assert!(refused(&refusal).contains("lu par X1"), "{}", refusal.stderr);

    done(&answers(&app, "0,2"));
    let file = app.path("team_turnover.toml");
    std::fs::write(
        &file,
        "[team_turnover]\nkind = \"text\"\nlabel = \"R\"\nmeaning = \"M.\"\nsupplier = \"audit\"\n",
    )
    .unwrap();
    let retype = ["rules", "draft", file.to_str().unwrap(), "--comment", "en mots"];
    done(&by(&app, "Ada", &retype));
    let retyped = published(&app, "3");
    let said = refused(&retyped);
    let bare = said.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(bare.contains("lu par X1 ; faits fournis sous ce nom : 1"), "{said}");
    assert!(said.contains("serait d’un autre type"), "{said}");
    done(&by(&app, "Ada", &["rules", "withdraw", "3", "--reason", "non"]));

    let relabelled = std::fs::read_to_string(app.path("rules/fields/delivery_confidence.toml"))
        .unwrap()
        .replace("Confiance du directeur", "Pronostic du directeur");
    std::fs::write(app.path("delivery_confidence.toml"), relabelled).unwrap();
    let words = app.path("delivery_confidence.toml");
    done(&by(&app, "Ada", &["rules", "draft", words.to_str().unwrap(), "--comment", "mot"]));
    done(&published(&app, "4"));
    let list = app.ok(&["dictionary"]);
    assert!(list.contains("Pronostic du directeur de projet"), "{list}");
}

#[test]
fn a_field_that_nothing_uses_goes_as_it_came() {
    let app = app();
    done(&new_field(&app));
    done(&published(&app, "1"));
    done(&by(&app, "Paul", &["rules", "rollback", "team_turnover", "--reason", "inutile"]));
    assert!(!app.ok(&["dictionary"]).contains("team_turnover"));
}

#[test]
fn what_is_no_field_is_refused_with_its_place() {
    let app = app();
    let faults = |text: &str| {
        let folder = app.path("rules/fields");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mood.toml"), text).unwrap();
        let answer = app.run(&["rules", "check"]);
        let line = answer.stderr.lines().find(|line| line.contains("mood.toml"));
        line.map(str::to_owned).unwrap_or(answer.stderr)
    };
    let whole =
        "[mood]\nkind = \"int\"\nlabel = \"Humeur\"\nmeaning = \"M.\"\nsupplier = \"audit\"\n";
    let with = |more: &str| faults(&format!("{whole}{more}"));
    insta::assert_snapshot!(
        [
            faults("[other]\nkind = \"int\"\n"),
            faults("kind = \"int\"\n"),
            faults("[mood]\nkind = \"number\"\n"),
            faults("[mood]\nkind = \"int\"\n"),
            faults(&whole.replace("audit", "panorama")),
            with("unit = \"parsec\"\n"),
            with("min = 3\nmax = 1\n"),
            with("choices = [\"a\", \"b\"]\n"),
            with("min = 1\nmax = 3\nchoices = [\"a\", \"b\"]\n"),
            faults(&whole.replace("\"int\"", "\"date\"\nunit = \"days\"")),
            with("worsening = { worse = \"lower\", step = 0 }\n"),
            with("origin = \"measure\"\n"),
            with("of = \"contract\"\n"),
            with("of = \"contract\"\ngathered = \"any\"\n"),
            with("gathered = \"sum\"\n"),
        ]
        .join("\n")
    );
}

/// The frame is computed from columns that are no field: one of their names would hide them.
#[test]
fn a_field_does_not_take_the_name_of_what_frames_are_computed_from() {
    let app = app();
    for name in ["facts_on", "cost_declared", "project"] {
        let refusal = by(
            &app,
            "Ada",
            &[
                "rules",
                "new-field",
                name,
                "--kind",
                "date",
                "--label",
                "L",
                "--meaning",
                "M.",
                "--supplier",
                "dinum",
            ],
        );
        assert!(refused(&refusal).contains("porte un nom déjà pris"), "{}", refusal.stderr);
    }
    let spaced = ["rules", "new-field", "taux de rotation", "--kind=float", "--label", "L"];
    let rest = ["--meaning", "M.", "--supplier", "dinum"];
    let refusal = by(&app, "Ada", &[&spaced[..], &rest[..]].concat());
    assert!(
        refused(&refusal).contains("attendu des minuscules, des chiffres et `_`"),
        "{}",
        refusal.stderr
    );
}

/// A draft may change several fields: the second is looked at as the first.
#[test]
fn each_field_that_a_draft_changes_is_looked_at() {
    let app = app();
    let names = ["a_first", "b_second"];
    for (name, draft) in names.iter().zip(["1", "2"]) {
        let arguments = [
            "rules",
            "new-field",
            name,
            "--kind=int",
            "--label",
            "L",
            "--meaning",
            "M.",
            "--supplier",
            "dinum",
        ];
        done(&by(&app, "Ada", &arguments));
        done(&published(&app, draft));
    }
    let file = app.path("2020-11.faits.csv");
    std::fs::write(&file, "project,reported_on,b_second\nSI SAMU,2020-11-12,4\n").unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
    let files = names.map(|name| {
        let path = app.path(&format!("{name}.toml"));
        let text = "kind = \"text\"\nlabel = \"L\"\nmeaning = \"M.\"\nsupplier = \"dinum\"\n";
        std::fs::write(&path, format!("[{name}]\n{text}")).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let draft = ["rules", "draft", &files[0], &files[1], "--comment", "en mots"];
    done(&by(&app, "Ada", &draft));
    let refusal = published(&app, "3");
    assert!(
        refused(&refusal).contains("le champ `b_second` serait d’un autre type"),
        "{}",
        refusal.stderr
    );
}

/// The rating field and its rule are files alone: nothing of them is in the program.
#[test]
fn the_shipped_rating_is_read_as_a_number_or_as_its_words() {
    let app = TestApp::with_fixtures();
    let file = app.path("2020-11.confiance.csv");
    let text = "project,reported_on,delivery_confidence\nSI SAMU,2020-11-12,faible\n\
                ANCOLIE,2020-11-12,4\n";
    std::fs::write(&file, text).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
    app.json(&["cycle", "--as-of", AS_OF]);
    let level = |project: &str| app.ok(&["rules", "explain", "D8", project, "--as-of", AS_OF]);
    assert!(level("SI SAMU").contains("Conclusion") && level("SI SAMU").contains("Modéré"));
    assert!(level("ANCOLIE").contains("Rien à signaler"));
    std::fs::write(&file, text.replace("faible", "bof")).unwrap();
    let refusal = app.run(&["import", file.to_str().unwrap()]);
    assert!(
        refused(&refusal)
            .contains("un nombre entier, ou l’un de `très faible`, `faible`, `moyenne`"),
        "{}",
        refusal.stderr
    );
    std::fs::write(&file, text.replace("faible", "6")).unwrap();
    let beyond = app.run(&["import", file.to_str().unwrap()]);
    assert!(refused(&beyond).contains("un nombre de 1 à 5"), "{}", beyond.stderr);
}

/// A field of contracts: each line of the file may give it, and the project has what they come to.
#[test]
fn a_field_of_contracts_is_gathered_for_the_project() {
    let app = app();
    let texts =
        ["--label", "Pénalités", "--meaning", "Pénalités du marché.", "--supplier", "dinum"];
    let field = |name: &str, how: [&str; 4]| {
        let head = ["rules", "new-field", name].into_iter();
        let arguments: Vec<&str> =
            head.chain(how).chain(["--of", "contract"]).chain(texts).collect();
        done(&by(&app, "Ada", &arguments));
    };
    field("penalties", ["--kind=float", "--unit=meur", "--gathered", "sum"]);
    field("in_dispute", ["--kind", "bool", "--gathered", "any"]);
    field("renewed_on", ["--kind", "date", "--gathered", "largest"]);
    for draft in ["1", "2", "3"] {
        done(&published(&app, draft));
    }
    let file = app.path("2020-11.marches.csv");
    let head = "project,vendor,kind,notified_on,end_on,ceiling_meur,consumed_meur,vendor_status,reported_on,\
                penalties,in_dispute,renewed_on\n";
    let import = |rows: &str| {
        std::fs::write(&file, format!("{head}{rows}")).unwrap();
        app.run(&["import", file.to_str().unwrap()])
    };
    let refusal = import("SI SAMU,ACME,,,,,,,2020-11-02,-1,oui,\n");
    assert!(refused(&refusal).contains("un nombre qui ne soit pas négatif"), "{}", refusal.stderr);
    done(&import(
        "SI SAMU,ACME,,,,,,,2020-11-02,0.5,true,2020-09-01\n\
         SI SAMU,Globex,,,,,,,2020-11-02,0.25,,2020-10-01\n\
         ANCOLIE,ACME,,,,,,,2020-11-02,1,false,2020-09-01\n\
         ANCOLIE,Globex,,,,,,,2020-11-02,,false,\n\
         ARGOUSIER,ACME,,,,,,,2020-11-02,2,false,2020-09-01\n",
    ));
    let row = |project: &str| app.json(&["project", project, "--as-of", AS_OF])["project"].clone();
    let three = |project: &str| {
        let row = row(project);
        ["penalties", "in_dispute", "renewed_on"].map(|name| row[name].clone())
    };
    assert_eq!(three("SI SAMU"), [json!(0.75), json!(true), json!("2020-10-01")]);
    // Of two contracts, one does not say: neither a sum nor a latest date is known, and each says that it is not in dispute.
    assert_eq!(three("ANCOLIE"), [Value::Null, json!(false), Value::Null]);
    assert_eq!(three("ARGOUSIER"), [json!(2.0), json!(false), json!("2020-09-01")]);
    assert_eq!(three("CENTAUREE"), [Value::Null, Value::Null, Value::Null]);
    let remove = ["rules", "rollback", "penalties", "--reason", "inutile"];
    let removed = by(&app, "Paul", &remove);
    let said = refused(&removed).replace(['\u{a0}', '\u{202f}'], " ");
    assert!(said.contains("faits fournis sous ce nom : 4"), "{said}");
}
