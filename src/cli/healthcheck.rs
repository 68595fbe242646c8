//! `vigie healthcheck`: for containers, which have no other way to ask.

use vigie::app::config::Config;

use super::CliError;
use super::Conclusion;
use super::print;

pub(super) async fn run(config: &Config) -> Result<Conclusion, CliError> {
    match vigie::app::healthcheck(&config.listen).await {
        Ok(()) => Ok(Conclusion::Good),
        Err(error) => {
            print::fault(&error);
            Ok(Conclusion::Bad)
        }
    }
}
