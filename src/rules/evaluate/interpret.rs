//! Runs one rule on one subject with the Rhai interpreter: the reference for what a rule means.

use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Position, Scope};

use super::evidence;
use super::script_run::{ComparedFigures, EvalContext, Recording, RecordingMode, ScriptRun};
use crate::domain::level::Level;
use crate::domain::rules::verdict::{Evidence, MissingField, RuleFailure, Verdict};
use crate::frame::dictionary::Dictionary;
use crate::rules::catalogue::fault::TextPosition;
use crate::rules::catalogue::fields::Readable;
use crate::rules::catalogue::rule::Rule;
use crate::rules::compile::Translation;
use crate::rules::language::sandbox;
use crate::rules::language::sandbox::{SubjectFields, ThresholdsInForce};
use crate::rules::language::syntax::{Analysis, LEVELS};
use crate::rules::language::value::Scalar;

/// A rule that compiled, ready to run.
#[derive(Clone, Debug)]
pub(in crate::rules) struct CompiledRule {
    pub(in crate::rules) rule: Rule,
    pub(in crate::rules) ast: AST,
    pub(in crate::rules) analysis: Arc<Analysis>,
    /// The rule as Polars expressions, or the reason why it has none.
    pub(in crate::rules) translation: Result<Translation, String>,
    /// What its signs make; `None` when its file is its script.
    pub(in crate::rules) script: Option<Arc<str>>,
}

/// Why an evaluation gave no level.
#[derive(Clone, Debug)]
pub(in crate::rules) enum EvalError {
    Missing(MissingField),
    Failed(RuleFailure),
    /// The rule failed by breaking a limit of the sandbox.
    Breach(RuleFailure),
}

impl CompiledRule {
    pub(in crate::rules) fn assess(
        &self,
        engine: &Engine,
        ground: &EvalContext,
    ) -> Result<Level, EvalError> {
        self.level(engine, &ScriptRun::new(&self.analysis, ground, RecordingMode::Off))
    }

    /// Runs `assess` again and returns what it read and compared.
    pub(in crate::rules) fn evidence(
        &self,
        engine: &Engine,
        ground: &EvalContext,
        readable: Readable<'_>,
    ) -> Evidence {
        let run = ScriptRun::new(&self.analysis, ground, RecordingMode::Evidence);
        // The same call already gave a level: only what it recorded matters.
        drop(self.level(engine, &run));
        evidence::gather(run.recording(), &self.analysis, readable)
    }

    /// The result of `assess`, with every step that led to it.
    pub(in crate::rules) fn recorded(
        &self,
        engine: &Engine,
        ground: &EvalContext,
    ) -> (Result<Level, EvalError>, Recording) {
        let run = ScriptRun::new(&self.analysis, ground, RecordingMode::Steps);
        (self.level(engine, &run), run.recording())
    }

    /// The result of `assess`, with the figures that it compared.
    pub(in crate::rules) fn figures(
        &self,
        engine: &Engine,
        ground: &EvalContext,
    ) -> (Result<Level, EvalError>, Vec<ComparedFigures>) {
        let run = ScriptRun::new(&self.analysis, ground, RecordingMode::Figures);
        (self.level(engine, &run), run.recording().figures)
    }

    /// The explanation in French. If the script cannot write it, the text says why: the verdict
    /// remains valid.
    pub(in crate::rules) fn explain(
        &self,
        engine: &Engine,
        ground: &EvalContext,
        dictionary: &Dictionary,
    ) -> String {
        let run = ScriptRun::new(&self.analysis, ground, RecordingMode::Explanation);
        let why = match self.call(engine, "explain", &run) {
            Ok(value) => {
                let scalar = Scalar::of(&value);
                if let Scalar::Text(text) = scalar {
                    return text.to_string();
                }
                format!("{} : explain gives {}, expected text", self.rule.file, scalar.kind())
            }
            Err(EvalError::Missing(missing)) => {
                let label = dictionary.label(&missing.field).unwrap_or(&missing.field);
                format!("donnée manquante, {label} ({})", missing.field)
            }
            Err(EvalError::Failed(fault) | EvalError::Breach(fault)) => located(&fault),
        };
        format!("L’explication n’a pas pu être rédigée : {why}.")
    }

