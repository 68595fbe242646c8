//! Compiles the rules of a folder into a catalogue, and reports every fault of every file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::Engine;

use super::fault::{RuleFault, TextPosition};
use super::fields::Readable;
use super::front_matter::ReadRule;
use super::rule::Rule;
use super::thresholds::Thresholds;
use super::{fields, folder, front_matter, inhibitions, thresholds, watched};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::rules::rule::RuleTerms;
use crate::frame::dictionary::Dictionary;
use crate::rules::compile;
use crate::rules::compile::ExecutionRoute;
use crate::rules::evaluate::budget::Budget;
use crate::rules::evaluate::interpret::CompiledRule;
use crate::rules::language::sandbox::ScriptLimits;
use crate::rules::language::syntax::{CheckContext, TokenRecorder};
use crate::rules::language::{sandbox, syntax};
use crate::support::fingerprint::Fingerprint;
use crate::support::workers::run_in_parallel;

/// Compiled rules, ready to judge. A catalogue is immutable: a change of any text makes another
/// one.
#[derive(Debug)]
pub struct Catalogue {
    pub(in crate::rules) engine: Engine,
    pub(in crate::rules) limits: ScriptLimits,
    /// What a trial of this catalogue may spend; unlimited when the catalogue is in force.
    pub(in crate::rules) budget: Budget,
    pub(in crate::rules) rules: BTreeMap<RuleId, CompiledRule>,
    dictionary: Arc<Dictionary>,
    thresholds: Thresholds,
    fingerprint: Fingerprint,
}

impl Catalogue {
    /// Fingerprint of all the texts of the folder, including missions and cases.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// By rule id.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().map(|compiled| &compiled.rule)
    }

    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(id).map(|compiled| &compiled.rule)
    }

    /// The fields that its rules may read.
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    pub(in crate::rules) fn readable(&self) -> Readable<'_> {
        Readable { dictionary: &self.dictionary, thresholds: &self.thresholds }
    }

    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    pub fn terms(&self) -> BTreeMap<RuleId, RuleTerms> {
        self.rules().map(|rule| (rule.id.clone(), rule.terms())).collect()
    }

    pub fn revisions(&self) -> BTreeMap<RuleId, Fingerprint> {
        self.rules().map(|rule| (rule.id.clone(), rule.revision.clone())).collect()
    }

    /// Whether a rule is translated or interpreted, and why.
    pub fn route(&self, id: &RuleId) -> Option<ExecutionRoute> {
        self.rules.get(id).map(|compiled| match &compiled.translation {
            Ok(_) => ExecutionRoute::Translated,
            Err(because) => ExecutionRoute::Interpreted { because: because.clone() },
        })
    }

    /// The script of a rule of which `texts` has the file.
    pub(in crate::rules) fn script_of<'t>(
        &'t self,
        rule: &Rule,
        texts: &'t BTreeMap<String, String>,
    ) -> Option<&'t str> {
        let made = self.rules.get(&rule.id).and_then(|compiled| compiled.script.as_deref());
        made.or_else(|| texts.get(&rule.file).map(String::as_str))
    }

    /// The levels that a rule can return, found in its text.
    pub fn levels_of(&self, id: &RuleId) -> BTreeSet<Level> {
        self.rules.get(id).map(|compiled| compiled.analysis.levels.clone()).unwrap_or_default()
    }

    /// The thresholds that a rule reads, found in its text.
    pub fn threshold_names_of(&self, id: &RuleId) -> impl Iterator<Item = String> {
        let thresholds = self.rules.get(id).map(|compiled| compiled.analysis.thresholds.clone());
        thresholds.unwrap_or_default().into_iter()
    }

    /// The fields that a rule reads, found in its text.
    pub fn fields_of(&self, id: &RuleId) -> impl Iterator<Item = &'static str> {
        let fields = self.rules.get(id).map(|compiled| compiled.analysis.fields.clone());
        fields.unwrap_or_default().into_iter()
    }
}

/// Compiles `thresholds.toml` and every `*.rhai` of `texts`, which is keyed by path relative to the
/// catalogue's folder. Leaves out faulty rules and returns every fault, sorted by file, line and
/// column.
pub fn compile_catalogue(
    texts: &BTreeMap<String, String>,
    limits: &ScriptLimits,
) -> (Catalogue, Vec<RuleFault>) {
    compile_within(texts, limits, &Budget::unlimited())
}

/// Compiles a catalogue for a trial: everything it evaluates is charged to `budget`. Once the
/// budget is spent the results are partial and meaningless, so callers must check it afterwards.
pub fn compile_within(
    texts: &BTreeMap<String, String>,
    limits: &ScriptLimits,
    budget: &Budget,
) -> (Catalogue, Vec<RuleFault>) {
    compile_with(texts, &BTreeMap::new(), (limits, budget), &|_| ())
}

