//! The data dictionary of a catalogue: the fields of the program, and the facts of `fields/`, a file each.

use std::collections::BTreeMap;

use super::fault::{RuleFault, TextPosition};
use super::thresholds::Thresholds;
use crate::frame::dictionary;
use crate::frame::dictionary::{Dictionary, FieldFault};

const FOLDER: &str = "fields/";

/// What rules may read.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Readable<'s> {
    pub(in crate::rules) dictionary: &'s Dictionary,
    pub(in crate::rules) thresholds: &'s Thresholds,
}

/// The dictionary of a catalogue's texts, without compiling its rules; faulty fields are left out.
pub fn dictionary_of(texts: &BTreeMap<String, String>) -> Dictionary {
    read(texts, &mut Vec::new())
}

/// Leaves out faulty fields and adds every fault to `faults`.
pub(in crate::rules) fn read(
    texts: &BTreeMap<String, String>,
    faults: &mut Vec<RuleFault>,
) -> Dictionary {
    let mut dictionary = Dictionary::clone(dictionary::built_in());
    for (file, text) in texts {
        let Some(name) = name_of(file) else { continue };
        if let Err(FieldFault { span, reason }) = dictionary::add(&mut dictionary, name, text) {
            let place = TextPosition::of_span(text, 0, span);
            faults.push(RuleFault::new(file, place, reason));
        }
    }
    dictionary
}

/// The file that describes a field.
pub(in crate::rules) fn file_of(name: &str) -> String {
    format!("{FOLDER}{name}.toml")
}

/// The field that a file describes.
fn name_of(file: &str) -> Option<&str> {
    file.strip_prefix(FOLDER)?.strip_suffix(".toml")
}
