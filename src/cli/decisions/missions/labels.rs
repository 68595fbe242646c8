//! Words for the state of a mission and for what it waits for.

use crate::cli::output::print::Cell;
use vigie::application::MissionLine;
use vigie::domain::missions::mission::{Mission, MissionState};
use vigie::support::french;

pub(super) fn state(mission: &Mission) -> &'static str {
    if mission.state != MissionState::Open {
        return mission.state.label();
    }
    match (mission.is_under_way(), mission.automatic) {
        (true, _) => "en cours",
        (false, true) => "ouverte d’office",
        (false, false) => "acceptée",
    }
}

/// `à décider avant le 14 décembre 2020`, with what is late said first.
pub(super) fn due(line: &MissionLine) -> Cell {
    let date = french::date(line.mission.due_on);
    let shown = match line.awaits {
        Some(awaited) if line.late => format!("EN RETARD : {} avant le {date}", awaited.label()),
        Some(awaited) => format!("{} avant le {date}", awaited.label()),
        None => String::new(),
    };
    Cell::of(shown, line.mission.due_on.to_string())
}
