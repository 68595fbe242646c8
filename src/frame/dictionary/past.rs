//! Which fields hold what another one was before: what authors write as `previous(p.field)`, `change(p.field)`,
//! `editions_above(p.field, limit)` and the like.

/// The editions of the figures of `Past::editions`.
pub const EDITIONS: &str = "edition_history";

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
    /// Its value a year before the evaluation.
    pub a_year_ago: Option<&'static str>,
    /// The days on which a fact was reported to be another.
    pub changes: Option<&'static str>,
    /// The last of these days.
    pub last_change: Option<&'static str>,
}

impl Past {
    /// The fields that hold the past.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static str> {
        let before = [self.previous, self.change, self.editions];
        let since = [self.a_year_ago, self.changes, self.last_change];
        before.into_iter().chain(since).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::EDITIONS;
    use crate::frame::dictionary::{FieldKind, PASTS, built_in};

    /// `previous_edition` is of projects alone; every other past goes wherever its field does.
    #[test]
    fn a_past_is_of_the_kind_and_frames_of_its_field() {
        let field = |name: &str| built_in().field(name);
        assert_eq!(field(EDITIONS).map(|field| field.kind), Some(FieldKind::Text));
        for past in *PASTS {
            let present = field(past.field).unwrap();
            for other in past.fields().map(|name| field(name).unwrap()) {
                let of_projects = past.field == "edition";
                assert!(of_projects || other.scopes == present.scopes, "{}", other.name);
            }
            let kind = |name: &str| field(name).unwrap().kind;
            for former in [past.previous, past.a_year_ago].into_iter().flatten() {
                assert_eq!(kind(former), present.kind);
            }
            let series = [past.editions, past.changes].into_iter().flatten();
            assert!(series.map(kind).all(|kind| kind == FieldKind::Text), "{}", past.field);
            assert!(past.last_change.is_none_or(|name| kind(name) == FieldKind::Date));
            assert_eq!(past.changes.is_some(), past.last_change.is_some(), "{}", past.field);
        }
    }
}
