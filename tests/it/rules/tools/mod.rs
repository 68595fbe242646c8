//! The tools for authors of rules: check, test, explain, diff, document.

pub(crate) mod cases;
pub(crate) mod check;
pub(crate) mod coverage;
pub(crate) mod dictionary;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod explain;
pub(crate) mod fields;
pub(crate) mod judge_threads;
pub(crate) mod mistakes;
pub(crate) mod new;
pub(crate) mod series;

/// The script that D1 would have without signs, in a catalogue where its text is that of a rule of signs.
pub(crate) const SCRIPT_OF_D1: &str = r"fn assess(p, t) {
    if p.budget_drift > t.budget_drift_critical { return CRITICAL; }
    if p.budget_drift > t.budget_drift_high { return HIGH; }
    if p.budget_drift > t.budget_drift_watch { return WATCH; }
    CLEAR
}

fn explain(p, t) {
    `L’écart budgétaire est de ${pct(p.budget_drift)}.`
}
";

/// A shipped rule with a script of its own in place of its signs.
pub(crate) fn with_own_script(shipped: &str, script: &str) -> String {
    let lines = shipped.lines().take_while(|line| !line.starts_with("[[sign]]"));
    let kept = lines.filter(|line| {
        !line.is_empty()
            && !["says =", "unless =", "clear_requires ="].iter().any(|key| line.starts_with(key))
    });
    format!("{}\n---*/\n{script}", kept.collect::<Vec<_>>().join("\n"))
}
