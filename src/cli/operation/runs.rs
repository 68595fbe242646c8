//! Work that a server does on request: begun, then followed until it is over.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::cli::outcome::CliError;
use crate::cli::output::print;
use vigie::application::CycleBrief;
use vigie::client::{Address, ApiClient};
use vigie::domain::operation::job::{JobRun, RunOutcome};

/// Between two looks at a run.
const PAUSE: Duration = Duration::from_millis(500);

/// A run of a job, as a server sends it.
#[derive(Deserialize)]
pub(in crate::cli) struct StartedRun {
    #[serde(flatten)]
    pub(in crate::cli) job: JobRun,
    /// Of a cycle that is over.
    pub(in crate::cli) report: Option<CycleBrief>,
}

/// Whatever happens here, the server goes on with it.
pub(in crate::cli) async fn begin(
    place: Address,
    body: &Json,
    api: &ApiClient,
) -> Result<StartedRun, CliError> {
    let mut run: StartedRun = api.post(place, body).await?;
    print::message(&format!("exécution {} commencée sur le serveur", run.job.number));
    while run.job.outcome == RunOutcome::Processing {
        tokio::time::sleep(PAUSE).await;
        run = api.get(api.at(&["runs", &run.job.number.to_string()])).await?;
    }
    Ok(run)
}
