//! `vigie forecast`: where the rate is going.

use chrono::NaiveDate;
use clap::Args;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::date;
use vigie::application::{
    CalibrationWindow, Forecast, ForecastClass, RateCalibration, RateForecast, SupposedSlip,
};
use vigie::domain::portfolio::edition::EditionId;
use vigie::foresight::Quantiles;
use vigie::support::french;

#[derive(Debug, Args)]
pub(crate) struct ForecastArgs {
    /// Date as of which the forecast starts, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE", conflicts_with = "edition")]
    as_of: Option<NaiveDate>,
    /// Edition that the forecast starts from, as YYYY-MM, with what was known on its last day
    #[arg(long, value_name = "EDITION")]
    edition: Option<EditionId>,
    /// Rate of this ministry only, by its code
    #[arg(long, value_name = "MINISTRY")]
    ministry: Option<String>,
    /// What if this project leaves before the next edition; may be repeated
    #[arg(long, value_name = "PROJECT")]
    leave: Vec<String>,
    /// What if this project drifts no further; may be repeated
    #[arg(long, value_name = "PROJECT")]
    hold: Vec<String>,
    /// What if this project slips, by months as `PROJECT=12` or by a share of its cost as `PROJECT=10%`; a year when neither
    /// is given; may be repeated
    #[arg(long, value_parser = slip, value_name = "PROJECT[=SLIP]")]
    slip: Vec<String>,
}

/// Checked here, sent as it was given.
fn slip(text: &str) -> Result<String, String> {
    text.parse::<SupposedSlip>().map(|_| text.to_owned())
}

pub(in crate::cli) async fn run(
    request: &ForecastArgs,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let ForecastArgs { as_of, edition, ministry, leave, hold, slip } = request;
    let mut place = api.at(&["forecast"]).with("as_of", *as_of).with("edition", *edition);
    place = place.with("ministry", ministry.as_deref());
    let supposed = [("leave", leave), ("hold", hold), ("slip", slip)];
    for (name, project) in
        supposed.into_iter().flat_map(|(name, all)| all.iter().map(move |one| (name, one)))
    {
        place = place.with(name, Some(project));
    }
    let found: Forecast = api.get(place).await?;
    let sheets = [rates(&found), targets(&found), classes(&found), calibration(&found.calibration)];
    printer.answer(&found, &sheets, 0)
}

fn rates(found: &Forecast) -> Sheet {
    let mut rows = Vec::new();
    for one in &found.rates {
        rows.push(row(one, (&found.edition.to_string(), "rate"), now(one.rate)));
        for point in &one.points {
            let edition = point.edition.to_string();
            rows.push(row(one, (&edition, "rate"), quantiles(point.rate)));
            if one.floor != one.rate {
                rows.push(row(one, (&edition, "floor"), quantiles(point.floor)));
            }
            if found.is_supposed {
                rows.push(row(one, (&edition, "what_if"), quantiles(point.what_if)));
            }
        }
    }
    let title = format!(
        "Projection du taux depuis l’édition {}, au {}, {} simulations",
        found.edition,
        french::date(found.as_of),
        french::integer(i64::from(found.futures)),
    );
    let mut columns = vec![("ministry", "Ministère"), ("edition", "Édition"), ("kind", "Taux")];
    columns.extend([
        ("p10", "1 sur 10 au-dessous"),
        ("p25", "1 sur 4"),
        ("p50", "Médiane"),
        ("p75", "3 sur 4"),
        ("p90", "9 sur 10 au-dessous"),
    ]);
    Sheet::new(title, columns, rows).with_note(
        "Moyenne des taux d’écart, comme la fiche la publie. Une donnée non communiquée le reste dans toutes les simulations.",
    )
}

fn row(one: &RateForecast, (edition, kind): (&str, &str), figures: Vec<Cell>) -> Vec<Cell> {
    let label = match kind {
        "floor" => "Plancher",
        "what_if" => "Avec l’hypothèse",
        _ => "Taux",
    };
    let ministry = one.ministry.as_ref().map_or("Ensemble", |code| code.as_str());
    let mut cells = vec![Cell::text(ministry), Cell::text(edition), Cell::of(label, kind)];
    cells.extend(figures);
    cells
}

/// The rate of now is known: it has a median alone.
fn now(rate: Option<f64>) -> Vec<Cell> {
    let known = rate.map_or_else(unknown, share);
    vec![Cell::nothing(), Cell::nothing(), known, Cell::nothing(), Cell::nothing()]
}

