//! The same of a server.

use serde_json::Value as Json;
use serde_json::json;
use vigie::client::Remote;
use vigie::clock::Clock as _;
use vigie::clock::SystemClock;
use vigie::cycle::AlertDossier;
use vigie::cycle::AlertLine;
use vigie::cycle::CycleError;
use vigie::cycle::today;
use vigie::domain::alert::Alert;
use vigie::domain::alert::AlertState;
use vigie::domain::dispute::Dispute;
use vigie::domain::ids::MinistryCode;
use vigie::domain::level::Level;
use vigie::domain::silence::Silence;
use vigie::domain::subject::Subject;

use super::AlertsArgs;
use super::AlertsCommand;
use super::acts;
use super::acts::Verdict;
use super::list;
use super::show;
use super::silences;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print;
use crate::cli::print::Printer;
use crate::cli::projects;

pub(in crate::cli) async fn run(
    request: &AlertsArgs,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    use AlertsCommand as Ask;
    let day = today(SystemClock.now());
    match &request.command {
        None => {
            let listed = remote
                .at(&["alerts"])
                .with("state", request.state.map(AlertState::as_str))
                .with("level", request.level.map(Level::as_str))
                .with("rule", request.rule.as_ref());
            let mut lines: Vec<AlertLine> = remote.all(listed).await?;
            lines.retain(|line| list::is_wanted(request, &line.alert));
            list::show(lines, printer)
        }
        Some(Ask::Show { alert }) => {
            let alert = find(alert, remote).await?;
            let dossier = remote.get(remote.at(&["alerts", alert.id.as_str()])).await?;
            show::show(&dossier, day, printer)
        }
        Some(Ask::Disputes) => acts::show(&remote.all(remote.at(&["disputes"])).await?, printer),
        Some(Ask::Silences { all }) => {
            silences::show(remote.all(remote.at(&["silences"])).await?, (*all, day), printer)
        }
        Some(act) => {
            act_on(act, remote).await?;
            Ok(Conclusion::Good)
        }
    }
}

async fn act_on(command: &AlertsCommand, remote: &Remote) -> Result<(), CliError> {
    use AlertsCommand as Ask;
    match command {
        Ask::Ack { alert, reason } => {
            let body = json!({ "reason": reason });
            let dossier = done(alert, "acknowledgement", &body, remote).await?;
            let by = dossier.handling.acknowledged.map(|seen| seen.by.to_string());
            let by = by.unwrap_or_default();
            print::message(&format!("alert {} acknowledged by {by}", dossier.alert.id));
        }
        Ask::Assign { alert, to, reason } => {
            let body = json!({ "to": to, "reason": reason });
            let dossier = done(alert, "assignment", &body, remote).await?;
            print::message(&format!("alert {} assigned to {to}", dossier.alert.id));
        }
        Ask::Comment { alert, text } => {
            let dossier = done(alert, "comments", &json!({ "text": text }), remote).await?;
            print::message(&format!("commented alert {}", dossier.alert.id));
        }
        Ask::Dispute { alert, fields, author, text } => {
            let alert = find(alert, remote).await?;
            let body = json!({ "fields": fields, "author": author, "text": text });
            let place = remote.at(&["alerts", alert.id.as_str(), "disputes"]);
            acts::tell_dispute(&remote.post(place, &body).await?);
        }
        Ask::Answer { dispute, verdict, reason } => {
            let verdict = match verdict {
                Verdict::Upheld => "upheld",
                Verdict::Rejected => "rejected",
            };
            let place = remote.at(&["disputes", &dispute.to_string(), "answer"]);
            let body = json!({ "verdict": verdict, "reason": reason });
            let answered: Dispute = remote.post(place, &body).await?;
            print::message(&format!("dispute {} is {}", answered.number, answered.state.as_str()));
        }
        Ask::Silence { alert, rule, project, ministry, until, reason } => {
            let mut body = json!({ "until": until, "reason": reason });
            let alert = match alert.as_slice() {
                [] => None,
                asked => Some(find(asked, remote).await?.id.to_string()),
            };
            let scope =
                [("alert", &alert), ("rule", rule), ("project", project), ("ministry", ministry)];
            for (name, value) in scope {
                if let (Some(value), Json::Object(body)) = (value, &mut body) {
                    body.insert(name.to_owned(), json!(value));
                }
            }
            silences::tell(&remote.post(remote.at(&["silences"]), &body).await?);
        }
        Ask::Unsilence { silence, reason } => {
            let place = remote.at(&["silences", &silence.to_string(), "end"]);
            let ended: Silence = remote.post(place, &json!({ "reason": reason })).await?;
            print::message(&format!("silence {} ({}) is over", ended.number, ended.scope));
        }
        // Those that only look were answered before.
        Ask::Show { .. } | Ask::Disputes | Ask::Silences { .. } => {}
    }
    Ok(())
}

async fn done(
    asked: &[String],
    what: &str,
    body: &Json,
    remote: &Remote,
) -> Result<AlertDossier, CliError> {
    let alert = find(asked, remote).await?;
    Ok(remote.post(remote.at(&["alerts", alert.id.as_str(), what]), body).await?)
}

/// By the beginning of its id, or by its rule and subject, as on this machine.
async fn find(asked: &[String], remote: &Remote) -> Result<Alert, CliError> {
    let no_such = || CycleError::NoSuchAlert { requested: asked.join(" ") };
    let mut found: Vec<AlertLine> = match asked {
        [prefix] => {
            let prefix = prefix.trim_start_matches("alert/").to_lowercase();
            let mut lines: Vec<AlertLine> = remote.all(remote.at(&["alerts"])).await?;
            let begins = |line: &AlertLine| line.alert.id.as_str().starts_with(&prefix);
            lines.retain(|line| !prefix.is_empty() && begins(line));
            if lines.len() > 1 {
                let candidates = lines.iter().map(|line| line.alert.id.to_string()).collect();
                return Err(CycleError::AmbiguousAlert { requested: prefix, candidates }.into());
            }
            lines
        }
        [rule, subject] => {
            let subject = subject_called(subject, remote).await?;
            let listed = remote.at(&["alerts"]).with("rule", Some(rule));
            remote.all(listed.with("subject", Some(subject))).await?
        }
        _ => vec![],
    };
    Ok(found.pop().ok_or_else(no_such)?.alert)
}

/// A ministry by its code, `portfolio`, else a project by id or any of its names.
async fn subject_called(asked: &str, remote: &Remote) -> Result<Subject, CliError> {
    if let Ok(subject) = Subject::try_from(asked.to_owned()) {
        return Ok(subject);
    }
    let known = projects::ask_known(remote).await?;
    let code = MinistryCode::new(asked);
    if known.iter().any(|known| known.ministry == code) {
        return Ok(Subject::Ministry(code));
    }
    let view: vigie::cycle::ProjectView = remote.get(remote.at(&["projects", asked])).await?;
    Ok(Subject::Project(view.id))
}
