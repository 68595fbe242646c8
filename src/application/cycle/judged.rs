//! Measures the portfolio and judges it by the rules.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use chrono::NaiveDate;

use super::messages;
use crate::application::cache::known_data;
use crate::application::queries::table_rows;
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook};
use crate::domain::alerts::new_fact::SubjectFigures;
use crate::domain::operation::cycle::{CycleInputs, ENGINE};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::rules::batch::Verdicts;
use crate::notify::Stakes;
use crate::rules::{Catalogue, RuleFault};
use crate::store::KnownUpTo;
use crate::support::fingerprint::Fingerprint;
use crate::{frame, rules};

/// The result of measuring and judging, which depends on the data and the catalogue alone.
#[derive(Debug)]
pub(in crate::application) struct Judged {
    pub(in crate::application) inputs: CycleInputs,
    pub(in crate::application) verdicts: Verdicts,
    pub(in crate::application) figures: BTreeMap<String, f64>,
    /// The values that new facts are found in.
    pub(in crate::application) watched: SubjectFigures,
    pub(in crate::application) portfolio: Portfolio,
    /// What projects cost, by which messages are ordered.
    pub(in crate::application) stakes: Stakes,
    pub(in crate::application) catalogue: Catalogue,
    pub(in crate::application) playbook: Playbook,
    pub(in crate::application) faults: Vec<RuleFault>,
    pub(in crate::application) texts: BTreeMap<String, String>,
}

impl Judged {
    /// An import that left the data unchanged does not count.
    pub(in crate::application) fn repeats(&self, last: &CycleInputs) -> bool {
        self.inputs.as_of == last.as_of
            && self.inputs.data == last.data
            && self.inputs.catalogue == last.catalogue
            && self.inputs.engine == last.engine
    }
}

/// Measures and judges on a blocking thread, so that no async worker waits for it.
pub(in crate::application) async fn judge(
    services: &Services,
    texts: BTreeMap<String, String>,
    portfolio: Portfolio,
    upto: KnownUpTo,
    as_of: NaiveDate,
) -> Result<Judged, ApplicationError> {
    let limits = services.limits;
    tokio::task::spawn_blocking(move || {
        let playbook = texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
        let playbook = Playbook::parse(playbook, PLAYBOOK_FILE)?;
        let (catalogue, faults) = rules::compile_catalogue(&texts, &limits);
        let editions = frame::editions_in_force(&portfolio, as_of)?;
        let ((frames, verdicts), data) = thread::scope(|scope| {
            let data = scope.spawn(|| Fingerprint::of_json(&portfolio));
            let frames = frame::build(
                &portfolio,
                catalogue.dictionary(),
                as_of,
                known_data::target(catalogue.thresholds(), as_of),
            )?;
            let verdicts = catalogue.verdicts(&frames, as_of);
            let data = data.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok::<_, ApplicationError>(((frames, verdicts), data.map_err(ApplicationError::Record)?))
        })?;
        let inputs = CycleInputs {
            as_of,
            edition: editions.current,
            last_import: upto.last_import,
            last_link: upto.last_link,
            data,
            last_review: upto.last_review,
            last_confirmation: upto.last_confirmation,
            last_exit: upto.last_exit,
            last_succession: upto.last_succession,
            last_campaign: upto.last_campaign,
            catalogue: catalogue.fingerprint().clone(),
            engine: ENGINE,
        };
        let figures = table_rows::rows(&frames.portfolio)?.first().map(figures).unwrap_or_default();
        let watched = catalogue.watched_figures(&frames, &verdicts);
        let stakes = messages::stakes(&frames.projects)?;
        Ok(Judged {
            inputs,
            verdicts,
            figures,
            watched,
            portfolio,
            stakes,
            catalogue,
            playbook,
            faults,
            texts,
        })
    })
    .await?
}

fn figures(row: &table_rows::TableRow) -> BTreeMap<String, f64> {
    row.iter().filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
}
