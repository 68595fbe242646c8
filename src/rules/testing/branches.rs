//! Instruments the branches of a rule's `assess` to learn which of them were taken.
//!
//! A statement that records its number is inserted at the head of each branch, in a copy of the
//! text that is then compiled like any rule. Insertions add no line, so line numbers stay those of
//! the author's text.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, Engine, Position, Token};
use serde::Serialize;

use super::blocks::{PlacedToken, arm_end, body_start, closes, matching_brace, opens, reachable};
use crate::domain::ids::RuleId;
use crate::rules::catalogue::compiled_catalogue::{Catalogue, compile_with};
use crate::rules::catalogue::signs::places::AuthorPlaces;
use crate::rules::evaluate::script_run::ScriptRun;
use crate::rules::language::sandbox;
use crate::rules::language::sandbox::ScriptLimits;
use crate::rules::language::syntax::{TokenRecorder, Tokens};

/// Keyword that records a branch. Only the engine of an instrumented catalogue knows it; anywhere
/// else it is a syntax error.
const MARK: &str = "reached__";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Branch {
    pub rule: RuleId,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub kind: BranchKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchKind {
    /// The condition of an `if` holds.
    Then,
    /// The condition of an `if` with an `else` is false.
    Else,
    /// The condition of an `if` without an `else` is false.
    Otherwise,
    /// One arm of a `switch`.
    Arm,
    /// A `return` that an earlier statement of the function may pre-empt.
    Return,
    /// The value at the end of a function.
    End,
}

impl BranchKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Then => "condition vraie",
            Self::Else => "sinon",
            Self::Otherwise => "condition fausse",
            Self::Arm => "cas d’un switch",
            Self::Return => "return",
            Self::End => "fin de la fonction",
        }
    }
}

/// A catalogue whose rules record the branches they take.
#[derive(Debug)]
pub(in crate::rules) struct InstrumentedCatalogue {
    pub(in crate::rules) catalogue: Catalogue,
    pub(in crate::rules) branches: Vec<Branch>,
    taken: Arc<Mutex<Vec<usize>>>,
}

