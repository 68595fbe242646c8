//! Which missions go first, and the outcomes of those of each rule.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;

use super::conduct::{accept, close, decline};
use super::{PLAYBOOK, changes, done, planned};
use crate::decisions::missions::bodies::{MissionAct, MissionStart};
use crate::decisions::missions::outcomes::outcomes;
use crate::decisions::missions::playbook::Playbook;
use crate::decisions::missions::rank::{Candidate, rank};
use crate::domain::alerts::alert::Alert;
use crate::domain::missions::mission::Mission;
use crate::domain::missions::progress::MissionOutcome;

/// `critical 12.5 recurrent 2`: level, drift in M€ or `-`, watch list or `-`, open alerts.
fn candidate(mission: Mission, words: &str) -> Candidate {
    let words: Vec<&str> = words.split_whitespace().collect();
    Candidate {
        mission,
        level: words[0].parse().ok(),
        drift_meur: words[1].parse().ok(),
        watches: words[2].parse().into_iter().collect(),
        open_alerts: words[3].parse().unwrap(),
    }
}

fn one(project: &str) -> Vec<Mission> {
    planned(&[], &format!("raised D1 {project} high"), 1)
}

fn ranking(candidates: &[Candidate], places: u32) -> String {
    let text = PLAYBOOK.replacen("at_once = 6", &format!("at_once = {places}"), 1);
    let playbook = Playbook::parse(&text, "missions.toml").unwrap();
    let today = NaiveDate::from_ymd_opt(2020, 12, 21).unwrap();
    let mut lines = String::new();
    for ranked in rank(candidates, &playbook, today) {
        let (place, subject) = (ranked.place.as_str(), &ranked.mission.subject);
        writeln!(lines, "{place} {subject} {:.1} {}", ranked.score, ranked.reason).unwrap();
    }
    lines
}

#[test]
fn when_places_are_short_the_score_says_who_waits_and_why() {
    let accept = accept(None, "Oui");
    let start = MissionAct::Start(MissionStart::default());
    let under_way = done(&done(&one("a"), &accept), &start).remove(0);
    let decided = done(&one("b"), &accept).remove(0);
    let candidates = [
        candidate(one("c").remove(0), "critical 80 recurrent 6"),
        candidate(one("d").remove(0), "critical 4 - 1"),
        candidate(under_way, "moderate - - 1"),
        candidate(decided, "moderate 0 - 1"),
    ];
    assert_eq!(
        ranking(&candidates, 3),
        "under_way project/a 13.0 En cours : garde sa place.\n\
         taken project/b 13.0 Équipe de sécurisation : 3 à la fois, 1 en cours ; rang 1 parmi celles qui attendent.\n\
         taken project/c 100.0 Équipe de sécurisation : 3 à la fois, 1 en cours ; rang 2 parmi celles qui attendent.\n\
         not_taken project/d 45.0 Équipe de sécurisation : 3 à la fois, 1 en cours, 2 de plus prises avant elle ; la dernière prise a 100,0 points. Rang 3.\n"
    );
    let short = ranking(&candidates, 1);
    assert!(short.contains("not_taken project/b 13.0 Équipe de sécurisation : 1 à la fois, 1 en cours : aucune place libre. Rang 1."), "{short}");
}

#[test]
fn a_score_is_the_sum_of_parts_that_say_what_they_are() {
    let candidates = [
        candidate(one("a").remove(0), "critical 12.5 recurrent 2"),
        candidate(one("b").remove(0), "- - - 0"),
    ];
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let ranked = rank(&candidates, &playbook, NaiveDate::from_ymd_opt(2020, 12, 21).unwrap());
    let parts: Vec<String> = ranked
        .iter()
        .flat_map(|ranked| &ranked.points)
        .map(|part| format!("{} = {}", part.what, part.points))
        .collect();
    assert_eq!(
        parts.join("\n").replace('\u{202f}', " "),
        "niveau « Critique » = 40\ndérive de 12,5 M€ = 6.25\nprojet récurrent = 15\n\
         ouverte depuis 3 sem. = 3\n2 alertes ouvertes = 3\n\
         plus d’alerte ouverte = 0\ndérive non connue = 0\nprojet non listé = 0\n\
         ouverte depuis 3 sem. = 3\n0 alerte ouverte = 0"
    );
}

#[test]
fn rules_are_judged_by_what_their_missions_found() {
    let accept = accept(None, "Oui");
    let start = MissionAct::Start(MissionStart::default());
    let decline = decline("Non");
    let close = |outcome| close(outcome, "Vu");
    let alerts =
        "raised D1 a high\nraised D2 a high\nraised D1 b high\nraised D1 c high\nraised D1 d high";
    let all = planned(&[], alerts, 1);
    let closed = |mission: &Mission, outcome| {
        let started = done(&done(std::slice::from_ref(mission), &accept), &start);
        done(&started, &close(outcome)).remove(0)
    };
    let missions = [
        closed(&all[0], MissionOutcome::Confirmed),
        closed(&all[1], MissionOutcome::FalseAlarm),
        done(&all[2..3], &decline).remove(0),
        all[3].clone(),
    ];
    let rules: BTreeMap<_, _> = changes(alerts)
        .into_iter()
        .map(|change| (Alert::id_of(&change.alert.rule, &change.alert.subject), change.alert.rule))
        .collect();
    let described: Vec<String> = outcomes(&missions, &rules)
        .iter()
        .map(|tally| {
            format!(
                "{}: {} confirmed, {} averted, {} false, {} without action, {} declined, {} live, precision {:?}",
                tally.rule,
                tally.confirmed,
                tally.averted,
                tally.false_alarm,
                tally.no_action,
                tally.declined,
                tally.live,
                tally.precision
            )
        })
        .collect();
    assert_eq!(
        described.join("\n"),
        "D1: 1 confirmed, 0 averted, 1 false, 0 without action, 1 declined, 1 live, precision Some(0.5)\n\
         D2: 1 confirmed, 0 averted, 0 false, 0 without action, 0 declined, 0 live, precision Some(1.0)"
    );
}
