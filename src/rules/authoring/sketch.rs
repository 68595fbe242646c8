//! What the answers make, before it is written.

use super::baseline::KnownFields;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::{Field, FieldKind, Unit};

/// A field that is read, and whether the rule spares a subject of which so much is known.
pub(super) type Healthy = (&'static Field, Box<dyn Fn(&KnownFields) -> bool>);

/// What the answers make, before it is written.
pub(super) struct Sketch {
    pub(super) scope: SubjectKind,
    pub(super) when: String,
    pub(super) unless: Option<String>,
    pub(super) says: String,
    pub(super) thresholds: Vec<NewThreshold>,
    /// Fields with which the sign holds, does not hold, and their name for each case.
    pub(super) cases: Vec<NewCase>,
    /// Which healthy subjects are spared.
    pub(super) healthy: Vec<Healthy>,
}

pub(super) struct NewThreshold {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) unit: Unit,
    pub(super) value: f64,
    pub(super) kind: FieldKind,
}

pub(super) struct NewCase {
    pub(super) name: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) expect: Expected,
}

pub(super) enum Expected {
    Fires,
    Clear,
    Unknown(&'static str),
}