impl InstrumentedCatalogue {
    /// `texts` must be those that `catalogue` was compiled from.
    pub(in crate::rules) fn of(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Self {
        let mut marked = BTreeMap::new();
        let mut branches = Vec::new();
        let mut parser =
            sandbox::engine(&catalogue.limits, catalogue.readable(), &catalogue.budget);
        let recorder = TokenRecorder::default();
        recorder.attach(&mut parser);
        for compiled in catalogue.rules.values() {
            let (rule, places) = (&compiled.rule, &compiled.analysis.places);
            let Some(text) = catalogue.script_of(rule, texts) else { continue };
            drop(recorder.take());
            if parser.compile(text).is_err() {
                continue;
            }
            let tokens = recorder.take();
            let mut instrumenter = Instrumenter::new(text, (&tokens, places), branches.len());
            instrumenter.mark();
            branches.extend(instrumenter.branches.iter().map(|(position, kind)| {
                let place = places.of((*position).into());
                Branch {
                    rule: rule.id.clone(),
                    file: rule.file.clone(),
                    line: place.line.unwrap_or_default(),
                    column: place.column.unwrap_or_default(),
                    kind: *kind,
                }
            }));
            marked.insert(rule.file.clone(), instrumenter.text());
        }
        let taken = Arc::new(Mutex::new(Vec::new()));
        let equip = |engine: &mut Engine| register_mark(engine, &taken);
        let bounds = (&larger_limits(catalogue.limits), &catalogue.budget);
        let (compiled, _) = compile_with(texts, &marked, bounds, &equip);
        Self { catalogue: compiled, branches, taken }
    }

    /// Numbers of the branches taken since the last call, in the order in which they were taken.
    pub(in crate::rules) fn take(&self) -> Vec<usize> {
        std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Larger limits: the inserted statements cost operations, depth and bytes of their own.
fn larger_limits(limits: ScriptLimits) -> ScriptLimits {
    ScriptLimits {
        operations: limits.operations.saturating_mul(4),
        expression_depth: limits.expression_depth.saturating_mul(4),
        text_size: limits.text_size.saturating_mul(4),
        ..limits
    }
}

fn register_mark(engine: &mut Engine, taken: &Arc<Mutex<Vec<usize>>>) {
    let taken = Arc::clone(taken);
    let registered =
        engine.register_custom_syntax([MARK, "$int$"], false, move |context, inputs| {
            let run = context.tag().read_lock::<ScriptRun>();
            if run.is_some_and(|run| run.explains()) {
                return Ok(Dynamic::UNIT);
            }
            let mark = inputs.first().and_then(rhai::Expression::get_literal_value::<i64>);
            if let Some(mark) = mark.and_then(|mark| usize::try_from(mark).ok()) {
                taken.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
            }
            Ok(Dynamic::UNIT)
        });
    // Registration fails only on an invalid syntax, and this one is fixed. If it failed, no branch
    // would be counted as taken.
    drop(registered.map(|_| ()));
}

struct Instrumenter<'m> {
    text: &'m str,
    tokens: &'m [PlacedToken],
    places: &'m AuthorPlaces,
    first_mark: usize,
    branches: Vec<(Position, BranchKind)>,
    /// Byte offset, rank among insertions at the same offset, and the text to insert.
    insertions: Vec<(usize, u8, String)>,
}

impl<'m> Instrumenter<'m> {
    fn new(
        text: &'m str,
        (tokens, places): (&'m Tokens, &'m AuthorPlaces),
        first_mark: usize,
    ) -> Self {
        let tokens = tokens.as_slice();
        Self { text, tokens, places, first_mark, branches: vec![], insertions: vec![] }
    }

    fn mark(&mut self) {
        for (open, close) in reachable(self.tokens) {
            // What weighs the signs has no branches of its own: each sign has two.
            if self.is_added(open) {
                continue;
            }
            for index in open + 1..close {
                match self.token(index) {
                    Some(Token::If) => self.condition(index),
                    Some(Token::DoubleArrow) => self.arm(index),
                    Some(Token::Return) => self.return_statement(index),
                    _ => {}
                }
            }
            self.end(open, close);
        }
    }

    fn text(mut self) -> String {
        self.insertions.sort();
        let mut text = String::new();
        let mut from = 0;
        for (at, _, inserted) in &self.insertions {
            text.push_str(self.text.get(from..*at).unwrap_or_default());
            text.push_str(inserted);
            from = *at;
        }
        text.push_str(self.text.get(from..).unwrap_or_default());
        text
    }

    fn condition(&mut self, index: usize) {
        let Some(open) = body_start(self.tokens, index) else { return };
        let Some(close) = matching_brace(self.tokens, open) else { return };
        self.inside(open, BranchKind::Then, index);
        match (self.token(close + 1), self.token(close + 2)) {
            (Some(Token::Else), Some(Token::If)) => {}
            (Some(Token::Else), _) => self.inside(close + 2, BranchKind::Else, close + 1),
            _ => {
                let mark = self.branch(index, BranchKind::Otherwise);
                self.insert(close, 1, 0, format!(" else {{ {mark} }}"));
            }
        }
    }

    fn arm(&mut self, arrow: usize) {
        let start = arrow + 1;
        if self.token(start) == Some(&Token::LeftBrace) {
            return self.inside(start, BranchKind::Arm, arrow);
        }
        let end = arm_end(self.tokens, start);
        let mark = self.branch(start, BranchKind::Arm);
        self.insert(start, 0, 2, format!("{{ {mark} "));
        self.insert(end, 0, 1, " }".to_owned());
    }

    fn return_statement(&mut self, index: usize) {
        let before = index.checked_sub(1).and_then(|before| self.token(before));
        if matches!(before, Some(Token::SemiColon | Token::RightBrace)) {
            let mark = self.branch(index, BranchKind::Return);
            self.insert(index, 0, 2, format!("{mark} "));
        }
    }

    /// Marks the value at the end of a function, if an earlier statement may return before it.
    fn end(&mut self, open: usize, close: usize) {
        let mut depth = 0_usize;
        let mut last = None;
        for index in open + 1..close {
            match self.token(index) {
                Some(token) if opens(token) => depth += 1,
                Some(token) if closes(token) => {
                    depth = depth.saturating_sub(1);
                    let next = self.token(index + 1);
                    if depth == 0 && *token == Token::RightBrace && next.is_some_and(begins_value) {
                        last = Some(index + 1);
                    }
                }
                Some(Token::SemiColon) if depth == 0 => last = Some(index + 1),
                _ => {}
            }
        }
        let Some(last) = last else { return };
        if self.token(last).is_some_and(begins_value) {
            let mark = self.branch(last, BranchKind::End);
            self.insert(last, 0, 2, format!("{mark} "));
        }
    }

    /// Inserts a mark after the brace at `open`. An empty block has no position of its own: its
    /// branch takes the position of `fallback`.
    fn inside(&mut self, open: usize, kind: BranchKind, fallback: usize) {
        let empty = self.token(open + 1) == Some(&Token::RightBrace);
        let mark = self.branch(if empty { fallback } else { open + 1 }, kind);
        self.insert(open, 1, 2, format!(" {mark} "));
    }

    fn branch(&mut self, index: usize, kind: BranchKind) -> String {
        let mark = self.first_mark + self.branches.len();
        let position = self.tokens.get(index).map_or(Position::NONE, |(_, position)| *position);
        self.branches.push((position, kind));
        format!("{MARK} {mark};")
    }

    fn insert(&mut self, index: usize, after: usize, rank: u8, text: String) {
        let Some((_, position)) = self.tokens.get(index) else { return };
        self.insertions.push((byte_of(self.text, *position) + after, rank, text));
    }

    fn is_added(&self, index: usize) -> bool {
        let line = self.tokens.get(index).and_then(|(_, position)| position.line());
        line.is_some_and(|line| self.places.is_added(line))
    }

    fn token(&self, index: usize) -> Option<&'m Token> {
        self.tokens.get(index).map(|(token, _)| token)
    }
}

/// Whether a value may begin with this token at the end of a function. `if` and `switch` are
/// excluded: they have branches of their own.
fn begins_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Identifier(_)
            | Token::LeftParen
            | Token::Bang
            | Token::True
            | Token::False
            | Token::StringConstant(_)
            | Token::IntegerConstant(_)
            | Token::FloatConstant(_)
    )
}

fn byte_of(text: &str, position: Position) -> usize {
    let (Some(line), Some(column)) = (position.line(), position.position()) else {
        return text.len();
    };
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    rest.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| start + at)
}
