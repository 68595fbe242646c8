//! Work that a server does when it is asked: begun, then followed until it is over.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;
use vigie::client::Address;
use vigie::client::ApiClient;
use vigie::cycle::CycleBrief;
use vigie::domain::job::JobRun;
use vigie::domain::job::RunOutcome;

use super::CliError;
use super::print;

/// Between two looks at a run.
const PAUSE: Duration = Duration::from_millis(500);

/// A run of a job, as a server tells it.
#[derive(Deserialize)]
pub(super) struct Run {
    #[serde(flatten)]
    pub(super) job: JobRun,
    /// Of a cycle that is over.
    pub(super) report: Option<CycleBrief>,
}

/// Whatever happens here, the server goes on with it.
pub(super) async fn begin(place: Address, body: &Json, api: &ApiClient) -> Result<Run, CliError> {
    let mut run: Run = api.post(place, body).await?;
    print::message(&format!("run {} has begun on the server", run.job.number));
    while run.job.outcome == RunOutcome::Processing {
        tokio::time::sleep(PAUSE).await;
        run = api.get(api.at(&["runs", &run.job.number.to_string()])).await?;
    }
    Ok(run)
}
