//! What the syntax tree forgets and the words of the text still tell: where a function begins,
//! and which literals a `switch` compares with.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rhai::Engine;
use rhai::Position;
use rhai::Token;

use crate::frame::dictionary::FieldKind;

/// The words of one text, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Vec<(Token, Position)>);

/// Keeps the words that an engine parses.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenKeeper(Arc<Mutex<Tokens>>);

impl TokenKeeper {
    #[expect(deprecated, reason = "Rhai's word for an interface that may still move")]
    pub(crate) fn listen(&self, engine: &mut Engine) {
        let kept = Arc::clone(&self.0);
        engine.on_parse_token(move |token, position, _| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).0.push((token.clone(), position));
            token
        });
    }

    /// The words since the last time.
    pub(crate) fn take(&self) -> Tokens {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tokens {
    pub(crate) fn words(&self) -> &[(Token, Position)] {
        &self.0
    }

    /// The words from the one at a place on.
    pub(crate) fn from(&self, place: Position) -> &[(Token, Position)] {
        let start = self.0.iter().position(|(_, position)| *position == place);
        start.and_then(|start| self.0.get(start..)).unwrap_or_default()
    }

    /// Where the name of a function stands in its definition.
    pub(super) fn function(&self, name: &str) -> Position {
        let defines = |pair: &&[(Token, Position)]| match pair {
            [(Token::Fn, _), (Token::Identifier(found), _)] => found.as_str() == name,
            _ => false,
        };
        let definition = self.0.windows(2).find(defines);
        definition.and_then(|pair| pair.last()).map_or(Position::NONE, |(_, position)| *position)
    }

    /// The literals of the `switch` at a place that cannot equal a value of this kind.
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
        // What the cases are held against has no braces: `p.phase`, `previous(p.phase)`.
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
