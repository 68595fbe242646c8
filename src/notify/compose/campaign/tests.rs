//! A campaign day by day: who is asked, reminded and told of its end.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::due::{CampaignInputs, CampaignQuestions, QuestionedProject, due_messages};
use super::notices::campaign_notices;
use crate::domain::ids::{MinistryCode, NoticeId, ProjectId};
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{Content, Notice, NoticeKind, Receiver};
use crate::domain::portfolio::follow_up::{Contact, ContactRole};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::value::Reported;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::terms::NoticeTerms;
use crate::notify::settings::{MailSettings, NotifySettings};
use crate::support::clock::today;

/// A campaign from Monday 16 November to Friday 11 December 2020, about four projects of three ministries.
struct Campaign {
    questions: CampaignQuestions,
    contacts: Vec<Contact>,
    settings: NotifySettings,
    terms: NoticeTerms,
    written: BTreeMap<NoticeId, NaiveDate>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn questioned(project: &str, ministry: &str, wanted: &[&str]) -> QuestionedProject {
    QuestionedProject {
        project: ProjectId::new(project),
        ministry: MinistryCode::new(ministry),
        asked: 40,
        answered: 0,
        wanted: wanted.iter().map(|label| (*label).to_owned()).collect(),
    }
}

fn contact(ministry: &str, role: ContactRole, project: Option<&str>) -> Contact {
    Contact {
        ministry: MinistryCode::new(ministry),
        role,
        project: project.map(ProjectId::new),
        name: None,
        email: format!("{}@{ministry}.example", role.as_str()),
        since: None,
        until: None,
    }
}

impl Campaign {
    fn new() -> Self {
        let mail = MailSettings {
            host: "localhost".to_owned(),
            dinum: "risques@dinum.example".to_owned(),
            contact: "risques@dinum.example".to_owned(),
            ..MailSettings::default()
        };
        Self {
            questions: CampaignQuestions {
                edition: "2020-11".parse().unwrap(),
                opens_on: day("2020-11-16"),
                closes_on: day("2020-12-11"),
                projects: vec![
                    questioned("ancolie", "MC", &[]),
                    questioned("portalis", "MJ", &["Date de mise en service", "Budget consommé"]),
                    questioned("scabieuse", "MJ", &["Avancement déclaré"]),
                    questioned("tussilage", "MS", &[]),
                ],
            },
            contacts: vec![
                contact("MJ", ContactRole::SecretaryGeneral, None),
                contact("MJ", ContactRole::DigitalDirector, None),
                contact("MJ", ContactRole::SecurityRelay, None),
                contact("MJ", ContactRole::ProjectDirector, Some("portalis")),
                contact("MS", ContactRole::DigitalDirector, None),
            ],
            settings: NotifySettings { mail, ..NotifySettings::default() },
            terms: NoticeTerms::default(),
            written: BTreeMap::new(),
        }
    }

    fn answers(&mut self, project: &str, answered: usize) {
        let wanted = ProjectId::new(project);
        let found = self.questions.projects.iter_mut().find(|one| one.project == wanted);
        found.unwrap().answered = answered;
    }

    /// The messages written at an instant, as the store would keep them: each once.
    fn at(&mut self, now: &str) -> Vec<Notice> {
        let now: DateTime<Utc> = now.parse().unwrap();
        let snapshots = self.questions.projects.iter().map(snapshot).collect();
        let contacts = self.contacts.clone();
        let portfolio = Portfolio { snapshots, contacts, ..Portfolio::default() };
        let directory = Directory::of(&portfolio, BTreeMap::new(), today(now));
        let inputs = CampaignInputs {
            now,
            questions: &self.questions,
            directory: &directory,
            terms: &self.terms,
            settings: &self.settings,
            written: &self.written,
        };
        let due = due_messages(inputs);
        let file = Attachment::new("questionnaire-MJ.csv", "text/csv", b"question".to_vec());
        let justice = Receiver::SecurityRelay(MinistryCode::new("MJ"));
        let workbooks = BTreeMap::from([(justice, vec![file.unwrap()])]);
        let notices = campaign_notices(inputs, &due.messages, &workbooks).unwrap();
        let again = campaign_notices(inputs, &due.messages, &workbooks).unwrap();
        assert_eq!(notices, again, "the same bytes");
        for notice in &notices {
            let before = self.written.insert(notice.id.clone(), today(now));
            assert_eq!(before, None, "{} is written twice", notice.title);
        }
        notices
    }

