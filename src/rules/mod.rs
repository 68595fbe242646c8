//! Rules that the risk team writes: compiled with every fault reported, run in a sandbox, judged
//! with evidence. Rhai lives here and nowhere else.
//!
//! The interpreter is the reference for what a rule means. Its points of meaning:
//! - reading a missing field ends the evaluation as `unknown` with that field, unless the read is
//!   the direct left operand of `??` (every operand but the last, in `p.a ?? p.b ?? 0`) or the
//!   argument of `has(…)`; so does a threshold that is not in force at the evaluation date;
//! - operands are read left to right, `a && b` stops at the first false, `a || b` at the first
//!   true; `x in list` reads the list first, `x.f(y)` reads `y` first;
//! - `/` always gives a float; whole numbers and floats compare and combine; every other mixture
//!   of types, a division by zero, and a result that is no finite number make the verdict `failed`;
//! - `p` and `t` are read as `p.field` and `t.name`, or passed on, under the same name, to a
//!   function of the rule; `switch` takes a field of text, whole numbers or booleans, and literals.

mod branches;
mod budget;
mod case_series;
mod cases;
mod catalogue;
mod coverage;
mod evidence;
mod fault;
mod folder;
mod french;
mod front_matter;
mod hearing;
mod inhibitions;
mod interpret;
mod judge;
mod junit;
mod library;
mod lint;
mod operators;
mod page;
mod plain;
mod ruling;
mod run;
mod sandbox;
mod specimen;
mod syntax;
mod table;
mod threshold_edit;
mod thresholds;
mod trace;
mod translate;
mod value;
mod workers;

pub use self::branches::Branch;
pub use self::branches::BranchKind;
pub use self::budget::Budget;
pub use self::budget::OverBudget;
pub use self::budget::TrialLimits;
pub use self::case_series::ExpectedAlert;
pub use self::case_series::JudgedEvaluation;
pub use self::case_series::JudgedSeries;
pub use self::case_series::judge_series;
pub use self::cases::CaseOutcome;
pub use self::cases::cases_path;
pub use self::cases::missing_cases;
pub use self::cases::run_cases;
pub use self::catalogue::Catalogue;
pub use self::catalogue::compile;
pub use self::catalogue::compile_within;
pub use self::coverage::BranchCoverage;
pub use self::coverage::branch_coverage;
pub use self::coverage::concluded_on;
pub use self::fault::RuleFault;
pub use self::folder::FolderError;
pub use self::folder::FolderStamp;
pub use self::folder::read_folder;
pub use self::folder::stamp_folder;
pub use self::front_matter::Family;
pub use self::front_matter::Rule;
pub use self::front_matter::Subjects;
pub use self::front_matter::titles;
pub use self::hearing::Heard;
pub use self::hearing::Hearing;
pub use self::hearing::RowVerdict;
pub use self::hearing::Spoken;
pub use self::junit::junit;
pub use self::library::FUNCTIONS;
pub use self::library::Function;
pub use self::lint::lints;
pub use self::sandbox::Limits;
pub use self::specimen::Specimen;
pub use self::threshold_edit::with_threshold;
pub use self::thresholds::DatedValue;
pub use self::thresholds::SourceTag;
pub use self::thresholds::Threshold;
pub use self::thresholds::ThresholdSource;
pub use self::thresholds::Thresholds;
pub use self::trace::Finding;
pub use self::trace::Trace;
pub use self::trace::TraceReading;
pub use self::trace::TraceStep;
pub use self::translate::Outcome;
pub use self::translate::Outcomes;
pub use self::translate::Route;
