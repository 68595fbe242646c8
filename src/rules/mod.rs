//! Rules that the risk team writes: compiled with every fault reported, run in a sandbox, judged
//! with evidence. Rhai lives here and nowhere else.
//!
//! The interpreter is the reference for what a rule means. Its points of meaning:
//! - reading a missing field ends the evaluation as `unknown` with that field, unless the read is
//!   the direct left operand of `??` (every operand but the last, in `p.a ?? p.b ?? 0`) or the
//!   argument of `has(…)`, and the project did not answer that it has none to give; so does a threshold that is not in
//!   force at the evaluation date;
//! - operands are read left to right, `a && b` stops at the first false, `a || b` at the first
//!   true; `x in list` reads the list first, `x.f(y)` reads `y` first;
//! - `/` always gives a float; whole numbers and floats compare and combine; every other mixture
//!   of types, a division by zero, and a result that is no finite number make the verdict `failed`;
//! - `p` and `t` are read as `p.field` and `t.name`, or passed on, under the same name, to a
//!   function of the rule; `switch` takes a field of text, whole numbers or booleans, and literals.

mod authoring;
mod catalogue;
mod compile;
mod evaluate;
mod language;
mod testing;

pub use authoring::answers::{FieldTest, FieldTestError, RuleTemplate, SignTemplate};
pub use authoring::condition::{ConditionTest, ConditionWords, TestFault, TestLink, TestOperator};
pub use authoring::field::FieldTemplate;
pub use authoring::reading::SentencePart;
pub use authoring::signs::{
    EditedSign, RuleHead, SignPart, rule_head, sign_part_at, signs_of, with_signs,
};
pub use authoring::template::{to_complete, written as from_template};
pub use authoring::typed::{shown_figure, typed_figure, typed_number};
pub use catalogue::compiled_catalogue::{Catalogue, compile_catalogue, compile_within};
pub use catalogue::fault::RuleFault;
pub use catalogue::fields::dictionary_of;
pub use catalogue::folder::{
    CatalogueFolder, FileNames, FolderError, FolderStamp, read_folder, read_named, stamp_folder,
};
pub use catalogue::front_matter::{heads, titles};
pub use catalogue::guidance::Reference;
pub use catalogue::rule::{Family, Rule, Subjects};
pub use catalogue::signs::entries::Sign;
pub use catalogue::thresholds::{
    DatedValue, SourceTag, Threshold, ThresholdSource, Thresholds, with_threshold,
};
pub use compile::{CompiledOutcome, ExecutionRoute, Outcomes};
pub use evaluate::batch_evaluator::{
    BatchEvaluator, BatchVerdicts, InterpretedVerdicts, RowVerdict,
};
pub use evaluate::budget::{Budget, OverBudget, TrialLimits};
pub use evaluate::distance::NearMiss;
pub use evaluate::distinct_verdicts::DistinctVerdicts;
pub use evaluate::specimen::Specimen;
pub use evaluate::trace::{Trace, TraceFinding, TraceReading, TraceStep};
pub use evaluate::trace_words::comparison_in_words;
pub use language::formula::RowFormulas;
pub use language::library::{FUNCTIONS, LibraryFunction};
pub use language::sandbox::ScriptLimits;
pub use language::wording::value as value_in_words;
pub use testing::branches::{Branch, BranchKind};
pub use testing::case_file::{ExpectedAlert, case_faults, cases_path};
pub use testing::case_series::{JudgedEvaluation, JudgedSeries, judge_series};
pub use testing::cases::{CaseOutcome, missing_cases, run_cases};
pub use testing::coverage::{BranchCoverage, branch_coverage, concluded_on};
pub use testing::junit::junit;
pub use testing::lint::lints;
pub use testing::quiet_answers::QuietAnswers;
