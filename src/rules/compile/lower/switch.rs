//! Lowers `switch`. The syntax tree has only a hash of each literal, so the literals are read again
//! from the tokens of the text and checked against the tree.

use rhai::{Expr, Position, RangeCase, SwitchCasesCollection, Token};

use super::value::{Kind, PresentNeeds, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::rules::compile::ir::{Constant, Node, Op};
use crate::rules::language::operators::Comparator;

/// Each case nests one level deeper than the one before.
const MOST_CASES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Literal {
    Value(Constant),
    /// A range, as written; its bounds are read from the tree.
    Range(String),
}

impl<'l> Lowering<'l> {
    pub(super) fn switch(
        &mut self,
        both: &'l (Expr, SwitchCasesCollection),
        position: Position,
        ends: bool,
    ) -> Lowered<Val> {
        self.visit()?;
        let (expression, cases) = both;
        let read_again = arms(self.script.tokens.from(position))
            .filter(|arms| agree(arms, cases))
            .ok_or_else(|| at(position, "the cases of `switch` are not read with certainty"))?;
        if read_again.iter().map(Vec::len).fold(read_again.len(), usize::max) > MOST_CASES {
            return Err(at(position, format!("a `switch` of more than {MOST_CASES} cases")));
        }
        let Val::One(value) = self.expression(expression)? else {
            return Err(at(position, "`switch` of no value"));
        };
        // Values first, then ranges, then the default: the order in which the interpreter tries
        // them.
        let mut order: Vec<(Node, usize)> = Vec::new();
        for (arm, literals) in read_again.iter().enumerate() {
            for literal in literals {
                if let Literal::Value(constant) = literal {
                    let node = self.tree.constant(constant.clone());
                    let same = self.tree.add(Op::Compare(Comparator::Equal, value.node, node));
                    match order.iter_mut().find(|(_, known)| *known == arm) {
                        Some((condition, _)) => *condition = self.tree.or(*condition, same),
                        None => order.push((same, arm)),
                    }
                }
            }
        }
        for range in &cases.ranges {
            order.push((self.within(&value, range), range.index()));
        }
        self.arms(&order, cases, ends)
    }

    fn within(&mut self, value: &TypedNode, range: &RangeCase) -> Node {
        let (low, high, comparator) = match range {
            RangeCase::ExclusiveInt(range, _) => (range.start, range.end, Comparator::Less),
            RangeCase::InclusiveInt(range, _) => (*range.start(), *range.end(), Comparator::AtMost),
        };
        if value.kind != Kind::Int {
            return self.tree.truth(false);
        }
        let low = self.tree.constant(Constant::Int(low));
        let high = self.tree.constant(Constant::Int(high));
        let above = self.tree.add(Op::Compare(Comparator::AtLeast, value.node, low));
        let below = self.tree.add(Op::Compare(comparator, value.node, high));
        self.tree.and(above, below)
    }

    fn arms(
        &mut self,
        order: &[(Node, usize)],
        cases: &'l SwitchCasesCollection,
        ends: bool,
    ) -> Lowered<Val> {
        let Some(((matches, arm), rest)) = order.split_first() else {
            return match cases.def_case.and_then(|arm| cases.expressions.get(arm)) {
                Some(case) => self.arm(&case.rhs, ends),
                None => self.body(&[], ends),
            };
        };
        let Some(case) = cases.expressions.get(*arm) else {
            return Err("a case of `switch` has no body".to_owned());
        };
        let condition = match &case.lhs {
            Expr::BoolConstant(true, _) => {
                TypedNode { kind: Kind::Bool, node: *matches, implies: Default::default() }
            }
            guard => {
                let facts = self.facts.clone();
                let held = self.under(*matches, |walk| walk.condition(guard))?;
                self.facts = facts;
                let node = self.tree.and(*matches, held.node);
                let [if_true, _] = held.implies;
                TypedNode { kind: Kind::Bool, node, implies: [if_true, PresentNeeds::new()] }
            }
        };
        self.branch(
            &condition,
            |walk| walk.arm(&case.rhs, ends),
            |walk| walk.arms(rest, cases, ends),
        )
    }

    fn arm(&mut self, expression: &'l Expr, ends: bool) -> Lowered<Val> {
        match expression {
            Expr::Stmt(block) => self.body(block.statements(), ends),
            expression => self.expression(expression),
        }
    }
}

/// The literals of each arm; the default has none.
fn arms(tokens: &[(Token, Position)]) -> Option<Vec<Vec<Literal>>> {
    #[derive(PartialEq)]
    enum In {
        Case,
        Guard,
        Body,
    }
    let mut arms = Vec::new();
    let mut case: Vec<&Token> = Vec::new();
    let mut place = In::Case;
    let mut depth = 0_usize;
    // The value that cases are compared with has no braces: `p.phase`, `previous(p.phase)`.
    let mut rest = tokens.iter().skip_while(|(token, _)| *token != Token::LeftBrace).peekable();
    while let Some((word, _)) = rest.next() {
        if matches!(
            word,
            Token::LeftBrace | Token::LeftParen | Token::LeftBracket | Token::MapStart
        ) {
            depth += 1;
        } else if matches!(word, Token::RightBrace | Token::RightParen | Token::RightBracket) {
            depth = depth.checked_sub(1)?;
            if depth == 0 && *word == Token::RightBrace {
                return Some(arms);
            }
            let goes_on = rest.peek().is_some_and(|(next, _)| *next == Token::Else);
            if depth == 1 && place == In::Body && *word == Token::RightBrace && !goes_on {
                place = In::Case;
            }
        } else if depth == 1 {
            match (&place, word) {
                (In::Case | In::Guard, Token::DoubleArrow) => {
                    arms.push(literals(&std::mem::take(&mut case))?);
                    place = In::Body;
                }
                (In::Case, Token::If) => place = In::Guard,
                (In::Body, Token::Comma) => place = In::Case,
                (In::Case, Token::Comma) => {}
                (In::Case, word) => case.push(word),
                _ => {}
            }
        }
    }
    None
}

fn literals(tokens: &[&Token]) -> Option<Vec<Literal>> {
    if let [Token::Underscore] = tokens {
        return Some(Vec::new());
    }
    tokens.split(|token| **token == Token::Pipe).map(literal).collect()
}

fn literal(tokens: &[&Token]) -> Option<Literal> {
    let constant = match tokens {
        [Token::StringConstant(text)] => Constant::Text(text.to_string()),
        [Token::True] => Constant::Bool(true),
        [Token::False] => Constant::Bool(false),
        [Token::IntegerConstant(count)] => Constant::Int(*count),
        [Token::Minus | Token::UnaryMinus, Token::IntegerConstant(count)] => {
            Constant::Int(count.checked_neg()?)
        }
        tokens if tokens.iter().any(|token| is_range(token)) => {
            return Some(Literal::Range(tokens.iter().map(ToString::to_string).collect()));
        }
        _ => return None,
    };
    Some(Literal::Value(constant))
}

fn is_range(word: &Token) -> bool {
    matches!(word, Token::ExclusiveRange | Token::InclusiveRange)
}

/// Whether the tree has as many arms, and arms that share a literal there share it here.
fn agree(arms: &[Vec<Literal>], cases: &SwitchCasesCollection) -> bool {
    let mut literals: Vec<(&Literal, Vec<usize>)> = Vec::new();
    for (arm, of_arm) in arms.iter().enumerate() {
        for literal in of_arm {
            match literals.iter_mut().find(|(known, _)| *known == literal) {
                Some((_, found)) => found.push(arm),
                None => literals.push((literal, vec![arm])),
            }
        }
    }
    let mut found: Vec<Vec<usize>> = literals.into_iter().map(|(_, found)| found).collect();
    let mut expected: Vec<Vec<usize>> =
        cases.cases.values().map(|case| case.blocks.to_vec()).collect();
    found.sort();
    expected.sort();
    let default = cases.def_case.is_none_or(|arm| arms.get(arm).is_some_and(Vec::is_empty));
    found == expected && arms.len() == cases.expressions.len() && default
}
