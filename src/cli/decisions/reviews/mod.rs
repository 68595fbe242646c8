//! `vigie reviews`: the calendar of the reviews of listed projects, their minutes, and its feed.

use std::io::Write as _;

use chrono::{NaiveDate, NaiveTime};
use clap::{Args, Subcommand};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{date, text, word};
use vigie::application;
use vigie::application::{OpenAction, ReviewFile, ReviewLine};
use vigie::client::ApiClient;
use vigie::decisions::reviews::{ActionTick, NewAction, ReviewMinutes, ReviewMove, ReviewPlanning};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::action_bodies::Reason;
use vigie::domain::missions::review::{ReviewChange, ReviewState};
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewsCommand {
    /// List reviews, planned ones first
    List {
        /// Code of a ministry
        #[arg(long, value_name = "MINISTRY")]
        ministry: Option<String>,
        /// State of the review
        #[arg(long, value_parser = state, value_name = "planned|held|cancelled")]
        state: Option<ReviewState>,
    },
    /// Show one review: its reason, minutes and history
    Show { review: String },
    /// Plan the next review of each watch-listed project, and cancel those of projects no longer listed
    Plan {
        /// Date from which reviews are planned, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Report what would be planned, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Record the minutes of a review that was held, and plan the next one
    Hold(HoldArgs),
    /// Move a planned review to another working day
    Move {
        review: String,
        /// New date, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        to: NaiveDate,
        /// New time in Paris, as HH:MM; the same by default
        #[arg(long, value_parser = hour, value_name = "HH:MM")]
        at: Option<NaiveTime>,
        #[arg(long)]
        reason: String,
    },
    /// Cancel a planned review; the review of the project stays due
    Cancel {
        review: String,
        #[arg(long)]
        reason: String,
    },
    /// List open actions from reviews, by due date
    Actions {
        /// Code of a ministry
        #[arg(long, value_name = "MINISTRY")]
        ministry: Option<String>,
    },
    /// Mark an action of a review's minutes as done
    Done {
        review: String,
        /// Number of the action in the minutes, as shown by `reviews show` and `reviews actions`
        action: usize,
        /// How it was done
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Mark an action as not done
    Undone {
        review: String,
        action: usize,
        #[arg(long)]
        reason: String,
    },
    /// Write the reviews of a ministry as an iCalendar feed
    Calendar {
        /// Code of the ministry
        ministry: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    review: String,
    /// Date of the review, as YYYY-MM-DD
    #[arg(long, value_parser = date, value_name = "DATE")]
    on: NaiveDate,
    /// Person present; may be repeated
    #[arg(long, required = true, value_name = "NAME")]
    present: Vec<String>,
    #[arg(long)]
    findings: String,
    /// Decision; may be repeated
    #[arg(long, value_name = "TEXT")]
    decision: Vec<String>,
    /// Something that someone is to do; as many times as needed
    #[arg(long, value_parser = action, value_name = "YYYY-MM-DD OWNER: WHAT")]
    action: Vec<NewAction>,
    /// Date agreed for the next review, as YYYY-MM-DD; by default, it follows the interval of the watch list
    #[arg(long, value_parser = date, value_name = "DATE")]
    next: Option<NaiveDate>,
}

pub(in crate::cli) async fn run(
    command: &ReviewsCommand,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let changes = match command {
        ReviewsCommand::List { ministry, state } => {
            let list = api
                .at(&["reviews"])
                .with("ministry", ministry.as_ref())
                .with("state", state.map(ReviewState::as_str));
            let lines: Vec<ReviewLine> = api.all(list).await?;
            return printer.answer(&lines, &[sheet(&lines)], 0);
        }
        ReviewsCommand::Show { review } => {
            return show(&find(review, api).await?, printer);
        }
        ReviewsCommand::Actions { ministry } => {
            let list = api.at(&["reviews", "actions"]).with("ministry", ministry.as_ref());
            let open: Vec<OpenAction> = api.all(list).await?;
            return printer.answer(&open, &[actions(&open)], 0);
        }
        ReviewsCommand::Calendar { ministry } => {
            let feed = api.bytes(api.at(&["ministries", ministry, "reviews.ics"])).await?;
            std::io::stdout().lock().write_all(&feed)?;
            return Ok(Conclusion::Good);
        }
        ReviewsCommand::Plan { as_of, dry_run } => {
            let body = ReviewPlanning { as_of: *as_of, dry_run: *dry_run };
            api.post_for_list(api.at(&["reviews", "planning"]), &body).await?
        }
        ReviewsCommand::Hold(held) => hold(held, api).await?,
        ReviewsCommand::Move { review, to, at, reason } => {
            let body = ReviewMove { to: *to, at: *at, reason: text("--reason", reason)? };
            last_change(api.post(api.at(&["reviews", review, "move"]), &body).await?)
        }
        ReviewsCommand::Cancel { review, reason } => {
            let body = Reason { reason: text("--reason", reason)? };
            last_change(api.post(api.at(&["reviews", review, "cancellation"]), &body).await?)
        }
        ReviewsCommand::Done { review, action, reason } => {
            tick(review, (*action, true, reason), api).await?
        }
        ReviewsCommand::Undone { review, action, reason } => {
            tick(review, (*action, false, reason), api).await?
        }
    };
    printer.answer(&changes, &[changed(&changes)], 0)
}

async fn find(review: &str, api: &ApiClient) -> Result<ReviewFile, CliError> {
    Ok(api.get(api.at(&["reviews", review])).await?)
}

async fn tick(
    review: &str,
    (number, done, reason): (usize, bool, &str),
    api: &ApiClient,
) -> Result<Vec<ReviewChange>, CliError> {
    let body = ActionTick { done, reason: text("--reason", reason)? };
    let place = api.at(&["reviews", review, "actions", &number.to_string(), "completion"]);
    Ok(last_change(api.post(place, &body).await?))
}

/// The review that was held, and the next one of its project, which is then planned.
async fn hold(held: &HoldArgs, api: &ApiClient) -> Result<Vec<ReviewChange>, CliError> {
    let present = held.present.iter().map(|name| text("--present", name));
    let decisions = held.decision.iter().map(|decision| text("--decision", decision));
    let body = ReviewMinutes {
        held_on: held.on,
        present: present.collect::<Result<Vec<_>, _>>()?,
        findings: text("--findings", &held.findings)?,
        decisions: decisions.collect::<Result<Vec<_>, _>>()?,
        actions: held.action.clone(),
        next_on: held.next,
    };
    let file: ReviewFile = api.post(api.at(&["reviews", &held.review, "minutes"]), &body).await?;
    let next = api
        .at(&["reviews"])
        .with("project", Some(&file.line.review.project))
        .with("state", Some(ReviewState::Planned.as_str()));
    let mut changes = last_change(file);
    let planned: Vec<ReviewLine> = api.all(next).await?;
    for line in planned {
        changes.extend(last_change(find(line.review.id.as_str(), api).await?));
    }
    Ok(changes)
}

fn last_change(mut file: ReviewFile) -> Vec<ReviewChange> {
    file.history.pop().map(|entry| entry.change).into_iter().collect()
}

fn show(file: &ReviewFile, printer: &Printer) -> Result<Conclusion, CliError> {
    let mut sheets = vec![summary(file), history(file)];
    if !file.open_actions.is_empty() {
        sheets.insert(1, actions(&file.open_actions));
    }
    printer.answer(file, &sheets, sheets.len() - 1)
}

fn sheet(lines: &[ReviewLine]) -> Sheet {
    let rows = lines.iter().map(|line| {
        let review = &line.review;
        let state = if line.late { "EN RETARD" } else { review.state.label() };
        vec![
            Cell::text(review.id.as_str()),
            Cell::text(review.ministry.as_str()),
            Cell::text(&line.name),
            Cell::of(state, review.state.as_str()),
            Cell::date(review.due_on),
            Cell::date(review.planned_on),
            Cell::text(review.starts_at.format("%H:%M").to_string()),
            Cell::text(&review.reason),
        ]
    });
    let late = lines.iter().filter(|line| line.late).count();
    let overdue = if late == 0 { String::new() } else { format!(", dont {late} en retard") };
    let columns = vec![
        ("id", "Revue"),
        ("ministry", "Ministère"),
        ("name", "Projet"),
        ("state", "État"),
        ("due_on", "À tenir avant le"),
        ("planned_on", "Prévue le"),
        ("starts_at", "À"),
        ("reason", "Motif"),
    ];
    let sheet = Sheet::new(format!("Revues : {}{overdue}", lines.len()), columns, rows.collect());
    if lines.is_empty() {
        return sheet.with_note("Aucune revue prévue ; lancer « vigie reviews plan ».");
    }
    sheet
}

fn changed(changes: &[ReviewChange]) -> Sheet {
    Sheet::list(
        format!("Revues qui changent : {}", changes.len()),
        changes.iter(),
        &[
            ("change", "Changement", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("ministry", "Ministère", &|one| Cell::text(one.review.ministry.as_str())),
            ("project", "Projet", &|one| Cell::text(one.review.project.as_str())),
            ("planned_on", "Prévue le", &|one| Cell::date(one.review.planned_on)),
            ("starts_at", "À", &|one| {
                Cell::text(one.review.starts_at.format("%H:%M").to_string())
            }),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
            ("id", "Revue", &|one| Cell::text(one.review.id.as_str())),
        ],
    )
}

fn summary(file: &ReviewFile) -> Sheet {
    let review = &file.line.review;
    let planned = french::date(review.planned_on);
    let mut lines = vec![
        ("État", review.state.label().to_owned()),
        ("Due le", french::date(review.due_on)),
        ("Prévue le", format!("{planned}, à {}", review.starts_at.format("%H:%M"))),
    ];
    if let Some(minutes) = &review.minutes {
        lines.push(("Tenue le", french::date(minutes.held_on)));
        lines.push(("Présents", minutes.present.join(", ")));
        lines.push(("Constats", minutes.findings.clone()));
        lines.extend(minutes.decisions.iter().map(|decision| ("Décision", decision.clone())));
        lines.extend((1..).zip(&minutes.actions).map(|(number, action)| {
            let due = french::date(action.due_on);
            let done = action
                .done
                .as_ref()
                .map(|done| format!(", faite le {} selon {}", french::date(done.on), done.by));
            let done = done.unwrap_or_default();
            let text = format!("{number}. {} : {}, pour le {due}{done}", action.owner, action.what);
            ("Action", text)
        }));
        lines.extend(minutes.next_on.map(|next| ("Prochaine revue", french::date(next))));
    }
    let title = format!("Revue {} : {} ({})", review.id, file.line.name, review.ministry);
    let rows = lines.into_iter().map(|(what, text)| vec![Cell::text(what), Cell::text(text)]);
    Sheet::new(title, vec![("what", "Rubrique"), ("text", "Contenu")], rows.collect())
        .with_note(&review.reason)
}

fn actions(open: &[OpenAction]) -> Sheet {
    let rows = open.iter().map(|one| {
        let due = one.action.due_on;
        let late = if one.late { " EN RETARD" } else { "" };
        vec![
            Cell::of(format!("{}{late}", french::date(due)), due.to_string()),
            Cell::text(one.ministry.as_str()),
            Cell::text(&one.name),
            Cell::text(&one.action.owner),
            Cell::text(&one.action.what),
            Cell::date(one.held_on),
            Cell::text(one.review.as_str()),
            Cell::text(one.number.to_string()),
        ]
    });
    let columns = vec![
        ("due_on", "Pour le"),
        ("ministry", "Ministère"),
        ("name", "Projet"),
        ("owner", "Qui"),
        ("what", "Action"),
        ("held_on", "Revue du"),
        ("review", "Revue"),
        ("number", "N°"),
    ];
    let late = open.iter().filter(|one| one.late).count();
    let overdue = if late == 0 { String::new() } else { format!(", dont {late} en retard") };
    Sheet::new(format!("Actions à faire : {}{overdue}", open.len()), columns, rows.collect())
}

fn history(file: &ReviewFile) -> Sheet {
    Sheet::list(
        "Historique",
        file.history.iter(),
        &[
            ("at", "Le", &|one| {
                Cell::of(french::date(application::today(one.at)), one.at.to_rfc3339())
            }),
            ("by", "Par", &|one| Cell::optional(one.change.by.as_ref().map(Actor::as_str))),
            ("change", "Événement", &|one| {
                Cell::of(one.change.kind.label(), one.change.kind.as_str())
            }),
            ("reason", "Motif", &|one| Cell::text(&one.change.reason)),
        ],
    )
}

fn state(text: &str) -> Result<ReviewState, String> {
    word(text, &ReviewState::ALL.map(ReviewState::as_str))
}

fn hour(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "expected an hour as 09:30".to_owned())
}

/// `2021-02-01 Ada Martin: écrire le plan`
fn action(argument: &str) -> Result<NewAction, String> {
    let read = || {
        let (head, what) = argument.split_once(':')?;
        let (due_on, owner) = head.trim().split_once(' ')?;
        Some((due_on.parse().ok()?, owner.trim(), what.trim()))
    };
    let (due_on, owner, what) = read()
        .ok_or_else(|| "expected as `2021-02-01 Ada Martin: what is to be done`".to_owned())?;
    let (owner, what) = (owner.to_owned().try_into()?, what.to_owned().try_into()?);
    Ok(NewAction { what, owner, due_on })
}
