//! What is wrong with a rule, said so that its author can act on it.

use std::collections::BTreeMap;

use super::catalogue::{faults, rule_assessing};
use crate::compile::rule_text::rule;
use vigie::rules::{ScriptLimits, compile_catalogue};

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(faults(&[("X1.rhai", rule_assessing("X1", body))]), expected, "{body}");
}

#[track_caller]
fn check_text(text: &str, expected: &str) {
    assert_eq!(faults(&[("X1.rhai", text.to_owned())]), expected);
}

#[track_caller]
fn check_thresholds(text: &str, expected: &str) {
    let texts = BTreeMap::from([("thresholds.toml".to_owned(), text.to_owned())]);
    let (_, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown.join("\n"), expected);
}

#[test]
fn a_misspelt_name_is_shown_with_the_nearest_one() {
    check(
        "if p.budget_drfit > t.high { HIGH } else { CLEAR }",
        "X1.rhai:10:24: `p.budget_drfit` is no field of projects (did you mean `budget_drift`?)",
    );
    check(
        "if p.budget_drift > t.hihg { HIGH } else { CLEAR }",
        "X1.rhai:10:41: `t.hihg` is no threshold of thresholds.toml (did you mean `high`?)",
    );
    check(
        "if absolute(p.budget_drift) > 1 { HIGH } else { CLEAR }",
        "X1.rhai:10:22: no function `absolute`",
    );
    check(
        "if pc(1) == \"\" { HIGH } else { CLEAR }",
        "X1.rhai:10:22: no function `pc` (did you mean `pct`?)",
    );
    check("HIGHT", "X1.rhai:10:19: `HIGHT` is not defined (did you mean `HIGH`?)");
    check(
        "let cost = 1; if csot > 1 { HIGH } else { CLEAR }",
        "X1.rhai:10:36: `csot` is not defined (did you mean `cost`?)",
    );
}

#[test]
fn a_field_of_another_scope_is_said_to_be_so() {
    check(
        "if p.global_drift > t.high { HIGH } else { CLEAR }",
        "X1.rhai:10:24: `p.global_drift` is a field of ministries and the portfolio, this rule judges projects",
    );
}

#[test]
fn every_fault_of_every_file_is_reported() {
    let one = rule_assessing(
        "X1",
        "if p.phasse == \"build\" && p.cost_curent > 1 { HIGH } else { CLEAR }",
    );
    let other = rule_assessing("X2", "let x = ; CLEAR");
    assert_eq!(
        faults(&[("X1.rhai", one), ("X2.rhai", other)]),
        "X1.rhai:10:24: `p.phasse` is no field of projects (did you mean `phase`?)\n\
         X1.rhai:10:47: `p.cost_curent` is no field of projects (did you mean `cost_current`?)\n\
         X2.rhai:10:27: Unexpected ';'"
    );
}

#[test]
fn a_faulty_rule_is_left_out_and_the_others_stay() {
    let texts = super::catalogue::texts(&[
        ("X1.rhai", rule_assessing("X1", "p.nothing")),
        ("X2.rhai", rule_assessing("X2", "CLEAR")),
    ]);
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    let ids: Vec<&str> = catalogue.rules().map(|rule| rule.id.as_str()).collect();
    assert_eq!((ids, faults.len()), (vec!["X2"], 1));
}

#[test]
fn p_and_t_are_read_and_nothing_else() {
    let bare = "`p` is only read as `p.field`, or passed on as `p` to a function of the rule";
    check("let q = p; CLEAR", &format!("X1.rhai:10:27: {bare}"));
    check(
        "if p == t { HIGH } else { CLEAR }",
        "X1.rhai:10:22: `p` is only read as `p.field`, or passed on as `p` to a function of the rule\n\
         X1.rhai:10:27: `t` is only read as `t.name`, or passed on as `t` to a function of the rule",
    );
    check("p.phase = \"build\"; CLEAR", "X1.rhai:10:19: `p` is only read, a rule changes nothing");
    check(
        "if p[\"phase\"] == 1 { HIGH } else { CLEAR }",
        "X1.rhai:10:22: `p[…]`: write `p.` and a name",
    );
    check("let p = 1; CLEAR", "X1.rhai:10:19: `p` already has a meaning, name it otherwise");
    check("let HIGH = 1; CLEAR", "X1.rhai:10:19: `HIGH` already has a meaning, name it otherwise");
    check(
        "if has(p.cost_current + 1) { HIGH } else { CLEAR }",
        "X1.rhai:10:22: `has` asks of one field, `has(p.field)`",
    );
    check("if p.phase.has() { HIGH } else { CLEAR }", "X1.rhai:10:30: write `has(p.field)`");
    check(
        "if p?.listed { HIGH } else { CLEAR }",
        "X1.rhai:10:22: `p?.`: write `p.` and, if it may be missing, `??`",
    );
}

