//! `vigie attention`: which projects to look at first, and why.

use chrono::NaiveDate;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use vigie::application::{Attention, AttentionLine, ListCandidate};
use vigie::support::french;

pub(in crate::cli) async fn run(
    as_of: Option<NaiveDate>,
    first: usize,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let found: Attention = api.get(api.at(&["attention"]).with("as_of", as_of)).await?;
    printer.answer(&found, &[projects(&found, first), candidates(&found)], 0)?;
    Ok(Conclusion::Good)
}

fn projects(found: &Attention, first: usize) -> Sheet {
    let row = |line: &AttentionLine| {
        let percent = |chance: f64| Cell::of(french::percent(chance), chance);
        let meur = |figure: f64| Cell::of(french::meur(figure), figure);
        vec![
            Cell::count(line.rank),
            Cell::text(&line.name),
            Cell::text(line.ministry.as_str()),
            line.chance.map_or_else(Cell::nothing, |chance| percent(chance.value)),
            meur(line.stake.meur),
            line.expected_meur.map_or_else(Cell::nothing, meur),
            line.level.map_or_else(Cell::nothing, Cell::level),
            Cell::text(line.reasons.join("\n")),
        ]
    };
    let title = format!(
        "Projets à regarder d’abord, édition {} au {}",
        found.edition,
        french::date(found.as_of)
    );
    let columns = vec![
        ("rank", "Rang"),
        ("name", "Projet"),
        ("ministry", "Ministère"),
        ("chance", "Chance de dérive"),
        ("stake", "Enjeu"),
        ("expected", "Chance × enjeu"),
        ("level", "Niveau"),
        ("reasons", "Raisons"),
    ];
    Sheet::new(title, columns, found.projects.iter().take(first).map(row).collect())
        .with_note(found.sureness())
}

fn candidates(found: &Attention) -> Sheet {
    let row = |one: &ListCandidate| {
        let listed = if one.is_listed { "déjà inscrit" } else { "à proposer" };
        vec![
            Cell::of(one.list.label(), one.list.as_str()),
            Cell::text(&one.name),
            Cell::text(one.ministry.as_str()),
            Cell::text(&one.reason),
            Cell::of(listed, one.is_listed),
        ]
    };
    let columns = vec![
        ("list", "Liste"),
        ("name", "Projet"),
        ("ministry", "Ministère"),
        ("reason", "Pourquoi"),
        ("is_listed", "Inscription"),
    ];
    let title = "Candidats aux listes du COSINUM : une proposition, que des personnes décident";
    Sheet::new(title.to_owned(), columns, found.candidates.iter().map(row).collect())
}
