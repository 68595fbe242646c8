//! `vigie campaigns`: when project teams are asked, who answered what, and what the answers brought.

use chrono::NaiveDate;
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{date, text};
use vigie::application::{
    AnswerLine, CampaignCoverage, CampaignReport, ProjectAnswers, VerdictCount,
};
use vigie::domain::action_bodies::{CampaignDates, Reason};
use vigie::domain::portfolio::campaign::{Campaign, CampaignEntry, CampaignState};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::value::float;
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(crate) enum CampaignsCommand {
    /// Plan the campaign of an edition, or give it other dates
    Plan {
        /// Edition that the answers serve, as YYYY-MM
        edition: EditionId,
        /// Day on which the questions are sent, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        opens: NaiveDate,
        /// Last day on which an answer is on time
        #[arg(long, value_parser = date, value_name = "DATE")]
        closes: NaiveDate,
        /// In words: why these dates; recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Call off the campaign of an edition: what was answered stays, and nothing more is asked
    Cancel {
        /// Edition that the campaign was to serve, as YYYY-MM
        edition: EditionId,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// List the campaigns
    List,
    /// Show what came of a campaign: who answered, the answers to ask for first, verdicts before and after
    Show {
        /// Edition that the campaign serves, as YYYY-MM; the last campaign to have opened by default
        edition: Option<EditionId>,
        /// One ministry only, by its code
        #[arg(long, value_name = "MINISTRY")]
        ministry: Option<String>,
        /// Date by which answers are looked at, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// List each question with its last answer: the value, its day, and who gave it
    Answers {
        /// Edition that the campaign serves, as YYYY-MM
        edition: EditionId,
        /// Id or name of one project
        #[arg(long)]
        project: Option<String>,
        /// Date by which answers are looked at, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
}

/// A campaign of the list.
#[derive(Debug, Serialize, Deserialize)]
struct ListedCampaign {
    #[serde(flatten)]
    campaign: Campaign,
    state: CampaignState,
}

pub(in crate::cli) async fn run(
    command: &CampaignsCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { api, printer, .. } = session;
    match command {
        CampaignsCommand::Plan { edition, opens, closes, reason } => {
            let reason = text("--reason", reason)?;
            let body = CampaignDates { opens_on: *opens, closes_on: *closes, reason };
            let place = api.at(&["campaigns", &edition.to_string()]);
            let entry: CampaignEntry = api.post(place, &body).await?;
            print::message(&format!(
                "La campagne de l’édition {} ouvre le {} et se clôt le {}.",
                entry.edition,
                french::date(*opens),
                french::date(*closes)
            ));
            Ok(Conclusion::Good)
        }
        CampaignsCommand::Cancel { edition, reason } => {
            let body = Reason { reason: text("--reason", reason)? };
            let place = api.at(&["campaigns", &edition.to_string(), "cancel"]);
            let entry: CampaignEntry = api.post(place, &body).await?;
            print::message(&format!(
                "La campagne de l’édition {} est annulée ; les réponses reçues restent.",
                entry.edition
            ));
            Ok(Conclusion::Good)
        }
        CampaignsCommand::List => list(session).await,
        CampaignsCommand::Show { edition, ministry, as_of } => {
            let Some(edition) = edition_of(*edition, *as_of, session).await? else {
                print::message(
                    "aucune campagne n’est ouverte ; en prévoir une : « vigie campaigns plan »",
                );
                return Ok(Conclusion::Bad);
            };
            let place = api.at(&["campaigns", &edition.to_string()]);
            let mut report: CampaignReport = api.get(place.with("as_of", *as_of)).await?;
            if let Some(code) = ministry {
                report.projects.retain(|one| one.ministry.as_str() == code);
                report.ministries.retain(|one| one.ministry.as_str() == code);
            }
            show(&report, printer)
        }
        CampaignsCommand::Answers { edition, project, as_of } => {
            let place = api.at(&["campaigns", &edition.to_string(), "answers"]);
            let place = place.with("project", project.as_ref()).with("as_of", *as_of);
            let lines: Vec<AnswerLine> = api.all(place).await?;
            printer.answer(&lines, &[answers(&lines)], 0)
        }
    }
}

/// The one requested, or the last one that has opened by a date.
async fn edition_of(
    requested: Option<EditionId>,
    as_of: Option<NaiveDate>,
    Session { api, .. }: &Session<'_>,
) -> Result<Option<EditionId>, CliError> {
    if requested.is_some() {
        return Ok(requested);
    }
    let known: Vec<ListedCampaign> = api.all(api.at(&["campaigns"])).await?;
    let has_opened = |one: &&ListedCampaign| match as_of {
        Some(day) => one.campaign.opens_on <= day,
        None => one.state != CampaignState::Planned,
    };
    let last = known.iter().filter(has_opened).max_by_key(|one| one.campaign.opens_on);
    Ok(last.map(|one| one.campaign.edition))
}

async fn list(Session { api, printer, .. }: &Session<'_>) -> Result<Conclusion, CliError> {
    let known: Vec<ListedCampaign> = api.all(api.at(&["campaigns"])).await?;
    let sheet = Sheet::list(
        french::counted(known.len(), "campagne", "campagnes"),
        known.iter(),
        &[
            ("edition", "Édition", &|one| Cell::text(one.campaign.edition.to_string())),
            ("opens_on", "Ouvre le", &|one| Cell::date(one.campaign.opens_on)),
            ("closes_on", "Se clôt le", &|one| Cell::date(one.campaign.closes_on)),
            ("state", "État", &|one| Cell::of(one.state.label(), one.state.as_str())),
        ],
    );
    printer.answer(&known, &[sheet], 0)
}

fn show(report: &CampaignReport, printer: &Printer) -> Result<Conclusion, CliError> {
    let Campaign { edition, opens_on, closes_on } = report.campaign;
    let title = format!(
        "Campagne de l’édition {edition}, {} ({} – {}), au {} : {} sur {} {}{} ; {} chacun",
        report.state.label(),
        french::date(opens_on),
        french::date(closes_on),
        french::date(report.as_of),
        report.answered,
        french::counted(size(report.asked), "projet", "projets"),
        if report.answered > 1 { "ont répondu" } else { "a répondu" },
        if report.late > 0 { format!(", dont {} en retard", report.late) } else { String::new() },
        french::counted(size(report.questions), "question", "questions"),
    );
    printer.answer(report, &[projects(title, &report.projects), ministries(&report.ministries)], 0)
}

fn projects(title: String, projects: &[ProjectAnswers]) -> Sheet {
    Sheet::list(
        title,
        projects.iter(),
        &[
            ("name", "Projet", &|one| Cell::text(&one.name)),
            ("ministry", "Ministère", &|one| Cell::text(one.ministry.as_str())),
            ("answered_on", "Répondu le", &|one| match one.answered_on {
                Some(day) if one.is_late => {
                    Cell::of(format!("{} (en retard)", french::date(day)), day.to_string())
                }
                Some(day) => Cell::date(day),
                None => Cell::nothing(),
            }),
            ("given", "Réponses", &|one| Cell::count(one.given)),
            ("unknown", "Ne sait pas", &|one| Cell::count(one.unknown)),
            ("withheld", "Non communiqué", &|one| Cell::count(one.withheld)),
            ("unanswered", "Sans réponse", &|one| Cell::count(one.unanswered)),
            ("wanted", "À obtenir d’abord", &|one| {
                let labels: Vec<&str> =
                    one.wanted.iter().map(|wanted| wanted.label.as_str()).collect();
                Cell::text(labels.join(" ; "))
            }),
            ("settles", "Verdicts rendus possibles", &|one| Cell::count(one.settles)),
        ],
    )
}

fn ministries(covered: &[CampaignCoverage]) -> Sheet {
    Sheet::list(
        "Part des verdicts rendus, sans les réponses de la campagne et avec elles",
        covered.iter(),
        &[
            ("ministry", "Ministère", &|one| Cell::text(one.ministry.as_str())),
            ("asked", "Projets interrogés", &|one| Cell::count(one.asked)),
            ("answered", "Ont répondu", &|one| Cell::count(one.answered)),
            ("before", "Sans", &|one| share(&one.before)),
            ("after", "Avec", &|one| share(&one.after)),
            ("gained", "Verdicts gagnés", &|one| {
                let gained =
                    |count: &VerdictCount| i64::try_from(count.unknown).unwrap_or(i64::MAX);
                Cell::count(gained(&one.before).saturating_sub(gained(&one.after)))
            }),
        ],
    )
}

fn answers(lines: &[AnswerLine]) -> Sheet {
    Sheet::list(
        french::counted(lines.len(), "question", "questions"),
        lines.iter(),
        &[
            ("project", "Projet", &|line| Cell::text(line.project.as_str())),
            ("label", "Question", &|line| Cell::text(&line.label)),
            ("state", "Réponse à la campagne", &|line| {
                Cell::of(line.state.label(), line.state.as_str())
            }),
            ("value", "Dernière valeur", &|line| {
                let value = serde_json::to_value(&line.value).unwrap_or_default();
                Cell::of(line.shown.clone().unwrap_or_default(), value)
            }),
            ("reported_on", "Le", &|line| line.reported_on.map_or_else(Cell::nothing, Cell::date)),
            ("answered_by", "Par", &|line| Cell::optional(line.answered_by.as_deref())),
        ],
    )
}

/// The share of verdicts that are given.
fn share(verdicts: &VerdictCount) -> Cell {
    let all = verdicts.judged + verdicts.unknown + verdicts.failed;
    let number = |count: u64| float(i64::try_from(count).unwrap_or(i64::MAX));
    if all == 0 {
        return Cell::nothing();
    }
    let ratio = number(verdicts.judged) / number(all);
    Cell::of(french::percent(ratio), ratio)
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
