//! Files that commands write for people: whole under their name, or not there.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;

use crate::cli::outcome::CliError;

/// Follows the file's name until it is whole; the next run that writes to that name writes over what a kill left.
const UNFINISHED: &str = ".partial";

/// Writes the bytes of a whole file.
pub(in crate::cli) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    with_whole_file(path, |mut file| {
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|source| CliError::Report { path: path.to_owned(), source })
    })
}

/// Under another name until it is whole, so that nobody takes half of it for all of it. Symbolic links are
/// followed; a terminal or a pipe is written to as it is.
pub(in crate::cli) fn with_whole_file<T>(
    path: &Path,
    write: impl FnOnce(File) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let unwritten = |source: io::Error| CliError::Report { path: path.to_owned(), source };
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        return write(File::options().write(true).open(&target).map_err(unwritten)?);
    }
    let mut unfinished: OsString = target.clone().into_os_string();
    unfinished.push(UNFINISHED);
    let written = write(File::create(&unfinished).map_err(unwritten)?)
        .and_then(|done| Ok((std::fs::rename(&unfinished, &target).map_err(unwritten)?, done)));
    match written {
        Ok(((), done)) => Ok(done),
        Err(fault) => {
            drop(std::fs::remove_file(&unfinished));
            Err(fault)
        }
    }
}
