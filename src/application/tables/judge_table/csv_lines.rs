//! Verdicts as lines of CSV.

use super::verdict_batch::VerdictBatch;

pub(super) fn header(names: impl Iterator<Item = &'static str>) -> Vec<u8> {
    let names: Vec<&str> = names.collect();
    let mut line = names.join(",").into_bytes();
    line.push(b'\n');
    line
}

pub(super) fn lines(batch: &VerdictBatch) -> Vec<u8> {
    let ends: Vec<Vec<u8>> = batch.texts.iter().map(|texts| end(&texts.0)).collect();
    let subjects: Vec<&str> = batch.subjects.iter().map(Option::unwrap_or_default).collect();
    let end_at = |place: u32| Some(ends.get(usize::try_from(place).ok()?)?.as_slice());
    let subject_at = |place: u32| Some(*subjects.get(usize::try_from(place).ok()?)?);
    let mut explanations = batch.explanations.iter();
    let mut lines = Vec::new();
    for line in &batch.lines {
        cell(&mut lines, subject_at(line.subject).unwrap_or_default());
        lines.extend_from_slice(end_at(line.texts).unwrap_or_default());
        if let Some(explanation) = explanations.next() {
            lines.push(b',');
            cell(&mut lines, explanation.as_deref().unwrap_or_default());
        }
        lines.push(b'\n');
    }
    lines
}

/// What follows the subject.
fn end(texts: &[Option<String>]) -> Vec<u8> {
    let mut end = Vec::new();
    for text in texts {
        end.push(b',');
        cell(&mut end, text.as_deref().unwrap_or_default());
    }
    end
}

/// In quotes where the text could be taken for more than one cell.
fn cell(line: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        line.push(b'"');
        line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}
