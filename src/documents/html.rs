//! Documents as HTML files that can be read by themselves: black on white, printed as they are.

use super::model::{Block, Chart, Document, Inline, Table};

const STYLE: &str = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font-family:Marianne,Arial,sans-serif;line-height:1.5;\
color:#000;background:#fff}a{color:inherit}table{border-collapse:collapse;width:100%;margin:1rem 0}\
caption,figcaption{text-align:left;font-weight:bold}figure{margin:1rem 0;break-inside:avoid}svg{max-width:100%;height:auto}th,td{border:1px solid #000;padding:.25rem .5rem;text-align:left;vertical-align:top}\
.r{text-align:right}@media print{body{margin:0;max-width:none}a{text-decoration:none}tr{break-inside:avoid}h2,h3{break-after:avoid}}";

/// The file of a document. `base` is what its links begin with; without one, they are left out.
pub fn html(document: &Document, base: Option<&str>) -> String {
    let title = escaped(&document.title);
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for one in &document.lead {
        block(&mut text, one, base);
    }
    for (index, part) in document.parts.iter().enumerate() {
        let number = index + 1;
        let heading = escaped(&part.title);
        text.extend([format!(
            "<section aria-labelledby=\"partie-{number}\">\n<h2 id=\"partie-{number}\">{heading}</h2>\n"
        )]);
        for one in &part.blocks {
            block(&mut text, one, base);
        }
        text.push_str("</section>\n");
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

fn block(out: &mut String, block: &Block, base: Option<&str>) {
    match block {
        Block::Title { text } => out.extend([format!("<h3>{}</h3>\n", escaped(text))]),
        Block::Paragraph { text } => out.extend([format!("<p>{}</p>\n", words(text, base))]),
        Block::List { items } => {
            out.push_str("<ul>\n");
            for item in items {
                out.extend([format!("<li>{}</li>\n", words(item, base))]);
            }
            out.push_str("</ul>\n");
        }
        Block::Table(of) => table(out, of, base),
        Block::Chart(chart) => out.extend([figure(chart)]),
    }
}

/// A picture with its name and description, for those who do not see it.
fn figure(chart: &Chart) -> String {
    let (title, words) = (escaped(&chart.title), escaped(&chart.words));
    let svg = chart.svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{words}\" "), 1);
    format!("<figure>\n<figcaption>{title}</figcaption>\n{svg}\n</figure>\n")
}

fn table(out: &mut String, table: &Table, base: Option<&str>) {
    out.push_str("<table>\n");
    if !table.caption.is_empty() {
        out.extend([format!("<caption>{}</caption>\n", escaped(&table.caption))]);
    }
    let side = |index: usize| {
        let right = table.columns.get(index).is_some_and(|column| column.right);
        if right { " class=\"r\"" } else { "" }
    };
    out.push_str("<thead>\n<tr>");
    for (index, column) in table.columns.iter().enumerate() {
        let label = escaped(&column.label);
        out.extend([format!("<th scope=\"col\"{}>{label}</th>", side(index))]);
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (open, close) = if index == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            let words = words(cell, base);
            out.extend([format!("<{open}{}>{words}</{close}>", side(index))]);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn words(parts: &[Inline], base: Option<&str>) -> String {
    let written = parts.iter().map(|part| match (part, base) {
        (Inline::Strong { text }, _) => format!("<strong>{}</strong>", escaped(text)),
        (Inline::Link { text, href }, Some(base)) => {
            format!("<a href=\"{}{}\">{}</a>", escaped(base), escaped(href), escaped(text))
        }
        (Inline::Link { text, .. } | Inline::Text { text }, _) => escaped(text),
    });
    written.collect()
}

/// A text in which nothing is a mark of HTML or XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