    /// To whom a day's messages go, at nine in Paris.
    fn on(&mut self, date: &str) -> String {
        let notices = self.at(&format!("{date}T08:00:00Z"));
        let told = |one: &Notice| format!("{} {}", one.kind.as_str(), one.receiver);
        notices.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

fn snapshot(project: &QuestionedProject) -> Snapshot {
    let QuestionedProject { project, ministry, .. } = project;
    let label = match ministry.as_str() {
        "MJ" => "Ministère de la Justice",
        "MC" => "Ministère de la Culture",
        _ => "Ministère de la Santé",
    };
    Snapshot {
        project: project.clone(),
        edition: "2020-11".parse().unwrap(),
        name: project.as_str().to_uppercase(),
        ministry: ministry.clone(),
        ministry_label: label.to_owned(),
        phase: Reported::Given(Phase::Build),
        start_on: Reported::Missing,
        duration_months: Reported::Missing,
        cost_meur: Reported::Missing,
        inter_ministerial: None,
        functional_zone: None,
        programme: None,
        description: None,
        withheld_reason: None,
        row: 1,
    }
}

fn words(notice: &Notice) -> String {
    let Content::Message { text, .. } = &notice.content else { panic!("a message") };
    let said = text.split("\n-- \n").next().unwrap();
    format!("{}\n\n{said}", notice.title)
}

#[test]
fn the_director_is_asked_or_else_the_relay_the_digital_director_or_the_risk_team() {
    let mut campaign = Campaign::new();
    assert_eq!(campaign.on("2020-11-15"), "", "before it opens");
    let opening = "questionnaire project/portalis, questionnaire relay/MJ, questionnaire relay/MS, \
                   questionnaire dinum";
    let asked = campaign.on("2020-11-16");
    let mut sorted: Vec<&str> = asked.split(", ").collect();
    let mut expected: Vec<&str> = opening.split(", ").collect();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(campaign.on("2020-11-16"), "", "written once");
    assert_eq!(campaign.on("2020-11-17"), "");
}

#[test]
fn without_any_address_a_project_is_said_to_be_out_of_reach() {
    let mut campaign = Campaign::new();
    campaign.settings.mail.dinum.clear();
    assert!(!campaign.on("2020-11-16").contains("dinum"));
    let directory = Directory::default();
    let inputs = CampaignInputs {
        now: "2020-11-16T08:00:00Z".parse().unwrap(),
        questions: &campaign.questions,
        directory: &directory,
        terms: &campaign.terms,
        settings: &campaign.settings,
        written: &BTreeMap::new(),
    };
    let due = due_messages(inputs);
    assert_eq!(due.unreached.len(), 4);
    assert_eq!(due.messages, []);
    let silent = NotifySettings::default();
    let off = due_messages(CampaignInputs { settings: &silent, ..inputs });
    assert_eq!((off.messages.len(), off.unreached.len()), (0, 0), "mail is not set up");
}

#[test]
fn those_who_have_not_answered_are_reminded_of_what_they_left() {
    let mut campaign = Campaign::new();
    campaign.on("2020-11-16");
    campaign.answers("portalis", 40);
    campaign.answers("ancolie", 1);
    assert_eq!(campaign.on("2020-12-03"), "");
    let reminder = "questionnaire_reminder";
    let both = format!("{reminder} relay/MJ, {reminder} relay/MS");
    assert_eq!(campaign.on("2020-12-04"), both, "a week before");
    assert_eq!(campaign.on("2020-12-05"), "");
    campaign.answers("scabieuse", 12);
    assert_eq!(campaign.on("2020-12-10"), format!("{reminder} relay/MS"), "the day before");
    assert_eq!(campaign.on("2020-12-11"), "");
    assert_eq!(campaign.on("2020-12-12"), "questionnaire_closing dinum");
    assert_eq!(campaign.on("2020-12-13"), "");
}

#[test]
fn a_day_that_was_missed_is_made_up_for_and_only_the_last_reminder_is_written() {
    let mut campaign = Campaign::new();
    assert!(campaign.on("2020-11-20").contains("questionnaire relay/MJ"), "opened four days ago");
    campaign.questions.projects.retain(|one| one.ministry == MinistryCode::new("MJ"));
    campaign.answers("portalis", 1);
    assert_eq!(campaign.on("2020-12-07"), "questionnaire_reminder relay/MJ", "of the fourth");
    assert_eq!(campaign.on("2020-12-11"), "questionnaire_reminder relay/MJ", "of the tenth");
    let mut late = Campaign::new();
    late.questions.projects.retain(|one| one.project == ProjectId::new("scabieuse"));
    late.on("2020-11-16");
    assert_eq!(late.on("2020-12-10"), "questionnaire_reminder relay/MJ", "one for both");
    assert_eq!(late.on("2020-12-11"), "");
    assert_eq!(late.on("2021-01-10"), "questionnaire_closing dinum");
}

#[test]
fn nothing_is_asked_after_the_closing_nor_told_a_month_later() {
    let mut campaign = Campaign::new();
    assert_eq!(campaign.on("2020-12-12"), "questionnaire_closing dinum");
    let mut forgotten = Campaign::new();
    assert_eq!(forgotten.on("2021-01-11"), "");
    let mut evening = Campaign::new();
    let after_hours = evening.at("2020-12-11T19:00:00Z");
    assert_eq!(after_hours, [], "it would leave on Monday, after the closing");
}

#[test]
fn whoever_is_asked_late_is_not_reminded_of_days_before() {
    let mut campaign = Campaign::new();
    campaign.questions.projects.retain(|one| one.project == ProjectId::new("scabieuse"));
    campaign.on("2020-11-16");
    campaign.contacts.push(contact("MJ", ContactRole::ProjectDirector, Some("scabieuse")));
    assert_eq!(campaign.on("2020-12-08"), "questionnaire project/scabieuse");
    assert_eq!(campaign.on("2020-12-09"), "", "the reminder of the fourth");
    assert_eq!(campaign.on("2020-12-10"), "questionnaire_reminder project/scabieuse");
}

#[test]
fn a_reminder_of_a_closed_day_leaves_on_the_working_day_before() {
    let mut campaign = Campaign::new();
    campaign.questions.closes_on = day("2020-12-13");
    campaign.questions.projects.retain(|one| one.project == ProjectId::new("scabieuse"));
    campaign.on("2020-11-16");
    assert_eq!(campaign.on("2020-12-04"), "questionnaire_reminder relay/MJ", "Sunday the sixth");
    assert_eq!(campaign.on("2020-12-10"), "");
    assert_eq!(campaign.on("2020-12-11"), "questionnaire_reminder relay/MJ", "Saturday the 12th");
}

#[test]
fn messages_say_what_to_do_first_and_carry_their_workbook() {
    let mut campaign = Campaign::new();
    let opening = campaign.at("2020-11-16T08:00:00Z");
    let to = |notices: &[Notice], receiver: &str| {
        notices.iter().find(|one| one.receiver.to_string() == receiver).unwrap().clone()
    };
    insta::assert_snapshot!(words(&to(&opening, "project/portalis")));
    let relay = to(&opening, "relay/MJ");
    insta::assert_snapshot!(words(&relay));
    let names: Vec<&str> = relay.content.attachments().iter().map(Attachment::name).collect();
    assert_eq!(names, ["questionnaire-MJ.csv"]);
    insta::assert_snapshot!(words(&to(&opening, "dinum")));

    let reminder = to(&campaign.at("2020-12-04T08:00:00Z"), "relay/MJ");
    assert_eq!(
        (reminder.kind, reminder.follows.as_slice()),
        (NoticeKind::QuestionnaireReminder, [relay.id].as_slice())
    );
    insta::assert_snapshot!(words(&reminder));
    campaign.answers("portalis", 12);
    campaign.answers("tussilage", 40);
    let closing = campaign.at("2020-12-11T23:30:00Z");
    let [told] = closing.as_slice() else { panic!("{closing:?}") };
    assert_eq!(told.content.attachments(), []);
    assert!(told.not_before > told.created_at + TimeDelta::days(1), "on Monday");
    insta::assert_snapshot!(words(told));
}
