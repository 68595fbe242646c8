//! `vigie document text`: what people write in the note to the COSINUM.

use std::io::Read as _;

use clap::Subcommand;
use reqwest::Method;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{text as text_of, word};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::note_text::{NoteSection, NoteText, NoteTextBody};
use vigie::domain::portfolio::edition::EditionId;
use vigie::support::french;

/// Longest text that is read from standard input, in bytes: more than one may have.
const LONGEST: u64 = 64 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum TextCommand {
    /// List the texts of the note on an edition, and those that nobody has written yet
    List {
        /// Edition that the note is about, as YYYY-MM
        edition: EditionId,
    },
    /// Write a text of the note on an edition
    Write {
        /// Edition that the note is about, as YYYY-MM
        edition: EditionId,
        /// Place of the text in the note
        #[arg(value_parser = section, value_name = "introduction|causes|evolutions|actions|decisions")]
        section: NoteSection,
        /// The text: each line is a paragraph, or an item of a list if it begins with a dash; read from standard input by default
        #[arg(long, allow_hyphen_values = true)]
        text: Option<String>,
        /// Revision that was read, as listed by `document text list`; the last one by default
        #[arg(long, value_name = "NUMBER")]
        revision: Option<i64>,
    },
}

pub(super) async fn run(
    command: &TextCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { api, printer, .. } = session;
    let texts = async |edition: &EditionId| {
        let place = api.at(&["documents", "cosinum", &edition.to_string(), "texts"]);
        api.whole::<NoteText>(place).await.map(|found| found.value)
    };
    match command {
        TextCommand::List { edition } => {
            let texts = texts(edition).await?;
            printer.answer(&texts, &[sheet(&texts)], 0)
        }
        TextCommand::Write { edition, section, text, revision } => {
            let text = match text {
                Some(text) => text.clone(),
                None => read_text()?,
            };
            let body = NoteTextBody { text: text_of("--text", &text)? };
            let known = if let Some(revision) = revision {
                *revision
            } else {
                let texts = texts(edition).await?;
                texts.iter().find(|one| one.section == *section).map_or(0, |one| one.revision)
            };
            let edition = edition.to_string();
            let place = ["documents", "cosinum", &edition, "texts", section.as_str()];
            let etag = format!("\"{known}\"");
            let written: NoteText =
                api.act((Method::PUT, api.at(&place)), &body, Some(&etag)).await?;
            print::message(&format!(
                "Texte « {} » de la note sur {} enregistré, révision {}.",
                section.label(),
                french::month_and_year(written.edition.as_of()),
                written.revision
            ));
            Ok(Conclusion::Good)
        }
    }
}

fn read_text() -> Result<String, CliError> {
    let mut text = String::new();
    std::io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn sheet(texts: &[NoteText]) -> Sheet {
    Sheet::list(
        "Textes de la note".to_owned(),
        texts.iter(),
        &[
            ("section", "Texte", &|text| Cell::text(text.section.label())),
            ("revision", "Révision", &|text| Cell::count(text.revision)),
            ("by", "Par", &|text| {
                Cell::text(text.by.as_ref().map(Actor::to_string).unwrap_or_default())
            }),
            ("text", "Contenu", &|text| {
                Cell::text(if text.text.is_empty() { "à compléter" } else { text.text.as_str() })
            }),
        ],
    )
}

fn section(text: &str) -> Result<NoteSection, String> {
    word(text, &NoteSection::ALL.map(NoteSection::as_str))
}
