//! A chart of lines as a picture that is read by itself: in the colour of the text, lines told apart by their dashes and named
//! below.

use std::fmt;
use std::fmt::Write as _;

use super::drawing::Mark;
use super::line::{DrawnLine, LineChart};
use super::scale::count;
use crate::support::french;

/// The height of the names of lines, and the width of one with its dash.
const LEGEND: f64 = 28.0;
const LEGEND_ENTRY: f64 = 190.0;

/// Dashes of the first line, the second one and so on.
const DASHES: [&str; 3] = ["none", "7 5", "2 4"];

/// A picture, its size, and what it shows in words.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPicture {
    pub svg: String,
    pub width: f64,
    pub height: f64,
    /// `Courbes de juin 2020 à novembre 2020, première et dernière valeurs connues. Taux global : de 31,6 % à 26,5 %.`
    pub words: String,
}

/// The picture of a chart. Its labels are those of the program, without marks of XML.
pub fn picture(chart: &LineChart) -> ChartPicture {
    let (width, height) = (chart.width, chart.height + LEGEND);
    let mut svg = String::new();
    let ends = draw(&mut svg, chart, (width, height));
    debug_assert!(ends.is_ok(), "a text takes all that is written to it");
    ChartPicture { svg, width, height, words: words(chart) }
}

fn draw(out: &mut String, chart: &LineChart, (width, height): (f64, f64)) -> fmt::Result {
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"Lato, Arial, sans-serif\" font-size=\"13\" fill=\"currentColor\" stroke=\"none\">"
    )?;
    let (left, right, bottom) = (chart.left, chart.right, chart.bottom);
    for Mark { at, label } in &chart.grid {
        let (label_x, label_y) = (left - 8.0, at + 4.0);
        write!(
            out,
            "<line x1=\"{left}\" x2=\"{right}\" y1=\"{at}\" y2=\"{at}\" stroke=\"currentColor\" stroke-width=\"0.5\" stroke-opacity=\"0.4\"/>\
             <text x=\"{label_x}\" y=\"{label_y}\" text-anchor=\"end\">{label}</text>"
        )?;
    }
    write!(
        out,
        "<line x1=\"{left}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\" stroke=\"currentColor\"/>"
    )?;
    let last = chart.dates.len().saturating_sub(1);
    for (index, Mark { at, label }) in chart.dates.iter().enumerate() {
        let anchor = if index == last && index > 0 { "end" } else { "middle" };
        let y = bottom + 20.0;
        write!(out, "<text x=\"{at}\" y=\"{y}\" text-anchor=\"{anchor}\">{label}</text>")?;
    }
    let known = chart.lines.iter().zip(DASHES).filter(|(line, _)| !line.dots.is_empty());
    for (index, (line, dashes)) in known.enumerate() {
        draw_line(out, line, (dashes, index == 0))?;
        let x = left + count(index) * LEGEND_ENTRY;
        let y = chart.height + LEGEND / 2.0;
        let (end, text_x, text_y) = (x + 32.0, x + 40.0, y + 4.0);
        write!(
            out,
            "<line x1=\"{x}\" x2=\"{end}\" y1=\"{y}\" y2=\"{y}\" stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
             <text x=\"{text_x}\" y=\"{text_y}\">{}</text>",
            line.label
        )?;
    }
    out.write_str("</svg>")
}

fn draw_line(out: &mut String, line: &DrawnLine, (dashes, has_dots): (&str, bool)) -> fmt::Result {
    for points in &line.stretches {
        write!(
            out,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>"
        )?;
    }
    for dot in line.dots.iter().filter(|_| has_dots) {
        write!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"4\"/>", dot.x, dot.y)?;
    }
    Ok(())
}

fn words(chart: &LineChart) -> String {
    let (Some(first), Some(last)) = (chart.rows.first(), chart.rows.last()) else {
        return String::new();
    };
    let [from, to] = [first, last].map(|row| french::month_and_year(row.date));
    let said = chart.lines.iter().enumerate().filter_map(|(index, line)| {
        let known = || chart.rows.iter().filter_map(move |row| row.values.get(index)?.as_ref());
        let (start, end) = (known().next()?, known().next_back()?);
        Some(format!(" {}\u{a0}: de {start} à {end}.", line.label))
    });
    let said: String = said.collect();
    format!("Courbes de {from} à {to}, première et dernière valeurs connues.{said}")
}
