//! `vigie coverage`: how much the last cycle could judge, and what the rest lacked.

use clap::ValueEnum;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::{ApplicationError, Coverage, FieldCost, Tally};
use vigie::client::ApiClient;
use vigie::domain::ids::CycleNumber;
use vigie::domain::operation::cycle::CycleSummary;
use vigie::support::french;

/// Cycles among which the last valid one is looked for: nobody makes so many void in a row.
const LOOKED_AT: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageBy {
    Rule,
    Ministry,
}

pub(in crate::cli) async fn run(
    by: CoverageBy,
    number: Option<i64>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let last = match number {
        Some(number) => Some(find(number, api).await?),
        None => last_standing(api).await?,
    };
    let Some(cycle): Option<CycleSummary> = last else { return Ok(none_yet()) };
    let lines = api.at(&["coverage"]).with("cycle", Some(cycle.number));
    let mut found = Coverage { cycle, by_rule: vec![], by_ministry: vec![] };
    match by {
        CoverageBy::Rule => found.by_rule = api.all(lines.with("by", Some("rule"))).await?,
        CoverageBy::Ministry => {
            found.by_ministry = api.all(lines.with("by", Some("ministry"))).await?;
        }
    }
    show(by, &found, printer)
}

async fn find(number: i64, api: &ApiClient) -> Result<CycleSummary, CliError> {
    let found = api.get(api.at(&["cycles", &number.to_string()])).await;
    found.map_err(|fault| {
        if fault.is_not_found() {
            CliError::Cycle(ApplicationError::NoSuchCycle(CycleNumber(number)))
        } else {
            fault.into()
        }
    })
}

/// One that was made void is passed over.
async fn last_standing(api: &ApiClient) -> Result<Option<CycleSummary>, CliError> {
    let cycles: Vec<CycleSummary> = api.first(&api.at(&["cycles"]), LOOKED_AT).await?;
    Ok(cycles.into_iter().find(|cycle| cycle.voided.is_none()))
}

fn none_yet() -> Conclusion {
    print::message("aucun cycle enregistré ; lancer « vigie cycle »");
    Conclusion::Bad
}

fn show(by: CoverageBy, found: &Coverage, printer: &Printer) -> Result<Conclusion, CliError> {
    match by {
        CoverageBy::Rule => {
            let rows = found.by_rule.iter().map(|one| row(one.rule.as_str(), &one.tally));
            let sheet = sheet(found, ("rule", "Règle"), rows.collect());
            printer.answer(&found.by_rule, &[sheet], 0)?;
        }
        CoverageBy::Ministry => {
            let rows = found.by_ministry.iter().map(|one| row(one.ministry.as_str(), &one.tally));
            let sheet = sheet(found, ("ministry", "Ministère"), rows.collect());
            printer.answer(&found.by_ministry, &[sheet], 0)?;
        }
    }
    Ok(Conclusion::Good)
}

fn sheet(found: &Coverage, first: (&'static str, &'static str), rows: Vec<Vec<Cell>>) -> Sheet {
    let counts = found.cycle.counts.unwrap_or_default();
    let title = format!(
        "Couverture du cycle {}, au {} : {} verdicts rendus, {} non évaluables, {} en défaut",
        found.cycle.number,
        french::date(found.cycle.inputs.as_of),
        counts.judged,
        counts.unknown,
        counts.failed
    );
    let columns = vec![
        first,
        ("judged", "Évalués"),
        ("unknown", "Non évaluables"),
        ("failed", "En défaut"),
        ("share", "Part évaluée"),
        ("missing", "Faute de"),
    ];
    Sheet::new(title, columns, rows)
}

fn row(name: &str, tally: &Tally) -> Vec<Cell> {
    let missing: Vec<String> = tally.missing.iter().map(cost).collect();
    let fields: Vec<String> =
        tally.missing.iter().map(|cost| format!("{}={}", cost.field, cost.verdicts)).collect();
    vec![
        Cell::text(name),
        Cell::count(tally.judged),
        Cell::count(tally.unknown),
        Cell::count(tally.failed),
        share(tally),
        Cell::of(missing.join("\n"), fields.join(" ")),
    ]
}

fn share(tally: &Tally) -> Cell {
    let number = |count: u64| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    let all = number(tally.judged + tally.unknown + tally.failed);
    let share = number(tally.judged) / all;
    Cell::of(french::percent(share), share)
}

/// `Avis article 3 : 4`, `Coût actualisé : 2, dont 1 non publié à dessein`.
pub(in crate::cli) fn cost(cost: &FieldCost) -> String {
    match cost.withheld {
        0 => format!("{} : {}", cost.label, cost.verdicts),
        withheld if withheld == cost.verdicts => {
            format!("{} : {withheld}, à dessein", cost.label)
        }
        withheld => format!("{} : {}, dont {withheld} à dessein", cost.label, cost.verdicts),
    }
}
