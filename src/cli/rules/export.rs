//! `vigie rules export`: the files of a catalogue, named for what they are about.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::whole_file::write_whole;
use vigie::application;
use vigie::support::french;

/// Into a folder that has nothing yet: beside a file of the same rule, none would be read.
pub(super) fn run(folder: &Path, texts: &BTreeMap<String, String>) -> Result<Conclusion, CliError> {
    let holds_something = std::fs::read_dir(folder).is_ok_and(|mut held| held.next().is_some());
    if holds_something {
        return Err(CliError::RuleArgument {
            found: folder.display().to_string(),
            expected: "un dossier vide ou à créer",
        });
    }
    let files = write(folder, texts)?;
    let written = french::counted(files, "fichier écrit", "fichiers écrits");
    print::message(&format!("{written} dans {}", folder.display()));
    Ok(Conclusion::Good)
}

/// Writes files in a folder under the names that people read, and says how many.
pub(super) fn write(folder: &Path, texts: &BTreeMap<String, String>) -> Result<usize, CliError> {
    let named = application::named_for_people(texts);
    for (name, text) in &named {
        let file = folder.join(name);
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        write_whole(&file, text.as_bytes())?;
    }
    Ok(named.len())
}
