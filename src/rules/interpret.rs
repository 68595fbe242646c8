//! Runs one rule on one subject with the Rhai interpreter: the reference for what a rule means.

use std::sync::Arc;

use rhai::AST;
use rhai::CallFnOptions;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use rhai::Position;
use rhai::Scope;

use super::evidence;
use super::fault::Place;
use super::front_matter::Rule;
use super::run::Ground;
use super::run::Recording;
use super::run::RecordingMode;
use super::run::Run;
use super::sandbox;
use super::sandbox::SubjectFields;
use super::sandbox::ThresholdsInForce;
use super::syntax::Analysis;
use super::syntax::LEVELS;
use super::thresholds::Thresholds;
use super::translate::Translation;
use super::value::Scalar;
use crate::domain::level::Level;
use crate::domain::verdict::Evidence;
use crate::domain::verdict::Fault;
use crate::domain::verdict::MissingField;
use crate::domain::verdict::Verdict;
use crate::frame::dictionary;

/// A rule that compiled, ready to run.
#[derive(Clone, Debug)]
pub(super) struct CompiledRule {
    pub(super) rule: Rule,
    pub(super) ast: AST,
    pub(super) analysis: Arc<Analysis>,
    /// The rule as Polars expressions, or the reason why it has none.
    pub(super) translation: Result<Translation, String>,
}

/// Why an evaluation gave no level.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    Missing(MissingField),
    Failed(Fault),
    /// The rule failed by breaking a limit of the sandbox.
    Breach(Fault),
}

impl CompiledRule {
    pub(super) fn assess(&self, engine: &Engine, ground: &Ground) -> Result<Level, Halt> {
        self.level(engine, &Run::new(&self.analysis, ground, RecordingMode::Off))
    }

    /// Runs `assess` again and returns what it read and compared.
    pub(super) fn evidence(
        &self,
        engine: &Engine,
        ground: &Ground,
        thresholds: &Thresholds,
    ) -> Evidence {
        let run = Run::new(&self.analysis, ground, RecordingMode::Evidence);
        // The same call already gave a level: only what it recorded matters.
        drop(self.level(engine, &run));
        evidence::gather(run.recording(), thresholds)
    }

    /// The result of `assess`, with every step that led to it.
    pub(super) fn recorded(
        &self,
        engine: &Engine,
        ground: &Ground,
    ) -> (Result<Level, Halt>, Recording) {
        let run = Run::new(&self.analysis, ground, RecordingMode::Steps);
        (self.level(engine, &run), run.recording())
    }

    /// The explanation in French. If the script cannot write it, the text says why: the verdict
    /// remains valid.
    pub(super) fn explain(&self, engine: &Engine, ground: &Ground) -> String {
        let run = Run::new(&self.analysis, ground, RecordingMode::Off);
        let why = match self.call(engine, "explain", &run) {
            Ok(value) => {
                let scalar = Scalar::of(&value);
                if let Scalar::Text(text) = scalar {
                    return text.to_string();
                }
                format!("{} : explain gives {}, expected text", self.rule.file, scalar.kind())
            }
            Err(Halt::Missing(missing)) => {
                let label = dictionary::field(&missing.field)
                    .map_or(missing.field.as_str(), |field| field.label);
                format!("donnée manquante, {label} ({})", missing.field)
            }
            Err(Halt::Failed(fault) | Halt::Breach(fault)) => located(&fault),
        };
        format!("L’explication n’a pas pu être rédigée : {why}.")
    }

    /// The fault of the subjects on which the rule is not run because it broke a limit on
    /// `breaches` others.
    pub(super) fn given_up(&self, breaches: usize) -> Fault {
        let message =
            format!("not run: the rule broke a limit on {breaches} subjects before this one");
        Fault { file: self.rule.file.clone(), line: None, column: None, message }
    }

    fn level(&self, engine: &Engine, run: &Run) -> Result<Level, Halt> {
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
        Err(Halt::Failed(self.fault(self.analysis.assess_at, message)))
    }

    fn call(&self, engine: &Engine, function: &str, run: &Run) -> Result<Dynamic, Halt> {
        let options = CallFnOptions::new().eval_ast(false).with_tag(Dynamic::from(run.clone()));
        let parameters = (SubjectFields, ThresholdsInForce);
        sandbox::begin();
        engine
            .call_fn_with_options(options, &mut Scope::new(), &self.ast, function, parameters)
            .map_err(|error| match run.missing() {
                Some(missing) => Halt::Missing(missing),
                None => self.halt(*error),
            })
    }

    fn halt(&self, error: EvalAltResult) -> Halt {
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
        if breach.is_some() { Halt::Breach(fault) } else { Halt::Failed(fault) }
    }

    fn fault(&self, place: Place, message: String) -> Fault {
        let Place { line, column } = place;
        Fault { file: self.rule.file.clone(), line, column, message }
    }
}

impl From<Halt> for Verdict {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Missing(missing) => Self::Unknown { missing: vec![missing] },
            Halt::Failed(fault) | Halt::Breach(fault) => Self::Failed { fault },
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

fn located(fault: &Fault) -> String {
    let mut place = fault.file.clone();
    for number in [fault.line, fault.column].into_iter().flatten() {
        place.push(':');
        place.push_str(&number.to_string());
    }
    format!("{place}: {}", fault.message)
}
