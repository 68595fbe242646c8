//! `vigie alerts`: open alerts, how it came to be, and what people do about it.

mod acts;
mod args;
mod find;
mod list;
mod load;
mod show;
mod silences;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::session::Session;
use args::AlertsCommand;
use find::find;
use vigie::application::today;

pub(crate) use args::AlertsArgs;

pub(in crate::cli) async fn run(
    request: &AlertsArgs,
    Session { api, printer, config, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    use AlertsCommand as Command;
    let day = today(config.clock().now());
    match &request.command {
        None => list::run(request, api, printer).await,
        Some(Command::Show { alert }) => {
            let id = find(alert, api).await?;
            show::show(&api.get(api.at(&["alerts", &id])).await?, day, printer)
        }
        Some(Command::Load) => load::show(&api.get(api.at(&["alert-load"])).await?, printer),
        Some(Command::Disputes) => acts::show(&api.all(api.at(&["disputes"])).await?, printer),
        Some(Command::Silences { all }) => {
            silences::show(api.all(api.at(&["silences"])).await?, (*all, day), printer)
        }
        Some(act) => acts::run(act, api).await,
    }
}
