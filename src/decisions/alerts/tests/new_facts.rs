//! An alert keeps its level and what it rests on becomes worse. `D1` watches the cost, by steps of 2 %.

use super::check;

const UNCHANGED: &str = "persisted D1 project/a high since 01: Inchangé.";

#[test]
fn a_worse_figure_at_the_same_level_is_a_new_fact() {
    check(
        "D1 a high 50.0 -- D1 a high 56.0",
        "new_fact D1 project/a high since 01: Coût actualisé : 56.0 M€ (au 2 novembre 2020), contre 50.0 M€ (au 1er novembre 2020).",
    );
}

#[test]
fn the_same_figure_again_is_none() {
    check("D1 a high 50.0 -- D1 a high 50.0", UNCHANGED);
    check("D1 a high 50.0 -- D1 a high 56.0 -- D1 a high 56.0", UNCHANGED);
}

#[test]
fn small_steps_add_up_to_one() {
    check("D1 a high 50.0 -- D1 a high 50.9", UNCHANGED);
    check(
        "D1 a high 50.0 -- D1 a high 50.9 -- D1 a high 51.0",
        "new_fact D1 project/a high since 01: Coût actualisé : 51.0 M€ (au 3 novembre 2020), contre 50.0 M€ (au 1er novembre 2020).",
    );
}

#[test]
fn a_figure_that_eases_or_is_unknown_leaves_the_reference() {
    check("D1 a high 50.0 -- D1 a high 40.0 -- D1 a high 50.0", UNCHANGED);
    check("D1 a high 50.0 -- D1 a high -- D1 a high 50.5", UNCHANGED);
    check(
        "D1 a high 50.0 -- D1 a unknown 60.0 -- D1 a high 50.5",
        "persisted D1 project/a high since 01: De nouveau évaluable, inchangé.",
    );
}

#[test]
fn a_figure_known_for_the_first_time_is_none() {
    check("D1 a high -- D1 a high 50.0", UNCHANGED);
    check(
        "D1 a high -- D1 a high 50.0 -- D1 a high 60.0",
        "new_fact D1 project/a high since 01: Coût actualisé : 60.0 M€ (au 3 novembre 2020), contre 50.0 M€ (au 2 novembre 2020).",
    );
}

#[test]
fn a_change_of_level_says_the_fact_as_well() {
    check(
        "D1 a high 50.0 -- D1 a critical 60.0",
        "worsened D1 project/a critical since 01: De « Élevé » à « Critique ». Coût actualisé : 60.0 M€ (au 2 novembre 2020), contre 50.0 M€ (au 1er novembre 2020).",
    );
    check(
        "D1 a high 50.0 -- D1 a critical 60.0 -- D1 a critical 60.0",
        "persisted D1 project/a critical since 01: Inchangé.",
    );
}

#[test]
fn an_alert_that_opens_again_starts_from_its_figures_of_then() {
    check(
        "D1 a high 50.0 -- D1 a clear 60.0 -- D1 a high 70.0 -- D1 a high 70.0",
        "persisted D1 project/a high since 03: Inchangé.",
    );
}

#[test]
fn a_hidden_alert_passes_its_fact_to_the_one_that_hides_it() {
    check(
        "D1 a high 50.0
         H1 a high -- D1 a high 56.0
         H1 a high",
        "new_fact D1 project/a high hidden since 01: Coût actualisé : 56.0 M€ (au 2 novembre 2020), contre 50.0 M€ (au 1er novembre 2020).
         new_fact H1 project/a high since 01: Coût actualisé : 56.0 M€ (au 2 novembre 2020), contre 50.0 M€ (au 1er novembre 2020).",
    );
}