/// `scripts` are taken, by the path of the rule, in place of those in `texts`; `equip` registers on
/// the engines what only these use.
pub(in crate::rules) fn compile_with(
    texts: &BTreeMap<String, String>,
    scripts: &BTreeMap<String, String>,
    (limits, budget): (&ScriptLimits, &Budget),
    equip: &(dyn Fn(&mut Engine) + Sync),
) -> (Catalogue, Vec<RuleFault>) {
    let mut faults = Vec::new();
    let dictionary = fields::read(texts, &mut faults);
    let thresholds = thresholds::read(texts, &mut faults);
    let readable = Readable { dictionary: &dictionary, thresholds: &thresholds };
    let files: Vec<RuleText<'_>> = texts
        .iter()
        .filter(|(file, _)| folder::is_rule(file))
        .map(|(file, text)| {
            let script = scripts.get(file).map(String::as_str);
            RuleText { file, text, script, limits, readable }
        })
        .collect();
    let mut rules = BTreeMap::<RuleId, CompiledRule>::new();
    let all =
        run_in_parallel(files.chunks(RULES_AT_A_TIME), |some| compile_some(some, budget, equip));
    for (compiled, found) in all.into_iter().flatten() {
        faults.extend(found);
        let Some(compiled) = compiled else { continue };
        let file = &compiled.rule.file;
        if let Some(first) = rules.get(&compiled.rule.id) {
            let message =
                format!("the id `{}` is that of {} too", compiled.rule.id, first.rule.file);
            faults.push(RuleFault::new(file, TextPosition::default(), message));
        } else {
            rules.insert(compiled.rule.id.clone(), compiled);
        }
    }
    leave_out_impossible_inhibitions(&mut rules, &mut faults);
    faults.sort();
    let parts: Vec<&str> =
        texts.iter().flat_map(|(path, text)| [path.as_str(), text.as_str()]).collect();
    let mut engine = sandbox::engine(limits, readable, budget);
    equip(&mut engine);
    let catalogue = Catalogue {
        engine,
        limits: *limits,
        budget: budget.clone(),
        rules,
        dictionary: Arc::new(dictionary),
        thresholds,
        fingerprint: Fingerprint::of_parts(&parts),
    };
    (catalogue, faults)
}

/// Rules that one thread compiles before it takes others.
const RULES_AT_A_TIME: usize = 12;

/// Each rule that has no fault, and the faults of each. Rules that come after the budget is spent are left out.
fn compile_some(
    files: &[RuleText<'_>],
    budget: &Budget,
    equip: &(dyn Fn(&mut Engine) + Sync),
) -> Vec<(Option<CompiledRule>, Vec<RuleFault>)> {
    let Some(RuleText { limits, readable, .. }) = files.first() else { return Vec::new() };
    let mut parser = sandbox::engine(limits, *readable, budget);
    equip(&mut parser);
    let recorder = TokenRecorder::default();
    recorder.attach(&mut parser);
    let affordable = files.iter().take_while(|_| !budget.is_spent());
    let compile = |file: &RuleText<'_>| {
        let mut faults = Vec::new();
        (file.compile(&parser, &recorder, &mut faults), faults)
    };
    affordable.map(compile).collect()
}

/// Removes the rules that inhibit an alert which cannot exist on their subjects, or that inhibit
/// one another.
fn leave_out_impossible_inhibitions(
    rules: &mut BTreeMap<RuleId, CompiledRule>,
    faults: &mut Vec<RuleFault>,
) {
    let known: BTreeMap<RuleId, Rule> =
        rules.iter().map(|(id, compiled)| (id.clone(), compiled.rule.clone())).collect();
    rules.retain(|_, compiled| {
        let found = inhibitions::faults(&compiled.rule, &known);
        let sound = found.is_empty();
        let file = &compiled.rule.file;
        faults.extend(
            found.into_iter().map(|message| RuleFault::new(file, TextPosition::default(), message)),
        );
        sound
    });
}

/// The text of one rule, with the limits and thresholds it is checked against.
struct RuleText<'s> {
    file: &'s str,
    text: &'s str,
    /// In place of the one that the text has.
    script: Option<&'s str>,
    limits: &'s ScriptLimits,
    readable: Readable<'s>,
}

impl RuleText<'_> {
    fn compile(
        &self,
        parser: &Engine,
        recorder: &TokenRecorder,
        faults: &mut Vec<RuleFault>,
    ) -> Option<CompiledRule> {
        if let Some(message) = self.unfit() {
            faults.push(RuleFault::new(self.file, TextPosition::default(), message));
            return None;
        }
        let before = faults.len();
        let read = front_matter::read(self.file, self.text, self.readable.dictionary, faults);
        let signed = read.as_ref().and_then(|read| read.script.clone());
        let places = signed.as_ref().map(|script| script.places.clone()).unwrap_or_default();
        let own = signed.as_ref().map_or(self.text, |script| script.text.as_str());
        drop(recorder.take());
        let ast = match parser.compile(self.script.unwrap_or(own)) {
            Ok(ast) => ast,
            Err(error) => {
                let message = error.err_type().to_string();
                let place = places.of(error.position().into());
                faults.push(RuleFault::new(self.file, place, message));
                return None;
            }
        };
        let ReadRule { mut rule, says_what_it_watches, .. } = read?;
        let dictionary = self.readable.dictionary;
        let context = CheckContext { file: self.file, scope: rule.scope, readable: self.readable };
        let tokens = recorder.take();
        let functions = syntax::functions(&ast, &tokens);
        let parsed = (functions.as_slice(), &tokens);
        let analysis = syntax::read(&ast, parsed, (context, places), faults);
        if !says_what_it_watches {
            rule.watched = watched::by_default(&analysis.fields, rule.scope, dictionary);
        }
        (faults.len() == before).then(|| {
            let translation = compile::translate(parsed, self.readable, self.limits);
            let script = signed.map(|script| script.text.into());
            CompiledRule { rule, ast, analysis: Arc::new(analysis), translation, script }
        })
    }

    /// Why the text is rejected before it is parsed: too long, or not UTF-8.
    fn unfit(&self) -> Option<String> {
        let most = self.limits.text_size;
        let bytes = self.text.len();
        let read = usize::try_from(folder::MOST_BYTES).unwrap_or(usize::MAX);
        if bytes > most {
            let found = if bytes > read { format!("more than {read}") } else { bytes.to_string() };
            return Some(format!("the file has {found} bytes, expected at most {most}"));
        }
        let line = self.text.lines().position(|line| line.contains(char::REPLACEMENT_CHARACTER))?;
        Some(format!("line {} is not UTF-8", line + 1))
    }
}
