//! Logs, on standard error; standard output is for results.

use std::io;
use std::io::Write;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::visible_text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Error)]
pub enum TelemetryError {
    #[error(
        "read the setting `log`: found `{found}`, expected a level or directives such as `info,vigie::cycle=debug`"
    )]
    Filter { found: String, source: tracing_subscriber::filter::ParseError },
    #[error("start the logs")]
    Start(#[from] tracing_subscriber::util::TryInitError),
}

/// The target under which actix-web logs each request that it cannot parse, as an error.
const HTTP_PARSER: &str = "actix_http::h1::dispatcher";

/// Starts logging. `colour` is decided by the caller, which knows the terminal and `NO_COLOR`.
///
/// # Errors
/// If `filter` is not valid, or logging has already been started.
pub fn start(filter: &str, format: LogFormat, colour: bool) -> Result<(), TelemetryError> {
    // A request that is not HTTP is its client's fault and must not fill the log. A filter that names the target prevails.
    let quiet = format!("{HTTP_PARSER}=off,{filter}");
    let quiet = if filter.contains(HTTP_PARSER) { filter } else { &quiet };
    let filter = EnvFilter::try_new(quiet)
        .map_err(|source| TelemetryError::Filter { found: filter.to_owned(), source })?;
    let writer = move || VisibleStderr { colour };
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => registry.with(layer.with_ansi(colour)).try_init()?,
        LogFormat::Json => registry.with(layer.json()).try_init()?,
    }
    Ok(())
}

/// Standard error, without control sequences that a text from outside could send to a terminal.
struct VisibleStderr {
    colour: bool,
}

impl Write for VisibleStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().write_all(visible(&text, self.colour).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Removes control and direction characters from a text, except colour sequences if `colour` is set.
fn visible(text: &str, colour: bool) -> String {
    const COLOUR: &str = "\u{1b}[";
    if !colour {
        return visible_text::lines(text).into_owned();
    }
    let mut parts = text.split(COLOUR);
    let mut shown = visible_text::lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| part.get(*end..).is_some_and(|rest| rest.starts_with('m'))) {
            Some(end) => {
                shown.push_str(COLOUR);
                shown.push_str(part.get(..=end).unwrap_or_default());
                shown.push_str(&visible_text::lines(part.get(end + 1..).unwrap_or_default()));
            }
            None => shown.push_str(&visible_text::lines(part)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_keep_colours_and_drop_other_control_characters() {
        let line = "\u{1b}[33mWARN\u{1b}[0m name=\u{1b}[2Ja\u{7}b\u{202e}c\u{1b}]0;title\u{7}\n";
        assert_eq!(visible(line, true), "\u{1b}[33mWARN\u{1b}[0m name=2Jabc]0;title\n");
        assert_eq!(visible("a\u{1b}[2Jb\n", false), "a[2Jb\n");
    }
}
