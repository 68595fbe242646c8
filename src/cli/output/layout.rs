//! Lays a list out for people: a table whose lines break between words, or cards where the screen is too narrow for it.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use console::measure_text_width;

/// Width where nobody says how wide the screen is.
const WIDTH: usize = 140;
/// Width that is assumed on the narrowest screens.
const LEAST_WIDTH: usize = 20;
/// Under this width, a table whose lines would break becomes cards.
const NARROW: usize = 100;
/// Longer words, such as addresses and fingerprints, may be broken.
const LONG_WORD: usize = 28;
/// Longest rule between two cards.
const RULE: usize = 40;

/// The texts of a list: headers, and the cells of each row.
pub(super) struct SheetLayout<'a> {
    pub(super) headers: Vec<&'a str>,
    pub(super) rows: Vec<Vec<String>>,
    /// Whether each column holds figures, which are aligned to the right.
    pub(super) figures: Vec<bool>,
}

/// Width of the screen: the variable `COLUMNS`, else what the terminal says.
pub(super) fn screen_width() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "the screen's width is the terminal's, no setting"
    )]
    let given = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let given = given.filter(|columns: &usize| *columns > 0);
    let terminal = || Some(console::Term::stdout().size_checked()?.1.into());
    given.or_else(terminal).unwrap_or(WIDTH).max(LEAST_WIDTH)
}

impl SheetLayout<'_> {
    pub(super) fn text(&self, width: usize) -> String {
        let natural: Vec<usize> = self.widths(measure_text_width);
        let least: Vec<usize> = self.widths(|line| {
            let words = line.split(' ').map(measure_text_width);
            words.map(|word| word.min(LONG_WORD)).max().unwrap_or_default()
        });
        let breaks = framed(&natural) > width;
        if breaks && (width < NARROW || framed(&least) > width) {
            return self.cards(width);
        }
        self.table(width, &least)
    }

    /// For each column, the largest measure of its lines.
    fn widths(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let column = |(index, header): (usize, &&str)| {
            let cells =
                self.rows.iter().filter_map(|row| row.get(index)).flat_map(|cell| cell.lines());
            cells.chain([*header]).map(&measure).max().unwrap_or_default()
        };
        self.headers.iter().enumerate().map(column).collect()
    }

    fn table(&self, width: usize, least: &[usize]) -> String {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        table.set_header(&self.headers);
        for row in &self.rows {
            table.add_row(row);
        }
        for ((column, word), figures) in table.column_iter_mut().zip(least).zip(&self.figures) {
            // The constraint counts the blank on each side.
            let bound = u16::try_from(word + 2).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(bound)));
            if *figures {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.to_string()
    }

    /// One card for each row, a line for each cell that is not empty. Rows of two cells are lines of one card.
    fn cards(&self, width: usize) -> String {
        if let [_, _] = self.headers.as_slice() {
            let lines = self.rows.iter().filter_map(|row| match row.as_slice() {
                [label, text] => Some((label.as_str(), text.as_str())),
                _ => None,
            });
            return card(&lines.collect::<Vec<_>>(), width);
        }
        let cards = self.rows.iter().map(|row| {
            let lines = self.headers.iter().copied().zip(row.iter().map(String::as_str));
            card(&lines.filter(|(_, text)| !text.is_empty()).collect::<Vec<_>>(), width)
        });
        let rule = format!("\n{}\n", "─".repeat(width.min(RULE)));
        cards.collect::<Vec<_>>().join(&rule)
    }
}

/// Width of a table with its frame.
fn framed(widths: &[usize]) -> usize {
    widths.iter().map(|width| width + 3).sum::<usize>() + 1
}

/// Labels in a column, and their texts beside them; under them where there is no room.
fn card(lines: &[(&str, &str)], width: usize) -> String {
    let labels = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let margin = if labels * 2 > width { 2 } else { labels + 2 };
    let mut text = Vec::new();
    for (label, content) in lines {
        let mut wrapped = wrapped(content, width.saturating_sub(margin).max(1)).into_iter();
        let beside = (margin > labels).then(|| wrapped.next().unwrap_or_default());
        let blank = " ".repeat(margin.saturating_sub(measure_text_width(label)));
        let first =
            beside.map_or_else(|| (*label).to_owned(), |line| format!("{label}{blank}{line}"));
        text.push(first.trim_end().to_owned());
        text.extend(wrapped.map(|line| format!("{}{line}", " ".repeat(margin))));
    }
    text.join("\n")
}

/// Lines of at most `width`, broken between words; a word that is longer is broken.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let is_first = line.is_empty();
            if !is_first && measure_text_width(&line) + 1 + measure_text_width(word) > width {
                lines.push(std::mem::take(&mut line));
            } else if !is_first {
                line.push(' ');
            }
            for character in word.chars() {
                if measure_text_width(&line) >= width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alerts() -> SheetLayout<'static> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        SheetLayout {
            headers: vec!["Niveau", "Projet", "Points", "Explication"],
            rows: vec![
                row([
                    "Critique",
                    "SI SAMU",
                    "12",
                    "L’écart budgétaire atteint 30,0\u{202f}% de la référence.",
                ]),
                row(["Élevé", "PORTALIS", "7", ""]),
            ],
            figures: vec![false, false, true, false],
        }
    }

    #[test]
    fn a_table_breaks_between_words_and_becomes_cards_where_it_is_narrow() {
        let natural = alerts().text(120);
        assert_eq!(natural.lines().count(), 6, "{natural}");
        let table = alerts();
        let least =
            table.widths(|line| line.split(' ').map(measure_text_width).max().unwrap_or_default());
        insta::assert_snapshot!(
            [table.table(60, &least), alerts().text(60), alerts().text(24)].join("\n\n")
        );
    }

    #[test]
    fn no_line_of_a_card_is_wider_than_the_screen() {
        for width in LEAST_WIDTH..NARROW {
            for line in alerts().cards(width).lines() {
                assert!(measure_text_width(line) <= width, "{width}: {line}");
            }
        }
    }
}
