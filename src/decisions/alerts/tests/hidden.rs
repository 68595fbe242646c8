//! An alert hides another that says the same. `H1`, from high, hides `D1` up to high.

use super::check;

#[test]
fn an_alert_is_hidden_while_a_worse_one_says_it_and_comes_back_after_it() {
    check(
        "D1 a high -- D1 a high
         H1 a high",
        "hidden D1 project/a high hidden since 01: L’alerte de H1, « Élevé », le dit déjà.
         raised H1 project/a high since 02: Première constatation.",
    );
    check(
        "D1 a high
         H1 a high -- D1 a high
         H1 a clear",
        "released D1 project/a high since 01: L’alerte de H1 ne la masque plus.
         resolved H1 project/a clear since 01: Alerte levée : plus rien à signaler.",
    );
}

#[test]
fn an_alert_may_be_hidden_from_its_first_day() {
    check(
        "D1 a moderate
         H1 a critical",
        "raised D1 project/a moderate hidden since 01: Première constatation. L’alerte de H1, « Critique », le dit déjà.
         raised H1 project/a critical since 01: Première constatation.",
    );
}

#[test]
fn a_level_above_what_the_other_says_is_not_hidden() {
    check(
        "D1 a high
         H1 a high -- D1 a critical
         H1 a high",
        "worsened D1 project/a critical since 01: De « Élevé » à « Critique ». L’alerte de H1 ne la masque plus.
         persisted H1 project/a high since 01: Inchangé.",
    );
}

#[test]
fn an_alert_that_eases_below_its_threshold_hides_nothing_any_more() {
    check(
        "D1 a high
         H1 a high -- D1 a moderate
         H1 a moderate",
        "released D1 project/a moderate since 01: L’alerte de H1 ne la masque plus. De « Élevé » à « Modéré ».
         eased H1 project/a moderate since 01: De « Élevé » à « Modéré ».",
    );
}

#[test]
fn an_alert_hides_on_its_own_subject_only() {
    check(
        "D1 a high
         H1 b high",
        "raised D1 project/a high since 01: Première constatation.
         raised H1 project/b high since 01: Première constatation.",
    );
}

#[test]
fn an_alert_that_is_stale_still_hides_and_a_hidden_one_that_closes_is_closed() {
    check(
        "D1 a high
         H1 a high -- D1 a high
         H1 a unknown",
        "persisted D1 project/a high hidden since 01: Inchangé.
         persisted H1 project/a high stale since 01: Non évaluable. Donnée manquante : cost_current (non publié à dessein).",
    );
    check(
        "D1 a high
         H1 a high -- D1 a clear
         H1 a high",
        "resolved D1 project/a clear since 01: Alerte levée : plus rien à signaler.
         persisted H1 project/a high since 01: Inchangé.",
    );
}
