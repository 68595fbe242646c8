//! What a document is made of, whatever it is written as.

use serde::Serialize;

/// A document in French.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Document {
    pub title: String,
    /// What comes before the first part.
    pub lead: Vec<Block>,
    pub parts: Vec<DocumentPart>,
}

/// A part of a document, under its title.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentPart {
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A title within a part.
    Title {
        text: String,
    },
    Paragraph {
        text: Vec<Inline>,
    },
    List {
        items: Vec<Vec<Inline>>,
    },
    Table(Table),
    Chart(Chart),
}

/// Figures as a picture, beside a table that has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chart {
    /// The name that templates have for it.
    pub name: &'static str,
    pub title: String,
    /// What it shows, for those who do not see it.
    pub words: String,
    /// An image in black, or in the colour of the text where it is within a page.
    pub svg: String,
    pub width: f64,
    pub height: f64,
}

/// A table whose first cell of each row names the row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    pub caption: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableColumn {
    pub label: String,
    /// Of figures, which are aligned at the right.
    pub right: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inline {
    Text {
        text: String,
    },
    Strong {
        text: String,
    },
    /// A figure or a name, and the page that says where it comes from.
    Link {
        text: String,
        href: String,
    },
}

impl Inline {
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text } | Self::Strong { text } | Self::Link { text, .. } => text,
        }
    }
}

impl Document {
    /// The blocks of all parts, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.lead.iter().chain(self.parts.iter().flat_map(|part| &part.blocks))
    }
}
