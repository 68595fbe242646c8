//! Successions of ministries, as the table of aliases writes them: which one takes over from which, from which day on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::plausible;
use crate::domain::portfolio::succession::{Succession, Successions};
use crate::support::text_position::line_and_column;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableSuccession {
    on: Spanned<Datetime>,
    from: Spanned<String>,
    into: Spanned<String>,
    /// Those that go that day; without it, the whole ministry does.
    projects: Option<Vec<String>>,
    reason: Spanned<String>,
}

/// # Errors
///
/// In French, with the line: what was found, and what was expected.
pub(super) fn read(
    written: Vec<TableSuccession>,
    names: &BTreeMap<MinistryCode, String>,
    text: &str,
) -> Result<Successions, String> {
    let mut all: Vec<Succession> = Vec::with_capacity(written.len());
    for one in written {
        let line = line_of(&one.from, text);
        let next = succession(one, names, text)?;
        if let Some(other) = all.iter().find(|other| other.on == next.on && clash(other, &next)) {
            return Err(format!(
                "ligne {line} : des projets de `{}` vont le {} à `{}` et à `{}`, attendu un seul ministère",
                next.from, next.on, other.into, next.into
            ));
        }
        all.push(next);
    }
    Ok(Successions::new(all))
}

fn succession(
    written: TableSuccession,
    names: &BTreeMap<MinistryCode, String>,
    text: &str,
) -> Result<Succession, String> {
    let ministry = |code: &Spanned<String>| {
        let found = MinistryCode::new(code.get_ref());
        let name = names.get(&found).cloned();
        let unknown = || {
            let (line, codes) = (line_of(code, text), names.keys().map(|one| format!("`{one}`")));
            let codes = codes.collect::<Vec<_>>().join(", ");
            format!(
                "ligne {line} : ministère `{found}` inconnu, attendu le code d’un `[[ministry]]` : {codes}"
            )
        };
        name.map(|name| (found.clone(), name)).ok_or_else(unknown)
    };
    let (from, from_name) = ministry(&written.from)?;
    let (into, into_name) = ministry(&written.into)?;
    if from == into {
        let line = line_of(&written.into, text);
        return Err(format!(
            "ligne {line} : `{into}` se succède à lui-même, attendu un autre ministère"
        ));
    }
    if written.reason.get_ref().trim().is_empty() {
        let line = line_of(&written.reason, text);
        return Err(format!(
            "ligne {line} : motif vide, attendu le texte qui le décide, comme un décret"
        ));
    }
    let on = day(&written.on, text)?;
    let set = |ids: Vec<String>| ids.into_iter().map(ProjectId::new).collect::<BTreeSet<_>>();
    let projects = written.projects.map(set);
    let reason = written.reason.into_inner();
    Ok(Succession { on, from, into, from_name, into_name, projects, reason })
}

/// Whether some project would go to two ministries on one day.
fn clash(one: &Succession, other: &Succession) -> bool {
    one.from == other.from
        && match (&one.projects, &other.projects) {
            (None, None) => true,
            (Some(some), Some(others)) => !some.is_disjoint(others),
            // The named ones go first, and the ministry with the others.
            (None, Some(_)) | (Some(_), None) => false,
        }
}

/// # Errors
///
/// In French, with the line: the date has a time, or is out of bounds.
pub(super) fn day(written: &Spanned<Datetime>, text: &str) -> Result<NaiveDate, String> {
    let found = written.get_ref().to_string();
    plausible::date(&found).map_err(|_| {
        let line = line_of(written, text);
        format!("ligne {line} : date `{found}`, attendu un jour, comme 2022-05-20")
    })
}

fn line_of<T>(written: &Spanned<T>, text: &str) -> usize {
    line_and_column(text, written.span().start).0
}

#[cfg(test)]
mod tests {
    use crate::domain::ids::MinistryCode;
    use crate::intake::Aliases;

    const MINISTRIES: &str = "[[ministry]]\ncode = \"MSO\"\nname = \"Ministères sociaux\"\nalso = [\"Ministère du Travail\"]\n\
                              [[ministry]]\ncode = \"MT\"\nname = \"Ministère du Travail\"\nsince = 2024-01-11\n";

    fn fault(succession: &str) -> String {
        let text = format!("{MINISTRIES}[[succession]]\n{succession}");
        Aliases::parse(&text, "aliases.toml").unwrap_err().to_string()
    }

    #[test]
    fn faults_say_the_line_what_was_found_and_what_was_expected() {
        let of = |from: &str, into: &str, rest: &str| {
            fault(&format!("on = 2024-01-11\nfrom = \"{from}\"\ninto = \"{into}\"\n{rest}"))
        };
        let decree = "reason = \"décret\"";
        assert_eq!(
            of("MSO", "MX", decree),
            "`aliases.toml` : ligne 12 : ministère `MX` inconnu, attendu le code d’un `[[ministry]]` : `MSO`, `MT`"
        );
        assert_eq!(
            of("MSO", "MSO", decree),
            "`aliases.toml` : ligne 12 : `MSO` se succède à lui-même, attendu un autre ministère"
        );
        assert_eq!(
            of("MSO", "MT", "reason = \" \""),
            "`aliases.toml` : ligne 13 : motif vide, attendu le texte qui le décide, comme un décret"
        );
        assert_eq!(
            fault("on = 2024-01-11T10:00:00\nfrom = \"MSO\"\ninto = \"MT\"\nreason = \"décret\""),
            "`aliases.toml` : ligne 10 : date `2024-01-11T10:00:00`, attendu un jour, comme 2022-05-20"
        );
        let twice = format!(
            "{decree}\n[[succession]]\non = 2024-01-11\nfrom = \"MSO\"\ninto = \"MT\"\n{decree}"
        );
        assert_eq!(
            of("MSO", "MT", &twice),
            "`aliases.toml` : ligne 16 : des projets de `MSO` vont le 2024-01-11 à `MT` et à `MT`, attendu un seul ministère"
        );
    }

    #[test]
    fn a_label_is_of_the_ministry_that_had_it_on_the_day() {
        let aliases = Aliases::parse(MINISTRIES, "aliases.toml").unwrap();
        let of = |day: &str| aliases.ministry("ministère du travail", day.parse().unwrap());
        assert_eq!(of("2024-01-10"), Some(MinistryCode::new("MSO")));
        assert_eq!(of("2024-01-11"), Some(MinistryCode::new("MT")));
    }
}
