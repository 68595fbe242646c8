//! Lints: code that compiles but cannot be what its author means.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's tokens are an open enum, of which each pass cares for a few"
)]

use std::collections::{BTreeMap, BTreeSet};

use rhai::{Position, Token};

use super::blocks::{body_start, closes, matching_brace, opens, reachable};
use super::case_file::cases_path;
use super::cases::missing_cases;
use crate::domain::value::Value;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::rules::catalogue::rule::Rule;
use crate::rules::catalogue::signs::CLOSING;
use crate::rules::catalogue::signs::places::AuthorPlaces;
use crate::rules::catalogue::thresholds;
use crate::rules::catalogue::thresholds::{Threshold, Thresholds};
use crate::rules::language::sandbox;
use crate::rules::language::syntax::TokenRecorder;

type PlacedToken = (Token, Position);

/// The lints of a catalogue, sorted by file and place. They do not prevent judging; the rules that
/// Vigie ships have none.
pub fn lints(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let mut found = Vec::new();
    let mut parser = sandbox::engine(&catalogue.limits, catalogue.readable(), &catalogue.budget);
    let recorder = TokenRecorder::default();
    recorder.attach(&mut parser);
    for compiled in catalogue.rules.values() {
        if catalogue.budget.is_spent() {
            break;
        }
        let rule = &compiled.rule;
        found.extend(compiled.analysis.doubts.iter().map(|doubt| {
            let place = compiled.analysis.places.of(doubt.position.into());
            RuleFault::new(&rule.file, place, &doubt.message).hinting(&doubt.hint)
        }));
        lacks_documentation(rule, &mut found);
        inhibits_unknown_rules(rule, catalogue, &mut found);
        found.extend(texts.get(&rule.file).and_then(|text| unless_at_the_end(rule, text)));
        let Some(text) = catalogue.script_of(rule, texts) else { continue };
        drop(recorder.take());
        if parser.compile(text).is_ok() {
            let tokens = recorder.take();
            let places = &compiled.analysis.places;
            let thresholds = catalogue.thresholds();
            let reader = TokenReader { rule, tokens: tokens.as_slice(), places, thresholds };
            reader.read(&mut found);
        }
    }
    found.extend(unused_thresholds(catalogue, texts));
    found.extend(unbounded_thresholds(catalogue, texts));
    found.extend(missing_cases(catalogue, texts).into_iter().map(|missing| {
        let (rule, message) = missing.split_once(": ").unwrap_or(("", &missing));
        RuleFault::new(&cases_path(rule), TextPosition::default(), message)
    }));
    found.sort();
    found
}

fn lacks_documentation(rule: &Rule, found: &mut Vec<RuleFault>) {
    let top = TextPosition { line: Some(1), column: Some(1) };
    if rule.sources.iter().all(|source| source.trim().is_empty()) {
        let lint = RuleFault::new(&rule.file, top, "the rule has no `sources`");
        found.push(lint.hinting("say where the rule comes from: a text, a figure, an expert"));
    }
    if rule.guidance.trim().is_empty() {
        let lint = RuleFault::new(&rule.file, top, "the rule has no `guidance`");
        found.push(lint.hinting("say what to verify and whom to call when it fires"));
    }
}

/// An `unless` at the end of the head, where it is of the last sign alone.
fn unless_at_the_end(rule: &Rule, text: &str) -> Option<RuleFault> {
    let [others @ .., last] = rule.signs.as_slice() else { return None };
    let is_alone = !others.is_empty() && others.iter().all(|sign| sign.unless.is_none());
    last.unless.as_ref().filter(|_| is_alone)?;
    let head = text.split(CLOSING).next()?;
    let written = (1..).zip(head.lines()).filter(|(_, words)| !words.trim().is_empty());
    let (line, words) = written.last()?;
    words.starts_with("unless").then(|| {
        let place = TextPosition { line: Some(line), column: Some(1) };
        let remark = RuleFault::new(&rule.file, place, "`unless` here is of the last sign alone");
        remark.hinting("for the whole rule, write it before the first `[[sign]]`; for this sign, before its `when`")
    })
}

