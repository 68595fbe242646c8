//! The formulas of a profile, compiled once, each after those that it reads.

use super::profile::{NamedFormula, Place, Profile};
use super::section::TextSection;
use crate::domain::formula::FormulaLanguage;

/// Formulas of a profile.
const MOST: usize = 50;

/// `sections` are those of the profile's columns, for the lines of faults.
pub(super) fn compile(
    profile: &Profile,
    sections: &[Vec<(String, TextSection<'_>)>; 3],
    language: &dyn FormulaLanguage,
) -> Vec<NamedFormula> {
    let names: Vec<&str> = profile.all_columns().map(|(name, _)| name).collect();
    let mut waiting = Vec::new();
    for (name, section) in sections.iter().flatten() {
        let is_formula = profile.column(name).is_some_and(|one| one.place == Place::Formula);
        let Some(text) = section.text("formula").filter(|_| is_formula) else { continue };
        if waiting.len() == MOST {
            section.fault("formula", format!("plus de {MOST} formules"), format!("au plus {MOST}"));
            break;
        }
        let others: Vec<&str> = names.iter().copied().filter(|other| other != name).collect();
        match language.compile(&text, &others) {
            Ok(formula) => {
                waiting.push((section, NamedFormula { name: name.clone(), formula }));
            }
            Err(fault) => section.fault("formula", fault.found, fault.expected),
        }
    }
    in_order(waiting)
}

fn in_order(mut waiting: Vec<(&TextSection<'_>, NamedFormula)>) -> Vec<NamedFormula> {
    let mut ordered: Vec<NamedFormula> = Vec::new();
    loop {
        let is_ready = |one: &NamedFormula| {
            let mut reads = one.formula.reads().iter();
            reads.all(|read| !waiting.iter().any(|(_, other)| other.name == *read))
        };
        let ready: Vec<bool> = waiting.iter().map(|(_, one)| is_ready(one)).collect();
        if !ready.contains(&true) {
            break;
        }
        let mut kept = Vec::new();
        for ((section, one), has_all) in waiting.into_iter().zip(ready) {
            if has_all {
                ordered.push(one);
            } else {
                kept.push((section, one));
            }
        }
        waiting = kept;
    }
    for (section, one) in waiting {
        let found = format!("`{}`, qui se lit elle-même par d’autres formules", one.name);
        section.fault("formula", found, "des formules qui ne tournent pas en rond");
    }
    ordered
}
