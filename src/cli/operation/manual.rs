//! `vigie manual` and `vigie completions`: for packages and shells.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use clap_complete::Shell;

use crate::cli::language;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use vigie::support::french;

/// Writes the manual pages into a folder, which is made when it is not there.
pub(in crate::cli) fn write(folder: &Path) -> Result<Conclusion, CliError> {
    let pages = language::manual_pages()?;
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |source| CliError::Report { path, source }
    };
    fs::create_dir_all(folder).map_err(fault(folder))?;
    for (name, text) in &pages {
        let path = folder.join(name);
        fs::write(&path, text).map_err(fault(&path))?;
    }
    let count = french::counted(pages.len(), "page écrite", "pages écrites");
    print::message(&format!("{count} dans « {} »", folder.display()));
    Ok(Conclusion::Good)
}

pub(in crate::cli) fn complete(shell: Shell) -> Result<Conclusion, CliError> {
    std::io::stdout().lock().write_all(&language::completions(shell))?;
    Ok(Conclusion::Good)
}
