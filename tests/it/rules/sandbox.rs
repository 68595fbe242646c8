//! A hostile or careless rule costs its own verdict, and nothing else.

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::{Strategy, any};
use proptest::{prop_assert_eq, proptest};

use super::catalogue::{catalogue, day, judge, judge_by, project, rule_assessing, words};
use crate::compile::rule_text::rule;
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::value::Value;
use vigie::frame::dictionary::{FieldKind, built_in};
use vigie::rules::{Catalogue, ScriptLimits, Specimen, compile_catalogue, read_folder};

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(words(&judge(body, &[]).verdict), expected, "{body}");
}

#[test]
fn the_catalogue_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Catalogue>();
}

#[test]
fn a_limit_that_is_broken_is_named() {
    check("loop { }", "failed X1.rhai:10:4 broke the limit of operations");
    check(
        "let n = 0; while true { n += 1; } CLEAR",
        "failed X1.rhai:10:4 broke the limit of operations",
    );
    check("assess(p, t)", "failed X1.rhai:10:4 broke the limit of call levels");
    check(
        "let s = \"x\"; loop { s += s; }",
        "failed X1.rhai:10:4 broke the limit of size (length of string)",
    );
    check(
        "let a = [1]; loop { a = [a, a]; }",
        "failed X1.rhai:10:4 broke the limit of size (size of array/blob)",
    );
    check(
        "let a = [1]; loop { push(a, 1); }",
        "failed X1.rhai:10:4 broke the limit of size (size of array/blob)",
    );
    check(
        "let s = `${\"x\"}`; loop { s = `${s}${s}`; }",
        "failed X1.rhai:10:4 broke the limit of size (length of string)",
    );
}

#[test]
fn a_rule_that_keeps_breaking_limits_is_given_up_and_the_others_go_on() {
    let catalogue = catalogue(&[
        ("X1.rhai", rule_assessing("X1", "loop { }")),
        ("X2.rhai", rule_assessing("X2", "HIGH")),
    ]);
    let frames = project(&[]).frames(built_in()).unwrap();
    let many = vigie::frame::Frames {
        projects: repeat(&frames.projects, 8),
        ministries: frames.ministries.clone(),
        portfolio: frames.portfolio.clone(),
    };
    let judged = catalogue.judge(&many, day("2021-07-01"));
    let shown: Vec<String> = judged
        .iter()
        .map(|judgement| format!("{} {}", judgement.rule, words(&judgement.verdict)))
        .collect();
    let broke = "X1 failed X1.rhai:10:4 broke the limit of operations";
    let given_up =
        "X1 failed X1.rhai not run: the rule broke a limit on 5 subjects before this one";
    let mut expected = vec![broke; 5];
    expected.extend([given_up; 3]);
    expected.extend(["X2 high"; 8]);
    assert_eq!(shown, expected);
}

fn repeat(frame: &polars::frame::DataFrame, times: usize) -> polars::frame::DataFrame {
    (1..times).fold(frame.clone(), |whole, _| whole.vstack(frame).unwrap())
}

#[test]
fn a_text_too_long_or_too_deep_is_a_fault() {
    let long = rule_assessing("X1", &format!("let s = \"{}\"; CLEAR", "x".repeat(70_000)));
    assert_eq!(
        super::catalogue::faults(&[("X1.rhai", long)]),
        "X1.rhai: the file has 70195 bytes, expected at most 60000"
    );
    let deep = rule_assessing("X1", &format!("{}1{}", "(".repeat(200), ")".repeat(200)));
    assert_eq!(
        super::catalogue::faults(&[("X1.rhai", deep)]),
        "X1.rhai:10:41: Expression exceeds maximum complexity"
    );
}

