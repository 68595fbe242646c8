//! The labels of an alert for Prometheus and Alertmanager, by which it is identified and matched.

use std::collections::BTreeMap;

use crate::domain::alerts::alert::Alert;
use crate::domain::messages::notice::Receiver;
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;

pub type Labels = BTreeMap<&'static str, String>;

pub const RULE: &str = "rule_id";
pub const PROJECT: &str = "project_id";
pub const MINISTRY: &str = "ministry";

/// The labels that identify an alert. They leave out `severity`, which changes with its level.
pub fn labels(alert: &Alert, directory: &Directory) -> Labels {
    let mut labels = Labels::from([
        ("alertname", directory.rule_title(&alert.rule)),
        (RULE, alert.rule.to_string()),
        ("subject", alert.subject.to_string()),
        ("severity", alert.level.as_str().to_owned()),
    ]);
    if let Some(project) = alert.subject.project() {
        labels.insert(PROJECT, project.to_string());
    }
    if let Some(ministry) = directory.home(&alert.subject).ministry() {
        labels.insert(MINISTRY, ministry.to_string());
    }
    labels
}

pub fn annotations(alert: &Alert, explanation: &str, directory: &Directory) -> Labels {
    Labels::from([
        ("summary", directory.name(&alert.subject)),
        ("description", explanation.to_owned()),
    ])
}

/// The receiver whose digests report the alert: the risk team when nobody holds the ministry's
/// office.
pub fn office(alert: &Alert, directory: &Directory) -> Receiver {
    match directory.home(&alert.subject) {
        Subject::Ministry(ministry) => Receiver::SecretaryGeneral(ministry),
        Subject::Project(_) | Subject::Portfolio => Receiver::Dinum,
    }
}
