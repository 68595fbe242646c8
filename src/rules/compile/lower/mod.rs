//! Lowers a script to its typed form. The script is walked once, in the order in which it would
//! run, for all rows together. Where rows take different branches, each branch is walked under its
//! condition. A row leaves at the first exit whose condition it meets, so later conditions need not
//! exclude it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's trees are open enums; what is not named here is not translated"
)]

mod calls;
mod expressions;
mod history;
mod library;
mod numbers;
mod statements;
mod switch;
mod value;

use rhai::Position;

use super::ir::{Exit, Need, Node, Tree};
use crate::rules::catalogue::fields::Readable;
use crate::rules::language::sandbox::ScriptLimits;
use crate::rules::language::syntax::{ScriptFunction, Tokens};
use value::{PresentNeeds, Val};

/// The result of lowering part of a script, or the reason why it cannot be translated.
pub(super) type Lowered<T> = Result<T, String>;

#[derive(Clone, Copy)]
pub(super) struct Script<'s> {
    pub(super) functions: &'s [ScriptFunction],
    pub(super) tokens: &'s Tokens,
    pub(super) readable: Readable<'s>,
    pub(super) limits: &'s ScriptLimits,
}

/// The typed form of `assess`.
#[derive(Debug)]
pub(super) struct Assessment {
    pub(super) tree: Tree,
    pub(super) exits: Vec<(Node, Exit)>,
    pub(super) needs: Vec<Need>,
}

pub(super) fn lower(script: Script<'_>) -> Lowered<Assessment> {
    let assess = script.functions.iter().find(|function| function.name == "assess");
    let assess = assess.ok_or("there is no `assess`")?;
    let mut lowering = Lowering {
        script,
        tree: Tree::default(),
        exits: Vec::new(),
        needs: Vec::new(),
        guard: None,
        facts: PresentNeeds::new(),
        reachable: true,
        variables: Vec::new(),
        calls: Vec::new(),
        visits: 0,
    };
    for parameter in &assess.parameters {
        lowering.variables.push((parameter.clone(), Val::Nothing));
    }
    lowering.body(&assess.body, true)?;
    let Lowering { tree, exits, needs, .. } = lowering;
    Ok(Assessment { tree, exits, needs })
}

struct Lowering<'l> {
    script: Script<'l>,
    tree: Tree,
    exits: Vec<(Node, Exit)>,
    needs: Vec<Need>,
    /// The condition of the rows being walked, apart from those that have left; `None` for all
    /// rows.
    guard: Option<Node>,
    facts: PresentNeeds,
    /// Whether any row reaches the current statement.
    reachable: bool,
    /// Variables in scope, innermost last.
    variables: Vec<(String, Val)>,
    /// Functions of the rule being inlined, innermost last.
    calls: Vec<Call>,
    visits: usize,
}

/// A function of the rule, inlined where it is called.
#[derive(Debug, Default)]
struct Call {
    name: String,
    /// Index of the first variable of the function.
    base: usize,
    /// The condition of the rows being walked, among those that entered the function.
    guard: Option<Node>,
    returns: Vec<Return>,
}

#[derive(Clone, Debug)]
struct Return {
    guard: Node,
    value: Val,
    facts: PresentNeeds,
}

impl Lowering<'_> {
    /// Counts a step of the walk. A rule so large that the interpreter might refuse it is not
    /// translated.
    fn visit(&mut self) -> Lowered<()> {
        self.visits += 1;
        let most = usize::try_from(self.script.limits.operations / 12).unwrap_or(usize::MAX);
        if self.visits > most.min(4_000) {
            return Err("it is very large once its functions are written out".to_owned());
        }
        Ok(())
    }

    fn narrowed(&mut self, guard: Option<Node>, condition: Node) -> Node {
        match guard {
            Some(guard) => self.tree.and(guard, condition),
            None => condition,
        }
    }

    /// Makes the current rows that meet the condition leave.
    fn exit(&mut self, condition: Node, exit: Exit) {
        let condition = self.narrowed(self.guard, condition);
        self.exits.push((condition, exit));
    }

    fn interpret_when(&mut self, condition: Node) {
        self.exit(condition, Exit::Interpret);
    }

    /// Walks part of the script for the current rows that meet the condition.
    fn under<T>(&mut self, condition: Node, walk: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.guard;
        let outer_in_call = self.calls.last().and_then(|call| call.guard);
        let returned = self.calls.last().map_or(0, |call| call.returns.len());
        self.guard = Some(self.narrowed(outer, condition));
        let in_call = self.narrowed(outer_in_call, condition);
        if let Some(call) = self.calls.last_mut() {
            call.guard = Some(in_call);
        }
        let walked = walk(self);
        self.guard = outer;
        if let Some(call) = self.calls.last_mut() {
            call.guard = outer_in_call;
        }
        self.exclude_returned(returned);
        walked
    }

    /// Excludes the rows that returned from the function after its first `since` returns.
    fn exclude_returned(&mut self, since: usize) {
        let Some(call) = self.calls.last() else { return };
        let gone: Vec<Node> = call.returns.iter().skip(since).map(|one| one.guard).collect();
        for guard in gone {
            let stays = self.tree.not(guard);
            self.guard = Some(self.narrowed(self.guard, stays));
            let in_call = self.calls.last().and_then(|walked| walked.guard);
            let in_call = self.narrowed(in_call, stays);
            if let Some(walked) = self.calls.last_mut() {
                walked.guard = Some(in_call);
            }
        }
    }

    fn need(&mut self, need: &Need) -> usize {
        if let Some(place) = self.needs.iter().position(|known| known == need) {
            return place;
        }
        self.needs.push(need.clone());
        self.needs.len() - 1
    }
}

fn at(position: Position, why: impl AsRef<str>) -> String {
    match position.line() {
        Some(line) => format!("line {line}: {}", why.as_ref()),
        None => why.as_ref().to_owned(),
    }
}
