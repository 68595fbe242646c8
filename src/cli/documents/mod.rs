//! `vigie document`: what people hand out, and what they write in the note to the COSINUM.

mod texts;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::outcome::{CliError, Conclusion};
use super::output::format::Format;
use super::output::print;
use super::output::whole_file::write_whole;
use super::session::Session;
use texts::TextCommand;
use vigie::application::DocumentFormat;
use vigie::client::Address;
use vigie::domain::portfolio::edition::EditionId;

#[derive(Debug, Subcommand)]
pub(crate) enum DocumentCommand {
    /// Write the note to the COSINUM on an edition
    Cosinum {
        /// Edition that the note is about, as YYYY-MM; the last one by default
        #[arg(long, value_name = "EDITION")]
        edition: Option<EditionId>,
        /// Earlier edition that it is compared with, as YYYY-MM; the one before by default
        #[arg(long, value_name = "EDITION")]
        previous: Option<EditionId>,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Write the page of a ministry: what awaits a decision, then a row for each project
    Ministry {
        /// Code or name of the ministry
        ministry: String,
        /// Edition that the page is about, as YYYY-MM; the last one by default
        #[arg(long, value_name = "EDITION")]
        edition: Option<EditionId>,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Write the page of a project
    Project {
        /// Id of the project, or its name in any edition
        project: String,
        /// Edition that the page is about, as YYYY-MM; the last one by default
        #[arg(long, value_name = "EDITION")]
        edition: Option<EditionId>,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Write the template document of OpenDocument texts, to be restyled in LibreOffice
    Template {
        /// File to write, such as `modele.odt`
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// List what people wrote in the note on an edition, or write a text of it
    Text {
        #[command(subcommand)]
        command: TextCommand,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// File to write, in the format of its extension unless `--format` says another: html, md, odt or pdf; Markdown on
    /// standard output by default
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(
    command: &DocumentCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { api, printer, .. } = session;
    let (place, file) = match command {
        DocumentCommand::Cosinum { edition, previous, file } => {
            let place = api.at(&["documents", "cosinum"]);
            (place.with("edition", *edition).with("previous", *previous), file)
        }
        DocumentCommand::Ministry { ministry, edition, file } => {
            (api.at(&["documents", "ministry", ministry]).with("edition", *edition), file)
        }
        DocumentCommand::Project { project, edition, file } => {
            (api.at(&["documents", "project", project]).with("edition", *edition), file)
        }
        DocumentCommand::Template { out } => {
            return write(Some(out), &api.bytes(api.at(&["documents", "template"])).await?);
        }
        DocumentCommand::Text { command } => return texts::run(command, session).await,
    };
    let out = file.out.as_deref();
    let format = format(printer.format(), out)?;
    let is_text = matches!(format, DocumentFormat::Html | DocumentFormat::Markdown);
    if !is_text && out.is_none() && std::io::stdout().is_terminal() {
        return Err(CliError::DocumentOnTerminal { format: format.as_str() });
    }
    let place: Address = place.with("format", Some(format.as_str()));
    write(out, &api.bytes(place).await?)
}

/// The format requested; else that of the file's extension; else Markdown.
fn format(chosen: Format, out: Option<&Path>) -> Result<DocumentFormat, CliError> {
    match chosen {
        Format::Html => return Ok(DocumentFormat::Html),
        Format::Md => return Ok(DocumentFormat::Markdown),
        Format::Odt => return Ok(DocumentFormat::Odt),
        Format::Pdf => return Ok(DocumentFormat::Pdf),
        Format::Json | Format::Csv => {
            return Err(CliError::DocumentFormat { found: chosen.word() });
        }
        Format::Table => {}
    }
    let Some(path) = out else { return Ok(DocumentFormat::Markdown) };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let known = DocumentFormat::ALL.into_iter().find(|format| format.as_str() == extension);
    known.ok_or_else(|| CliError::DocumentFormat { found: path.display().to_string() })
}

fn write(out: Option<&Path>, bytes: &[u8]) -> Result<Conclusion, CliError> {
    match out {
        Some(path) => {
            write_whole(path, bytes)?;
            print::message(&format!("Document écrit : {}", path.display()));
        }
        None => std::io::stdout().lock().write_all(bytes)?,
    }
    Ok(Conclusion::Good)
}