fn inhibits_unknown_rules(rule: &Rule, catalogue: &Catalogue, found: &mut Vec<RuleFault>) {
    let top = TextPosition { line: Some(1), column: Some(1) };
    for inhibition in &rule.inhibits {
        if catalogue.rule(&inhibition.rule).is_none() {
            let message = format!("`inhibits`: `{}` is no rule in force", inhibition.rule);
            found.push(RuleFault::new(&rule.file, top, message));
        }
    }
}

fn unused_thresholds(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let read: BTreeSet<&str> = catalogue
        .rules
        .values()
        .flat_map(|compiled| compiled.analysis.thresholds.iter().map(String::as_str))
        .collect();
    let is_read = |one: &&Threshold| {
        read.contains(one.name.as_str()) || one.name.starts_with(thresholds::OF_IMPORTS)
    };
    let idle = catalogue.thresholds().iter().filter(|one| !is_read(one));
    idle.map(|threshold| {
        let message = format!("no rule reads the threshold `{}`", threshold.name);
        at_head(threshold, texts, message)
    })
    .collect()
}

fn unbounded_thresholds(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let unbounded = |one: &&Threshold| one.min.is_none() || one.max.is_none();
    let lint = |threshold: &Threshold| {
        let message = format!("the threshold `{}` has no bounds", threshold.name);
        at_head(threshold, texts, message)
            .hinting("`min` and `max` say between which values a slip of the keyboard is refused")
    };
    catalogue.thresholds().iter().filter(unbounded).map(lint).collect()
}

/// A lint where the threshold begins, in the file that gives it.
fn at_head(threshold: &Threshold, texts: &BTreeMap<String, String>, message: String) -> RuleFault {
    let file = thresholds::file_of(&threshold.name, texts);
    let text = texts.get(&file).map_or("", String::as_str);
    RuleFault::new(&file, head_of(threshold, text), message)
}

fn head_of(threshold: &Threshold, text: &str) -> TextPosition {
    let head = format!("[{}]", threshold.name);
    let line = text.lines().position(|line| line.trim() == head).map(|index| index + 1);
    TextPosition { line, column: line.map(|_| 1) }
}

struct TokenReader<'r> {
    rule: &'r Rule,
    tokens: &'r [PlacedToken],
    places: &'r AuthorPlaces,
    thresholds: &'r Thresholds,
}

/// A condition whose branch returns: below it, the condition is false.
struct Passed {
    tokens: Vec<Token>,
    line: usize,
    depth: usize,
}