fn quantiles(found: Option<Quantiles>) -> Vec<Cell> {
    match found {
        Some(Quantiles { p10, p25, p50, p75, p90 }) => [p10, p25, p50, p75, p90].map(share).into(),
        None => (0..5).map(|_| unknown()).collect(),
    }
}

fn share(rate: f64) -> Cell {
    Cell::of(french::percent(rate), rate)
}

fn unknown() -> Cell {
    Cell::of(print::UNKNOWN, serde_json::Value::Null)
}

fn targets(found: &Forecast) -> Sheet {
    let chance = |chance: Option<f64>| {
        chance.map_or_else(unknown, |chance| Cell::of(french::chances(chance), chance))
    };
    let of_rate = |one: &RateForecast| {
        let ministry = one.ministry.as_ref().map_or("Ensemble", |code| code.as_str()).to_owned();
        let row = move |target: &vigie::application::TargetChance| {
            vec![
                Cell::text(&ministry),
                Cell::of(french::percent_at_most(target.target), target.target),
                Cell::date(target.by),
                chance(target.chance),
                target.what_if.map_or_else(Cell::nothing, |met| chance(Some(met))),
            ]
        };
        one.targets.iter().map(row).collect::<Vec<_>>()
    };
    let sheet = Sheet::new(
        "Chances de tenir les cibles",
        vec![
            ("ministry", "Ministère"),
            ("target", "Cible"),
            ("by", "Échéance"),
            ("chance", "Chances"),
            ("what_if", "Avec l’hypothèse"),
        ],
        found.rates.iter().flat_map(of_rate).collect(),
    );
    let cautions = found.cautions();
    if cautions.is_empty() { sheet } else { sheet.with_note(cautions.join(" ")) }
}

fn classes(found: &Forecast) -> Sheet {
    let basis = &found.basis;
    let middle = |figures: Option<Quantiles>, write: fn(f64) -> String| match figures {
        Some(Quantiles { p10, p50, p90, .. }) => {
            Cell::of(format!("{} / {} / {}", write(p10), write(p50), write(p90)), p50)
        }
        None => unknown(),
    };
    let sheet = Sheet::list(
        format!(
            "D’où viennent les simulations : {}, {} d’éditions",
            french::counted(
                usize::try_from(basis.steps).unwrap_or(usize::MAX),
                "pas passé",
                "pas passés"
            ),
            french::counted(
                usize::try_from(basis.pairs).unwrap_or(usize::MAX),
                "couple",
                "couples"
            ),
        ),
        &basis.classes,
        &[
            ("class", "Classe", &|one: &ForecastClass| {
                Cell::of(one.class.label(), one.class.as_str())
            }),
            ("steps", "Pas", &|one| Cell::count(one.steps)),
            ("measured", "Chiffrés", &|one| Cell::count(one.measured)),
            ("left", "Sorties", &|one| Cell::count(one.left)),
            ("cost", "Coût (1, 5 et 9 sur 10)", &|one| middle(one.cost, french::percent)),
            ("months", "Durée", &|one| middle(one.months, french::months)),
            ("pairs_falling_back", "Complétée", &|one| {
                Cell::of(
                    format!("{} sur {}", one.pairs_falling_back, basis.pairs),
                    one.pairs_falling_back,
                )
            }),
        ],
    );
    sheet.with_note(format!(
        "Complétée : couples d’éditions où la classe a moins de {} pas, et tire ceux de tous les projets en cours.",
        basis.least_steps
    ))
}

fn calibration(found: &RateCalibration) -> Sheet {
    let sheet = Sheet::list(
        "Ce que valaient les projections passées",
        &found.each,
        &[
            ("from", "Faite à", &|one: &CalibrationWindow| Cell::text(one.from.to_string())),
            ("to", "Pour", &|one| Cell::text(one.to.to_string())),
            ("ahead", "Éditions", &|one| Cell::count(one.ahead)),
            ("p10", "1 sur 10", &|one| share(one.forecast.p10)),
            ("p50", "Médiane", &|one| share(one.forecast.p50)),
            ("p90", "9 sur 10", &|one| share(one.forecast.p90)),
            ("rate", "Taux constaté", &|one| share(one.rate)),
            ("held", "Tenu", &|one| Cell::of(if one.held { "oui" } else { "non" }, one.held)),
        ],
    );
    sheet.with_note(found.in_words())
}
