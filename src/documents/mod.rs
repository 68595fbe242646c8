//! Documents that people hand out: a template of the catalogue, filled with figures, becomes a document of titles, paragraphs,
//! lists and tables, which is written as Markdown, HTML, OpenDocument text or PDF.

mod data;
mod html;
mod inline;
mod markdown;
mod markup;
mod model;
mod odt;
mod pdf;
mod template;

pub use data::{Datum, PrintedFigure};
pub use html::html;
pub use markdown::markdown;
pub use model::{Block, Chart, Document, DocumentPart, Inline, Table, TableColumn};
pub use odt::content::odt;
pub use odt::package::{OdtTemplate, OdtTemplateFault};
pub use pdf::{PdfFault, WRITES_PDF, pdf};
pub use template::{fill, template_faults};
