//! The fields in force: those that are part of the program, and the facts that a catalogue adds to them.

use std::collections::HashMap;
use std::fmt;

use super::field::{Field, FieldOrigin, RecordKind, Supplier};
use crate::domain::portfolio::subject::SubjectKind;

/// The fields that files may supply, frames hold and rules read. Immutable: a catalogue with another field has another
/// dictionary.
#[derive(Clone, Default)]
pub struct Dictionary {
    /// In the order in which frames and documents show them.
    fields: Vec<&'static Field>,
    /// Where each field is in `fields`.
    places: HashMap<&'static str, usize>,
}

/// The fields in their order: equal dictionaries are written alike.
impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.fields).finish()
    }
}

impl Dictionary {
    pub(super) fn of(fields: impl IntoIterator<Item = &'static Field>) -> Self {
        let mut dictionary = Self::default();
        for field in fields {
            dictionary.set(field);
        }
        dictionary
    }

    /// Every field, in the order in which frames and documents show them.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().copied()
    }

    /// The field of a name; `None` when there is none.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.get(*self.places.get(name)?).copied()
    }

    /// What people call a field; `None` when there is none of this name.
    pub fn label(&self, name: &str) -> Option<&'static str> {
        self.field(name).map(|field| field.label)
    }

    /// The fields that the frame of a scope holds, in the order of its columns.
    pub fn fields_of(&self, scope: SubjectKind) -> impl Iterator<Item = &'static Field> {
        self.fields().filter(move |field| field.scopes.contains(&scope))
    }

    /// Fields that a follow-up file may supply as single facts.
    pub fn facts(&self) -> impl Iterator<Item = &'static Field> {
        self.fields().filter(|field| field.origin == FieldOrigin::Fact || field.declarable)
    }

    /// The questions of the questionnaire: what a project's team says of the project itself.
    pub fn questions(&self) -> impl Iterator<Item = &'static Field> {
        self.facts().filter(|field| field.supplier == Supplier::Questionnaire)
    }

    /// Fields of which each record of a kind may give a value.
    pub fn facts_of(&self, record: RecordKind) -> impl Iterator<Item = &'static Field> {
        self.fields().filter(move |field| field.of == Some(record))
    }

    /// Adds a field, or puts it in the place of the one that has its name.
    pub(super) fn set(&mut self, field: &'static Field) {
        let place = self.places.get(field.name).copied();
        if let Some(former) = place.and_then(|place| self.fields.get_mut(place)) {
            *former = field;
            return;
        }
        self.places.insert(field.name, self.fields.len());
        self.fields.push(field);
    }
}