#[test]
fn closures_and_helpers_do_not_reach_p_by_themselves() {
    let out = "is out of reach: take it as a parameter, or, in a closure, read it before";
    check(
        "if [1].some(|p| p.listed) { HIGH } else { CLEAR }",
        &format!("X1.rhai:10:35: `p` {out}"),
    );
    let functions = "fn assess(p, t) { if listed() { HIGH } else { CLEAR } }\n\
                     fn listed() { p.listed }\n\
                     fn explain(p, t) { \"Parce que.\" }";
    check_text(&rule("X1", functions), &format!("X1.rhai:11:15: `p` {out}"));
}

#[test]
fn functions_of_the_rule_take_p_and_t_under_their_names() {
    let functions = "fn assess(p, t) { if twice(p, p.cost_current) { HIGH } else { CLEAR } }\n\
                     fn twice(p, t) { p.listed }\n\
                     fn explain(p, t) { \"Parce que.\" }";
    check_text(&rule("X1", functions), "X1.rhai:10:31: `twice` takes `t` here");
}

#[test]
fn what_is_not_of_the_language_is_refused() {
    check(
        "try { CLEAR } catch { HIGH }",
        "X1.rhai:10:19: a rule may not `try`: missing data must be seen",
    );
    check("throw \"x\";", "X1.rhai:10:19: a rule may not `throw`: it returns a level");
    check(
        "if p.listed & true { HIGH } else { CLEAR }",
        "X1.rhai:10:31: the operator `&` is not of the language (`&&`, `||` and `!` combine conditions)",
    );
    check("sleep(1); CLEAR", "X1.rhai:10:19: no function `sleep`");
    check("timestamp(); CLEAR", "X1.rhai:10:19: no function `timestamp`");
    check("eval(\"HIGH\")", "X1.rhai:10:19: reserved keyword 'eval' is disabled");
    check("print(1); CLEAR", "X1.rhai:10:19: reserved keyword 'print' is disabled");
    check("import \"x\" as y; CLEAR", "X1.rhai:10:19: 'import' is a reserved keyword");
    check("pct(1, 2); CLEAR", "X1.rhai:10:19: `pct` takes 1 argument, found 2");
    check("let f = Fn(\"assess\"); CLEAR", "X1.rhai:10:27: no function `Fn`");
}

#[test]
fn a_switch_compares_a_field_with_literals_of_its_kind() {
    check(
        "switch p.phase { 1 => HIGH, _ => CLEAR }",
        "X1.rhai:10:36: the case `1` can never equal text",
    );
    check(
        "switch p.editions_seen { 1 | 2.5 => HIGH, _ => CLEAR }",
        "X1.rhai:10:48: the case `2.5` can never equal a whole number",
    );
    check(
        "switch p.listed { true => { if p.listed { HIGH } else { CLEAR } } \"no\" => CLEAR, _ => CLEAR }",
        "X1.rhai:10:85: the case `\"no\"` can never equal a boolean",
    );
    check(
        "let x = p.phase; switch x { \"build\" => HIGH, _ => CLEAR }",
        "X1.rhai:10:36: `switch` takes a field of text, whole numbers or booleans, `switch p.phase`",
    );
    check(
        "switch p.budget_drift { 1.0 => HIGH, _ => CLEAR }",
        "X1.rhai:10:19: `switch` takes a field of text, whole numbers or booleans, `switch p.phase`",
    );
}

#[test]
fn a_rule_has_its_two_functions_and_no_other_statement() {
    check_text(
        &rule("X1", "fn assess(p, t) { CLEAR }"),
        "X1.rhai:1:1: the rule has no `fn explain(p, t)`",
    );
    check_text(
        &rule("X1", "fn assess(project) { CLEAR }\nfn explain(p, t) { \"\" }"),
        "X1.rhai:10:4: `fn assess(project)`, expected `fn assess(p, t)`",
    );
    check_text(
        &rule("X1", "let x = 1;\nfn assess(p, t) { CLEAR }\nfn explain(p, t) { \"\" }"),
        "X1.rhai:10:1: a rule is made of functions: `assess`, `explain` and those they call",
    );
    check_text(
        &rule("X1", "fn pct(x) { x }\nfn assess(p, t) { CLEAR }\nfn explain(p, t) { \"\" }"),
        "X1.rhai:10:4: `pct` already has a meaning, name it otherwise",
    );
}

