//! `vigie serve`: the API and the jobs, until a signal stops them.

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use vigie::server;
use vigie::server::config::Config;
use vigie::server::telemetry::LogFormat;
use vigie::support::french;

pub(in crate::cli) async fn run(config: &Config) -> Result<Conclusion, CliError> {
    // Before the service starts: its jobs begin with it, and a signal in the middle of one must not cut it short.
    let stopped = server::stop_signal()?;
    let running = server::start(config, config.clock()).await?;
    // Machines that read the logs get the same there, in their format.
    let say = |text: &str| {
        if config.log_format == LogFormat::Text {
            print::message(text);
        }
    };
    say(&format!("listening on http://{}", running.address()));
    if let Ok(Some(day)) = config.demonstration_date() {
        say(&format!("démonstration : l’horloge part du {}", french::date(day)));
    }
    if let Some(next) = running.next_cycle() {
        say(&format!("prochain cycle : {next}"));
    }
    if let Some(link) = running.first_link() {
        say(&format!(
            "pour commencer, ouvrir ce lien dans un navigateur : il crée le compte de l’administrateur et ouvre sa session, \
             une seule fois et sous 24 heures : {link}"
        ));
    }
    running.until_stopped(stopped).await?;
    say("arrêt");
    Ok(Conclusion::Good)
}
