//! Quotes of a CSV record: a stray one swallows the cells and rows that follow, so it is refused where it opens.

/// Quotes around a cell, doubled within it; nothing else.
pub(in crate::intake) const PAIRED: &str =
    "des guillemets autour d’une cellule entière, et doublés à l’intérieur";

/// A quote that is not where one may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum StrayQuote {
    /// Text comes after the quote that closes a cell.
    AfterClosing,
    /// Inside a cell that no quote opened.
    Inside,
    /// It opens a cell and never closes.
    Unclosed,
}

impl StrayQuote {
    /// What was found in the row that begins there.
    pub(in crate::intake) fn in_words(self, row: u32) -> String {
        match self {
            Self::AfterClosing => format!(
                "un guillemet ouvert à la ligne {row}, puis du texte après le guillemet qui le ferme"
            ),
            Self::Inside => format!("un guillemet au milieu d’une cellule de la ligne {row}"),
            Self::Unclosed => format!("un guillemet ouvert à la ligne {row} et jamais fermé"),
        }
    }
}

/// Follows the quotes of one record, whose bytes may come in several pieces.
#[derive(Clone, Copy, Debug)]
pub(in crate::intake) struct QuoteScan {
    separator: u8,
    place: Place,
    stray: Option<StrayQuote>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the first character of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    Quoted,
    /// After the quote that closes a cell, or the first of two.
    Closed,
}

impl QuoteScan {
    pub(in crate::intake) fn new(separator: u8) -> Self {
        Self { separator, place: Place::Start, stray: None }
    }

    pub(in crate::intake) fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = self.after(*byte);
        }
    }

    /// The first stray quote of the record, which is over.
    pub(in crate::intake) fn stray(self) -> Option<StrayQuote> {
        self.stray.or((self.place == Place::Quoted).then_some(StrayQuote::Unclosed))
    }

    fn after(&mut self, byte: u8) -> Place {
        match (self.place, byte) {
            (Place::Quoted, b'"') => Place::Closed,
            // Doubled, it is part of the text.
            (Place::Quoted, _) | (Place::Closed, b'"') => Place::Quoted,
            (_, byte) if byte == self.separator || byte == b'\n' || byte == b'\r' => Place::Start,
            (Place::Closed, b' ' | b'\t') => Place::Closed,
            (Place::Closed, _) => self.stop(StrayQuote::AfterClosing),
            (Place::Start, b'"') => Place::Quoted,
            (Place::Plain, b'"') => self.stop(StrayQuote::Inside),
            (Place::Start | Place::Plain, _) => Place::Plain,
        }
    }

    fn stop(&mut self, stray: StrayQuote) -> Place {
        self.stray.get_or_insert(stray);
        Place::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(raw: &str) -> Option<StrayQuote> {
        let mut scan = QuoteScan::new(b';');
        let (one, other) = raw.as_bytes().split_at(raw.len() / 2);
        scan.follow(one);
        scan.follow(other);
        scan.stray()
    }

    #[test]
    fn quotes_around_a_cell_are_in_their_place() {
        for raw in ["a;b", "\"a\";b\r\n", "\"a \"\"b\"\" c\";\"\"", "\n\"a\nb\";c", "\"a\" ;b", ""]
        {
            assert_eq!(found(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn other_quotes_are_stray() {
        assert_eq!(found("a;5\" disk;b"), Some(StrayQuote::Inside));
        assert_eq!(found("a;\"b\"c;d"), Some(StrayQuote::AfterClosing));
        assert_eq!(found("a;\"b\nc;\"d\""), Some(StrayQuote::AfterClosing));
        assert_eq!(found("a;\"b\nc"), Some(StrayQuote::Unclosed));
    }
}
