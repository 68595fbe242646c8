//! Where the functions, branches and arms of a script begin and end, found in its tokens.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's tokens are an open enum, of which each pass cares for a few"
)]

use std::collections::BTreeMap;

use rhai::{Position, Token};

pub(super) type PlacedToken = (Token, Position);

/// The opening and closing braces of `assess` and of every function it may call, in order.
pub(super) fn reachable(tokens: &[PlacedToken]) -> Vec<(usize, usize)> {
    let mut bodies: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        if let [(Token::Fn, _), (Token::Identifier(name), _)] = pair
            && let Some(open) = body_start(tokens, index)
            && let Some(close) = matching_brace(tokens, open)
        {
            bodies.insert(name, (open, close));
        }
    }
    let mut found = Vec::new();
    let mut waiting = vec!["assess"];
    while let Some(name) = waiting.pop() {
        let Some((open, close)) = bodies.remove(name) else { continue };
        found.push((open, close));
        let within = tokens.get(open..close).unwrap_or_default();
        waiting.extend(within.iter().filter_map(|(token, _)| match token {
            Token::Identifier(called) => Some(called.as_str()),
            _ => None,
        }));
    }
    found.sort_unstable();
    found
}

/// The brace that opens the body of the `if` or `fn` at `index`. `None` for the guard of a `switch`
/// arm.
pub(super) fn body_start(tokens: &[PlacedToken], index: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(index + 1) {
        match token {
            Token::LeftBrace if depth == 0 => return Some(at),
            Token::DoubleArrow if depth == 0 => return None,
            token if opens(token) => depth += 1,
            token if closes(token) => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

pub(super) fn matching_brace(tokens: &[PlacedToken], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(open) {
        if opens(token) {
            depth += 1;
        } else if closes(token) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Index of the token after the `switch` arm that begins at `start`.
pub(super) fn arm_end(tokens: &[PlacedToken], start: usize) -> usize {
    let ends_by_itself =
        matches!(tokens.get(start), Some((Token::If | Token::Switch | Token::LeftBrace, _)));
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(start) {
        match token {
            Token::Comma if depth == 0 => return at,
            token if opens(token) => depth += 1,
            token if closes(token) => {
                let Some(outer) = depth.checked_sub(1) else { return at };
                depth = outer;
                let goes_on = matches!(tokens.get(at + 1), Some((Token::Else, _)));
                if depth == 0 && ends_by_itself && *token == Token::RightBrace && !goes_on {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

pub(super) fn opens(token: &Token) -> bool {
    matches!(token, Token::LeftBrace | Token::LeftParen | Token::LeftBracket | Token::MapStart)
}

pub(super) fn closes(token: &Token) -> bool {
    matches!(token, Token::RightBrace | Token::RightParen | Token::RightBracket)
}
