//! What `vigie rules` accepts, and the help that says so.

use std::path::PathBuf;

use super::super::args::date;
use chrono::NaiveDate;
use clap::Parser;
use clap::Subcommand;
use vigie::cycle::Wording;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules in force
    List {
        #[command(flatten)]
        of: OfArgs,
    },
    /// Find every fault of the catalogue: file, line, column; and what is surely not meant
    ///
    /// Exit code 1: a rule or a threshold is at fault, and left out. Exit code 3: with
    /// `--lint-fatal`, nothing is at fault but there are remarks.
    Check {
        /// Let a remark be enough for exit code 3
        #[arg(long)]
        lint_fatal: bool,
        #[command(flatten)]
        of: OfArgs,
    },
    /// Run the cases that prove each rule
    Test(TestArgs),
    /// Tell how a rule comes to its answer on one subject: each comparison, with its values
    Explain {
        /// Id of the rule, as listed by `vigie rules list`
        rule: String,
        /// A project by name or id, a ministry by its code, or `portfolio`
        #[arg(value_name = "PROJECT")]
        subject: String,
        /// Judge as of this date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// As the rules would be, were this draft published
        #[arg(long, value_name = "DRAFT")]
        draft: Option<i64>,
    },
    /// Write the catalogue as one page: rules by family, thresholds with their sources
    Docs {
        /// Write there instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// With the thresholds in force on this date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        #[command(flatten)]
        of: OfArgs,
    },
    /// Judge the same data with two catalogues, and say what the second would change
    ///
    /// Two folders, or what is in force and a draft: `vigie rules diff --draft 3`.
    Diff {
        /// Folder of the rules in force
        #[arg(value_name = "FOLDER_A", required_unless_present = "draft")]
        before: Option<PathBuf>,
        /// Folder of the rules to come
        #[arg(value_name = "FOLDER_B", required_unless_present = "draft")]
        after: Option<PathBuf>,
        /// What publishing this draft would change, instead of two folders
        #[arg(long, value_name = "DRAFT", conflicts_with_all = ["before", "after"])]
        draft: Option<i64>,
        /// Judge as of this date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// List the files that are overridden, and those of which a newer text ships
    Overrides,
    /// List drafts, or show one with its texts
    Drafts {
        /// Number of the draft to show
        draft: Option<i64>,
        /// Those published or withdrawn too
        #[arg(long)]
        all: bool,
    },
    /// Open a draft, or save it again: rules, cases, thresholds to be published together
    ///
    /// Nothing is in force before another person has published it. A draft may be saved many times, by
    /// many people: each gives the revision that they looked at, and is told what the others changed
    /// when it is not the last.
    Draft(DraftArgs),
    /// Send a draft to review: it is frozen until it is published or returned
    Submit(StepArgs),
    /// Send a draft in review back to its authors
    Return(StepArgs),
    /// Give a draft up
    Withdraw(StepArgs),
    /// Put a draft in review in force: never by one of its authors, and only if all cases pass
    ///
    /// Asked for: no fault (`vigie rules check --draft`), cases that pass, at each level, on absence and
    /// on the healthy portfolio (`vigie rules test --draft`). A refusal is written in the audit trail.
    ///
    /// Beside the database, that the second person is another one is on their honour: the name given is marked as
    /// one that nobody proved. With `publication.over_http_only`, publishing here is refused; with `--server`, the
    /// token proves who it is.
    Publish(StepArgs),
    /// Put back in force what was before the last publication of a rule, or what ships
    Rollback {
        /// A rule by its id, or a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
        /// Go back to the text that ships with this release, whatever was published since
        #[arg(long)]
        to_shipped: bool,
        /// Why, for those who come after
        #[arg(long)]
        reason: String,
    },
    /// List the versions that were published of a rule, its cases, or a file
    Versions {
        /// A rule by its id, or a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Compare the wordings of a rule, its cases, or a file
    ///
    /// By default the shipped text that ours was written over with ours, and with the text that ships
    /// now. A wording is `shipped`, `in-force`, the number of a version, or `draft-3`.
    Compare {
        /// A rule by its id, or a file of the catalogue: `D1`, `thresholds.toml`
        #[arg(value_name = "NAME")]
        name: String,
        /// The first wording
        #[arg(long, value_name = "WORDING", requires = "to")]
        from: Option<Wording>,
        /// The second wording
        #[arg(long, value_name = "WORDING", requires = "from")]
        to: Option<Wording>,
    },
}

/// Of which catalogue.
#[derive(Clone, Copy, Debug, Default, Parser)]
pub(crate) struct OfArgs {
    /// As the rules would be, were this draft published
    #[arg(long, value_name = "DRAFT")]
    pub(crate) draft: Option<i64>,
    /// The folder of the rules alone, without what was published over it
    #[arg(long, conflicts_with = "draft")]
    pub(crate) shipped: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct TestArgs {
    /// Run only the cases whose `RULE/name` has this in it; `*` stands for anything, and a pattern
    /// with one must match the whole
    #[arg(long, value_name = "PATTERN")]
    pub(crate) run: Option<String>,
    /// Write the outcome as `JUnit` XML too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Say which branches of the rules no case takes
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Exit code 1 when the cases take a smaller share of the branches, in percent
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) threshold: Option<u8>,
    #[command(flatten)]
    pub(crate) of: OfArgs,
}

#[derive(Debug, Parser)]
pub(crate) struct DraftArgs {
    /// Files to put in the draft. `D1.rhai` and `D1.toml` go where the catalogue has a file of that name;
    /// a new rule says where it goes: `process/X1.rhai=X1.rhai`
    #[arg(value_name = "[PATH=]FILE")]
    pub(crate) files: Vec<String>,
    /// Give a threshold another value; `NAME@2022-01-01=…` for one of its dated values
    #[arg(long = "threshold", value_name = "NAME=VALUE")]
    pub(crate) thresholds: Vec<String>,
    /// Take a file out of the draft
    #[arg(long = "drop", value_name = "NAME")]
    pub(crate) dropped: Vec<String>,
    /// Save over this draft instead of opening one; its other files stay in it
    #[arg(long, value_name = "DRAFT", requires = "revision")]
    pub(crate) over: Option<i64>,
    /// The revision of the draft that you looked at
    #[arg(long, value_name = "REVISION", requires = "over")]
    pub(crate) revision: Option<i64>,
    /// What changes and why, for those who review it and those who come after
    #[arg(long)]
    pub(crate) comment: String,
}

#[derive(Debug, Parser)]
pub(crate) struct StepArgs {
    /// Number of the draft, as listed by `vigie rules drafts`
    pub(crate) draft: i64,
    /// Only if this is still its revision
    #[arg(long, value_name = "REVISION")]
    pub(crate) revision: Option<i64>,
    /// Why, for those who come after
    #[arg(long)]
    pub(crate) reason: String,
}
