//! The tokens of a rule's text, for what the syntax tree does not have: where a function begins,
//! and the literals of a `switch`.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Engine, Position, Token};

use crate::frame::dictionary::FieldKind;

/// The tokens of one text with their positions, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Vec<(Token, Position)>);

/// Records the tokens that an engine parses.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenRecorder(Arc<Mutex<Tokens>>);

impl TokenRecorder {
    #[expect(deprecated, reason = "Rhai's word for an interface that may still move")]
    pub(crate) fn attach(&self, engine: &mut Engine) {
        let recorded = Arc::clone(&self.0);
        engine.on_parse_token(move |token, position, _| {
            recorded
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .0
                .push((token.clone(), position));
            token
        });
    }

    /// The tokens recorded since the last call.
    pub(crate) fn take(&self) -> Tokens {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tokens {
    pub(crate) fn as_slice(&self) -> &[(Token, Position)] {
        &self.0
    }

    /// The tokens from a position on; none if no token begins there.
    pub(crate) fn from(&self, place: Position) -> &[(Token, Position)] {
        let start = self.0.iter().position(|(_, position)| *position == place);
        start.and_then(|start| self.0.get(start..)).unwrap_or_default()
    }

    /// The position of a function's name in its definition.
    pub(super) fn function(&self, name: &str) -> Position {
        let defines = |pair: &&[(Token, Position)]| match pair {
            [(Token::Fn, _), (Token::Identifier(found), _)] => found.as_str() == name,
            _ => false,
        };
        let definition = self.0.windows(2).find(defines);
        definition.and_then(|pair| pair.last()).map_or(Position::NONE, |(_, position)| *position)
    }

    /// The literals of a `switch` that can never equal a value of type `kind`, with their
    /// positions.
    pub(super) fn unlike_cases(
        &self,
        switch: Position,
        kind: FieldKind,
    ) -> Vec<(String, Position)> {
        let begins =
            |(token, position): &(Token, Position)| *token == Token::Switch && *position == switch;
        let Some(start) = self.0.iter().position(begins) else { return Vec::new() };
        let mut unlike = Vec::new();
        let mut depth = 0_usize;
        let mut in_case = true;
        // The value that cases are compared with has no braces: `p.phase`, `previous(p.phase)`.
        let cases = self.0.iter().skip(start).skip_while(|(token, _)| *token != Token::LeftBrace);
        let mut rest = cases.peekable();
        while let Some((token, position)) = rest.next() {
            if opens(token) {
                depth += 1;
            } else if closes(token) {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
                let goes_on = rest.peek().is_some_and(|(next, _)| *next == Token::Else);
                in_case = depth == 1 && !goes_on && *token == Token::RightBrace;
            } else if depth == 1 {
                match token {
                    Token::Comma => in_case = true,
                    Token::DoubleArrow | Token::If | Token::Else => in_case = false,
                    literal if in_case && !may_equal(literal, kind) => {
                        unlike.push((literal.to_string(), *position));
                    }
                    _ => {}
                }
            }
        }
        unlike
    }
}

fn opens(token: &Token) -> bool {
    matches!(token, Token::LeftBrace | Token::LeftParen | Token::LeftBracket | Token::MapStart)
}

fn closes(token: &Token) -> bool {
    matches!(token, Token::RightBrace | Token::RightParen | Token::RightBracket)
}

fn may_equal(token: &Token, kind: FieldKind) -> bool {
    match token {
        Token::Underscore | Token::Pipe | Token::EOF => true,
        Token::StringConstant(_) => kind == FieldKind::Text,
        Token::True | Token::False => kind == FieldKind::Bool,
        Token::IntegerConstant(_)
        | Token::Minus
        | Token::UnaryMinus
        | Token::ExclusiveRange
        | Token::InclusiveRange => kind == FieldKind::Int,
        _ => false,
    }
}
