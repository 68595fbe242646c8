//! Rules at random, from a grammar of the language. Every choice is drawn from a list of numbers,
//! the first choice being the plainest: fewer and smaller numbers give a plainer rule.

use super::choices::{Choices, LEVELS};
use super::translate_values::{boolean, number, simple};

pub(crate) const STATEMENTS: [&str; 12] = [
    "if return",
    "let",
    "let bool",
    "nested if",
    "else if",
    "assign",
    "op-assign",
    "let level",
    "switch statement",
    "return",
    "block",
    "read only",
];
pub(crate) const ENDS: [&str; 10] = [
    "level",
    "if else",
    "if without else",
    "switch",
    "switch ranges",
    "switch past",
    "level variable",
    "max level",
    "return level",
    "level function",
];
/// Left to the interpreter, or faulty on every row.
pub(crate) const ODD: [&str; 5] =
    ["loop", "closure", "composed text", "unlike types", "list equality"];

/// The body of `assess` and the functions of the rule.
pub(crate) fn rule(id: &str, choices: &mut Choices<'_>) -> String {
    let body = statements(choices, 3);
    let end = end(choices, 2);
    let odd = if choices.below(12) == 11 { odd(choices) } else { String::new() };
    // Functions of the rule call the library only, or they would call themselves.
    choices.calls = false;
    let early = boolean(choices, 1);
    let (returned, last) = (number(choices, 1), boolean(choices, 2));
    let level = end_with_returns(choices);
    choices.calls = true;
    let functions = format!(
        "fn assess(p, t) {{ let n = 0; let b = false; let l = CLEAR;\n{odd}{body}\n{end}\n}}\n\
         fn test(p, t, x) {{ let n = x; let b = n > 1; let l = WATCH;\n\
         if {early} {{ return n > {returned}; }}\n{last}\n}}\n\
         fn level(p, t, b) {{ let n = 1.5; let l = HIGH;\n{level}\n}}\n\
         fn explain(p, t) {{ \"Parce que.\" }}"
    );
    super::rule_text::rule(id, &functions)
}

fn statements(choices: &mut Choices<'_>, most: usize) -> String {
    let count = choices.below(most + 1);
    (0..count).map(|_| statement(choices, most)).collect::<Vec<_>>().join("\n")
}

fn statement(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    match choices.construct(&STATEMENTS) {
        "let" => format!("let n = {};", number(choices, 2)),
        "let bool" => format!("let b = {};", boolean(choices, 2)),
        "let level" => format!("let l = {};", choices.one_of(&LEVELS)),
        "nested if" => format!(
            "if {} {{ {} if {} {{ return {}; }} }}",
            boolean(choices, 1),
            statements(choices, inner),
            boolean(choices, 1),
            choices.one_of(&LEVELS)
        ),
        "else if" => format!(
            "if {} {{ n = {}; }} else if {} {{ b = {}; }} else {{ l = {}; {} }}",
            boolean(choices, 1),
            number(choices, 1),
            boolean(choices, 1),
            boolean(choices, 1),
            choices.one_of(&LEVELS),
            statements(choices, inner)
        ),
        "assign" => format!("n = {};", number(choices, 2)),
        "op-assign" => {
            let operator = choices.one_of(&["+=", "-=", "*=", "/="]);
            format!("n {operator} {};", number(choices, 1))
        }
        "switch statement" => format!(
            "switch p.phase {{ \"build\" => {{ n = {}; }} \"a\" | \"\" if {} => return {}, _ => {{ l = HIGH; }} }}",
            number(choices, 1),
            boolean(choices, 1),
            choices.one_of(&LEVELS)
        ),
        "return" => format!("return {};", choices.one_of(&LEVELS)),
        "block" => format!("{{ let n = {}; {} }}", number(choices, 1), statements(choices, inner)),
        "read only" => format!("{};", number(choices, 1)),
        _ => format!("if {} {{ return {}; }}", boolean(choices, 2), choices.one_of(&LEVELS)),
    }
}

fn end(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    if depth == 0 {
        return choices.one_of(&LEVELS).to_owned();
    }
    match choices.construct(&ENDS) {
        "if else" => format!(
            "if {} {{ {} }} else {{ {} }}",
            boolean(choices, 2),
            end(choices, inner),
            end(choices, inner)
        ),
        "if without else" => format!("if {} {{ {} }}", boolean(choices, 1), end(choices, inner)),
        "switch" => format!(
            "switch p.phase {{ \"a\" | \"Σ\" => {}, \"build\" if {} => {{ {} }} \"build\" => HIGH, _ => {} }}",
            end(choices, inner),
            boolean(choices, 1),
            end(choices, inner),
            end(choices, 0)
        ),
        "switch ranges" => format!(
            "switch p.editions_seen {{ 3 | -1 => {}, 0 if {} => WATCH, 1..5 => {}, 4..=9 if {} => HIGH }}",
            end(choices, 0),
            boolean(choices, 1),
            end(choices, inner),
            boolean(choices, 1)
        ),
        "switch past" => format!(
            "switch previous(p.phase) {{ \"build\" => {}, _ => {} }}",
            end(choices, inner),
            end(choices, 0)
        ),
        "level variable" => "l".to_owned(),
        "max level" => {
            format!("{}(l, {})", choices.one_of(&["max", "min"]), choices.one_of(&LEVELS))
        }
        "return level" => format!("return {}", choices.one_of(&LEVELS)),
        "level function" => format!("level(p, t, {})", boolean(choices, 1)),
        _ => choices.one_of(&LEVELS).to_owned(),
    }
}

fn end_with_returns(choices: &mut Choices<'_>) -> String {
    format!(
        "if {} {{ if b {{ return CRITICAL; }} n += {}; }} else if n > {} {{ return l; }}\n\
         if b {{ MODERATE }} else {{ max(l, WATCH) }}",
        simple(choices),
        choices.below(3),
        choices.below(3),
    )
}

fn odd(choices: &mut Choices<'_>) -> String {
    match choices.construct(&ODD) {
        "loop" => "for i in [1, 2] { n += i; }",
        "closure" => "if [1, 2].some(|x| x > 1) { l = HIGH; }",
        "composed text" => "if p.phase + \"x\" == \"ax\" { l = HIGH; }",
        "list equality" => "if [1] == [1] { l = WATCH; }",
        _ => "if p.phase == 1 { return HIGH; }",
    }
    .to_owned()
}
