//! Rules made of signs: in what order signs are weighed, what an unknown does among them, and where faults and evidence
//! are.

use crate::rules::catalogue::{catalogue, day, faults, judge_by, project, text, texts, words};
use crate::rules::missing_fields::Dice;
use vigie::domain::level::Level;
use vigie::domain::value::Value;
use vigie::frame::dictionary::built_in;
use vigie::rules::{BranchKind, ScriptLimits, branch_coverage, compile_catalogue};

const HEAD: &str = "/*---\nid = \"X1\"\ntitle = \"Essai\"\nfamily = \"cause\"\nscope = \"project\"\nstatus = \"test\"\n\
                    sources = [\"essai\"]\nguidance = \"essai\"\n";

/// A rule with these keys and signs, then these functions.
fn rule(keys: &str, functions: &str) -> String {
    format!("{HEAD}{keys}---*/\n{functions}")
}

fn sign(level: &str, when: &str) -> String {
    format!("\n[[sign]]\nlevel = \"{level}\"\nwhen = '{when}'\nsays = \"Signe {level}.\"\n")
}

#[track_caller]
fn verdict(keys: &str, cells: &[(&'static str, Value)]) -> String {
    let catalogue = catalogue(&[("X1.rhai", rule(keys, ""))]);
    let judged = judge_by(&catalogue, cells);
    let frames = project(cells).frames(built_in()).unwrap();
    let interpreted = catalogue.judge_interpreted(&frames, day("2021-07-01"));
    assert_eq!(judged.verdict, interpreted[0].verdict, "{keys}");
    words(&judged.verdict)
}

fn cost(figure: f64) -> (&'static str, Value) {
    ("cost_current", Value::Float(figure))
}

fn drift(figure: f64) -> (&'static str, Value) {
    ("budget_drift", Value::Float(figure))
}

#[test]
fn the_highest_sign_that_is_known_to_hold_gives_the_level() {
    let signs = sign("watch", "p.cost_current > 1.0")
        + sign("moderate", "p.cost_current > 10.0").as_str()
        + sign("high", "p.cost_current > 100.0").as_str()
        + sign("critical", "p.cost_current > 1000.0").as_str();
    for (figure, expected) in
        [(0.0, "clear"), (5.0, "watch"), (50.0, "moderate"), (500.0, "high"), (5000.0, "critical")]
    {
        assert_eq!(verdict(&signs, &[cost(figure)]), expected);
    }
    assert_eq!(verdict(&signs, &[]), "unknown cost_current missing");
}

#[test]
fn a_known_sign_of_alert_suffices_and_an_unknown_one_is_never_good_news() {
    let signs =
        sign("high", "p.cost_current > 100.0") + sign("moderate", "p.budget_drift > 0.2").as_str();
    assert_eq!(verdict(&signs, &[drift(0.3)]), "moderate");
    assert_eq!(verdict(&signs, &[cost(200.0)]), "high");
    assert_eq!(verdict(&signs, &[drift(0.1)]), "unknown cost_current missing");
    assert_eq!(verdict(&signs, &[cost(50.0)]), "unknown budget_drift missing");
    // What is to be watched waits for what might alert, and is enough beside what is to be watched.
    let watched = sign("high", "p.cost_current > 100.0")
        + sign("watch", "p.budget_drift > 0.2").as_str()
        + sign("watch", "p.calendar_drift > 0.2").as_str();
    assert_eq!(verdict(&watched, &[drift(0.3)]), "unknown cost_current missing");
    assert_eq!(verdict(&watched, &[drift(0.3), cost(1.0)]), "watch");
    assert_eq!(verdict(&watched, &[drift(0.1), cost(1.0)]), "unknown calendar_drift missing");
}

#[test]
fn what_is_required_is_asked_for_before_anything_but_an_alert() {
    let keys = "requires = [\"phase\"]\nclear_requires = [\"calendar_drift\"]\n".to_owned()
        + sign("high", "p.cost_current > 100.0").as_str()
        + sign("watch", "p.cost_current > 10.0").as_str();
    assert_eq!(verdict(&keys, &[cost(200.0)]), "high");
    assert_eq!(verdict(&keys, &[cost(20.0)]), "unknown phase missing");
    assert_eq!(verdict(&keys, &[cost(20.0), ("phase", text("build"))]), "watch");
    assert_eq!(
        verdict(&keys, &[cost(2.0), ("phase", text("build"))]),
        "unknown calendar_drift missing"
    );
    let known = [cost(2.0), ("phase", text("build")), ("calendar_drift", Value::Float(0.0))];
    assert_eq!(verdict(&keys, &known), "clear");
}

#[test]
fn a_rule_or_a_sign_is_set_aside_only_by_what_is_known() {
    let keys = "not_when_phase = [\"completed\"]\nunless = \"p.editions_seen == 1\"\n".to_owned()
        + sign("high", "p.cost_current > 100.0").as_str();
    assert_eq!(verdict(&keys, &[cost(200.0)]), "high");
    assert_eq!(verdict(&keys, &[cost(200.0), ("phase", text("completed"))]), "clear");
    assert_eq!(verdict(&keys, &[cost(200.0), ("editions_seen", Value::Int(1))]), "clear");
    assert_eq!(verdict(&keys, &[cost(200.0), ("phase", text("build"))]), "high");
    let of_sign = "\n[[sign]]\nlevel = \"high\"\nunless = \"p.listed\"\nwhen = \"p.cost_current > 100.0\"\nsays = \"Cher.\"\n";
    assert_eq!(verdict(of_sign, &[cost(200.0)]), "high");
    assert_eq!(verdict(of_sign, &[cost(200.0), ("listed", Value::Bool(true))]), "clear");
    assert_eq!(verdict(of_sign, &[("listed", Value::Bool(true))]), "clear");
    assert_eq!(verdict(of_sign, &[("listed", Value::Bool(false))]), "unknown cost_current missing");
}

#[test]
fn a_declared_cause_counts_at_its_level_and_the_register_must_be_known_to_be_clear() {
    let keys = "cause = true\n".to_owned() + sign("moderate", "p.cost_current > 100.0").as_str();
    let declared = |level: &str| ("causes_declared_levels", text(&format!("X1:{level}")));
    assert_eq!(verdict(&keys, &[declared("critical")]), "critical");
    assert_eq!(verdict(&keys, &[declared("high"), cost(200.0)]), "high");
    assert_eq!(verdict(&keys, &[declared("watch"), cost(200.0)]), "moderate");
    assert_eq!(verdict(&keys, &[declared("watch"), cost(2.0)]), "watch");
    assert_eq!(verdict(&keys, &[cost(2.0)]), "unknown causes_declared_levels missing");
    assert_eq!(verdict(&keys, &[cost(2.0), ("causes_declared_levels", text(""))]), "clear");
    let catalogue = catalogue(&[("X1.rhai", rule(&keys, ""))]);
    let explanation = judge_by(&catalogue, &[declared("high"), cost(200.0)]).explanation.unwrap();
    assert_eq!(explanation, "Cause déclarée lors de l’instruction (niveau élevé). Signe moderate.");
}

#[test]
fn a_sentence_shows_values_and_calls_functions_of_the_author() {
    let keys = "says = \"Coût de {meur(p.cost_current)}.\"\n\n[[sign]]\nlevel = \"high\"\nwhen = \"p.cost_current > 100.0\"\n\
                says = 'Projet {if p.listed { \"suivi\" } else { \"{non} suivi\" }} : {suite(p, 2)}, `sans` rien d’autre.'\n";
    let functions = "fn suite(p, count) { `${count} fois ${pct(p.budget_drift)}` }\n";
    let catalogue = catalogue(&[("X1.rhai", rule(keys, functions))]);
    let cells = [cost(200.0), ("listed", Value::Bool(false)), drift(0.284)];
    let explanation = judge_by(&catalogue, &cells).explanation.unwrap();
    assert_eq!(
        explanation,
        "Coût de 200,0\u{202f}M€. Projet {non} suivi : 2 fois 28,4\u{202f}%, `sans` rien d’autre."
    );
    // Of two signs that say nothing, the title speaks.
    let silent = "\n[[sign]]\nlevel = \"high\"\nwhen = \"p.listed\"\n".to_owned()
        + sign("watch", "p.cost_current > 1.0").as_str();
    let mute = crate::rules::catalogue::catalogue(&[("X1.rhai", rule(&silent, ""))]);
    let title = judge_by(&mute, &[("listed", Value::Bool(true))]).explanation.unwrap();
    assert_eq!(title, "Essai.");
}

#[test]
fn evidence_is_where_the_author_wrote_the_condition_and_said_once() {
    let keys = "unless = \"p.editions_seen == 1\"\nnot_when_phase = [\"completed\"]\n".to_owned()
        + sign("high", "p.cost_current > 100.0").as_str()
        + "\n[[sign]]\nlevel = \"watch\"\nwhen = '''\n  p.budget_drift > 0.1\n    && p.cost_current > 10.0'''\nsays = \"Seuil.\"\n";
    let catalogue = catalogue(&[("X1.rhai", rule(&keys, ""))]);
    let cells =
        [cost(20.0), drift(0.3), ("editions_seen", Value::Int(3)), ("phase", text("build"))];
    let evidence = judge_by(&catalogue, &cells).evidence.unwrap();
    let trail: Vec<String> = evidence
        .trail
        .iter()
        .map(|one| format!("{}:{} {} {}", one.line, one.column, one.text, one.held))
        .collect();
    assert_eq!(
        trail,
        [
            "9:27 Éditions (3) = 1 false",
            "10:20 Phase (Conception / Réalisation) ∈ [Terminé] false",
            "14:24 Coût actualisé (20,0\u{202f}M€) > 100,0\u{202f}M€ false",
            "20:18 Écart budgétaire (30\u{202f}%) > 10\u{202f}% true",
            "21:23 Coût actualisé (20,0\u{202f}M€) > 10,0\u{202f}M€ true",
        ]
    );
}

#[test]
fn a_fault_is_where_the_author_wrote_it() {
    let check = |keys: &str, functions: &str, expected: &str| {
        assert_eq!(faults(&[("X1.rhai", rule(keys, functions))]), expected, "{keys}");
    };
    let one = |line: &str| format!("\n[[sign]]\nlevel = \"high\"\n{line}\nsays = \"Signe.\"\n");
    check(
        &one("when = \"p.listed && p.budget_drfit > t.high\""),
        "",
        "X1.rhai:12:23: `p.budget_drfit` is no field of projects (did you mean `budget_drift`?)",
    );
    check(&one("when = \"p.listed &&\""), "", "X1.rhai:12:9: Unexpected ')'");
    check(&one("when = \" \""), "", "X1.rhai:12:8: an empty condition");
    check(
        "\n[[sign]]\nlevel = \"high\"\nwhen = \"p.listed\"\nsays = \"Coût {meur(p.cost_current)} et {meur(p.cost_initail)}.\"\n",
        "",
        "X1.rhai:13:48: `p.cost_initail` is no field of projects (did you mean `cost_initial`?)",
    );
    for (says, expected) in [
        ("Coût {meur(p.cost_current)", "X1.rhai:13:14: a brace that nothing closes"),
        ("Coût } de", "X1.rhai:13:14: a brace that nothing opens"),
        ("Coût ${p.cost_current}", "X1.rhai:13:14: a value is written `{p.field}`, without `$`"),
        (
            "Coût { }",
            "X1.rhai:13:14: nothing between the braces, expected a value such as `{p.field}`",
        ),
        (" ", "X1.rhai:13:9: an empty sentence"),
    ] {
        let keys =
            format!("\n[[sign]]\nlevel = \"high\"\nwhen = \"p.listed\"\nsays = \"{says}\"\n");
        check(&keys, "", expected);
    }
    check(
        &("requires = [\"phase\", \"phasee\"]\n".to_owned() + one("when = \"p.listed\"").as_str()),
        "",
        "X1.rhai:9:22: `requires`: `phasee` is no field of the rule's subjects (did you mean `phase`?)",
    );
    check(
        "\n[[sign]]\nlevel = \"clear\"\nwhen = \"p.listed\"\nsays = \"Rien.\"\n",
        "",
        "X1.rhai:11:9: a sign is of level `watch` or above: when no sign holds, the rule is clear",
    );
    check(
        "\n[[sign]]\nlevel = \"high\"\nwhen = \"p.listed\"\n",
        "",
        "X1.rhai:12:8: no sign says anything, expected a sentence in `says`",
    );
    check(
        &one("when = \"p.listed\""),
        "fn assess(p, t) { HIGH }\n",
        "X1.rhai:15:1: a rule of signs has no `assess` of its own: its signs make it",
    );
    check(
        &one("when = \"aide(p)\""),
        "fn aide(p) { p.lsited }\n",
        "X1.rhai:15:16: `p.lsited` is no field of projects (did you mean `listed`?)",
    );
    check(&one("when = \"aide(3)\""), "", "X1.rhai:12:9: no function `aide`");
}

#[test]
fn what_is_written_otherwise_on_paper_is_said_where_it_is() {
    for (when, expected) in [
        ("p.cost_current ≥ t.high", "X1.rhai:12:24: `≥` is written `>=`"),
        ("p.cost_current => t.high", "X1.rhai:12:24: `=>` is written `>=`"),
        ("p.cost_current = t.high", "X1.rhai:12:24: `=` is written `==`"),
        ("p.listed et p.imposed_date", "X1.rhai:12:17: `et` is written `&&`"),
        (
            "p.budget_drift > 5 %",
            "X1.rhai:12:28: a share is written without `%`, in a threshold: 0.05 for 5 %",
        ),
        ("p.budget_drift > 0,15", "X1.rhai:12:27: decimals follow a point: `0.15` for 0,15"),
        (
            "p.listed // suivi",
            "X1.rhai:12:8: a comment within a condition: write it on a line of its own",
        ),
    ] {
        let keys = format!("\n[[sign]]\nlevel = \"high\"\nwhen = \"{when}\"\nsays = \"Signe.\"\n");
        assert_eq!(faults(&[("X1.rhai", rule(&keys, ""))]), expected, "{when}");
    }
}

#[test]
fn a_condition_that_fails_says_where() {
    let signs = sign("high", "p.cost_current > 1.0 && p.phase > 3");
    assert_eq!(
        verdict(&signs, &[cost(2.0), ("phase", text("build"))]),
        "failed X1.rhai:12:41 `p.phase > 3` compares text with a number"
    );
}

#[test]
fn each_condition_has_two_branches() {
    let keys = "\n[[sign]]\nlevel = \"high\"\nunless = \"p.listed\"\nwhen = \"p.cost_current > 100.0\"\nsays = \"Cher.\"\n";
    let mut texts = texts(&[("X1.rhai", rule(keys, ""))]);
    let cases = "[[case]]\nname = \"cher\"\nas_of = 2020-11-01\nfields = { cost_current = 200.0 }\nexpect = \"high\"\n";
    texts.insert("cases/X1.toml".to_owned(), cases.to_owned());
    let (catalogue, _) = compile_catalogue(&texts, &ScriptLimits::default());
    let coverage = branch_coverage(&catalogue, &texts, &|_| true).unwrap();
    let untaken: Vec<(usize, usize, BranchKind)> =
        coverage.untaken.iter().map(|one| (one.line, one.column, one.kind)).collect();
    assert_eq!(coverage.branches, 4);
    assert_eq!(
        untaken,
        [(12, 11, BranchKind::Then), (12, 11, BranchKind::Else), (13, 9, BranchKind::Else)]
    );
}

/// Of random signs on random subjects, what the order says.
#[test]
fn signs_are_weighed_in_the_order_that_the_guide_gives() {
    const FIELDS: [&str; 4] = ["cost_current", "budget_drift", "calendar_drift", "cost_initial"];
    const LEVELS: [Level; 4] = [Level::Watch, Level::Moderate, Level::High, Level::Critical];
    let mut dice = Dice::new();
    for _ in 0..250 {
        let signs: Vec<(Level, [usize; 2])> = (0..=dice.below(4))
            .map(|_| (LEVELS[dice.below(4)], [dice.below(4), dice.below(4)]))
            .collect();
        let lists = [0, 1].map(|_| (0..dice.below(2)).map(|_| dice.below(4)).collect::<Vec<_>>());
        let named = |list: &[usize]| {
            list.iter().map(|at| format!("\"{}\"", FIELDS[*at])).collect::<Vec<_>>().join(", ")
        };
        let mut keys =
            format!("requires = [{}]\nclear_requires = [{}]\n", named(&lists[0]), named(&lists[1]));
        for (level, [one, other]) in &signs {
            let when = format!("p.{} > 0.5 && p.{} > 0.5", FIELDS[*one], FIELDS[*other]);
            keys.push_str(&sign(level.as_str(), &when));
        }
        let catalogue = catalogue(&[("X1.rhai", rule(&keys, ""))]);
        for _ in 0..6 {
            let values: Vec<Option<bool>> =
                (0..4).map(|_| [None, Some(false), Some(true)][dice.below(3)]).collect();
            let cells: Vec<(&'static str, Value)> = values
                .iter()
                .zip(FIELDS)
                .filter_map(|(value, name)| {
                    value.map(|held| (name, Value::Float(f64::from(u8::from(held)))))
                })
                .collect();
            let expected = weighed(&signs, &lists, &values).map_or_else(
                |at| format!("unknown {} missing", FIELDS[at]),
                |level| level.as_str().to_owned(),
            );
            assert_eq!(words(&judge_by(&catalogue, &cells).verdict), expected, "{keys}\n{cells:?}");
        }
    }
}

/// The level, or the field that is missing.
fn weighed(
    signs: &[(Level, [usize; 2])],
    [requires, clear_requires]: &[Vec<usize>; 2],
    values: &[Option<bool>],
) -> Result<Level, usize> {
    let read = |[one, other]: [usize; 2]| match values[one] {
        None => Err(one),
        Some(false) => Ok(false),
        Some(true) => values[other].ok_or(other),
    };
    let known = |fields: &[usize]| {
        fields.iter().find(|at| values[**at].is_none()).map_or(Ok(()), |at| Err(*at))
    };
    let surely = |alerting: bool| {
        let held = signs
            .iter()
            .filter(|(level, fields)| level.is_alerting() == alerting && read(*fields) == Ok(true));
        held.map(|(level, _)| *level).max()
    };
    let readable = |alerting: bool| {
        let mut of = signs.iter().filter(|(level, _)| level.is_alerting() == alerting);
        of.try_for_each(|(_, fields)| read(*fields).map(|_| ()))
    };
    if let Some(level) = surely(true) {
        return Ok(level);
    }
    known(requires)?;
    readable(true)?;
    if let Some(level) = surely(false) {
        return Ok(level);
    }
    known(clear_requires)?;
    readable(false)?;
    Ok(Level::Clear)
}
