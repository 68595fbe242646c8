//! The formats of results.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// All data, for programs
    Json,
    /// The main list, one line per entry
    Csv,
    /// Documents only: one file for browsers and printers
    Html,
    /// Documents only: Markdown
    Md,
    /// Documents only: OpenDocument text
    Odt,
    /// Documents only: PDF
    Pdf,
}

impl Format {
    /// Whether only documents are written in it.
    pub(crate) fn is_of_documents(self) -> bool {
        match self {
            Self::Table | Self::Json | Self::Csv => false,
            Self::Html | Self::Md | Self::Odt | Self::Pdf => true,
        }
    }

    /// The word by which it is asked for.
    pub(crate) fn word(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
