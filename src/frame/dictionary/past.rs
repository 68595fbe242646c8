//! Which fields hold what another one was in earlier editions: what authors write as
//! `previous(p.field)`, `change(p.field)` and `editions_above(p.field, limit)`.

/// The fields behind the past of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub field: &'static str,
    /// Its value in the previous edition, or the latest one known before.
    pub previous: Option<&'static str>,
    /// The difference since: in the field's unit, points for shares, days for dates.
    pub change: Option<&'static str>,
    /// One figure per edition, as `series` writes them.
    pub editions: Option<&'static str>,
}

impl Past {
    /// The fields that hold the past.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static str> {
        [self.previous, self.change, self.editions].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use crate::frame::dictionary::{FieldKind, PASTS, built_in};

    /// `previous_edition` is of projects alone; every other past goes wherever its field does.
    #[test]
    fn a_past_is_of_the_kind_and_frames_of_its_field() {
        let field = |name: &str| built_in().field(name);
        for past in *PASTS {
            let present = field(past.field).unwrap();
            for other in past.fields().map(|name| field(name).unwrap()) {
                let of_projects = past.field == "edition";
                assert!(of_projects || other.scopes == present.scopes, "{}", other.name);
            }
            if let Some(previous) = past.previous {
                assert_eq!(field(previous).unwrap().kind, present.kind);
            }
            let figures = past.editions.map(|name| field(name).unwrap().kind);
            assert!(figures.is_none_or(|kind| kind == FieldKind::Text), "{}", past.field);
        }
    }
}
