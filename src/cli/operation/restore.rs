//! `vigie restore`: a backup takes the place of the database.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::person::anybody;
use vigie::server::config::Config;
use vigie::store;
use vigie::store::{Ended, Store};

/// Put a backup in the place of the database.
///
/// All sessions, tokens, invitations and idempotency keys of the backup end, so that what was revoked since does
/// not become valid again. To get back in: sign in anew, or `vigie tokens issue`, or `vigie accounts invite` when the
/// backup has no account. Messages that the replaced database sent are not sent again, as long as it can be read.
#[derive(Debug, Parser)]
pub(crate) struct RestoreArgs {
    /// Backup made by the job `backup`, or a copy of a database with its `-wal` file next to it, whose content is
    /// restored too. Symbolic links are followed
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace an existing database; it is kept under another name next to the new one
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    database: String,
    replaced: Option<String>,
    cycles: u64,
    backup: &'a PathBuf,
    ended: Ended,
}

/// The file is verified before and after it is copied, and brought up to date before it takes its place.
pub(in crate::cli) async fn run(
    request: &RestoreArgs,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let now = config.clock().now();
    let actor = anybody(config);
    let (url, by) = (&config.database_url, (&actor, now));
    let restored = store::restore(url, &request.file, request.force, by).await?;
    let store = Store::open(&config.database_url).await?;
    let last = store.last_cycle().await?;
    let has_accounts = !store.accounts().await?.is_empty();
    store.close().await;
    let report = Report {
        database: restored.database.display().to_string(),
        replaced: restored.replaced.map(|path| path.display().to_string()),
        cycles: last.map_or(0, |last| u64::try_from(last.number.0).unwrap_or_default()),
        backup: &request.file,
        ended: restored.ended,
    };
    let columns = vec![
        ("database", "Base"),
        ("replaced", "Ancienne base, gardée"),
        ("cycles", "Dernier cycle"),
        ("sessions", "Sessions closes"),
        ("tokens", "Jetons révoqués"),
        ("notices_waiting", "Messages en attente"),
    ];
    let cells = vec![
        Cell::text(&report.database),
        Cell::optional(report.replaced.as_deref()),
        Cell::count(report.cycles),
        Cell::count(report.ended.sessions),
        Cell::count(report.ended.tokens),
        Cell::count(report.ended.notices_waiting),
    ];
    printer.answer(&report, &[Sheet::new("Base restaurée", columns, vec![cells])], 0)?;
    for line in advice(&report.ended, report.replaced.is_some(), has_accounts) {
        print::message(&line);
    }
    Ok(Conclusion::Good)
}

/// What ended, how to get back in, and what to look at.
fn advice(ended: &Ended, has_replaced: bool, has_accounts: bool) -> Vec<String> {
    let Ended { sessions, tokens, account_links, idempotency_keys, .. } = ended;
    let invitations = ended.invitations + account_links;
    let mut lines = vec![format!(
        "all access that the backup held ended: {sessions} sessions, {tokens} tokens, {invitations} \
         invitations, {idempotency_keys} idempotency keys; the keys that sign cookies and links of \
         mails are drawn anew, so that links of mails sent before serve nobody"
    )];
    lines.push(if has_accounts {
        "to get back in: sign in anew; for programs, `vigie tokens issue NAME --label TEXT`"
            .to_owned()
    } else {
        "the backup has no account: `vigie accounts invite` gives the link that makes the first"
            .to_owned()
    });
    if !ended.accounts_closed.is_empty() {
        let names = ended.accounts_closed.join(", ");
        lines.push(format!("closed since the backup, and closed again: {names}"));
    }
    if !ended.accounts_changed.is_empty() {
        let names = ended.accounts_changed.join(", ");
        lines.push(format!(
            "as they were at the backup, to be changed again by `vigie accounts change`: {names}"
        ));
    }
    if !ended.replaced_was_read {
        let what = if has_replaced {
            "the database replaced cannot be read"
        } else {
            "no database was there"
        };
        lines.push(format!(
            "{what}: accounts closed or changed since the backup are as they were, look at `vigie accounts list`"
        ));
    }
    if ended.notices_sent_since > 0 {
        let sent = ended.notices_sent_since;
        lines.push(format!("{sent} messages that waited in the backup were sent since: not again"));
    }
    if ended.notices_waiting > 0 {
        let waiting = ended.notices_waiting;
        let twice = if ended.replaced_was_read {
            ""
        } else {
            "; those sent since the backup come twice, under the same ids"
        };
        lines.push(format!(
            "{waiting} messages wait, and leave when the service starts{twice}: `vigie notices list --state waiting`"
        ));
    }
    lines.push(
        "what a cycle or a person decided since the backup is not in it: the next cycle tells again what it finds \
         anew, and rules published since are no longer in force"
            .to_owned(),
    );
    lines
}