    /// The fault of the subjects on which the rule is not run because it broke a limit on
    /// `breaches` others.
    pub(in crate::rules) fn given_up(&self, breaches: usize) -> RuleFailure {
        let message =
            format!("not run: the rule broke a limit on {breaches} subjects before this one");
        RuleFailure { file: self.rule.file.clone(), line: None, column: None, message }
    }

    fn level(&self, engine: &Engine, run: &ScriptRun) -> Result<Level, EvalError> {
        let value = self.call(engine, "assess", run)?;
        let scalar = Scalar::of(&value);
        if let Scalar::Level(level) = scalar {
            return Ok(level);
        }
        let found = if matches!(scalar, Scalar::Nothing) {
            "ends without a level".to_owned()
        } else {
            format!("gives {}", scalar.kind())
        };
        let levels = LEVELS.map(|(name, _)| name).join(", ");
        let message = format!("`assess` {found}, expected one of {levels}");
        Err(EvalError::Failed(self.fault(self.analysis.assess_at, message)))
    }

    fn call(&self, engine: &Engine, function: &str, run: &ScriptRun) -> Result<Dynamic, EvalError> {
        let options = CallFnOptions::new().eval_ast(false).with_tag(Dynamic::from(run.clone()));
        let parameters = (SubjectFields, ThresholdsInForce);
        sandbox::begin();
        engine
            .call_fn_with_options(options, &mut Scope::new(), &self.ast, function, parameters)
            .map_err(|error| match run.missing() {
                Some(missing) => EvalError::Missing(missing),
                None => self.halt(*error),
            })
    }

    fn halt(&self, error: EvalAltResult) -> EvalError {
        let mut error = error;
        while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
            error = *inner;
        }
        // Rhai places a broken limit at the call of the function that broke it, and `assess` has no
        // caller.
        let place = match error.take_position() {
            Position::NONE => self.analysis.assess_at,
            position => position.into(),
        };
        let breach = limit(&error);
        let message = match (&breach, &error) {
            (Some(limit), _) => format!("broke the limit of {limit}"),
            (None, EvalAltResult::ErrorRuntime(message, _)) => message.to_string(),
            (None, EvalAltResult::ErrorMismatchDataType(expected, found, _)) => {
                format!("expected {}, found {}", kind_word(expected), kind_word(found))
            }
            (None, error) => error.to_string(),
        };
        let fault = self.fault(place, message);
        if breach.is_some() { EvalError::Breach(fault) } else { EvalError::Failed(fault) }
    }

    fn fault(&self, place: TextPosition, message: String) -> RuleFailure {
        let TextPosition { line, column } = self.analysis.places.of(place);
        RuleFailure { file: self.rule.file.clone(), line, column, message }
    }
}

impl From<EvalError> for Verdict {
    fn from(halt: EvalError) -> Self {
        match halt {
            EvalError::Missing(missing) => Self::Unknown { missing: vec![missing] },
            EvalError::Failed(fault) | EvalError::Breach(fault) => Self::Failed { fault },
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "Rhai's errors are an open enum")]
fn limit(error: &EvalAltResult) -> Option<String> {
    match error {
        EvalAltResult::ErrorTooManyOperations(_) => Some("operations".to_owned()),
        // A missing field terminates an evaluation as well; `call` has already handled it.
        EvalAltResult::ErrorTerminated(..) => Some("time".to_owned()),
        EvalAltResult::ErrorStackOverflow(_) => Some("call levels".to_owned()),
        EvalAltResult::ErrorTooManyVariables(_) => Some("variables".to_owned()),
        EvalAltResult::ErrorTooManyModules(_) => Some("modules".to_owned()),
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            Some(format!("size ({})", what.to_lowercase()))
        }
        _ => None,
    }
}

/// The name that rule authors know for one of Rhai's types.
fn kind_word(kind: &str) -> &str {
    match kind {
        "bool" => "a boolean",
        "i64" | "f64" => "a number",
        "string" | "char" => "text",
        "date" => "a date",
        "level" => "a level",
        "()" => "nothing",
        other => other,
    }
}

fn located(fault: &RuleFailure) -> String {
    let mut place = fault.file.clone();
    for number in [fault.line, fault.column].into_iter().flatten() {
        place.push(':');
        place.push_str(&number.to_string());
    }
    format!("{place}: {}", fault.message)
}
