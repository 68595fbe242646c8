//! The functions that a script defines, with their statements.

use rhai::{AST, ASTNode, Position, Stmt, Token};

use super::tokens::Tokens;

/// A function of a script.
#[derive(Clone, Debug)]
pub(in crate::rules) struct ScriptFunction {
    pub(in crate::rules) name: String,
    pub(in crate::rules) parameters: Vec<String>,
    /// In their order.
    pub(in crate::rules) body: Vec<Stmt>,
}

/// Where the definition of a function begins.
struct Definition {
    at: Position,
    name: String,
    parameters: usize,
}

impl Definition {
    fn is_of(&self, function: &ScriptFunction) -> bool {
        function.name == self.name && function.parameters.len() == self.parameters
    }
}

/// The functions of a syntax tree.
pub(in crate::rules) fn functions(ast: &AST, tokens: &Tokens) -> Vec<ScriptFunction> {
    let mut functions: Vec<ScriptFunction> = ast
        .iter_functions()
        .map(|function| ScriptFunction {
            name: function.name.to_owned(),
            parameters: function.params.iter().map(|&name| name.to_owned()).collect(),
            body: Vec::new(),
        })
        .collect();
    let definitions = definitions(tokens);
    let is_defined = |function: &ScriptFunction| definitions.iter().any(|one| one.is_of(function));
    if functions.iter().all(is_defined) {
        read_by_place(ast, &definitions, &mut functions);
    } else {
        // A closure is a function without a definition.
        for function in &mut functions {
            read_alone(ast, function);
        }
    }
    functions
}

/// Reads the statements of all functions at once. Rhai does not say whose each is: it is of the last function whose definition
/// begins before it.
fn read_by_place(ast: &AST, definitions: &[Definition], functions: &mut [ScriptFunction]) {
    // Statements that are in no function come first.
    let mut outside = ast.statements().len();
    ast.walk(&mut |path| {
        let [ASTNode::Stmt(statement)] = path else { return true };
        if outside > 0 {
            outside -= 1;
            return true;
        }
        let place = statement.position();
        let definition = definitions.iter().rfind(|one| one.at <= place);
        let is_its = |one: &&mut ScriptFunction| definition.is_some_and(|found| found.is_of(one));
        if let Some(function) = functions.iter_mut().find(is_its) {
            function.body.push((*statement).clone());
        }
        true
    });
}

/// Reads the statements of one function, in a copy of the tree that has no other.
fn read_alone(ast: &AST, function: &mut ScriptFunction) {
    let mut alone = ast.clone_functions_only();
    let ScriptFunction { name, parameters, body } = function;
    alone.retain_functions(|_, _, other, count| other == name && count == parameters.len());
    alone.walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
}

/// The definitions of functions, in the order of the text.
fn definitions(tokens: &Tokens) -> Vec<Definition> {
    let tokens = tokens.as_slice();
    let mut definitions = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        let [(Token::Fn, at), (Token::Identifier(name), _)] = pair else { continue };
        let list =
            tokens.iter().skip(index + 2).take_while(|(token, _)| *token != Token::RightParen);
        let parameters = list.filter(|(token, _)| matches!(token, Token::Identifier(_))).count();
        definitions.push(Definition { at: *at, name: name.to_string(), parameters });
    }
    definitions
}
