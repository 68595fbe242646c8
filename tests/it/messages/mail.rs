//! Digests through a real SMTP server, from the command line: each ministry's, with its projects only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::mailed_app::{AS_OF, MailedApp};
use crate::support::servers::mail::{Demands, Mail};
use crate::support::{TestApp, fixtures};

/// By ministry, spelled as its table spells it, the names that its projects went by.
fn names() -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in ["2020-06.panorama.csv", "2020-11.panorama.csv"] {
        let mut rows = csv::Reader::from_path(fixtures().join(file)).unwrap();
        for row in rows.records() {
            let row = row.unwrap();
            let ministry = row[1]
                .replace("agriculture", "Agriculture")
                .replace("Transition Ec", "Transition éc")
                .replace("Economie", "Économie")
                .replace("Education", "Éducation")
                .replace("Ministre", "ministre");
            names.entry(ministry).or_default().insert(row[0].to_owned());
        }
    }
    names
}

/// The projects that a mail speaks of.
fn said_of<'a>(mail: &Mail, names: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let is_apart = |end: Option<char>| end.is_none_or(|one| !one.is_alphanumeric());
    let is_named = |name: &&str| {
        mail.text.match_indices(*name).any(|(at, _)| {
            let (before, after) = (&mail.text[..at], &mail.text[at + name.len()..]);
            is_apart(before.chars().next_back()) && is_apart(after.chars().next())
        })
    };
    names.iter().map(String::as_str).filter(is_named).collect()
}

/// The text, its links cut to their purpose: they differ from one run to the next.
fn without_secrets(text: &str) -> String {
    let end_of_link = |rest: &str| rest.find(['#', '\r', '\n', ' ']).unwrap_or(rest.len());
    let mut told = text.to_owned();
    for purpose in ["/messages/", "/acknowledgements/"] {
        let mut parts = told.split(purpose);
        let mut cut = parts.next().unwrap_or_default().to_owned();
        for rest in parts {
            cut.push_str(purpose);
            cut.push('…');
            cut.push_str(&rest[end_of_link(rest)..]);
        }
        told = cut;
    }
    told
}

/// The digest that a receiver got.
fn digest_to(mails: &[Mail], to: &str) -> String {
    let is_digest = |mail: &&Mail| mail.to == [to] && mail.headers["subject"].contains("décision");
    let mail = mails.iter().find(is_digest).unwrap();
    format!("{}\n\n{}", mail.headers["subject"], without_secrets(&mail.text))
}

#[test]
fn a_digest_begins_with_decisions_then_critical_alerts_and_says_repeated_facts_once() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    insta::assert_snapshot!("justice", digest_to(&mails, "sg@justice.example"));
    insta::assert_snapshot!("interior", digest_to(&mails, "sg@interieur.example"));
    // What a long digest says in one line for a project is said one by one where it is acknowledged.
    let asks = |mail: &&Mail| {
        mail.to == ["sg@interieur.example"] && mail.text.contains("J’ai pris connaissance")
    };
    let critical = mails.iter().find(asks).unwrap();
    assert_eq!(critical.text.matches("J’ai pris connaissance").count(), 12, "{}", critical.text);
    // What the digest shortens is in its page, project by project.
    let notices = mailed.app.json(&["notices", "list", "--limit", "1000"]);
    let of_justice = |one: &&Value| one["receiver"] == "sg/MJ" && one["kind"] == "digest";
    let digest = notices.as_array().unwrap().iter().find(of_justice).unwrap();
    let page = digest["content"]["message"]["page"].as_str().unwrap();
    assert_eq!(page.matches("id=\"mission-").count(), 15, "every decision has its place");
    assert!(page.contains("Projet par projet") && page.contains("SCABIEUSE"), "{page}");
}

