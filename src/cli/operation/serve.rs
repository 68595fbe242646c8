//! `vigie serve`: the API and the jobs, until a signal stops them.

use std::sync::Arc;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use vigie::server;
use vigie::server::config::Config;
use vigie::server::telemetry::LogFormat;
use vigie::support::clock::SystemClock;

pub(in crate::cli) async fn run(config: &Config) -> Result<Conclusion, CliError> {
    let running = server::start(config, Arc::new(SystemClock)).await?;
    // Machines that read the logs get the same there, in their format.
    let say = |text: &str| {
        if config.log_format == LogFormat::Text {
            print::message(text);
        }
    };
    say(&format!("listening on http://{}", running.address()));
    if let Some(next) = running.next_cycle() {
        say(&format!("next cycle at {next}"));
    }
    if let Some(link) = running.first_link() {
        say(&format!(
            "no account yet; the administrator's is made once, within 24 hours, at {link}"
        ));
    }
    running.until_stopped().await?;
    say("stopped");
    Ok(Conclusion::Good)
}
