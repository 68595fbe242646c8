//! Mail about silences: those that end soon, and those whose rules changed, sent once to the people
//! concerned.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::support::mailed_app::MailedApp;
use crate::support::rule_file;
use crate::support::servers::mail::{Demands, Mail};
use vigie::support::clock::{Clock as _, SystemClock};
use vigie::support::french;

/// So that any cycle is another than the one before.
const DAYS: [&str; 3] = ["2020-12-01", "2020-12-02", "2020-12-03"];

fn today() -> NaiveDate {
    SystemClock.now().with_timezone(&chrono_tz::Europe::Paris).date_naive()
}

impl MailedApp {
    fn silence(&self, in_days: u64, scope: &[&str]) -> NaiveDate {
        let until = today().checked_add_days(Days::new(in_days)).unwrap();
        let day = until.to_string();
        let silence = ["alerts", "silence", "--until", &day, "--by", "Claire Martin"];
        self.app.ok(&silence.into_iter().chain(scope.iter().copied()).collect::<Vec<_>>());
        until
    }

    /// By receiver, what a cycle as of this day says of silences.
    fn mails_about_silences(&self, as_of: &str) -> BTreeMap<String, String> {
        self.app.ok(&["cycle", "--as-of", as_of]);
        let mails =
            self.deliver().into_iter().filter(|mail| mail.text.contains("SILENCES À REVOIR"));
        mails.map(|mail| (mail.to[0].clone(), said(&mail))).collect()
    }
}

/// The section on silences, with its mail's subject.
fn said(mail: &Mail) -> String {
    let text = mail.text.replace("\r\n", "\n");
    let (_, section) = text.split_once("SILENCES À REVOIR\n\n").unwrap();
    let next =
        ["\n\nÀ DÉCIDER", "\n\nALERTES CRITIQUES", "\n\nLE RESTE", "\n\nFAITS NOUVEAUX", "\n\n-- "];
    let end = next.iter().filter_map(|next| section.find(next)).min().unwrap();
    format!("{}\n{}", mail.headers["subject"], &section[..end])
        .replace(&french::date(today()), "AUJOURD’HUI")
}

#[test]
fn the_coming_end_of_a_silence_is_sent_once_to_the_risk_team_and_to_its_ministry() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    mailed.deliver();
    let scope = ["--rule", "D1", "--project", "CYCLADES", "--reason", "plan arrêté"];
    let until = mailed.silence(5, &scope);
    mailed.silence(20, &["--ministry", "MJ", "--reason", "audit en cours"]);
    let mails = mailed.mails_about_silences(DAYS[0]);
    let receivers: Vec<&str> = mails.keys().map(String::as_str).collect();
    assert_eq!(receivers, ["risques@dinum.example", "sg@education.example"]);
    for said in mails.values() {
        let words = said.lines().skip(1).collect::<Vec<_>>().join("\n");
        let words = words.replace(&french::date(until), "CE JOUR-LÀ");
        insta::allow_duplicates! {
            insta::assert_snapshot!(words, @r"
            Silence n° 1 : Dérive budgétaire, CYCLADES
              → Le silence prend fin le CE JOUR-LÀ.
              → Il tait 1 alerte ouverte : Dérive budgétaire, CYCLADES, « Élevé ».
              → Posé le AUJOURD’HUI par Claire Martin (nom non prouvé) : « plan arrêté ».
            ");
        }
        assert!(said.lines().next().unwrap().contains("1 silence à revoir"), "{said}");
    }
    assert_eq!(mailed.mails_about_silences(DAYS[1]), BTreeMap::new(), "it was sent already");
}

#[test]
fn a_changed_rule_under_a_silence_is_sent_once_and_each_ministry_reads_only_about_its_own_alerts() {
    let Some(mut mailed) = MailedApp::open(&Demands::default()) else { return };
    let rules = mailed.app.own_rules();
    mailed.cycle(&["--announce"]);
    mailed.deliver();
    mailed.silence(60, &["--rule", "D1", "--reason", "seuils de PORTALIS revus"]);
    assert_eq!(mailed.mails_about_silences(DAYS[0]), BTreeMap::new(), "nothing changed");

    let rule = rule_file(&rules, "drift/D1.rhai");
    let text = std::fs::read_to_string(&rule).unwrap();
    std::fs::write(&rule, text.replace("le périmètre :", "le périmètre d’abord :")).unwrap();
    let mails = mailed.mails_about_silences(DAYS[1]);
    assert!(mails.len() > 2, "{mails:?}");
    assert!(mails["risques@dinum.example"].contains("PORTALIS revus"));
    for (receiver, said) in mails.iter().filter(|(to, _)| *to != "risques@dinum.example") {
        assert!(said.contains("À revoir : D1 n’est plus ce qu’elle était"), "{said}");
        assert!(!said.contains("revus"), "{receiver} reads words on another's project: {said}");
        assert_eq!(said.contains("PORTALIS"), receiver == "sg@justice.example", "{said}");
    }
    assert_eq!(mailed.mails_about_silences(DAYS[2]), BTreeMap::new(), "it was sent already");
}
