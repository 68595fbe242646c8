//! Eleven ministries with something of everything, for the tests of what each may see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::TestApp;
use crate::store::stores::{act, at, day};
use vigie::domain::accounts::access::Scope;
use vigie::domain::alerts::alert::Alert;
use vigie::domain::alerts::dispute::{Dispute, DisputeState};
use vigie::domain::alerts::silence::{Silence, SilenceScope};
use vigie::domain::ids::{DisputeNumber, MinistryCode, ProjectId, RuleId, SilenceNumber};
use vigie::domain::portfolio::subject::Subject;
use vigie::store::{MissionFilter, Store};

/// The fixtures, judged twice, with what people do about it; one project was another's for a while.
pub(crate) struct MinistryData {
    app: TestApp,
    pub(crate) store: Store,
    /// The ministry of each project, and all that each is called.
    ministries: BTreeMap<ProjectId, MinistryCode>,
    names: BTreeMap<ProjectId, Vec<String>>,
}

impl MinistryData {
    pub(crate) async fn new() -> Self {
        let app = TestApp::copy_of(judged());
        let store = Store::open(&app.database_url()).await.unwrap();
        let known = store.known_projects().await.unwrap();
        let (mut ministries, mut names) = (BTreeMap::new(), BTreeMap::new());
        for one in known {
            ministries.insert(one.project.clone(), one.ministry);
            names.insert(one.project, one.names);
        }
        let data = Self { app, store, ministries, names };
        data.let_people_act().await;
        data
    }

    pub(crate) fn database_url(&self) -> String {
        self.app.database_url()
    }

    pub(crate) fn sql(&self, text: &str) -> String {
        self.app.sql(text)
    }

    pub(crate) fn codes(&self) -> BTreeSet<MinistryCode> {
        self.ministries.values().cloned().collect()
    }

    pub(crate) fn shows(&self, scope: &Scope, subject: &Subject) -> bool {
        match subject {
            Subject::Project(project) => {
                self.ministries.get(project).is_some_and(|code| scope.covers(code))
            }
            Subject::Ministry(code) => scope.covers(code),
            Subject::Portfolio => scope.is_whole(),
        }
    }

    /// Everything by which something outside a scope could be known.
    pub(crate) async fn secrets(&self, scope: &Scope) -> BTreeSet<String> {
        let mut secrets = BTreeSet::new();
        for code in self.codes().iter().filter(|code| !scope.covers(code)) {
            secrets.extend([format!("ministry/{code}"), format!("sg/{code}")]);
        }
        for contact in self.store.contacts(day("2020-11-30")).await.unwrap() {
            if !scope.covers(&contact.ministry) {
                secrets.extend([Some(contact.email), contact.name].into_iter().flatten());
            }
        }
        for (project, names) in &self.names {
            if !self.shows(scope, &Subject::Project(project.clone())) {
                secrets.insert(project.to_string());
                secrets.extend(names.iter().cloned());
            }
        }
        for alert in self.store.standing_alerts().await.unwrap() {
            if !self.shows(scope, &alert.subject) {
                secrets.insert(alert.id.to_string());
            }
        }
        for mission in self.store.missions(&MissionFilter::default()).await.unwrap() {
            if !self.shows(scope, &mission.subject) {
                secrets.insert(mission.id.to_string());
            }
        }
        for (review, _) in self.store.reviews().await.unwrap() {
            if !self.shows(scope, &Subject::Project(review.project.clone())) {
                secrets.insert(review.id.to_string());
            }
        }
        secrets
    }

    /// On the first alert of each subject: seen, given, commented, contested; silences of every kind.
    async fn let_people_act(&self) {
        let mut done = BTreeSet::new();
        let mut silences = 0;
        for alert in self.store.standing_alerts().await.unwrap() {
            if !done.insert(alert.subject.clone()) {
                continue;
            }
            let act = act("2020-11-30T10:00:00Z", "vu en revue");
            self.store.acknowledge(&alert.id, &act, &[]).await.unwrap();
            self.store.assign(&alert.id, "Paul Durand", &act).await.unwrap();
            self.store.comment(&alert.id, &act).await.unwrap();
            if let Subject::Project(project) = &alert.subject {
                let dispute = dispute(&alert, project);
                self.store.dispute(&dispute, &act).await.unwrap();
                let project = Some(project.clone());
                let scope = SilenceScope { project, ..SilenceScope::default() };
                self.store.silence(&silence(scope, &alert)).await.unwrap();
                silences += 1;
            }
        }
        let alert = self.store.standing_alerts().await.unwrap().swap_remove(0);
        for code in self.codes() {
            let scope = SilenceScope { ministry: Some(code), ..SilenceScope::default() };
            self.store.silence(&silence(scope, &alert)).await.unwrap();
        }
        let rule = Some(RuleId::new("D1"));
        let scope = SilenceScope { rule, ..SilenceScope::default() };
        self.store.silence(&silence(scope, &alert)).await.unwrap();
        assert!(silences > 10, "{silences} projects have an alert");
    }
}

/// The database before people act, made once: every test has a copy of its own.
fn judged() -> &'static TestApp {
    static JUDGED: OnceLock<TestApp> = OnceLock::new();
    let make = || {
        let app = TestApp::with_fixtures();
        cycle(&app, "2020-11-28");
        app.ok(&["projects", "link", "ANÉMONE", "Demat’ADS", "--reason", "même équipe"]);
        cycle(&app, "2020-11-29");
        app.ok(&["projects", "unlink", "anemone", "--reason", "homonymie"]);
        cycle(&app, "2020-11-30");
        app.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
        let draft = ["rules", "draft", "--threshold", "budget_drift_high=0.15"];
        app.ok(&[&draft[..], &["--comment", "15 %", "--by", "Ada"]].concat());
        app
    };
    JUDGED.get_or_init(make)
}

/// Written to nobody that answers: what is said waits.
fn cycle(app: &TestApp, as_of: &str) {
    let mut command = app.command(&["cycle", "--as-of", as_of, "--announce"]);
    command.env("VIGIE_MAIL__HOST", "localhost").env("VIGIE_MAIL__FROM", "vigie@dinum.example");
    command.env("VIGIE_MAIL__DINUM", "risques@dinum.example");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn dispute(alert: &Alert, project: &ProjectId) -> Dispute {
    Dispute {
        number: DisputeNumber(0),
        alert: alert.id.clone(),
        project: project.clone(),
        import: None,
        fields: vec!["cost_current".to_owned()],
        statement: "compté deux fois".to_owned(),
        author: "Équipe".to_owned(),
        at: at("2020-11-30T10:00:00Z"),
        state: DisputeState::Open,
        answer: None,
        settled_by: None,
    }
}

pub(crate) fn silence(scope: SilenceScope, alert: &Alert) -> Silence {
    Silence {
        number: SilenceNumber(0),
        scope,
        author: act("2020-11-30T10:00:00Z", "").actor,
        reason: "plan arrêté".to_owned(),
        made_at: at("2020-11-30T10:00:00Z"),
        last_day: day("2020-12-20"),
        announce_on: day("2020-12-13"),
        levels: BTreeMap::from([(alert.id.clone(), alert.level)]),
        revisions: BTreeMap::new(),
        to_review: BTreeSet::new(),
        announced_at: None,
        ended: None,
    }
}

/// The secrets that a text gives away, as whole words.
pub(crate) fn told<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Vec<&'a str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let gives_away = |secret: &&String| {
        text.match_indices(secret.as_str()).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    secrets.iter().filter(gives_away).map(String::as_str).collect()
}