impl TokenReader<'_> {
    fn read(&self, found: &mut Vec<RuleFault>) {
        for (open, close) in reachable(self.tokens) {
            let mut passed: Vec<Passed> = Vec::new();
            let mut depth = 0_usize;
            for index in open + 1..close {
                let Some((token, position)) = self.tokens.get(index) else { continue };
                match token {
                    token if opens(token) => depth += 1,
                    token if closes(token) => {
                        depth = depth.saturating_sub(1);
                        passed.retain(|one| one.depth <= depth);
                    }
                    Token::Return => self.after_return(index, found),
                    Token::IntegerConstant(number) if *number > 1 => {
                        self.number(*position, &number.to_string(), found);
                    }
                    Token::FloatConstant(number) if ![0.0, 1.0].contains(&*number.0) => {
                        self.number(*position, &number.1, found);
                    }
                    Token::If => {
                        self.condition(index, *position, &passed, found);
                        passed.extend(self.passes(index, *position, depth));
                    }
                    _ => {}
                }
            }
        }
    }

    /// A number that a person may want to change.
    fn number(&self, position: Position, number: &str, found: &mut Vec<RuleFault>) {
        let message = format!("the number {number} is in the rule: name it in a threshold");
        self.lint(position, &message, found);
    }

    fn after_return(&self, index: usize, found: &mut Vec<RuleFault>) {
        let mut depth = 0_usize;
        for (at, (token, _)) in self.tokens.iter().enumerate().skip(index + 1) {
            match token {
                token if opens(token) => depth += 1,
                token if closes(token) => match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None => return,
                },
                Token::Comma if depth == 0 => return,
                Token::SemiColon if depth == 0 => {
                    if let Some((next, position)) = self.tokens.get(at + 1)
                        && *next != Token::RightBrace
                    {
                        self.lint(*position, "never reached: a `return` comes before it", found);
                    }
                    return;
                }
                _ => {}
            }
        }
    }

    fn condition(
        &self,
        index: usize,
        position: Position,
        passed: &[Passed],
        found: &mut Vec<RuleFault>,
    ) {
        let Some(tokens) = self.condition_tokens(index) else { return };
        if !tokens.iter().any(|token| matches!(token, Token::Identifier(_))) {
            self.lint(position, "the condition reads nothing: it is always the same", found);
        } else if let Some(first) = passed.iter().find(|one| one.tokens == tokens) {
            let message =
                format!("never true: line {} asks the same, and returns when it holds", first.line);
            self.lint(position, &message, found);
        } else if let Some((first, threshold)) =
            passed.iter().find_map(|one| Some((one, self.is_covered(&one.tokens, &tokens)?)))
        {
            let message = format!(
                "never true: line {} returns already from `t.{threshold}` on, which is not beyond",
                first.line
            );
            self.lint(position, &message, found);
        }
    }

    /// The condition at `index`, if its body always returns.
    fn passes(&self, index: usize, position: Position, depth: usize) -> Option<Passed> {
        let tokens = self.condition_tokens(index)?;
        let open = body_start(self.tokens, index)?;
        let close = matching_brace(self.tokens, open)?;
        let returns = matches!(self.tokens.get(open + 1), Some((Token::Return, _)));
        let alone = !matches!(self.tokens.get(close + 1), Some((Token::Else, _)));
        let line = position.line().unwrap_or_default();
        (returns && alone).then_some(Passed { tokens, line, depth })
    }

    fn condition_tokens(&self, index: usize) -> Option<Vec<Token>> {
        let open = body_start(self.tokens, index)?;
        let tokens = self.tokens.get(index + 1..open)?;
        Some(tokens.iter().map(|(token, _)| token.clone()).collect())
    }

    /// The threshold `a`, if after a return on `p.x > t.a` the condition `p.x > t.b` is false at
    /// every date.
    fn is_covered(&self, before: &[Token], now: &[Token]) -> Option<String> {
        let (field, sign, first) = comparison(before)?;
        let (same_field, same_sign, second) = comparison(now)?;
        if field != same_field || sign != same_sign {
            return None;
        }
        let (first, second) = (self.thresholds.get(first)?, self.thresholds.get(second)?);
        let covers = |low: f64, high: f64| match sign {
            Token::GreaterThan | Token::GreaterThanEqualsTo => low <= high,
            _ => low >= high,
        };
        let dates = first.values.iter().chain(&second.values).filter_map(|dated| dated.from);
        let always =
            dates.chain([chrono::NaiveDate::MIN, chrono::NaiveDate::MAX]).all(|date| {
                match (number(first.at(date)), number(second.at(date))) {
                    (Some(low), Some(high)) => covers(low, high),
                    (None, None) => true,
                    _ => false,
                }
            });
        always.then(|| first.name.clone())
    }

    fn lint(&self, position: Position, message: &str, found: &mut Vec<RuleFault>) {
        let is_added = position.line().is_some_and(|line| self.places.is_added(line));
        if !is_added {
            let place = self.places.of(position.into());
            found.push(RuleFault::new(&self.rule.file, place, message));
        }
    }
}

/// The field, operator and threshold of a comparison such as `p.field > t.threshold`.
fn comparison(tokens: &[Token]) -> Option<(&str, &Token, &str)> {
    match tokens {
        [
            Token::Identifier(p),
            Token::Period,
            Token::Identifier(field),
            sign @ (Token::GreaterThan
            | Token::GreaterThanEqualsTo
            | Token::LessThan
            | Token::LessThanEqualsTo),
            Token::Identifier(t),
            Token::Period,
            Token::Identifier(threshold),
        ] if p.as_str() == "p" && t.as_str() == "t" => Some((field, sign, threshold)),
        _ => None,
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Int(count) => Some(crate::rules::language::wording::float(*count)),
        Value::Float(figure) => Some(*figure),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
    }
}
