//! A year of cycles under a fixed clock: weeks, summer time, downtime, corrections, a retired rule, a
//! silence, an unknown stretch. The histories of three projects are pinned as people read them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;

use crate::store::stores::{act, at, day, import, project, snapshot};
use crate::support::{TestApp, rule_file};
use vigie::application;
use vigie::application::{DocumentSettings, Services, SilenceRequest};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::action_bodies::Contestation;
use vigie::domain::alerts::alert::Alert;
use vigie::domain::alerts::silence::{SilenceScope, SilenceTerms};
use vigie::domain::ids::{ProjectId, RuleId};
use vigie::domain::portfolio::import::{Dataset, Import, ImportedRows};
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::value::Reported;
use vigie::rules::ScriptLimits;
use vigie::schedule::JobTimetable;
use vigie::store::Store;
use vigie::support::clock::FixedClock;

struct Year {
    store: Store,
    rules: PathBuf,
    now: DateTime<Utc>,
    timetable: JobTimetable,
}

impl Year {
    fn services(&self) -> Services {
        Services {
            store: self.store.clone(),
            rules: self.rules.clone(),
            documents: DocumentSettings::default(),
            limits: ScriptLimits::default(),
            clock: Arc::new(FixedClock(self.now)),
            notify: Arc::default(),
            cache: Arc::default(),
        }
    }

    /// Runs every cycle that is due until then, as the service would.
    async fn live_until(&mut self, until: &str) {
        let until = at(until);
        while let Some(firing) =
            self.timetable.next_after(self.now).filter(|firing| *firing <= until)
        {
            self.now = firing;
            application::run(&self.services(), None, false).await.unwrap();
        }
        self.now = until;
    }

    /// Nothing runs until then; what was missed is caught up once.
    async fn sleep_until(&mut self, until: &str) {
        self.now = at(until);
        application::run(&self.services(), None, false).await.unwrap();
    }

    async fn import(&self, import: Import) {
        let actor = Actor::person("Claire Martin").unwrap();
        self.store.record_imports(&[import], &actor, self.now).await.unwrap();
    }

    async fn alert(&self, rule: &str, id: &str) -> Alert {
        let subject = Subject::Project(ProjectId::new(id));
        let alert = Alert::id_of(&RuleId::new(rule), &subject);
        application::find_alert(&self.services(), alert.as_str()).await.unwrap()
    }

    /// One line for each event, in the time of Paris, with what was known when.
    async fn history(&self, rule: &str, id: &str) -> String {
        let dossier =
            application::dossier(&self.services(), self.alert(rule, id).await).await.unwrap();
        let mut text = format!("{rule} {id}\n");
        for event in dossier.history {
            let when = event.at.with_timezone(&Paris).format("%Y-%m-%d %H:%M");
            let level = event.level.map_or("", |level| level.label());
            let words = [
                event.label.as_str(),
                level,
                event.whom.as_deref().unwrap_or_default(),
                &event.words,
            ]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(" | ");
            write!(text, "  {when} {} : {words}", event.actor).unwrap();
            if let Some(until) = event.until {
                write!(text, " ({} cycles, jusqu’au {until})", event.times).unwrap();
            }
            if let Some(known) = event.known {
                write!(text, " [cycle {}, imports ≤ {}]", known.cycle, known.last_import).unwrap();
            }
            text.push('\n');
        }
        text
    }
}

/// `alpha 125, gamma ?`: a cost, or one that was not published.
fn edition(when: &str, projects: &str) -> Import {
    let snapshots = projects.split(", ").zip(2..).map(|(text, row)| {
        let (id, cost) = text.split_once(' ').unwrap();
        let cost_meur = match cost.parse() {
            Ok(cost) => Reported::Given(cost),
            Err(_) => Reported::Withheld,
        };
        Snapshot { row, cost_meur, ..snapshot(id, when, 0.0) }
    });
    import(Dataset::Panorama, when, ImportedRows::Panorama(snapshots.collect()))
}

/// The catalogue with its drift rules only; D5 can be retired.
fn rules(app: &mut TestApp) -> PathBuf {
    let rules = app.own_rules();
    for folder in ["causes", "process", "portfolio"] {
        std::fs::remove_dir_all(rules.join(folder)).unwrap();
    }
    rules
}

fn retire(year: &Year, rule: &str, reason: &str) {
    let path = rule_file(&year.rules, &format!("drift/{rule}.rhai"));
    let text = std::fs::read_to_string(&path).unwrap();
    let line = format!("status = \"deprecated\"\ndeprecated_reason = \"{reason}\"");
    std::fs::write(path, text.replace("status = \"stable\"", &line)).unwrap();
}

