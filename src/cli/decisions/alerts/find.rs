//! Finds the alert that an argument calls.

use crate::cli::outcome::CliError;
use vigie::application::{AlertLine, ApplicationError};
use vigie::client::ApiClient;

/// The id that commands call an alert by: the beginning of one, which the API completes, or that of the alert of a
/// rule on a subject.
pub(super) async fn find(words: &[String], api: &ApiClient) -> Result<String, CliError> {
    let no_such = || ApplicationError::NoSuchAlert { requested: words.join(" ") };
    let [rule, subject] = words else {
        let id = words.concat().trim_start_matches("alert/").to_owned();
        return if id.is_empty() { Err(no_such().into()) } else { Ok(id) };
    };
    let list = api.at(&["alerts"]).with("rule", Some(rule)).with("about", Some(subject));
    let mut found: Vec<AlertLine> = api.all(list).await?;
    Ok(found.pop().ok_or_else(no_such)?.alert.id.to_string())
}
