//! What people call the words of the domain, in French, and how addresses of pages spell them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::application::{AnswerState, ComparedField, EditionMove, ReplayDifferenceKind};
use crate::domain::accounts::access::Role;
use crate::domain::accounts::audit::NameProof;
use crate::domain::accounts::sessions::SessionOpening;
use crate::domain::alerts::alert::AlertState;
use crate::domain::alerts::dispute::DisputeState;
use crate::domain::level::Level;
use crate::domain::messages::notice::{NoticeKind, NoticeState};
use crate::domain::messages::recipients::Receipt;
use crate::domain::missions::mission::{Awaited, MissionKind, MissionState};
use crate::domain::missions::progress::{MissionOutcome, NamingTone};
use crate::domain::missions::review::ReviewState;
use crate::domain::operation::job::{JobName, JobTrigger, RunOutcome};
use crate::domain::portfolio::campaign::CampaignState;
use crate::domain::portfolio::follow_up::{ContactRole, WatchList};
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::{HoldKind, ImportAction, ImportState};
use crate::domain::portfolio::recorded_name::NameKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::draft::{DraftState, DraftStep};
use crate::domain::rules::overlay::VersionState;
use crate::domain::rules::rule::RuleStatus;
use crate::domain::words::Labelled;
use crate::foresight::{Finding, StepClass};
use crate::intake::name_key;
use crate::rules::{Family, SourceTag};

/// Word and label of each value, by the name that templates call the kind.
static KINDS: LazyLock<BTreeMap<&'static str, Vec<(&'static str, &'static str)>>> =
    LazyLock::new(|| {
        BTreeMap::from([
            ("alert_state", AlertState::labels()),
            ("answer_state", AnswerState::labels()),
            ("awaited", Awaited::labels()),
            ("campaign_state", CampaignState::labels()),
            ("compared_field", ComparedField::labels()),
            ("contact_role", ContactRole::labels()),
            ("dataset", Dataset::labels()),
            ("dispute_state", DisputeState::labels()),
            ("draft_state", DraftState::labels()),
            ("draft_step", DraftStep::labels()),
            ("edition_move", EditionMove::labels()),
            ("family", Family::labels()),
            ("hold_kind", HoldKind::labels()),
            ("import_action", ImportAction::labels()),
            ("finding", Finding::labels()),
            ("import_state", ImportState::labels()),
            ("job", JobName::labels()),
            ("job_trigger", JobTrigger::labels()),
            ("level", Level::labels()),
            ("mission_kind", MissionKind::labels()),
            ("mission_outcome", MissionOutcome::labels()),
            ("mission_state", MissionState::labels()),
            ("name_kind", NameKind::labels()),
            ("name_proof", NameProof::labels()),
            ("naming_tone", NamingTone::labels()),
            ("notice_kind", NoticeKind::labels()),
            ("notice_state", NoticeState::labels()),
            ("phase", Phase::labels()),
            ("receipt", Receipt::labels()),
            ("replay_difference", ReplayDifferenceKind::labels()),
            ("review_state", ReviewState::labels()),
            ("role", Role::labels()),
            ("rule_status", RuleStatus::labels()),
            ("run_outcome", RunOutcome::labels()),
            ("session_opening", SessionOpening::labels()),
            ("source_tag", SourceTag::labels()),
            ("step_class", StepClass::labels()),
            ("subject_kind", SubjectKind::labels()),
            ("version_state", VersionState::labels()),
            ("watch", WatchList::labels()),
        ])
    });

/// The label of a word; `None` if the kind has no such word.
pub(in crate::web) fn of(kind: &str, word: &str) -> Option<&'static str> {
    let words = KINDS.get(kind)?;
    words.iter().find(|(known, _)| *known == word).map(|(_, label)| *label)
}

/// A label as addresses spell it: `Élevé` is `eleve`, `en vigilance accrue` is `en-vigilance-accrue`.
pub(in crate::web) fn in_address(label: &str) -> String {
    name_key(label).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_spell_labels_in_plain_letters() {
        assert_eq!(in_address("Élevé"), "eleve");
        assert_eq!(in_address("À surveiller"), "a-surveiller");
        assert_eq!(in_address("Conception / Réalisation"), "conception-realisation");
    }

    #[test]
    fn no_two_values_of_a_kind_are_spelt_alike() {
        for (kind, words) in KINDS.iter() {
            let mut spelt: Vec<String> = words.iter().map(|(_, label)| in_address(label)).collect();
            spelt.sort();
            spelt.dedup();
            assert_eq!(spelt.len(), words.len(), "{kind}");
        }
    }
}
