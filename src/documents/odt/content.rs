//! The text of a document as OpenDocument has it: every look is that of a style of the template document, by its name.

use super::package::{OdtTemplate, OdtTemplateFault};
use crate::documents::html::escaped;
use crate::documents::model::{Block, Chart, Document, Inline, Table};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content \
xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
xmlns:xlink=\"http://www.w3.org/1999/xlink\" office:version=\"1.3\">\n\
<office:automatic-styles>\n\
<style:style style:name=\"VigieTable\" style:family=\"table\">\
<style:table-properties style:rel-width=\"100%\" table:align=\"margins\" fo:margin-top=\"0.2cm\" fo:margin-bottom=\"0.4cm\"/>\
</style:style>\n\
<style:style style:name=\"VigieCell\" style:family=\"table-cell\">\
<style:table-cell-properties fo:border=\"0.5pt solid #000000\" fo:padding=\"0.1cm\"/></style:style>\n\
<style:style style:name=\"VigieRight\" style:family=\"paragraph\" style:parent-style-name=\"Table_20_Contents\">\
<style:paragraph-properties fo:text-align=\"end\"/></style:style>\n\
<style:style style:name=\"VigieStrong\" style:family=\"text\">\
<style:text-properties fo:font-weight=\"bold\"/></style:style>\n\
</office:automatic-styles>\n<office:body>\n<office:text>\n";

/// In centimetres, within the margins of A4.
const PICTURE_WIDTH: f64 = 16.0;

const FOOT: &str = "</office:text>\n</office:body>\n</office:document-content>\n";

/// The file of a document. `base` is what its links begin with; without one, they are left out.
///
/// # Errors
/// If the file cannot be put together.
pub fn odt(
    document: &Document,
    base: Option<&str>,
    template: &OdtTemplate,
) -> Result<Vec<u8>, OdtTemplateFault> {
    let charts: Vec<&Chart> = document.blocks().filter_map(chart_of).collect();
    let picture = |(index, chart): (usize, &&Chart)| (picture_path(index + 1), chart.svg.clone());
    let pictures: Vec<(String, String)> = charts.iter().enumerate().map(picture).collect();
    template.with_content(&content(document, base), &document.title, &pictures)
}

fn chart_of(block: &Block) -> Option<&Chart> {
    match block {
        Block::Chart(chart) => Some(chart),
        Block::Title { .. } | Block::Paragraph { .. } | Block::List { .. } | Block::Table(_) => {
            None
        }
    }
}

fn picture_path(number: usize) -> String {
    format!("Pictures/graphique-{number}.svg")
}

/// How many tables and charts are written, which names them.
#[derive(Default)]
struct Written {
    tables: usize,
    charts: usize,
}

fn content(document: &Document, base: Option<&str>) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(&paragraph("Title", &escaped(&document.title)));
    let mut written = Written::default();
    for one in &document.lead {
        block(&mut text, one, base, &mut written);
    }
    for part in &document.parts {
        text.push_str(&title(1, &part.title));
        for one in &part.blocks {
            block(&mut text, one, base, &mut written);
        }
    }
    text.push_str(FOOT);
    text
}

fn block(out: &mut String, block: &Block, base: Option<&str>, written: &mut Written) {
    match block {
        Block::Title { text } => out.push_str(&title(2, text)),
        Block::Paragraph { text } => out.push_str(&paragraph("Text_20_body", &words(text, base))),
        Block::List { items } => {
            out.push_str("<text:list text:style-name=\"List_20_1\">\n");
            for item in items {
                let item = paragraph("List_20_1", &words(item, base));
                out.extend([format!("<text:list-item>{item}</text:list-item>\n")]);
            }
            out.push_str("</text:list>\n");
        }
        Block::Table(of) => {
            written.tables += 1;
            table(out, of, base, written.tables);
        }
        Block::Chart(chart) => {
            written.charts += 1;
            picture(out, chart, written.charts);
        }
    }
}

/// A picture as wide as the text, with its title and what it shows.
fn picture(out: &mut String, chart: &Chart, number: usize) {
    let height = PICTURE_WIDTH * chart.height / chart.width;
    out.push_str(&paragraph("Table", &escaped(&chart.title)));
    let frame = format!(
        "<draw:frame draw:name=\"Graphique{number}\" text:anchor-type=\"as-char\" svg:width=\"{PICTURE_WIDTH}cm\" \
         svg:height=\"{height:.2}cm\"><draw:image xlink:href=\"{}\" xlink:type=\"simple\" xlink:show=\"embed\" \
         xlink:actuate=\"onLoad\" draw:mime-type=\"image/svg+xml\"/><svg:title>{}</svg:title><svg:desc>{}</svg:desc></draw:frame>",
        picture_path(number),
        escaped(&chart.title),
        escaped(&chart.words)
    );
    out.push_str(&paragraph("Text_20_body", &frame));
}

fn title(level: u8, text: &str) -> String {
    let text = escaped(text);
    format!(
        "<text:h text:style-name=\"Heading_20_{level}\" text:outline-level=\"{level}\">{text}</text:h>\n"
    )
}

fn paragraph(style: &str, words: &str) -> String {
    format!("<text:p text:style-name=\"{style}\">{words}</text:p>\n")
}

fn table(out: &mut String, table: &Table, base: Option<&str>, number: usize) {
    if !table.caption.is_empty() {
        out.push_str(&paragraph("Table", &escaped(&table.caption)));
    }
    out.extend([format!(
        "<table:table table:name=\"Tableau{number}\" table:style-name=\"VigieTable\">\n\
         <table:table-column table:number-columns-repeated=\"{}\"/>\n\
         <table:table-header-rows>\n<table:table-row>",
        table.columns.len().max(1)
    )]);
    for column in &table.columns {
        cell(out, "Table_20_Heading", &escaped(&column.label));
    }
    out.push_str("</table:table-row>\n</table:table-header-rows>\n");
    for row in &table.rows {
        out.push_str("<table:table-row>");
        for (index, parts) in row.iter().enumerate() {
            let right = table.columns.get(index).is_some_and(|column| column.right);
            let style = if right { "VigieRight" } else { "Table_20_Contents" };
            cell(out, style, &words(parts, base));
        }
        out.push_str("</table:table-row>\n");
    }
    out.push_str("</table:table>\n");
}

fn cell(out: &mut String, style: &str, words: &str) {
    let paragraph = paragraph(style, words);
    out.extend([format!(
        "<table:table-cell table:style-name=\"VigieCell\" office:value-type=\"string\">{paragraph}</table:table-cell>"
    )]);
}

fn words(parts: &[Inline], base: Option<&str>) -> String {
    let written = parts.iter().map(|part| match (part, base) {
        (Inline::Strong { text }, _) => {
            format!("<text:span text:style-name=\"VigieStrong\">{}</text:span>", escaped(text))
        }
        (Inline::Link { text, href }, Some(base)) => format!(
            "<text:a xlink:type=\"simple\" xlink:href=\"{}{}\">{}</text:a>",
            escaped(base),
            escaped(href),
            escaped(text)
        ),
        (Inline::Link { text, .. } | Inline::Text { text }, _) => escaped(text),
    });
    written.collect()
}
