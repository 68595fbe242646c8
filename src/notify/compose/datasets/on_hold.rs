//! Imports that wait for a person, in the words of a message to the risk team. Pure.

use serde_json::json;

use crate::domain::portfolio::import::HeldImport;
use crate::notify::compose::event::Event;
use crate::notify::layout::message::{Group, Section, plural};

/// `1 importation en attente`; nothing when none waits.
pub(in crate::notify) fn counted(on_hold: &[HeldImport]) -> Option<String> {
    (!on_hold.is_empty())
        .then(|| plural(on_hold.len(), "importation en attente", "importations en attente"))
}

/// What waits, why, and what is asked of the reader.
pub(in crate::notify) fn section(on_hold: &[HeldImport]) -> Option<Section> {
    let groups = on_hold.iter().map(|import| {
        let ask = format!(
            "Aucun cycle n’utilise cette importation tant que personne ne l’a confirmée (vigie imports confirm {} \
             --reason …) ou qu’un fichier corrigé n’a pas été importé.",
            import.number
        );
        let reasons = import.holds.iter().map(|hold| hold.text.clone());
        Group {
            name: format!("Importation n° {}, édition {}", import.number, import.edition),
            points: reasons.chain([ask]).collect(),
            lines: vec![],
        }
    });
    (!on_hold.is_empty()).then(|| Section {
        title: "Importations en attente de confirmation".to_owned(),
        groups: groups.collect(),
    })
}

/// For webhooks.
pub(in crate::notify) fn event(import: &HeldImport) -> Event {
    let HeldImport { number, file, dataset, edition, holds } = import;
    let data = json!({
        "import": number,
        "file": file,
        "dataset": dataset,
        "edition": edition,
        "reasons": holds.iter().map(|hold| hold.text.as_str()).collect::<Vec<_>>(),
    });
    Event::of_thing("dataset.held", format!("import/{number}"), data)
}