#[test]
fn an_explanation_that_breaks_does_not_lose_the_verdict() {
    let explained = |explain: &str| {
        let functions = format!("fn assess(p, t) {{ HIGH }}\nfn explain(p, t) {{ {explain} }}");
        let judged = judge_by(&catalogue(&[("X1.rhai", rule("X1", &functions))]), &[]);
        assert_eq!(words(&judged.verdict), "high");
        judged.explanation.unwrap()
    };
    assert_eq!(
        explained("meur(p.cost_current)"),
        "L’explication n’a pas pu être rédigée : donnée manquante, Coût actualisé (cost_current)."
    );
    assert_eq!(
        explained("pct(\"x\")"),
        "L’explication n’a pas pu être rédigée : X1.rhai:11:20: `pct` takes a number, found text."
    );
    assert_eq!(
        explained("3"),
        "L’explication n’a pas pu être rédigée : X1.rhai : explain gives a number, expected text."
    );
    assert_eq!(
        explained("`${1234.5} ${true} ${HIGH} ${p.as_of}`"),
        "1\u{202f}234,5 oui élevé 1er juillet 2021"
    );
}

#[test]
fn a_misspelt_field_is_a_fault_even_where_rhai_would_fold_a_constant_map() {
    // With the default optimiser and a map in scope, `p.csot` would quietly be nothing.
    assert_eq!(
        super::catalogue::faults(&[(
            "X1.rhai",
            rule_assessing("X1", "if p.csot == () { HIGH } else { CLEAR }")
        )]),
        "X1.rhai:10:24: `p.csot` is no field of projects"
    );
}

fn cell(kind: FieldKind) -> impl Strategy<Value = Option<Value>> {
    let numbers = (any::<i64>(), any::<f64>(), any::<bool>(), ".{0,12}", -800_000..800_000_i32);
    proptest::option::of(numbers).prop_map(move |drawn| {
        let (count, figure, held, word, days) = drawn?;
        Some(match kind {
            FieldKind::Bool => Value::Bool(held),
            FieldKind::Int => Value::Int(count),
            FieldKind::Float => Value::Float(figure),
            FieldKind::Text => Value::Text(word),
            FieldKind::Date => Value::Date(chrono::NaiveDate::from_epoch_days(days)?),
        })
    })
}

fn row(scope: SubjectKind) -> impl Strategy<Value = Vec<(&'static str, Option<Value>)>> {
    let fields: Vec<_> = built_in().fields_of(scope).collect();
    fields
        .into_iter()
        .map(|field| cell(field.kind).prop_map(|value| (field.name, value)))
        .collect::<Vec<_>>()
}

static SHIPPED: OnceLock<Catalogue> = OnceLock::new();

fn shipped() -> Catalogue {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    compile_catalogue(&read_folder(&folder).unwrap(), &ScriptLimits::default()).0
}

proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 60,
        failure_persistence: None,
        ..Default::default()
    })]

    /// Any cells at all, even those that no frame may hold: one judgement per rule, no panic.
    #[test]
    fn judging_never_panics(
        project in row(SubjectKind::Project),
        ministry in row(SubjectKind::Ministry),
        portfolio in row(SubjectKind::Portfolio),
    ) {
        let catalogue = SHIPPED.get_or_init(shipped);
        let as_of = day("2021-07-01");
        for (scope, cells) in [
            (SubjectKind::Project, project),
            (SubjectKind::Ministry, ministry),
            (SubjectKind::Portfolio, portfolio),
        ] {
            let mut specimen = Specimen::new(scope, as_of);
            for (field, value) in cells {
                if let Some(value) = value.filter(|_| !["in_panorama", "has_left"].contains(&field)) {
                    specimen.set(field, value);
                }
            }
            let frames = specimen.frames(built_in()).unwrap();
            let expected: Vec<RuleId> = catalogue
                .rules()
                .filter(|rule| rule.scope == scope && rule.subjects == vigie::rules::Subjects::Present)
                .map(|rule| rule.id.clone())
                .collect();
            let judged = catalogue.judge(&frames, as_of);
            let rules: Vec<RuleId> = judged.iter().map(|judgement| judgement.rule.clone()).collect();
            prop_assert_eq!(rules, expected);
            prop_assert_eq!(&judged, &catalogue.judge(&frames, as_of));
        }
    }
}

