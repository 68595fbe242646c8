//! Missions, reviews and alerts as documents name them.

use crate::application::actions::missions::MissionLine;
use crate::application::actions::reviews::ReviewLine;
use crate::application::queries::dossier::AlertLine;
use crate::documents::Datum;
use crate::support::french;

/// A mission, with the name of its project that leads to it. Without one, the names of what is said of a mission.
pub(super) fn mission(line: Option<&MissionLine>, ministry: Option<&str>) -> Datum {
    let of = |field: fn(&MissionLine) -> String| line.map(|line| Datum::text(field(line)));
    let name = line.map(|line| {
        Datum::linked(line.subject_name.as_str(), format!("/missions/{}", line.mission.id))
    });
    let of_ministry = ministry.map(|label| Datum::text(french::of_ministry(label)));
    Datum::group([
        ("name", name.unwrap_or_default()),
        ("ministry", ministry.map(Datum::text).unwrap_or_default()),
        ("of_ministry", of_ministry.unwrap_or_default()),
        ("kind", of(|one| one.mission.kind.label().to_owned()).unwrap_or_default()),
        ("state", of(state).unwrap_or_default()),
        ("due_on", of(|one| french::date(one.mission.due_on)).unwrap_or_default()),
    ])
}

/// `proposée`, `à démarrer`, `démarrée`, `close`.
fn state(line: &MissionLine) -> String {
    let mission = &line.mission;
    if mission.is_under_way() {
        return "en cours".to_owned();
    }
    mission.state.label().to_owned()
}

pub(super) fn review(line: Option<&ReviewLine>) -> Datum {
    let name =
        line.map(|line| Datum::linked(line.name.as_str(), format!("/revues/{}", line.review.id)));
    let day = |date| Datum::text(french::date(date));
    Datum::group([
        ("name", name.unwrap_or_default()),
        ("planned_on", line.map(|line| day(line.review.planned_on)).unwrap_or_default()),
        ("due_on", line.map(|line| day(line.review.due_on)).unwrap_or_default()),
        ("late", Datum::Flag(line.is_some_and(|line| line.late))),
    ])
}

pub(super) fn alert(line: Option<&AlertLine>) -> Datum {
    let title = line
        .map(|line| Datum::linked(line.rule_title.as_str(), format!("/alertes/{}", line.alert.id)));
    let explanation = line.and_then(|line| line.alert.explanation.as_deref());
    let explanation = explanation.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    Datum::group([
        ("title", title.unwrap_or_default()),
        ("name", line.map(|line| Datum::text(line.subject_name.as_str())).unwrap_or_default()),
        (
            "level",
            line.map(|line| Datum::text(line.alert.level.label().to_lowercase()))
                .unwrap_or_default(),
        ),
        ("explanation", explanation.map(Datum::text).unwrap_or_default()),
    ])
}
