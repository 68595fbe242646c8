//! `vigie healthcheck`: for containers, which have no other way to ask.

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use vigie::server::config::Config;

pub(in crate::cli) async fn run(config: &Config) -> Result<Conclusion, CliError> {
    match vigie::server::healthcheck(&config.listen).await {
        Ok(()) => Ok(Conclusion::Good),
        Err(error) => {
            print::fault(&error);
            Ok(Conclusion::Bad)
        }
    }
}
