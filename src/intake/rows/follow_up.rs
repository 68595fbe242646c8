//! Reads rows of the lists that DINUM maintains per project.

use super::facts;
use super::row::{Amount, RowReader};
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::{
    Contract, DeclaredCause, Milestone, Rebaseline, Recommendation, WatchEntry, WatchList,
};
use crate::intake::error::FileFault;

const MILESTONE_KINDS: &[&str] = &["release", "go_live", "audit", "other"];
const VENDOR_STATUSES: &[&str] = &["nominal", "watched", "formal_notice", "failing", "terminated"];
const AXES: &[&str] = &["strategy", "finance", "governance", "delivery", "planning", "security"];
const SEVERITIES: &[&str] = &["low", "medium", "high"];
const LAST_CAUSE: u32 = 24;

pub(in crate::intake) fn rebaseline(reader: &mut RowReader<'_, '_>) -> Option<Rebaseline> {
    let project = reader.known_project();
    let decided_on = reader.needed_date("decided_on");
    let cost_meur = reader.amount("cost_meur", Amount::Cost);
    let duration_months = reader.amount("duration_months", Amount::Duration);
    let reason = reader.needed("reason");
    if reader.text("cost_meur").is_none() && reader.text("duration_months").is_none() {
        reader.fault("cost_meur", "ni coût ni durée", "au moins l’un des deux");
    }
    Some(Rebaseline {
        project: project?,
        decided_on: decided_on?,
        cost_meur,
        duration_months,
        reason: reason?.to_owned(),
        decided_by: reader.owned("decided_by"),
    })
}

pub(in crate::intake) fn milestone(reader: &mut RowReader<'_, '_>) -> Option<Milestone> {
    let project = reader.known_project();
    let label = reader.needed("label");
    let kind = reader.needed_one_of("kind", MILESTONE_KINDS);
    let baseline_on = reader.needed_date("baseline_on");
    let forecast_on = reader.date("forecast_on");
    let actual_on = reader.date("actual_on");
    let reported_on = reader.needed_date("reported_on");
    Some(Milestone {
        project: project?,
        label: label?.to_owned(),
        kind: kind?,
        baseline_on: baseline_on?,
        forecast_on,
        actual_on,
        reported_on: reported_on?,
        facts: facts::facts_of_record(reader),
    })
}

pub(in crate::intake) fn contract(reader: &mut RowReader<'_, '_>) -> Option<Contract> {
    let project = reader.known_project();
    let vendor = reader.needed_name("vendor");
    let notified_on = reader.date("notified_on");
    let end_on = reader.date("end_on");
    let ceiling_meur = reader.amount("ceiling_meur", Amount::Cost);
    let consumed_meur = reader.amount("consumed_meur", Amount::Cost);
    let vendor_status = reader.one_of("vendor_status", VENDOR_STATUSES);
    let reported_on = reader.needed_date("reported_on");
    Some(Contract {
        project: project?,
        vendor: vendor?.to_owned(),
        kind: reader.owned("kind"),
        notified_on,
        end_on,
        ceiling_meur,
        consumed_meur,
        vendor_status,
        reported_on: reported_on?,
        facts: facts::facts_of_record(reader),
    })
}

pub(in crate::intake) fn recommendation(reader: &mut RowReader<'_, '_>) -> Option<Recommendation> {
    let project = reader.known_project();
    let axis = reader.needed_one_of("axis", AXES);
    let severity = reader.needed_one_of("severity", SEVERITIES);
    let issued_on = reader.needed_date("issued_on");
    let due_on = reader.date("due_on");
    let closed_on = reader.date("closed_on");
    Some(Recommendation {
        project: project?,
        axis: axis?,
        severity: severity?,
        text: reader.owned("text"),
        issued_on: issued_on?,
        due_on,
        closed_on,
    })
}

pub(in crate::intake) fn declared_cause(reader: &mut RowReader<'_, '_>) -> Option<DeclaredCause> {
    let project = reader.known_project();
    let cause = cause(reader);
    let levels = Level::ALL.map(Level::as_str);
    let level = reader.needed_one_of("level", &levels).and_then(|word| word.parse().ok());
    let declared_on = reader.needed_date("declared_on");
    let lifted_on = reader.date("lifted_on");
    Some(DeclaredCause {
        project: project?,
        cause: cause?,
        level: level?,
        declared_on: declared_on?,
        lifted_on,
        author_role: reader.owned("author_role"),
        text: reader.owned("text"),
    })
}

fn cause(reader: &mut RowReader<'_, '_>) -> Option<String> {
    let cause = reader.needed("cause")?;
    let number = cause.strip_prefix("RC").filter(|digits| digits.len() == 2);
    let number = number.and_then(|digits| digits.parse::<u32>().ok());
    if number.is_none_or(|number| !(1..=LAST_CAUSE).contains(&number)) {
        reader.fault("cause", FileFault::quote(cause), format!("`RC01` à `RC{LAST_CAUSE}`"));
        return None;
    }
    Some(cause.to_owned())
}

pub(in crate::intake) fn watch_entry(reader: &mut RowReader<'_, '_>) -> Option<WatchEntry> {
    let project = reader.known_project();
    let words = WatchList::ALL.map(WatchList::as_str);
    let watch = reader.needed_one_of("watch", &words).and_then(|word| word.parse().ok());
    let since = reader.needed_date("since");
    let until = reader.date("until");
    Some(WatchEntry {
        project: project?,
        watch: watch?,
        since: since?,
        until,
        note: reader.owned("note"),
    })
}