async fn first_half(year: &mut Year) {
    year.import(edition("2020-06", "alpha 100, beta 50, gamma 80")).await;
    year.import(edition("2020-11", "alpha 125, beta 62, gamma 100")).await;
    year.live_until("2020-12-09T09:00:00Z").await;
    let alpha = year.alert("D1", "alpha").await.id;
    let seen = act("2020-12-09T09:00:00Z", "Vu avec le directeur de projet.");
    year.store.acknowledge(&alpha, &seen, &[]).await.unwrap();
    year.store.assign(&alpha, "Paul Durand", &act("2020-12-09T09:05:00Z", "")).await.unwrap();
    let scope = SilenceScope {
        rule: Some(RuleId::new("D1")),
        project: Some(ProjectId::new("beta")),
        ministry: None,
    };
    let request = SilenceRequest { scope, last_day: day("2021-01-15") };
    let quiet = act("2020-12-09T09:10:00Z", "Chiffres attendus en janvier.");
    application::silence(&year.services(), request, SilenceTerms::default(), &quiet).await.unwrap();
    year.live_until("2021-01-10T00:00:00Z").await;
    // Three weeks of downtime, a Sunday in between.
    year.sleep_until("2021-02-01T08:15:00Z").await;
    year.live_until("2021-04-20T00:00:00Z").await;
}

async fn second_half(year: &mut Year) {
    // D5 stands on all three by then.
    year.live_until("2021-06-07T07:00:00Z").await;
    retire(year, "D5", "remplacée par P10, qui regarde aussi les données de suivi");
    // Alpha worsens, gamma comes back under another name and its cost is withheld.
    year.live_until("2021-06-15T07:00:00Z").await;
    year.import(edition("2021-06", "alpha 140, beta 52, gamma-2 ?")).await;
    year.live_until("2021-06-30T07:00:00Z").await;
    let renamed = act("2021-06-30T07:00:00Z", "renommé en juin 2021");
    year.store.link(&project("gamma"), &project("gamma-2"), &renamed).await.unwrap();
    let alpha = year.alert("D1", "alpha").await;
    let words = "La maintenance est comptée deux fois.";
    let contested = Contestation {
        fields: vec!["cost_current".to_owned().try_into().unwrap()],
        author: "Équipe Alpha".to_owned().try_into().unwrap(),
        text: words.to_owned().try_into().unwrap(),
    };
    let said = act("2021-06-30T07:10:00Z", words);
    application::contest(&year.services(), &alpha, &contested, &said).await.unwrap();
    year.live_until("2021-07-20T07:00:00Z").await;
    year.import(edition("2021-06", "alpha 108, beta 52, gamma-2 84")).await;
    year.live_until("2021-11-16T07:00:00Z").await;
    year.import(edition("2021-11", "alpha 131, beta 52, gamma-2 84")).await;
    year.live_until("2021-12-01T00:00:00Z").await;
}

async fn live(app: &mut TestApp) -> Year {
    let rules = rules(app);
    let store = Store::open(&app.database_url()).await.unwrap();
    // Every Monday and Friday, so that both changes of the clocks fall between two cycles.
    let timetable = JobTimetable::read("schedule.cycle", "0 30 6 * * Mon,Fri").unwrap().unwrap();
    let mut year = Year { store, rules, now: at("2020-12-01T00:00:00Z"), timetable };
    first_half(&mut year).await;
    second_half(&mut year).await;
    year
}

#[test]
fn a_year_tells_the_history_of_each_alert_and_its_trail_shows_one_altered_byte() {
    let mut app = TestApp::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (histories, silences) = runtime.block_on(async {
        let year = live(&mut app).await;
        let mut histories = String::new();
        for (rule, id) in [("D1", "alpha"), ("D5", "alpha"), ("D1", "beta"), ("D1", "gamma-2")] {
            histories.push_str(&year.history(rule, id).await);
        }
        assert_eq!(year.store.verify_audit(None).await.unwrap().flaw, None);
        let silences = year.store.silences().await.unwrap();
        year.store.close().await;
        (histories, silences)
    });
    insta::assert_snapshot!(histories);
    let told = app.json(&["audit", "list", "--subject", "silence"]);
    let told: Vec<String> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            format!(
                "{} {}",
                &entry["at"].as_str().unwrap()[..10],
                entry["action"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        ["2020-12-09 silence_made", "2021-01-08 silence_announced", "2021-02-01 silence_expired"],
        "{silences:?}"
    );
    one_byte_shows(&app);
}

/// On the file itself, as a hand that has it would.
fn one_byte_shows(app: &TestApp) {
    if app.is_on_server() {
        return;
    }
    assert_eq!(app.run(&["audit", "verify"]).code, Some(0));
    let path = app.path("vigie.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let action = b"alert_acknowledged";
    let place = bytes.windows(action.len()).position(|window| window == action).unwrap();
    bytes[place] = b'A';
    std::fs::write(&path, bytes).unwrap();
    let answer = app.run(&["audit", "verify"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    assert!(answer.stdout.contains("Piste d’audit ROMPUE : la décision "), "{}", answer.stdout);
    assert!(answer.stdout.contains(" a été altérée"), "{}", answer.stdout);
}
