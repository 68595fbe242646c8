//! Why a database is not copied.

use thiserror::Error;

#[derive(Debug, Error)]
pub enum CopyFault {
    #[error("copy a database: the table `{table}` is not the same on both sides")]
    Tables { table: String },
    #[error(
        "copy a database: the source has changed since this copy began; stop the service that writes there, and begin \
         again into an empty database"
    )]
    SourceChanged,
    #[error("copy a database: found rows in the table `{table}`, expected an empty database")]
    NotEmpty { table: String },
    #[error("copy a database: the table `{table}` does not read as it does at the source")]
    Differs { table: String },
}
