//! The same of a server.

use std::io::Write as _;

use serde_json::Value as Json;
use serde_json::json;
use vigie::client::Remote;
use vigie::cycle::OpenAction;
use vigie::cycle::ReviewFile;
use vigie::cycle::ReviewLine;
use vigie::domain::review::ReviewChange;
use vigie::domain::review::ReviewState;

use super::HoldArgs;
use super::ReviewsCommand;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Printer;

pub(in crate::cli) async fn run(
    command: &ReviewsCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        ReviewsCommand::List { ministry, state } => {
            let listed = remote
                .at(&["reviews"])
                .with("ministry", ministry.as_ref())
                .with("state", state.map(ReviewState::as_str));
            let lines: Vec<ReviewLine> = remote.all(listed).await?;
            printer.answer(&lines, &[super::list(&lines)], 0)?;
        }
        ReviewsCommand::Show { review } => super::show(&find(review, remote).await?, printer)?,
        ReviewsCommand::Plan { as_of, dry_run } => {
            let body = json!({ "as_of": as_of, "dry_run": dry_run });
            let place = remote.at(&["reviews", "planning"]);
            changed(&remote.post_for_list(place, &body).await?, printer)?;
        }
        ReviewsCommand::Actions { ministry } => {
            let listed = remote.at(&["reviews", "actions"]).with("ministry", ministry.as_ref());
            let open: Vec<OpenAction> = remote.all(listed).await?;
            printer.answer(&open, &[super::actions(&open)], 0)?;
        }
        ReviewsCommand::Calendar { ministry } => {
            let feed = remote.bytes(remote.at(&["ministries", ministry, "reviews.ics"])).await?;
            std::io::stdout().lock().write_all(&feed)?;
        }
        ReviewsCommand::Hold(held) => hold(held, remote, printer).await?,
        ReviewsCommand::Move { review, to, at, reason } => {
            let at = at.map(|at| at.format("%H:%M:%S").to_string());
            let body = json!({ "to": to, "at": at, "reason": reason });
            acted((review, &["move"]), &body, remote, printer).await?;
        }
        ReviewsCommand::Cancel { review, reason } => {
            let body = json!({ "reason": reason });
            acted((review, &["cancellation"]), &body, remote, printer).await?;
        }
        ReviewsCommand::Done { review, action, reason } => {
            tick(review, (*action, true, reason), remote, printer).await?;
        }
        ReviewsCommand::Undone { review, action, reason } => {
            tick(review, (*action, false, reason), remote, printer).await?;
        }
    }
    Ok(Conclusion::Good)
}

async fn find(review: &str, remote: &Remote) -> Result<ReviewFile, CliError> {
    Ok(remote.get(remote.at(&["reviews", review])).await?)
}

async fn tick(
    review: &str,
    (number, done, reason): (usize, bool, &str),
    remote: &Remote,
    printer: &Printer,
) -> Result<(), CliError> {
    let body = json!({ "done": done, "reason": reason });
    let number = number.to_string();
    acted((review, &["actions", &number, "completion"]), &body, remote, printer).await
}

async fn acted(
    (review, what): (&str, &[&str]),
    body: &Json,
    remote: &Remote,
    printer: &Printer,
) -> Result<(), CliError> {
    let place: Vec<&str> = ["reviews", review].into_iter().chain(what.iter().copied()).collect();
    let file: ReviewFile = remote.post(remote.at(&place), body).await?;
    changed(&last_change(file), printer)
}

/// The review, and the next one of its project, which it plans.
async fn hold(held: &HoldArgs, remote: &Remote, printer: &Printer) -> Result<(), CliError> {
    let actions = held.action.iter().map(
        |action| json!({ "what": action.what, "owner": action.owner, "due_on": action.due_on }),
    );
    let body = json!({
        "held_on": held.on,
        "present": held.present,
        "findings": held.findings,
        "decisions": held.decision,
        "actions": actions.collect::<Vec<_>>(),
        "next_on": held.next,
    });
    let place = remote.at(&["reviews", &held.review, "minutes"]);
    let file: ReviewFile = remote.post(place, &body).await?;
    let next = remote
        .at(&["reviews"])
        .with("project", Some(&file.line.review.project))
        .with("state", Some(ReviewState::Planned.as_str()));
    let mut changes = last_change(file);
    let planned: Vec<ReviewLine> = remote.all(next).await?;
    for line in planned {
        changes.extend(last_change(find(line.review.id.as_str(), remote).await?));
    }
    changed(&changes, printer)
}

fn last_change(mut file: ReviewFile) -> Vec<ReviewChange> {
    file.history.pop().map(|entry| entry.change).into_iter().collect()
}

fn changed(changes: &[ReviewChange], printer: &Printer) -> Result<(), CliError> {
    printer.answer(&changes, &[super::changed(changes)], 0)
}
