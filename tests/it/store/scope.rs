//! What one ministry may see of the store: its own, wherever it looks, and whatever it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};

use super::stores::{Scratch, act, at, costs, day, import, project, snapshot};
use crate::support::ministry_data;
use crate::support::ministry_data::MinistryData;
use vigie::domain::accounts::access::Scope;
use vigie::domain::accounts::audit::Actor;
use vigie::domain::alerts::dispute::DisputeState;
use vigie::domain::alerts::silence::SilenceScope;
use vigie::domain::ids::{
    AlertId, CycleNumber, DisputeNumber, ImportNumber, MinistryCode, MissionId, NoticeId, ReviewId,
    SilenceNumber,
};
use vigie::domain::messages::notice::Receiver;
use vigie::domain::operation::job::JobName;
use vigie::domain::portfolio::import::{Dataset, Import, ImportedRows};
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::domain::portfolio::subject::Subject;
use vigie::store::{
    AlertFilter, AuditFilter, FeedQuery, MissionFilter, NoticeFilter, Store, StoreError,
};

fn of(codes: &[&str]) -> Scope {
    Scope::of(codes.iter().map(|code| MinistryCode::new(*code)))
}

/// Nobody, each ministry, all but each, and all of them, which is not yet the whole State.
fn scopes(codes: &BTreeSet<MinistryCode>) -> Vec<Scope> {
    let one = codes.iter().map(|code| Scope::of([code.clone()]));
    let but_one =
        codes.iter().map(|out| Scope::of(codes.iter().filter(|code| *code != out).cloned()));
    one.chain(but_one).chain([Scope::of([]), Scope::of(codes.clone())]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_read_mentions_what_is_outside_the_scope_that_it_is_made_in() {
    let data = MinistryData::new().await;
    let everything = reads(&data.store, &data.store).await;
    let all_secrets = data.secrets(&Scope::of([])).await;
    for (name, text) in &everything {
        let silent = ["cycles", "imports", "identity_log", "import_report"].contains(name);
        assert!(
            silent || !ministry_data::told(text, &all_secrets).is_empty(),
            "{name} proves nothing: {text}"
        );
    }
    for scope in scopes(&data.codes()) {
        let secrets = data.secrets(&scope).await;
        for (name, text) in reads(&data.store.seen_by(&scope), &data.store).await {
            let told = ministry_data::told(&text, &secrets);
            assert!(told.is_empty(), "{name} tells {scope:?} of {told:?}");
        }
    }
}

/// Everything that can be read, each as it is written for debugging. What is asked for by an id is
/// asked for by every id that there is.
async fn reads(store: &Store, whole: &Store) -> BTreeMap<&'static str, String> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let mut add = |name, text: &dyn Debug| {
        write!(texts.entry(name).or_default(), "{text:?}").unwrap();
    };
    let today = day("2020-11-30");
    add("known_projects", &store.known_projects().await.unwrap());
    let upto = store.latest_known().await.unwrap();
    add("portfolio", &store.portfolio(&upto, today).await.unwrap());
    add("contacts", &store.contacts(today).await.unwrap());
    add("standing_alerts", &store.standing_alerts().await.unwrap());
    add("alerts", &store.alerts(&AlertFilter::default()).await.unwrap());
    add("handlings", &store.handlings().await.unwrap());
    add("silences", &store.silences().await.unwrap());
    add("disputes", &store.disputes().await.unwrap());
    add("missions", &store.missions(&MissionFilter::default()).await.unwrap());
    add("live_missions", &store.live_missions().await.unwrap());
    add("reviews", &store.reviews().await.unwrap());
    add("notices", &store.notices(&NoticeFilter::default(), 1000).await.unwrap());
    add("audit", &store.audit(&AuditFilter::default()).await.unwrap());
    add("cycles", &store.cycles(100).await.unwrap());
    let all = FeedQuery { limit: 10_000, ..FeedQuery::default() };
    add("happenings", &store.happenings(&all).await.unwrap());
    add("imports", &store.imports().await.unwrap());
    add("identity_log", &store.identity_log().await.unwrap());
    for import in whole.imports().await.unwrap() {
        add("import_report", &store.import_report(import.number).await.unwrap());
    }
    for cycle in whole.cycles(100).await.unwrap() {
        add("verdicts", &store.verdicts(cycle.number).await.unwrap());
    }
    for alert in whole.standing_alerts().await.unwrap() {
        add("alert", &store.alert(&alert.id).await.unwrap());
        add("alert_history", &store.alert_history(&alert.id).await.unwrap());
        add("alert_acts", &store.alert_acts(&alert.id).await.unwrap());
        let judged = store.judgements_of(&alert.subject, CycleNumber(3)).await.unwrap();
        add("judgements_of", &judged);
    }
    for mission in whole.missions(&MissionFilter::default()).await.unwrap() {
        add("mission", &store.mission(&mission.id).await.unwrap());
        add("mission_history", &store.mission_history(&mission.id).await.unwrap());
    }
    for (review, _) in whole.reviews().await.unwrap() {
        add("review_history", &store.review_history(&review.id).await.unwrap());
    }
    for notice in whole.notices(&NoticeFilter::default(), 1000).await.unwrap() {
        add("notice", &store.notice(&notice.notice.id).await.unwrap());
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_sees_all_that_is_its_own_and_the_whole_state_all_there_is() {
    let data = MinistryData::new().await;
    for code in data.codes() {
        let scope = Scope::of([code.clone()]);
        let store = data.store.seen_by(&scope);
        let mut alerts = data.store.standing_alerts().await.unwrap();
        alerts.retain(|alert| data.shows(&scope, &alert.subject));
        assert_eq!(store.standing_alerts().await.unwrap(), alerts, "{code}");
        for alert in &alerts {
            let acts = data.store.alert_acts(&alert.id).await.unwrap();
            assert_eq!(store.alert_acts(&alert.id).await.unwrap(), acts);
        }
        let mut verdicts = data.store.judgements(CycleNumber(3)).await.unwrap();
        verdicts.retain(|judgement| data.shows(&scope, &judgement.subject));
        assert_eq!(store.judgements(CycleNumber(3)).await.unwrap(), verdicts, "{code}");
        let own = Some(Receiver::SecretaryGeneral(code.clone()));
        let filter = NoticeFilter { receiver: own, ..NoticeFilter::default() };
        let notices = data.store.notices(&filter, 1000).await.unwrap();
        let all = NoticeFilter::default();
        assert_eq!(store.notices(&all, 1000).await.unwrap(), notices, "{code}");
        assert_eq!(store.disputes().await.unwrap().is_empty(), alerts.is_empty(), "{code}");
        let entries = store.audit(&AuditFilter::default()).await.unwrap();
        let raised = entries.iter().filter(|entry| entry.action == "alert_raised").count();
        assert!(raised > 0 || alerts.is_empty(), "{code}: {raised} of {}", alerts.len());
    }
    let whole = data.store.seen_by(&Scope::Whole);
    assert_eq!(whole.disputes().await.unwrap(), data.store.disputes().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_on_what_is_anothers_end_as_those_on_what_does_not_exist() {
    let data = MinistryData::new().await;
    let store = data.store.seen_by(&of(&["MJ"]));
    let before = data.store.audit_head().await.unwrap();
    let act = act("2020-12-01T10:00:00Z", "pour voir");
    let alerts = data.store.standing_alerts().await.unwrap();
    let samu = Subject::Project(project("si-samu"));
    let other = alerts.iter().find(|alert| alert.subject == samu).unwrap();
    let nothing = AlertId::new("0000000000000000");
    for id in [&other.id, &nothing] {
        let expected = format!("no alert `{id}`");
        let refused = [
            store.acknowledge(id, &act, &[]).await.unwrap_err(),
            store.assign(id, "Paul", &act).await.unwrap_err(),
            store.comment(id, &act).await.unwrap_err(),
        ];
        assert!(refused.iter().all(|error| error.to_string() == expected), "{refused:?}");
        assert_eq!(store.alert(id).await.unwrap(), None);
    }
    let disputes = data.store.disputes().await.unwrap();
    let of_other = disputes.iter().find(|dispute| dispute.alert == other.id).unwrap();
    let contested = store.dispute(of_other, &act).await.unwrap_err();
    assert_eq!(contested.to_string(), format!("no alert `{}`", other.id));
    for number in [of_other.number, DisputeNumber(999)] {
        let refused = store.answer_dispute(number, DisputeState::Upheld, &act).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("no dispute `{number}`"));
    }
    let missions = data.store.missions(&MissionFilter::default()).await.unwrap();
    let mission = missions.iter().find(|mission| mission.subject == samu).unwrap();
    for id in [&mission.id, &MissionId::new("nowhere")] {
        let changed = store
            .change_mission(id, act.at, |_| -> Result<_, StoreError> { panic!("it was shown") })
            .await;
        assert_eq!(changed.unwrap(), None);
    }
    let silences = data.store.silences().await.unwrap();
    let elsewhere = silences.iter().find(|one| one.scope.project == Some(project("si-samu")));
    for number in [elsewhere.unwrap().number, SilenceNumber(999)] {
        let refused = store.unsilence(number, &act).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("no silence `{number}`"));
    }
    for (asked, nearest) in [("si-samu", ""), ("si-samuu", ""), ("portaliss", "portalis")] {
        let refused = store.link(&project(asked), &project("portalis"), &act).await.unwrap_err();
        let hint = if nearest.is_empty() { "" } else { ": did you mean `portalis`?" };
        assert_eq!(refused.to_string(), format!("no project is known as `{asked}`{hint}"));
    }
    assert_eq!(data.store.audit_head().await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_over_more_than_ones_own_is_refused_whatever_it_names() {
    let data = MinistryData::new().await;
    let store = data.store.seen_by(&of(&["MJ"]));
    let alert = store.standing_alerts().await.unwrap().swap_remove(0);
    let scope = |rule: Option<&str>, project: Option<&str>, ministry: Option<&str>| SilenceScope {
        rule: rule.map(vigie::domain::ids::RuleId::new),
        project: project.map(vigie::domain::ids::ProjectId::new),
        ministry: ministry.map(MinistryCode::new),
    };
    for beyond in [
        scope(Some("D1"), None, None),
        scope(None, Some("si-samu"), None),
        scope(None, Some("nowhere"), None),
        scope(None, None, Some("MI")),
        scope(None, None, Some("NOWHERE")),
        scope(None, Some("portalis"), Some("MI")),
    ] {
        let refused = store.silence(&ministry_data::silence(beyond, &alert)).await.unwrap_err();
        assert!(matches!(refused, StoreError::BeyondScope { .. }), "{refused}");
    }
    let before = store.silences().await.unwrap().len();
    for own in [scope(Some("D1"), None, Some("MJ")), scope(None, Some("portalis"), None)] {
        store.silence(&ministry_data::silence(own, &alert)).await.unwrap();
    }
    assert_eq!(store.silences().await.unwrap().len(), before + 2);
}

#[tokio::test]
async fn what_is_for_the_whole_state_is_refused_to_a_ministry() {
    let scratch = Scratch::new().await;
    let store = scratch.store.seen_by(&of(&["MJ"]));
    let now = at("2020-12-01T10:00:00Z");
    let act = act("2020-12-01T10:00:00Z", "pour voir");
    let files = [panorama("2020-11", &[("portalis", "MJ")])];
    let refused: Vec<String> = [
        store.gauges(now).await.map(drop),
        store.rule_tallies(CycleNumber(1)).await.map(drop),
        store.audit_head().await.map(drop),
        store.verify_audit(None).await.map(drop),
        store.notification_memory().await.map(drop),
        store.reminders().await.map(drop),
        store.lanes().await.map(drop),
        store.replay_dead_notices(&act).await.map(drop),
        store.replay_notice(&NoticeId::new("x"), &act).await.map(drop),
        store.import_sources().await.map(drop),
        store.job(JobName::Cycle, now).await.map(drop),
        store.next_cycle_number().await.map(drop),
        store.tidy(now).await.map(drop),
        store.copy_into(&scratch.path().with_extension("copy")).await,
        store.record_imports(&files, &Actor::vigie(), now).await.map(drop),
        store.preview_imports(&files).await.map(drop),
    ]
    .into_iter()
    .map(|done| done.unwrap_err().to_string())
    .collect();
    let ending = " is for those who see the whole State";
    let are = " are for those who see the whole State";
    assert!(
        refused.iter().all(|told| told.ends_with(ending) || told.ends_with(are)),
        "{refused:?}"
    );
    assert_eq!(scratch.counts().await, "");
}

/// A panorama of an edition, each project with its ministry.
pub(crate) fn panorama(when: &str, projects: &[(&str, &str)]) -> Import {
    let snapshots = projects.iter().zip(2..).map(|((id, ministry), row)| Snapshot {
        row,
        ministry: MinistryCode::new(*ministry),
        ..snapshot(id, when, 10.0)
    });
    let file = import(Dataset::Panorama, when, ImportedRows::Panorama(snapshots.collect()));
    Import { set_aside: vec![], withheld: vec![], sightings: vec![], remarks: vec![], ..file }
}

#[tokio::test]
async fn a_project_is_seen_by_the_ministry_that_it_is_at_now_with_all_its_past() {
    let scratch = Scratch::new().await;
    let (justice, interior) =
        (scratch.store.seen_by(&of(&["MJ"])), scratch.store.seen_by(&of(&["MI"])));
    let seen = async |store: &Store| {
        let upto = store.latest_known().await.unwrap();
        costs(&store.portfolio(&upto, day("2021-12-01")).await.unwrap())
    };
    scratch.record(&[panorama("2020-06", &[("nef", "MJ"), ("roc", "MJ")])]).await;
    assert_eq!(seen(&justice).await, "2020-06 nef 10\n2020-06 roc 10\n");
    assert_eq!(seen(&interior).await, "");
    // Another ministry takes it over.
    scratch.record(&[panorama("2020-11", &[("nef", "MI"), ("roc", "MJ")])]).await;
    assert_eq!(seen(&justice).await, "2020-06 roc 10\n2020-11 roc 10\n");
    assert_eq!(seen(&interior).await, "2020-06 nef 10\n2020-11 nef 10\n");
    // It goes on under a new name, elsewhere still.
    scratch.record(&[panorama("2021-06", &[("arc", "MEN"), ("roc", "MJ")])]).await;
    let because = act("2021-06-02T08:00:00Z", "renommé");
    scratch.store.link(&project("nef"), &project("arc"), &because).await.unwrap();
    assert_eq!(seen(&interior).await, "");
    let education = scratch.store.seen_by(&of(&["MEN"]));
    assert_eq!(seen(&education).await, "2020-06 arc 10\n2020-11 arc 10\n2021-06 arc 10\n");
    assert_eq!(education.identity_log().await.unwrap().len(), 1);
    assert_eq!(justice.identity_log().await.unwrap(), []);
    // It was not the same after all.
    scratch.store.unlink(&project("nef"), &because).await.unwrap();
    assert_eq!(seen(&interior).await, "2020-06 nef 10\n2020-11 nef 10\n");
    assert_eq!(education.identity_log().await.unwrap(), []);
    let imports: Vec<String> = interior
        .imports()
        .await
        .unwrap()
        .into_iter()
        .map(|import| format!("{} {} {}", import.number, import.edition, import.rows_kept))
        .collect();
    assert_eq!(imports, ["1 2020-06 1", "2 2020-11 1"]);
    assert_eq!(interior.import_report(ImportNumber(3)).await.unwrap(), None);
}

#[tokio::test]
async fn a_handle_is_only_ever_narrowed() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2020-06", &[("nef", "MJ"), ("roc", "MI")])]).await;
    let store = scratch.store.seen_by(&of(&["MJ"])).seen_by(&Scope::Whole);
    assert_eq!(store.known_projects().await.unwrap().len(), 1);
    assert_eq!(store.seen_by(&of(&["MI"])).known_projects().await.unwrap(), []);
    assert_eq!(store.review_history(&ReviewId::new("none")).await.unwrap(), []);
}