/// Texts as deep or as long as a file may be, in each way that a text can be.
#[test]
fn a_text_deep_or_long_in_any_way_is_a_fault_or_a_verdict() {
    let chain = |part: &str, count: usize| part.repeat(count);
    let bodies = [
        format!(
            "{}CLEAR",
            chain("if p.listed { return HIGH; } else ", 1_500) + "{ return WATCH; } "
        ),
        format!("if {}true {{ HIGH }} else {{ CLEAR }}", chain("!", 20_000)),
        format!("if {}1 > 0 {{ HIGH }} else {{ CLEAR }}", chain("-", 20_000)),
        format!("if 0{} > 1 {{ HIGH }} else {{ CLEAR }}", chain("+1", 15_000)),
        format!("if 0{} > 1 {{ HIGH }} else {{ CLEAR }}", chain("+p.editions_seen", 3_000)),
        format!("if true{} {{ HIGH }} else {{ CLEAR }}", chain("&&true", 9_000)),
        format!("if true{} {{ HIGH }} else {{ CLEAR }}", chain("&&p.listed", 5_000)),
        format!("if p.listed{} {{ HIGH }} else {{ CLEAR }}", chain("==p.listed", 5_000)),
        format!("let x = 1{}; CLEAR", chain(".abs()", 9_000)),
        format!("let x = p.editions_seen{}; CLEAR", chain(".abs()", 9_000)),
        format!("let x = p.editions_seen{}; CLEAR", chain(" ?? p.editions_seen", 3_000)),
        format!("let x = {}1{}; CLEAR", chain("[", 20_000), chain("]", 20_000)),
        format!("let x = {}1{}; CLEAR", chain("abs(", 9_000), chain(")", 9_000)),
        format!("{}CLEAR{}", chain("{", 20_000), chain("}", 20_000)),
        format!("{}CLEAR", chain("if p.editions_seen > 1 { return HIGH; } ", 1_400)),
        format!("let x = 1; {}CLEAR", chain("x += p.editions_seen; ", 2_500)),
        format!("{}CLEAR", chain("let x = p.editions_seen; ", 2_000)),
        format!("{}CLEAR{}", chain("if p.listed {", 4_000), chain("}", 4_000)),
        format!("{}CLEAR{}", chain("switch p.listed { true => ", 2_000), chain("}", 2_000)),
        format!("{}CLEAR{}", chain("[1].some(|x| ", 3_000), chain(")", 3_000)),
        format!("let x = {}1{}; CLEAR", chain("`${", 6_000), chain("}`", 6_000)),
        format!("let x = [{}]; CLEAR", chain("1,", 25_000)),
        format!("let x = \"{}\"; CLEAR", chain("é", 25_000)),
        format!(
            "switch p.editions_seen {{ {} _ => WATCH }}",
            (0..3_000).map(|arm| format!("{arm}=>CLEAR,")).collect::<Vec<_>>().concat()
        ),
        format!(
            "switch p.editions_seen {{ {} => HIGH, _ => WATCH }}",
            (0..9_000).map(|arm| arm.to_string()).collect::<Vec<_>>().join("|")
        ),
        format!("if p.phase in [{}] {{ HIGH }} else {{ CLEAR }}", chain("p.phase,", 5_000)),
    ];
    for body in bodies {
        let texts = super::catalogue::texts(&[("X1.rhai", rule_assessing("X1", &body))]);
        let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
        let frames = project(&[("editions_seen", Value::Int(2)), ("listed", Value::Bool(true))])
            .frames(built_in())
            .unwrap();
        let judged = catalogue.judge(&frames, day("2021-07-01"));
        assert_eq!(judged.len() + faults.len(), 1, "{faults:?}");
    }
}
