//! `vigie serve`: the API and the jobs, until told to stop.

use std::sync::Arc;

use vigie::app;
use vigie::app::config::Config;
use vigie::clock::SystemClock;

use super::CliError;
use super::Conclusion;
use super::print;

pub(super) async fn run(config: &Config) -> Result<Conclusion, CliError> {
    let running = app::start(config, Arc::new(SystemClock)).await?;
    print::message(&format!("listening on http://{}", running.address()));
    if let Some(next) = running.next_cycle() {
        print::message(&format!("next cycle at {next}"));
    }
    running.until_stopped().await?;
    print::message("stopped");
    Ok(Conclusion::Good)
}