#[test]
fn each_secretary_general_gets_the_digest_of_their_own_projects_over_tls_and_authenticated() {
    let demands = Demands { tls: true, password: Some("un secret"), ..Demands::default() };
    let Some(mailed) = MailedApp::open(&demands) else { return };
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    let names = names();

    let mut projects_by_receiver: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for mail in &mails {
        assert!(mail.encrypted && mail.authenticated, "{:?}", mail.headers);
        let [to] = mail.to.as_slice() else { panic!("{:?}", mail.to) };
        for (ministry, own) in &names {
            let said = said_of(mail, own);
            if mail.headers["subject"].contains(ministry.as_str()) {
                projects_by_receiver.entry(to).or_default().extend(said);
                assert!(mail.html.contains(ministry.as_str()));
            } else {
                assert_eq!(said, BTreeSet::new(), "{to} reads about {ministry}\n{}", mail.text);
            }
        }
    }
    let to: Vec<&str> = projects_by_receiver.keys().copied().collect();
    insta::assert_snapshot!(to.join("\n"));
    assert!(
        projects_by_receiver.values().all(|projects| !projects.is_empty()),
        "{projects_by_receiver:?}"
    );
    assert!(mails.iter().any(|mail| mail.to == ["risques@dinum.example"]));

    for mail in &mails {
        let headers = &mail.headers;
        assert_eq!(headers["auto-submitted"], "auto-generated");
        assert!(headers["message-id"].ends_with("@dinum.example>"), "{headers:?}");
        assert!(headers["references"].starts_with("<thread."), "{headers:?}");
        assert!(mail.text.contains("Vous recevez ce message parce que"), "{}", mail.text);
        assert!(mail.text.contains("Pour toute question ou correction : risques@dinum.example."));
        assert!(!mail.html.contains("<img") && !mail.html.contains("src="), "{}", mail.html);
        assert!(mail.html.contains("width=device-width"));
    }
}

#[test]
fn the_second_run_says_nothing_and_a_project_that_worsens_is_one_line() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    assert!(!mailed.deliver().is_empty());
    mailed.cycle(&[]);
    assert_eq!(mailed.deliver().len(), 0, "the second run");

    mailed.correct_the_cost_of_cyclades();
    mailed.cycle(&[]);
    let mails = mailed.deliver();
    let mut said: Vec<String> = mails
        .iter()
        .map(|mail| {
            format!("{} {}\n{}", mail.to[0], mail.headers["subject"], without_secrets(&mail.text))
        })
        .collect();
    // Those of two threads leave in any order.
    said.sort();
    insta::assert_snapshot!(said.join("\n=====\n"));
}

#[test]
fn a_silenced_alert_is_not_sent_until_its_silence_ends() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    mailed.deliver();
    let today = vigie::support::clock::Clock::now(&vigie::support::clock::SystemClock).date_naive();
    let until = today.checked_add_days(chrono::Days::new(20)).unwrap().to_string();
    // Every rule that stands on its cost has something new to say.
    let scope = ["--project", "CYCLADES", "--reason", "plan arrêté"];
    let silence = ["alerts", "silence", "--until", &until, "--by", "Claire Martin"];
    mailed.app.ok(&silence.into_iter().chain(scope).collect::<Vec<_>>());
    mailed.correct_the_cost_of_cyclades();
    mailed.cycle(&[]);
    assert_eq!(mailed.deliver().len(), 0, "silenced");

    let end = ["alerts", "unsilence", "1", "--reason", "plan abandonné", "--by", "Claire Martin"];
    mailed.app.ok(&end);
    mailed.app.ok(&["jobs", "run", "digest"]);
    let mails = mailed.deliver();
    let tells = |mail: &&Mail| mail.text.contains("CYCLADES : Dérive budgétaire");
    assert!(mails.iter().any(|mail| tells(&mail)), "{} mails", mails.len());
}

#[test]
fn what_people_decide_between_two_cycles_is_sent_once() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    assert!(!mailed.deliver().is_empty());
    mailed.app.ok(&["jobs", "run", "digest"]);
    assert_eq!(mailed.deliver().len(), 0, "nothing was decided");

    let missions = mailed.app.json(&["missions", "--state", "proposed"]);
    let of_harmonie = |mission: &&Value| mission["subject"] == "project/harmonie";
    let mission = missions.as_array().unwrap().iter().find(of_harmonie).unwrap();
    let id = mission["id"].as_str().unwrap();
    let reason = ["--reason", "vu en comité", "--by", "Claire Martin"];
    let decide: Vec<&str> =
        ["missions", "decide", id, "accept"].into_iter().chain(reason).collect();
    mailed.app.ok(&decide);
    mailed.app.ok(&["jobs", "run", "digest"]);
    let mails = mailed.deliver();
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(mail.to, ["sg@justice.example"]);
    assert!(mail.text.contains("HARMONIE"), "{}", mail.text);
    assert!(!mail.text.contains("PORTALIS"), "{}", mail.text);
    mailed.app.ok(&["jobs", "run", "digest"]);
    assert_eq!(mailed.deliver().len(), 0, "it was sent already");
}

