//! What `vigie rules` accepts, and the help that says so.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgGroup, Parser, Subcommand};

use crate::cli::values::{date, level, number, range};
use vigie::application::Wording;
use vigie::domain::level::Level;
use vigie::domain::rules::worsening::Direction;
use vigie::frame::dictionary::{FieldKind, Gathering, RecordKind, Supplier, Unit};
use vigie::rules::FieldTest;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules in force
    List {
        #[command(flatten)]
        of: OfArgs,
    },
    /// Report every error of the catalogue with file, line and column, and warnings
    ///
    /// Exit code 1: a rule or a threshold has an error, and is left out. Exit code 3: with
    /// `--lint-fatal`, there are warnings but no errors.
    Check {
        /// Exit with code 3 if there are warnings
        #[arg(long)]
        lint_fatal: bool,
        #[command(flatten)]
        of: OfArgs,
    },
    /// Run the test cases of the rules
    Test(TestArgs),
    /// Explain how a rule reaches its verdict on one subject: each comparison, with its values
    Explain {
        /// Id of the rule, as listed by `vigie rules list`
        rule: String,
        /// A project by name or id, a ministry by its code, or `portfolio`
        #[arg(value_name = "PROJECT")]
        subject: String,
        /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Apply this draft to the rules in force
        #[arg(long, value_name = "DRAFT")]
        draft: Option<i64>,
        /// Quote the text of the rule at each step
        #[arg(long)]
        code: bool,
    },
    /// Write the catalogue as one page: rules by family, thresholds with their sources
    Docs {
        /// File to write; standard output by default
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Date of the thresholds to show, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        #[command(flatten)]
        of: OfArgs,
    },
    /// Write the files of the catalogue in a new folder, each rule named for its title
    Export {
        /// Folder to write; it must be empty, or not exist
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        #[command(flatten)]
        of: OfArgs,
    },
    /// Try values of a threshold: alerts, missions and ministries at each, and warnings that came true on past editions
    Sweep {
        /// Name of the threshold
        #[arg(value_name = "NAME")]
        threshold: String,
        /// Lowest and highest value to try, as 0.10..0.40
        #[arg(value_name = "FROM..TO", value_parser = range)]
        range: (f64, f64),
        /// Number of values, evenly spaced
        #[arg(long, value_name = "NUMBER", default_value_t = 11, value_parser = clap::value_parser!(u8).range(2..=41))]
        values: u8,
    },
    /// Evaluate two catalogues on the same data, and report what the second would change
    ///
    /// Compares two folders, or the rules in force with a draft: `vigie rules diff --draft 3`.
    Diff {
        /// Folder of the first catalogue
        #[arg(value_name = "FOLDER_A", required_unless_present = "draft")]
        before: Option<PathBuf>,
        /// Folder of the second catalogue
        #[arg(value_name = "FOLDER_B", required_unless_present = "draft")]
        after: Option<PathBuf>,
        /// Draft to compare with the rules in force, instead of two folders
        #[arg(long, value_name = "DRAFT", conflicts_with_all = ["before", "after"])]
        draft: Option<i64>,
        /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// List overridden files, and those with a newer shipped text
    Overrides,
    /// List drafts, or show what one changes in the rules in force
    Drafts {
        /// Number of the draft to show
        draft: Option<i64>,
        /// Include published and withdrawn drafts
        #[arg(long)]
        all: bool,
        /// Show whole texts, not what they change
        #[arg(long, requires = "draft")]
        whole: bool,
    },
    /// Open a draft with a new rule, its test cases and its thresholds, written from a few answers
    ///
    /// The rule notices one of five things: a field beyond a threshold (`--when`), two of them together (`--and`), a
    /// field that changed since the previous edition (`--changes`), a date gone by (`--past`), or more than a share of the
    /// projects of a ministry (`--share`). Its cases pass as they are; complete what is marked « À compléter ».
    New(NewArgs),
    /// Open a draft with a new field of the data dictionary
    ///
    /// Once it is published, files may supply it, rules read it, and tables, exports and the API show it.
    NewField(NewFieldArgs),
    /// Open a draft of rules, test cases and thresholds, or save it again
    ///
    /// A draft takes effect only once another person publishes it. It can be saved several times, by
    /// several people: each gives the revision that their change is based on, and if it is not the last
    /// one, the changes made by others are shown.
    Draft(DraftArgs),
    /// Submit a draft for review; it cannot be edited until it is published or returned
    Submit(StepArgs),
    /// Return a draft in review to its authors
    Return(StepArgs),
    /// Withdraw a draft
    Withdraw(StepArgs),
    /// Publish a draft in review; its authors cannot, and every test case must pass
    ///
    /// Requires rules without errors (`vigie rules check --draft`), and passing test cases for each
    /// level, for missing data and for the healthy portfolio (`vigie rules test --draft`). A refusal is
    /// recorded in the audit trail.
    ///
    /// On the local command line, the name of the second person is not verified, and is marked as such. With
    /// `publication.over_http_only`, publishing there is refused; with `--server`, the token authenticates the
    /// person.
    Publish(StepArgs),
    /// Roll a rule back to its text before the last publication, or to the shipped text
    Rollback {
        /// Id of a rule, or name of a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
        /// Go back to the shipped text
        #[arg(long)]
        to_shipped: bool,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// List the published versions of a rule, its test cases, or a file
    Versions {
        /// Id of a rule, or name of a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Compare versions of a rule, its test cases, or a file
    ///
    /// By default, compares the text in force with the shipped text it was based on, and with the text
    /// that ships now. A version is `shipped`, `in-force`, a number, or `draft-3`.
    Compare {
        /// Id of a rule, or name of a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
        /// First version
        #[arg(long, value_name = "WORDING", requires = "to")]
        from: Option<Wording>,
        /// Second version
        #[arg(long, value_name = "WORDING", requires = "from")]
        to: Option<Wording>,
    },
}

/// Which catalogue a command uses.
#[derive(Clone, Copy, Debug, Default, Parser)]
pub(crate) struct OfArgs {
    /// Apply this draft to the rules in force
    #[arg(long, value_name = "DRAFT")]
    pub(crate) draft: Option<i64>,
    /// Use the folder of rules only, without publications
    #[arg(long, conflicts_with = "draft")]
    pub(crate) shipped: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct TestArgs {
    /// Run only the test cases whose `RULE/name` contains this text, or matches this pattern if it has
    /// a `*`
    #[arg(long, value_name = "PATTERN")]
    pub(crate) run: Option<String>,
    /// Also write the results as `JUnit` XML to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Report the branches of the rules that no test case covers
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Exit with code 1 if the test cases cover less than this percentage of the branches
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) threshold: Option<u8>,
    #[command(flatten)]
    pub(crate) of: OfArgs,
}

#[derive(Debug, Parser)]
pub(crate) struct DraftArgs {
    /// Files to put in the draft. `D1.rhai` and `D1.toml` replace the files of that name in the catalogue;
    /// for a new rule, give the path: `process/X1.rhai=X1.rhai`
    #[arg(value_name = "[PATH=]FILE")]
    pub(crate) files: Vec<String>,
    /// Change the value of a threshold: `NAME=0.15`, `"NAME=15 %"`; `NAME@2022-01-01=…` for one of its dated values
    #[arg(long = "threshold", value_name = "NAME=VALUE")]
    pub(crate) thresholds: Vec<String>,
    /// Remove a file from the draft
    #[arg(long = "drop", value_name = "NAME")]
    pub(crate) dropped: Vec<String>,
    /// Save this draft again instead of opening one; its other files are kept
    #[arg(long, value_name = "DRAFT", requires = "revision")]
    pub(crate) over: Option<i64>,
    /// Revision of the draft that the change is based on
    #[arg(long, value_name = "REVISION", requires = "over")]
    pub(crate) revision: Option<i64>,
    /// What the draft changes, and why; with `--over`, as before by default
    #[arg(long, required_unless_present = "over")]
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Parser)]
#[command(group = ArgGroup::new("noticed").required(true).args(["when", "changes", "past", "share"]))]
pub(crate) struct NewArgs {
    /// Id of the new rule: capitals and digits, such as `X1`
    pub(crate) id: String,
    /// Title, in French
    #[arg(long)]
    pub(crate) title: String,
    /// Level of the sign: `watch`, `moderate`, `high` or `critical`
    #[arg(long, value_parser = level, default_value = "moderate", value_name = "LEVEL")]
    pub(crate) level: Level,
    /// A field beyond a threshold: `"cost_current > 50"`, `"mareva_done = false"`
    #[arg(long, value_name = "TEST")]
    pub(crate) when: Option<FieldTest>,
    /// A second field, together with the first
    #[arg(long, requires = "when", value_name = "TEST")]
    pub(crate) and: Option<FieldTest>,
    /// A field that changed since the previous edition
    #[arg(long, requires = "by_more_than", value_name = "FIELD")]
    pub(crate) changes: Option<String>,
    /// By how much, in the unit of the change; negative for a fall
    #[arg(long, requires = "changes", value_parser = number, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) by_more_than: Option<f64>,
    /// A date gone by
    #[arg(long, value_name = "FIELD")]
    pub(crate) past: Option<String>,
    /// Field that says that the work due on the date is done
    #[arg(long, requires = "past", value_name = "FIELD")]
    pub(crate) unless: Option<String>,
    /// Number of projects of a ministry
    #[arg(long, requires = "above", value_name = "FIELD")]
    pub(crate) share: Option<String>,
    /// Share of the projects of the ministry: `50 %` for half
    #[arg(long, requires = "share", value_parser = number, value_name = "SHARE")]
    pub(crate) above: Option<f64>,
    /// What the draft is for; the title by default
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Folder in which to write the files too
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct NewFieldArgs {
    /// Name of the new field: lower-case letters, digits and `_`
    pub(crate) name: String,
    /// Type: `bool`, `int`, `float`, `text` or `date`
    #[arg(long, value_name = "TYPE")]
    pub(crate) kind: FieldKind,
    /// Unit of a number: `ratio`, `points`, `meur`, `meur_per_year`, `months`, `days`, `count` or `fte`
    #[arg(long, value_name = "UNIT", default_value = "none")]
    pub(crate) unit: Unit,
    /// What people read, in French
    #[arg(long)]
    pub(crate) label: String,
    /// Its definition, in French
    #[arg(long)]
    pub(crate) meaning: String,
    /// Who supplies it: `dinum`, `article3`, `questionnaire` or `audit`
    #[arg(long, value_name = "SUPPLIER")]
    pub(crate) supplier: Supplier,
    /// Least number that it can be
    #[arg(long, value_parser = number, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) min: Option<f64>,
    /// Greatest number that it can be
    #[arg(long, value_parser = number, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) max: Option<f64>,
    /// A word that it can be, or what the next number from `--min` means; given several times
    #[arg(long = "choice", value_name = "WORDS")]
    pub(crate) choices: Vec<String>,
    /// Of what each file's row gives a value: `contract` or `milestone`; the project by default
    #[arg(long, value_name = "RECORD", requires = "gathered")]
    pub(crate) of: Option<RecordKind>,
    /// How these values make that of the project: `sum`, `largest`, `smallest`, `any` or `all`
    #[arg(long, value_name = "WAY", requires = "of")]
    pub(crate) gathered: Option<Gathering>,
    /// How it gets worse: `higher` or `lower`
    #[arg(long, value_name = "DIRECTION", requires = "step")]
    pub(crate) worse: Option<Direction>,
    /// From which worsening on it is a new fact, in its unit
    #[arg(long, value_parser = number, value_name = "NUMBER", requires = "worse")]
    pub(crate) step: Option<f64>,
    /// What the draft is for; the label by default
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Folder in which to write the file too
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct StepArgs {
    /// Number of the draft, as listed by `vigie rules drafts`
    pub(crate) draft: i64,
    /// Revision that the draft must still have
    #[arg(long, value_name = "REVISION")]
    pub(crate) revision: Option<i64>,
    /// Reason, recorded in the audit trail
    #[arg(long)]
    pub(crate) reason: String,
}
