//! Who receives the messages of a ministry: delegates, several recipients, copies, and a change of secretary-general,
//! through a real SMTP server.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde_json::Value;

use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::{Demands, Mail};
use crate::support::{TestApp, fixtures};
use vigie::support::clock::{Clock, SystemClock};

fn today() -> NaiveDate {
    SystemClock.now().date_naive()
}

fn day(from_today: i64) -> String {
    let days = Days::new(from_today.unsigned_abs());
    let today = today();
    let day = if from_today < 0 { today - days } else { today + days };
    day.to_string()
}

/// The contacts of the fixtures, with last days and these rows, which name no project.
pub(super) fn import_contacts(app: &TestApp, rows: &[String]) {
    let text = std::fs::read_to_string(fixtures().join("2020-11.contacts.csv")).unwrap();
    let mut lines = text.lines().map(|line| format!("{line},"));
    let header = lines.next().unwrap() + "until";
    let row = |row: &String| {
        let (until_since, until) = row.rsplit_once(',').unwrap();
        format!("{until_since},,{until}")
    };
    let all: Vec<String> =
        std::iter::once(header).chain(lines).chain(rows.iter().map(row)).collect();
    let file = app.path("2020-11.contacts.csv");
    std::fs::write(&file, all.join("\n")).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
}

/// A delegate of the secretary-general of Justice, absent between these days from today.
pub(super) fn delegate(first: i64, last: i64) -> String {
    format!("MJ,Délégué,Zoé Adjointe,adjointe@justice.example,{},{}", day(first), day(last))
}

/// To whom a ministry's digest went, and in copy.
fn of<'a>(mails: &'a [Mail], ministry: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let is_its_own = |mail: &&Mail| mail.headers["subject"].contains(ministry);
    let mail = mails.iter().find(is_its_own).unwrap();
    let all = |addresses: &'a [String]| addresses.iter().map(String::as_str).collect();
    (all(&mail.to), all(&mail.copies))
}

#[test]
fn a_delegate_receives_in_place_of_whoever_is_absent_and_others_beside_or_in_copy() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let cabinet = "MJ,recipient,,cabinet@justice.example,,".to_owned();
    let former = format!("MI,recipient,,ancien@interieur.example,,{}", day(-2));
    import_contacts(&mailed.app, &[delegate(-2, 2), cabinet, former]);
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    let justice =
        (vec!["adjointe@justice.example", "cabinet@justice.example"], vec!["dnum@justice.example"]);
    assert_eq!(of(&mails, "de la Justice"), justice);
    let interior = (vec!["sg@interieur.example"], vec!["dnum@interieur.example"]);
    assert_eq!(of(&mails, "de l’Intérieur"), interior);
    assert!(mails.iter().all(|mail| !mail.to.contains(&"sg@justice.example".to_owned())));
}

#[test]
fn an_absence_ends_by_itself() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    import_contacts(&mailed.app, &[delegate(-9, -2)]);
    mailed.cycle(&["--announce"]);
    let justice = (vec!["sg@justice.example"], vec!["dnum@justice.example"]);
    assert_eq!(of(&mailed.deliver(), "de la Justice"), justice);
}

#[test]
fn messages_that_wait_go_to_whoever_holds_the_office_when_they_leave() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    let successor =
        format!("MJ,secretary_general,Maël Nouveau,nouveau@justice.example,{},", day(-2));
    import_contacts(&mailed.app, &[successor]);
    let mails = mailed.deliver();
    let justice = (vec!["nouveau@justice.example"], vec!["dnum@justice.example"]);
    assert_eq!(of(&mails, "de la Justice"), justice);
    assert!(mails.iter().all(|mail| !mail.to.contains(&"sg@justice.example".to_owned())));
}

#[test]
fn a_copy_that_no_server_takes_keeps_the_message_from_nobody() {
    let demands = Demands { unknown: Some("dnum@justice.example"), ..Demands::default() };
    let Some(mailed) = MailedApp::open(&demands) else { return };
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    assert_eq!(of(&mails, "de la Justice"), (vec!["sg@justice.example"], vec![]));
    assert_eq!(mailed.app.json(&["notices", "list", "--state", "dead"]), serde_json::json!([]));
}

fn text<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field].as_str().unwrap_or("")
}

/// By address: how it receives, and why.
fn told(lines: &Value) -> BTreeMap<&str, (&str, &str)> {
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| (text(line, "email"), (text(line, "receives"), text(line, "reason"))))
        .collect()
}

#[test]
fn who_receives_what_can_be_asked_as_of_a_day() {
    let app = TestApp::with_fixtures();
    let absent =
        "MJ,delegate,Zoé Adjointe,adjointe@justice.example,2021-08-02,2021-08-20".to_owned();
    import_contacts(&app, &[absent]);
    let asked = |day: &str| app.json(&["recipients", "--ministry", "MJ", "--as-of", day]);
    let july = asked("2021-07-30");
    assert_eq!(
        told(&july),
        BTreeMap::from([
            ("adjointe@justice.example", ("nothing", "à partir du 2 août 2021")),
            ("dnum@justice.example", ("copy", "en copie de chaque message")),
            ("harmonie@justice.example", ("questionnaire", "reçoit le questionnaire de HARMONIE")),
            ("portalis@justice.example", ("questionnaire", "reçoit le questionnaire de PORTALIS")),
            (
                "securisation@justice.example",
                (
                    "questionnaire",
                    "reçoit le questionnaire des projets dont le directeur n’est pas connu"
                )
            ),
            ("sg@justice.example", ("to", "en fonction")),
        ])
    );
    let august = asked("2021-08-20");
    let august = told(&august);
    let replaces = ("to", "remplace le secrétaire général jusqu’au 20 août 2021");
    assert_eq!(august["adjointe@justice.example"], replaces);
    let away = ("nothing", "absent jusqu’au 20 août 2021 : son délégué reçoit à sa place");
    assert_eq!(august["sg@justice.example"], away);
    assert_eq!(told(&asked("2021-08-21"))["sg@justice.example"], ("to", "en fonction"));
    let by_name = app.json(&["recipients", "--ministry", "Ministère de la Culture"]);
    assert_eq!(by_name.as_array().unwrap().len(), 2);
    let shown = app.ok(&["recipients", "--as-of", "2021-08-20", "--format", "csv"]);
    assert!(shown.contains("MJ,delegate,Zoé Adjointe,adjointe@justice.example,to,"), "{shown}");
    let unknown = app.run(&["recipients", "--ministry", "MX"]);
    assert!(unknown.code == Some(1) && unknown.stderr.contains("MX"), "{}", unknown.stderr);
}

#[test]
fn a_ministry_where_nobody_holds_office_is_told_to_the_risk_team_and_listed_so() {
    let app = TestApp::with_fixtures();
    let text = std::fs::read_to_string(fixtures().join("2020-11.contacts.csv")).unwrap();
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.contains("sg@justice.example")).collect();
    let file = app.path("2020-11.contacts.csv");
    std::fs::write(&file, kept.join("\n")).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
    let lines = app.json(&["recipients", "--ministry", "MJ"]);
    let team = lines.as_array().unwrap().iter().find(|line| line["role"].is_null()).unwrap();
    assert_eq!(team["receives"], "nothing");
    let reason = team["reason"].as_str().unwrap();
    assert!(reason.contains("aucun destinataire") && reason.contains("mail.dinum"), "{reason}");
    assert_eq!(told(&lines)["dnum@justice.example"].0, "nothing");
}