#[test]
fn receivers_set_up_on_old_data_get_only_what_changes_from_then_on() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let output = mailed.app.run(&["cycle", "--as-of", AS_OF]);
    assert_eq!(output.code, Some(0));
    assert!(
        output.stderr.contains("avant la configuration de leurs destinataires"),
        "{}",
        output.stderr
    );
    assert_eq!(mailed.deliver().len(), 0);
    let receivers = mailed.app.json(&["receivers", "list"]);
    assert_eq!(receivers[0]["lane"], "mail");
}

#[test]
fn an_address_that_is_none_is_given_up_alone_and_its_notice_leaves_once_corrected() {
    let unknown = "sg@justice.example";
    let demands = Demands { unknown: Some(unknown), ..Demands::default() };
    let Some(mailed) = MailedApp::open(&demands) else { return };
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    assert!(mails.len() > 10 && mails.iter().all(|mail| mail.to != [unknown]));
    let dead = mailed.app.json(&["notices", "list", "--state", "dead"]);
    let dead = dead.as_array().unwrap();
    assert_eq!(dead.len(), 2, "the digest and the critical alerts: {dead:?}");
    for notice in dead {
        assert_eq!(notice["receiver"], "sg/MJ");
        let error = notice["last_error"].as_str().unwrap();
        assert!(error.contains("550") && error.contains("s***@justice.example"), "{error}");
        assert!(!error.contains(unknown), "{error}");
    }

    let contacts = std::fs::read_to_string(fixtures().join("2020-11.contacts.csv")).unwrap();
    let file = mailed.app.path("2020-11.contacts.csv");
    std::fs::write(&file, contacts.replace(unknown, "sg@ministere-justice.example")).unwrap();
    mailed.app.ok(&["import", file.to_str().unwrap()]);
    mailed.app.ok(&["notices", "replay", "--dead", "--reason", "adresse corrigée"]);
    let replayed = mailed.deliver();
    assert_eq!(replayed.len(), 2);
    assert!(replayed.iter().all(|mail| mail.to == ["sg@ministere-justice.example"]));
    let trail = mailed.app.ok(&["audit", "list", "--subject", "notice", "--format", "csv"]);
    assert!(trail.contains("notices_replayed") && trail.contains("adresse corrigée"), "{trail}");
}

#[test]
fn a_wrong_password_loses_nothing() {
    let demands = Demands { tls: true, password: Some("un secret"), ..Demands::default() };
    let Some(mailed) = MailedApp::open(&demands) else { return };
    mailed.cycle(&["--announce"]);
    let settings = mailed.app.path("vigie.toml");
    let right = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, right.replace("un secret", "un autre")).unwrap();
    assert_eq!(mailed.deliver().len(), 0);
    let waiting = mailed.app.json(&["notices", "list"]);
    let waiting = waiting.as_array().unwrap();
    let untouched = |notice: &Value| notice["state"] == "waiting" && notice["attempts"] == 0;
    assert!(waiting.iter().all(untouched), "{waiting:?}");
    assert!(!format!("{waiting:?}").contains("un autre"));
    let receivers = mailed.app.json(&["receivers", "list"]);
    assert_eq!(receivers[0]["outage"]["reason"], "authError", "{receivers}");
    let listed = mailed.app.run(&["notices", "list"]);
    assert!(listed.stderr.contains("mail est en panne depuis le"), "{}", listed.stderr);

    // A person who repairs the server and sends what is due does not have to wait.
    std::fs::write(&settings, right).unwrap();
    assert_eq!(mailed.deliver().len(), waiting.len());
    assert!(mailed.app.json(&["receivers", "list"])[0]["outage"].is_null());
}

#[test]
fn secrets_are_not_among_the_settings_shown() {
    let app = TestApp::new();
    let shown = |path: &Path| {
        assert!(path.exists());
        app.ok(&["config", "check", "--format", "json"])
    };
    let settings = app.path("vigie.toml");
    std::fs::write(&settings, "[mail]\npassword = \"un secret\"\n[tchap]\ntoken = \"jeton\"\n")
        .unwrap();
    let text = shown(&settings);
    assert!(
        text.contains("(secret)") && !text.contains("un secret") && !text.contains("jeton"),
        "{text}"
    );
}