#[test]
fn front_matter_is_checked_at_its_place() {
    check_text(
        "fn assess(p, t) { CLEAR }",
        "X1.rhai:1:1: a rule begins with its front matter, `/*---` … `---*/`",
    );
    check_text("/*---\nid = \"X1\"", "X1.rhai:1:1: the front matter has no end, expected `---*/`");
    let sound = rule_assessing("X1", "CLEAR");
    check_text(
        &sound.replace("\"test\"", "\"tset\""),
        "X1.rhai:6:10: unknown variant `tset`, expected one of `experimental`, `test`, `stable`, `deprecated`",
    );
    check_text(
        &sound.replace("\"X1\"", "\"X2\""),
        "X1.rhai:2:6: the id is `X2` and the file is named `X1`, expected the same",
    );
    check_text(
        &sound.replace("sources = []", "mission = { kind = \"coaching\", from = \"watch\" }"),
        "X1.rhai:8:11: a mission from `watch`: alerts open from `moderate`, so do missions",
    );
    check_text(
        &sound.replace("sources = []", "for = 0"),
        "X1.rhai:2:6: `for` is 0, expected 1 or more evaluations",
    );
    check_text(
        &sound
            .replace("\"project\"", "\"ministry\"")
            .replace("sources = []", "subjects = \"left\""),
        "X1.rhai:8:12: `subjects` chooses among projects; this rule's scope is another",
    );
}

#[test]
fn a_rule_is_retired_with_its_reason_and_only_then() {
    let sound = rule_assessing("X1", "CLEAR");
    check_text(
        &sound.replace("\"test\"", "\"deprecated\""),
        "X1.rhai:2:6: a deprecated rule closes its alerts: say why in `deprecated_reason`",
    );
    check_text(
        &sound.replace("sources = []", "deprecated_reason = \"remplacée\""),
        "X1.rhai:8:21: `deprecated_reason` says why a rule of status `deprecated` is one",
    );
    let retired = sound
        .replace("\"test\"", "\"deprecated\"")
        .replace("sources = []", "deprecated_reason = \"remplacée\"");
    check_text(&retired, "");
}

#[test]
fn a_rule_hides_only_alerts_that_there_can_be_and_never_one_that_hides_it() {
    let hiding = |id: &str, other: &str, level: &str| {
        let line =
            format!("inhibits = [{{ rule = \"{other}\", from = \"{level}\", up_to = \"high\" }}]");
        rule_assessing(id, "CLEAR").replace("sources = []", &line)
    };
    let ministry = rule_assessing("X2", "CLEAR").replace("\"project\"", "\"ministry\"");
    for (rules, expected) in [
        ([hiding("X1", "X2", "high"), rule_assessing("X2", "CLEAR")], ""),
        (
            [hiding("X1", "X2", "high"), hiding("X2", "X1", "high")],
            "X1.rhai: `inhibits`: X2 hides X1 in turn\nX2.rhai: `inhibits`: X1 hides X2 in turn",
        ),
        // A critical alert of each hides a high one of the other: both cannot be.
        ([hiding("X1", "X2", "critical"), hiding("X2", "X1", "critical")], ""),
        ([hiding("X1", "X2", "critical"), hiding("X2", "X1", "high")], ""),
        (
            [hiding("X1", "X2", "high"), ministry],
            "X1.rhai: `inhibits`: X2 judges other subjects than X1",
        ),
        (
            [hiding("X1", "X2", "watch"), rule_assessing("X2", "CLEAR")],
            "X1.rhai: `inhibits`: alerts stand from `moderate`, so do `from` and `up_to`",
        ),
    ] {
        let [one, other] = rules;
        assert_eq!(faults(&[("X1.rhai", one), ("X2.rhai", other)]), expected);
    }
}

#[test]
fn two_rules_never_share_an_id() {
    let found = faults(&[
        ("a/X1.rhai", rule_assessing("X1", "CLEAR")),
        ("b/X1.rhai", rule_assessing("X1", "CLEAR")),
    ]);
    assert_eq!(found, "b/X1.rhai: the id `X1` is that of a/X1.rhai too");
}

#[test]
fn thresholds_are_checked_one_by_one() {
    let source = "source = { tag = \"expert\", text = \"Essai\" }";
    check_thresholds(
        &format!(
            "[a]\nlabel = \"A\"\nunit = \"ratoi\"\nvalue = 1\n{source}\n\
             [b]\nlabel = \"B\"\nunit = \"days\"\n{source}\n\
             [c]\nlabel = \"C\"\nunit = \"days\"\nvalue = 3\nmax = 2\n{source}\n\
             [d]\nlabel = \"D\"\nunit = \"days\"\nvalues = [{{ from = 2022-01-01, value = 1 }}, {{ from = 2021-01-01, value = 2 }}]\n{source}\n\
             [e]\nlabel = \"E\"\nunit = \"days\"\nvaleur = 1\n{source}\n"
        ),
        "thresholds.toml:1:1: threshold `a`: found the unit `ratoi`, expected one of none, ratio, points, meur, meur_per_year, months, days, count, fte, did you mean `ratio`?\n\
         thresholds.toml:6:1: threshold `b`: has neither `value` nor `values`\n\
         thresholds.toml:10:1: threshold `c`: 3 is above its bound 2\n\
         thresholds.toml:16:1: threshold `d`: dated values are not in the order of their dates\n\
         thresholds.toml:21:1: threshold `e`: unknown field `valeur`, expected one of `label`, `unit`, `source`, `value`, `values`, `min`, `max`",
    );
    check_thresholds("[a\n", "thresholds.toml:1:3: unclosed table, expected `]`");
}
