//! Which worsenings a field can have.

use super::field::FieldKind;
use crate::domain::rules::worsening::Worsening;

/// # Errors
///
/// The kind of field has no order, or the step is not one: what was found, and what was expected.
pub fn check_worsening(kind: FieldKind, worsening: Worsening) -> Result<(), String> {
    let Worsening { step, relative, .. } = worsening;
    match kind {
        FieldKind::Bool | FieldKind::Text => {
            return Err("found a worsening, expected none: such a field has no order".to_owned());
        }
        FieldKind::Date if relative => {
            return Err("found a relative step of a date, expected days".to_owned());
        }
        FieldKind::Int | FieldKind::Float | FieldKind::Date => {}
    }
    if step.is_finite() && step > 0.0 {
        return Ok(());
    }
    Err(format!("found the step {step}, expected a number above 0"))
}
