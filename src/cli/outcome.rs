//! What a command comes to: a conclusion, or why there is none.

use std::path::PathBuf;

use thiserror::Error;

use vigie::application::{ApplicationError, TableError};
use vigie::client::RemoteFault;
use vigie::domain::accounts::audit::ActorError;
use vigie::rules::OverBudget;
use vigie::server::{config, telemetry};

/// What a command came to, when nothing broke down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    Good,
    /// The command did its work, and what it checked is not as it should be.
    Bad,
    /// Nothing is at fault, yet there are remarks and they count as failures on request.
    Linted,
}

#[derive(Debug, Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    #[error(transparent)]
    Telemetry(#[from] telemetry::TelemetryError),
    #[error(transparent)]
    Store(#[from] vigie::store::StoreError),
    #[error(transparent)]
    Cycle(ApplicationError),
    #[error(
        "{0}; the settings `trials.command_cases`, `trials.command_seconds` and `trials.command_bytes` bound what \
         commands try on this machine"
    )]
    OverBudget(String),
    #[error(transparent)]
    Source(#[from] vigie::intake::SourceError),
    #[error(transparent)]
    Table(TableError),
    #[error("trouvé « {found} », attendu un fichier en `.csv` ou `.parquet`")]
    VerdictFormat { found: String },
    #[error("trouvé « {found} », attendu un fichier en `.csv`, `.xlsx` ou `.parquet`")]
    ExportFormat { found: String },
    #[error("trouvé « {found} », attendu l’un des formats html, md, odt, pdf")]
    DocumentFormat { found: String },
    #[error("le format « {found} » est celui des documents : attendu table, json ou csv")]
    NoDocument { found: String },
    #[error(
        "un document au format {format} ne s’affiche pas à l’écran : indiquer un fichier avec `--out`"
    )]
    DocumentOnTerminal { format: &'static str },
    #[error(transparent)]
    Actor(#[from] ActorError),
    #[error(transparent)]
    App(#[from] vigie::server::AppError),
    #[error(transparent)]
    Delivery(#[from] vigie::delivery::DeliveryError),
    #[error(transparent)]
    Channel(#[from] vigie::notify::ChannelFault),
    #[error("aucun message « {0} » ; « vigie notices list » en donne la liste")]
    NoSuchNotice(String),
    #[error("trouvé « {found} », attendu {expected}")]
    RuleArgument { found: String, expected: &'static str },
    #[error("lecture de « {} »", path.display())]
    RuleFile { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    #[error(
        "« vigie {0} » ne s’exécute que sur cette machine : retirer `--server` et le réglage `server`"
    )]
    HereOnly(&'static str),
    #[error("sur un serveur, c’est le compte du jeton qui décide : retirer `--by`")]
    ByOnServer,
    #[error("lecture du jeton dans « {} »", path.display())]
    TokenFile { path: PathBuf, source: std::io::Error },
    #[error("aucun compte ne s’appelle « {0} » ; « vigie accounts list » en donne la liste")]
    NoSuchAccount(String),
    #[error(
        "un administrateur existe déjà : il ouvre les autres comptes, ou « vigie accounts add » sur cette machine"
    )]
    NotFirst,
    #[error("aucun jeton valable de numéro {0}")]
    NoSuchToken(i64),
    #[error("`{argument}`: {fault}")]
    Text { argument: &'static str, fault: String },
    #[error(transparent)]
    Job(#[from] vigie::schedule::JobError),
    #[error("démarrage impossible")]
    Runtime(#[source] std::io::Error),
    #[error("écriture de la réponse")]
    Output(#[from] std::io::Error),
    #[error("« {} » existe déjà, attendu un fichier à créer", path.display())]
    FileThere { path: PathBuf },
    #[error("écriture dans « {} »", path.display())]
    Report { path: PathBuf, source: std::io::Error },
    #[error("écriture de la réponse en JSON")]
    Json(#[from] serde_json::Error),
    #[error("écriture de la réponse en CSV")]
    Csv(#[from] csv::Error),
}

impl CliError {
    /// Whether whoever read the answer has closed it.
    pub(super) fn is_closed_output(&self) -> bool {
        let is_closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        if let Self::Csv(error) = self {
            return matches!(error.kind(), csv::ErrorKind::Io(error) if is_closed(error));
        }
        matches!(self, Self::Output(error) if is_closed(error))
    }
}

impl From<TableError> for CliError {
    fn from(error: TableError) -> Self {
        if let TableError::Output(error) = error {
            return Self::Output(error);
        }
        Self::Table(error)
    }
}

impl From<OverBudget> for CliError {
    fn from(over: OverBudget) -> Self {
        Self::OverBudget(over.to_string())
    }
}

impl From<ApplicationError> for CliError {
    fn from(error: ApplicationError) -> Self {
        if let ApplicationError::OverBudget(over) = error {
            return over.into();
        }
        Self::Cycle(error)
    }
}
