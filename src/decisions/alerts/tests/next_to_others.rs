//! Changes apart from verdicts: retired rules, corrected data, other rules and thresholds.

use std::collections::BTreeMap;

use super::{check, check_in, project};
use crate::decisions::alerts::context::Circumstances;
use crate::domain::ids::RuleId;

#[test]
fn a_retired_rule_closes_its_alerts_with_its_reason_whatever_it_would_say() {
    let retired = "retired R1 project/a high since 01: Règle retirée : remplacée par D2.";
    check("R1 a high -- R1 a high", retired);
    check("R1 a high -- R1 a unknown", retired);
    check("R1 a high -- D1 b clear", retired);
    check("R1 a clear -- R1 a high", "");
}

#[test]
fn a_rule_that_is_gone_without_a_reason_closes_nothing() {
    check(
        "G1 a high -- D1 a clear",
        "persisted G1 project/a high stale since 01: Plus évalué : la règle n’est plus au catalogue, ou y est en défaut. La retirer avec son motif (`deprecated`) clôt ses alertes.",
    );
}

#[test]
fn a_level_that_moves_because_the_past_was_corrected_says_so() {
    let words = "L’import 13 corrige « Coût » : 100 au lieu de 150.".to_owned();
    let corrections = BTreeMap::from([(project("a"), words)]);
    check_in(
        &Circumstances { corrections, ..Circumstances::default() },
        "D1 a high
         D1 b high
         D1 c high -- D1 a clear
         D1 b clear
         D1 c high",
        "resolved D1 project/a clear since 01: Alerte levée : plus rien à signaler. L’import 13 corrige « Coût » : 100 au lieu de 150.
         resolved D1 project/b clear since 01: Alerte levée : plus rien à signaler.
         persisted D1 project/c high since 01: Inchangé.",
    );
}

#[test]
fn a_level_that_moves_because_the_rule_is_another_says_so() {
    let words = "La règle a été modifiée depuis le cycle précédent.".to_owned();
    let revised = BTreeMap::from([(RuleId::new("D1"), words)]);
    check_in(
        &Circumstances { revised, ..Circumstances::default() },
        "D1 a high -- D1 a critical
         D1 b high
         S1 b high",
        "worsened D1 project/a critical since 01: De « Élevé » à « Critique ». La règle a été modifiée depuis le cycle précédent.
         raised D1 project/b high since 02: Première constatation. La règle a été modifiée depuis le cycle précédent.
         pending S1 project/b high since 02: Constaté 1 fois sur les 2 qui ouvrent l’alerte.",
    );
}
